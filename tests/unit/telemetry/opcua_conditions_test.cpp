#include "telemetry/opcua/conditions.hpp"

#include <gmock/gmock.h>

#include <array>
#include <deque>

namespace millwright::telemetry::opcua {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What signals are told, as `NAME VALUE` with the quality where it is not good.
struct Told final : ConditionSink {
    explicit Told(const OpcUaOptions& of) : options{of} {}
    void told(const Reading& reading, std::string_view text) override {
        std::string value{text};
        if (reading.empty)
            value = "nothing";
        else if (reading.type == ValueType::Boolean)
            value = reading.value.boolean ? "true" : "false";
        else if (reading.type == ValueType::Integer)
            value = std::to_string(reading.value.integer);
        constexpr std::string_view qualities[] = {"", " uncertain", " bad", " stale"};
        const std::size_t quality = reading.quality == Quality::Good        ? 0
                                    : reading.quality == Quality::Uncertain ? 1
                                    : reading.quality == Quality::Bad       ? 2
                                                                            : 3;
        lines.push_back(options.addresses[static_cast<std::size_t>(reading.signal)].name + ' ' + value +
                        std::string{qualities[quality]});
    }
    void unreadable(std::uint32_t address) override { lines.push_back(options.addresses[address].name + " unreadable"); }
    void eventsLost() override { lines.emplace_back("events lost"); }
    std::vector<std::string> take() { return std::exchange(lines, {}); }
    const OpcUaOptions& options;
    std::vector<std::string> lines;
};

/// The fields of an event in the order of the filter.
class Event {
public:
    explicit Event(UA_UInt32 type) {
        set(0, UA_NODEID_NUMERIC(0, type), UA_TYPES_NODEID);
        set(3, UA_DateTime{UA_DATETIME_UNIX_EPOCH + 5 * UA_DATETIME_SEC}, UA_TYPES_DATETIME);
    }
    Event(std::string_view source, std::string_view name, bool active, bool acknowledged, bool retain)
        : Event{UA_NS0ID_ALARMCONDITIONTYPE} {
        set(1, UA_NODEID_NUMERIC(0, 77), UA_TYPES_NODEID);
        set(2, borrowed(source), UA_TYPES_STRING);
        set(4, UA_UInt16{700}, UA_TYPES_UINT16);
        set(5, UA_LocalizedText{{}, borrowed("too hot")}, UA_TYPES_LOCALIZEDTEXT);
        set(6, borrowed(name), UA_TYPES_STRING);
        set(7, UA_NODEID_NULL, UA_TYPES_NODEID);
        set(8, UA_Boolean{retain}, UA_TYPES_BOOLEAN);
        set(9, UA_StatusCode{UA_STATUSCODE_GOOD}, UA_TYPES_STATUSCODE);
        set(10, UA_Boolean{true}, UA_TYPES_BOOLEAN);
        set(11, UA_Boolean{active}, UA_TYPES_BOOLEAN);
        set(12, UA_Boolean{acknowledged}, UA_TYPES_BOOLEAN);
    }
    ~Event() {
        for (UA_Variant& field : fields) UA_Variant_clear(&field);
    }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    template <typename T>
    void set(std::size_t field, const T& value, int type) {
        UA_Variant_clear(&fields[field]);
        UA_Variant_setScalarCopy(&fields[field], &value, &UA_TYPES[type]);
    }
    void clear(std::size_t field) { UA_Variant_clear(&fields[field]); }
    std::array<UA_Variant, 13> fields{};
};

class OpcUaConditions : public testing::Test {
protected:
    OpcUaConditions() {
        add("state", ValueType::String, "condition=press-1/Overheated");
        add("active", ValueType::Boolean, "condition=press-1/Overheated/active");
        add("severity", ValueType::Integer, "condition=i=77/Overheated/severity");
        add("message", ValueType::String, "condition=press-1/Overheated/message");
    }
    void add(std::string name, ValueType type, std::string node) {
        options.addresses.push_back({.signal = static_cast<SignalIndex>(options.addresses.size()),
                                     .type = type,
                                     .name = std::move(name),
                                     .node = std::move(node)});
    }
    void send(const Event& event) { conditions->event(event.fields); }
    void begin() {
        conditions.emplace(options, sink);
        conditions->begin(namespaces);
        conditions->refreshing = true;
    }
    OpcUaOptions options;
    Told sink{options};
    Namespaces namespaces;
    std::optional<Conditions> conditions;
};

TEST(OpcUaConditionAddress, TheNameIsWhatFollowsTheLastSlashBeforeThePart) {
    const auto whole = parseCondition("condition=hall/press-1/Overheated");
    ASSERT_TRUE(whole.has_value());
    EXPECT_EQ(whole->condition, "hall/press-1/Overheated");
    EXPECT_EQ(whole->part, ConditionPart::State);
    EXPECT_EQ(parseCondition("condition=nsu=http://x/y;s=press/Overheated/acknowledged")->part, ConditionPart::Acknowledged);
    for (const char* address : {"condition=", "condition=press-1", "condition=/Overheated", "condition=press-1/",
                                "condition=press-1/active", "condition=/active"})
        EXPECT_FALSE(parseCondition(address).has_value()) << address;
}

TEST_F(OpcUaConditions, TheStatesAreThoseOfTheStandard) {
    begin();
    send(Event{"press-1", "Overheated", true, false, true});
    EXPECT_THAT(sink.take(),
                testing::UnorderedElementsAre("state unacknowledged", "active true", "severity 700", "message too hot"));
    const auto stateAfter = [&](bool active, bool acknowledged) {
        send(Event{"press-1", "Overheated", active, acknowledged, active || !acknowledged});
        for (const std::string& line : sink.take())
            if (line.starts_with("state ")) return line.substr(6);
        return std::string{};
    };
    EXPECT_EQ(stateAfter(true, true), "acknowledged");
    EXPECT_EQ(stateAfter(false, false), "returned to normal, unacknowledged");
    EXPECT_EQ(stateAfter(false, true), "normal");
    send(Event{"press-2", "Overheated", true, false, true});
    EXPECT_THAT(sink.take(), ElementsAre("severity 700")) << "the source node is the same, its name is not";
    send(Event{"press-1", "Cold", true, false, true});
    EXPECT_THAT(sink.take(), IsEmpty());
}

TEST_F(OpcUaConditions, WhatARefreshDoesNotTellIsNormalAndUncertainUntilSeen) {
    begin();
    send(Event{UA_NS0ID_REFRESHSTARTEVENTTYPE});
    send(Event{UA_NS0ID_REFRESHENDEVENTTYPE});
    EXPECT_FALSE(conditions->refreshing);
    EXPECT_THAT(sink.take(), testing::UnorderedElementsAre("state normal uncertain", "active false uncertain",
                                                           "message - uncertain", "severity 0 uncertain"));
    send(Event{"press-1", "Overheated", true, false, true});
    sink.take();
    conditions->begin(namespaces); // another connection
    conditions->refreshing = true;
    send(Event{UA_NS0ID_REFRESHSTARTEVENTTYPE});
    send(Event{UA_NS0ID_REFRESHENDEVENTTYPE});
    EXPECT_THAT(sink.take(), testing::UnorderedElementsAre("state normal", "active false", "message -", "severity 0"))
        << "it ended meanwhile";
    send(Event{UA_NS0ID_REFRESHENDEVENTTYPE});
    EXPECT_THAT(sink.take(), IsEmpty()) << "another client's";
}

TEST_F(OpcUaConditions, WhatNeededNoAttentionBeforeALossIsAsItWas) {
    begin();
    send(Event{"press-1", "Overheated", true, true, false}); // of a server that retains no active one once it is acknowledged
    sink.take();
    conditions->begin(namespaces);
    conditions->refreshing = true;
    send(Event{UA_NS0ID_REFRESHENDEVENTTYPE});
    EXPECT_THAT(sink.take(), testing::UnorderedElementsAre("state acknowledged", "active true", "message too hot", "severity 700"));
}

TEST_F(OpcUaConditions, BranchesAreLetBeAndWhatIsDisabledHasNoState) {
    begin();
    Event branch{"press-1", "Overheated", true, false, true};
    branch.set(7, UA_NODEID_NUMERIC(1, 5), UA_TYPES_NODEID);
    send(branch);
    EXPECT_THAT(sink.take(), IsEmpty()) << "an earlier state that waits for somebody";
    Event disabled{"press-1", "Overheated", false, true, false};
    disabled.set(10, UA_Boolean{false}, UA_TYPES_BOOLEAN);
    send(disabled);
    EXPECT_THAT(sink.take(), testing::UnorderedElementsAre("state nothing bad", "active nothing bad", "severity nothing bad",
                                                           "message nothing bad"));
    Event bare{"press-1", "Overheated", false, true, true}; // a ConditionType that is no alarm
    bare.clear(11);
    bare.clear(12);
    send(bare);
    EXPECT_THAT(sink.take(), testing::Contains("active true"));
}

TEST_F(OpcUaConditions, AServerThatLostEventsIsAskedAgain) {
    begin();
    EXPECT_FALSE(conditions->takeRefreshWanted());
    send(Event{UA_NS0ID_EVENTQUEUEOVERFLOWEVENTTYPE});
    EXPECT_THAT(sink.take(), ElementsAre("events lost"));
    EXPECT_TRUE(conditions->takeRefreshWanted());
    send(Event{UA_NS0ID_REFRESHREQUIREDEVENTTYPE});
    EXPECT_TRUE(conditions->takeRefreshWanted());
    conditions->event({}); // fewer fields than were asked for
}

TEST_F(OpcUaConditions, TextsThatAreNoNumberAreToldOf) {
    add("number", ValueType::Float, "condition=press-1/Overheated/message");
    add("on", ValueType::Integer, "condition=press-1/Overheated");
    begin();
    send(Event{"press-1", "Overheated", true, false, true});
    EXPECT_THAT(sink.take(), testing::IsSupersetOf({"number unreadable", "on 1"}));
}

} // namespace
} // namespace millwright::telemetry::opcua
