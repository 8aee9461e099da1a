#include "telemetry/sparkplug/applier.hpp"

#include "telemetry/encoding/convert_value.hpp"

#include <algorithm>
#include <limits>

namespace millwright::telemetry::sparkplug {
namespace {

struct IgnoreLeaves : LeafVisitor {
    DataType declared(std::string_view) override { return DataType::Unknown; }
    void leaf(std::string_view, const Leaf&) override {}
};

Time timeOf(const MetricFields& metric, const Applier::Message& message) {
    std::optional<Time> time;
    if (metric.hasTimestamp) time = timeOfMilliseconds(metric.timestamp);
    if (!time && message.fields.timestamp) time = timeOfMilliseconds(*message.fields.timestamp);
    return time.value_or(message.received);
}

void dropAlias(Node& node, std::uint32_t at) {
    Metric& metric = node.metrics[at];
    if (metric.hasAlias && node.aliases.find(metric.alias) == at) node.aliases.erase(metric.alias);
    metric.hasAlias = false;
}

} // namespace

std::optional<Time> timeOfMilliseconds(std::uint64_t milliseconds) {
    constexpr std::uint64_t nanosecondsEach = 1'000'000;
    if (milliseconds > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / nanosecondsEach) return std::nullopt;
    return timeFromNanoseconds(static_cast<std::int64_t>(milliseconds * nanosecondsEach));
}

/// Declares (in births) or looks up (in data) the leaves of one structure, and emits them.
struct Applier::Below : LeafVisitor {
    Applier& applier;
    Node& node;
    const Message& message;
    const MetricFields& fields;
    bool birth;
    bool unknown = false;

    Below(Applier& a, Node& n, const Message& m, const MetricFields& f, bool b)
        : applier{a}, node{n}, message{m}, fields{f}, birth{b} {}

