#include "twin/alarms.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <format>
#include <functional>
#include <limits>
#include <map>
#include <string>

namespace millwright::twin {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t fewTimers = 64;

Time after(Time time, Duration duration) {
    return time > Time::max() - duration ? Time::max() : time + duration; // durations are not negative
}

std::vector<SignalIndex> signalsOf(const plant::Alarm& alarm) {
    std::vector<SignalIndex> signals = alarm.measure.signals;
    signals.insert(signals.end(), alarm.suppressedBy.signals.begin(), alarm.suppressedBy.signals.end());
    std::ranges::sort(signals);
    const auto repeated = std::ranges::unique(signals);
    signals.erase(repeated.begin(), repeated.end());
    return signals;
}

std::string_view reason(Refusal refusal) {
    switch (refusal) {
    case Refusal::AlreadyAcknowledged: return "there is nothing to acknowledge (BadConditionBranchAlreadyAcked)";
    case Refusal::InvalidState:
        return "only a latched alarm that has returned to normal and is acknowledged can be reset (BadInvalidState)";
    case Refusal::AlreadyShelved: return "it is shelved already (BadConditionAlreadyShelved)";
    case Refusal::NotShelved: return "it is not shelved (BadConditionNotShelved)";
    case Refusal::None: break;
    }
    return {};
}

} // namespace

Alarms::Alarms(const plant::Plant& plant)
    : states_(plant.alarms.size()), progress_(plant.alarms.size()), firstWatcher_(plant.signals.size() + 1) {
    std::map<std::string, std::uint32_t> groups;
    for (const plant::Alarm& alarm : plant.alarms) {
        Rule& rule = rules_.emplace_back(&alarm);
        if (alarm.signal != noSignal) rule.maxGap = plant.at(alarm.signal).maxGap;
        const auto& code = alarm.measure.code;
        rule.direct = code.size() == 1 && code.front().op == plant::Expression::Op::Number;
        if (!alarm.firstOut.empty())
            rule.group = groups.emplace(alarm.firstOut, static_cast<std::uint32_t>(groups.size())).first->second;
        for (const SignalIndex signal : signalsOf(alarm)) ++firstWatcher_[index(signal) + 1];
    }
    for (std::size_t i = 1; i < firstWatcher_.size(); ++i) firstWatcher_[i] += firstWatcher_[i - 1];
    watchers_.resize(firstWatcher_.back());
    std::vector<std::uint32_t> next = firstWatcher_;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        for (const SignalIndex signal : signalsOf(*rules_[i].alarm)) watchers_[next[index(signal)]++] = i;
    }
    groups_.resize(groups.size());
    dirty_.reserve(rules_.size());
    clear();
}

std::vector<SignalIndex> Alarms::watched() const {
    std::vector<SignalIndex> signals;
    for (std::size_t i = 0; i + 1 < firstWatcher_.size(); ++i) {
        if (firstWatcher_[i] != firstWatcher_[i + 1]) signals.push_back(static_cast<SignalIndex>(i));
    }
    return signals;
}

void Alarms::clear() {
    std::ranges::fill(states_, AlarmState{});
    for (Progress& progress : progress_) progress = {.previous = none, .previousTime = Time::min()};
    std::ranges::fill(groups_, Group{});
    dirty_.clear();
    timers_.clear();
    transitions_.clear();
}

void Alarms::touch(SignalIndex signal) {
    for (std::uint32_t at = firstWatcher_[index(signal)]; at < firstWatcher_[index(signal) + 1]; ++at) {
        const std::uint32_t alarm = watchers_[at];
        if (progress_[alarm].dirty) continue;
        progress_[alarm].dirty = true;
        dirty_.push_back(alarm);
    }
}

void Alarms::settle(Time instant, Time until, const Slots& signals) {
    if (!dirty_.empty()) {
        // In the plant's order, so that which of a group comes first does not depend on which signal has its sample first.
        if (!std::ranges::is_sorted(dirty_)) std::ranges::sort(dirty_);
        for (const std::uint32_t alarm : dirty_) {
            progress_[alarm].dirty = false;
            judge(alarm, instant, signals);
        }
        dirty_.clear();
    }
    while (!timers_.empty() && timers_.front().due <= until) {
        const Timer timer = timers_.front();
        std::ranges::pop_heap(timers_, std::greater{});
        timers_.pop_back();
        fire(timer, signals);
    }
}

