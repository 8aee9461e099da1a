#pragma once

#include <millwright/kpi/lifetimes.hpp>

#include <optional>

namespace millwright::kpi {

/// What a machine is doing when its journal ends, and what has been going on by then.
struct Present {
    plant::PackmlState state = plant::PackmlState::Unknown;
    Duration inState{};
    bool beginningSeen = false; ///< that of the state: it is known what it did just before
    /// What it did last before it failed, or before nobody was there: production, set-up or waiting; none where it still does, or
    /// where that was not seen.
    std::optional<plant::PackmlState> before;
    std::optional<Duration> cycle;      ///< production time since a cycle was finished; none: it was not seen
    std::optional<Duration> production; ///< likewise since production last began after waiting or a set-up
    Duration busyFor{};                 ///< since it last waited or finished a cycle: for so long it has had the same in hand
    std::optional<Lasting> worked, up;  ///< since the last repair: time in production, and all time; none: nothing was seen of it
    std::optional<Lasting> outage;      ///< what it is down with
};

/// Reads the end of a journal, as `lifetimesOf` reads all of it. Thread: any.
[[nodiscard]] Present presentOf(const plant::KpiSource& source, const Journal& journal, const LifetimeRules& rules);

} // namespace millwright::kpi
