#include "telemetry/log_index.hpp"

#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/encoding/keyframe.hpp"
#include "telemetry/log_layout.hpp"

#include <millwright/core/units.hpp>

#include <algorithm>
#include <charconv>
#include <format>
#include <limits>
#include <set>

namespace millwright::telemetry {
namespace {

constexpr std::size_t leavesPerChannel = 256;
constexpr std::size_t segmentsLookedAt = 64;

std::string_view textOf(mcap::Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ChannelKind kindOf(const mcap::ChannelInfo& channel) {
    if (channel.messageEncoding == columnsEncoding) return ChannelKind::Columns;
    if (channel.messageEncoding == keyframeEncoding) return ChannelKind::Keyframe;
    if (channel.messageEncoding == signalEncoding) return ChannelKind::Signal;
    if (channel.messageEncoding == jsonEncoding) return ChannelKind::Json;
    return ChannelKind::Other;
}

std::string_view valueOf(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::string_view{} : std::string_view{found->second};
}

/// Whether the channel says its own type, as ours do; then its messages are samples.
bool describesItself(const mcap::ChannelInfo& channel) {
    ValueType ignored{};
    return parseName(valueOf(channel.metadata, "type"), ignored);
}

LogTopic topicOf(const mcap::ChannelInfo& channel) {
    LogTopic topic{channel.topic, channel.messageEncoding, ValueType::Float, std::string{valueOf(channel.metadata, "unit")},
                   channel.metadata};
    (void)parseName(valueOf(channel.metadata, "type"), topic.type);
    return topic;
}

ValueType typeOf(JsonKind kind) {
    return kind == JsonKind::Boolean ? ValueType::Boolean : kind == JsonKind::String ? ValueType::String : ValueType::Float;
}

/// Calls `visit` for the messages of the log's first segments until it returns false.
template <typename Visit>
Result<void> firstMessages(const mcap::File& file, std::size_t segments, Visit visit) {
    mcap::SegmentBuffer buffer;
    for (const auto& segment : file.index().segments) {
        if (segments-- == 0) break;
        const auto records = file.read(segment, buffer);
        if (!records) return std::unexpected(records.error());
        mcap::RecordCursor cursor{*records};
        mcap::RawRecord raw;
        while (cursor.next(raw) == mcap::RecordCursor::Step::Found) {
            if (!raw.is(mcap::Opcode::Message)) continue;
            const auto message = mcap::parseMessage(raw);
            if (message && !visit(*message)) return {};
        }
        file.drop(segment);
    }
    return {};
}

/// Topics of the leaves of one foreign message.
void addLeaves(const mcap::ChannelInfo& channel, std::string_view document, std::vector<LogTopic>& topics) {
    const std::string value{"value"};
    const JsonToken root = jsonAt(document, {});
    const JsonToken direct = root.kind == JsonKind::Object ? jsonAt(document, std::span{&value, 1}) : root;
    LogTopic topic = topicOf(channel);
    if (direct.kind == JsonKind::Number || direct.kind == JsonKind::Boolean || direct.kind == JsonKind::String) {
        topic.type = typeOf(direct.kind);
        topics.push_back(std::move(topic));
        return;
    }
    forEachJsonLeaf(document, leavesPerChannel, [&](std::span<const std::string> path, JsonKind kind) {
        LogTopic leaf = topic;
        for (const auto& segment : path) {
            if (segment.empty() || segment.find('/') != std::string::npos) return; // no topic could name it
            leaf.topic += "/" + segment;
        }
        leaf.type = typeOf(kind);
        topics.push_back(std::move(leaf));
    });
}

} // namespace

Time timeOf(std::uint64_t logTime) {
    return timeFromNanoseconds(
        static_cast<std::int64_t>(std::min<std::uint64_t>(logTime, std::numeric_limits<std::int64_t>::max())));
}

Result<std::vector<LogTopic>> findTopics(const mcap::File& file) {
    std::vector<LogTopic> topics;
    std::set<std::uint16_t> foreign;
    for (const auto& [id, channel] : file.index().channels) {
        const ChannelKind kind = kindOf(channel);
        if (kind == ChannelKind::Signal || (kind == ChannelKind::Json && describesItself(channel)))
            topics.push_back(topicOf(channel));
        else if (kind == ChannelKind::Json)
            foreign.insert(id);
    }
    if (!foreign.empty()) {
        const auto looked = firstMessages(file, segmentsLookedAt, [&](const mcap::Message& message) {
            if (foreign.erase(message.channelId) > 0)
                addLeaves(file.index().channels.at(message.channelId), textOf(message.data), topics);
            return !foreign.empty();
        });
        if (!looked) return std::unexpected(looked.error());
    }
    std::set<std::string_view> seen;
    std::erase_if(topics, [&](const LogTopic& topic) { return !seen.insert(topic.topic).second; });
    return topics;
}

namespace {

/// Finds the channel that feeds each subscription.
class Router {
public:
    Router(const mcap::File& file, LogIndex& index, bool routes) : index_{index} {
        const auto& channels = file.index().channels;
        const std::size_t size = channels.empty() ? 0 : channels.rbegin()->first + std::size_t{1};
        index_.routes.resize(size);
        index_.columns.resize(size);
        for (const auto& [id, channel] : channels) {
            const ChannelKind kind = kindOf(channel);
            index_.routes[id].kind = kind;
            if (routes && (kind == ChannelKind::Signal || kind == ChannelKind::Json)) byTopic_[channel.topic].push_back({id, &channel});
        }
    }