/// A condition that chatters during a long delay leaves a timer behind each time: those that no longer hold are cleared away
/// whenever as many have come again.
void Alarms::push(Timer timer) {
    if (timers_.size() >= mostTimers_) {
        std::erase_if(timers_, [this](const Timer& each) { return !holds(each); });
        std::ranges::make_heap(timers_, std::greater{});
        mostTimers_ = std::max(fewTimers, 2 * timers_.size());
    }
    timers_.push_back(timer);
    std::ranges::push_heap(timers_, std::greater{});
}

bool Alarms::holds(const Timer& timer) const {
    const Progress& progress = progress_[timer.alarm];
    const AlarmState& state = states_[timer.alarm];
    switch (timer.kind) {
    case TimerKind::Delay: return progress.pending && progress.due == timer.due;
    case TimerKind::Stale: return progress.waiting;
    case TimerKind::Shelving: return state.shelving != Shelving::Unshelved && state.shelvedUntil == timer.due;
    case TimerKind::ReAlarm: return state.active && progress.reAlarm == timer.due;
    }
    return false;
}

void Alarms::judge(std::uint32_t i, Time now, const Slots& signals) {
    const plant::Expression& suppressedBy = rules_[i].alarm->suppressedBy;
    const double suppressed = suppressedBy.empty() ? none : plant::evaluate(suppressedBy, signals); // none: stays as it is
    // Masked before and unmasked after: what begins or ends together with the suppression calls for nobody.
    if (suppressed == 1 && !states_[i].suppressed) suppress(i, true, now);
    judgeCondition(i, now, signals);
    if (suppressed == 0 && states_[i].suppressed) suppress(i, false, now);
}

void Alarms::suppress(std::uint32_t i, bool suppressed, Time now) {
    mask(
        i, [&](AlarmState& state) { state.suppressed = suppressed; },
        suppressed ? AlarmChange::Suppressed : AlarmChange::Unsuppressed, now);
}

void Alarms::judgeCondition(std::uint32_t i, Time now, const Slots& signals) {
    const plant::Alarm& alarm = *rules_[i].alarm;
    if (alarm.kind == plant::AlarmKind::Stale) return judgeStale(i, now, signals);
    if (alarm.kind == plant::AlarmKind::Rate && signals.slots[index(alarm.signal)].last.time == progress_[i].previousTime) return;
    const double value = measured(i, signals);
    if (std::isnan(value)) { // neither on nor off: what is stays, a delay that is running starts anew
        progress_[i].pending = false;
        return;
    }
    if (alarm.kind == plant::AlarmKind::State || alarm.kind == plant::AlarmKind::Expression)
        condition(i, value != 0, now);
    else
        judgeLimit(i, value, now);
}

/// The number to compare, or 1 and 0; not a number when there is none.
double Alarms::measured(std::uint32_t i, const Slots& signals) {
    const plant::Alarm& alarm = *rules_[i].alarm;
    double value = rules_[i].direct ? signals.number(alarm.signal) : plant::evaluate(alarm.measure, signals);
    if (!std::isfinite(value)) value = none;
    if (alarm.kind != plant::AlarmKind::Rate) return value;
    Progress& progress = progress_[i];
    const Time time = signals.slots[index(alarm.signal)].last.time;
    double rate = none;
    if (!std::isnan(progress.previous)) {
        const Duration step = time - progress.previousTime;
        if (step > Duration::zero() && step <= rules_[i].maxGap) rate = std::abs(value - progress.previous) / seconds(step);
    }
    progress.previous = value;
    progress.previousTime = time;
    return rate;
}

