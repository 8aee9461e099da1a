#pragma once

#include "telemetry/opcua/address_space.hpp"
#include "telemetry/opcua/reading.hpp"

#include <millwright/telemetry/opcua.hpp>

#include <open62541/types_generated.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millwright::telemetry::opcua {

/// What a signal takes of a condition.
enum class ConditionPart : std::uint8_t { State, Active, Acknowledged, Severity, Message, Retain };

/// Which part of which condition a signal is.
struct ConditionAddress {
    std::string condition; ///< `SOURCE/NAME`, SOURCE being the source's name or node id
    ConditionPart part = ConditionPart::State;
};

/// Whether an address means a condition, whatever its form.
[[nodiscard]] bool isOfCondition(std::string_view address);
/// Reads `condition=SOURCE/NAME`, and behind a further slash the part. None for what has no source or no name.
[[nodiscard]] std::optional<ConditionAddress> parseCondition(std::string_view address);
inline constexpr std::string_view conditionForms =
    "write condition=SOURCE/NAME, and behind a further slash active, acknowledged, severity, message or retain for another part "
    "than its state";

/// Where states of conditions go.
class ConditionSink {
public:
    virtual ~ConditionSink() = default;
    /// `reading` is of the signal's type; the text of a String goes beside it.
    virtual void told(const Reading& reading, std::string_view text) = 0;
    /// What cannot be a value of the signal.
    virtual void unreadable(std::uint32_t address) = 0;
    /// Events are missing.
    virtual void eventsLost() = 0;
};

/// Makes values of signals out of the events of conditions (OPC 10000-9). A condition that the server has nothing to tell of after
/// a refresh is as it was where it needed nobody's attention then (Retain), and else normal; as long as no event of it came ever,
/// uncertainly so, as nobody knows whether it exists. Thread: one.
class Conditions {
public:
    /// `options` and `sink` must outlive it.
    Conditions(const OpcUaOptions& options, ConditionSink& sink);

    [[nodiscard]] bool any() const { return !conditions_.empty(); }
    /// The fields of events to ask for. Valid while this lives.
    [[nodiscard]] UA_EventFilter filter();
    /// A connection is made.
    void begin(const Namespaces& namespaces);
    /// The fields of an event, as `filter` asks for them.
    void event(std::span<const UA_Variant> fields);
    /// Whether the server has yet to say how all of them are. The caller says so when it has asked.
    bool refreshing = false;
    /// Takes whether the server is to be asked again for how they are.
    [[nodiscard]] bool takeRefreshWanted() { return std::exchange(refreshWanted_, false); }

private:
    struct Target {
        std::uint32_t address;
        ConditionPart part;
    };
    /// How a condition is.
    struct State {
        Time time{};
        Quality quality = Quality::Good;
        bool empty = false; ///< nothing is known of it: it is disabled
        bool active = false, acknowledged = true, retain = false;
        std::int64_t severity = 0;
        std::string message = "-";
    };
    struct Condition {
        std::vector<Target> targets;
        bool seen = false;     ///< an event of it came
        bool retained = false; ///< in the refresh that is going on
        State last;            ///< that was told
    };
    void refreshed(Time time);
    void ofCondition(std::span<const UA_Variant> fields, Time time);
    void tell(Condition& condition, State state);
    void tell(const Target& target, const State& state);

    const OpcUaOptions& options_;
    ConditionSink& sink_;
    const Namespaces* namespaces_ = nullptr;
    std::unordered_map<std::string, Condition> conditions_; ///< by `SOURCE/NAME`
    bool refreshWanted_ = false;
    std::vector<UA_SimpleAttributeOperand> clauses_;
};

} // namespace millwright::telemetry::opcua
