#pragma once

#include "telemetry/opcua/connect.hpp"
#include "telemetry/opcua/reading.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry::opcua {

/// Whether a text is a node id that can be of this server, as `OpcUaAddress::node` describes it.
[[nodiscard]] bool isNodeId(std::string_view text);

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
};

/// The session and subscription that bring the values of a feed's nodes, made anew with each connection. Thread: one.
class Session {
public:
    /// `options` and `receiver` must outlive it.
    Session(const OpcUaOptions& options, Receiver& receiver);
    ~Session();
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
        bool monitored = false; ///< by this subscription
        bool first = true;      ///< no value of this subscription yet
        bool told = false;      ///< that its values do not fit
        bool overflowTold = false;
    };
    static void onValue(UA_Client*, UA_UInt32, void*, UA_UInt32, void* item, UA_DataValue* value);
    static void onSubscriptionStatus(UA_Client*, UA_UInt32, void* session, UA_StatusChangeNotification* status);
    void take(Item& item, const UA_DataValue& value);
    [[nodiscard]] Result<void> readNamespaces();
    void readLimits();
    [[nodiscard]] bool resolve(const Item& item, UA_NodeId& node);
    [[nodiscard]] Result<void> subscribe();
    [[nodiscard]] Result<void> awaitFirstValues();
    [[nodiscard]] UA_StatusCode createItems(std::vector<std::pair<Item*, UA_NodeId>>& batch);

    const OpcUaOptions& options_;
    Receiver& receiver_;
    std::vector<Item> items_;
    ConnectionWatch watch_;
    ClientOwner client_;
    std::uint32_t subscription_ = 0;
    std::size_t itemsPerCall_ = 0;
    std::vector<std::string> namespaces_;        ///< of the server, by index
    std::vector<std::string> missingNamespaces_; ///< told of
    std::string text_;
};

} // namespace millwright::telemetry::opcua
