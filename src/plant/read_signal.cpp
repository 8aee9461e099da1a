#include "plant/read_signal.hpp"

#include "plant/check.hpp"
#include "plant/derive.hpp"
#include "plant/keys.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <set>

namespace millwright::plant {
namespace {

constexpr std::size_t maximumStates = 256; // more tell nobody anything; bounds the time to compare them

void readUnit(const Reader& reader, ReadContext& context, Signal& signal) {
    signal.unit = reader.text("unit");
    if (signal.unit.empty() || context.units.contains(signal.unit)) return;
    if (const Result<units::Unit> unit = units::parse(signal.unit))
        context.units.emplace(signal.unit.view(), *unit);
    else
        context.problems.add(reader.at("unit"), unit.error().message);
}

void readLimits(const Reader& reader, ReadContext& context, Signal& signal) {
    if (const auto range = reader.pair("range")) {
        signal.range = ValueRange{range->x, range->y};
        if (range->x >= range->y)
            context.problems.add(reader.at("range"),
                                 std::format("'range' is [{}, {}]: the first must be less than the second", range->x, range->y));
    }
    const Node* node = reader.find("limits", Node::Kind::Table);
    if (node == nullptr) return;
    const Reader limits{*node};
    signal.limits = {limits.number("low_low"), limits.number("low"), limits.number("high"), limits.number("high_high")};
    const struct {
        std::string_view name;
        std::optional<double> value;
    } ascending[] = {{"low_low", signal.limits.lowLow},
                     {"low", signal.limits.low},
                     {"high", signal.limits.high},
                     {"high_high", signal.limits.highHigh}};
    for (std::size_t lower = 0; lower < 4; ++lower) {
        for (std::size_t upper = lower + 1; upper < 4; ++upper) {
            if (!ascending[lower].value || !ascending[upper].value) continue;
            if (*ascending[lower].value > *ascending[upper].value) {
                context.problems.add(limits.at(ascending[upper].name),
                                     std::format("limits are out of order: {} ({}) is below {} ({})", ascending[upper].name,
                                                 *ascending[upper].value, ascending[lower].name, *ascending[lower].value));
            }
            break; // the next one that is there
        }
    }
}

void readSpecification(const Reader& reader, ReadContext& context, Signal& signal) {
    const Node* node = reader.find("specification", Node::Kind::Table);
    if (node == nullptr) return;
    const Reader keys{*node};
    Specification specification{keys.number("lower"), keys.number("upper"),
                                static_cast<std::uint32_t>(std::clamp<std::int64_t>(keys.integer("subgroup", 5), 2, 100))};
    if (!specification.lower && !specification.upper)
        context.problems.add(node->at, "'lower' or 'upper' is missing in specification: a limit that the quality must keep to");
    if (specification.lower && specification.upper && !(*specification.lower < *specification.upper))
        context.problems.add(keys.at("upper"),
                             std::format("'upper' ({}) must be above 'lower' ({})", *specification.upper, *specification.lower));
    signal.specification = specification;
}

void readInterpolation(const Reader& reader, ReadContext& context, Signal& signal) {
    const auto given = reader.choice<Interpolation>("interpolation", interpolationWords);
    signal.interpolation = given.value_or(signal.type == ValueType::Float ? Interpolation::Linear : Interpolation::Hold);
    if (signal.interpolation == Interpolation::Hold) return;
    if (signal.type != ValueType::Float) {
        context.problems.add(reader.at("interpolation"),
                             std::format("{} signals cannot be interpolated: leave 'interpolation' out or write \"hold\"",
                                         typeWords[static_cast<std::size_t>(signal.type)]));
    } else if (signal.interpolation == Interpolation::Angle) {
        const units::Unit* unit = context.unit(signal.unit);
        if (signal.unit.empty() || (unit != nullptr && !units::isAngle(*unit))) {
            context.problems.add(
                reader.at("interpolation"),
                std::format("only an angle can be interpolated as one: the unit is '{}', not deg or rad", signal.unit));
        }
    }
}

void readStates(const Reader& reader, ReadContext& context, Signal& signal) {
    const Node* node = reader.find("states", Node::Kind::Array);
    if (node == nullptr) return;
    if (node->children.size() > maximumStates) {
        context.problems.add(node->at,
                             std::format("{} states are more than the {} a signal may have", node->children.size(), maximumStates));
        return;
    }
    std::set<std::string_view> seen;
    for (const Node& state : node->children) {
        if (state.kind != Node::Kind::String) continue;
        if (!seen.insert(state.text).second && !state.text.empty())
            context.problems.add(state.at, std::format("state '{}' is listed twice", state.text));
        signal.states.emplace_back(state.text);
    }
    if (signal.type == ValueType::Float)
        context.problems.add(node->at, "a float signal has no 'states': its type is integer, boolean or string");
    if (signal.type == ValueType::Boolean && signal.states.size() != 2) {
        context.problems.add(node->at, "a boolean signal has two 'states': the name of false, then the name of true");
    }
}

// --- bindings ----------------------------------------------------------------------------------------------------------------

void readAxis(const Reader& reader, ReadContext& context, Binding& binding) {
    if (const auto axis = reader.vector("axis")) {
        const double length = glm::length(*axis);
        if (length < 1e-9 || !std::isfinite(length))
            context.problems.add(reader.at("axis"), "'axis' has no direction: one of its numbers must differ from zero");
        else
            binding.axis = glm::vec3{*axis / length};
    }
    if (const auto pivot = reader.vector("pivot")) binding.pivot = glm::vec3{*pivot};
}

void readMapping(const Reader& reader, ReadContext& context, BindingTemplate& binding) {
    const Node* map = reader.find("map", Node::Kind::Table);
    const auto perUnit = reader.number("per_unit");
    binding.mapped = map != nullptr || perUnit.has_value();
    binding.mapAt = reader.at(map != nullptr ? "map" : "per_unit");
    if (map != nullptr && perUnit) {
        context.problems.add(reader.at("per_unit"), "a binding has either 'map' or 'per_unit', not both");
    } else if (perUnit) {
        binding.binding.mapping = {0, 1, 0, *perUnit, false};
    } else if (map != nullptr) {
        const Reader keys{*map};
        const auto in = keys.pair("in");
        const auto out = keys.pair("out");
        if (!in || !out) return;
        if (in->x == in->y)
            context.problems.add(keys.at("in"), std::format("'in' is [{}, {}]: the two values must differ", in->x, in->y));
        binding.binding.mapping = {in->x, in->y, out->x, out->y, keys.boolean("clamp", true)};
    }
}

void readPath(const Reader& reader, ReadContext& context, Binding& binding) {
    binding.pathNormalised = reader.boolean("normalised", false);
    const Node* points = reader.find("points", Node::Kind::Array);
    if (points == nullptr) return;
    double length = 0;
    for (const Node& point : points->children) {
        const auto vector = asVector(point);
        if (!vector) return;
        if (!binding.path.empty()) length += glm::distance(glm::dvec3{binding.path.back()}, *vector);
        binding.path.emplace_back(*vector);
    }
    if (binding.path.size() < 2 || !(length > 1e-9) || !std::isfinite(length)) {
        context.problems.add(points->at, "a path needs at least two points that are apart");
    }
}

std::optional<double> numberOrBoolean(const Node* node) {
    if (node == nullptr) return std::nullopt;
    if (node->kind == Node::Kind::Boolean) return node->boolean ? 1.0 : 0.0;
    return node->isNumber() ? std::optional{node->number} : std::nullopt;
}

// One of `state` and `value`, as a table entry and a condition have them.
std::optional<BindingTemplate::State> readState(const Reader& reader, ReadContext& context) {
    const Node* state = reader.find("state", Node::Kind::String);
    const Node* value = reader.find("value");
    if ((state != nullptr) == (value != nullptr)) {
        context.problems.add(reader.own().at, state != nullptr ? "give either 'state' or 'value', not both"
                                                               : "'state' or 'value' is missing: what to compare the signal with");
        return std::nullopt;
    }
    if (state != nullptr && state->text.empty()) context.problems.add(state->at, "'state' is empty");
    return BindingTemplate::State{state != nullptr ? state->at : value->at,
                                  state != nullptr ? std::string{state->text} : std::string{}, numberOrBoolean(value).value_or(0)};
}

glm::vec4 readColour(const Reader& reader) {
    const Node* colour = reader.find("colour", Node::Kind::String);
    const auto linear = colour != nullptr ? parseColour(colour->text) : std::nullopt;
    return {linear.value_or(glm::vec3{0}), static_cast<float>(reader.number("strength").value_or(0.8))};
}

void readColours(const Reader& reader, ReadContext& context, BindingTemplate& binding) {
    const Node* ramp = reader.find("ramp", Node::Kind::Array);
    const Node* table = reader.find("table", Node::Kind::Array);
    if ((ramp != nullptr) == (table != nullptr)) {
        context.problems.add(ramp != nullptr ? table->at : reader.own().at,
                             "a colour binding needs either 'ramp' (colours by value) or 'table' (colours by state)");
        return;
    }
    const Node& list = ramp != nullptr ? *ramp : *table;
    binding.table = table != nullptr;
    if (list.children.size() > maximumStates) {
        context.problems.add(
            list.at, std::format("{} colours are more than the {} a binding may have", list.children.size(), maximumStates));
        return;
    }
    if (list.children.empty()) context.problems.add(list.at, std::format("'{}' is empty: it needs at least one colour", list.key));
    for (const Node& stop : Reader::tables(&reader.own(), list.key)) {
        const Reader keys{stop};
        ColourStop colour{0, {}, readColour(keys)};
        if (binding.table) {
            const auto state = readState(keys, context);
            if (!state) continue;
            binding.states.push_back(*state);
        } else {
            colour.value = keys.number("at").value_or(0);
            if (!binding.binding.colours.empty() && colour.value <= binding.binding.colours.back().value) {
                context.problems.add(keys.at("at"), std::format("the ramp does not ascend: {} comes after {}", colour.value,
                                                                binding.binding.colours.back().value));
            }
        }
        binding.binding.colours.push_back(std::move(colour));
    }
}

void readCondition(const Reader& reader, ReadContext& context, BindingTemplate& binding) {
    const Node* when = reader.find("when", Node::Kind::Table);
    if (when == nullptr) return;
    binding.conditional = true;
    const Reader keys{*when};
    Comparison& comparison = binding.binding.condition.comparison;
    comparison = keys.choice<Comparison>("op", comparisonWords).value_or(Comparison::Equal);
    const auto state = readState(keys, context);
    if (!state) return;
    if (!state->state.empty() && comparison != Comparison::Equal && comparison != Comparison::NotEqual) {
        context.problems.add(keys.at("op"), "a state can only be compared with == or !=");
    }
    binding.states.push_back(*state);
}

} // namespace

const units::Unit* ReadContext::unit(std::string_view code) {
    if (code.empty()) return nullptr;
    const auto found = units.find(code);
    return found == units.end() ? nullptr : &found->second;
}

SignalTemplate readSignal(const Reader& reader, ReadContext& context) {
    SignalTemplate result;
    Signal& signal = result.signal;
    result.at = reader.own().at;
    result.topicAt = reader.at("topic");
    signal.id = reader.text("id");
    signal.name = reader.text("name");
    signal.topic = reader.text("topic");
    if (signal.topic.empty() && reader.find("topic", Node::Kind::String) != nullptr) {
        context.problems.add(result.topicAt, "'topic' is empty: leave it out to use the signal's path");
    }
    signal.type = reader.choice<ValueType>("type", typeWords)
                      .value_or(reader.find("rules") != nullptr ? ValueType::Integer : ValueType::Float);
    signal.decimals = static_cast<int>(std::clamp<std::int64_t>(reader.integer("decimals", 2), 0, 12));
    if (signal.type == ValueType::String || signal.type == ValueType::Boolean) {
        for (const std::string_view key : {"unit", "range", "limits", "specification", "decimals"}) {
            if (reader.find(key) != nullptr) {
                context.problems.add(reader.at(key), std::format("{} signals have no '{}': only float and integer signals do",
                                                                 typeWords[static_cast<std::size_t>(signal.type)], key));
            }
        }
    } else {
        readUnit(reader, context, signal);
        readLimits(reader, context, signal);
        readSpecification(reader, context, signal);
    }
    readInterpolation(reader, context, signal);
    readStates(reader, context, signal);
    signal.maxGap = reader.duration("max_gap").value_or(signal.maxGap);
    readDerived(reader, context, result);
    return result;
}

BindingTemplate readBinding(const Node& node, ReadContext& context) {
    const Reader reader{node};
    BindingTemplate result;
    const std::size_t before = context.problems.count();
    result.at = node.at;
    result.signal = reader.text("signal");
    result.signalAt = reader.at("signal");
    result.node = reader.text("node");
    result.nodeAt = reader.at("node");
    const auto kind = reader.choice<BindingKind>("kind", bindingKindWords);
    if (!kind) {
        result.malformed = true;
        return result;
    }
    result.binding.kind = *kind;
    readAxis(reader, context, result.binding);
    switch (*kind) {
    case BindingKind::Path: readPath(reader, context, result.binding); [[fallthrough]];
    case BindingKind::Rotation:
    case BindingKind::Translation:
    case BindingKind::Spin:
    case BindingKind::Fill: readMapping(reader, context, result); break;
    case BindingKind::Colour: readColours(reader, context, result); break;
    case BindingKind::Visibility: readCondition(reader, context, result); break;
    case BindingKind::Text:
        result.binding.textFormat = reader.text("format");
        result.formatAt = reader.at("format");
        break;
    }
    result.malformed = context.problems.count() != before;
    return result;
}

} // namespace millwright::plant
