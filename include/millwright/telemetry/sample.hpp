#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <cmath>
#include <compare>
#include <cstdint>

namespace millwright::telemetry {

/// One measurement. 24 bytes, trivially copyable: the unit every queue, column and loop moves.
/// `value` is in the unit of the channel it came from (see `Source::conversions`).
struct Sample {
    Time time; ///< source time
    Value value;
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    Quality quality = Quality::Good;
};
static_assert(sizeof(Sample) == 24);

/// Running ∫ value dt of one numeric signal, as spin bindings need it: a value holds until the next sample; a bad or stale one, and
/// one that is no finite number, adds nothing. Also keeps the last usable value, at which moving parts stay while quality is bad.
/// Log writers and the twin use this one definition on the channel's own values (before unit conversion), so that a keyframe read
/// from a log equals, bit for bit, what replaying from the start would have summed.
struct RunningIntegral {
    double total = 0; ///< value-seconds up to `last`
    double value = 0; ///< last usable value; held since `last` while running
    Time last{};
    bool running = false; ///< false before the first sample and while there is no usable value

    void add(Time time, double sampleValue, Quality quality) {
        if (running) total += value * seconds(time - last);
        running = isUsable(quality) && std::isfinite(sampleValue);
        if (running) value = sampleValue;
        last = time;
    }
    /// ∫ up to `time` >= last.
    [[nodiscard]] double at(Time time) const { return running ? total + value * seconds(time - last) : total; }
};

} // namespace millwright::telemetry
