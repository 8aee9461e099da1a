#include <millwright/core/log.hpp>
#include <millwright/plant/feed.hpp>
#include <millwright/telemetry/file_feed.hpp>
#include <millwright/telemetry/mqtt.hpp>
#include <millwright/telemetry/mtconnect.hpp>
#include <millwright/telemetry/opcua.hpp>
#include <millwright/telemetry/sparkplug_feed.hpp>
#include <millwright/twin/action_record.hpp>
#include <millwright/twin/replay.hpp>

#include <algorithm>
#include <app/credentials.hpp>
#include <app/live.hpp>
#include <csignal>
#include <format>

namespace millwright::app {
namespace {

std::string filled(std::string_view pattern, const plant::Plant& plant, const plant::Signal& signal) {
    const std::pair<std::string_view, std::string_view> values[] = {{"{topic}", signal.topic},
                                                                    {"{path}", signal.path},
                                                                    {"{equipment}", plant.at(signal.equipment).path},
                                                                    {"{equipment_id}", plant.at(signal.equipment).id},
                                                                    {"{signal}", signal.id}};
    std::string result;
    for (std::size_t i = 0; i < pattern.size();) {
        const auto* const found =
            std::ranges::find_if(values, [&](const auto& one) { return pattern.substr(i).starts_with(one.first); });
        if (found == std::end(values)) {
            result.push_back(pattern[i++]);
        } else {
            result += found->second;
            i += found->first.size();
        }
    }
    return result;
}

bool comesFrom(const plant::Feed& feed, const plant::Plant& plant, const plant::Signal& signal) {
    if (feed.equipment.empty()) return true;
    const std::string& path = plant.at(signal.equipment).path;
    return path == feed.equipment || (path.starts_with(feed.equipment) && path[feed.equipment.size()] == '/');
}

/// The topic filters that cover every topic of the pattern.
std::vector<std::string> filtersOf(const plant::Feed& feed) {
    if (!feed.subscribe.empty()) return feed.subscribe;
    const std::size_t open = feed.topic.find('{');
    if (open == std::string::npos) return {feed.topic};
    const std::size_t slash = feed.topic.rfind('/', open);
    return {slash == std::string::npos || open == 0 ? "#" : feed.topic.substr(0, slash + 1) + "#"};
}

Result<Credentials> credentialsOf(const plant::Feed& feed) {
    return readCredentials({feed.userVariable, feed.passwordVariable, feed.passwordFile}, std::format("feed '{}'", feed.id));
}

Result<telemetry::BrokerOptions> brokerOf(const plant::Feed& feed) {
    auto credentials = credentialsOf(feed);
    if (!credentials) return std::unexpected(credentials.error());
    if (!feed.verify) log::warning("feed '{}': verify = false, so anyone can pose as the broker", feed.id);
    return telemetry::BrokerOptions{.url = feed.url,
                                    .clientId = feed.clientId,
                                    .user = std::move(credentials->user),
                                    .password = std::move(credentials->password),
                                    .ca = feed.ca,
                                    .certificate = feed.certificate,
                                    .key = feed.key,
                                    .verify = feed.verify};
}

using Opened = Result<std::unique_ptr<telemetry::Feed>>;

Opened openMqtt(const plant::Plant& plant, const plant::Feed& feed, const std::vector<SignalIndex>& signals) {
    auto broker = brokerOf(feed);
    if (!broker) return std::unexpected(broker.error());
    telemetry::MqttOptions options{.id = feed.id,
                                   .broker = std::move(*broker),
                                   .subscriptions = filtersOf(feed),
                                   .qos = feed.qos,
                                   .addresses = {},
                                   .format = {.time = telemetry::pointerNames(feed.time),
                                              .quality = telemetry::pointerNames(feed.quality),
                                              .timeUnit = static_cast<telemetry::TimeUnit>(feed.timeUnit)},
                                   .staleAfter = feed.staleAfter,
                                   .queueBytes = static_cast<std::size_t>(feed.queueMegabytes) << 20};
    const std::vector<std::string> names = telemetry::pointerNames(feed.value);
    for (const SignalIndex at : signals) {
        const plant::Signal& signal = plant.at(at);
        telemetry::PayloadAddress address{at, signal.type, filled(feed.topic, plant, signal), {}};
        for (const std::string& name : names) address.value.push_back(filled(name, plant, signal));
        options.addresses.push_back(std::move(address));
    }
    return telemetry::openMqtt(std::move(options));
}

Opened openSparkplug(const plant::Plant& plant, const plant::Feed& feed, const std::vector<SignalIndex>& signals,
                     const std::shared_ptr<StringTable>& strings) {
    auto broker = brokerOf(feed);
    if (!broker) return std::unexpected(broker.error());
    telemetry::SparkplugOptions options{
        .id = feed.id,
        .broker = std::move(*broker),
        .host = {.hostId = feed.hostId, .primary = feed.primary, .reorderTimeout = feed.reorderTimeout},
        .addresses = {},
        .staleAfter = feed.staleAfter,
        .queueBytes = static_cast<std::size_t>(feed.queueMegabytes) << 20};
    for (const SignalIndex at : signals)
        options.addresses.push_back({at, plant.at(at).type, filled(feed.metric, plant, plant.at(at))});
    return telemetry::openSparkplug(std::move(options), strings);
}

Opened openMtconnect(const plant::Plant& plant, const plant::Feed& feed, const std::vector<SignalIndex>& signals) {
    auto access = brokerOf(feed);
    if (!access) return std::unexpected(access.error());
    telemetry::MtconnectOptions options{.id = feed.id,
                                        .url = feed.url,
                                        .user = std::move(access->user),
                                        .password = std::move(access->password),
                                        .ca = feed.ca,
                                        .certificate = feed.certificate,
                                        .key = feed.key,
                                        .verify = feed.verify,
                                        .addresses = {},
                                        .interval = feed.publishingInterval,
                                        .queueBytes = static_cast<std::size_t>(feed.queueMegabytes) << 20};
    for (const SignalIndex at : signals) {
        const plant::Signal& signal = plant.at(at);
        options.addresses.push_back({at, signal.type, std::string{signal.unit}, filled(feed.item, plant, signal)});
    }
    return telemetry::openMtconnect(std::move(options));
}

} // namespace

Result<telemetry::OpcUaServer> opcUaServerOf(const plant::Feed& feed) {
    auto credentials = credentialsOf(feed);
    if (!credentials) return std::unexpected(credentials.error());
    if (!feed.verify) log::warning("feed '{}': verify = false, so anyone can pose as the server", feed.id);
    if (feed.security == plant::FeedSecurity::None && !credentials->password.empty())
        log::warning("feed '{}': security = \"none\", so anyone on the network can read what is sent, perhaps the password too",
                     feed.id);
    return telemetry::OpcUaServer{.url = feed.url,
                                  .security = static_cast<telemetry::OpcUaSecurity>(feed.security),
                                  .applicationUri = feed.clientId,
                                  .certificate = feed.certificate,
                                  .key = feed.key,
                                  .trusted = feed.ca,
                                  .verify = feed.verify,
                                  .user = std::move(credentials->user),
                                  .password = std::move(credentials->password),
                                  .userCertificate = feed.userCertificate,
                                  .userKey = feed.userKey};
}

namespace {

Opened openOpcUa(const plant::Plant& plant, const plant::Feed& feed, const std::vector<SignalIndex>& signals) {
    auto server = opcUaServerOf(feed);
    if (!server) return std::unexpected(server.error());
    telemetry::OpcUaOptions options{.id = feed.id,
                                    .server = std::move(*server),
                                    .addresses = {},
                                    .publishingInterval = feed.publishingInterval,
                                    .samplingInterval = feed.samplingInterval,
                                    .queueSize = static_cast<std::uint32_t>(feed.queueSize),
                                    .notifier = feed.notifier,
                                    .staleAfter = feed.staleAfter,
                                    .queueBytes = static_cast<std::size_t>(feed.queueMegabytes) << 20};
    for (const SignalIndex at : signals)
        options.addresses.push_back({at, plant.at(at).type, std::string{plant.at(at).path}, std::string{plant.at(at).unit},
                                     filled(feed.node, plant, plant.at(at))});
    return telemetry::openOpcUa(std::move(options));
}

Opened openFile(const plant::Plant& plant, const plant::Feed& feed, const std::vector<SignalIndex>& signals) {
    telemetry::FileOptions options{.id = feed.id,
                                   .path = feed.file,
                                   .mapping = feed.mapping,
                                   .addresses = {},
                                   .staleAfter = feed.staleAfter,
                                   .queueBytes = static_cast<std::size_t>(feed.queueMegabytes) << 20};
    for (const SignalIndex at : signals) {
        const plant::Signal& signal = plant.at(at);
        options.addresses.push_back({at, signal.type, std::string{signal.unit}, filled(feed.topic, plant, signal)});
    }
    return telemetry::openFile(std::move(options));
}

Opened open(const plant::Plant& plant, const plant::Feed& feed, const std::vector<SignalIndex>& signals,
            const std::shared_ptr<StringTable>& strings) {
    switch (feed.kind) {
    case plant::FeedKind::Mqtt: return openMqtt(plant, feed, signals);
    case plant::FeedKind::Sparkplug: return openSparkplug(plant, feed, signals, strings);
    case plant::FeedKind::Mtconnect: return openMtconnect(plant, feed, signals);
    case plant::FeedKind::OpcUa: return openOpcUa(plant, feed, signals);
    case plant::FeedKind::File: break;
    }
    return openFile(plant, feed, signals);
}

} // namespace

plant::Feed feedOfFile(const std::string& file, const std::string& mapping) {
    plant::Feed feed{.id = file, .kind = plant::FeedKind::File, .url = {}, .equipment = {}};
    feed.file = file;
    feed.mapping = mapping;
    feed.window = std::chrono::milliseconds{100}; // as plant.toml has it
    return feed;
}

Result<twin::Live> openLive(const plant::Plant& plant, const std::filesystem::path& path,
                            const std::optional<plant::Feed>& instead) {
    if (plant.signals.empty()) return failure(ErrorCode::Invalid, "has no signals for feeds to bring", plant.id);
    const auto feeds =
        instead ? std::expected<std::vector<plant::Feed>, std::vector<Error>>{std::vector{*instead}} : plant::loadFeeds(path);
    if (!feeds) return std::unexpected(feeds.error().front());
    if (feeds->empty())
        return failure(ErrorCode::Invalid, "the plant has no [[feed]]: describe one (docs/feeds.md)", path.string());
    const auto window = std::ranges::max(*feeds, {}, &plant::Feed::window).window;
    telemetry::LiveSource source{plant.signals.size(), window};
    std::vector<const plant::Feed*> owners(plant.signals.size());
    for (const plant::Feed& feed : *feeds) {
        std::vector<SignalIndex> signals;
        for (std::size_t i = 0; i < plant.signals.size(); ++i) {
            if (plant.signals[i].derived || !comesFrom(feed, plant, plant.signals[i])) continue;
            if (owners[i] != nullptr)
                return failure(ErrorCode::Invalid,
                               std::format("feed '{}' brings signal '{}' too: divide them with 'equipment'", owners[i]->id,
                                           plant.signals[i].path),
                               std::format("feed '{}'", feed.id));
            owners[i] = &feed;
            signals.push_back(static_cast<SignalIndex>(i));
        }
        Opened opened = open(plant, feed, signals, source.strings());
        if (!opened) return std::unexpected(opened.error());
        source.add(std::move(*opened));
    }
    return twin::Live{plant, std::move(source)};
}

std::shared_ptr<history::History> keepHistory(const plant::Plant& plant, twin::Live& live, std::size_t budgetBytes) {
    std::vector<ValueType> types;
    for (const plant::Signal& signal : plant.signals) types.push_back(signal.type);
    auto history = std::make_shared<history::History>(types, budgetBytes);
    live.keep(history);
    return history;
}

namespace {

/// Hands what arrives to a recorder, whose channels are those of the signals that feeds bring.
class Tap {
public:
    Tap(const plant::Plant& plant, std::vector<telemetry::LogChannel>& channels) : renumbers_{!plant.derived.empty()} {
        const auto all = twin::subscriptions(plant);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool derived = plant.signals[i].derived;
            placeOf_.push_back(derived ? noSignal : static_cast<SignalIndex>(channels.size()));
            if (!derived) channels.push_back(telemetry::channelOf(all[i]));
        }
    }
    void to(telemetry::Recorder* recorder) { recorder_ = recorder; }

