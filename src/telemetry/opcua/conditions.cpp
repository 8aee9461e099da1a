#include "telemetry/opcua/conditions.hpp"

#include "telemetry/encoding/convert_value.hpp"

#include <array>
#include <format>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::string_view prefix = "condition=";
constexpr std::pair<std::string_view, ConditionPart> parts[] = {{"active", ConditionPart::Active},
                                                                {"acknowledged", ConditionPart::Acknowledged},
                                                                {"severity", ConditionPart::Severity},
                                                                {"message", ConditionPart::Message},
                                                                {"retain", ConditionPart::Retain}};

/// A field of an event: of which type, and the path to it.
struct Field {
    UA_UInt32 type;
    std::array<std::string_view, 2> path;
};
enum FieldIndex : std::size_t {
    EventType,
    SourceNode,
    SourceName,
    EventTime,
    Severity,
    Message,
    ConditionName,
    BranchId,
    Retain,
    StateQuality,
    Enabled,
    Active,
    Acked,
    fieldCount
};
constexpr std::array<Field, fieldCount> fields{{{UA_NS0ID_BASEEVENTTYPE, {"EventType"}},
                                                {UA_NS0ID_BASEEVENTTYPE, {"SourceNode"}},
                                                {UA_NS0ID_BASEEVENTTYPE, {"SourceName"}},
                                                {UA_NS0ID_BASEEVENTTYPE, {"Time"}},
                                                {UA_NS0ID_BASEEVENTTYPE, {"Severity"}},
                                                {UA_NS0ID_BASEEVENTTYPE, {"Message"}},
                                                {UA_NS0ID_CONDITIONTYPE, {"ConditionName"}},
                                                {UA_NS0ID_CONDITIONTYPE, {"BranchId"}},
                                                {UA_NS0ID_CONDITIONTYPE, {"Retain"}},
                                                {UA_NS0ID_CONDITIONTYPE, {"Quality"}},
                                                {UA_NS0ID_CONDITIONTYPE, {"EnabledState", "Id"}},
                                                {UA_NS0ID_ALARMCONDITIONTYPE, {"ActiveState", "Id"}},
                                                {UA_NS0ID_ACKNOWLEDGEABLECONDITIONTYPE, {"AckedState", "Id"}}}};

/// The names that the library wants to point at.
auto& browseNames() {
    static auto names = [] {
        std::array<std::array<UA_QualifiedName, 2>, fieldCount> made{};
        for (std::size_t i = 0; i < fieldCount; ++i)
            for (std::size_t k = 0; k < 2; ++k) made[i][k] = {0, borrowed(fields[i].path[k])};
        return made;
    }();
    return names;
}

template <typename T>
const T* scalar(const UA_Variant& variant, int type) {
    return UA_Variant_hasScalarType(&variant, &UA_TYPES[type]) ? static_cast<const T*>(variant.data) : nullptr;
}

std::optional<bool> booleanIn(const UA_Variant& variant) {
    const auto* const found = scalar<UA_Boolean>(variant, UA_TYPES_BOOLEAN);
    return found == nullptr ? std::nullopt : std::optional<bool>{*found};
}

/// As docs/alarms.md names the states of ISA-18.2.
std::string_view stateName(bool active, bool acknowledged) {
    if (active) return acknowledged ? "acknowledged" : "unacknowledged";
    return acknowledged ? "normal" : "returned to normal, unacknowledged";
}

} // namespace

bool isOfCondition(std::string_view address) {
    return address.starts_with(prefix);
}

