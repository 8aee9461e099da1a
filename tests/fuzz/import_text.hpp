#pragma once
#include <millwright/telemetry/import.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millwright::telemetry {

/// Imports any bytes as text of a format; behind a mapping file up to the first line of dashes, where there is one. Traps where a
/// sample is of no channel. What a fuzzer of an importer does.
inline int importAnyText(TextFormat format, const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    Mapping mapping;
    if (const auto split = text.find("\n---\n"); split != std::string_view::npos) {
        const auto parsed = parseMapping(text.substr(0, split), "fuzz.toml");
        if (!parsed) return 0;
        mapping = *parsed;
        text.remove_prefix(split + 5);
    }
    mapping.format = format;
    const auto imported = importText(text, "fuzz", mapping, {100'000});
    if (!imported) return 0;
    for (const auto& sample : imported->samples)
        if (static_cast<std::size_t>(sample.signal) >= imported->channels.size()) __builtin_trap();
    return 0;
}

} // namespace millwright::telemetry