    void operator()(std::span<const telemetry::Sample> arrived, std::span<const telemetry::Sample> late) {
        if (renumbers_)
            recorder_->write(renumbered(arrived, arrived_), renumbered(late, late_));
        else
            recorder_->write(arrived, late);
    }

private:
    std::span<const telemetry::Sample> renumbered(std::span<const telemetry::Sample> samples,
                                                  std::vector<telemetry::Sample>& into) const {
        into.assign(samples.begin(), samples.end());
        for (telemetry::Sample& sample : into) sample.signal = placeOf_[index(sample.signal)];
        return into;
    }

    bool renumbers_;
    std::vector<SignalIndex> placeOf_; ///< by signal
    std::vector<telemetry::Sample> arrived_, late_;
    telemetry::Recorder* recorder_ = nullptr;
};

} // namespace

Result<std::unique_ptr<telemetry::Recorder>> recordLive(const plant::Plant& plant, twin::Live& live,
                                                        telemetry::RecorderOptions options, bool withActions) {
    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is a full disk, not our end
    Tap tap{plant, options.channels};
    const auto ofActions = static_cast<SignalIndex>(options.channels.size());
    withActions = withActions && !plant.alarms.empty();
    if (withActions) options.channels.push_back({std::string{twin::actionTopic}, ValueType::String, {}, {}});
    auto recorder = telemetry::Recorder::create(std::move(options), live.source().strings());
    if (recorder) {
        tap.to(recorder->get());
        live.source().setTap(std::move(tap));
    }
    if (recorder && withActions)
        live.setActionTap(
            [r = recorder->get(), &plant, strings = live.source().strings(), ofActions](const twin::OperatorAction& action) {
                const telemetry::Sample sample{action.time, Value::of(strings->add(twin::recordText(plant, action))), ofActions,
                                               ValueType::String, Quality::Good};
                r->write({&sample, 1}, {});
            });
    return recorder;
}

