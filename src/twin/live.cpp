#include "twin/derivation.hpp"

#include <millwright/core/time_edges.hpp>
#include <millwright/twin/live.hpp>
#include <millwright/twin/state_history.hpp>
#include <millwright/twin/unlisted.hpp>

#include <algorithm>
#include <optional>

namespace millwright::twin {
namespace {

constexpr std::size_t shownTransitions = 256; // as in a replay's frames
constexpr std::size_t shownSpells = 500;      // of each machine

} // namespace

struct Live::State {
    const plant::Plant& plant;
    telemetry::LiveSource source;
    std::vector<telemetry::Conversion> identity; ///< feeds speak the plant's units
    std::optional<Derivation> derivation;        ///< of a plant with derived signals
    std::vector<telemetry::Sample> derived;      ///< what was applied last, with those of derived signals
    Twin twin;
    UnlistedStates unlisted;
    std::uint64_t frames = 0;
    std::vector<AlarmTransition> transitions; ///< the latest
    std::optional<StateHistory> machines;     ///< once begun
    std::shared_ptr<const MachineStates> states;
    std::uint64_t statesShown = 0;           ///< `StateHistory::changes` of `states`
    std::optional<ConditionWatch> condition; ///< where there is a model
    std::shared_ptr<const ConditionStates> conditions;
    bool judged = false; ///< since `conditions`
    std::vector<OperatorAction> actions;
    std::shared_ptr<const std::vector<OperatorAction>> shownActions;
    std::function<void(const OperatorAction&)> actionTap;
    bool begun = false;
    std::shared_ptr<history::History> history; ///< or null
    std::optional<kpi::Rolling> measured;      ///< once there is a sample

    State(const plant::Plant& p, telemetry::LiveSource s)
        : plant{p}, source{std::move(s)}, identity(plant.signals.size()), twin{p}, unlisted{p, *source.strings()} {
        if (!plant.derived.empty()) derivation.emplace(plant, identity, *source.strings());
        twin.connect(identity, source.strings());
    }
    void apply(std::span<const telemetry::Sample> samples);
    void takeTransitions();
    void showStates(Frame& frame);
};

/// Begins where a replay of the recording begins, just before the first sample.
void Live::State::apply(std::span<const telemetry::Sample> samples) {
    if (samples.empty()) return;
    if (derivation) { // `samples` are whole instants: nothing of their times comes later
        derived.clear();
        derivation->add(samples, derived);
        samples = derived;
    }
    if (!begun) {
        twin.restore({.time = justBefore(samples.front().time), .entries = {}});
        machines.emplace(plant, identity, *source.strings(), samples.front().time, shownSpells);
        measured.emplace(plant, *source.strings(), samples.front().time);
    }
    begun = true;
    twin.apply(samples);
    unlisted.add(samples);
    machines->apply(samples);
    if (measured) measured->apply(samples);
    if (condition)
        for (const telemetry::Sample& sample : samples) judged |= !condition->apply(sample).empty();
    if (history) history->append(samples);
    takeTransitions();
}

void Live::State::takeTransitions() {
    const auto fresh = twin.transitions();
    if (machines) machines->note(fresh);
    transitions.insert(transitions.end(), fresh.begin(), fresh.end());
    if (transitions.size() > shownTransitions)
        transitions.erase(transitions.begin(), transitions.end() - static_cast<std::ptrdiff_t>(shownTransitions));
    twin.clearTransitions();
}

/// Copies them only when something has changed.
void Live::State::showStates(Frame& frame) {
    if (!machines || machines->sources().empty()) return;
    if (!states || machines->changes() != statesShown) {
        machines->advance(twin.time());
        states = std::make_shared<const MachineStates>(machines->states());
        statesShown = machines->changes();
    }
    frame.states = states;
}

Live::Live(const plant::Plant& plant, telemetry::LiveSource source) : state_{std::make_unique<State>(plant, std::move(source))} {}
Live::~Live() = default;
Live::Live(Live&&) noexcept = default;
Live& Live::operator=(Live&&) noexcept = default;

void Live::keep(std::shared_ptr<history::History> history) {
    state_->history = std::move(history);
}

void Live::watch(std::shared_ptr<const LearntCondition> learnt) {
    state_->condition.emplace(std::move(learnt), state_->identity);
}

void Live::setActionTap(std::function<void(const OperatorAction&)> tap) {
    state_->actionTap = std::move(tap);
}

Result<void> Live::act(OperatorAction action) {
    State& s = *state_;
    if (!s.begun) return failure(ErrorCode::Invalid, "nothing was measured yet");
    s.twin.advance(std::max(s.twin.time(), s.source.settled()));
    s.takeTransitions();
    action.time = s.twin.time();
    if (auto done = s.twin.act(action, static_cast<std::uint32_t>(s.actions.size())); !done) return done;
    s.takeTransitions();
    if (s.actionTap) s.actionTap(action);
    s.actions.push_back(std::move(action));
    s.shownActions.reset();
    return {};
}

void Live::poll(Time now) {
    state_->apply(state_->source.poll(now));
}

void Live::shown(Time now) {
    state_->source.shown(now);
}

void Live::finish(Time now) {
    state_->apply(state_->source.finish(now));
    if (state_->begun) state_->twin.advance(state_->twin.time()); // alarms of the last instant, too
}

telemetry::LiveSource& Live::source() {
    return state_->source;
}

std::vector<telemetry::FeedStatus> Live::status() const {
    std::vector<telemetry::FeedStatus> all = state_->source.status();
    for (const telemetry::UnlistedState& one : state_->unlisted.found())
        all[state_->source.feedOf(one.signal)].unlisted.push_back(one);
    return all;
}

std::vector<Error> Live::warnings() const {
    return state_->unlisted.warnings();
}

const Twin& Live::twin() const {
    return state_->twin;
}

std::shared_ptr<const kpi::Bins> Live::kpis() {
    State& s = *state_;
    return s.measured ? s.measured->at(s.source.settled()) : std::make_shared<const kpi::Bins>();
}

std::shared_ptr<const Frame> Live::frame() {
    State& s = *state_;
    s.twin.advance(std::max(s.twin.time(), s.source.settled()));
    s.takeTransitions();
    auto frame = std::make_shared<Frame>();
    s.twin.write(*frame);
    frame->number = ++s.frames;
    frame->transitions = s.transitions;
    frame->playing = true;
    s.showStates(*frame);
    if (s.condition && (s.judged || !s.conditions)) {
        s.conditions = std::make_shared<const ConditionStates>(s.condition->states());
        s.judged = false;
    }
    frame->conditions = s.conditions;
    if (!s.shownActions) s.shownActions = std::make_shared<const std::vector<OperatorAction>>(s.actions);
    frame->actions = s.shownActions;
    return frame;
}

} // namespace millwright::twin