    [[nodiscard]] std::uint32_t known(std::string_view name) const {
        const Device& device = node.devices[message.device];
        const auto found = device.names.find(name);
        return found == device.names.end() || node.metrics[found->second].birth != device.birth ? none : found->second;
    }
    DataType declared(std::string_view name) override {
        const std::uint32_t metric = birth ? none : known(name);
        return metric == none ? DataType::Unknown : node.metrics[metric].type;
    }
    void leaf(std::string_view name, const Leaf& leaf) override {
        const std::uint32_t metric = birth ? applier.declare(node, message.device, name, leaf.type) : known(name);
        if (metric != none)
            applier.emit(node, metric, leaf, fields, message);
        else if (!birth)
            ++applier.counters_.unknown;
    }
};

bool Applier::validBirth(std::span<const std::byte> payload) {
    MetricReader reader{payload};
    IgnoreLeaves ignore;
    for (MetricFields fields; reader.next(fields);) {
        if (fields.name.empty() || fields.name.size() > maximumNameBytes) return false;
        const Leaf leaf{static_cast<DataType>(fields.datatype), fields.value, fields.null};
        if (isStructure(leaf.type) && !walker_.walk(fields.name, leaf, ignore)) return false;
    }
    return reader.ok();
}

void Applier::bind(Metric& metric, const Node& node, DataType type) {
    metric.type = type;
    const auto natural = naturalType(type);
    if (!natural) return;
    const MetricTarget target = sink_.bind({node.group, node.id, node.devices[metric.device].id, *metric.name}, *natural);
    metric.signal = target.signal;
    metric.wanted = target.type;
}

std::uint32_t Applier::declare(Node& node, std::uint32_t deviceNumber, std::string_view name, DataType type) {
    Device& device = node.devices[deviceNumber];
    auto found = device.names.find(name);
    if (found == device.names.end()) {
        if (metricCount_ >= maximumMetrics_) {
            ++counters_.overLimit;
            return none;
        }
        ++metricCount_;
        found = device.names.emplace(std::string{name}, static_cast<std::uint32_t>(node.metrics.size())).first;
        device.metrics.push_back(found->second);
        Metric metric;
        metric.name = &found->first;
        metric.device = deviceNumber;
        bind(metric, node, type);
        node.metrics.push_back(metric);
    }
    Metric& metric = node.metrics[found->second];
    if (metric.type != type && metric.signal == noSignal) bind(metric, node, type); // perhaps it was no scalar before
    metric.type = type;
    metric.birth = device.birth;
    return found->second;
}

std::uint32_t Applier::declareStructured(Node& node, const Message& message, const MetricFields& fields) {
    const Leaf leaf{static_cast<DataType>(fields.datatype), fields.value, fields.null};
    const std::uint32_t metric = declare(node, message.device, fields.name, leaf.type);
    if (metric == none) return none;
    if (isStructure(leaf.type)) {
        Below below{*this, node, message, fields, true};
        (void)walker_.walk(fields.name, leaf, below); // it was valid a moment ago
    } else {
        emit(node, metric, leaf, fields, message);
    }
    return metric;
}

Applier::Outcome Applier::birth(Node& node, const Message& message) {
    if (!validBirth(message.payload)) return Outcome::Malformed;
    Device& device = node.devices[message.device];
    if (message.device == 0) {
        for (std::uint32_t other = 1; other < node.devices.size(); ++other) stale(node, other, message.received, message.received);
        for (Metric& metric : node.metrics) metric.hasAlias = false;
        node.aliases = {};
    }
    for (const std::uint32_t at : device.metrics) dropAlias(node, at);
    device.birth = ++node.births;
    device.online = true;
    MetricReader reader{message.payload};
    for (MetricFields fields; reader.next(fields);) {
        const std::uint32_t at = declareStructured(node, message, fields);
        if (at == none || !fields.hasAlias) continue;
        dropAlias(node, at); // the birth may name a metric twice
        node.metrics[at].alias = fields.alias;
        node.metrics[at].hasAlias = true;
        node.aliases.set(fields.alias, at);
    }
    for (const std::uint32_t at : device.metrics)
        if (node.metrics[at].birth != device.birth) addStale(node, at, message.received);
    commit(node, message.received);
    return Outcome::Applied;
}

std::uint32_t Applier::find(const Node& node, std::uint32_t deviceNumber, const MetricFields& fields) const {
    if (fields.hasAlias) {
        const std::uint32_t at = node.aliases.find(fields.alias);
        if (at != none && node.metrics[at].device == deviceNumber) return at;
    }
    if (fields.name.empty()) return none;
    const Device& device = node.devices[deviceNumber];
    const auto found = device.names.find(fields.name);
    return found == device.names.end() || node.metrics[found->second].birth != device.birth ? none : found->second;
}

Applier::Outcome Applier::data(Node& node, const Message& message) {
    bool unknown = false;
    const HostCounters before = counters_;
    MetricReader reader{message.payload};
    bool ok = true;
    for (MetricFields fields; ok && reader.next(fields);) {
        const std::uint32_t at = find(node, message.device, fields);
        if (at == none) {
            ++counters_.unknown;
            unknown = true;
            continue;
        }
        const Metric& metric = node.metrics[at];
        const Leaf leaf{metric.type, fields.value, fields.null};
        if (!isStructure(metric.type)) {
            emit(node, at, leaf, fields, message);
            continue;
        }
        Below below{*this, node, message, fields, false};
        ok = walker_.walk(*metric.name, leaf, below);
    }
    if (!ok || !reader.ok()) {
        pending_.clear();
        counters_ = before;
        return Outcome::Malformed;
    }
    commit(node, message.received);
    return unknown ? Outcome::Unknown : Outcome::Applied;
}

void Applier::emit(const Node& node, std::uint32_t at, const Leaf& leaf, const MetricFields& fields, const Message& message) {
    const Metric& metric = node.metrics[at];
    const auto natural = naturalType(leaf.type);
    if (!natural) {
        ++counters_.unsupported;
        return;
    }
    if (metric.signal == noSignal) {
        ++counters_.unmatched;
        return;
    }
    Sample sample{timeOf(fields, message), metric.last, metric.signal, metric.wanted, Quality::Bad};
    if (leaf.null && !metric.alive) sample.value = noValue(metric.wanted, strings_);
    if (!leaf.null) {
        const Reading reading = readScalar(leaf, strings_, sample.value);
        sample.quality = qualityOf(fields.properties);
        if (reading == Reading::Clamped && metric.wanted == ValueType::Float)
            sample.value = Value::of(static_cast<double>(leaf.value.bits)); // near enough, as for any large number
        else if (reading == Reading::Missing || !convertValue(sample.value, *natural, metric.wanted, strings_)) {
            ++counters_.rejected;
            return;
        } else if (reading == Reading::Clamped && sample.quality == Quality::Good)
            sample.quality = Quality::Uncertain;
    }
    pending_.push_back({sample, at, fields.historical ? Kind::Historical : Kind::Present});
}

void Applier::addStale(Node& node, std::uint32_t at, Time time) {
    const Metric& metric = node.metrics[at];
    if (!metric.alive || metric.signal == noSignal) return;
    // Not before the last value, whose time may be of a clock that is ahead: it would be put in place before it and change nothing.
    pending_.push_back(
        {{std::max(time, metric.lastTime), metric.last, metric.signal, metric.wanted, Quality::Stale}, at, Kind::Death});
}

void Applier::stale(Node& node, std::uint32_t device, Time at, Time received) {
    node.devices[device].online = false;
    for (const std::uint32_t metric : node.devices[device].metrics) addStale(node, metric, at);
    commit(node, received);
}

void Applier::staleAll(Node& node, Time at) {
    for (std::uint32_t device = 0; device < node.devices.size(); ++device) stale(node, device, at, at);
}

void Applier::commit(Node& node, Time received) {
    live_.clear();
    historical_.clear();
    for (const Pending& pending : pending_) {
        if (pending.kind == Kind::Historical) {
            historical_.push_back(pending.sample);
            continue;
        }
        ++(pending.kind == Kind::Death ? counters_.stale : counters_.samples);
        live_.push_back(pending.sample);
        Metric& metric = node.metrics[pending.metric];
        if (metric.alive && pending.sample.time < metric.lastTime) continue; // late: a newer one is the last
        metric.last = pending.sample.value;
        metric.lastTime = pending.sample.time;
        metric.alive = pending.sample.quality != Quality::Stale;
    }
    pending_.clear();
    counters_.historical += historical_.size();
    if (!live_.empty()) sink_.samples(live_, received);
    if (!historical_.empty()) sink_.historical(historical_, received);
}

} // namespace millwright::telemetry::sparkplug
