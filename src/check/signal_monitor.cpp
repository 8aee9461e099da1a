#include "check/monitor.hpp"
#include "check/text.hpp"

#include <millwright/core/units.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <functional>
#include <limits>
#include <optional>
#include <ranges>
#include <utility>

namespace millwright::check {
namespace {

bool isWithin(TimeInterval window, Time time) {
    return time >= window.from && time <= window.to;
}

class SampleCounter final : public Monitor {
public:
    SampleCounter(const SampleCountCheck& check, const Watch& watch) : check_{check}, watch_{watch} {}

    void add(std::span<const telemetry::Sample> samples) override {
        const auto first = std::ranges::lower_bound(samples, watch_.window.from, {}, &telemetry::Sample::time);
        const auto last = std::ranges::upper_bound(samples, watch_.window.to, {}, &telemetry::Sample::time);
        if (first < last) count_ += static_cast<std::uint64_t>(last - first);
    }
    void finish(Outcome& outcome) override {
        const bool all = check_.signal == noSignal;
        outcome.expected =
            countText(check_.count, "sample", "samples") + (all ? "" : std::format(" of {}", watch_.plant.at(check_.signal).path));
        outcome.found = std::format("{}", count_);
        outcome.passed = count_ >= check_.count.least && count_ <= check_.count.most;
    }

private:
    const SampleCountCheck& check_;
    Watch watch_;
    std::uint64_t count_ = 0;
};

/// From one usable sample to the next, as long as they are no further apart than the signal allows.
class RateMonitor final : public Monitor {
public:
    RateMonitor(const RateCheck& check, const Watch& watch) : check_{check}, watch_{watch}, signal_{watch.plant.at(check.signal)} {}

    void add(std::span<const telemetry::Sample> samples) override {
        for (const telemetry::Sample& sample : samples) {
            if (!watch_.usable(sample)) {
                known_ = false;
                continue;
            }
            const double number = watch_.number(sample);
            const bool near = known_ && (signal_.maxGap == Duration{} || sample.time - time_ <= signal_.maxGap);
            if (near && sample.time > time_ && isWithin(watch_.window, sample.time))
                note((number - number_) / seconds(sample.time - time_), sample.time);
            known_ = true;
            time_ = sample.time;
            number_ = number;
        }
    }
    void finish(Outcome& outcome) override {
        outcome.expected = std::format("{} changes by {} to {}", signal_.path, text(check_.least), text(check_.most));
        outcome.passed = !first_;
        outcome.time = first_;
        outcome.found = low_ > high_ ? "it has no two samples to go by" : std::format("{} to {}", text(low_), text(high_));
        if (first_) outcome.found += std::format("; beyond it first at {}", timeText(*first_));
    }

private:
    void note(double rate, Time time) {
        low_ = std::min(low_, rate);
        high_ = std::max(high_, rate);
        if (!first_ && (rate < check_.least || rate > check_.most)) first_ = time;
    }
    [[nodiscard]] std::string text(double rate) const { return std::format("{:.6g} {}/s", rate, units::display(signal_.unit)); }

    const RateCheck& check_;
    Watch watch_;
    const plant::Signal& signal_;
    bool known_ = false;
    Time time_{};
    double number_ = 0;
    double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
    std::optional<Time> first_;
};

class MonotoneMonitor final : public Monitor {
public:
    MonotoneMonitor(const MonotoneCheck& check, const Watch& watch) : check_{check}, watch_{watch} {}

    void add(std::span<const telemetry::Sample> samples) override {
        for (const telemetry::Sample& sample : samples) {
            if (!watch_.usable(sample) || sample.time > watch_.window.to) continue;
            const double number = watch_.number(sample);
            const double back = !furthest_ || sample.time < watch_.window.from ? 0
                                : check_.rising                                ? *furthest_ - number
                                                                               : number - *furthest_;
            if (back > check_.tolerance && !first_) {
                first_ = sample.time;
                text_ = std::format("from {} to {}", value(*furthest_), value(number));
            }
            // What was before the window is what it begins with.
            if (!furthest_ || sample.time < watch_.window.from || back < 0) furthest_ = number;
        }
    }
    void finish(Outcome& outcome) override {
        outcome.expected = std::format("{} never {}", watch_.plant.at(check_.signal).path, check_.rising ? "falls" : "rises");
        if (check_.tolerance > 0) outcome.expected += " by more than " + value(check_.tolerance);
        outcome.passed = !first_ && furthest_;
        outcome.time = first_;
        outcome.found = first_      ? std::format("it {} {} at {}", check_.rising ? "fell" : "rose", text_, timeText(*first_))
                        : furthest_ ? "as expected; its last extreme is " + value(*furthest_)
                                    : "it has no usable value";
    }

private:
    [[nodiscard]] std::string value(double number) const { return valueText(watch_.plant.at(check_.signal), number, {}); }

