// Any bytes as the content of a columns message, and of a keyframe.
#include "telemetry/encoding/columns.hpp"
#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/encoding/keyframe.hpp"

#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes{reinterpret_cast<const std::byte*>(data), size};
    constexpr ValueType types[] = {ValueType::Float, ValueType::Integer, ValueType::Boolean, ValueType::String};
    std::vector<ColumnTarget> targets(64);
    for (std::uint32_t i = 0; i < targets.size(); ++i)
        if (i % 5 != 4) targets[i] = {SignalIndex{i}, types[i % 4]};
    ColumnDecoder decoder;
    StringTable strings;
    std::vector<Sample> samples;
    if (decoder.decode(bytes, targets, strings, 1u << 16, samples)) {
        for (const auto& sample : samples)
            if (sample.type == ValueType::String && static_cast<std::size_t>(sample.value.string) >= strings.size())
                __builtin_trap();
    } else if (!samples.empty()) {
        __builtin_trap(); // a damaged message gives nothing
    }
    (void)decodeKeyframe(bytes);
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const JsonSample sample = jsonSample(text);
    Value value;
    bool converted = false;
    std::string scratch;
    (void)jsonValue(sample.value, ValueType::Float, strings, scratch, value, converted);
    (void)jsonValue(sample.value, ValueType::String, strings, scratch, value, converted);
    forEachJsonLeaf(text, 100, [](std::span<const std::string>, JsonKind) {});
    return 0;
}
