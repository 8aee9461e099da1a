#include "plant/expand.hpp"
#include "plant/keys.hpp"
#include "plant/read_signal.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <format>

namespace millwright::plant {
namespace {

constexpr Duration defaultShelving = std::chrono::hours{8};

/// Which kinds have a key of their own.
struct KindKey {
    std::string_view key;
    AlarmKind kind;
};
constexpr KindKey kindKeys[] = {{"set_point", AlarmKind::Deviation},
                                {"state", AlarmKind::State},
                                {"expression", AlarmKind::Expression},
                                {"timeout", AlarmKind::Stale}};

bool isLimit(AlarmKind kind) {
    return kind <= AlarmKind::LowLow;
}
bool hasLimit(AlarmKind kind) {
    return kind <= AlarmKind::Rate;
}

std::string_view wordOf(AlarmKind kind) {
    return alarmKindWords[static_cast<std::size_t>(kind)];
}

void readPriority(const Reader& reader, ReadContext& context, Alarm& alarm) {
    const auto priority = reader.choice<AlarmPriority>("priority", alarmPriorityWords);
    const auto severity = reader.choice<AlarmSeverity>("severity", alarmSeverityWords);
    alarm.timeToRespond = reader.duration("respond_within").value_or(Duration{});
    if (priority) {
        alarm.priority = *priority;
        if (severity)
            context.problems.add(reader.at("priority"), "give either 'priority' or 'severity' with 'respond_within', not both");
    } else if (severity && alarm.timeToRespond > Duration::zero()) {
        alarm.priority = priorityOf(*severity, alarm.timeToRespond);
    } else if (reader.find("priority") == nullptr) {
        context.problems.add(reader.own().at, "'priority' is missing in alarm: state it, or 'severity' and 'respond_within'");
    }
}

void checkKind(const Reader& reader, ReadContext& context, AlarmKind kind) {
    for (const auto& [key, owner] : kindKeys) {
        const Node* node = reader.find(key);
        if (node != nullptr && owner != kind)
            context.problems.add(node->keyAt, std::format("'{}' means nothing in an alarm of kind {}: it belongs to {}", key,
                                                          wordOf(kind), wordOf(owner)));
        if (node == nullptr && owner == kind)
            context.problems.add(reader.own().at, std::format("an alarm of kind {} needs '{}'", wordOf(kind), key));
    }
    for (const std::string_view key : {"limit", "dead_band"}) {
        const Node* node = reader.find(key);
        if (node != nullptr && !hasLimit(kind))
            context.problems.add(node->keyAt,
                                 std::format("'{}' means nothing in an alarm of kind {}: it has no limit", key, wordOf(kind)));
    }
    if (reader.find("signal") == nullptr && kind != AlarmKind::Expression)
        context.problems.add(reader.own().at, std::format("an alarm of kind {} needs 'signal'", wordOf(kind)));
    if (reader.find("limit") == nullptr && hasLimit(kind) && !isLimit(kind))
        context.problems.add(reader.own().at, std::format("an alarm of kind {} needs 'limit'", wordOf(kind)));
}

struct Resolver {
    const AlarmTemplate& from;
    const SignalFinder& find;
    const Plant& plant;
    ReadContext& context;

    [[nodiscard]] SignalIndex signal(const std::string& name, Position at) const {
        const auto found = find(name);
        if (found) return *found;
        context.problems.add(at, found.error());
        return noSignal;
    }

    [[nodiscard]] bool expression(const std::string& text, const Node* node, Expression& into) const {
        if (node == nullptr) return true;
        auto compiled = compile(text, plant.signals, find);
        if (!compiled) {
            context.problems.add(placeInText(context.source, *node, compiled.error().offset), compiled.error().message);
            return false;
        }
        if (compiled->type != ExpressionType::Boolean) {
            context.problems.add(node->at, "this expression is a number: an alarm needs a condition, such as 'x > 5'");
            return false;
        }
        if (compiled->signals.empty()) {
            context.problems.add(node->at, "this condition reads no signal: it would never be judged");
            return false;
        }
        into = std::move(*compiled);
        return true;
    }

