#pragma once

#include <millwright/core/hash.hpp>
#include <millwright/twin/replay_thread.hpp>

#include <filesystem>
#include <optional>
#include <span>

namespace millwright::app {

/// What earlier openings found out about the alarms of a log, kept in the user's cache (`millwright/alarms`, 1 GiB at most), so
/// that jumps in it need not wait for a scout (docs/twin.md). Thread: one at a time.
class AlarmMemory {
public:
    /// Of `log` as it is now, shown `later` than it was recorded, with `plant` and what its operators do. Does nothing where the
    /// user has no cache or the log is no file.
    AlarmMemory(const plant::Plant& plant, const std::filesystem::path& log, std::span<const twin::OperatorAction> actions,
                Duration later = {});

    /// Tells `replay`, of that log and plant, what is known. False where nothing is; what is damaged is deleted.
    bool recall(twin::Replay& replay) const;
    /// Keeps what `replay`, which has come to the log's end, knows.
    void keep(const twin::Replay& replay) const;

private:
    std::filesystem::path entry_; ///< empty: none
};

/// Makes `replay`, of `log`, ready for jumps: it recalls what is known of its alarms, or else a scout is to find it out, which is
/// then kept. Nothing without alarms, and where the log cannot be opened once more: jumps then replay what was before them.
[[nodiscard]] std::optional<twin::ReplayThread::Scout> scoutFor(const plant::Plant& plant, const std::filesystem::path& log,
                                                                twin::Replay& replay, Duration later = {});

} // namespace millwright::app
