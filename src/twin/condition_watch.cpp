#include <millwright/core/mapped_file.hpp>
#include <millwright/core/units.hpp>
#include <millwright/twin/condition_watch.hpp>

#include <algorithm>
#include <format>

namespace millwright::twin {
namespace {

constexpr std::uint32_t nowhere = 0xFFFF'FFFFu;

std::vector<telemetry::Conversion> toModel(const LearntCondition& learnt, std::span<const telemetry::Conversion> conversions) {
    std::vector<telemetry::Conversion> all(learnt.signals.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (learnt.signals[i] == noSignal) continue;
        const auto [scale, offset] = conversions[index(learnt.signals[i])];
        const auto [modelScale, modelOffset] = learnt.toModel[i];
        all[i] = {modelScale * scale, modelScale * offset + modelOffset};
    }
    return all;
}

} // namespace

Result<std::shared_ptr<const LearntCondition>> loadCondition(const plant::Plant& plant) {
    if (plant.condition.empty()) return nullptr;
    const std::string file = plant.condition.string();
    const auto text = readFile(plant.condition);
    if (!text) return std::unexpected(text.error());
    auto model = condition::readModel(*text, file);
    if (!model) return std::unexpected(model.error());
    auto learnt = std::make_shared<LearntCondition>();
    for (const condition::Signal& signal : model->signals) {
        const SignalIndex found = plant.findSignal(signal.name);
        learnt->signals.push_back(found);
        learnt->toModel.emplace_back();
        if (found == noSignal) continue;
        const auto conversion = units::convert(plant.at(found).unit, signal.unit);
        if (!conversion)
            return failure(ErrorCode::Invalid, std::format("signal '{}': {}", signal.name, conversion.error().message), file);
        learnt->toModel.back() = {conversion->scale, conversion->offset};
    }
    for (const condition::Equipment& equipment : model->equipment) learnt->equipment.push_back(plant.findEquipment(equipment.name));
    if (std::ranges::all_of(learnt->equipment, [](EquipmentIndex each) { return each == noEquipment; }))
        return failure(
            ErrorCode::Invalid,
            std::format("is of another plant: '{}' has none of its equipment. Learn anew: millwright condition learn", plant.id),
            file);
    learnt->model = std::move(*model);
    return learnt;
}

const ConditionState* ConditionStates::of(EquipmentIndex equipment) const {
    if (!learnt || equipment == noEquipment) return nullptr;
    const auto found = std::ranges::find(learnt->equipment, equipment);
    return found == learnt->equipment.end() ? nullptr : &states[static_cast<std::size_t>(found - learnt->equipment.begin())];
}

ConditionWatch::ConditionWatch(std::shared_ptr<const LearntCondition> learnt, std::span<const telemetry::Conversion> conversions)
    : states_{std::move(learnt), {}},
      places_(conversions.size(), nowhere),
      monitor_{states_.learnt->model, toModel(*states_.learnt, conversions), condition::Keep::Nothing} {
    states_.states.resize(states_.learnt->equipment.size());
    completed_.reserve(states_.states.size());
    for (std::uint32_t i = 0; i < states_.learnt->signals.size(); ++i)
        if (const SignalIndex signal = states_.learnt->signals[i]; signal != noSignal) places_[index(signal)] = i;
}

std::span<const std::uint32_t> ConditionWatch::take(std::span<const condition::Evaluation> evaluations) {
    completed_.clear();
    for (const condition::Evaluation& each : evaluations) {
        ConditionState& state = states_.states[each.equipment];
        state.known = true;
        state.time = each.time;
        state.score = each.score;
        state.anomaly = each.anomaly;
        state.whyCount = static_cast<std::uint8_t>(monitor_.explain(each.equipment, state.why));
        completed_.push_back(each.equipment);
    }
    return completed_;
}

std::span<const std::uint32_t> ConditionWatch::apply(const telemetry::Sample& sample) {
    const std::uint32_t place = places_[index(sample.signal)];
    if (place == nowhere) return {};
    telemetry::Sample its = sample;
    its.signal = static_cast<SignalIndex>(place);
    return take(monitor_.apply({&its, 1}));
}

std::span<const std::uint32_t> ConditionWatch::finish() {
    return take(monitor_.finish());
}

} // namespace millwright::twin
