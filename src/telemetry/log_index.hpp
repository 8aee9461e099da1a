#pragma once

#include "telemetry/encoding/columns.hpp"
#include "telemetry/encoding/json_sample.hpp"

#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/mcap/file.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Which channels of a log feed which subscriptions, and where its samples and keyframes lie. Made once, when a log is opened.
namespace millwright::telemetry {

/// A subscription that JSON messages of one channel feed.
struct JsonTarget {
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    std::vector<std::string> path; ///< empty: the sample itself (`jsonSample`)
};

/// A signal that gets the same samples as another one, which was subscribed to the same topic before it.
struct Alias {
    SignalIndex original = noSignal;
    ValueType originalType = ValueType::Float;
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
};

enum class ChannelKind : std::uint8_t { Other, Columns, Keyframe, Signal, Json };

struct ChannelRoute {
    ChannelKind kind = ChannelKind::Other;
    std::vector<JsonTarget> json;
};

struct LogIndex {
    std::vector<Conversion> conversions; ///< by subscription
    std::vector<bool> found;             ///< likewise
    std::vector<LogTopic> topics;
    std::vector<ChannelRoute> routes;  ///< by channel id
    std::vector<ColumnTarget> columns; ///< by channel id
    std::vector<Alias> aliases;
    std::vector<std::uint32_t> order; ///< segments with samples, by (start time, place in the file)
    struct KeyframeAt {
        Time time{};
        std::uint32_t segment = 0; ///< its own
        std::uint32_t next = 0;    ///< element of `order` where what follows it begins
    };
    std::vector<KeyframeAt> keyframes; ///< ascending; only those that split the log cleanly
    TimeInterval span{};
    std::uint64_t samples = 0; ///< of the whole log; 0 when unknown
};

/// Log times beyond what `Time` holds become its end.
[[nodiscard]] Time timeOf(std::uint64_t logTime);

/// The topics of a log that hold samples; fields of foreign JSON messages are found by looking at the first messages.
[[nodiscard]] Result<std::vector<LogTopic>> findTopics(const mcap::File& file);
/// Errors: Invalid for units that cannot be converted; what reading the file gives.
[[nodiscard]] Result<LogIndex> makeLogIndex(const mcap::File& file, std::span<const Subscription> subscriptions);

} // namespace millwright::telemetry