    const MonotoneCheck& check_;
    Watch watch_;
    std::optional<double> furthest_; ///< the highest value so far, or the lowest
    std::optional<Time> first_;
    std::string text_;
};

/// What a state is called without quotes.
std::string stateOf(const Watch& watch, const telemetry::Sample& sample) {
    if (!watch.usable(sample)) return std::format("({})", qualityText(sample.quality));
    if (sample.type == ValueType::String) return std::string{watch.text(sample)};
    return valueText(watch.plant.at(sample.signal), watch.number(sample), {});
}

class SequenceMonitor final : public Monitor {
public:
    SequenceMonitor(const SequenceCheck& check, const Watch& watch) : check_{check}, watch_{watch} {}

    /// Of several samples at one time the last counts.
    void add(std::span<const telemetry::Sample> samples) override {
        for (const telemetry::Sample& sample : samples) {
            if (sample.time > watch_.window.to) continue;
            if (pending_ && sample.time > pending_->time) take();
            pending_ = sample;
        }
    }
    void finish(Outcome& outcome) override {
        if (pending_) take();
        start();
        outcome.expected = std::format("{} goes {}", watch_.plant.at(check_.signal).path, joined(check_.states));
        outcome.passed = !wrong_ && seen_.size() == check_.states.size();
        outcome.time = wrong_ ? wrong_ : last_;
        outcome.found = seen_.empty() ? "no value" : joined(seen_) + (more_ ? ", …" : "");
        if (wrong_)
            outcome.found += std::format("; '{}' at {} was not expected", seen_.back(), timeText(*wrong_));
        else if (!outcome.passed)
            outcome.found += std::format("; '{}' does not follow", check_.states[seen_.size()]);
    }

private:
    void take() {
        std::string state = stateOf(watch_, *pending_);
        if (pending_->time <= watch_.window.from) {
            initial_ = std::move(state);
            return;
        }
        start();
        push(std::move(state), pending_->time);
    }
    void start() {
        if (initial_) push(*std::exchange(initial_, std::nullopt), watch_.window.from);
    }
    void push(std::string state, Time time) {
        if (!seen_.empty() && seen_.back() == state) return;
        if (wrong_) {
            more_ = true;
            return;
        }
        const std::size_t place = seen_.size();
        if (place >= check_.states.size() || check_.states[place] != state) wrong_ = time;
        seen_.push_back(std::move(state));
        last_ = time;
    }
    [[nodiscard]] static std::string joined(const std::vector<std::string>& states) {
        std::string text;
        for (const std::string& state : states) text += (text.empty() ? "" : ", ") + state;
        return text;
    }

    const SequenceCheck& check_;
    Watch watch_;
    std::optional<telemetry::Sample> pending_;
    std::optional<std::string> initial_; ///< as the window begins
    std::vector<std::string> seen_;      ///< up to the first that was not expected
    std::optional<Time> wrong_, last_;
    bool more_ = false;
};

class QualityMonitor final : public Monitor {
public:
    QualityMonitor(const QualityCheck& check, const Watch& watch)
        : check_{check}, watch_{watch}, states_(watch.plant.signals.size()) {}

    void add(std::span<const telemetry::Sample> samples) override {
        for (const telemetry::Sample& sample : samples) {
            if (sample.time > watch_.window.to) continue;
            State& state = states_[index(sample.signal)];
            if (sample.time > watch_.window.from) begin(sample.signal, state);
            listen(sample.signal, state, sample.time);
            state.last = sample.time;
            state.quality = sample.quality;
            state.known = true;
            if (sample.time >= watch_.window.from) {
                state.begun = true;
                judge(sample.signal, state, sample.time);
            }
        }
    }
    void finish(Outcome& outcome) override {
        for (const SignalIndex signal : check_.signals) {
            State& state = states_[index(signal)];
            begin(signal, state);
            listen(signal, state, watch_.window.to);
        }
        outcome.expected = std::format("{} {} all the time", check_.whose, check_.uncertainWillDo ? "usable" : "good");
        if (check_.silence > Duration::zero())
            outcome.expected += std::format(", silent for no longer than {}", formatDuration(check_.silence));
        outcome.passed = wrong_ == 0;
        outcome.time = first_;
        outcome.found = wrong_ == 0 ? "as expected" : std::format("{}, first {}", timesText(wrong_), text_);
        blame(outcome);
    }

private:
    struct State {
        Time last{};
        Quality quality = Quality::Good;
        std::uint64_t wrong = 0;
        bool known = false, begun = false;
    };
    static constexpr std::size_t told = 5, most = 100; ///< signals in words, and of all those that are named

