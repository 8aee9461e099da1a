#include "plant/expand.hpp"
#include "plant/keys.hpp"
#include "plant/read_signal.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::plant {
namespace {

constexpr std::string_view elementKeys[] = {"production", "set_up", "delay", "down", "unplanned"}; // in the order of TimeElement

/// Calls `use` with each state that the list `key` names; reports words that are none.
template <typename Use>
void forStates(const Reader& reader, ReadContext& context, std::string_view key, const Use& use) {
    const Node* list = reader.find(key, Node::Kind::Array);
    if (list == nullptr) return;
    const auto names = packmlStateWords.first(packmlStateWords.size() - 1); // what Unknown counts as is not for the plant to say
    for (const Node& word : list->children) {
        if (word.kind != Node::Kind::String) continue;
        if (!std::ranges::contains(names, word.text))
            context.problems.add(word.at,
                                 std::format("'{}' is no PackML state{}", word.text.substr(0, 80), didYouMean(word.text, names)));
        else
            use(*usualState(word.text), word.at);
    }
}

void readElements(const Reader& reader, ReadContext& context, KpiSource& source) {
    source.elementOf = usualElements();
    std::array<bool, packmlStates> given{};
    for (std::size_t element = 0; element < std::size(elementKeys); ++element) {
        forStates(reader, context, elementKeys[element], [&](PackmlState state, Position at) {
            if (given[index(state)])
                context.problems.add(at, std::format("'{}' counts as something else already: a state counts once", nameOf(state)));
            given[index(state)] = true;
            source.elementOf[index(state)] = static_cast<TimeElement>(element);
        });
    }
    source.isFailure = usualFailures();
    if (reader.find("failure", Node::Kind::Array) == nullptr) return;
    source.isFailure = {};
    forStates(reader, context, "failure", [&](PackmlState state, Position at) {
        if (source.elementOf[index(state)] == TimeElement::Production)
            context.problems.add(at,
                                 std::format("'{}' counts as production: a failure ends when production begins", nameOf(state)));
        source.isFailure[index(state)] = true;
    });
}

void readCost(const Reader& reader, KpiSource& source) {
    const Node* table = reader.find("cost", Node::Kind::Table);
    if (table == nullptr) return;
    const Reader keys{*table};
    source.cost = Cost{keys.number("hour").value_or(0), keys.number("energy").value_or(0), keys.number("item").value_or(0),
                       keys.number("scrap").value_or(0)};
}

void readMap(const Reader& reader, ReadContext& context, KpiTemplate& result) {
    const Node* list = reader.find("map", Node::Kind::Array);
    if (list == nullptr) return;
    for (const Node& table : list->children) {
        if (table.kind != Node::Kind::Table) continue;
        const Reader entry{table};
        BindingTemplate::State value{entry.at("state"), entry.text("state"), 0};
        const Node* number = entry.find("value");
        if ((entry.find("state") == nullptr) == (number == nullptr))
            context.problems.add(table.at, "give either 'state' or 'value' of the state signal");
        if (number != nullptr) {
            value.at = number->at;
            value.value = number->isNumber() ? number->number : number->boolean ? 1 : 0;
        }
        const auto state = usualState(entry.text("is")); // of other words, the structure check has said so
        result.map.push_back({value, state.value_or(PackmlState::Unknown)});
    }
}

struct Resolver {
    const KpiTemplate& from;
    const SignalFinder& find;
    const Plant& plant;
    ReadContext& context;

    [[nodiscard]] std::optional<SignalIndex> signal(const KpiTemplate::Name& name) const {
        const auto found = find(name.text);
        if (found) return *found;
        context.problems.add(name.at, found.error());
        return std::nullopt;
    }

    /// Takes the values that the plant maps, then those whose names say what they are; every other named value is a problem.
    [[nodiscard]] bool meanings(const Signal& signal, KpiSource& source) const {
        for (const KpiTemplate::Meaning& each : from.map) {
            KpiSource::Meaning meaning{.state = each.state};
            if (!resolveState(each.value, signal, meaning.text, meaning.value, context)) return false;
            source.meanings.push_back(std::move(meaning));
        }
        const bool text = signal.type == ValueType::String;
        const std::size_t mapped = source.meanings.size();
        const auto isMapped = [&](std::string_view name, double value) {
            const auto given = std::span{source.meanings}.first(mapped);
            return std::ranges::any_of(given, [&](const auto& each) { return text ? each.text == name : each.value == value; });
        };
        for (std::size_t i = 0; i < signal.states.size(); ++i) {
            const std::string& name = signal.states[i];
            const auto value = static_cast<double>(i);
            if (name.empty() || isMapped(name, value)) continue;
            const auto state = usualState(name);
            if (!state) {
                context.problems.add(
                    from.state.at, std::format("'{}' of signal '{}' is no PackML state: say in 'map' which one it stands for, such "
                                               "as {{ state = \"{}\", is = \"Held\" }}",
                                               name, signal.path, name));
                return false;
            }
            if (!text) source.meanings.push_back({{}, value, *state});
        }
        if (signal.type != ValueType::Boolean || source.meanings.size() >= 2) return true;
        context.problems.add(from.state.at, std::format("signal '{}' is a boolean: say in 'map' which states its values stand for, "
                                                        "such as {{ value = true, is = \"Execute\" }}",
                                                        signal.path));
        return false;
    }

