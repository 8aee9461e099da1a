#include "telemetry/mqtt/connection.hpp"

#include "telemetry/live/access.hpp"
#include "telemetry/mqtt/coalescing.hpp"

#include <millwright/telemetry/back_off.hpp>

#include <MQTTAsync.h>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <format>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <thread>
#include <utility>

namespace millwright::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr int keepAliveSeconds = 8; ///< silence is noticed after two and a half times as long, and some seconds
constexpr int connectSeconds = 10;
constexpr unsigned sessionSeconds = 300; ///< that the broker keeps messages for a client that is gone

/// Set once for the process, before the first client: the library starts up its TLS then.
void startLibrary() {
    static const bool started = [] {
        MQTTAsync_init_options options{{'M', 'Q', 'T', 'G'}, 0, 1};
        MQTTAsync_global_init(&options);
        // It writes every packet as text for a trace that nobody reads, which takes a fifth of its time.
        MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
        return true;
    }();
    static_cast<void>(started);
}

std::string madeUpClientId() {
    std::random_device random;
    return std::format("millwright-{:08x}{:08x}", random(), random());
}

std::string refusedText(std::string_view filter, std::string_view reason) {
    return std::format("the broker refused the subscription '{}' ({})", filter, reason);
}

/// Why a broker said no: a reason code of MQTT 5, or a return code of 3.1.1. Empty for what is neither.
std::string refusal(int code) {
    constexpr std::string_view old[] = {"unacceptable protocol version", "identifier rejected", "server unavailable",
                                        "bad user name or password", "not authorised"};
    if (code >= 1 && code <= 5) return std::string{old[code - 1]};
    const char* text = code >= 0x80 && code <= 0xFF ? MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code)) : nullptr;
    return text != nullptr ? text : "";
}

MQTTProperty sessionExpiry(unsigned seconds) {
    MQTTProperty property{};
    property.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL;
    property.value.integer4 = seconds;
    return property;
}

Result<std::string> brokerAddress(const std::string& url) {
    const auto wrong = [&](std::string_view what) {
        return failure(ErrorCode::Invalid,
                       std::format("'{}' {}: write mqtt://HOST[:PORT], or mqtts://HOST[:PORT] for TLS", url, what));
    };
    if (auto good = holdsNoSecret(url); !good) return std::unexpected(good.error());
    const bool secure = url.starts_with("mqtts://");
    if (!secure && !url.starts_with("mqtt://")) return wrong("is no address of an MQTT broker");
    std::string rest = url.substr(secure ? 8 : 7);
    if (rest.ends_with('/')) rest.pop_back();
    const std::size_t colon = rest.rfind(':');
    const bool hasPort = colon != std::string::npos && !rest.substr(colon).contains(']');
    const std::string host = rest.substr(0, hasPort ? colon : std::string::npos);
    int port = secure ? 8883 : 1883;
    if (hasPort) {
        const char* const end = rest.data() + rest.size();
        const auto parsed = std::from_chars(rest.data() + colon + 1, end, port);
        if (parsed.ec != std::errc{} || parsed.ptr != end || port < 1 || port > 65'535) return wrong("has no port that can be");
    }
    const bool bracketed = host.starts_with('[') && host.ends_with(']'); // an IPv6 address
    if (host.empty() || host.find_first_of(bracketed ? " /?#" : " /?#:[]") != std::string::npos) return wrong("names no host");
    return std::format("{}://{}:{}", secure ? "ssl" : "tcp", host, port);
}

} // namespace

Result<std::string> checkedAddress(const std::string& feed, const BrokerOptions& broker) {
    auto address = brokerAddress(broker.url);
    if (!address) return ofFeed(feed, address.error());
    if (auto found = filesExist({{broker.ca, "ca"}, {broker.certificate, "certificate"}, {broker.key, "key"}}); !found)
        return ofFeed(feed, found.error());
    return address;
}

struct MqttConnection::State {
    ConnectionOptions options;
    std::string address;
    ArrivalQueue& queue;
    std::string clientId;
    std::mutex inUse; ///< held where `client` is made, ended or published with; never inside the library's callbacks
    MQTTAsync client = nullptr;
    int version = MQTTVERSION_5;

    Counters counters;
    std::atomic<FeedHealth> health = FeedHealth::Connecting;
    bool dropping = false; ///< of the receiving thread: messages are being dropped