    /// Names the signals at fault, where they are several.
    void blame(Outcome& outcome) {
        std::vector<SignalIndex> guilty;
        for (const SignalIndex signal : check_.signals)
            if (states_[index(signal)].wrong > 0) guilty.push_back(signal);
        std::ranges::stable_sort(guilty, std::greater{}, [&](SignalIndex signal) { return states_[index(signal)].wrong; });
        for (const SignalIndex signal : guilty | std::views::take(most)) outcome.signals.emplace_back(path(signal));
        if (guilty.size() < 2) return;
        outcome.found += std::format("; {} of {} signals", guilty.size(), check_.signals.size());
        for (std::size_t i = 0; i < std::min(told, guilty.size()); ++i)
            outcome.found +=
                std::format("{} {} ({})", i == 0 ? ":" : ",", path(guilty[i]), timesText(states_[index(guilty[i])].wrong));
        if (guilty.size() > told) outcome.found += std::format(" and {} more", guilty.size() - told);
    }

    /// What a signal is like as the window begins.
    void begin(SignalIndex signal, State& state) {
        if (state.begun) return;
        state.begun = true;
        if (state.known)
            judge(signal, state, watch_.window.from);
        else
            note(signal, watch_.window.from,
                 [&] { return std::format("{} has no value at {}", path(signal), timeText(watch_.window.from)); });
    }
    void judge(SignalIndex signal, const State& state, Time time) {
        const bool good = state.quality == Quality::Good || (check_.uncertainWillDo && isUsable(state.quality));
        if (good) return;
        note(signal, time, [&] { return std::format("{} {} at {}", path(signal), qualityText(state.quality), timeText(time)); });
    }
    /// Whether it has been silent for too long before `time`.
    void listen(SignalIndex signal, const State& state, Time time) {
        if (check_.silence <= Duration::zero()) return;
        const Time since = state.known ? std::max(state.last, watch_.window.from) : watch_.window.from;
        if (time - since > check_.silence)
            note(signal, since, [&] {
                return std::format("{} silent for {} from {}", path(signal), formatDuration(time - since), timeText(since));
            });
    }
    /// `words` says what is wrong, where that is the first thing to be told: of millions it would take most of the time.
    template <typename Words>
    void note(SignalIndex signal, Time time, const Words& words) {
        ++wrong_;
        ++states_[index(signal)].wrong;
        if (first_ && *first_ <= time) return;
        first_ = time;
        text_ = words();
    }
    [[nodiscard]] std::string_view path(SignalIndex signal) const { return watch_.plant.at(signal).path; }

    const QualityCheck& check_;
    Watch watch_;
    std::vector<State> states_; ///< by signal
    std::uint64_t wrong_ = 0;
    std::optional<Time> first_;
    std::string text_;
};

} // namespace

Watcher watcherOf(const SampleCountCheck& check, const Watch& watch) {
    return {check.signal == noSignal ? std::vector<SignalIndex>{} : std::vector{check.signal},
            std::make_unique<SampleCounter>(check, watch)};
}
Watcher watcherOf(const RateCheck& check, const Watch& watch) {
    return {{check.signal}, std::make_unique<RateMonitor>(check, watch)};
}
Watcher watcherOf(const MonotoneCheck& check, const Watch& watch) {
    return {{check.signal}, std::make_unique<MonotoneMonitor>(check, watch)};
}
Watcher watcherOf(const SequenceCheck& check, const Watch& watch) {
    return {{check.signal}, std::make_unique<SequenceMonitor>(check, watch)};
}
Watcher watcherOf(const QualityCheck& check, const Watch& watch) {
    return {check.signals, std::make_unique<QualityMonitor>(check, watch)};
}

} // namespace millwright::check