std::optional<ConditionAddress> parseCondition(std::string_view address) {
    if (!isOfCondition(address)) return std::nullopt;
    address.remove_prefix(prefix.size());
    ConditionAddress found;
    for (const auto& [word, part] : parts)
        if (address.size() > word.size() && address.ends_with(word) && address[address.size() - word.size() - 1] == '/') {
            found.part = part;
            address.remove_suffix(word.size() + 1);
            break;
        }
    const std::size_t slash = address.rfind('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == address.size()) return std::nullopt;
    found.condition = address;
    return found;
}

Conditions::Conditions(const OpcUaOptions& options, ConditionSink& sink) : options_{options}, sink_{sink} {
    for (std::uint32_t i = 0; i < options.addresses.size(); ++i)
        if (const auto address = parseCondition(options.addresses[i].node))
            conditions_[address->condition].targets.push_back({i, address->part});
}

UA_EventFilter Conditions::filter() {
    clauses_.clear();
    for (std::size_t i = 0; i < fieldCount; ++i) {
        UA_SimpleAttributeOperand clause{};
        clause.typeDefinitionId = UA_NODEID_NUMERIC(0, fields[i].type);
        clause.browsePath = browseNames()[i].data();
        clause.browsePathSize = fields[i].path[1].empty() ? 1 : 2;
        clause.attributeId = UA_ATTRIBUTEID_VALUE;
        clauses_.push_back(clause);
    }
    UA_EventFilter filter{};
    filter.selectClauses = clauses_.data();
    filter.selectClausesSize = clauses_.size();
    return filter;
}

void Conditions::begin(const Namespaces& namespaces) {
    namespaces_ = &namespaces;
    refreshing = refreshWanted_ = false;
    for (auto& [name, condition] : conditions_) condition.retained = false;
}

void Conditions::event(std::span<const UA_Variant> of) {
    if (of.size() < fieldCount) return;
    const auto* const date = scalar<UA_DateTime>(of[EventTime], UA_TYPES_DATETIME);
    const Time time = date == nullptr ? Time{} : timeOf(*date).value_or(Time{});
    const auto* const type = scalar<UA_NodeId>(of[EventType], UA_TYPES_NODEID);
    const bool standard = type != nullptr && type->namespaceIndex == 0 && type->identifierType == UA_NODEIDTYPE_NUMERIC;
    switch (standard ? type->identifier.numeric : 0) {
    case UA_NS0ID_REFRESHSTARTEVENTTYPE:
        for (auto& [name, condition] : conditions_) condition.retained = false;
        return;
    case UA_NS0ID_REFRESHENDEVENTTYPE: return refreshed(time);
    case UA_NS0ID_REFRESHREQUIREDEVENTTYPE: refreshWanted_ = true; return;
    case UA_NS0ID_EVENTQUEUEOVERFLOWEVENTTYPE:
        sink_.eventsLost();
        refreshWanted_ = true;
        return;
    default: return ofCondition(of, time);
    }
}

/// What the server did not tell of needs nobody's attention.
void Conditions::refreshed(Time time) {
    if (!std::exchange(refreshing, false)) return; // another client's
    for (auto& [name, condition] : conditions_) {
        if (std::exchange(condition.retained, false)) continue;
        if (condition.seen && !condition.last.retain)
            tell(condition, condition.last);
        else
            tell(condition, {.time = time, .quality = condition.seen ? Quality::Good : Quality::Uncertain});
    }
}

void Conditions::ofCondition(std::span<const UA_Variant> of, Time time) {
    const auto* const name = scalar<UA_String>(of[ConditionName], UA_TYPES_STRING);
    const auto* const source = scalar<UA_String>(of[SourceName], UA_TYPES_STRING);
    const auto* const node = scalar<UA_NodeId>(of[SourceNode], UA_TYPES_NODEID);
    const auto* const branch = scalar<UA_NodeId>(of[BranchId], UA_TYPES_NODEID);
    if (name == nullptr || (branch != nullptr && !UA_NodeId_isNull(branch))) return; // an earlier state that waits for somebody
    State state{.time = time};
    const auto enabled = booleanIn(of[Enabled]);
    const auto active = booleanIn(of[Active]);
    state.empty = enabled == false;
    state.retain = booleanIn(of[Retain]).value_or(false);
    state.active = active.value_or(state.retain);
    state.acknowledged = booleanIn(of[Acked]).value_or(true);
    if (const auto* const quality = scalar<UA_StatusCode>(of[StateQuality], UA_TYPES_STATUSCODE))
        state.quality = qualityOf(*quality);
    if (state.empty) state.quality = Quality::Bad;
    if (const auto* const severity = scalar<UA_UInt16>(of[Severity], UA_TYPES_UINT16)) state.severity = *severity;
    if (const auto* const message = scalar<UA_LocalizedText>(of[Message], UA_TYPES_LOCALIZEDTEXT))
        state.message = view(message->text);
    for (const std::string& key : {source == nullptr ? std::string{} : std::string{view(*source)},
                                   node == nullptr ? std::string{} : namespaces_->text(*node)}) {
        const auto found = conditions_.find(std::format("{}/{}", key, view(*name)));
        if (found == conditions_.end()) continue;
        found->second.seen = found->second.retained = true;
        tell(found->second, state);
    }
}

void Conditions::tell(Condition& condition, State state) {
    for (const Target& target : condition.targets) tell(target, state);
    condition.last = std::move(state);
}

void Conditions::tell(const Target& target, const State& state) {
    const OpcUaAddress& address = options_.addresses[target.address];
    Reading reading{.time = state.time,
                    .value = {},
                    .signal = address.signal,
                    .type = address.type,
                    .quality = state.quality,
                    .empty = state.empty,
                    .first = refreshing};
    if (state.empty) return sink_.told(reading, {});
    const bool text = address.type == ValueType::String;
    if (target.part == ConditionPart::State && text) return sink_.told(reading, stateName(state.active, state.acknowledged));
    if (target.part == ConditionPart::Message) {
        if (text) return sink_.told(reading, state.message);
        return valueOfText(state.message, address.type, reading.value) ? sink_.told(reading, {}) : sink_.unreadable(target.address);
    }
    if (target.part == ConditionPart::Severity) {
        if (text) return sink_.told(reading, std::format("{}", state.severity));
        reading.value = Value::of(state.severity);
    } else {
        const bool yes = target.part == ConditionPart::Acknowledged ? state.acknowledged
                         : target.part == ConditionPart::Retain     ? state.retain
                                                                    : state.active;
        if (text) return sink_.told(reading, yes ? "true" : "false");
        reading.value = Value::of(yes);
    }
    StringTable none; // conversions between numbers touch no texts
    const ValueType natural = target.part == ConditionPart::Severity ? ValueType::Integer : ValueType::Boolean;
    convertValue(reading.value, natural, address.type, none) ? sink_.told(reading, {}) : sink_.unreadable(target.address);
}

} // namespace millwright::telemetry::opcua
