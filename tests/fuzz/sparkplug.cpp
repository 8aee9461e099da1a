// Any bytes as the messages that a Sparkplug host receives: a byte says which topic, two the length, then comes the payload.
#include <millwright/telemetry/sparkplug.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry;

namespace {

struct CheckingSink : sparkplug::Sink {
    const StringTable& strings;
    std::uint32_t bound = 0;
    std::uint64_t live = 0, old = 0;

    explicit CheckingSink(const StringTable& table) : strings{table} {}
    sparkplug::MetricTarget bind(const sparkplug::MetricName&, ValueType natural) override {
        // Every fourth metric is wanted as another type than its own, every seventh not at all.
        const std::uint32_t at = bound++;
        if (at % 7 == 6) return {};
        return {SignalIndex{at}, at % 4 == 3 ? static_cast<ValueType>(at / 4 % 4) : natural};
    }
    void check(std::span<const Sample> samples) const {
        for (const Sample& sample : samples) {
            if (index(sample.signal) >= bound) __builtin_trap();
            if (sample.type == ValueType::String && static_cast<std::size_t>(sample.value.string) >= strings.size())
                __builtin_trap();
        }
    }
    void samples(std::span<const Sample> samples, Time) override {
        live += samples.size();
        check(samples);
    }
    void historical(std::span<const Sample> samples, Time) override {
        old += samples.size();
        check(samples);
    }
    void publish(const sparkplug::Publication& publication) override {
        if (!publication.topic.starts_with("spBv1.0/")) __builtin_trap();
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view topics[] = {"spBv1.0/G/NBIRTH/E",  "spBv1.0/G/DBIRTH/E/D", "spBv1.0/G/NDATA/E",
                                           "spBv1.0/G/DDATA/E/D", "spBv1.0/G/DDEATH/E/D", "spBv1.0/G/NDEATH/E",
                                           "spBv1.0/STATE/host",  "spBv1.0/G/NDATA/F"};
    StringTable strings;
    CheckingSink sink{strings};
    sparkplug::HostOptions options;
    options.hostId = "host";
    options.primary = true;
    options.maximumMetrics = 1000;
    options.maximumPayloadBytes = 1u << 16;
    sparkplug::Host host{options, sink, strings};
    Time now = timeFromNanoseconds(1'767'225'600'000'000'000);
    (void)host.will(now);
    host.connected(now);
    std::span bytes{reinterpret_cast<const std::byte*>(data), size};
    while (bytes.size() >= 3) {
        const auto choice = static_cast<unsigned>(bytes[0]);
        const std::size_t length = static_cast<std::size_t>(bytes[1]) | static_cast<std::size_t>(bytes[2]) << 8;
        bytes = bytes.subspan(3);
        const std::size_t taken = std::min(length, bytes.size());
        host.receive(topics[choice % 8], bytes.first(taken), now);
        bytes = bytes.subspan(taken);
        now += std::chrono::milliseconds{(choice / 8) * 100}; // up to three seconds
        host.advance(now);
        if (const auto next = host.deadline(); next && *next < timeFromNanoseconds(0)) __builtin_trap();
    }
    host.disconnected(now);
    const auto& counters = host.counters();
    if (sink.live != counters.samples + counters.stale || sink.old != counters.historical) __builtin_trap();
    return 0;
}