    mutable std::mutex mutex; ///< guards what follows
    std::condition_variable_any changed;
    std::string problemText;
    std::string tlsProblem;
    struct Outcome {
        bool done = false;
        bool good = false;
        bool sessionKept = false;
        int code = 0;
        std::string message;
    };
    Outcome outcome;
    bool lost = false;
    std::string lostBecause; ///< what the broker said; empty when it said nothing

    std::jthread thread; ///< last: it uses all of the above

    State(ConnectionOptions o, std::string a, ArrivalQueue& q) : options{std::move(o)}, address{std::move(a)}, queue{q} {
        clientId = options.broker.clientId.empty() ? madeUpClientId() : options.broker.clientId;
        thread = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    void run(const std::stop_token& stop);
    [[nodiscard]] bool create();
    [[nodiscard]] bool connect(const std::stop_token& stop);
    [[nodiscard]] bool subscribe(const std::stop_token& stop);
    void disconnect();
    void end();
    /// Whether the broker is to keep a session while this program does not run.
    [[nodiscard]] bool lastingSession() const { return options.keepSession && !options.broker.clientId.empty(); }
    void finish(Outcome result);
    [[nodiscard]] Outcome await(const std::stop_token& stop);
    void setProblem(std::string text);
    void message(std::string_view topic, std::string_view payload);

    static int arrived(void* context, char* topic, int topicLength, MQTTAsync_message* message);
    static void connectionLost(void* context, char* cause);
    static void disconnected(void* context, MQTTProperties* properties, MQTTReasonCodes reason);
    void lose(std::string_view because);
    static void onConnect(void* context, MQTTAsync_successData* response);
    static void onConnect5(void* context, MQTTAsync_successData5* response);
    static void onSubscribe(void* context, MQTTAsync_successData* response);
    static void onSubscribe5(void* context, MQTTAsync_successData5* response);
    /// What the broker's codes say, one a filter: what is granted, or 0x80 and above for refused.
    [[nodiscard]] Outcome subscribed(std::span<const int> codes) const;
    static void onFailure(void* context, MQTTAsync_failureData* response);
    static void onFailure5(void* context, MQTTAsync_failureData5* response);
    static int tlsError(const char* text, std::size_t length, void* context);
};

void MqttConnection::State::finish(Outcome result) {
    const std::scoped_lock lock{mutex};
    outcome = std::move(result);
    outcome.done = true;
    changed.notify_all();
}

/// What the last call came to; not `done` when stopped meanwhile or when the library says nothing for too long.
MqttConnection::State::Outcome MqttConnection::State::await(const std::stop_token& stop) {
    std::unique_lock lock{mutex};
    changed.wait_for(lock, stop, std::chrono::seconds{2 * connectSeconds}, [this] { return outcome.done || lost; });
    return std::exchange(outcome, {});
}

void MqttConnection::State::setProblem(std::string text) {
    const std::scoped_lock lock{mutex};
    problemText = std::move(text);
}

// --- callbacks, from threads of the library

void MqttConnection::State::onConnect(void* context, MQTTAsync_successData* response) {
    static_cast<State*>(context)->finish({.good = true, .sessionKept = response && response->alt.connect.sessionPresent != 0});
}
void MqttConnection::State::onConnect5(void* context, MQTTAsync_successData5* response) {
    static_cast<State*>(context)->finish({.good = true, .sessionKept = response && response->alt.connect.sessionPresent != 0});
}
// Of one filter the code stands in the response itself and the list is not set; of several, in the list.
void MqttConnection::State::onSubscribe(void* context, MQTTAsync_successData* response) {
    auto& self = *static_cast<State*>(context);
    if (response == nullptr) return self.finish({});
    const std::size_t count = self.options.subscriptions.size();
    self.finish(self.subscribed(count == 1 ? std::span{&response->alt.qos, 1} : std::span{response->alt.qosList, count}));
}
void MqttConnection::State::onSubscribe5(void* context, MQTTAsync_successData5* response) {
    auto& self = *static_cast<State*>(context);
    if (response == nullptr) return self.finish({});
    const std::size_t count = self.options.subscriptions.size();
    std::vector<int> codes{response->reasonCode};
    if (count > 1) codes.assign(response->alt.sub.reasonCodes, response->alt.sub.reasonCodes + response->alt.sub.reasonCodeCount);
    self.finish(self.subscribed(codes));
}
MqttConnection::State::Outcome MqttConnection::State::subscribed(std::span<const int> codes) const {
    constexpr int refused = 0x80;
    for (std::size_t i = 0; i < std::min(codes.size(), options.subscriptions.size()); ++i) {
        if (codes[i] < refused) continue;
        const char* reason = codes[i] == refused ? nullptr : MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(codes[i]));
        return {.message = refusedText(options.subscriptions[i].filter, reason != nullptr ? reason : "no reason given")};
    }
    return {.good = true};
}
void MqttConnection::State::onFailure(void* context, MQTTAsync_failureData* response) {
    Outcome result;
    if (response != nullptr) {
        result.code = response->code;
        if (response->message != nullptr) result.message = response->message;
    }
    static_cast<State*>(context)->finish(std::move(result));
}
void MqttConnection::State::onFailure5(void* context, MQTTAsync_failureData5* response) {
    Outcome result;
    if (response != nullptr) {
        result.code = response->reasonCode != MQTTREASONCODE_SUCCESS ? static_cast<int>(response->reasonCode) : response->code;
        if (response->message != nullptr) result.message = response->message;
    }
    static_cast<State*>(context)->finish(std::move(result));
}
int MqttConnection::State::tlsError(const char* text, std::size_t length, void* context) {
    auto& self = *static_cast<State*>(context);
    const std::scoped_lock lock{self.mutex};
    std::string_view line{text, length};
    // thread:error:code:library:function:reason:file:line:detail
    for (int field = 0; field < 5 && line.contains(':'); ++field) line.remove_prefix(line.find(':') + 1);
    line = line.substr(0, line.find(':'));
    if (!line.empty()) self.tlsProblem = line;
    return 1;
}