namespace {

/// Edge nodes that came, went, or no longer fit what they sent before. Those that wait a moment for a message are no news.
void tellOfNodes(const telemetry::FeedStatus& feed, const telemetry::FeedStatus& known, std::vector<std::string>& news) {
    for (std::size_t i = 0; i < feed.nodes.size(); ++i) { // nodes keep their places
        const telemetry::FeedNode& node = feed.nodes[i];
        const std::string before = i < known.nodes.size() ? known.nodes[i].state : "unknown";
        if (node.state == before) continue;
        if (node.state == "online" && before != "reordering")
            news.push_back(std::format("feed '{}': edge node {} is online with {} metrics", feed.id, node.id, node.metrics));
        else if (node.state == "offline")
            news.push_back(std::format("feed '{}': edge node {} is offline", feed.id, node.id));
        else if (node.state == "awaiting-birth")
            news.push_back(
                std::format("feed '{}': messages of edge node {} are missing; a rebirth is requested", feed.id, node.id));
    }
}

void tellOfHistorian(const historian::WriterStatus& now, historian::WriterStatus& known, std::vector<std::string>& news) {
    const bool changed = now.health != known.health || now.problem != known.problem;
    if (changed && !now.problem.empty()) news.push_back(std::format("historian: {}", now.problem));
    if (changed && now.health == historian::Health::Live && now.problem.empty())
        news.push_back(std::format("historian is live: {} ({})", now.url, now.server));
    if (now.lost > known.lost)
        news.push_back(
            std::format("historian: {} samples so far were deleted from the recording before they could be written", now.lost));
    for (std::size_t n = known.notes.size(); n < now.notes.size(); ++n) news.push_back(std::format("historian: {}", now.notes[n]));
    known = now;
}

} // namespace

