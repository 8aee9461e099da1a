#pragma once

#include "telemetry/sparkplug/node.hpp"

namespace millwright::telemetry::sparkplug {

/// Turns the payloads of one edge node's births, data and deaths, given in sequence, into metric tables and samples. Everything of
/// a payload is applied, or, where it is damaged, nothing.
class Applier {
public:
    Applier(std::size_t maximumMetrics, Sink& sink, StringTable& strings, HostCounters& counters)
        : maximumMetrics_{maximumMetrics}, sink_{sink}, strings_{strings}, counters_{counters} {}

    enum class Outcome : std::uint8_t {
        Applied,
        Unknown, ///< applied but for metrics that no birth declared
        Malformed,
    };
    struct Message {
        std::uint32_t device = 0;
        std::span<const std::byte> payload;
        PayloadFields fields;
        Time received{};
    };
    /// A node's birth ends the births of its devices: they are stale until their own.
    Outcome birth(Node& node, const Message& message);
    Outcome data(Node& node, const Message& message);
    /// Hands out the last values of a device's metrics again, Stale.
    void stale(Node& node, std::uint32_t device, Time at, Time received);
    void staleAll(Node& node, Time at);

private:
    enum class Kind : std::uint8_t { Present, Historical, Death };
    struct Pending {
        Sample sample;
        std::uint32_t metric;
        Kind kind;
    };
    struct Below; // what is below a structure
    [[nodiscard]] bool validBirth(std::span<const std::byte> payload);
    void bind(Metric& metric, const Node& node, DataType type);
    std::uint32_t declare(Node& node, std::uint32_t device, std::string_view name, DataType type);
    std::uint32_t declareStructured(Node& node, const Message& message, const MetricFields& fields);
    [[nodiscard]] std::uint32_t find(const Node& node, std::uint32_t device, const MetricFields& fields) const;
    void emit(const Node& node, std::uint32_t metric, const Leaf& leaf, const MetricFields& fields, const Message& message);
    void addStale(Node& node, std::uint32_t metric, Time at);
    void commit(Node& node, Time received);

    std::size_t maximumMetrics_;
    std::size_t metricCount_ = 0;
    Sink& sink_;
    StringTable& strings_;
    HostCounters& counters_;
    StructureWalker walker_;
    std::vector<Pending> pending_;
    std::vector<Sample> live_, historical_;
};

/// Nothing when the number is beyond what a `Time` holds.
[[nodiscard]] std::optional<Time> timeOfMilliseconds(std::uint64_t milliseconds);

} // namespace millwright::telemetry::sparkplug
