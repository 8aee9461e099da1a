#include "twin/alarm_record.hpp"
#include "twin/lookahead.hpp"

#include <millwright/core/bytes.hpp>
#include <millwright/core/hash.hpp>
#include <millwright/core/time_edges.hpp>
#include <millwright/twin/derived_source.hpp>
#include <millwright/twin/replay.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace millwright::twin {
namespace {

using telemetry::Sample;

constexpr std::size_t batchSamples = 16'384;
/// How many samples after the clock may decide a value between two samples. Part of the state's definition (docs/twin.md): it must
/// not depend on how the feed is cut into batches.
constexpr std::size_t lookaheadSamples = 262'144;
constexpr std::size_t recentTransitions = 256;                    ///< that a frame shows
constexpr std::string_view memoryMagic = "millwright alarms 1\n"; ///< of what `Replay::memory` tells: change it with the form
constexpr double slowest = 0.001, fastest = 1e6;

} // namespace

std::vector<telemetry::Subscription> subscriptions(const plant::Plant& plant) {
    std::vector<telemetry::Subscription> list;
    list.reserve(plant.signals.size());
    for (const plant::Signal& signal : plant.signals) {
        const SharedText& topic = signal.derived || !signal.topic.empty() ? signal.topic : signal.path;
        list.push_back({topic, signal.type, signal.unit});
    }
    return list;
}

struct Replay::State {
    const plant::Plant* plant;
    std::shared_ptr<telemetry::Source> source;
    Twin twin;
    Lookahead ahead;
    std::vector<Sample> upcoming; ///< parallel to twin.interpolated()
    AlarmRecord record;
    std::size_t checkpointBytes, journalTransitions;                 ///< most room of `record`
    std::vector<OperatorAction> actions;                             ///< ascending by time
    std::vector<std::string> refusals;                               ///< parallel to it
    std::shared_ptr<const std::vector<OperatorAction>> shownActions; ///< of frames; null once others were done
    std::size_t nextAction = 0;                                      ///< the first that the twin has not seen
    std::uint64_t checkpointAt = 0; ///< samples applied when the last checkpoint was taken or restored
    TimeInterval log;
    double speed = 1;
    std::uint64_t frames = 0;
    std::optional<Error> fault; ///< met while reading ahead; reported when the clock gets there
    bool playing = false;
    bool looping = false;
    bool exhausted = false;

    State(const plant::Plant& p, std::shared_ptr<telemetry::Source> s, const ReplayOptions& options)
        : plant{&p},
          source{std::move(s)},
          twin{p},
          ahead{p.signals.size(), twin.interpolated()},
          record{options.checkpointSamples, options.checkpointBytes, options.journalTransitions},
          checkpointBytes{options.checkpointBytes},
          journalTransitions{options.journalTransitions},
          actions{options.actions},
          refusals(actions.size()),
          log{source->span()} {
        twin.connect(source->conversions(), {source, &source->strings()});
        upcoming.resize(twin.interpolated().size());
    }

    [[nodiscard]] Time within(Time time) const { return std::clamp(time, log.from, log.to); }
    Result<void> rewind();
    Result<void> restore(const AlarmRecord::Checkpoint& checkpoint);
    Result<void> seek(Time time);
    Result<void> runTo(Time time, const Progress& progress);
    Result<std::span<const Sample>> advance(Time limit);
    Result<std::span<const Sample>> applyUpTo(Time limit);
    void apply(std::span<const Sample> samples);
    void takeTransitions(Time settled);
    void arrive(Time time);
    Result<void> act(OperatorAction action);
    Result<void> readAhead();
    [[nodiscard]] std::optional<Time> wantedUntil() const;
    void lookAhead();
};

/// Becomes the state that the feed's keyframe and the alarms' checkpoint tell.
Result<void> Replay::State::restore(const AlarmRecord::Checkpoint& checkpoint) {
    const Time time = checkpoint.time;
    ahead.clear();
    fault.reset();
    exhausted = false;
    auto keyframe = source->seek(time);
    if (!keyframe) return std::unexpected(std::move(keyframe.error()));
    if (!keyframe->complete && time > justBefore(log.from)) { // integrals would start in the middle: only the whole log tells them
        if (auto done = rewind(); !done) return done;
        return runTo(time, {});
    }
    twin.restore(*keyframe, checkpoint.alarms);
    record.restart(time, checkpoint.transitions);
    nextAction = static_cast<std::size_t>(std::ranges::upper_bound(actions, time, {}, &OperatorAction::time) - actions.begin());
    checkpointAt = twin.samplesApplied();
    return {};
}