    [[nodiscard]] bool limits(const Signal& signal, Alarm& alarm) const {
        if (signal.type != ValueType::Float && signal.type != ValueType::Integer) {
            context.problems.add(from.signalAt,
                                 std::format("an alarm of kind {} needs numbers: signal '{}' is a {}", wordOf(alarm.kind),
                                             signal.path, typeWords[static_cast<std::size_t>(signal.type)]));
            return false;
        }
        alarm.measure.code = {{Expression::Op::Number, alarm.signal}};
        alarm.measure.signals = {alarm.signal};
        alarm.measure.type = ExpressionType::Number;
        alarm.measure.unit = signal.unit;
        if (from.limited || !isLimit(alarm.kind)) return true;
        const Limits& limits = signal.limits;
        const auto limit = alarm.kind == AlarmKind::HighHigh ? limits.highHigh
                           : alarm.kind == AlarmKind::High   ? limits.high
                           : alarm.kind == AlarmKind::Low    ? limits.low
                                                             : limits.lowLow;
        if (!limit) {
            context.problems.add(from.at, std::format("'limit' is missing, and signal '{}' has no limit '{}' to take", signal.path,
                                                      wordOf(alarm.kind)));
            return false;
        }
        alarm.limit = *limit;
        return true;
    }

    [[nodiscard]] bool deviation(const Signal& signal, Alarm& alarm) const {
        const SignalIndex setPoint = this->signal(from.setPoint, from.setPointAt);
        if (setPoint == noSignal) return false;
        const Signal& wanted = plant.at(setPoint);
        if (wanted.type != ValueType::Float && wanted.type != ValueType::Integer) {
            context.problems.add(from.setPointAt, std::format("a set-point is a number: signal '{}' is a {}", wanted.path,
                                                              typeWords[static_cast<std::size_t>(wanted.type)]));
            return false;
        }
        const auto conversion = units::convert(wanted.unit, signal.unit);
        if (!conversion) {
            context.problems.add(from.setPointAt, conversion.error().message);
            return false;
        }
        auto& code = alarm.measure.code;
        code.push_back({Expression::Op::Number, setPoint});
        if (conversion->scale != 1 || conversion->offset != 0)
            code.push_back({Expression::Op::Convert, noSignal, conversion->scale, conversion->offset});
        code.push_back({Expression::Op::Subtract});
        code.push_back({Expression::Op::Absolute});
        alarm.measure.signals.push_back(setPoint);
        std::ranges::sort(alarm.measure.signals);
        return true;
    }

