#pragma once

#include <array>

/// How the user looks at the plant: what the look panel shows and changes.
namespace millwright::ui {

/// A section across one axis of the world.
struct SectionCut {
    bool on = false;
    bool flipped = false; ///< cuts away what lies before it instead of beyond
    double at = 0;        ///< metres, world frame
    friend bool operator==(const SectionCut&, const SectionCut&) = default;
};

struct Looking {
    std::array<SectionCut, 3> cuts; ///< x, y, z
    bool xray = false;              ///< all but what is selected or found is seen through
    bool edges = false;             ///< lines where surfaces end or meet at an angle
    float explode = 0;              ///< 0…1
    friend bool operator==(const Looking&, const Looking&) = default;
};

} // namespace millwright::ui
