// Any bytes as a log: read whole, sought into, and walked over record by record.
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/mcap/file.hpp>

#include <cstddef>
#include <cstdint>

using namespace millwright;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes{reinterpret_cast<const std::byte*>(data), size};
    if (const auto file = telemetry::mcap::File::fromBytes(bytes, "fuzz", {16u << 20}))
        (void)file->forEachRecord([](const telemetry::mcap::Record&) -> Result<void> { return {}; });
    telemetry::LogSourceOptions options;
    options.memoryBytes = 16u << 20;
    options.chunkBytes = 16u << 20;
    auto log = telemetry::LogSource::openAll(bytes, "fuzz", options);
    if (!log) return 0;
    Time previous = Time::min();
    while (true) {
        const auto samples = (*log)->next(512);
        if (!samples || samples->empty()) break;
        for (const auto& sample : *samples) {
            if (sample.time < previous) __builtin_trap(); // the order is a promise
            previous = sample.time;
        }
    }
    (void)(*log)->seek((*log)->span().from + (*log)->span().length() / 2);
    return 0;
}