/// Before the first sample, so that replaying counts every one.
Result<void> Replay::State::rewind() {
    return restore({.time = justBefore(log.from)});
}

Result<void> Replay::State::seek(Time time) {
    time = within(time);
    if (plant->alarms.empty()) {
        if (auto done = restore({.time = time}); !done) return done;
        twin.advance(time);
        return {};
    }
    // What alarms did depends on all that was before: from the nearest state that is known, the rest is replayed.
    const AlarmRecord::Checkpoint* checkpoint = record.before(time);
    const bool nearer = twin.time() <= time && (checkpoint == nullptr || checkpoint->time <= twin.time());
    if (!nearer) {
        if (auto done = checkpoint != nullptr ? restore(*checkpoint) : rewind(); !done) return done;
    }
    return runTo(time, {});
}

/// Applies samples, all later than or at the clock.
void Replay::State::apply(std::span<const Sample> samples) {
    if (!plant->alarms.empty()) {
        const bool whole =
            samples.front().time > twin.time() && (nextAction == actions.size() || actions[nextAction].time > twin.time());
        if (whole && record.wants(twin.time(), twin.samplesApplied() - checkpointAt)) {
            twin.advance(twin.time());
            takeTransitions(twin.time());
            record.add({twin.time(), twin.checkpoint(), record.count(twin.time())});
            checkpointAt = twin.samplesApplied();
        }
    }
    twin.apply(samples);
    if (!twin.transitions().empty()) takeTransitions(justBefore(twin.time()));
}

/// All transitions up to `settled` are among the twin's.
void Replay::State::takeTransitions(Time settled) {
    record.add(twin.transitions(), settled);
    twin.clearTransitions();
}

/// All samples up to `time` are in: it becomes the twin's time, and what operators do then is done.
void Replay::State::arrive(Time time) {
    twin.advance(time);
    for (; nextAction < actions.size() && actions[nextAction].time <= time; ++nextAction) {
        // One that comes from a file, or later than one that was added, may be impossible; it then has no effect.
        const auto done = twin.act(actions[nextAction], static_cast<std::uint32_t>(nextAction));
        refusals[nextAction] = done ? std::string{} : done.error().message;
    }
    takeTransitions(time);
}

Result<void> Replay::State::act(OperatorAction action) {
    if (auto done = runTo(twin.time(), {}); !done) return done; // the rest of this instant
    action.time = twin.time();
    if (auto done = twin.act(action, static_cast<std::uint32_t>(nextAction)); !done) return done;
    actions.insert(actions.begin() + static_cast<std::ptrdiff_t>(nextAction), std::move(action));
    shownActions.reset();
    refusals.insert(refusals.begin() + static_cast<std::ptrdiff_t>(nextAction), std::string{});
    ++nextAction;
    record.branch(twin.time(), twin.transitions());
    twin.clearTransitions();
    return {};
}

Result<std::span<const Sample>> Replay::State::advance(Time limit) {
    limit = std::max(limit, twin.time());
    record.seen(twin.time());
    while (true) {
        const bool acting = nextAction < actions.size() && actions[nextAction].time < limit;
        const Time until = acting ? std::max(actions[nextAction].time, twin.time()) : limit;
        auto applied = applyUpTo(until);
        if (!applied || !applied->empty()) return applied;
        arrive(until);
        if (until == limit) return applied;
    }
}

/// A batch of samples up to `limit`; empty when all are in.
Result<std::span<const Sample>> Replay::State::applyUpTo(Time limit) {
    if (ahead.waiting().empty() && !exhausted) {
        if (fault) return std::unexpected(*fault);
        auto batch = source->next(batchSamples);
        if (!batch) return std::unexpected(std::move(batch.error()));
        if (!batch->empty() && batch->back().time <= limit) { // the common case: nothing is copied
            apply(*batch);
            return *batch;
        }
        exhausted = batch->empty();
        ahead.push(*batch);
    }
    auto ready = ahead.waiting();
    ready = ready.first(std::min(ready.size(), batchSamples));
    const auto end = std::ranges::upper_bound(ready, limit, {}, &Sample::time);
    ready = ready.first(static_cast<std::size_t>(end - ready.begin()));
    if (ready.empty()) return ready;
    apply(ready);
    ahead.pop(ready.size());
    return ready;
}

Result<void> Replay::State::runTo(Time time, const Progress& progress) {
    time = within(time);
    if (time < twin.time()) return seek(time);
    const Time from = twin.time();
    for (std::size_t batches = 0;; ++batches) {
        auto applied = advance(time);
        if (!applied) return std::unexpected(std::move(applied.error()));
        if (applied->empty()) return {};
        if (batches % 16 != 0) continue;
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while replaying", formatTime(twin.time()));
        progress(seconds(twin.time() - from) / std::max(1e-9, seconds(time - from)), "replaying");
    }
}