void MqttConnection::State::connectionLost(void* context, char*) {
    static_cast<State*>(context)->lose({});
}
/// A broker of MQTT 5 ends the connection: the library does not call `connectionLost` then.
void MqttConnection::State::disconnected(void* context, MQTTProperties*, MQTTReasonCodes reason) {
    const char* text = MQTTReasonCode_toString(reason);
    static_cast<State*>(context)->lose(text != nullptr ? text : "no reason given");
}
void MqttConnection::State::lose(std::string_view because) {
    queue.push({.kind = Arrival::Kind::Lost, .received = receptionTime(), .topic = {}, .payload = {}});
    const std::scoped_lock lock{mutex};
    if (!lost) lostBecause = because;
    lost = true;
    changed.notify_all();
}

int MqttConnection::State::arrived(void* context, char* topic, int topicLength, MQTTAsync_message* message) {
    const std::string_view name = topicLength > 0 ? std::string_view{topic, static_cast<std::size_t>(topicLength)} : topic;
    static_cast<State*>(context)->message(
        name, {static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen)});
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    thread_local Coalescing coalescing; // the library has one thread that receives for all connections
    coalescing.afterMessage();
    return 1;
}

void MqttConnection::State::message(std::string_view topic, std::string_view payload) {
    const Time now = receptionTime();
    counters.received.fetch_add(1, std::memory_order_relaxed);
    counters.bytes.fetch_add(payload.size(), std::memory_order_relaxed);
    counters.lastReceived.store(nanoseconds(now), std::memory_order_relaxed);
    if (payload.size() <= options.maximumMessageBytes &&
        queue.push({.kind = Arrival::Kind::Message, .received = now, .topic = topic, .payload = payload})) {
        dropping = false;
        return;
    }
    counters.dropped.fetch_add(1, std::memory_order_relaxed);
    if (!dropping) counters.gaps.fetch_add(1, std::memory_order_relaxed); // one gap, however many are lost in it
    dropping = true;
}

// --- the connection's own thread

bool MqttConnection::State::create() {
    if (client != nullptr) return true;
    startLibrary();
    const std::scoped_lock lock{inUse};
    MQTTAsync_createOptions create{{'M', 'Q', 'C', 'O'}, 2, 0, 100, version, 0, 0, 1, 1};
    const int made =
        MQTTAsync_createWithOptions(&client, address.c_str(), clientId.c_str(), MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create);
    if (made != MQTTASYNC_SUCCESS) {
        const char* text = MQTTAsync_strerror(made);
        setProblem(std::format("the MQTT client cannot be set up: {}", text ? text : "out of memory"));
        client = nullptr;
        return false;
    }
    MQTTAsync_setCallbacks(client, this, connectionLost, arrived, nullptr);
    MQTTAsync_setDisconnected(client, this, disconnected);
    return true;
}