/// OPC 10000-9, B.1.5: on beyond the limit, off only when within it by more than the dead-band.
void Alarms::judgeLimit(std::uint32_t i, double value, Time now) {
    const plant::Alarm& alarm = *rules_[i].alarm;
    const bool low = alarm.kind == plant::AlarmKind::Low || alarm.kind == plant::AlarmKind::LowLow;
    const double beyond = low ? alarm.limit - value : value - alarm.limit;
    const bool held = states_[i].active != progress_[i].pending; // what the condition was
    condition(i, held ? !(beyond < -alarm.deadBand) : beyond > 0, now);
}

void Alarms::judgeStale(std::uint32_t i, Time now, const Slots& signals) {
    const plant::Alarm& alarm = *rules_[i].alarm;
    const telemetry::Sample& last = signals.slots[index(alarm.signal)].last;
    if (last.signal == noSignal) return;
    const Time due = after(last.time, alarm.timeout);
    const bool silent = due <= now;
    if (!silent && !progress_[i].waiting) {
        progress_[i].waiting = true;
        push({due, i, TimerKind::Stale});
    }
    condition(i, silent || last.quality == Quality::Stale, now);
}

void Alarms::condition(std::uint32_t i, bool holds, Time now) {
    Progress& progress = progress_[i];
    if (holds == states_[i].active) {
        progress.pending = false;
        return;
    }
    if (progress.pending) return;
    const plant::Alarm& alarm = *rules_[i].alarm;
    const Duration delay = holds ? alarm.onDelay : alarm.offDelay;
    if (delay == Duration::zero()) return setActive(i, holds, now);
    progress.pending = true;
    progress.due = after(now, delay);
    push({progress.due, i, TimerKind::Delay});
}

void Alarms::fire(const Timer& timer, const Slots& signals) {
    const std::uint32_t i = timer.alarm;
    Progress& progress = progress_[i];
    AlarmState& state = states_[i];
    if (!holds(timer)) return;
    switch (timer.kind) {
    case TimerKind::Delay:
        progress.pending = false;
        setActive(i, !state.active, timer.due);
        break;
    case TimerKind::Stale:
        progress.waiting = false;
        judgeStale(i, timer.due, signals);
        break;
    case TimerKind::Shelving: shelve(i, step(state.shelving, ShelvingEvent::Expire), timer.due, noAction); break;
    case TimerKind::ReAlarm: {
        progress.reAlarm.reset();
        const AlarmStep next = step(state.phase, AlarmEvent::ReAlarm, rules_[i].alarm->latching, needsAcknowledgement(i));
        if (!next.annunciates) return;
        take(i, next.to);
        ++state.raisedCount;
        startReAlarm(i, timer.due);
        note(i, AlarmChange::ReAlarmed, timer.due, !state.masked());
        break;
    }
    }
}

void Alarms::startReAlarm(std::uint32_t i, Time now) {
    const Duration again = rules_[i].alarm->reAlarm;
    if (again == Duration::zero()) return;
    progress_[i].reAlarm = after(now, again);
    push({*progress_[i].reAlarm, i, TimerKind::ReAlarm});
}

/// What is raised behind a mask calls for nobody: there is nothing to acknowledge when it returns.
bool Alarms::needsAcknowledgement(std::uint32_t i) const {
    const AlarmState& state = states_[i];
    return rules_[i].alarm->needsAcknowledgement && (!state.masked() || state.unacknowledged());
}

void Alarms::setActive(std::uint32_t i, bool active, Time now) {
    AlarmState& state = states_[i];
    state.active = active;
    const AlarmEvent event = active ? AlarmEvent::Activate : AlarmEvent::Return;
    const AlarmStep next = step(state.phase, event, rules_[i].alarm->latching, needsAcknowledgement(i));
    take(i, next.to);
    if (!active) {
        progress_[i].reAlarm.reset();
        note(i, AlarmChange::Returned, now, false);
        if (state.shelving == Shelving::OneShot) shelve(i, step(state.shelving, ShelvingEvent::Return), now, noAction);
        return;
    }
    state.raised = now;
    ++state.raisedCount;
    startReAlarm(i, now);
    const bool annunciated = next.annunciates && !state.masked();
    if (annunciated) markFirst(i);
    note(i, AlarmChange::Raised, now, annunciated);
}

