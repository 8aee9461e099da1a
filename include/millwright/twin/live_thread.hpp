#pragma once

#include <millwright/twin/live.hpp>

#include <memory>
#include <vector>

namespace millwright::twin {

/// The twin thread of live feeds: the only writer of the twin's state. Thread: one, the frame thread, which never waits for it.
class LiveThread {
public:
    /// Starts the thread; a frame is made every `period`. The plant must outlive this.
    explicit LiveThread(Live live, Duration period = std::chrono::milliseconds{16});
    /// Stops and joins.
    ~LiveThread();
    LiveThread(const LiveThread&) = delete;
    LiveThread& operator=(const LiveThread&) = delete;

    /// What an operator does, at the time that has settled when it is taken up. False, and nothing happens, while more than a
    /// hundred wait. Refused ones are dropped: the frame shows what is.
    bool act(OperatorAction action);

    /// The newest frame; never null.
    [[nodiscard]] std::shared_ptr<const Frame> frame() const;
    /// How the feeds were at that frame; never null.
    [[nodiscard]] std::shared_ptr<const std::vector<telemetry::FeedStatus>> feeds() const;
    /// States and KPIs as `Live::kpis` has them, made anew every second; never null.
    [[nodiscard]] std::shared_ptr<const kpi::Bins> kpis() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::twin