bool MqttConnection::State::connect(const std::stop_token& stop) {
    const BrokerOptions& broker = options.broker;
    const auto textOrNull = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    const std::string ca = broker.ca.string(), certificate = broker.certificate.string(), key = broker.key.string();
    MQTTAsync_SSLOptions tls{};
    std::copy_n("MQTS", 4, tls.struct_id);
    tls.struct_version = 4;
    tls.trustStore = textOrNull(ca);
    tls.keyStore = textOrNull(certificate);
    tls.privateKey = textOrNull(key);
    tls.enableServerCertAuth = broker.verify ? 1 : 0;
    tls.verify = broker.verify ? 1 : 0;
    tls.ssl_error_cb = tlsError;
    tls.ssl_error_context = this;
    tls.disableDefaultTrustStore = broker.ca.empty() ? 0 : 1;

    MQTTAsync_connectOptions connection{};
    std::copy_n("MQTC", 4, connection.struct_id);
    connection.struct_version = 6;
    connection.keepAliveInterval = keepAliveSeconds;
    connection.maxInflight = 65'535;
    connection.connectTimeout = connectSeconds;
    connection.username = textOrNull(broker.user);
    connection.password = textOrNull(broker.password);
    connection.ssl = address.starts_with("ssl") ? &tls : nullptr;
    connection.context = this;
    connection.MQTTVersion = version;
    MQTTProperties properties{};
    if (version == MQTTVERSION_5) {
        const MQTTProperty expiry = sessionExpiry(options.keepSession ? sessionSeconds : 0);
        MQTTProperties_add(&properties, &expiry);
        connection.cleanstart = options.keepSession ? 0 : 1;
        connection.connectProperties = &properties;
        connection.onSuccess5 = onConnect5;
        connection.onFailure5 = onFailure5;
    } else {
        connection.cleansession = lastingSession() ? 0 : 1; // 3.1.1 sessions never end by themselves
        connection.onSuccess = onConnect;
        connection.onFailure = onFailure;
    }
    {
        const std::scoped_lock lock{mutex};
        outcome = {};
        lost = false;
        tlsProblem.clear();
    }
    MQTTAsync_willOptions farewell = MQTTAsync_willOptions_initializer;
    const std::optional<Outgoing> will = options.will ? options.will() : std::nullopt;
    if (will) {
        farewell.topicName = will->topic.c_str();
        farewell.payload = {static_cast<int>(will->payload.size()), will->payload.data()};
        farewell.qos = will->qos;
        farewell.retained = will->retain ? 1 : 0;
        connection.will = &farewell;
    }
    const int asked = MQTTAsync_connect(client, &connection);
    MQTTProperties_free(&properties);
    Outcome result = asked == MQTTASYNC_SUCCESS ? await(stop) : Outcome{.code = asked};
    if (stop.stop_requested()) return false;
    if (!result.good) {
        if (const std::string reason = refusal(result.code); !reason.empty())
            result.message = "the broker says: " + reason;
        else if (result.message.empty())
            result.message = result.code == -1 || !result.done ? "it does not answer" : std::format("code {}", result.code);
        {
            const std::scoped_lock lock{mutex};
            if (!tlsProblem.empty()) result.message = "TLS: " + tlsProblem;
        }
        setProblem(std::format("cannot connect to {}: {}", broker.url, result.message));
        constexpr int oldRefusal = 1; // as a 3.1.1 broker says it
        if (version == MQTTVERSION_5 && (result.code == oldRefusal || result.code == MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION)) {
            version = MQTTVERSION_3_1_1;
            end();
        }
        return false;
    }
    if (!subscribe(stop)) return false;
    queue.push({.kind = Arrival::Kind::Connected, .received = receptionTime(), .topic = {}, .payload = {}});
    const bool again = health.load() != FeedHealth::Connecting;
    if (again) counters.reconnects.fetch_add(1);
    const bool held = std::ranges::none_of(options.subscriptions, [](const MqttSubscription& one) { return one.qos == 0; });
    if (again && (!result.sessionKept || !held)) counters.gaps.fetch_add(1); // a session holds nothing of QoS 0
    return true;
}

