#pragma once

#include <millwright/condition/monitor.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// How far from normal each equipment is, by the condition model that the plant names (docs/condition.md).
namespace millwright::twin {

/// A condition model as a plant uses it.
struct LearntCondition {
    condition::Model model;
    std::vector<SignalIndex> signals;           ///< the plant's, parallel to the model's; noSignal: the plant has it not
    std::vector<telemetry::Conversion> toModel; ///< from the plant's units to the model's, parallel to them
    std::vector<EquipmentIndex> equipment;      ///< the plant's, parallel to the model's; noEquipment: likewise
};
/// Reads the model that the plant names; null where it names none. Errors: those of the file; Invalid for a model of another plant.
[[nodiscard]] Result<std::shared_ptr<const LearntCondition>> loadCondition(const plant::Plant& plant);

/// How far an equipment was from normal at a step, and by what.
struct ConditionState {
    Time time{};          ///< of the step; meaningless while not known
    double score = 0;     ///< above 1 is abnormal
    bool known = false;   ///< enough steps were seen to judge
    bool anomaly = false; ///< it has been abnormal for long enough
    std::uint8_t whyCount = 0;
    std::array<condition::Contribution, 3> why{}; ///< the first `whyCount`, largest share first
};

/// The states of all equipment of a model at one moment.
struct ConditionStates {
    std::shared_ptr<const LearntCondition> learnt;
    std::vector<ConditionState> states; ///< parallel to the model's equipment

    /// Null of an equipment that the model does not know.
    [[nodiscard]] const ConditionState* of(EquipmentIndex equipment) const;
};

/// Judges a plant's samples by its condition model. It allocates nothing once made, and knows no wall clock. Thread: one at a time.
class ConditionWatch {
public:
    /// `conversions`: of the samples, to the plant's units; parallel to `Plant::signals`.
    ConditionWatch(std::shared_ptr<const LearntCondition> learnt, std::span<const telemetry::Conversion> conversions);

    /// A sample of the plant, in order of time. Returns the equipments, as places in `states`, whose step it completed; valid until
    /// the next call.
    std::span<const std::uint32_t> apply(const telemetry::Sample& sample);
    /// The same for the step under way: at the end of all samples.
    std::span<const std::uint32_t> finish();
    [[nodiscard]] const ConditionStates& states() const { return states_; }

private:
    std::span<const std::uint32_t> take(std::span<const condition::Evaluation> evaluations);

    ConditionStates states_;
    std::vector<std::uint32_t> places_; ///< by signal of the plant: its place in the model, or that of none
    std::vector<std::uint32_t> completed_;
    condition::Monitor monitor_;
};

} // namespace millwright::twin
