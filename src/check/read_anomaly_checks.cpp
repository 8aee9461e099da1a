#include "check/reader.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>

#include <algorithm>
#include <format>

namespace millwright::check {

/// The model that `model` names, beside the expectation file; null, and a problem, where there is none to be read.
const condition::Model* Reader::readModelFile(const TomlTable& table) {
    const auto name = table.text("model");
    if (!name) {
        if (!table.has("model")) table.missing("model", "a check of a learnt condition");
        return nullptr;
    }
    const std::string path = (file_.parent_path() / *name).lexically_normal().string();
    auto [known, fresh] = models_.try_emplace(path);
    if (fresh) {
        const auto text = readFile(path);
        auto model = text ? condition::readModel(*text, path) : std::unexpected(text.error());
        if (model)
            known->second = *std::move(model);
        else
            table.problem("model", std::format("no model of `millwright condition learn`: {}", model.error().text()));
    }
    return known->second ? &*known->second : nullptr;
}

/// Finds the model's signals in the plant.
void Reader::joinSignals(const TomlTable& table, AnomalyCheck& check) {
    for (const condition::Signal& signal : check.model->signals) {
        SignalIndex found = plant_.findSignal(signal.name);
        if (found == noSignal) {
            table.problem("model",
                          std::format("the model watches '{}', which plant '{}' has not: learn anew from a log of this plant",
                                      signal.name, plant_.id));
            return;
        }
        const auto conversion = units::convert(plant_.at(found).unit, signal.unit);
        if (!conversion) {
            table.problem("model", std::format("signal '{}': {}", signal.name, conversion.error().message));
            return;
        }
        check.signals.push_back(found);
        check.toModel.push_back({conversion->scale, conversion->offset});
    }
}

/// What both kinds have in common.
AnomalyCheck Reader::readLearnt(const TomlTable& table) {
    AnomalyCheck check;
    check.window = readWindow(table);
    if (!table.has("equipment")) table.missing("equipment", "a check of a learnt condition");
    check.equipment = readEquipment(table);
    const condition::Model* const model = readModelFile(table);
    if (model == nullptr || check.equipment == noEquipment) return check;
    const std::string& path = plant_.at(check.equipment).path;
    const auto found = std::ranges::find(model->equipment, path, &condition::Equipment::name);
    if (found == model->equipment.end()) {
        std::vector<std::string_view> names;
        for (const condition::Equipment& each : model->equipment) names.push_back(each.name);
        table.problem("equipment", std::format("the model does not know '{}'{}", path, didYouMean(path, names)));
        return check;
    }
    check.model = std::make_shared<const condition::Model>(
        condition::narrowed(*model, static_cast<std::size_t>(found - model->equipment.begin())));
    joinSignals(table, check);
    return check;
}

void Reader::readAnomalies(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "anomalies", "model", "equipment", "from", "to"});
    AnomalyCheck check = readLearnt(table);
    check.count = readCount(table, "anomalies");
    expectation.what = std::move(check);
}

void Reader::readScore(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "score", "model", "equipment", "from", "to"});
    AnomalyCheck check = readLearnt(table);
    check.mostScore = table.number("score").value_or(1);
    if (!(check.mostScore > 0)) table.problem("score", "'score' must be above 0; 1 is the limit that was learnt");
    expectation.what = std::move(check);
}

} // namespace millwright::check
