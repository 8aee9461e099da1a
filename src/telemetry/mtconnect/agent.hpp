#pragma once

#include "telemetry/mtconnect/items.hpp"

#include <millwright/core/units.hpp>
#include <millwright/telemetry/mtconnect.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <string>
#include <string_view>
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
    /// What a part of a data item is to become.
    struct Target {
        SignalIndex signal = noSignal;
        ValueType type = ValueType::Float;
        units::Conversion conversion;
    };

    void bind(const Answer& probe);
    void bindOne(const MtconnectAddress& address, const DataItem& item, std::string_view part);
    [[nodiscard]] Result<void> refused(const Answer& answer);
    void advance(const Answer& answer);
    void observed(const Answer& answer, const Observation& seen);
    void tell(const Target& target, Time time, Quality quality, std::string_view text);

    std::vector<MtconnectAddress> addresses_;
    Duration interval_, heartbeat_;
    Sink& sink_;
    Step step_ = Step::Probe;
    std::uint64_t instance_ = 0, next_ = 0; ///< of what was read last; 0: nothing yet
    Items items_;
    std::vector<Target> targets_; ///< by the number they are wanted by
    Counters counters_;
    std::vector<std::string> news_;
};

} // namespace millwright::telemetry::mtconnect
