#pragma once

#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

/// What samples have made of signals.
namespace millwright::twin {

/// All that samples change: one cache line a signal, so that applying a sample touches one line and nothing else.
struct alignas(64) Slot {
    telemetry::Sample last;              ///< `signal` is noSignal before the first
    telemetry::RunningIntegral integral; ///< kept only where a binding reads it
    bool integrated = false;
    bool watched = false; ///< an alarm reads it
};
static_assert(sizeof(Slot) == 64);

/// What a signal is, as far as applying and reading it goes.
struct SignalTraits {
    static constexpr std::uint32_t holds = std::numeric_limits<std::uint32_t>::max();
    telemetry::Conversion conversion;
    std::uint32_t upcoming = holds; ///< place in `upcoming`, if it lies between two samples
    ValueType type = ValueType::Float;
};

/// `raw`, in the channel's unit, in the plant's.
[[nodiscard]] inline Value converted(const SignalTraits& trait, Value raw) {
    const auto [scale, offset] = trait.conversion;
    if (scale == 1 && offset == 0) return raw;
    if (trait.type == ValueType::Float) return Value::of(scale * raw.number + offset);
    if (trait.type != ValueType::Integer) return raw;
    const double number = std::nearbyint(scale * static_cast<double>(raw.integer) + offset);
    // The widest doubles that an int64 holds.
    return Value::of(static_cast<std::int64_t>(std::clamp(number, -0x1p63, 0x1.fffffffffffffp62)));
}

/// All signals, as expressions read them: held from sample to sample, in the plant's units.
struct Slots {
    std::vector<Slot> slots;
    std::vector<SignalTraits> traits; ///< parallel to `slots`
    std::shared_ptr<const StringTable> strings;

    [[nodiscard]] double number(SignalIndex signal) const {
        const telemetry::Sample& last = slots[index(signal)].last;
        if (last.signal == noSignal || !isUsable(last.quality)) return std::numeric_limits<double>::quiet_NaN();
        const SignalTraits& trait = traits[index(signal)];
        return converted(trait, last.value).asNumber(trait.type);
    }
    [[nodiscard]] bool usable(SignalIndex signal) const {
        const telemetry::Sample& last = slots[index(signal)].last;
        if (last.signal == noSignal || !isUsable(last.quality)) return false;
        return traits[index(signal)].type != ValueType::Float || std::isfinite(number(signal));
    }
    [[nodiscard]] std::string_view text(SignalIndex signal) const {
        const telemetry::Sample& last = slots[index(signal)].last;
        const bool known = last.signal != noSignal && traits[index(signal)].type == ValueType::String && strings != nullptr &&
                           static_cast<std::size_t>(last.value.string) < strings->size();
        return known ? strings->text(last.value.string) : std::string_view{};
    }
};

} // namespace millwright::twin
