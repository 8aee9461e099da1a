#pragma once

#include "telemetry/sparkplug/structure.hpp"

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace millwright::telemetry::sparkplug {

/// Texts to indices, found without making a string.
using NameTable = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

enum class MessageType : std::uint8_t { NodeBirth, NodeData, NodeDeath, DeviceBirth, DeviceData, DeviceDeath };

inline constexpr std::uint32_t none = 0xFFFF'FFFFu;

/// A metric that a birth declared.
struct Metric {
    const std::string* name = nullptr; ///< in its device's table
    std::uint64_t alias = 0;
    SignalIndex signal = noSignal;
    std::uint32_t device = 0;
    DataType type = DataType::Unknown;
    std::uint32_t birth = 0; ///< number of the birth that last declared it
    ValueType wanted = ValueType::Float;
    bool hasAlias = false;
    bool alive = false; ///< it has a value that counts as present
    Value last;
    Time lastTime{};
};

/// Aliases of one edge node: small ones in an array, others in a map.
class AliasTable {
public:
    [[nodiscard]] std::uint32_t find(std::uint64_t alias) const {
        if (alias < dense_.size()) return dense_[alias];
        if (sparse_.empty()) return none;
        const auto found = sparse_.find(alias);
        return found == sparse_.end() ? none : found->second;
    }
    void set(std::uint64_t alias, std::uint32_t metric) {
        if (alias < denseLimit) {
            if (alias >= dense_.size()) dense_.resize(alias + 1, none);
            dense_[alias] = metric;
        } else {
            sparse_[alias] = metric;
        }
    }
    void erase(std::uint64_t alias) {
        if (alias < dense_.size()) dense_[alias] = none;
        sparse_.erase(alias);
    }

private:
    static constexpr std::uint64_t denseLimit = 1u << 14;
    std::vector<std::uint32_t> dense_;
    std::unordered_map<std::uint64_t, std::uint32_t> sparse_;
};

/// Number 0 of each node is the node itself.
struct Device {
    std::string id;
    NameTable names;
    std::vector<std::uint32_t> metrics;
    std::uint32_t birth = 0; ///< number of its last birth
    bool online = false;
};

/// A message that waits for those before it.
struct HeldMessage {
    MessageType type = MessageType::NodeData;
    std::uint8_t sequence = 0;
    std::string device;
    std::vector<std::byte> payload;
    Time received{};
};

/// What tells a message that came twice from one that is 256 later.
struct SeenMessage {
    std::uint64_t timestamp = 0;
    std::uint32_t size = 0;
    MessageType type = MessageType::NodeBirth;
    bool seen = false;
};
inline constexpr std::size_t seenMessages = 32;

struct Node {
    std::string group;
    std::string id;
    NodeState state = NodeState::Unknown;
    std::optional<std::uint64_t> bdSeq;
    std::uint8_t expected = 0; ///< sequence number of the next message
    std::uint32_t births = 0;
    std::vector<Device> devices;
    NameTable deviceIndex;
    std::vector<Metric> metrics;
    AliasTable aliases;
    std::vector<HeldMessage> held;
    std::array<SeenMessage, seenMessages> seen{}; ///< by sequence number
    Time waitingSince{};                          ///< of the longest held message
    Time lastMessage{};
    bool rebirthWanted = false;
    std::uint32_t rebirthRequests = 0; ///< since all was well
    Time rebirthAllowed{};             ///< not before
    bool timed = false;                ///< is in the host's list of nodes with something to do later
};

} // namespace millwright::telemetry::sparkplug
