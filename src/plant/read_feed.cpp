#include "plant/read_feed.hpp"

#include "plant/keys.hpp"
#include "plant/reader.hpp"

#include <millwright/core/spelling.hpp>

#include <format>
#include <map>

namespace millwright::plant {
namespace {

constexpr std::array<std::string_view, 5> placeholders{"topic", "path", "equipment", "equipment_id", "signal"};
/// The keys that only feeds of some kinds have.
constexpr struct {
    std::string_view key;
    FeedKind kind;
} ownKeys[] = {
    {"topic", FeedKind::Mqtt},
    {"value", FeedKind::Mqtt},
    {"time", FeedKind::Mqtt},
    {"time_unit", FeedKind::Mqtt},
    {"quality", FeedKind::Mqtt},
    {"subscribe", FeedKind::Mqtt},
    {"qos", FeedKind::Mqtt},
    {"metric", FeedKind::Sparkplug},
    {"host_id", FeedKind::Sparkplug},
    {"primary", FeedKind::Sparkplug},
    {"reorder_timeout", FeedKind::Sparkplug},
    {"item", FeedKind::Mtconnect},
    {"publishing_interval", FeedKind::Mtconnect},
};

/// Every {…} must be one that is filled in.
void checkPattern(const Reader& reader, std::string_view key, ReadContext& context) {
    const Node* node = reader.find(key, Node::Kind::String);
    if (node == nullptr) return;
    std::string_view rest = node->text;
    for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        const std::size_t close = rest.find('}', open);
        const std::string_view name = rest.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
        if (close == std::string_view::npos || !std::ranges::contains(placeholders, name)) {
            context.problems.add(
                node->at, std::format("'{}' has no {{{}}}: it may hold {{topic}}, {{path}}, {{equipment}}, {{equipment_id}} and "
                                      "{{signal}}{}",
                                      key, name, didYouMean(name, placeholders)));
            return;
        }
        rest.remove_prefix(close + 1);
    }
}

void checkKind(const Reader& reader, FeedKind kind, ReadContext& context) {
    for (const auto& own : ownKeys)
        if (own.kind != kind && reader.find(own.key) != nullptr)
            context.problems.add(reader.at(own.key), std::format("'{}' is for feeds of kind {}: leave it out", own.key,
                                                                 feedKindWords[static_cast<std::size_t>(own.kind)]));
    if (kind == FeedKind::Mtconnect && reader.find("stale_after") != nullptr)
        context.problems.add(reader.at("stale_after"),
                             "an MTConnect agent says nothing of what does not change: leave 'stale_after' out");
}

void checkPointer(const Reader& reader, std::string_view key, ReadContext& context) {
    const Node* node = reader.find(key, Node::Kind::String);
    if (node != nullptr && !node->text.starts_with('/'))
        context.problems.add(node->at, std::format("'{}' is a JSON Pointer and begins with /, such as \"/{}\"", key, node->text));
}

void checkEquipment(const Reader& reader, const Plant& plant, ReadContext& context) {
    const Node* node = reader.find("equipment", Node::Kind::String);
    if (node == nullptr || plant.findEquipment(node->text) != noEquipment || !context.problems.fewSoFar()) return;
    std::vector<std::string_view> paths;
    for (const Equipment& equipment : plant.equipment) paths.push_back(equipment.path);
    context.problems.add(node->at, std::format("there is no equipment '{}'{}", node->text, didYouMean(node->text, paths)));
}

Feed readFeed(const Reader& reader, ReadContext& context, bool wanted) {
    const auto file = [&](std::string_view key) {
        const Node* node = reader.find(key, Node::Kind::String);
        return node != nullptr && wanted ? context.file(*node, key) : std::filesystem::path{};
    };
    Feed feed;
    feed.id = reader.text("id");
    feed.kind = reader.choice<FeedKind>("kind", feedKindWords).value_or(FeedKind::Mqtt);
    feed.url = reader.text("url");
    feed.equipment = reader.text("equipment");
    if (reader.find("topic") != nullptr) feed.topic = reader.text("topic");
    feed.value = reader.text("value");
    feed.time = reader.text("time");
    feed.timeUnit = reader.choice<FeedTimeUnit>("time_unit", timeUnitWords).value_or(FeedTimeUnit::Milliseconds);
    feed.quality = reader.text("quality");
    if (const Node* filters = reader.find("subscribe", Node::Kind::Array))
        for (const Node& filter : filters->children) feed.subscribe.emplace_back(filter.text);
    feed.qos = static_cast<int>(reader.integer("qos", 1));
    if (reader.find("metric") != nullptr) feed.metric = reader.text("metric");
    if (reader.find("host_id") != nullptr) feed.hostId = reader.text("host_id");
    feed.primary = reader.boolean("primary", false);
    feed.reorderTimeout = reader.duration("reorder_timeout").value_or(feed.reorderTimeout);
    if (reader.find("item") != nullptr) feed.item = reader.text("item");
    feed.publishingInterval = reader.duration("publishing_interval").value_or(feed.publishingInterval);
    feed.window = reader.duration("window").value_or(feed.window);
    feed.staleAfter = reader.duration("stale_after").value_or(Duration::zero());
    feed.queueMegabytes = static_cast<int>(reader.integer("queue", 16));
    feed.clientId = reader.text("client_id");
    feed.userVariable = reader.text("user_env");
    feed.passwordVariable = reader.text("password_env");
    feed.passwordFile = file("password_file");
    feed.ca = file("ca");
    feed.certificate = file("certificate");
    feed.key = file("key");
    feed.verify = reader.boolean("verify", true);
    return feed;
}

} // namespace

std::vector<Feed> readFeeds(const Node& root, ReadContext& context, const Plant& plant, bool wanted) {
    std::vector<Feed> feeds;
    std::map<std::string, Position> seen;
    for (const Node& table : Reader::tables(&root, "feed")) {
        const Reader reader{table};
        for (const std::string_view key : {"topic", "value", "metric", "item"}) checkPattern(reader, key, context);
        for (const std::string_view key : {"value", "time", "quality"}) checkPointer(reader, key, context);
        checkEquipment(reader, plant, context);
        if (reader.find("password_env") != nullptr && reader.find("password_file") != nullptr)
            context.problems.add(reader.at("password_file"), "give either 'password_env' or 'password_file', not both");
        Feed feed = readFeed(reader, context, wanted);
        checkKind(reader, feed.kind, context);
        if (const auto [other, added] = seen.emplace(feed.id, reader.at("id")); !added && !feed.id.empty())
            context.problems.add(reader.at("id"),
                                 std::format("feed '{}' was already declared on line {}", feed.id, other->second.line));
        feeds.push_back(std::move(feed));
    }
    return feeds;
}

} // namespace millwright::plant
