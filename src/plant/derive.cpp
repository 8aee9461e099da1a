#include "plant/derive.hpp"

#include "plant/expand.hpp"
#include "plant/keys.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <format>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

namespace millwright::plant {
namespace {

constexpr std::size_t maximumRules = 256;
constexpr std::size_t namedInCircle = 16; ///< of a longer circle, the first are named
constexpr auto nowhere = std::numeric_limits<std::uint32_t>::max();

std::string_view wordOf(ValueType type) {
    return typeWords[static_cast<std::size_t>(type)];
}

void checkExpression(const Reader& reader, ReadContext& context, const Signal& signal) {
    if (signal.type != ValueType::Float && signal.type != ValueType::Boolean)
        context.problems.add(reader.at("type"),
                             std::format("an expression is a float or a boolean, not {} {}: give the signal that "
                                         "type, or use 'rules' for states",
                                         signal.type == ValueType::Integer ? "an" : "a", wordOf(signal.type)));
}

/// What else of a signal goes with states that have no order.
void checkStateSignal(const Reader& reader, ReadContext& context, const Signal& signal) {
    if (signal.type != ValueType::Integer)
        context.problems.add(reader.at("type"),
                             "a signal with 'rules' is an integer whose values are the states: leave 'type' out");
    for (const std::string_view key : {"unit", "range", "limits", "specification", "decimals"})
        if (reader.find(key) != nullptr)
            context.problems.add(reader.at(key), std::format("a signal with 'rules' has no '{}': its values are states", key));
}

void readRules(const Node& list, ReadContext& context, SignalTemplate& result) {
    if (list.children.empty())
        return context.problems.add(list.at, "'rules' is empty: it needs a state and when the machine is in it");
    if (list.children.size() > maximumRules)
        return context.problems.add(
            list.at, std::format("{} rules are more than the {} a signal may have", list.children.size(), maximumRules));
    std::vector<std::string>& states = result.signal.states;
    const bool listed = !states.empty();
    for (const Node& table : list.children) {
        if (table.kind != Node::Kind::Table) continue;
        const Reader rule{table};
        SignalTemplate::Rule& made =
            result.rules.emplace_back(rule.text("state"), rule.text("when"), rule.find("when", Node::Kind::String));
        const bool last = &table == &list.children.back();
        result.malformed = result.malformed || (rule.find("when") != nullptr && made.whenNode == nullptr);
        if (rule.find("when") == nullptr && !last)
            context.problems.add(table.at, "the rules after this one are never reached: without 'when' it always holds");
        if (made.state.empty()) {
            if (rule.find("state", Node::Kind::String) != nullptr) context.problems.add(rule.at("state"), "'state' is empty");
            result.malformed = true; // without one, the structure check has said so
        } else if (!std::ranges::contains(states, made.state)) {
            const std::vector<std::string_view> names{states.begin(), states.end()};
            if (listed)
                context.problems.add(rule.at("state"), std::format("'{}' is not among the signal's 'states'{}",
                                                                   made.state.substr(0, 80), didYouMean(made.state, names)));
            else
                states.push_back(made.state);
        }
    }
}

void take(const Expression& expression, std::vector<SignalIndex>& inputs) {
    inputs.insert(inputs.end(), expression.signals.begin(), expression.signals.end());
}

/// Whether `compiled` is one; else reports what is wrong with it.
bool isSound(const std::expected<Expression, ExpressionError>& compiled, const Node& node, ReadContext& context) {
    if (compiled) return true;
    context.problems.add(placeInText(context.source, node, compiled.error().offset), compiled.error().message);
    return false;
}

class Order {
public:
    Order(Plant& plant, std::span<const Position> places, ReadContext& context)
        : plant_{plant}, places_{places}, context_{context}, placeOf_(plant.signals.size(), nowhere) {
        for (std::size_t i = 0; i < plant.derived.size(); ++i)
            placeOf_[index(plant.derived[i].signal)] = static_cast<std::uint32_t>(i);
    }

    /// Level by level: those that read only measured signals, those that read only these, and so on.
    void sort() {
        const std::size_t count = plant_.derived.size();
        std::vector<std::uint32_t> unmet(count); // inputs that are derived and not placed yet
        std::vector<std::vector<std::uint32_t>> readers(count);
        for (std::uint32_t i = 0; i < count; ++i)
            forInputs(i, [&](std::uint32_t input) {
                ++unmet[i];
                readers[input].push_back(i);
            });
        std::vector<std::uint32_t> order;
        order.reserve(count);
        for (std::uint32_t i = 0; i < count; ++i)
            if (unmet[i] == 0) order.push_back(i);
        for (std::size_t from = 0, to = order.size(); from < to; from = to, to = order.size()) {
            for (std::size_t at = from; at < to; ++at)
                for (const std::uint32_t reader : readers[order[at]])
                    if (--unmet[reader] == 0) order.push_back(reader);
            std::ranges::sort(order.begin() + static_cast<std::ptrdiff_t>(to), order.end());
        }
        if (order.size() != count) return reportCircles(unmet);
        std::vector<Derived> sorted;
        sorted.reserve(count);
        for (const std::uint32_t i : order) sorted.push_back(std::move(plant_.derived[i]));
        plant_.derived = std::move(sorted);
    }

private:
    template <typename Use>
    void forInputs(std::uint32_t i, const Use& use) const {
        for (const SignalIndex input : plant_.derived[i].inputs)
            if (const std::uint32_t place = placeOf_[index(input)]; place != nowhere) use(place);
    }