/// Marks an alarm that calls for the operator if none of its group does yet.
void Alarms::markFirst(std::uint32_t i) {
    if (rules_[i].group >= groups_.size() || groups_[rules_[i].group].leader < states_.size()) return;
    groups_[rules_[i].group].leader = i;
    states_[i].firstOut = true;
}

/// Changes the phase, and the group's mark when its last alarm is normal again.
void Alarms::take(std::uint32_t i, AlarmPhase phase) {
    AlarmState& state = states_[i];
    const bool wasNormal = state.phase == AlarmPhase::Normal;
    const bool isNormal = phase == AlarmPhase::Normal;
    state.phase = phase;
    if (wasNormal == isNormal || rules_[i].group >= groups_.size()) return;
    Group& group = groups_[rules_[i].group];
    group.outstanding += isNormal ? -1u : 1u;
    if (group.outstanding != 0 || group.leader >= states_.size()) return;
    states_[group.leader].firstOut = false;
    group.leader = Group{}.leader;
}

void Alarms::note(std::uint32_t i, AlarmChange change, Time now, bool annunciated, std::uint32_t action) {
    states_[i].since = now;
    transitions_.push_back({now, static_cast<AlarmIndex>(i), action, change, states_[i].display(), annunciated});
}

/// Sets or takes away a mask; an alarm that is active when the last one goes calls for the operator again.
template <typename Set>
void Alarms::mask(std::uint32_t i, const Set& set, AlarmChange change, Time now, std::uint32_t action) {
    AlarmState& state = states_[i];
    const bool before = state.masked();
    set(state);
    bool annunciated = false;
    if (before && !state.masked()) {
        const plant::Alarm& alarm = *rules_[i].alarm;
        const AlarmStep next = step(state.phase, AlarmEvent::Unmask, alarm.latching, alarm.needsAcknowledgement);
        take(i, next.to);
        annunciated = next.annunciates;
        if (annunciated) markFirst(i);
    }
    note(i, change, now, annunciated, action);
}

void Alarms::shelve(std::uint32_t i, ShelvingStep next, Time now, std::uint32_t action) {
    mask(
        i,
        [&](AlarmState& state) {
            state.shelving = next.to;
            if (next.to == Shelving::Unshelved) state.shelvedUntil = {};
        },
        next.to == Shelving::Unshelved ? AlarmChange::Unshelved : AlarmChange::Shelved, now, action);
}

Result<void> Alarms::act(const OperatorAction& action, std::uint32_t number, Time now) {
    using enum OperatorAction::Kind;
    assert(index(action.alarm) < rules_.size());
    const auto i = static_cast<std::uint32_t>(index(action.alarm));
    const plant::Alarm& alarm = *rules_[i].alarm;
    AlarmState& state = states_[i];
    const auto refuse = [&](std::string_view why) { return failure(ErrorCode::Invalid, std::string{why}, alarm.path); };
    switch (action.kind) {
    case Acknowledge:
    case Reset: {
        const bool acknowledges = action.kind == Acknowledge;
        const AlarmStep next = step(state.phase, acknowledges ? AlarmEvent::Acknowledge : AlarmEvent::Reset, alarm.latching,
                                    alarm.needsAcknowledgement);
        if (next.refusal != Refusal::None) return refuse(reason(next.refusal));
        take(i, next.to);
        if (state.active) startReAlarm(i, now);
        note(i, acknowledges ? AlarmChange::Acknowledged : AlarmChange::Reset, now, false, number);
        return {};
    }
    case ShelveOneShot:
    case ShelveTimed: {
        const bool timed = action.kind == ShelveTimed;
        if (alarm.maximumShelving == Duration::zero()) return refuse("it must not be shelved");
        if (timed && (action.duration <= Duration::zero() || action.duration > alarm.maximumShelving))
            return refuse(
                std::format("it can be shelved for at most {} (BadShelvingTimeOutOfRange)", formatDuration(alarm.maximumShelving)));
        const ShelvingStep next = step(state.shelving, timed ? ShelvingEvent::ShelveTimed : ShelvingEvent::ShelveOneShot);
        if (next.refusal != Refusal::None) return refuse(reason(next.refusal));
        shelve(i, next, now, number);
        state.shelvedUntil = after(now, timed ? action.duration : alarm.maximumShelving);
        push({state.shelvedUntil, i, TimerKind::Shelving});
        return {};
    }
    case Unshelve: {
        const ShelvingStep next = step(state.shelving, ShelvingEvent::Unshelve);
        if (next.refusal != Refusal::None) return refuse(reason(next.refusal));
        shelve(i, next, now, number);
        return {};
    }
    case TakeOutOfService:
    case ReturnToService: {
        const bool out = action.kind == TakeOutOfService;
        if (state.outOfService == out) return refuse(out ? "it is out of service already" : "it is in service");
        mask(
            i, [&](AlarmState& s) { s.outOfService = out; }, out ? AlarmChange::OutOfService : AlarmChange::InService, now, number);
        return {};
    }
    case Comment: note(i, AlarmChange::Commented, now, false, number); return {};
    }
    return {};
}

