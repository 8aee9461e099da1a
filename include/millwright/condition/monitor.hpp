#pragma once

#include <millwright/condition/model.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millwright::condition {

/// One feature's part in an equipment's score.
struct Contribution {
    std::uint32_t signal = 0; ///< index in `Model::signals`
    Measure measure = Measure::Level;
    std::uint32_t band = 0; ///< of `Measure::Band`
    double share = 0;       ///< of the squared distance; all shares add up to 1
    double value = 0;       ///< of the feature, in the signal's unit
    double normal = 0;      ///< where it normally is
    double score = 0;       ///< of the signal alone: its standardised value over its limit, signed
};

/// Of a contribution to a band: from which to which frequency, in Hz, it goes.
[[nodiscard]] std::pair<double, double> bandOf(const Contribution& contribution, const Signal& signal);
/// UCUM, of `value` and `normal`; empty of those that are numbers without a unit, such as kurtosis.
[[nodiscard]] std::string_view unitOf(const Contribution& contribution, const Signal& signal);
/// For people: `level 0, normally 160 N`, `band 1500 to 2250 Hz 0.4, normally 0.1 m/s2`.
[[nodiscard]] std::string describe(const Contribution& contribution, const Signal& signal);

/// How far an equipment was from normal at one step.
struct Evaluation {
    std::uint32_t equipment = 0; ///< index in `Model::equipment`
    Time time{};                 ///< of the newest sample of the equipment in the step
    double score = 0;            ///< distance over its limit, the largest of the groups; above 1 as often as the false-alarm rate
    bool anomaly = false;        ///< enough of the last steps were above 1
};

/// Time that an equipment was not as it normally is, and what was so at the worst step.
struct Period {
    std::uint32_t equipment = 0;
    TimeInterval interval; ///< from the step that made it an anomaly up to the last one before it ended
    double peak = 0;
    Time peakTime{};
    std::vector<Contribution> contributions; ///< at the peak, of the group that decided, largest share first
    bool open = false;                       ///< it had not ended yet
};

/// What of a run a monitor remembers.
enum class Keep : std::uint8_t {
    Periods, ///< every anomaly
    Nothing, ///< for runs without an end: nothing grows
};

/// Judges samples by a model, step by step. Results do not depend on how samples are divided into calls. It allocates for
/// anomalies that it keeps and for what it returns, not otherwise. It knows no wall clock. Thread: one at a time.
class Monitor {
public:
    /// `model` must outlive it; `conversions` is parallel to its signals.
    Monitor(const Model& model, std::span<const telemetry::Conversion> conversions, Keep keep = Keep::Periods);
    Monitor(Monitor&&) noexcept;
    Monitor& operator=(Monitor&&) noexcept;
    ~Monitor();

    /// Samples in order of time, signals as indices of the model. Returns the steps that they completed, in order of time, then
    /// equipment; valid until the next call.
    std::span<const Evaluation> apply(std::span<const telemetry::Sample> samples);
    /// The same for the step that was under way.
    std::span<const Evaluation> finish();

    /// Why the equipment's newest completed step has its score: the features of the group that decided, largest share first, as
    /// many as there is room for. Returns how many; none before the first step. Allocates nothing.
    std::size_t explain(std::uint32_t equipment, std::span<Contribution> into) const;

    /// In order of their beginning; empty with `Keep::Nothing`.
    [[nodiscard]] std::span<const Period> periods() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::condition
