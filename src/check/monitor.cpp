#include "check/monitor.hpp"

#include <millwright/core/units.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::check {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string_view sign(plant::Comparison comparison) {
    switch (comparison) {
    case plant::Comparison::Equal: return "=";
    case plant::Comparison::NotEqual: return "≠";
    case plant::Comparison::Less: return "<";
    case plant::Comparison::LessOrEqual: return "≤";
    case plant::Comparison::Greater: return ">";
    case plant::Comparison::GreaterOrEqual: return "≥";
    }
    return "?";
}

std::string_view qualityText(Quality quality) {
    switch (quality) {
    case Quality::Good: return "good";
    case Quality::Uncertain: return "uncertain";
    case Quality::Bad: return "bad";
    case Quality::Stale: return "stale";
    }
    return "unknown";
}

} // namespace

std::string valueText(const plant::Signal& signal, double number, std::string_view text) {
    switch (signal.type) {
    case ValueType::String: return std::format("'{}'", text);
    case ValueType::Boolean:
        if (signal.states.size() != 2) return number != 0 ? "true" : "false";
        return signal.states[number != 0 ? 1 : 0];
    case ValueType::Integer:
        if (number >= 0 && number < static_cast<double>(signal.states.size()))
            return signal.states[static_cast<std::size_t>(number)];
        break;
    case ValueType::Float: break;
    }
    return signal.unit.empty() ? std::format("{}", number) : std::format("{} {}", number, units::display(signal.unit));
}

std::string conditionText(const plant::Signal& signal, const plant::Condition& condition) {
    return std::format("{} {} {}", signal.path, sign(condition.comparison), valueText(signal, condition.value, condition.state));
}

std::string timeText(Time time) {
    std::string text = formatTime(time);
    text.resize(text.find_last_not_of("0Z") + 1);
    if (text.back() == '.') text.pop_back();
    return text + "Z";
}

std::string countText(const CountRange& range) {
    if (range.least == range.most) return std::format("exactly {}", range.least);
    return std::format("{} to {}", range.least, range.most);
}

ConditionMonitor::ConditionMonitor(const ConditionCheck& check, const plant::Signal& signal, telemetry::Conversion conversion,
                                   const StringTable& strings, TimeInterval window)
    : check_{&check},
      signal_{&signal},
      conversion_{conversion},
      strings_{&strings},
      window_{window},
      low_{infinity},
      high_{-infinity} {
    now_.from = Time::min();
    now_.sample.signal = noSignal;
}

ConditionMonitor::Reading ConditionMonitor::read(const telemetry::Sample& sample) const {
    Reading reading{.from = sample.time, .sample = sample, .number = 0, .usable = false, .holds = false};
    reading.usable = isUsable(sample.quality);
    if (sample.type == ValueType::String) {
        const std::string_view text = strings_->text(sample.value.string);
        reading.holds =
            reading.usable && plant::compare(check_->condition.comparison, text, std::string_view{check_->condition.state});
        return reading;
    }
    reading.number = conversion_.scale * sample.value.asNumber(sample.type) + conversion_.offset;
    reading.usable = reading.usable && std::isfinite(reading.number);
    reading.holds = reading.usable && plant::compare(check_->condition.comparison, reading.number, check_->condition.value);
    return reading;
}

void ConditionMonitor::add(const telemetry::Sample& sample) {
    if (sample.time > now_.from) close(sample.time);
    now_ = read(sample);
}

/// `now_` has counted until `until`, which is not part of it.
void ConditionMonitor::close(Time until) {
    const bool begins = held_ && !*held_ && now_.holds;
    if (now_.usable) held_ = now_.holds;
    if (begins && now_.from >= window_.from && now_.from <= window_.to) {
        if (count_ < times_.size()) times_[count_] = now_.from;
        ++count_;
    }
    const Time from = std::max(now_.from, window_.from);
    const Time to = std::min(until, window_.to);
    if (from <= to && until > window_.from)
        note(from, to);
    else
        runFrom_.reset();
}

