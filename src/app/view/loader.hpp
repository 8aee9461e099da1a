#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/twin/plant_scene.hpp>
#include <millwright/twin/replay_thread.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millwright::app {

/// What a window needs besides the plant's description.
struct Loaded {
    std::optional<twin::PlantScene> scene;
    std::optional<twin::Replay> replay;             ///< nothing without a log
    std::optional<twin::ReplayThread::Scout> scout; ///< nothing where the alarms are known already, or there are none
    std::unique_ptr<telemetry::Source> overview;    ///< the same log once more, to be read through for the timeline
    std::vector<Error> problems;                    ///< why there is no scene
    Duration comparedBy{};                          ///< by which the other log is shown later than it was recorded
    std::optional<twin::Replay> comparedReplay;     ///< of the other log, shifted to lie beside this one; nothing without one
    std::optional<twin::ReplayThread::Scout> comparedScout;                             ///< likewise
    std::unique_ptr<telemetry::Source> comparedOverview, comparedFirst, comparedSecond; ///< likewise, and both to be compared
    std::optional<Error> logProblem; ///< why there is no replay although there is a log
};

/// Another log to lay beside the one that is played.
struct Compared {
    std::filesystem::path log;      ///< empty: none
    std::optional<Duration> offset; ///< by which it is shown later than it was recorded; none: both begin together
};

/// Opens a plant's models and opens its log on a thread of its own, so that the window stays alive meanwhile.
class Loader {
public:
    /// `plant` must outlive the loader and what it loads. `log` empty: the plant's own; none at all
    /// unless `withLog`.
    Loader(const plant::Plant& plant, std::filesystem::path log, bool withLog = true, Compared compared = {});

    struct Status {
        double fraction = 0;
        std::string stage;
    };
    [[nodiscard]] Status status() const;
    /// What was loaded, once; nothing while it is not yet done.
    [[nodiscard]] std::optional<Loaded> take();
    void cancel();
    /// Blocks until it is done.
    void wait();

private:
    [[nodiscard]] Loaded load(const Progress& progress);
    [[nodiscard]] Result<void> loadCompared(const std::filesystem::path& log, Loaded& result) const;

    const plant::Plant& plant_;
    std::filesystem::path log_;
    bool withLog_;
    Compared compared_;
    mutable std::mutex mutex_; // guards what follows
    Status status_;
    std::optional<Loaded> loaded_;
    std::jthread thread_; // last: it uses all of the above
};

} // namespace millwright::app
