// Any bytes as a MTConnect SHDR file.
#include <millwright/telemetry/import.hpp>

#include <cstddef>
#include <cstdint>

using namespace millwright::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    Mapping mapping;

    mapping.format = TextFormat::Shdr;
    const auto imported = importText(text, "fuzz", mapping, {100'000});
    if (!imported) return 0;
    for (const auto& sample : imported->samples)
        if (static_cast<std::size_t>(sample.signal) >= imported->channels.size()) __builtin_trap();
    return 0;
}
