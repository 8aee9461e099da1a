#include <millwright/twin/alarm_performance.hpp>

#include <algorithm>

namespace millwright::twin {
namespace {

constexpr Duration chatterWithin = std::chrono::minutes{1};

std::int64_t dayOf(Time time) {
    return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

/// The length of the part of it that lies in the window.
Duration lengthWithin(TimeInterval window, Time from, Time to) {
    return std::max(Duration::zero(), std::min(to, window.to) - std::clamp(from, window.from, window.to));
}

} // namespace

double AlarmMetrics::callsInTenMinutes() const {
    return static_cast<double>(calls) * seconds(AlarmPerformance::period) / seconds(window.length());
}
std::uint64_t AlarmMetrics::peak() const {
    std::uint64_t most = 0;
    for (const auto& [period, count] : busy) most = std::max(most, count);
    return most;
}
double AlarmMetrics::floodShare() const {
    Duration sum{};
    for (const AlarmFlood& flood : floods) sum += flood.interval.length();
    return seconds(sum) / seconds(window.length());
}
double AlarmMetrics::topTenShare() const {
    std::uint64_t sum = 0;
    for (const AlarmUse& use : std::span{alarms}.first(std::min<std::size_t>(10, alarms.size()))) sum += use.calls;
    return calls == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(calls);
}
std::uint64_t AlarmMetrics::chattering() const {
    return static_cast<std::uint64_t>(std::ranges::count_if(alarms, [](const AlarmUse& use) { return use.chatters > 0; }));
}
std::uint64_t AlarmMetrics::fleeting() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(alarms, [](const AlarmUse& use) { return use.fleeting > 0 && use.chatters == 0; }));
}

std::vector<AlarmFinding> findingsOf(const AlarmMetrics& metrics, const plant::AlarmTargets& targets) {
    const double operators = targets.operators;
    std::vector<AlarmFinding> findings;
    const auto atMost = [&](std::string_view name, std::string_view text, double value, double target) {
        findings.push_back({name, text, value, target, value <= target});
    };
    atMost("average", "calls in ten minutes, on average", metrics.callsInTenMinutes() / operators, targets.average);
    atMost("peak", "calls in the busiest ten minutes", static_cast<double>(metrics.peak()) / operators, targets.peak);
    atMost("floodShare", "share of the time in floods", metrics.floodShare(), targets.floodShare);
    atMost("topTenShare", "share of the ten most frequent", metrics.topTenShare(), targets.topTen);
    atMost("chattering", "chattering alarms", static_cast<double>(metrics.chattering()), targets.chattering);
    atMost("fleeting", "fleeting alarms", static_cast<double>(metrics.fleeting()), targets.fleeting);
    const auto stale = static_cast<double>(metrics.staleMost);
    findings.push_back({"stale", "stale alarms on the worst day", stale, targets.stale, stale < targets.stale});
    return findings;
}

AlarmPerformance::AlarmPerformance(const plant::Plant& plant, TimeInterval window)
    : plant_{plant}, window_{window}, watched_(plant.alarms.size()), standingSince_{window.from} {
    metrics_.window = window;
    metrics_.periods = static_cast<std::uint64_t>((window.length() + period - Duration{1}) / period);
    for (std::size_t i = 0; i < watched_.size(); ++i) watched_[i].use.alarm = AlarmIndex{static_cast<std::uint32_t>(i)};
}

void AlarmPerformance::apply(std::span<const AlarmTransition> transitions) {
    for (const AlarmTransition& each : transitions) {
        if (each.time > window_.to) return;
        Watched& watched = watched_[index(each.alarm)];
        if (each.change == AlarmChange::Raised) raise(watched, each.time);
        if (each.annunciated) call(each);
        if (each.action != noAction) watched.handled = true;
        if (each.change == AlarmChange::Returned) comeBack(watched, each.time);
        stand(watched, watched.active && each.state < AlarmDisplay::Shelved, each.time);
    }
}

void AlarmPerformance::call(const AlarmTransition& transition) {
    Watched& watched = watched_[index(transition.alarm)];
    watched.called = true;
    if (!within(transition.time)) return;
    ++watched.use.calls;
    ++metrics_.calls;
    ++metrics_.callsByPriority[static_cast<std::size_t>(plant_.at(transition.alarm).priority)];
    // What happens at the window's very end belongs to its last period.
    const auto place = std::min(static_cast<std::uint64_t>((transition.time - window_.from) / period), metrics_.periods - 1);
    if (metrics_.busy.empty() || metrics_.busy.back().first != place) metrics_.busy.emplace_back(place, 0);
    ++metrics_.busy.back().second;
}

