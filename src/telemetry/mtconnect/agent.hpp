#pragma once

#include "telemetry/mtconnect/document.hpp"

#include <millwright/core/units.hpp>
#include <millwright/telemetry/mtconnect.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millwright::telemetry::mtconnect {

/// Takes what an agent tells of the signals.
class Sink {
public:
    virtual ~Sink() = default;
    /// `sample` of a String has no value yet: `text` is it. Historical: it is older than what is already known of the plant.
    virtual void told(const Sample& sample, std::string_view text, bool historical) = 0;
};

/// The protocol of a client of an agent without the connection: what to ask for next, and what the answers mean. Thread: one.
class AgentClient {
public:
    AgentClient(std::vector<MtconnectAddress> addresses, Duration interval, Duration heartbeat, Sink& sink);

    /// Path and query below the agent's address.
    [[nodiscard]] std::string request() const;
    /// Whether the answer to the request goes on without end, in parts.
    [[nodiscard]] bool follows() const { return step_ == Step::Follow; }
    /// What came as an answer, or as a part of one. Afterwards `request` may be another. Errors: Malformed; Invalid, what the agent
    /// says is wrong. The connection is to be made anew then.
    [[nodiscard]] Result<void> answer(std::string& document);
    /// The connection is gone: begins again, and goes on where it was.
    void lost() { step_ = Step::Probe; }

    struct Counters {
        std::uint64_t samples = 0, unmatched = 0, rejected = 0, gaps = 0;
    };
    [[nodiscard]] const Counters& counters() const { return counters_; }
    /// Of the data items that signals ask for and no device has, once the agent said what it has. A line each.
    [[nodiscard]] std::vector<std::string> takeNews() { return std::exchange(news_, {}); }

private:
    enum class Step : std::uint8_t {
        Probe,   ///< what there is
        CatchUp, ///< what happened since the connection was lost
        Current, ///< how it is
        Follow,  ///< what happens
    };
    enum class Part : std::uint8_t { Value, X, Y, Z, Code, Text, Entry };
    struct Target {
        Part part = Part::Value;
        std::string key; ///< of an entry
        SignalIndex signal = noSignal;
        ValueType type = ValueType::Float;
        units::Conversion conversion;
    };
    struct Active {
        std::string occurrence, code, text;
        ConditionLevel level = ConditionLevel::Normal;
    };
    struct Item {
        std::vector<Target> targets;
        std::vector<Active> active; ///< of a condition
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    void bind(const Answer& probe);
    void bindOne(const MtconnectAddress& address, const DataItem& item, std::string_view part);
    [[nodiscard]] Result<void> refused(const Answer& answer);
    void advance(const Answer& answer);
    void observed(const Answer& answer, const Observation& seen);
    void observedCondition(Item& item, const Observation& seen, Time time);
    void tell(const Target& target, Time time, Quality quality, std::string_view text);

    std::vector<MtconnectAddress> addresses_;
    Duration interval_, heartbeat_;
    Sink& sink_;
    Step step_ = Step::Probe;
    std::uint64_t instance_ = 0, next_ = 0;                              ///< of what was read last; 0: nothing yet
    std::unordered_map<std::string, Item, Hash, std::equal_to<>> items_; ///< by id
    Counters counters_;
    std::vector<std::string> news_;
};

} // namespace millwright::telemetry::mtconnect
