#include "plant/read_cell.hpp"

#include "plant/reader.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <format>
#include <ranges>

namespace millwright::plant {
namespace {

constexpr double milli = 1e-3;

/// A table of the plant or of the scenario, and where its problems go.
struct Owned {
    const Node* table = nullptr;
    Problems* problems = nullptr;
};

std::vector<Owned> merged(const ProcessText& base, const ProcessText& over, std::string_view key) {
    std::vector<Owned> result;
    for (const auto& [table, problems] : {base, over}) {
        std::vector<std::string> here;
        for (const Node& each : Reader::tables(table, key)) {
            const std::string id = Reader{each}.text("id");
            if (std::ranges::contains(here, id)) {
                problems->add(Reader{each}.at("id"), std::format("{} '{}' was already declared", key, id));
                continue;
            }
            here.push_back(id);
            const auto same = std::ranges::find(result, id, [](const Owned& known) { return Reader{*known.table}.text("id"); });
            if (same != result.end())
                *same = {&each, problems};
            else
                result.push_back({&each, problems});
        }
    }
    return result;
}

template <typename Items>
std::optional<std::uint32_t> indexOf(const Items& items, std::string_view id) {
    const auto found = std::ranges::find(items, id, [](const auto& item) { return std::string_view{item.id}; });
    if (found == items.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - items.begin());
}

template <typename Items>
std::string unknown(std::string_view what, std::string_view id, const Items& items) {
    std::vector<std::string_view> ids;
    for (const auto& item : items) ids.push_back(item.id);
    return std::format("there is no {} '{}'{}", what, id, didYouMean(id, ids));
}

std::vector<double> numbersOf(const Reader& reader, std::string_view key, double scale) {
    std::vector<double> numbers;
    if (const Node* node = reader.find(key, Node::Kind::Array); node != nullptr)
        for (const Node& child : node->children) numbers.push_back(child.number * scale);
    return numbers;
}

VoltageCurve readCurve(const Reader& owner, std::string_view key, Problems& problems) {
    const Node* table = owner.find(key, Node::Kind::Table);
    if (table == nullptr) return {};
    const Reader reader{*table};
    VoltageCurve curve{numbersOf(reader, "charge", 0.01), numbersOf(reader, "voltage", 1)};
    const auto problem = [&](std::string_view at, std::string message) { problems.add(reader.at(at), std::move(message)); };
    if (curve.charge.size() != curve.voltage.size())
        problem("voltage", std::format("there are {} charges and {} voltages: give one voltage for each", curve.charge.size(),
                                       curve.voltage.size()));
    else if (curve.charge.size() < 2 || curve.charge.front() != 0 || curve.charge.back() != 1)
        problem("charge", "a curve goes from 0 to 100 %");
    const auto ascends = [](const std::vector<double>& values) {
        return std::ranges::adjacent_find(values, std::ranges::greater_equal{}) == values.end();
    };
    if (!ascends(curve.charge)) problem("charge", "the charges must be ascending");
    if (!ascends(curve.voltage)) problem("voltage", "the voltages must be ascending");
    return curve;
}

void readDefects(const Reader& reader, Problems& problems, Cell& cell) {
    double shares = 0;
    for (const Node& table : Reader::tables(&reader.own(), "defect")) {
        const Reader defect{table};
        cell.defects.push_back({.id = defect.text("id"),
                                .share = defect.number("share").value_or(0),
                                .resistance = milli * defect.number("resistance").value_or(0),
                                .shortCircuit = defect.number("short_circuit"),
                                .capacity = defect.number("capacity").value_or(1)});
        shares += cell.defects.back().share;
    }
    if (shares > 1) problems.add(reader.at("defect"), "the shares of the defects add up to more than 1");
}

Cell readCell(const Owned& owned) {
    const Reader reader{*owned.table};
    const auto number = [&](std::string_view key, double otherwise) { return reader.number(key).value_or(otherwise); };
    Cell cell{.id = reader.text("id"),
              .capacity = number("capacity", 1),
              .capacityDeviation = number("capacity_deviation", 0),
              .firstLoss = number("first_loss", 0),
              .openCircuit = readCurve(reader, "ocv", *owned.problems),
              .firstCharge = readCurve(reader, "first_charge", *owned.problems),
              .resistance = milli * number("resistance", 1),
              .resistanceDeviation = number("resistance_deviation", 0),
              .activation = number("activation", 0),
              .selfDischarge = milli * number("self_discharge", 0),
              .heatCapacity = number("heat_capacity", 1000),
              .thermalResistance = number("thermal_resistance", 1)};
    for (const Node& table : Reader::tables(owned.table, "branch")) {
        const Reader branch{table};
        cell.branches.push_back({milli * branch.number("resistance").value_or(0), branch.duration("time").value_or(Duration{1})});
    }
    if (cell.capacityDeviation > cell.capacity / 10)
        owned.problems->add(reader.at("capacity_deviation"), "cells differ by more than a tenth of their capacity: is it in A.h?");
    readDefects(reader, *owned.problems, cell);
    return cell;
}

RecipeStep readStep(const Node& table, Problems& problems) {
    const Reader reader{table};
    const auto has = [&](std::string_view key) { return reader.find(key) != nullptr; };
    const auto problem = [&](std::string message) { problems.add(table.at, std::move(message)); };
    if (has("rest") + has("charge") + has("discharge") != 1) {
        problem("a step is one of 'rest', 'charge' and 'discharge'");
        return {};
    }
    if (has("rest")) {
        if (has("to") || has("cut_off") || has("lasts")) problem("a rest has nothing else: { rest = \"30min\" }");
        return {.lasts = reader.duration("rest")};
    }
    const bool charge = has("charge");
    RecipeStep step{.kind = charge ? RecipeStepKind::Charge : RecipeStepKind::Discharge,
                    .current = reader.number(charge ? "charge" : "discharge").value_or(0),
                    .voltage = reader.number("to"),
                    .cutOff = reader.number("cut_off"),
                    .lasts = reader.duration("lasts")};
    if (!step.voltage && !step.lasts) problem("when does it end? give 'to', the voltage, or 'lasts'");
    if (step.cutOff && (!charge || !step.voltage)) problem("'cut_off' belongs to a charge with 'to'");
    if (step.cutOff && *step.cutOff >= step.current) problem("'cut_off' must be below the current of the charge");
    return step;
}

Recipe readRecipe(const Owned& owned, const Process& process) {
    const Reader reader{*owned.table};
    Recipe recipe{.id = reader.text("id"), .temperature = reader.number("temperature").value_or(25)};
    if (const auto cell = indexOf(process.cells, reader.text("cell")))
        recipe.cell = *cell;
    else
        owned.problems->add(reader.at("cell"), unknown("cell", reader.text("cell"), process.cells));
    if (const Node* stations = reader.find("stations", Node::Kind::Array); stations != nullptr)
        for (const Node& each : stations->children) {
            const auto station = indexOf(process.stations, each.text);
            if (!station) {
                owned.problems->add(each.at, unknown("station", each.text, process.stations));
                continue;
            }
            const bool taken = std::ranges::any_of(
                process.recipes, [&](const Recipe& other) { return std::ranges::contains(other.stations, *station); });
            if (taken || std::ranges::contains(recipe.stations, *station))
                owned.problems->add(each.at, std::format("station '{}' has a recipe already", each.text));
            if (process.stations[*station].servers != 1)
                owned.problems->add(each.at, std::format("station '{}' stands for {} machines: a recipe is for one", each.text,
                                                         process.stations[*station].servers));
            recipe.stations.push_back(*station);
        }
    for (const Node& step : Reader::tables(owned.table, "step")) recipe.steps.push_back(readStep(step, *owned.problems));
    if (recipe.steps.empty()) owned.problems->add(reader.at("step"), "a recipe needs a step");
    return recipe;
}

} // namespace

void readCells(const ProcessText& base, const ProcessText& over, Process& process) {
    for (const Owned& cell : merged(base, over, "cell")) process.cells.push_back(readCell(cell));
    for (const Owned& recipe : merged(base, over, "recipe")) process.recipes.push_back(readRecipe(recipe, process));
}

} // namespace millwright::plant