void AlarmPerformance::raise(Watched& watched, Time time) {
    watched.active = true;
    watched.called = watched.handled = false;
    watched.raised = time;
}

void AlarmPerformance::comeBack(Watched& watched, Time time) {
    if (!watched.active) return;
    const bool inside = within(time);
    const Duration length = time - watched.raised;
    if (inside) {
        watched.use.active += lengthWithin(window_, watched.raised, time);
        watched.use.longest = std::max(watched.use.longest, length);
        addStale(watched.raised, time);
    }
    watched.active = false;
    if (!watched.called) return; // behind a mask: it bothered nobody
    if (inside && !watched.handled && length <= plant_.alarmTargets.fleetingWithin) ++watched.use.fleeting;
    std::ranges::rotate(watched.cycles, watched.cycles.end() - 1);
    watched.cycles.front() = watched.raised;
    watched.cycleCount = std::min(watched.cycleCount + 1, 3u);
    if (watched.cycleCount < 3 || time - watched.cycles.back() > chatterWithin) return;
    if (inside && watched.cycles.back() > watched.chattersUntil) ++watched.use.chatters;
    watched.chattersUntil = time;
}

void AlarmPerformance::stand(Watched& watched, bool standing, Time time) {
    if (watched.standing == standing) return;
    watched.standing = standing;
    const Time now = std::max(time, window_.from);
    standingSeconds_ += static_cast<double>(standing_) * seconds(now - standingSince_);
    if (now > standingSince_) metrics_.standingMost = std::max(metrics_.standingMost, standing_);
    standingSince_ = now;
    standing ? ++standing_ : --standing_;
}

/// Counts an alarm on each day of the window on which it has been standing for too long.
void AlarmPerformance::addStale(Time raised, Time until) {
    const Duration after = plant_.alarmTargets.staleAfter;
    if (until - raised <= after) return;
    const Time from = std::max(raised + after, window_.from);
    if (from > until) return;
    ++staleChanges_[dayOf(from)];
    --staleChanges_[dayOf(until) + 1];
}

/// ISA-18.2: a flood begins with a period of more calls than the plant says, and ends before one of fewer.
void AlarmPerformance::findFloods() {
    const auto& targets = plant_.alarmTargets;
    const double begins = targets.floodBegins * targets.operators, ends = targets.floodEnds * targets.operators;
    const auto startOf = [&](std::uint64_t place) { return window_.from + static_cast<std::int64_t>(place) * period; };
    bool flooded = false;
    std::uint64_t next = 0; // the period after the last one looked at
    for (const auto& [place, count] : metrics_.busy) {
        const auto calls = static_cast<double>(count);
        // A period without any calls lies between, or this one has few.
        if (flooded && ((place > next && ends > 0) || calls < ends)) flooded = false;
        if (!flooded && calls > begins) {
            metrics_.floods.push_back({.interval = {startOf(place), {}}});
            flooded = true;
        }
        next = place + 1;
        if (!flooded) continue;
        AlarmFlood& flood = metrics_.floods.back();
        flood.interval.to = std::min(window_.to, startOf(next));
        flood.calls += count;
        flood.peak = std::max(flood.peak, count);
    }
}

AlarmMetrics AlarmPerformance::finish() {
    for (Watched& watched : watched_) {
        watched.use.activeAtEnd = watched.active;
        if (watched.standing) ++metrics_.standingAtEnd;
        if (watched.active) {
            watched.use.active += lengthWithin(window_, watched.raised, window_.to);
            watched.use.longest = std::max(watched.use.longest, window_.to - watched.raised);
            addStale(watched.raised, window_.to);
        }
        if (watched.use.calls > 0 || watched.use.active > Duration::zero()) metrics_.alarms.push_back(watched.use);
    }
    std::ranges::stable_sort(metrics_.alarms, std::ranges::greater{}, &AlarmUse::calls);
    standingSeconds_ += static_cast<double>(standing_) * seconds(window_.to - standingSince_);
    metrics_.standingMost = std::max(metrics_.standingMost, standing_);
    metrics_.standingMean = standingSeconds_ / seconds(window_.length());
    std::int64_t stale = 0;
    for (const auto& [on, change] : staleChanges_) {
        stale += change;
        metrics_.staleMost = std::max(metrics_.staleMost, static_cast<std::uint64_t>(stale));
    }
    findFloods();
    return std::move(metrics_);
}

} // namespace millwright::twin
