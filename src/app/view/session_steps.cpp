#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/replay.hpp>

#include <algorithm>
#include <app/view/session.hpp>

/// Going through the log by what happened in it.
namespace millwright::app {
namespace {

ui::Stepper::Open samplesOf(const plant::Plant& plant, const std::filesystem::path& log) {
    return [topics = twin::subscriptions(plant),
            log](std::span<const SignalIndex> signals) -> Result<std::unique_ptr<telemetry::Source>> {
        std::vector<telemetry::Subscription> some;
        for (const SignalIndex signal : signals) some.push_back(topics[index(signal)]);
        auto source = telemetry::LogSource::open(log, some);
        if (!source) return std::unexpected(source.error());
        return std::unique_ptr<telemetry::Source>{*std::move(source)};
    };
}

} // namespace

void Session::stepTo(const ui::StepTo& step) {
    if (!replay_ || !overview_ || !frame_) return;
    if (!stepper_) stepper_ = std::make_unique<ui::Stepper>(plant_, samplesOf(plant_, options_.log));
    const bool chosen = state.signal != noSignal && plant_.at(state.signal).equipment == state.selected;
    stepper_->ask({.step = step, .from = now(), .equipment = state.selected, .signal = chosen ? state.signal : noSignal});
    replay_->setPlaying(false);
    followStep();
}

Time Session::now() const {
    return headed_ ? std::clamp(*headed_, frame_->log.from, frame_->log.to) : frame_->time;
}

void Session::followStep() {
    if (!stepper_ || !stepper_->busy()) return;
    const auto landing = stepper_->update(*overview_);
    if (!landing) return;
    headed_ = landing->time;
    replay_->seek(landing->time);
    if (landing->alarm != plant::noAlarm) state.alarm = landing->alarm;
}

} // namespace millwright::app