    [[nodiscard]] bool state(const Signal& signal, Alarm& alarm) const {
        const auto found = std::ranges::find(signal.states, from.state);
        const bool text = signal.type == ValueType::String;
        if (found == signal.states.end() && !(text && signal.states.empty())) {
            const std::vector<std::string_view> names{signal.states.begin(), signal.states.end()};
            context.problems.add(from.stateAt, names.empty() ? std::format("signal '{}' has no named states", signal.path)
                                                             : std::format("signal '{}' has no state '{}'{}", signal.path,
                                                                           from.state, didYouMean(from.state, names)));
            return false;
        }
        Expression& measure = alarm.measure;
        if (text) {
            measure.texts = {from.state};
            measure.code = {{Expression::Op::TextIs, alarm.signal, 0}};
        } else {
            measure.code = {{Expression::Op::Number, alarm.signal},
                            {Expression::Op::Constant, noSignal, static_cast<double>(found - signal.states.begin())},
                            {Expression::Op::Equal}};
        }
        measure.signals = {alarm.signal};
        return true;
    }
};

} // namespace

AlarmPriority priorityOf(AlarmSeverity severity, Duration timeToRespond) {
    using enum AlarmPriority;
    // Rows: minor, major, severe. Columns: up to 3 min, 10 min, 30 min, longer.
    constexpr AlarmPriority matrix[3][4] = {{Medium, Low, Low, Low}, {High, Medium, Medium, Low}, {Urgent, High, Medium, Medium}};
    const std::size_t column = timeToRespond <= std::chrono::minutes{3}    ? 0
                               : timeToRespond <= std::chrono::minutes{10} ? 1
                               : timeToRespond <= std::chrono::minutes{30} ? 2
                                                                           : 3;
    return matrix[static_cast<std::size_t>(severity)][column];
}

AlarmTemplate readAlarm(const Reader& reader, ReadContext& context) {
    AlarmTemplate result;
    Alarm& alarm = result.alarm;
    const std::size_t before = context.problems.count();
    result.at = reader.own().at;
    alarm.id = reader.text("id");
    alarm.name = reader.text("name");
    result.signal = reader.text("signal");
    result.signalAt = reader.at("signal");
    result.setPoint = reader.text("set_point");
    result.setPointAt = reader.at("set_point");
    result.state = reader.text("state");
    result.stateAt = reader.at("state");
    result.expression = reader.text("expression");
    result.expressionNode = reader.find("expression", Node::Kind::String);
    result.suppressedBy = reader.text("suppressed_by");
    result.suppressedByNode = reader.find("suppressed_by", Node::Kind::String);
    result.limited = reader.number("limit").has_value();
    alarm.limit = reader.number("limit").value_or(0);
    alarm.deadBand = reader.number("dead_band").value_or(0);
    alarm.onDelay = reader.duration("on_delay").value_or(Duration{});
    alarm.offDelay = reader.duration("off_delay").value_or(Duration{});
    alarm.timeout = reader.duration("timeout").value_or(Duration{});
    alarm.reAlarm = reader.duration("re_alarm").value_or(Duration{});
    alarm.maximumShelving = reader.duration("maximum_shelving").value_or(defaultShelving);
    alarm.latching = reader.boolean("latching", false);
    alarm.needsAcknowledgement = reader.boolean("acknowledge", true);
    alarm.firstOut = reader.text("first_out");
    alarm.cause = reader.text("cause");
    alarm.consequence = reader.text("consequence");
    alarm.action = reader.text("action");
    // Not for the structure check, which sees an equipment's own keys without its pattern's.
    for (const std::string_view key : {"kind", "action"}) {
        if (reader.find(key) == nullptr)
            context.problems.add(reader.own().at,
                                 std::format("'{}' is missing in alarm: {}", key, alarmKeys.find(key)->description));
    }
    const auto kind = reader.choice<AlarmKind>("kind", alarmKindWords);
    if (kind) {
        alarm.kind = *kind;
        checkKind(reader, context, *kind);
    }
    if (reader.find("action") != nullptr && alarm.action.empty())
        context.problems.add(reader.at("action"), "'action' is empty: say what the operator does, or leave the alarm out");
    if (alarm.latching && !alarm.needsAcknowledgement)
        context.problems.add(reader.at("latching"), "a latching alarm needs to be acknowledged: leave out 'acknowledge = false'");
    readPriority(reader, context, alarm);
    result.malformed = !kind || context.problems.count() != before;
    return result;
}

bool resolveAlarm(const AlarmTemplate& from, Alarm& alarm, const SignalFinder& find, const Plant& plant, ReadContext& context) {
    const Resolver resolver{from, find, plant, context};
    if (!from.signal.empty()) {
        alarm.signal = resolver.signal(from.signal, from.signalAt);
        if (alarm.signal == noSignal) return false;
    }
    if (!resolver.expression(from.suppressedBy, from.suppressedByNode, alarm.suppressedBy)) return false;
    if (alarm.kind == AlarmKind::Expression) {
        if (!resolver.expression(from.expression, from.expressionNode, alarm.measure)) return false;
        if (alarm.signal == noSignal && !alarm.measure.signals.empty()) alarm.signal = alarm.measure.signals.front();
        return true;
    }
    const Signal& signal = plant.at(alarm.signal);
    if (alarm.kind == AlarmKind::State) return resolver.state(signal, alarm);
    if (alarm.kind == AlarmKind::Stale) {
        alarm.measure.signals = {alarm.signal};
        return true;
    }
    if (!resolver.limits(signal, alarm)) return false;
    return alarm.kind != AlarmKind::Deviation || resolver.deviation(signal, alarm);
}

} // namespace millwright::plant