    Result<void> route(SignalIndex signal, const Subscription& wanted) {
        if (const auto exact = byTopic_.find(wanted.topic); exact != byTopic_.end())
            return attach(signal, wanted, exact->second, {});
        // The longest channel topic that it begins with; the rest is a path into JSON messages.
        std::vector<std::string> path;
        std::string_view head = wanted.topic;
        for (auto slash = head.rfind('/'); slash != std::string_view::npos; slash = head.rfind('/')) {
            path.emplace(path.begin(), head.substr(slash + 1));
            head = head.substr(0, slash);
            const auto found = byTopic_.find(head);
            if (found == byTopic_.end()) continue;
            std::vector<Feed> json;
            for (const auto& feed : found->second)
                if (index_.routes[feed.id].kind == ChannelKind::Json) json.push_back(feed);
            if (!json.empty()) return attach(signal, wanted, json, path);
        }
        return {};
    }

    /// Whether sums over what is delivered equal those the log's writer made over what it stored.
    [[nodiscard]] bool exact() const { return exact_; }

private:
    struct Feed {
        std::uint16_t id = 0;
        const mcap::ChannelInfo* channel = nullptr;
    };

    Result<void> attach(SignalIndex signal, const Subscription& wanted, std::span<const Feed> feeds,
                        const std::vector<std::string>& path) {
        const std::size_t i = index(signal);
        index_.found[i] = true;
        for (const auto& feed : feeds) {
            const LogTopic topic = topicOf(*feed.channel);
            const auto conversion = units::convert(topic.unit, wanted.unit);
            if (!conversion) {
                Error error = conversion.error();
                error.message = std::format("topic '{}': {}", wanted.topic, error.message);
                return std::unexpected(std::move(error));
            }
            index_.conversions[i] = {conversion->scale, conversion->offset};
            if (describesItself(*feed.channel) && !keepsNumber(topic.type, wanted.type)) exact_ = false;
            if (index_.routes[feed.id].kind == ChannelKind::Json) {
                index_.routes[feed.id].json.push_back({signal, wanted.type, path});
            } else if (ColumnTarget& target = index_.columns[feed.id]; target.signal == noSignal) {
                target = {signal, wanted.type};
            } else {
                index_.aliases.push_back({target.signal, target.type, signal, wanted.type});
                if (!keepsNumber(target.type, wanted.type)) exact_ = false;
            }
        }
        return {};
    }

