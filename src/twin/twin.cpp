#include "twin/alarms.hpp"
#include "twin/binding.hpp"
#include "twin/slots.hpp"

#include <millwright/core/time_edges.hpp>
#include <millwright/twin/twin.hpp>

#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace millwright::twin {
namespace {

using telemetry::Sample;

/// A full turn in a UCUM angle unit.
double fullTurn(std::string_view unit) {
    if (unit == "rad") return 2 * std::numbers::pi;
    if (unit == "gon") return 400;
    if (unit == "'") return 360 * 60;
    if (unit == "''") return 360 * 3600;
    if (unit == "circ" || unit == "{turn}" || unit == "{rev}" || unit == "1") return 1;
    return 360;
}

} // namespace

struct Twin::State : Slots {
    const plant::Plant* plant;
    std::vector<CompiledBinding> bindings;
    std::vector<SignalIndex> interpolated;
    std::vector<Sample> upcoming; ///< parallel to `interpolated`
    Alarms alarms;
    Time time{};
    std::uint64_t samplesApplied = 0;

    explicit State(const plant::Plant& p);
    [[nodiscard]] SignalState signal(std::size_t i) const;
    [[nodiscard]] double between(std::size_t i, const Sample& before, const Sample& after) const;
    [[nodiscard]] SignalView view(SignalIndex s) const;
    void clear(Time at);
    void settle(Time until) noexcept;
    template <bool HasAlarms>
    void apply(std::span<const Sample> samples) noexcept;
};

Twin::State::State(const plant::Plant& p) : plant{&p}, alarms{p} {
    slots.resize(p.signals.size());
    traits.reserve(p.signals.size());
    for (std::size_t i = 0; i < p.signals.size(); ++i) {
        const plant::Signal& signal = p.signals[i];
        SignalTraits& trait = traits.emplace_back();
        trait.type = signal.type;
        if (signal.interpolation == plant::Interpolation::Hold || signal.type != ValueType::Float) continue;
        trait.upcoming = static_cast<std::uint32_t>(interpolated.size());
        interpolated.push_back(static_cast<SignalIndex>(i));
    }
    upcoming.resize(interpolated.size());
    for (const plant::Binding& binding : p.bindings) {
        bindings.emplace_back(binding, p.at(binding.signal));
        if (p.at(binding.signal).type != ValueType::String) slots[index(binding.signal)].integrated = true;
    }
    for (const SignalIndex signal : alarms.watched()) slots[index(signal)].watched = true;
}

void Twin::State::clear(Time at) {
    for (Slot& slot : slots) {
        slot.last = {};
        slot.integral = {};
    }
    for (Sample& sample : upcoming) sample = {};
    alarms.clear();
    time = at;
}

double Twin::State::between(std::size_t i, const Sample& before, const Sample& after) const {
    const SignalTraits& trait = traits[i];
    const plant::Signal& signal = plant->signals[i];
    const double a = converted(trait, before.value).number;
    double difference = converted(trait, after.value).number - a;
    if (signal.interpolation == plant::Interpolation::Angle) difference = std::remainder(difference, fullTurn(signal.unit));
    const double t = static_cast<double>((time - before.time).count()) / static_cast<double>((after.time - before.time).count());
    return a + difference * t;
}

SignalState Twin::State::signal(std::size_t i) const {
    const Sample& last = slots[i].last;
    const SignalTraits& trait = traits[i];
    SignalState state;
    if (last.signal == noSignal) return state;
    state = {.value = converted(trait, last.value), .time = last.time, .quality = last.quality, .known = true};
    if (trait.upcoming == SignalTraits::holds) return state;
    const Sample& next = upcoming[trait.upcoming];
    if (next.signal == noSignal || next.time <= time || next.time - last.time > plant->signals[i].maxGap) return state;
    if (!isUsable(last.quality) || !isUsable(next.quality)) return state;
    const double number = between(i, last, next);
    if (std::isfinite(number)) state.value = Value::of(number);
    return state;
}

SignalView Twin::State::view(SignalIndex s) const {
    const std::size_t i = index(s);
    const Slot& slot = slots[i];
    const SignalTraits& trait = traits[i];
    SignalView view;
    view.state = signal(i);
    if (!view.state.known) return view;
    view.usable = isUsable(view.state.quality);
    if (trait.type == ValueType::String) {
        if (strings && static_cast<std::size_t>(view.state.value.string) < strings->size())
            view.text = strings->text(view.state.value.string);
        return view;
    }
    view.held = view.state.value.asNumber(trait.type);
    if (!view.usable || !std::isfinite(view.held)) {
        view.usable = false;
        view.held = trait.conversion.scale * slot.integral.value + trait.conversion.offset;
    }
    view.integral = trait.conversion.scale * slot.integral.at(time);
    return view;
}

Twin::Twin(const plant::Plant& plant) : state_{std::make_unique<State>(plant)} {}
Twin::~Twin() = default;
Twin::Twin(Twin&&) noexcept = default;
Twin& Twin::operator=(Twin&&) noexcept = default;

void Twin::connect(std::span<const telemetry::Conversion> conversions, std::shared_ptr<const StringTable> strings) {
    assert(conversions.size() == state_->traits.size());
    for (std::size_t i = 0; i < conversions.size(); ++i) state_->traits[i].conversion = conversions[i];
    state_->strings = std::move(strings);
}

