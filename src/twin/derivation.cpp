#include "twin/derivation.hpp"

#include "twin/slots.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace millwright::twin {

using telemetry::Sample;

namespace {

/// What a derived signal has in place of a value.
Value nothingOf(ValueType type) {
    if (type == ValueType::Float) return Value::of(std::numeric_limits<double>::quiet_NaN());
    return type == ValueType::Integer ? Value::of(std::int64_t{-1}) : Value::of(false); // -1: no state's number
}

Value valueOf(ValueType type, double number) {
    if (type == ValueType::Float) return Value::of(number);
    return type == ValueType::Integer ? Value::of(static_cast<std::int64_t>(number)) : Value::of(number != 0);
}

/// The number, condition (1 or 0) or state that a derived signal is; not a number for none.
template <typename Reader>
double evaluate(const plant::Derived& derived, const Reader& reader) {
    if (!derived.value.empty()) return plant::evaluate(derived.value, reader);
    for (const plant::StateRule& rule : derived.rules) {
        const double holds = rule.when.empty() ? 1 : plant::evaluate(rule.when, reader);
        if (std::isnan(holds)) return holds; // whether this one holds is not known: neither is the state
        if (holds != 0) return static_cast<double>(rule.state);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace

/// The inputs as expressions read them; with `stale`, the last values of signals that fell silent count.
struct Derivation::Values {
    const Derivation& all;
    bool stale = false;

    [[nodiscard]] bool usable(SignalIndex signal) const {
        const Input& input = all.input(signal);
        return input.known && input.sound && (isUsable(input.quality) || (stale && input.quality == Quality::Stale));
    }
    [[nodiscard]] double number(SignalIndex signal) const {
        return usable(signal) ? all.input(signal).number : std::numeric_limits<double>::quiet_NaN();
    }
    [[nodiscard]] std::string_view text(SignalIndex signal) const { return all.strings_.text(all.input(signal).text); }
};

Derivation::Derivation(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions, const StringTable& strings)
    : plant_{plant}, conversions_{conversions}, strings_{strings}, placeOf_(plant.signals.size(), nowhere) {
    std::vector<std::uint32_t> counts;
    for (const plant::Derived& derived : plant.derived)
        for (const SignalIndex signal : derived.inputs) {
            std::uint32_t& place = placeOf_[index(signal)];
            if (place == nowhere) {
                place = static_cast<std::uint32_t>(counts.size());
                counts.push_back(0);
            }
            ++counts[place];
        }
    inputs_.resize(counts.size());
    readersFrom_.resize(counts.size() + 1);
    for (std::size_t i = 0; i < counts.size(); ++i) readersFrom_[i + 1] = readersFrom_[i] + counts[i];
    readers_.resize(readersFrom_.back());
    std::vector<std::uint32_t> next{readersFrom_.begin(), readersFrom_.end() - 1};
    for (std::uint32_t i = 0; i < plant.derived.size(); ++i)
        for (const SignalIndex signal : plant.derived[i].inputs) readers_[next[placeOf_[index(signal)]]++] = i;
    due_.reserve(plant.derived.size());
    made_.reserve(plant.derived.size());
    isDue_.resize(plant.derived.size());
}

void Derivation::clear() {
    std::ranges::fill(inputs_, Input{});
}

void Derivation::set(std::uint32_t place, const Sample& sample) {
    Input& input = inputs_[place];
    input.known = true;
    input.time = sample.time;
    input.quality = sample.quality;
    if (sample.type == ValueType::String) {
        input.text = sample.value.string;
        input.sound = static_cast<std::size_t>(sample.value.string) < strings_.size();
        return;
    }
    const SignalTraits trait{.conversion = conversions_[index(sample.signal)], .type = sample.type};
    input.number = converted(trait, sample.value).asNumber(sample.type);
    input.sound = std::isfinite(input.number);
}

void Derivation::take(const Sample& sample) {
    const std::uint32_t place = placeOf_[index(sample.signal)];
    if (place == nowhere) return;
    set(place, sample);
    for (std::uint32_t i = readersFrom_[place]; i < readersFrom_[place + 1]; ++i) {
        const std::uint32_t reader = readers_[i];
        if (isDue_[reader]) continue;
        isDue_[reader] = true;
        due_.push_back(reader);
        std::ranges::push_heap(due_, std::greater{});
    }
}

Sample Derivation::made(const plant::Derived& derived, Time time) const {
    const auto has = [&](auto condition) {
        return std::ranges::any_of(derived.inputs, [&](SignalIndex signal) { return condition(input(signal).quality); });
    };
    double number = evaluate(derived, Values{*this});
    Quality quality = Quality::Bad;
    if (!std::isnan(number)) {
        quality = has([](Quality each) { return each != Quality::Good; }) ? Quality::Uncertain : Quality::Good;
    } else if (has([](Quality each) { return each == Quality::Stale; })) {
        number = evaluate(derived, Values{*this, true});
        if (!std::isnan(number)) quality = Quality::Stale;
    }
    const ValueType type = plant_.at(derived.signal).type;
    return {time, std::isnan(number) ? nothingOf(type) : valueOf(type, number), derived.signal, type, quality};
}

/// Every derived signal that is due, those that read others after these.
void Derivation::compute(Time time) {
    made_.clear();
    while (!due_.empty()) {
        std::ranges::pop_heap(due_, std::greater{});
        const std::uint32_t place = due_.back();
        due_.pop_back();
        isDue_[place] = false;
        made_.push_back(made(plant_.derived[place], time));
        take(made_.back());
    }
    std::ranges::sort(made_, {}, &Sample::signal);
}

void Derivation::add(std::span<const Sample> samples, std::vector<Sample>& out) {
    std::size_t copied = 0;
    const auto copyUpTo = [&](std::size_t end) {
        const auto some = samples.subspan(copied, end - copied);
        out.insert(out.end(), some.begin(), some.end());
        copied = end;
    };
    for (std::size_t from = 0, to = 0; from < samples.size(); from = to) {
        const Time time = samples[from].time;
        for (; to < samples.size() && samples[to].time == time; ++to) take(samples[to]);
        if (due_.empty()) continue;
        compute(time);
        copyUpTo(from);
        std::ranges::merge(samples.subspan(from, to - from), made_, std::back_inserter(out), {}, &Sample::signal, &Sample::signal);
        copied = to;
    }
    copyUpTo(samples.size());
}

void Derivation::restore(telemetry::Keyframe& keyframe) {
    clear();
    std::erase_if(keyframe.entries, [this](const auto& entry) { return plant_.at(entry.last.signal).derived; });
    for (const telemetry::Keyframe::Entry& entry : keyframe.entries)
        if (const std::uint32_t place = placeOf_[index(entry.last.signal)]; place != nowhere) set(place, entry.last);
    for (const plant::Derived& derived : plant_.derived) {
        bool known = false;
        Time time = Time::min();
        for (const SignalIndex signal : derived.inputs)
            if (const Input& in = input(signal); in.known) {
                known = true;
                time = std::max(time, in.time);
            }
        if (!known) continue;
        telemetry::Keyframe::Entry entry{made(derived, time), {}};
        if (const std::uint32_t place = placeOf_[index(derived.signal)]; place != nowhere) set(place, entry.last);
        keyframe.entries.push_back(std::move(entry));
    }
    std::ranges::sort(keyframe.entries, {}, [](const auto& entry) { return entry.last.signal; });
}

} // namespace millwright::twin
