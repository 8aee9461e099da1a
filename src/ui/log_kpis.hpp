#pragma once

#include <millwright/kpi/recent.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace millwright::ui {

/// What is measured of a log: in bins of all of it, and up to any time in it exactly. The thread that reads the log gives it the
/// samples and then answers questions with the same source; the frame thread asks and never waits.
class LogKpis {
public:
    /// `plant` and `source` must outlive it.
    LogKpis(const plant::Plant& plant, telemetry::Source& source);

    // The reader's thread.
    /// All samples of the log, in order.
    void apply(std::span<const telemetry::Sample> samples);
    /// Makes the bins of all of it.
    void finish();
    /// Reads again what lies between a checkpoint and the time that is asked for, whenever one is, until `stop`.
    void serve(const std::stop_token& stop);

    // The frame thread, once it is finished.
    /// The bins up to `time`. The last one ends there if that is measured by now; if not, it will be soon.
    [[nodiscard]] std::shared_ptr<const kpi::Bins> upTo(Time time);
    /// Whether what was last asked for is still being measured.
    [[nodiscard]] bool busy() const;
    /// Blocks until it is not: for pictures and tests.
    void wait() const;

private:
    struct Checkpoint {
        Time time{}; ///< all samples up to it are in
        kpi::Meter::Checkpoint meter;
    };
    [[nodiscard]] bool waiting() const { return asked_ && !failed_ && (answer_ == nullptr || answer_->interval.to != *asked_); }
    [[nodiscard]] Result<bool> step(Time to);

    telemetry::Source& source_;
    TimeInterval span_;
    kpi::Meter meter_;
    std::vector<Checkpoint> checkpoints_; ///< ascending
    Duration between_{};                  ///< two of them
    kpi::Bins all_;

    // Of the answer in hand.
    Time position_ = Time::max();                ///< all samples up to it are in
    std::span<const telemetry::Sample> pending_; ///< read, and later than that

    mutable std::mutex mutex_; ///< guards what follows
    mutable std::condition_variable_any changed_;
    std::optional<Time> asked_;
    std::shared_ptr<const kpi::Bin> answer_;
    bool failed_ = false;

    std::shared_ptr<const kpi::Bins> shown_; ///< the frame thread's: what was last handed out
    std::size_t shownWhole_ = 0;
    const kpi::Bin* shownLast_ = nullptr;
};

} // namespace millwright::ui