std::vector<std::string> LiveNews::since(const std::vector<telemetry::FeedStatus>& feeds, const telemetry::RecorderStatus& recorder,
                                         const historian::WriterStatus* historian) {
    std::vector<std::string> news;
    known_.resize(feeds.size());
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        const telemetry::FeedStatus& feed = feeds[i];
        const bool changed = feed.health != known_[i].health || feed.problem != known_[i].problem;
        if (changed && !feed.problem.empty()) news.push_back(std::format("feed '{}': {}", feed.id, feed.problem));
        if (changed && feed.health == telemetry::FeedHealth::Live && known_[i].health != telemetry::FeedHealth::Live)
            news.push_back(std::format("feed '{}' is live: {}", feed.id, feed.url));
        if (feed.counters.dropped > 0 && known_[i].counters.dropped == 0)
            news.push_back(std::format("feed '{}': messages are dropped, because the queue is full or they are too long", feed.id));
        if (feed.counters.gaps > known_[i].counters.gaps)
            news.push_back(std::format("feed '{}': samples may be missing ({} gaps so far)", feed.id, feed.counters.gaps));
        tellOfNodes(feed, known_[i], news);
        for (std::size_t n = known_[i].notes.size(); n < feed.notes.size(); ++n)
            news.push_back(std::format("feed '{}': {}", feed.id, feed.notes[n]));
        for (std::size_t n = known_[i].unlisted.size(); n < feed.unlisted.size(); ++n)
            news.push_back(std::format("feed '{}': {} is {}, which its 'states' in plant.toml do not list: taken as it came",
                                       feed.id, feed.unlisted[n].path, feed.unlisted[n].value));
        known_[i] = feed;
    }
    if (recorder.problem != recording_) news.push_back(recorder.problem.empty() ? "recording goes on" : recorder.problem);
    recording_ = recorder.problem;
    if (historian != nullptr) tellOfHistorian(*historian, historian_, news);
    return news;
}

