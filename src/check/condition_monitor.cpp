#include "check/monitor.hpp"
#include "check/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <limits>
#include <utility>

namespace millwright::check {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<SignalIndex> signalsOf(const ConditionCheck& check) {
    std::vector<SignalIndex> signals;
    std::ranges::set_union(check.when.signals, check.other.signals, std::back_inserter(signals));
    return signals;
}

/// Some signals as expressions read them, held from sample to sample.
class HeldValues {
public:
    HeldValues(const Watch& watch, std::vector<SignalIndex> signals)
        : watch_{watch}, signals_{std::move(signals)}, last_(signals_.size()) {
        for (telemetry::Sample& each : last_) each.signal = noSignal;
    }

    void set(const telemetry::Sample& sample) { last_[place(sample.signal)] = sample; }
    [[nodiscard]] const telemetry::Sample& last(SignalIndex signal) const { return last_[place(signal)]; }

    [[nodiscard]] bool usable(SignalIndex signal) const {
        const telemetry::Sample& sample = last(signal);
        return sample.signal != noSignal && watch_.usable(sample);
    }
    [[nodiscard]] double number(SignalIndex signal) const {
        return usable(signal) ? watch_.number(last(signal)) : std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] std::string_view text(SignalIndex signal) const { return watch_.text(last(signal)); }

    /// `0 N` of one signal, `a = 0 N, b = Held` of several.
    [[nodiscard]] std::string describe(std::span<const SignalIndex> signals) const {
        constexpr std::size_t most = 4;
        std::string text;
        for (const SignalIndex signal : signals.first(std::min(most, signals.size()))) {
            const telemetry::Sample& sample = last(signal);
            const std::string value = sample.signal == noSignal ? "no value yet" : watch_.describe(sample);
            text += (text.empty() ? "" : ", ") +
                    (signals.size() == 1 ? value : std::format("{} = {}", watch_.plant.at(signal).path, value));
        }
        return signals.size() > most ? text + ", …" : text;
    }

private:
    [[nodiscard]] std::size_t place(SignalIndex signal) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(signals_, signal) - signals_.begin());
    }
    const Watch& watch_;
    std::vector<SignalIndex> signals_; ///< ascending
    std::vector<telemetry::Sample> last_;
};

/// Follows whether a condition holds. All samples of one instant are taken first, then it is judged; it is as it is until the next
/// instant.
class ConditionMonitor final : public Monitor {
public:
    ConditionMonitor(const ConditionCheck& check, const Watch& watch)
        : check_{check}, watch_{watch}, values_{watch_, signalsOf(check)} {}

    void add(std::span<const telemetry::Sample> samples) override {
        for (const telemetry::Sample& sample : samples) {
            if (sample.time > instant_) {
                close(sample.time);
                instant_ = sample.time;
            }
            values_.set(sample);
        }
    }
    void finish(Outcome& outcome) override {
        close(Time::max());
        outcome.expected = expected();
        decide(outcome);
    }

private:
    struct First {
        Time time{};
        bool holds = false;
        std::string text;
    };

    void close(Time until);
    void answer();
    void note(Time from, Time until);
    [[nodiscard]] std::string expected() const;
    [[nodiscard]] std::string range() const;
    void decide(Outcome& outcome) const;
    void decideThen(Outcome& outcome) const;
    [[nodiscard]] bool isResponse() const { return check_.behaviour == Behaviour::Then; }

    const ConditionCheck& check_;
    Watch watch_;
    HeldValues values_;

    Time instant_ = Time::min();  ///< that the values are of; the earliest before the first sample
    bool usable_ = false;         ///< whether it has a value at the instant
    bool holds_ = false;          ///< at the instant
    bool other_ = false;          ///< whether the other condition does
    std::optional<bool> held_;    ///< at the last usable instant, for counting
    std::optional<First> first_;  ///< that decided: a violation, or the first time it held
    std::optional<Time> otherAt_; ///< Until: when the other condition held first
    std::uint64_t count_ = 0;     ///< of beginnings
    std::array<Time, 5> times_{}; ///< of the first of them
    std::optional<Time> asked_;   ///< Then: the oldest beginning without an answer
    Duration slowest_{};          ///< Then: of all answers
    std::optional<Time> runFrom_; ///< it has held since then
    Duration longest_ = Duration{-1};
    Time longestFrom_{};
    double low_ = infinity, high_ = -infinity; ///< of usable numbers of its one signal within the window
};

/// The instant's values have counted until `until`, which is not part of it.
void ConditionMonitor::close(Time until) {
    const double value = plant::evaluate(check_.when, values_);
    usable_ = !std::isnan(value);
    holds_ = value == 1;
    other_ = !check_.other.empty() && plant::evaluate(check_.other, values_) == 1;
    const bool begins = held_ && !*held_ && holds_;
    if (usable_) held_ = holds_;
    if (begins && instant_ >= watch_.window.from && instant_ <= watch_.window.to) {
        if (count_ < times_.size()) times_[count_] = instant_;
        ++count_;
        if (isResponse() && !asked_) asked_ = instant_;
    }
    if (isResponse()) answer();
    const Time from = std::max(instant_, watch_.window.from);
    const Time to = std::min(until, watch_.window.to);
    if (from <= to && until > watch_.window.from)
        note(from, to);
    else
        runFrom_.reset();
}

/// Whether the oldest beginning without an answer has one at this instant, or has waited for too long. One that is too late
/// decides.
void ConditionMonitor::answer() {
    if (!asked_ || first_) return;
    if (instant_ - *asked_ > check_.length) {
        first_ = {.time = *asked_, .text = std::format("no answer to {}", timeText(*asked_))};
    } else if (other_) {
        slowest_ = std::max(slowest_, instant_ - *asked_);
        asked_.reset();
    }
}