    /// `unmet`: not 0 for those that are in a circle or read one that is.
    void reportCircles(std::span<const std::uint32_t> unmet) {
        std::vector<std::uint32_t> walkOf(unmet.size(), nowhere); // which walk came by
        std::vector<std::uint32_t> walk;
        for (std::uint32_t start = 0; start < unmet.size(); ++start) {
            walk.clear();
            std::uint32_t at = start;
            while (unmet[at] != 0 && walkOf[at] == nowhere) {
                walkOf[at] = start;
                walk.push_back(at);
                std::uint32_t next = nowhere;
                forInputs(at, [&](std::uint32_t input) {
                    if (next == nowhere && unmet[input] != 0) next = input;
                });
                at = next;
            }
            if (unmet[at] != 0 && walkOf[at] == start && !walk.empty()) report({std::ranges::find(walk, at), walk.end()});
        }
    }

    void report(std::span<const std::uint32_t> circle) {
        std::string text;
        for (const std::uint32_t i : circle.first(std::min(circle.size(), namedInCircle)))
            text += std::format("'{}' reads ", plant_.at(plant_.derived[i].signal).path);
        if (circle.size() > namedInCircle) text += std::format("… ({} more) reads ", circle.size() - namedInCircle);
        context_.problems.add(places_[circle.front()], std::format("signals are computed from each other: {}'{}'", text,
                                                                   plant_.at(plant_.derived[circle.front()].signal).path));
    }

    Plant& plant_;
    std::span<const Position> places_;
    ReadContext& context_;
    std::vector<std::uint32_t> placeOf_; ///< in `plant_.derived`, by signal
};

} // namespace

void readDerived(const Reader& reader, ReadContext& context, SignalTemplate& result) {
    const Node* expression = reader.find("expression", Node::Kind::String);
    const Node* rules = reader.find("rules", Node::Kind::Array);
    if (expression == nullptr && rules == nullptr) return;
    const std::size_t before = context.problems.count();
    result.signal.derived = true;
    result.derivedAt = (expression != nullptr ? expression : rules)->at;
    if (reader.find("topic") != nullptr)
        context.problems.add(reader.at("topic"), "'topic' says where samples come from: this signal is computed, leave it out");
    if (expression != nullptr && rules != nullptr) {
        context.problems.add(rules->at, "a signal has either 'expression' or 'rules', not both");
    } else if (expression != nullptr) {
        result.expression = expression->text;
        result.expressionNode = expression;
        checkExpression(reader, context, result.signal);
    } else {
        checkStateSignal(reader, context, result.signal);
        readRules(*rules, context, result);
    }
    result.malformed = result.malformed || context.problems.count() != before;
}

bool resolveDerived(const SignalTemplate& from, Derived& derived, const SignalFinder& find, const Plant& plant,
                    ReadContext& context) {
    const Signal& signal = plant.at(derived.signal);
    if (from.expressionNode != nullptr) {
        const bool wanted = signal.type == ValueType::Boolean;
        auto compiled = wanted ? compile(from.expression, plant.signals, find)
                               : compileTo(signal.unit, from.expression, plant.signals, find);
        if (!isSound(compiled, *from.expressionNode, context)) return false;
        const bool condition = compiled->type == ExpressionType::Boolean;
        if (condition != wanted) {
            context.problems.add(from.derivedAt, condition ? "this expression is a condition: give the signal type = \"boolean\""
                                                           : "this expression is a number: give the signal type = \"float\"");
            return false;
        }
        take(*compiled, derived.inputs);
        derived.value = *std::move(compiled);
    }
    for (const SignalTemplate::Rule& rule : from.rules) {
        const auto place = std::ranges::find(signal.states, rule.state) - signal.states.begin();
        StateRule& made = derived.rules.emplace_back(Expression{}, place);
        if (rule.whenNode == nullptr) continue;
        auto compiled = compile(rule.when, plant.signals, find);
        if (!isSound(compiled, *rule.whenNode, context)) return false;
        if (compiled->type != ExpressionType::Boolean) {
            context.problems.add(rule.whenNode->at, "this expression is a number: a rule needs a condition, such as 'x > 5'");
            return false;
        }
        take(*compiled, derived.inputs);
        made.when = *std::move(compiled);
    }
    std::ranges::sort(derived.inputs);
    const auto repeated = std::ranges::unique(derived.inputs);
    derived.inputs.erase(repeated.begin(), repeated.end());
    if (!derived.inputs.empty()) return true;
    context.problems.add(from.derivedAt, "this reads no signal: it would never have a value");
    return false;
}

void orderDerived(Plant& plant, std::span<const Position> places, ReadContext& context) {
    if (!plant.derived.empty()) Order{plant, places, context}.sort();
}

} // namespace millwright::plant
