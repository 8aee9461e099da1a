#include "check/reader.hpp"
#include "check/text.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <format>

namespace millwright::check {
namespace {

using plant::Comparison;

struct ComparisonName {
    std::string_view text;
    Comparison comparison;
};
constexpr std::array comparisons{ComparisonName{"==", Comparison::Equal},  ComparisonName{"!=", Comparison::NotEqual},
                                 ComparisonName{"<", Comparison::Less},    ComparisonName{"<=", Comparison::LessOrEqual},
                                 ComparisonName{">", Comparison::Greater}, ComparisonName{">=", Comparison::GreaterOrEqual}};

struct BehaviourName {
    std::string_view text;
    Behaviour behaviour;
};
constexpr std::array behaviours{BehaviourName{"always", Behaviour::Always},       BehaviourName{"never", Behaviour::Never},
                                BehaviourName{"sometimes", Behaviour::Sometimes}, BehaviourName{"count", Behaviour::Count},
                                BehaviourName{"lasts", Behaviour::Lasts},         BehaviourName{"at", Behaviour::At},
                                BehaviourName{"until", Behaviour::Until},         BehaviourName{"then", Behaviour::Then}};

} // namespace

SignalIndex Reader::readSignal(const TomlTable& table, bool required) {
    const auto path = table.text("signal");
    if (!path) {
        if (required && !table.has("signal")) table.missing("signal", "this check");
        return noSignal;
    }
    const SignalIndex found = plant_.findSignal(*path);
    if (found == noSignal) {
        std::vector<std::string_view> paths;
        for (const plant::Signal& signal : plant_.signals) paths.push_back(signal.path);
        table.problem("signal", std::format("plant '{}' has no signal '{}'{}", plant_.id, *path, didYouMean(*path, paths)));
    }
    return found;
}

/// The number that a named state of a signal stands for.
double Reader::readState(const TomlTable& table, const plant::Signal& signal, const std::string& state) {
    const auto found = std::ranges::find(signal.states, state);
    if (found == signal.states.end()) {
        const std::vector<std::string_view> states{signal.states.begin(), signal.states.end()};
        table.problem("state", states.empty()
                                   ? std::format("signal '{}' has no named states; compare it with a 'value'", signal.path)
                                   : std::format("signal '{}' has no state '{}'{}", signal.path, state, didYouMean(state, states)));
    }
    return static_cast<double>(found - signal.states.begin());
}

plant::Condition Reader::readWhen(const TomlTable& when, SignalIndex index) {
    when.unknownKeys({"op", "value", "state"});
    plant::Condition condition;
    const auto op = when.text("op");
    if (!when.has("op")) when.missing("op", "'when'");
    if (op) {
        const auto found = std::ranges::find(comparisons, *op, &ComparisonName::text);
        if (found == comparisons.end())
            when.problem("op", std::format("'{}' is no comparison: use ==, !=, <, <=, > or >=", *op));
        else
            condition.comparison = found->comparison;
    }
    if (when.has("value") == when.has("state")) {
        when.problem(when.has("state") ? "state" : "", "'when' needs either 'value', a number, true or false, or 'state', a name");
        return condition;
    }
    if (when.isBoolean("value"))
        condition.value = when.boolean("value").value_or(false) ? 1 : 0;
    else
        condition.value = when.number("value").value_or(0);
    condition.state = when.text("state").value_or("");
    if (index == noSignal) return condition;
    const plant::Signal& signal = plant_.at(index);
    const bool equality = condition.comparison == Comparison::Equal || condition.comparison == Comparison::NotEqual;
    if (signal.type != ValueType::String) {
        if (when.isText("state")) condition.value = readState(when, signal, condition.state);
        condition.state.clear();
    } else if (when.has("value")) {
        when.problem("value", std::format("signal '{}' is a text: compare it with a 'state'", signal.path));
    } else if (!equality) {
        when.problem("op", std::format("signal '{}' is a text: it can only be compared by == and !=", signal.path));
    } else if (!signal.states.empty()) {
        static_cast<void>(readState(when, signal, condition.state));
    }
    return condition;
}

/// `signal` and `when = { op, value }` as an expression.
void Reader::readTableCondition(const TomlTable& table, ConditionCheck& check) {
    using Op = plant::Expression::Op;
    const SignalIndex index = readSignal(table, true);
    const auto when = table.table("when");
    if (!when) return;
    const plant::Condition condition = readWhen(*when, index);
    if (index == noSignal) return;
    const plant::Signal& signal = plant_.at(index);
    check.text = conditionText(signal, condition);
    check.when.signals = {index};
    if (signal.type == ValueType::String) {
        check.when.texts = {condition.state};
        check.when.code = {{.op = Op::TextIs, .signal = index}};
        if (condition.comparison == Comparison::NotEqual) check.when.code.push_back({.op = Op::Not});
        return;
    }
    constexpr Op operations[] = {Op::Equal, Op::NotEqual, Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual};
    check.limit = condition.value;
    check.when.code = {{.op = Op::Number, .signal = index},
                       {.op = Op::Constant, .number = condition.value},
                       {.op = operations[static_cast<std::size_t>(condition.comparison)]}};
}

/// A condition over signals by their full paths, or by their ids where `equipment` says whose.
plant::Expression Reader::readExpression(const TomlTable& table, std::string_view key) {
    const auto text = table.text(key);
    if (!text) return {};
    const std::string prefix = table.text("equipment").value_or("") + "/";
    const auto find = [&](std::string_view name) -> std::expected<SignalIndex, std::string> {
        if (const SignalIndex own = plant_.findSignal(prefix + std::string{name}); prefix.size() > 1 && own != noSignal) return own;
        if (const SignalIndex found = plant_.findSignal(name); found != noSignal) return found;
        std::vector<std::string_view> paths;
        for (const plant::Signal& signal : plant_.signals) paths.push_back(signal.path);
        return std::unexpected(std::format("plant '{}' has no signal '{}'{}", plant_.id, name, didYouMean(name, paths)));
    };
    auto compiled = plant::compile(*text, plant_.signals, find);
    if (!compiled) {
        table.problemWithin(key, text_, compiled.error().offset, compiled.error().message);
        return {};
    }
    if (compiled->type != plant::ExpressionType::Boolean)
        table.problem(key, std::format("'{}' is a number: a check needs a condition, such as 'x > 5'", key));
    else if (compiled->signals.empty())
        table.problem(key, std::format("'{}' reads no signal: it could never change", key));
    return *std::move(compiled);
}

void Reader::readCondition(const TomlTable& table, Expectation& expectation) {
    ConditionCheck check;
    if (table.isText("when")) {
        static_cast<void>(readEquipment(table));
        check.when = readExpression(table, "when");
        check.text = check.when.text;
        if (table.has("signal")) table.problem("signal", "a condition in words names its signals itself: leave 'signal' out");
    } else {
        readTableCondition(table, check);
        if (table.has("equipment")) table.problem("equipment", "'equipment' is for conditions in words: 'signal' is a full path");
    }
    const auto expect = table.text("expect");
    if (!table.has("expect")) table.missing("expect", "a check with 'when'");
    const auto known = std::ranges::find(behaviours, expect.value_or("always"), &BehaviourName::text);
    if (known == behaviours.end()) {
        table.problem("expect",
                      std::format("'{}' is nothing to expect: use always, never, sometimes, count, lasts, at, until or then{}",
                                  *expect, didYouMean(*expect, textsOf(behaviours))));
        return;
    }
    check.behaviour = known->behaviour;
    const auto needs = [&](std::string_view key) {
        if (!table.has(key)) table.missing(key, std::format("expect = \"{}\"", known->text));
    };
    const auto length = [&](std::string_view key) {
        check.length = table.duration(key).value_or(Duration{});
        if (check.length < Duration::zero()) table.problem(key, std::format("'{}' must not be negative", key));
    };
    switch (check.behaviour) {
    case Behaviour::Count:
        table.unknownKeys({"name", "signal", "equipment", "when", "expect", "count", "from", "to"});
        needs("count");
        check.count = readCount(table, "count");
        break;
    case Behaviour::Lasts:
        table.unknownKeys({"name", "signal", "equipment", "when", "expect", "for", "from", "to"});
        needs("for");
        length("for");
        break;
    case Behaviour::At:
        table.unknownKeys({"name", "signal", "equipment", "when", "expect", "at"});
        needs("at");
        check.at = readMoment(table, "at", "end");
        break;
    case Behaviour::Until:
        table.unknownKeys({"name", "signal", "equipment", "when", "expect", "until", "from", "to"});
        needs("until");
        check.other = readExpression(table, "until");
        break;
    case Behaviour::Then:
        table.unknownKeys({"name", "signal", "equipment", "when", "expect", "then", "within", "from", "to"});
        needs("then");
        needs("within");
        check.other = readExpression(table, "then");
        length("within");
        break;
    default: table.unknownKeys({"name", "signal", "equipment", "when", "expect", "from", "to"}); break;
    }
    check.window = readWindow(table);
    expectation.what = std::move(check);
}

void Reader::readValue(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "signal", "value", "tolerance", "at"});
    ValueCheck check;
    check.signal = readSignal(table, true);
    if (table.isText("value"))
        check.value = table.text("value").value_or("");
    else if (table.isBoolean("value"))
        check.value = table.boolean("value").value_or(false) ? 1.0 : 0.0;
    else
        check.value = table.number("value").value_or(0);
    check.tolerance = table.number("tolerance").value_or(0);
    if (!(check.tolerance >= 0)) table.problem("tolerance", "'tolerance' must be 0 or more");
    if (!table.has("at")) table.missing("at", "a check with 'value'");
    check.at = readMoment(table, "at", "end");
    if (check.signal != noSignal) {
        const plant::Signal& signal = plant_.at(check.signal);
        if ((signal.type == ValueType::String) != std::holds_alternative<std::string>(check.value)) {
            table.problem("value", std::format("signal '{}' is {}: its value must be {}", signal.path,
                                               signal.type == ValueType::String ? "a text" : "a number",
                                               signal.type == ValueType::String ? "a text in quotes" : "a number, true or false"));
        }
    }
    expectation.what = std::move(check);
}

