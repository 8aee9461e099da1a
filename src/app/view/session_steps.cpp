#include <millwright/twin/selected_source.hpp>

#include <algorithm>
#include <app/view/session.hpp>

/// Going through the log by what happened in it.
namespace millwright::app {

void Session::stepTo(const ui::StepTo& step) {
    if (!replay_ || !overview_ || !frame_) return;
    if (!stepper_)
        stepper_ = std::make_unique<ui::Stepper>(plant_, [this](std::span<const SignalIndex> signals) {
            return twin::openSelected(plant_, options_.log, signals);
        });
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