Result<void> Replay::State::readAhead() {
    auto batch = source->next(batchSamples);
    if (!batch) {
        fault = batch.error();
        return std::unexpected(std::move(batch.error()));
    }
    exhausted = batch->empty();
    ahead.push(*batch);
    return {};
}

/// The time up to which the feed must be read to know every interpolated signal's next sample; none when all are known.
std::optional<Time> Replay::State::wantedUntil() const {
    std::optional<Time> wanted;
    for (const SignalIndex signal : twin.interpolated()) {
        const Sample& last = twin.last(signal);
        if (last.signal == noSignal || ahead.next(signal, lookaheadSamples)) continue;
        const Duration maxGap = plant->at(signal).maxGap;
        const Time until = last.time > Time::max() - maxGap ? Time::max() : last.time + maxGap;
        if (until > twin.time() && (!wanted || until > *wanted)) wanted = until;
    }
    return wanted;
}

void Replay::State::lookAhead() {
    while (!exhausted && !fault && ahead.waiting().size() < lookaheadSamples) {
        const std::optional<Time> wanted = wantedUntil();
        if (!wanted || (!ahead.waiting().empty() && ahead.waiting().back().time > *wanted)) break;
        if (!readAhead()) break;
    }
    for (std::size_t i = 0; i < upcoming.size(); ++i) {
        const Sample* next = ahead.next(twin.interpolated()[i], lookaheadSamples);
        upcoming[i] = next ? *next : Sample{};
    }
    twin.expect(upcoming);
}

