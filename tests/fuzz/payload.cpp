// Any bytes as the payload of a message; the first byte chooses the signal's type and how the payload is read.
#include <millwright/telemetry/payload.hpp>

#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto type = static_cast<ValueType>(data[0] % 4);
    const bool pointers = (data[0] & 4) != 0;
    const std::string_view payload{reinterpret_cast<const char*>(data + 1), size - 1};
    PayloadFormat format;
    if (pointers) format = {.time = {"t"}, .quality = {"q"}, .timeUnit = static_cast<TimeUnit>(data[0] >> 3 & 3)};
    std::vector<std::string> value;
    if (pointers) value = {"v", "0"};
    PayloadDecoder decoder{{{SignalIndex{0}, type, "t", std::move(value)}}, std::move(format)};
    StringTable strings;
    std::vector<Sample> samples;
    decoder.decode("t", payload, timeFromNanoseconds(1), strings, samples);
    if (samples.size() + decoder.counters().rejected > 1) __builtin_trap();
    for (const Sample& sample : samples) {
        if (sample.signal != SignalIndex{0} || sample.type != type || nanoseconds(sample.time) < 0) __builtin_trap();
        if (type == ValueType::String && static_cast<std::size_t>(sample.value.string) >= strings.size()) __builtin_trap();
    }
    return 0;
}
