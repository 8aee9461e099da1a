#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/twin/frame.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace millwright::ui {

/// How much a signal or equipment needs a person, least first. Warn and trip are the signal's own limits (ISA-18.2 L/H and LL/HH).
enum class Attention : std::uint8_t {
    Unknown,   ///< no sample yet
    None,      ///< within its limits
    Stale,     ///< its source has gone silent
    Uncertain, ///< measured outside its accuracy
    Bad,       ///< its source says it is wrong
    Low,
    High,
    Alarm, ///< of equipment: an alarm of low or medium priority is active
    LowLow,
    HighHigh,
    UrgentAlarm, ///< of equipment: an alarm of high or urgent priority is active
};

/// Whether a limit is crossed or an alarm active, as opposed to a value that cannot be trusted or is not there.
[[nodiscard]] constexpr bool crossesLimit(Attention a) {
    return a >= Attention::Low;
}
[[nodiscard]] constexpr bool crossesTrip(Attention a) {
    return a >= Attention::LowLow;
}
/// The letters of its badge: `HH`, `L`, `!`, `?` …; empty for None and Unknown.
[[nodiscard]] std::string_view badge(Attention a);
/// In words, for tooltips and the inspector: `above the trip limit`.
[[nodiscard]] std::string_view describe(Attention a);

/// Beyond a limit, not at it, as alarms are.
[[nodiscard]] Attention attention(const plant::Signal& signal, const twin::SignalState& state);

/// Attention of every signal, and of every equipment as the worst of its own signals and alarms and of everything below it. Kept
/// between frames so that a frame allocates nothing.
struct AttentionMap {
    std::vector<Attention> signals;   ///< parallel to Plant::signals
    std::vector<Attention> equipment; ///< parallel to Plant::equipment
    std::size_t crossed = 0;          ///< signals beyond a limit
    std::size_t untrusted = 0;        ///< signals stale, uncertain or bad
    std::size_t known = 0;            ///< signals with at least one sample
    Attention worstSignal = Attention::Unknown;

    /// Both may be empty (nothing known yet), or parallel to `plant.signals` and `plant.alarms`. Alarms behind a mask count for
    /// nothing.
    void update(const plant::Plant& plant, std::span<const twin::SignalState> states, std::span<const twin::AlarmState> alarms);
};

} // namespace millwright::ui
