#pragma once

#include <millwright/history/history.hpp>
#include <millwright/kpi/recent.hpp>
#include <millwright/telemetry/live_source.hpp>
#include <millwright/twin/condition_watch.hpp>
#include <millwright/twin/twin.hpp>

#include <functional>
#include <memory>
#include <span>

namespace millwright::twin {

/// Whether a frame follows feeds: it plays, and there is no log to scrub.
[[nodiscard]] inline bool isLive(const Frame& frame) {
    return frame.playing && frame.log == TimeInterval{};
}

/// Live feeds played into a twin as they arrive. It reads no wall clock: the caller says what time it is. A replay of what was
/// recorded of it comes to the same state. Thread: one at a time.
class Live {
public:
    /// `plant` must outlive this; `source` has as many signals.
    Live(const plant::Plant& plant, telemetry::LiveSource source);
    ~Live();
    Live(Live&&) noexcept;
    Live& operator=(Live&&) noexcept;

    /// From now on, what is applied is also kept in `history`, whose signals are the plant's.
    void keep(std::shared_ptr<history::History> history);

    /// From now on, judges what is applied by a condition model of the plant. Before anything was.
    void watch(std::shared_ptr<const LearntCondition> learnt);

    /// Applies what has arrived by `now`, in order.
    void poll(Time now);
    /// Since `now` people can see what the last `poll` applied: for the latency of its feeds.
    void shown(Time now);
    /// What an operator does now: the action's time becomes that of the twin, up to which everything has settled. A replay of the
    /// recording that does it at that time comes to the same state. Errors: Invalid before the first sample, or where the alarm's
    /// state does not allow it.
    [[nodiscard]] Result<void> act(OperatorAction action);
    /// Called with every action that was done, with its time: to record it.
    void setActionTap(std::function<void(const OperatorAction&)> tap);

    /// Applies also what still waits to be put in order: before the state is compared with that of a replay.
    void finish(Time now);

    [[nodiscard]] telemetry::LiveSource& source();
    /// How the feeds are, with what they brought that no `states` list.
    [[nodiscard]] std::vector<telemetry::FeedStatus> status() const;
    /// What `UnlistedStates::warnings` tells of all that was applied.
    [[nodiscard]] std::vector<Error> warnings() const;
    [[nodiscard]] const Twin& twin() const;
    /// The state at the moment that has settled; moves the twin's clock there.
    [[nodiscard]] std::shared_ptr<const Frame> frame();
    /// States and KPIs of the last 24 hours, from the first sample up to the moment that has settled; never null. The same as a
    /// meter makes of a recording.
    [[nodiscard]] std::shared_ptr<const kpi::Bins> kpis();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::twin