AlarmCheckpoint Alarms::checkpoint() const {
    AlarmCheckpoint checkpoint;
    assert(dirty_.empty());
    for (std::uint32_t i = 0; i < states_.size(); ++i) {
        const Progress& progress = progress_[i];
        if (states_[i] == AlarmState{} && !progress.pending) continue;
        checkpoint.entries.push_back({static_cast<AlarmIndex>(i), states_[i], progress.pending, progress.due, progress.reAlarm});
    }
    return checkpoint;
}

void Alarms::restore(const AlarmCheckpoint& checkpoint, const Slots& signals) {
    clear();
    for (const AlarmCheckpoint::Entry& entry : checkpoint.entries) {
        const auto i = static_cast<std::uint32_t>(index(entry.alarm));
        states_[i] = entry.state;
        progress_[i].pending = entry.pending;
        progress_[i].due = entry.due;
        progress_[i].reAlarm = entry.reAlarm;
        if (entry.pending) push({entry.due, i, TimerKind::Delay});
        if (entry.reAlarm) push({*entry.reAlarm, i, TimerKind::ReAlarm});
        if (entry.state.shelving != Shelving::Unshelved) push({entry.state.shelvedUntil, i, TimerKind::Shelving});
    }
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        const plant::Alarm& alarm = *rules_[i].alarm;
        if (rules_[i].group < groups_.size()) {
            Group& group = groups_[rules_[i].group];
            if (states_[i].phase != AlarmPhase::Normal) ++group.outstanding;
            if (states_[i].firstOut) group.leader = i;
        }
        // What these remember, the signal's last sample tells.
        if (alarm.kind != plant::AlarmKind::Rate && alarm.kind != plant::AlarmKind::Stale) continue;
        const telemetry::Sample& last = signals.slots[index(alarm.signal)].last;
        if (last.signal == noSignal) continue;
        if (alarm.kind == plant::AlarmKind::Rate) {
            const double value = signals.number(alarm.signal);
            progress_[i].previous = std::isfinite(value) ? value : none;
            progress_[i].previousTime = last.time;
        } else {
            progress_[i].waiting = true;
            push({after(last.time, alarm.timeout), i, TimerKind::Stale});
        }
    }
}

void Alarms::hash(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(states_.size()));
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const AlarmState& state = states_[i];
        hasher.add(static_cast<std::uint8_t>(state.phase));
        hasher.add(static_cast<std::uint8_t>(state.shelving));
        hasher.add(static_cast<std::uint8_t>(state.suppressed));
        hasher.add(static_cast<std::uint8_t>(state.outOfService));
        hasher.add(static_cast<std::uint8_t>(state.active));
        hasher.add(static_cast<std::uint8_t>(state.firstOut));
        hasher.add(state.raisedCount);
        hasher.add(nanoseconds(state.since));
        hasher.add(nanoseconds(state.raised));
        hasher.add(nanoseconds(state.shelvedUntil));
        hasher.add(static_cast<std::uint8_t>(progress_[i].pending));
        if (progress_[i].pending) hasher.add(nanoseconds(progress_[i].due));
    }
}

} // namespace millwright::twin