bool MqttConnection::State::subscribe(const std::stop_token& stop) {
    std::vector<char*> filters;
    std::vector<int> qos;
    for (MqttSubscription& one : options.subscriptions) {
        filters.push_back(one.filter.data());
        qos.push_back(one.qos);
    }
    MQTTAsync_responseOptions response{};
    std::copy_n("MQTR", 4, response.struct_id);
    response.struct_version = 1;
    response.context = this;
    std::copy_n("MQSO", 4, response.subscribeOptions.struct_id);
    if (version == MQTTVERSION_5) {
        response.onSuccess5 = onSubscribe5;
        response.onFailure5 = onFailure5;
    } else {
        response.onSuccess = onSubscribe;
        response.onFailure = onFailure;
    }
    const int asked = MQTTAsync_subscribeMany(client, static_cast<int>(filters.size()), filters.data(), qos.data(), &response);
    const Outcome result = asked == MQTTASYNC_SUCCESS ? await(stop) : Outcome{.code = asked};
    if (result.good) return true;
    std::string why = result.message;
    // The library calls a refusal a failure where there is one filter only.
    if (const std::string reason = refusal(result.code); why.empty() && !reason.empty())
        why = refusedText(options.subscriptions.front().filter, reason);
    setProblem(std::format("{}: {}", options.broker.url, why.empty() ? "the connection broke while subscribing" : why));
    disconnect();
    return false;
}

void MqttConnection::State::disconnect() {
    MQTTAsync_disconnectOptions options5{};
    std::copy_n("MQTD", 4, options5.struct_id);
    options5.struct_version = version == MQTTVERSION_5 ? 1 : 0;
    options5.timeout = 500;
    options5.context = this;
    options5.onFailure = onFailure;
    MQTTProperties properties{};
    if (version == MQTTVERSION_5) {
        options5.onSuccess = nullptr;
        options5.onFailure = nullptr;
        options5.onSuccess5 = [](void* context, MQTTAsync_successData5*) { static_cast<State*>(context)->finish({.good = true}); };
        options5.onFailure5 = onFailure5;
        const MQTTProperty expiry = sessionExpiry(lastingSession() ? sessionSeconds : 0);
        MQTTProperties_add(&properties, &expiry);
        options5.properties = properties;
    } else {
        options5.onSuccess = [](void* context, MQTTAsync_successData*) { static_cast<State*>(context)->finish({.good = true}); };
    }
    {
        const std::scoped_lock lock{mutex};
        outcome = {};
        lost = false;
    }
    if (MQTTAsync_disconnect(client, &options5) == MQTTASYNC_SUCCESS) {
        std::unique_lock lock{mutex};
        changed.wait_for(lock, 2s, [this] { return outcome.done; });
        outcome = {};
    }
    MQTTProperties_free(&properties);
}

void MqttConnection::State::run(const std::stop_token& stop) {
    BackOff backOff;
    while (!stop.stop_requested()) {
        const int triedVersion = version;
        if (create() && connect(stop)) {
            setProblem({});
            health = FeedHealth::Live;
            const auto begun = std::chrono::steady_clock::now();
            std::unique_lock lock{mutex};
            changed.wait(lock, stop, [this] { return lost; });
            if (stop.stop_requested()) break;
            backOff.lasted(std::chrono::steady_clock::now() - begun);
            problemText = lostBecause.empty() ? std::format("the connection to {} broke", options.broker.url)
                                              : std::format("{} ended the connection: {}", options.broker.url, lostBecause);
        }
        if (stop.stop_requested()) break;
        if (health.load() == FeedHealth::Live) health = FeedHealth::Disconnected;
        if (version != triedVersion) continue; // with the older protocol, at once
        std::unique_lock lock{mutex};
        changed.wait_for(lock, stop, backOff.next(), [] { return false; });
    }
    if (client == nullptr) return;
    disconnect();
    end();
}

void MqttConnection::State::end() {
    const std::scoped_lock lock{inUse};
    MQTTAsync_destroy(&client);
    client = nullptr;
}

MqttConnection::MqttConnection(ConnectionOptions options, std::string address, ArrivalQueue& queue)
    : state_{std::make_unique<State>(std::move(options), std::move(address), queue)} {}
MqttConnection::~MqttConnection() = default;
void MqttConnection::publish(const Outgoing& message) {
    const std::scoped_lock lock{state_->inUse};
    if (state_->client == nullptr) return;
    MQTTAsync_message out = MQTTAsync_message_initializer;
    out.payload = const_cast<char*>(message.payload.data()); // NOLINT: the library copies it
    out.payloadlen = static_cast<int>(message.payload.size());
    out.qos = message.qos;
    out.retained = message.retain ? 1 : 0;
    static_cast<void>(MQTTAsync_sendMessage(state_->client, message.topic.c_str(), &out, nullptr)); // else: lost, as news tell
}
const MqttConnection::Counters& MqttConnection::counters() const {
    return state_->counters;
}
FeedHealth MqttConnection::health() const {
    return state_->health;
}
std::string MqttConnection::problem() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->problemText;
}

} // namespace millwright::telemetry