/// It holds or not from `from` to `until`, both within the window.
void ConditionMonitor::note(Time from, Time until) {
    if (check_.when.signals.size() == 1 && values_.usable(check_.when.signals.front())) {
        const double number = values_.number(check_.when.signals.front());
        low_ = std::fmin(low_, number);
        high_ = std::fmax(high_, number);
    }
    const bool mustHold = check_.behaviour == Behaviour::Always || check_.behaviour == Behaviour::Until;
    if (check_.behaviour == Behaviour::Until && other_ && !otherAt_) otherAt_ = from;
    if (!first_ && !otherAt_ && !isResponse() && (holds_ != mustHold || check_.behaviour == Behaviour::At))
        first_ = {.time = from, .holds = holds_, .text = values_.describe(check_.when.signals)};
    if (!holds_) return runFrom_.reset();
    if (!runFrom_) runFrom_ = from;
    if (until - *runFrom_ > longest_) {
        longest_ = until - *runFrom_;
        longestFrom_ = *runFrom_;
    }
}

std::string ConditionMonitor::expected() const {
    const std::string& text = check_.text;
    switch (check_.behaviour) {
    case Behaviour::Always: return text + " all the time";
    case Behaviour::Never: return text + " at no time";
    case Behaviour::Sometimes: return text + " at some time";
    case Behaviour::Count: return std::format("{} begins {}", text, countText(check_.count, "time", "times"));
    case Behaviour::Lasts: return std::format("{} for at least {}", text, formatDuration(check_.length));
    case Behaviour::At: return std::format("{} at {}", text, timeText(watch_.window.from));
    case Behaviour::Until: return std::format("{} until {}", text, check_.other.text);
    case Behaviour::Then:
        return std::format("whenever {} begins, {} within {}", text, check_.other.text, formatDuration(check_.length));
    }
    return text;
}

std::string ConditionMonitor::range() const {
    if (low_ > high_) return {};
    const plant::Signal& signal = watch_.plant.at(check_.when.signals.front());
    return std::format("; its values were {} to {}", valueText(signal, low_, {}), valueText(signal, high_, {}));
}

void ConditionMonitor::decide(Outcome& outcome) const {
    const auto firstText = [this] { return std::format("{} at {}", first_->text, timeText(first_->time)); };
    if (first_) outcome.time = first_->time;
    switch (check_.behaviour) {
    case Behaviour::Always:
    case Behaviour::Never:
        outcome.passed = !first_;
        outcome.found = first_ ? firstText() : "as expected" + range();
        break;
    case Behaviour::At:
        outcome.passed = first_ && first_->holds;
        outcome.found = first_ ? first_->text : "no value";
        break;
    case Behaviour::Sometimes:
        outcome.passed = first_.has_value();
        outcome.found = first_ ? firstText() : "never" + range();
        break;
    case Behaviour::Count:
        outcome.passed = count_ >= check_.count.least && count_ <= check_.count.most;
        outcome.time = count_ > 0 ? std::optional{times_[0]} : std::nullopt;
        outcome.found = std::format("{}", count_);
        for (std::size_t i = 0; i < std::min<std::size_t>(count_, times_.size()); ++i)
            outcome.found += std::format("{}{}", i == 0 ? ": at " : ", ", timeText(times_[i]));
        if (count_ > times_.size()) outcome.found += ", …";
        if (count_ == 0) outcome.found += range();
        break;
    case Behaviour::Lasts:
        outcome.passed = longest_ >= check_.length && longest_ >= Duration::zero();
        outcome.time = longest_ >= Duration::zero() ? std::optional{longestFrom_} : std::nullopt;
        outcome.found =
            outcome.time ? std::format("at most {}, from {}", formatDuration(longest_), timeText(longestFrom_)) : "never" + range();
        break;
    case Behaviour::Until:
        outcome.passed = !first_ && otherAt_;
        if (otherAt_ && !first_) outcome.time = otherAt_;
        outcome.found = first_     ? firstText() + ", before it"
                        : otherAt_ ? std::format("until {}", timeText(*otherAt_))
                                   : std::format("{} holds at no time", check_.other.text);
        break;
    case Behaviour::Then: decideThen(outcome); break;
    }
}

/// A beginning whose time to be answered goes on beyond the log is neither answered nor not.
void ConditionMonitor::decideThen(Outcome& outcome) const {
    const bool late = first_ || (asked_ && watch_.log.to - *asked_ >= check_.length);
    outcome.passed = !late;
    if (late) {
        const Time asked = first_ ? first_->time : *asked_;
        outcome.time = asked;
        outcome.found = std::format("not after it began at {}", timeText(asked));
        return;
    }
    if (count_ > 0) outcome.time = times_[0];
    outcome.found = count_ == 0 ? "it never begins"
                                : std::format("{}{}, the slowest after {}", timesText(count_),
                                              asked_ ? ", the last still open as the log ends" : "", formatDuration(slowest_));
}

} // namespace

std::string Watch::describe(const telemetry::Sample& sample) const {
    const std::string value = valueText(plant.at(sample.signal), number(sample), text(sample));
    return usable(sample) ? value : std::format("{}, quality {}", value, qualityText(sample.quality));
}

Watcher watcherOf(const ConditionCheck& check, const Watch& watch) {
    return {signalsOf(check), std::make_unique<ConditionMonitor>(check, watch)};
}

} // namespace millwright::check
