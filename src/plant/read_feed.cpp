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
    {"path", FeedKind::File},
    {"mapping", FeedKind::File},
    {"topic", FeedKind::Mqtt},
    {"topic", FeedKind::File},
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
    {"node", FeedKind::OpcUa},
    {"notifier", FeedKind::OpcUa},
    {"publishing_interval", FeedKind::OpcUa},
    {"sampling_interval", FeedKind::OpcUa},
    {"queue_size", FeedKind::OpcUa},
    {"security", FeedKind::OpcUa},
    {"user_certificate", FeedKind::OpcUa},
    {"user_key", FeedKind::OpcUa},
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

/// The keys that feeds of a server have.
constexpr std::string_view serverKeys[] = {"url", "client_id",   "user_env", "password_env", "password_file",
                                           "ca",  "certificate", "key",      "verify"};

/// Where what the feed brings is.
void checkOrigin(const Reader& reader, FeedKind kind, ReadContext& context) {
    const std::string_view needed = kind == FeedKind::File ? "path" : "url";
    if (reader.find(needed) == nullptr)
        context.problems.add(reader.at("kind"), std::format("a feed of this kind needs '{}'", needed));
    if (kind != FeedKind::File) return;
    for (const std::string_view key : serverKeys)
        if (reader.find(key) != nullptr)
            context.problems.add(reader.at(key),
                                 std::format("'{}' is for feeds that have a server, not for a file: leave it out", key));
}

void checkKind(const Reader& reader, FeedKind kind, ReadContext& context) {
    std::map<std::string_view, std::string> wrong; // key -> the kinds that have it
    for (const auto& own : ownKeys) {
        if (reader.find(own.key) == nullptr) continue;
        std::string& kinds = wrong[own.key];
        kinds += (kinds.empty() ? "" : " and ") + std::string{feedKindWords[static_cast<std::size_t>(own.kind)]};
    }
    for (const auto& own : ownKeys)
        if (own.kind == kind) wrong.erase(own.key);
    for (const auto& [key, kinds] : wrong)
        context.problems.add(reader.at(key), std::format("'{}' is for feeds of kind {}: leave it out", key, kinds));
    if (kind == FeedKind::Mtconnect && reader.find("stale_after") != nullptr)
        context.problems.add(reader.at("stale_after"),
                             "an MTConnect agent says nothing of what does not change: leave 'stale_after' out");
}

/// Each of a certificate and its key is of no use without the other.
void checkPair(const Reader& reader, std::string_view certificate, std::string_view key, ReadContext& context) {
    for (const auto& [given, missing] : {std::pair{certificate, key}, {key, certificate}})
        if (reader.find(given) != nullptr && reader.find(missing) == nullptr)
            context.problems.add(reader.at(given), std::format("'{}' is of no use without '{}'", given, missing));
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
    if (const std::string path = reader.text("path"); path == "-")
        feed.file = path;
    else if (!path.empty())
        feed.file = (context.folder / path).lexically_normal();
    feed.mapping = file("mapping");
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
    if (reader.find("node") != nullptr) feed.node = reader.text("node");
    if (reader.find("notifier") != nullptr) feed.notifier = reader.text("notifier");
    feed.publishingInterval = reader.duration("publishing_interval").value_or(feed.publishingInterval);
    feed.samplingInterval = reader.duration("sampling_interval");
    feed.queueSize = static_cast<int>(reader.integer("queue_size", 10));
    feed.security = reader.choice<FeedSecurity>("security", feedSecurityWords).value_or(FeedSecurity::SignAndEncrypt);
    // What an OPC UA server holds back until it publishes must not be late.
    constexpr Duration delivery = std::chrono::milliseconds{100};
    if (feed.kind == FeedKind::OpcUa) feed.window = feed.publishingInterval + delivery;
    if (feed.kind == FeedKind::File) feed.window = delivery; // it is looked at now and then
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
    feed.userCertificate = file("user_certificate");
    feed.userKey = file("user_key");
    feed.verify = reader.boolean("verify", true);
    return feed;
}

} // namespace

std::vector<Feed> readFeeds(const Node& root, ReadContext& context, const Plant& plant, bool wanted) {
    std::vector<Feed> feeds;
    std::map<std::string, Position> seen;
    for (const Node& table : Reader::tables(&root, "feed")) {
        const Reader reader{table};
        for (const std::string_view key : {"topic", "value", "metric", "item", "node"}) checkPattern(reader, key, context);
        for (const std::string_view key : {"value", "time", "quality"}) checkPointer(reader, key, context);
        checkEquipment(reader, plant, context);
        if (reader.find("password_env") != nullptr && reader.find("password_file") != nullptr)
            context.problems.add(reader.at("password_file"), "give either 'password_env' or 'password_file', not both");
        Feed feed = readFeed(reader, context, wanted);
        checkOrigin(reader, feed.kind, context);
        checkKind(reader, feed.kind, context);
        if (feed.file == "-" && std::ranges::contains(feeds, feed.file, &Feed::file))
            context.problems.add(reader.at("path"), "standard input can be read by one feed only");
        checkPair(reader, "user_certificate", "user_key", context);
        if (const auto [other, added] = seen.emplace(feed.id, reader.at("id")); !added && !feed.id.empty())
            context.problems.add(reader.at("id"),
                                 std::format("feed '{}' was already declared on line {}", feed.id, other->second.line));
        feeds.push_back(std::move(feed));
    }
    return feeds;
}

} // namespace millwright::plant