void Twin::reset(Time time) {
    state_->clear(time);
}

void Twin::restore(const telemetry::Keyframe& keyframe, const AlarmCheckpoint& alarms) {
    state_->clear(keyframe.time);
    for (const auto& [last, integral] : keyframe.entries) {
        Slot& slot = state_->slots[index(last.signal)];
        slot.last = last;
        if (slot.integrated) slot.integral = integral;
    }
    state_->alarms.restore(alarms, *state_);
}

/// All samples up to `time` are in.
void Twin::State::settle(Time until) noexcept {
    alarms.settle(time, until, *this);
}

template <bool HasAlarms>
void Twin::State::apply(std::span<const Sample> samples) noexcept {
    for (const Sample& sample : samples) {
        assert(index(sample.signal) < slots.size());
        Slot& slot = slots[index(sample.signal)];
        if constexpr (HasAlarms) {
            if (sample.time != time) {
                settle(justBefore(sample.time));
                time = sample.time;
            }
            if (slot.watched) alarms.touch(sample.signal);
        }
        slot.last = sample;
        if (!slot.integrated) continue;
        const double number = sample.type == ValueType::Float ? sample.value.number : sample.value.asNumber(sample.type);
        slot.integral.add(sample.time, number, sample.quality);
    }
}

void Twin::apply(std::span<const Sample> samples) noexcept {
    if (samples.empty()) return;
    if (state_->alarms.empty())
        state_->apply<false>(samples);
    else
        state_->apply<true>(samples);
    state_->time = samples.back().time;
    state_->samplesApplied += samples.size();
}

void Twin::advance(Time time, std::span<const Sample> upcoming) {
    assert(time >= state_->time);
    state_->settle(time);
    state_->time = time;
    expect(upcoming);
}

void Twin::expect(std::span<const Sample> upcoming) {
    assert(upcoming.empty() || upcoming.size() == state_->upcoming.size());
    if (upcoming.empty()) {
        for (Sample& sample : state_->upcoming) sample = {};
    } else {
        std::ranges::copy(upcoming, state_->upcoming.begin());
    }
}

Result<void> Twin::act(const OperatorAction& action, std::uint32_t number) {
    return state_->alarms.act(action, number, state_->time);
}
std::span<const AlarmState> Twin::alarms() const {
    return state_->alarms.states();
}
std::span<const AlarmTransition> Twin::transitions() const {
    return state_->alarms.transitions();
}
void Twin::clearTransitions() {
    state_->alarms.clearTransitions();
}
AlarmCheckpoint Twin::checkpoint() const {
    return state_->alarms.checkpoint();
}

std::span<const SignalIndex> Twin::interpolated() const {
    return state_->interpolated;
}
const Sample& Twin::last(SignalIndex signal) const {
    return state_->slots[index(signal)].last;
}
Time Twin::time() const {
    return state_->time;
}
std::uint64_t Twin::samplesApplied() const {
    return state_->samplesApplied;
}
SignalState Twin::signal(SignalIndex signal) const {
    return state_->signal(index(signal));
}

void Twin::write(Frame& frame) const {
    frame.time = state_->time;
    frame.samplesApplied = state_->samplesApplied;
    frame.strings = state_->strings;
    frame.signals.resize(state_->slots.size());
    for (std::size_t i = 0; i < frame.signals.size(); ++i) frame.signals[i] = state_->signal(i);
    frame.targets.assign(state_->plant->targets.size(), {});
    for (const CompiledBinding& binding : state_->bindings) {
        binding.compose(state_->view(binding.source().signal), frame.targets[index(binding.source().target)]);
    }
    frame.alarms.assign(state_->alarms.states().begin(), state_->alarms.states().end());
}

Digest Twin::stateHash() const {
    // One not-a-number: which one a division yields differs between machines.
    const auto bits = [](double number) {
        return std::isnan(number) ? 0x7FF8'0000'0000'0000u : std::bit_cast<std::uint64_t>(number);
    };
    Hasher hasher;
    hasher.add(std::string_view{"millwright state 2"});
    hasher.add(nanoseconds(state_->time));
    hasher.add(static_cast<std::uint64_t>(state_->slots.size()));
    for (std::size_t i = 0; i < state_->slots.size(); ++i) {
        const SignalView view = state_->view(static_cast<SignalIndex>(i));
        hasher.add(static_cast<std::uint8_t>(view.state.known));
        if (!view.state.known) continue;
        hasher.add(nanoseconds(view.state.time));
        hasher.add(static_cast<std::uint8_t>(view.state.quality));
        const ValueType type = state_->traits[i].type;
        if (type == ValueType::String)
            hasher.add(view.text);
        else
            hasher.add(type == ValueType::Float ? bits(view.state.value.number) : view.state.value.bits);
    }
    hasher.add(static_cast<std::uint64_t>(state_->bindings.size()));
    for (const CompiledBinding& binding : state_->bindings) {
        const BindingOutput output = binding.output(state_->view(binding.source().signal));
        hasher.add(static_cast<std::uint8_t>(binding.source().kind));
        hasher.add(static_cast<std::uint8_t>(output.active));
        hasher.add(bits(output.value));
    }
    state_->alarms.hash(hasher);
    return hasher.finish();
}

} // namespace millwright::twin
