#pragma once

#include "telemetry/opcua/address_space.hpp"
#include "telemetry/opcua/conditions.hpp"
#include "telemetry/opcua/connect.hpp"
#include "telemetry/opcua/history.hpp"
#include "telemetry/opcua/reading.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry::opcua {

/// Where a session puts what it finds. Called on the session's thread, from inside its functions.
class Receiver {
public:
    virtual ~Receiver() = default;
    /// `text` is the value of a String; valid during the call.
    virtual void take(const Reading& reading, std::string_view text, std::size_t bytes) = 0;
    /// A value that no sample of its signal can hold.
    virtual void reject(std::size_t bytes) = 0;
    /// Something that does not work although the rest does, for people; told once.
    virtual void note(std::string text) = 0;
    /// Values are missing.
    virtual void gap() = 0;
    /// Whether there is room for more than what happens at present.
    [[nodiscard]] virtual bool hasRoom() const = 0;
};

/// The session and subscription that bring the values of a feed's nodes and the states of its conditions, made anew with each
/// connection; what happened in between comes from the server's history. Thread: one.
class Session : private HistorySink, private ConditionSink {
public:
    /// `options` and `receiver` must outlive it.
    Session(const OpcUaOptions& options, Receiver& receiver);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Connects, finds the nodes, subscribes to them and takes their present values, which it waits for not more than five seconds.
    /// Errors: as `connect`, and Unsupported when the server refuses the subscription.
    [[nodiscard]] Result<void> open();
    /// Works off what arrives within `wait`. Errors: the connection is lost, and why.
    [[nodiscard]] Result<void> step(Duration wait);
    void close();

private:
    struct Item {
        Session* session;
        std::uint32_t address;  ///< which of the options'
        std::string_view index; ///< of the element of an array
        bool monitored = false; ///< by this subscription
        bool first = true;      ///< no value of this subscription yet
        bool heard = false;     ///< a value, ever
        UA_DateTime last = 0;   ///< the newest source time; 0: it has none
        bool told = false;      ///< that its values do not fit
        bool overflowTold = false;
    };
    static void onValue(UA_Client*, UA_UInt32, void*, UA_UInt32, void* item, UA_DataValue* value);
    static void onSubscriptionStatus(UA_Client*, UA_UInt32, void* session, UA_StatusChangeNotification* status);
    static void onEvent(UA_Client*, UA_UInt32, void*, UA_UInt32, void* session, std::size_t count, UA_Variant* fields);
    // Of the past.
    [[nodiscard]] NodeAddress nodeOf(std::uint32_t address) const override;
    void historical(std::uint32_t address, const UA_DataValue& value) override;
    void unfilled(const Gap& gap, UA_StatusCode why) override;
    [[nodiscard]] bool hasRoom() const override { return receiver_.hasRoom(); }
    // Of conditions.
    void told(const Reading& reading, std::string_view text) override;
    void unreadable(std::uint32_t address) override;
    void eventsLost() override;

    void take(Item& item, const UA_DataValue& value);
    void read(Item& item, const UA_DataValue& value, bool historical);
    void findGap(Item& item, const UA_DataValue& value);
    void overflow(Item& item, UA_DateTime time);
    void tellGap();
    [[nodiscard]] bool resolve(const Item& item, UA_NodeId& node);
    [[nodiscard]] Result<void> subscribe();
    [[nodiscard]] Result<void> awaitFirstValues();
    void subscribeConditions();
    void refreshConditions();
    [[nodiscard]] UA_StatusCode createItems(std::vector<std::pair<Item*, UA_NodeId>>& batch);

    const OpcUaOptions& options_;
    Receiver& receiver_;
    std::vector<Item> items_;
    std::vector<std::size_t> itemOf_; ///< by address
    GapFiller filler_{*this};
    Conditions conditions_;
    ConnectionWatch watch_;
    ClientOwner client_;
    std::uint32_t subscription_ = 0;
    OperationLimits limits_{};
    Namespaces namespaces_;
    std::vector<std::string> missingNamespaces_; ///< told of
    bool connectedBefore_ = false;
    bool gapTold_ = false; ///< of this connection
    std::size_t eventBytes_ = 0;
    std::optional<std::chrono::steady_clock::time_point> refreshAt_;
    std::string text_;
};

} // namespace millwright::telemetry::opcua