    LogIndex& index_;
    std::map<std::string, std::vector<Feed>, std::less<>> byTopic_;
    bool exact_ = true;
};

/// Where samples lie in time, and which keyframes can be used.
void orderSegments(const mcap::File& file, bool keyframesUsable, LogIndex& index) {
    const auto& segments = file.index().segments;
    std::vector<LogIndex::KeyframeAt> keyframes;
    for (std::uint32_t s = 0; s < segments.size(); ++s) {
        const auto only = segments[s].onlyChannel;
        if (only && *only < index.routes.size() && index.routes[*only].kind == ChannelKind::Keyframe)
            keyframes.push_back({timeOf(segments[s].startTime), s, 0});
        else
            index.order.push_back(s);
    }
    // A keyframe holds when everything behind it in the file is later than it: then what is before it is what it sums up.
    std::uint64_t earliestBehind = std::numeric_limits<std::uint64_t>::max();
    std::size_t behind = index.order.size();
    for (std::size_t k = keyframes.size(); k-- > 0 && keyframesUsable;) {
        while (behind > 0 && index.order[behind - 1] > keyframes[k].segment)
            earliestBehind = std::min(earliestBehind, segments[index.order[--behind]].startTime);
        if (earliestBehind > segments[keyframes[k].segment].startTime) index.keyframes.push_back(keyframes[k]);
    }
    std::ranges::stable_sort(index.order, {}, [&](std::uint32_t s) { return segments[s].startTime; });
    for (auto& keyframe : index.keyframes) {
        const auto next = std::ranges::upper_bound(index.order, segments[keyframe.segment].startTime, {},
                                                   [&](std::uint32_t s) { return segments[s].startTime; });
        keyframe.next = static_cast<std::uint32_t>(next - index.order.begin());
    }
    std::ranges::stable_sort(index.keyframes, {}, &LogIndex::KeyframeAt::time);
}

bool number(std::string_view text, auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

/// Span and count: from what the writer noted when it closed the log, else from the log itself.
Result<void> measure(const mcap::File& file, LogIndex& index) {
    const auto& info = file.index();
    if (const auto noted = info.metadata.find(std::string{log_layout::metadataName}); noted != info.metadata.end()) {
        std::int64_t from = 0;
        std::int64_t to = 0;
        if (number(valueOf(noted->second, "samples"), index.samples) && number(valueOf(noted->second, "from"), from) &&
            number(valueOf(noted->second, "to"), to) && from >= 0 && to >= from) {
            index.span = {timeFromNanoseconds(from), timeFromNanoseconds(to)};
            return {};
        }
    }
    index.span = {timeOf(info.startTime), timeOf(std::max(info.startTime, info.endTime))};
    bool columns = false;
    for (const auto& [id, channel] : info.channels) {
        if (index.routes[id].kind == ChannelKind::Json) index.samples += channel.messages;
        columns = columns || index.routes[id].kind == ChannelKind::Columns;
    }
    if (!columns) return {};
    const auto read = firstMessages(file, info.segments.size(), [&](const mcap::Message& message) {
        if (message.channelId >= index.routes.size() || index.routes[message.channelId].kind != ChannelKind::Columns) return true;
        index.samples += columnSampleCount(message.data).value_or(0);
        index.span.to = std::max(index.span.to, timeOf(message.publishTime));
        return true;
    });
    return read;
}

} // namespace

Result<LogIndex> makeLogIndex(const mcap::File& file, std::span<const Subscription> subscriptions) {
    LogIndex index;
    index.conversions.resize(subscriptions.size());
    index.found.resize(subscriptions.size());
    Router router{file, index, !subscriptions.empty()};
    for (std::size_t i = 0; i < subscriptions.size(); ++i) {
        if (auto routed = router.route(static_cast<SignalIndex>(i), subscriptions[i]); !routed) {
            Error error = routed.error();
            error.place = file.name();
            return std::unexpected(std::move(error));
        }
    }
    orderSegments(file, router.exact(), index);
    if (auto measured = measure(file, index); !measured) return std::unexpected(measured.error());
    return index;
}

} // namespace millwright::telemetry