void Reader::readSamples(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "signal", "samples", "from", "to"});
    expectation.what = SampleCountCheck{readSignal(table, false), readCount(table, "samples"), readWindow(table)};
}

EquipmentIndex Reader::readEquipment(const TomlTable& table) {
    const auto path = table.text("equipment");
    if (!path) return noEquipment;
    const EquipmentIndex found = plant_.findEquipment(*path);
    if (found == noEquipment) {
        std::vector<std::string_view> paths;
        for (const plant::Equipment& equipment : plant_.equipment) paths.push_back(equipment.path);
        table.problem("equipment", std::format("plant '{}' has no equipment '{}'{}", plant_.id, *path, didYouMean(*path, paths)));
    }
    return found;
}

/// A signal that is a number.
SignalIndex Reader::readNumber(const TomlTable& table) {
    const SignalIndex found = readSignal(table, true);
    if (found == noSignal) return noSignal;
    const plant::Signal& signal = plant_.at(found);
    if (signal.type == ValueType::Float || signal.type == ValueType::Integer) return found;
    table.problem("signal", std::format("signal '{}' is no number: it does not rise or fall", signal.path));
    return noSignal;
}

void Reader::readRate(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "signal", "rate", "from", "to"});
    RateCheck check{.signal = readNumber(table), .window = readWindow(table)};
    if (const auto range = table.numbers("rate")) {
        check.least = range->first, check.most = range->second;
        if (check.least > check.most)
            table.problem("rate", "'rate' is [least, most] a second, or one number for as fast either way");
    }
    expectation.what = check;
}

