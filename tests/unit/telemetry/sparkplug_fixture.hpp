#pragma once

#include <millwright/telemetry/sparkplug.hpp>

#include <map>
#include <string>
#include <vector>

namespace millwright::telemetry::sparkplug {

/// Binds every metric it is asked for, but `ignore`, to a signal named `group/edge[/device]/metric`; keeps all it gets.
struct Recorder : Sink {
    struct Message {
        std::string topic;
        std::vector<std::byte> payload;
        int qos = 0;
        bool retain = false;
        [[nodiscard]] std::string text() const { return {reinterpret_cast<const char*>(payload.data()), payload.size()}; }
    };
    std::map<std::string, std::uint32_t> signals;
    std::map<std::string, ValueType> wanted; ///< instead of the natural type
    std::string ignore;
    std::vector<Sample> live, old;
    std::vector<Message> published;
    std::size_t bindings = 0;

    MetricTarget bind(const MetricName& name, ValueType natural) override {
        ++bindings;
        std::string path = std::string{name.group} + '/' + std::string{name.edgeNode} + '/';
        if (!name.device.empty()) path += std::string{name.device} + '/';
        path += name.metric;
        if (path == ignore) return {};
        const auto at = signals.emplace(path, static_cast<std::uint32_t>(signals.size())).first->second;
        return {SignalIndex{at}, wanted.contains(path) ? wanted[path] : natural};
    }
    void samples(std::span<const Sample> samples, Time) override { live.insert(live.end(), samples.begin(), samples.end()); }
    void historical(std::span<const Sample> samples, Time) override { old.insert(old.end(), samples.begin(), samples.end()); }
    void publish(const Publication& p) override {
        published.push_back({std::string{p.topic}, {p.payload.begin(), p.payload.end()}, p.qos, p.retain});
    }
    /// The numbers of a signal's samples, in the order they came.
    [[nodiscard]] std::vector<double> numbers(const std::string& path) const {
        std::vector<double> all;
        const auto found = signals.find(path);
        for (const Sample& sample : live)
            if (found != signals.end() && index(sample.signal) == found->second) all.push_back(sample.value.number);
        return all;
    }
    /// The newest sample of a signal, or nothing.
    [[nodiscard]] const Sample* last(const std::string& path) const {
        const auto found = signals.find(path);
        if (found == signals.end()) return nullptr;
        for (auto at = live.rbegin(); at != live.rend(); ++at)
            if (index(at->signal) == found->second) return &*at;
        return nullptr;
    }
};

inline Time at(std::int64_t milliseconds) {
    return timeFromNanoseconds(1'767'225'600'000'000'000 + milliseconds * 1'000'000);
}

/// A host with an edge node `G/E` and its device `D` to play.
struct Line {
    Recorder sink;
    StringTable strings;
    Host host;
    Time now = at(0);
    PayloadWriter payload;

    explicit Line(HostOptions options = {}) : host{std::move(options), sink, strings} {}

    void send(std::string_view type, bool device = false, std::string_view edge = "E") {
        std::string topic = "spBv1.0/G/" + std::string{type} + '/' + std::string{edge};
        if (device) topic += "/D";
        host.receive(topic, payload.bytes(), now);
    }
    void nodeBirth(std::uint64_t bdSeq = 0, std::uint8_t sequence = 0, double speed = 1, std::string_view edge = "E") {
        payload.clear().timestamp(now).metric({.name = "bdSeq", .type = DataType::Int64},
                                              Value::of(static_cast<std::int64_t>(bdSeq)));
        payload.metric({.name = "Node Control/Rebirth", .type = DataType::Boolean}, Value::of(false));
        payload.metric({.name = "Speed", .alias = 1, .time = now}, Value::of(speed)).sequence(sequence);
        send("NBIRTH", false, edge);
    }
    void deviceBirth(std::uint8_t sequence, double level = 5) {
        payload.clear().timestamp(now).metric({.name = "Level", .alias = 2, .time = now}, Value::of(level)).sequence(sequence);
        send("DBIRTH", true);
    }
    void nodeData(std::uint8_t sequence, double speed, std::uint64_t alias = 1, std::string_view edge = "E") {
        payload.clear().timestamp(now).metric({.alias = alias, .time = now, .declare = false}, Value::of(speed)).sequence(sequence);
        send("NDATA", false, edge);
    }
    void deviceData(std::uint8_t sequence, double level) {
        payload.clear().timestamp(now).metric({.alias = 2, .time = now, .declare = false}, Value::of(level)).sequence(sequence);
        send("DDATA", true);
    }
    void deviceDeath(std::uint8_t sequence) {
        payload.clear().timestamp(now).sequence(sequence);
        send("DDEATH", true);
    }
    void nodeDeath(std::int64_t bdSeq) {
        payload.clear().metric({.name = "bdSeq", .type = DataType::Int64}, Value::of(bdSeq));
        send("NDEATH");
    }
    void advance(std::int64_t milliseconds) {
        now += std::chrono::milliseconds{milliseconds};
        host.advance(now);
    }
    [[nodiscard]] NodeState state() const { return host.nodes().at(0).state; }
    [[nodiscard]] double speed() const { return sink.last("G/E/Speed")->value.number; }
    [[nodiscard]] Quality quality(const std::string& path) const { return sink.last(path)->quality; }
};

} // namespace millwright::telemetry::sparkplug
