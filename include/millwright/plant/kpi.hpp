#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a machine is doing, as PackML (ISA-TR88.00.02) names it, and how an equipment's KPIs are measured, as plain data.
namespace millwright::plant {

/// The states of PackML with the numbers of `Status.StateCurrent`.
enum class PackmlState : std::uint8_t {
    Unknown, ///< none is known: before the first sample, without a usable value, or a value that stands for no state
    Clearing,
    Stopped,
    Starting,
    Idle,
    Suspended,
    Execute,
    Stopping,
    Aborting,
    Aborted,
    Holding,
    Held,
    Unholding,
    Suspending,
    Unsuspending,
    Resetting,
    Completing,
    Complete,
};
inline constexpr std::size_t packmlStates = 18;
[[nodiscard]] constexpr std::size_t index(PackmlState state) {
    return static_cast<std::size_t>(state);
}
/// `Execute`; `Unknown` for that.
[[nodiscard]] std::string_view nameOf(PackmlState state);
/// The state that a machine's word usually means: PackML's own names, MTConnect's execution states, and words such as `running`
/// or `starved`; upper and lower case, spaces, `-` and `_` make no difference. Nothing for other words; Unknown for those that
/// say it is not known.
[[nodiscard]] std::optional<PackmlState> usualState(std::string_view word);

/// What the time spent in a state counts as: elements of the time model of ISO 22400-2.
enum class TimeElement : std::uint8_t {
    Production, ///< APT: adds value
    SetUp,      ///< ASUT: prepares or ends an order
    Delay,      ///< ADET: interrupts an order
    Down,       ///< ADOT: available, but without an order
    Unplanned,  ///< outside the planned busy time (PBT), which the four above make up
    Unknown,    ///< accounted for apart, part of no KPI
};
inline constexpr std::size_t timeElements = 6;

/// Quantities of ISO 22400-2 that a machine counts.
enum class Quantity : std::uint8_t {
    Produced,  ///< PQ, good or not
    Good,      ///< GQ
    Scrap,     ///< SQ
    Rework,    ///< RQ
    Inspected, ///< IP
    FirstPass, ///< GP: good without rework
    Energy,    ///< used, in the unit of its signal; all others are in one unit
};
inline constexpr std::size_t quantities = 7;
[[nodiscard]] constexpr std::size_t index(Quantity quantity) {
    return static_cast<std::size_t>(quantity);
}

/// As `plant.toml` calls it: `produced`, `first_pass`.
[[nodiscard]] std::string_view nameOf(Quantity quantity);

/// What the work of an equipment costs, in the plant's currency.
struct Cost {
    double hour = 0;   ///< of planned busy time (PBT)
    double energy = 0; ///< one unit of the energy
    double item = 0;   ///< one item made, good or not
    double scrap = 0;  ///< one item of scrap, beyond what went into it
    friend bool operator==(const Cost&, const Cost&) = default;
};

/// What sums of times are divided by for MTBF, MTTF and MTTR: editions of ISO 22400-2 differ.
enum class MeanOver : std::uint8_t {
    Failures,        ///< FE
    FailuresPlusOne, ///< FE + 1
};

/// How the KPIs of one equipment are measured.
struct KpiSource {
    /// A value of the state signal that stands for a state otherwise than usual.
    struct Meaning {
        std::string text; ///< of a String
        double value = 0; ///< of an Integer or Boolean
        PackmlState state = PackmlState::Unknown;
    };

    EquipmentIndex equipment = noEquipment;
    SignalIndex state = noSignal;
    std::vector<Meaning> meanings; ///< the first that fits
    std::array<TimeElement, packmlStates> elementOf{};
    std::array<bool, packmlStates> isFailure{};                ///< states that a machine is in because it failed
    std::array<SignalIndex, quantities> counts = notCounted(); ///< running counts by `Quantity`; `noSignal`: it is not counted
    SignalIndex power = noSignal;           ///< drawn, in its signal's unit; `noSignal`: it is not measured, or energy is counted
    SignalIndex order = noSignal;           ///< says which order is being made; `noSignal`: it is not known
    std::optional<Duration> runTimePerUnit; ///< planned run time (PRU) for one unit of the counts
    MeanOver meanOver = MeanOver::Failures;
    std::optional<Cost> cost;

    [[nodiscard]] PackmlState stateOfText(std::string_view text) const;
    [[nodiscard]] PackmlState stateOfNumber(double value) const;

private:
    static constexpr std::array<SignalIndex, quantities> notCounted() {
        std::array<SignalIndex, quantities> none{};
        none.fill(noSignal);
        return none;
    }
};

/// Where states count unless the plant says otherwise; docs/kpi.md gives the reasons.
[[nodiscard]] std::array<TimeElement, packmlStates> usualElements();
[[nodiscard]] std::array<bool, packmlStates> usualFailures();

} // namespace millwright::plant