/// `now_` holds or not from `from` to `until`, both within the window.
void ConditionMonitor::note(Time from, Time until) {
    if (now_.usable && signal_->type != ValueType::String) {
        low_ = std::min(low_, now_.number);
        high_ = std::max(high_, now_.number);
    }
    const bool wanted = check_->behaviour != Behaviour::Always;
    if (!first_ && (now_.holds == wanted || check_->behaviour == Behaviour::At)) {
        first_ = now_;
        firstTime_ = from;
    }
    if (!now_.holds) return runFrom_.reset();
    if (!runFrom_) runFrom_ = from;
    if (until - *runFrom_ > longest_) {
        longest_ = until - *runFrom_;
        longestFrom_ = *runFrom_;
    }
}

std::string ConditionMonitor::describe(const Reading& reading) const {
    if (reading.sample.signal == noSignal) return "no value yet";
    const bool text = signal_->type == ValueType::String;
    const std::string value =
        valueText(*signal_, reading.number, text ? strings_->text(reading.sample.value.string) : std::string_view{});
    return reading.usable ? value : std::format("{}, quality {}", value, qualityText(reading.sample.quality));
}

std::string ConditionMonitor::expected() const {
    const std::string condition = conditionText(*signal_, check_->condition);
    switch (check_->behaviour) {
    case Behaviour::Always: return condition + " all the time";
    case Behaviour::Never: return condition + " at no time";
    case Behaviour::Sometimes: return condition + " at some time";
    case Behaviour::Count: return std::format("{} begins {} times", condition, countText(check_->count));
    case Behaviour::Lasts: return std::format("{} for at least {}", condition, formatDuration(check_->least));
    case Behaviour::At: return std::format("{} at {}", condition, timeText(window_.from));
    }
    return condition;
}

std::string ConditionMonitor::range() const {
    if (signal_->type == ValueType::String || low_ > high_) return {};
    return std::format("; its values were {} to {}", valueText(*signal_, low_, {}), valueText(*signal_, high_, {}));
}

void ConditionMonitor::decideAtEnd(Outcome& outcome) const {
    switch (check_->behaviour) {
    case Behaviour::Always:
    case Behaviour::Never:
        outcome.passed = !first_;
        outcome.found = first_ ? std::format("{} at {}", describe(*first_), timeText(firstTime_)) : "as expected" + range();
        if (first_) outcome.time = firstTime_;
        break;
    case Behaviour::At:
        outcome.passed = first_ && first_->holds;
        outcome.found = describe(first_.value_or(now_));
        outcome.time = window_.from;
        break;
    case Behaviour::Sometimes:
        outcome.passed = first_.has_value();
        outcome.found = first_ ? std::format("{} at {}", describe(*first_), timeText(firstTime_)) : "never" + range();
        if (first_) outcome.time = firstTime_;
        break;
    case Behaviour::Count:
        outcome.passed = count_ >= check_->count.least && count_ <= check_->count.most;
        outcome.found = std::format("{}", count_);
        for (std::size_t i = 0; i < std::min<std::size_t>(count_, times_.size()); ++i) {
            outcome.found += std::format("{}{}", i == 0 ? ": at " : ", ", timeText(times_[i]));
        }
        if (count_ > times_.size()) outcome.found += ", …";
        if (count_ == 0) outcome.found += range();
        if (count_ > 0) outcome.time = times_[0];
        break;
    case Behaviour::Lasts:
        outcome.passed = longest_ >= check_->least && longest_ >= Duration::zero();
        if (longest_ < Duration::zero())
            outcome.found = "never" + range();
        else
            outcome.found = std::format("at most {}, from {}", formatDuration(longest_), timeText(longestFrom_));
        if (longest_ >= Duration::zero()) outcome.time = longestFrom_;
        break;
    }
}

void ConditionMonitor::finish(Outcome& outcome) {
    close(Time::max());
    outcome.expected = expected();
    decideAtEnd(outcome);
}

} // namespace millwright::check