    /// `unit`: of the items that other counts count, where one is known.
    [[nodiscard]] bool count(const KpiTemplate::Name& name, SignalIndex& into, const SharedText*& unit) const {
        if (name.text.empty()) return true;
        const auto found = signal(name);
        if (!found) return false;
        const Signal& counter = plant.at(*found);
        if (counter.type != ValueType::Float && counter.type != ValueType::Integer) {
            context.problems.add(name.at, std::format("a count is a number: signal '{}' is a {}", counter.path,
                                                      typeWords[static_cast<std::size_t>(counter.type)]));
            return false;
        }
        if (unit != nullptr && *unit != counter.unit) {
            context.problems.add(name.at,
                                 std::format("the counts of one equipment have one unit: signal '{}' has '{}', another '{}'",
                                             counter.path, counter.unit, *unit));
            return false;
        }
        unit = &counter.unit;
        into = *found;
        return true;
    }

    [[nodiscard]] bool power(SignalIndex& into) const {
        if (from.power.text.empty()) return true;
        const auto found = signal(from.power);
        if (!found) return false;
        const Signal& drawn = plant.at(*found);
        const units::Unit* unit = context.unit(drawn.unit);
        const auto watt = units::parse("W");
        const bool isNumber = drawn.type == ValueType::Float || drawn.type == ValueType::Integer;
        if (!isNumber || unit == nullptr || !units::convert(*unit, *watt)) {
            context.problems.add(from.power.at,
                                 std::format("a power is a number with a unit such as kW: signal '{}' has '{}'", drawn.path,
                                             isNumber ? drawn.unit.view() : typeWords[static_cast<std::size_t>(drawn.type)]));
            return false;
        }
        into = *found;
        return true;
    }

    [[nodiscard]] bool order(SignalIndex& into) const {
        if (from.order.text.empty()) return true;
        const auto found = signal(from.order);
        if (!found) return false;
        const ValueType type = plant.at(*found).type;
        if (type != ValueType::String && type != ValueType::Integer) {
            context.problems.add(from.order.at, std::format("an order is a string or an integer: signal '{}' is a {}",
                                                            plant.at(*found).path, typeWords[static_cast<std::size_t>(type)]));
            return false;
        }
        into = *found;
        return true;
    }
};

} // namespace

KpiTemplate readKpi(const Reader& reader, ReadContext& context) {
    KpiTemplate result;
    const std::size_t before = context.problems.count();
    const auto name = [&](std::string_view key) { return KpiTemplate::Name{reader.text(key), reader.at(key)}; };
    result.at = reader.own().at;
    result.state = name("state");
    result.power = name("power");
    result.order = name("order");
    for (std::size_t i = 0; i < quantities; ++i) result.counts[i] = name(nameOf(static_cast<Quantity>(i)));
    if (result.state.text.empty())
        context.problems.add(reader.own().at, "'state' is missing in kpi: the signal that says what the machine is doing");
    if (const Node* cycle = reader.find("cycle")) {
        result.source.runTimePerUnit = asDuration(*cycle).value_or(Duration{1});
        if (result.counts[index(Quantity::Produced)].text.empty() && result.counts[index(Quantity::Good)].text.empty())
            context.problems.add(cycle->keyAt, "'cycle' is for one item: name the signal that counts them in 'produced' or 'good'");
    }
    if (!result.power.text.empty() && !result.counts[index(Quantity::Energy)].text.empty())
        context.problems.add(result.power.at, "give either 'energy', which is counted, or 'power', which is summed up");
    result.source.meanOver = reader.choice<MeanOver>("mean_over", meanOverWords).value_or(MeanOver::Failures);
    readCost(reader, result.source);
    readMap(reader, context, result);
    readElements(reader, context, result.source);
    result.malformed = context.problems.count() != before;
    return result;
}

bool resolveKpi(const KpiTemplate& from, KpiSource& source, const SignalFinder& find, const Plant& plant, ReadContext& context) {
    const Resolver resolver{from, find, plant, context};
    const auto state = resolver.signal(from.state);
    if (!state) return false;
    source.state = *state;
    const Signal& signal = plant.at(*state);
    if (signal.type == ValueType::Float) {
        context.problems.add(
            from.state.at, std::format("a float has no states: give signal '{}' the type integer, boolean or string", signal.path));
        return false;
    }
    if (!resolver.meanings(signal, source)) return false;
    if (!resolver.power(source.power) || !resolver.order(source.order)) return false;
    const SharedText *unit = nullptr, *energyUnit = nullptr;
    for (std::size_t i = 0; i < quantities; ++i) {
        const bool energy = static_cast<Quantity>(i) == Quantity::Energy;
        if (!resolver.count(from.counts[i], source.counts[i], energy ? energyUnit : unit)) return false;
    }
    return true;
}

} // namespace millwright::plant