Result<Replay> Replay::open(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source, const ReplayOptions& options) {
    const TimeInterval span = source->span();
    if (!fitsDuration(span)) {
        return failure(ErrorCode::Malformed, "the log's times span more than 292 years; check the clocks of what recorded it");
    }
    std::shared_ptr<telemetry::Source> whole = withDerived(plant, std::move(source));
    Replay replay{std::make_unique<State>(plant, std::move(whole), options)};
    if (auto done = replay.state_->rewind(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = replay.state_->runTo(span.from, {}); !done) return std::unexpected(std::move(done.error()));
    return replay;
}

Replay::Replay(std::unique_ptr<State> state) : state_{std::move(state)} {}
Replay::~Replay() = default;
Replay::Replay(Replay&&) noexcept = default;
Replay& Replay::operator=(Replay&&) noexcept = default;

void Replay::play() {
    state_->playing = true;
}
void Replay::pause() {
    state_->playing = false;
}
void Replay::setSpeed(double speed) {
    if (!std::isnan(speed)) state_->speed = std::clamp(speed, slowest, fastest);
}
void Replay::setLoop(bool loop) {
    state_->looping = loop;
}

Result<void> Replay::tick(Duration elapsed) {
    State& s = *state_;
    if (!s.playing || elapsed <= Duration::zero()) return {};
    if (s.twin.time() >= s.log.to) { // play at the end means: again
        if (auto done = s.seek(s.log.from); !done) return done;
    }
    const Duration delta = durationFromSeconds(seconds(elapsed) * s.speed);
    const Duration left = s.log.to - s.twin.time();
    if (delta < left) return s.runTo(s.twin.time() + delta, {});
    const Duration length = s.log.length();
    if (!s.looping || length == Duration::zero()) {
        s.playing = false;
        return s.runTo(s.log.to, {});
    }
    if (auto done = s.seek(s.log.from); !done) return done;
    return s.runTo(s.log.from + (delta - left) % length, {});
}

Result<void> Replay::step(Duration offset) {
    State& s = *state_;
    s.playing = false;
    if (offset >= Duration::zero()) return s.runTo(offset > s.log.to - s.twin.time() ? s.log.to : s.twin.time() + offset, {});
    return s.seek(offset < s.log.from - s.twin.time() ? s.log.from : s.twin.time() + offset);
}

Result<void> Replay::seek(Time time) {
    return state_->seek(time);
}
Result<void> Replay::rewind() {
    return state_->rewind();
}
Result<void> Replay::runTo(Time time, const Progress& progress) {
    return state_->runTo(time, progress);
}
Result<std::span<const Sample>> Replay::advance(Time limit) {
    return state_->advance(state_->within(limit));
}

void Replay::learn(const Replay& other) {
    const auto same = [](const OperatorAction& a, const OperatorAction& b) {
        const auto all = [](const OperatorAction& x) { return std::tie(x.time, x.alarm, x.kind, x.duration, x.user, x.comment); };
        return all(a) == all(b);
    };
    const auto [mine, theirs] = std::ranges::mismatch(state_->actions, other.state_->actions, same);
    Time until = Time::max();
    if (mine != state_->actions.end()) until = justBefore(mine->time);
    if (theirs != other.state_->actions.end()) until = std::min(until, justBefore(theirs->time));
    const auto common = static_cast<std::size_t>(mine - state_->actions.begin());
    for (std::size_t i = state_->nextAction; i < common; ++i) state_->refusals[i] = other.state_->refusals[i];
    state_->record.learn(other.state_->record, until);
}

std::vector<std::byte> Replay::memory() const {
    std::vector<std::byte> content;
    ByteWriter out{content};
    out.varint(state_->refusals.size());
    for (const std::string& refusal : state_->refusals) {
        out.varint(refusal.size());
        out.text(refusal);
    }
    state_->record.write(out);
    std::vector<std::byte> memory;
    ByteWriter head{memory};
    head.text(memoryMagic);
    const Digest sum = digest(content);
    head.number(sum.high);
    head.number(sum.low);
    head.bytes(content);
    return memory;
}

Result<void> Replay::recall(std::span<const std::byte> memory) {
    ByteReader in{memory};
    if (in.text(memoryMagic.size()) != memoryMagic)
        return failure(ErrorCode::Malformed, "what was kept of a log's alarms is of another version, or is something else");
    const Digest sum{in.number<std::uint64_t>(), in.number<std::uint64_t>()};
    if (!in.ok() || digest(memory.last(in.remaining())) != sum)
        return failure(ErrorCode::Malformed, "what was kept of a log's alarms is damaged: its checksum does not fit");
    if (in.varint() != state_->actions.size())
        return failure(ErrorCode::Malformed, "what was kept of a log's alarms belongs to other operator actions");
    std::vector<std::string> refusals(state_->actions.size());
    for (std::string& refusal : refusals) refusal = in.text(in.varint());
    const auto record = AlarmRecord::read(
        in, {state_->plant->alarms.size(), state_->actions.size(), state_->checkpointBytes, state_->journalTransitions});
    if (!record) return std::unexpected(record.error());
    for (std::size_t i = state_->nextAction; i < refusals.size(); ++i) state_->refusals[i] = std::move(refusals[i]);
    state_->record.learn(*record, Time::max());
    return {};
}

Result<void> Replay::act(OperatorAction action) {
    return state_->act(std::move(action));
}
std::span<const OperatorAction> Replay::actions() const {
    return state_->actions;
}
std::span<const std::string> Replay::refusals() const {
    return state_->refusals;
}
std::span<const AlarmTransition> Replay::transitions() const {
    return state_->record.transitions(state_->twin.time());
}
std::span<const AlarmTransition> Replay::transitionsSince(std::uint64_t seen) const {
    const auto known = transitions();
    const std::uint64_t dropped = transitionsDropped();
    return known.subspan(static_cast<std::size_t>(std::clamp<std::uint64_t>(seen, dropped, dropped + known.size()) - dropped));
}
std::uint64_t Replay::transitionsDropped() const {
    return state_->record.dropped();
}

Time Replay::time() const {
    return state_->twin.time();
}
TimeInterval Replay::log() const {
    return state_->log;
}
bool Replay::playing() const {
    return state_->playing;
}
bool Replay::looping() const {
    return state_->looping;
}
double Replay::speed() const {
    return state_->speed;
}
const telemetry::Source& Replay::source() const {
    return *state_->source;
}
const Twin& Replay::twin() const {
    return state_->twin;
}
std::uint64_t Replay::samplesApplied() const {
    return state_->twin.samplesApplied();
}

std::shared_ptr<const Frame> Replay::frame() {
    state_->lookAhead();
    auto frame = std::make_shared<Frame>();
    state_->twin.write(*frame);
    const auto known = state_->record.transitions(state_->twin.time());
    const auto recent = known.last(std::min(known.size(), recentTransitions));
    frame->transitions.assign(recent.begin(), recent.end());
    if (!state_->shownActions) state_->shownActions = std::make_shared<const std::vector<OperatorAction>>(state_->actions);
    frame->actions = state_->shownActions;
    frame->number = ++state_->frames;
    frame->speed = state_->speed;
    frame->playing = state_->playing;
    frame->log = state_->log;
    return frame;
}

Digest Replay::stateHash() {
    state_->lookAhead();
    return state_->twin.stateHash();
}

} // namespace millwright::twin