void Reader::readMonotone(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "signal", "monotone", "tolerance", "from", "to"});
    MonotoneCheck check{.signal = readNumber(table), .window = readWindow(table)};
    const std::string way = table.text("monotone").value_or("rising");
    check.rising = way == "rising";
    if (way != "rising" && way != "falling")
        table.problem("monotone", std::format("'{}' is no way: a signal is rising or falling", way));
    check.tolerance = table.number("tolerance").value_or(0);
    if (!(check.tolerance >= 0)) table.problem("tolerance", "'tolerance' must be 0 or more");
    expectation.what = check;
}

void Reader::readSequence(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "signal", "sequence", "from", "to"});
    SequenceCheck check{.signal = readSignal(table, true), .states = table.texts("sequence"), .window = readWindow(table)};
    if (check.states.empty()) table.problem("sequence", "'sequence' is a list of states in their order");
    for (std::size_t i = 1; i < check.states.size(); ++i)
        if (check.states[i] == check.states[i - 1])
            table.problem("sequence", std::format("'{}' cannot follow itself: it would be one state", check.states[i]));
    if (check.signal != noSignal) {
        const plant::Signal& signal = plant_.at(check.signal);
        if (signal.type != ValueType::String && signal.type != ValueType::Boolean && signal.states.empty())
            table.problem("signal", std::format("signal '{}' has no states", signal.path));
        else if (!signal.states.empty())
            for (const std::string& state : check.states) static_cast<void>(readState(table, signal, state));
    }
    expectation.what = std::move(check);
}

void Reader::readQuality(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "signal", "equipment", "quality", "silence", "from", "to"});
    QualityCheck check{.window = readWindow(table)};
    const std::string quality = table.text("quality").value_or("good");
    check.uncertainWillDo = quality == "usable";
    if (quality != "good" && quality != "usable")
        table.problem("quality", std::format("'{}' cannot be expected: use good, or usable for good or uncertain", quality));
    check.silence = table.duration("silence").value_or(Duration{});
    if (check.silence < Duration::zero()) table.problem("silence", "'silence' must not be negative");
    if (table.has("signal") && table.has("equipment"))
        table.problem("equipment", "give either 'signal' or 'equipment'; without both, all signals are meant");
    if (table.has("signal")) {
        if (const SignalIndex signal = readSignal(table, true); signal != noSignal) check.signals = {signal};
        check.whose = table.text("signal").value_or("");
    } else {
        const EquipmentIndex equipment = readEquipment(table);
        const std::string path = equipment == noEquipment ? "" : plant_.at(equipment).path + "/";
        for (std::uint32_t i = 0; i < plant_.signals.size(); ++i)
            if (plant_.signals[i].path.view().starts_with(path)) check.signals.push_back(SignalIndex{i});
        check.whose = equipment == noEquipment ? "all signals" : "all signals of " + plant_.at(equipment).path;
        if (check.signals.empty()) table.problem("quality", "there is no signal whose quality could be judged");
    }
    expectation.what = std::move(check);
}

} // namespace millwright::check
