#pragma once

#include <cstdint>

namespace millwright::plant {

/// What a conveyor does with its parts instead of working on them. Places are those of a part's front edge.
struct Conveying {
    double length = 0;        ///< metres, from where a part is put on it to where it is taken off
    double speed = 0;         ///< metres a second
    double pitch = 0;         ///< metres that a part takes of it, with the gap to the next
    bool accumulating = true; ///< parts close up behind one that stands at the end; else the whole belt stands with it
    std::uint32_t zones = 0;  ///< accumulating, each for one part, which goes on when the next zone is free; 0: not in zones
    friend bool operator==(const Conveying&, const Conveying&) = default;
};

/// Parts that are on it when it is full: one in each zone, or length / pitch, the last of which may reach back to before the
/// beginning.
[[nodiscard]] std::uint32_t placesOf(const Conveying& conveying);

/// Seconds after which it takes the next part, while nothing holds it up.
[[nodiscard]] double intervalOf(const Conveying& conveying);

} // namespace millwright::plant