void writeFeeds(JsonWriter& json, twin::Live& live) {
    const telemetry::LiveCounters all = live.source().counters();
    json.field("applied", all.applied).field("late", all.late).field("redated", all.redated);
    json.key("feeds").beginArray();
    for (const telemetry::FeedStatus& feed : live.status()) {
        const telemetry::FeedCounters& n = feed.counters;
        json.beginObject()
            .field("id", feed.id)
            .field("kind", feed.kind)
            .field("url", feed.url)
            .field("health", telemetry::name(feed.health))
            .field("problem", feed.problem)
            .field("received", n.received)
            .field("bytes", n.bytes)
            .field("samples", n.samples)
            .field("unmatched", n.unmatched)
            .field("rejected", n.rejected)
            .field("dropped", n.dropped)
            .field("skipped", n.skipped)
            .field("gaps", n.gaps)
            .field("reconnects", n.reconnects)
            .field("clockOffset", seconds(feed.clockOffset))
            .key("lastReceived");
        if (feed.lastReceived == Time{})
            json.null();
        else
            json.value(formatTime(feed.lastReceived));
        json.key("latency");
        if (feed.latency.samples == 0)
            json.null();
        else
            json.beginObject()
                .field("samples", feed.latency.samples)
                .field("median", seconds(feed.latency.median))
                .field("p99", seconds(feed.latency.p99))
                .endObject();
        json.key("nodes").beginArray();
        for (const telemetry::FeedNode& node : feed.nodes)
            json.beginObject()
                .field("id", node.id)
                .field("state", node.state)
                .field("devices", node.devices)
                .field("metrics", node.metrics)
                .field("lastReceived", formatTime(node.lastReceived))
                .endObject();
        json.endArray().key("notes").beginArray();
        for (const std::string& note : feed.notes) json.value(note);
        json.endArray().key("unlisted").beginArray();
        for (const telemetry::UnlistedState& one : feed.unlisted)
            json.beginObject().field("signal", one.path).field("value", one.value).field("times", one.times).endObject();
        json.endArray().endObject();
    }
    json.endArray();
}

void writeHistorian(JsonWriter& json, const historian::WriterStatus& status) {
    json.key("historian")
        .beginObject()
        .field("url", status.url)
        .field("server", status.server)
        .field("health", historian::name(status.health))
        .field("problem", status.problem)
        .field("written", status.written)
        .field("present", status.present)
        .field("refused", status.refused)
        .field("behind", status.behind)
        .field("lost", status.lost)
        .field("reconnects", status.reconnects)
        .key("newest");
    if (status.newest == Time{})
        json.null();
    else
        json.value(formatTime(status.newest));
    json.key("notes").beginArray();
    for (const std::string& note : status.notes) json.value(note);
    json.endArray().endObject();
}

std::string describeFeeds(const twin::Live& live) {
    std::string text;
    for (const telemetry::FeedStatus& feed : live.status()) {
        const telemetry::FeedCounters& n = feed.counters;
        text += std::format("{}: {}, {} messages, {} samples", feed.id, telemetry::name(feed.health), n.received, n.samples);
        if (n.unmatched > 0) text += std::format(", {} of no signal", n.unmatched);
        if (n.rejected > 0) text += std::format(", {} unreadable", n.rejected);
        if (n.dropped > 0) text += std::format(", {} dropped", n.dropped);
        if (n.skipped > 0) text += std::format(", {} not applied", n.skipped);
        if (n.reconnects > 0) text += std::format(", {} reconnects", n.reconnects);
        if (!feed.nodes.empty())
            text += std::format(", {} of {} edge nodes online",
                                std::ranges::count(feed.nodes, std::string_view{"online"}, &telemetry::FeedNode::state),
                                feed.nodes.size());
        if (!feed.problem.empty()) text += std::format(" ({})", feed.problem);
        text += '\n';
    }
    return text;
}

} // namespace millwright::app
