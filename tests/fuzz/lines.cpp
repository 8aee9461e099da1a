// Any bytes as lines of a file that is followed, in blocks, behind a mapping file up to the first line of dashes.
#include "telemetry/file/text_reader.hpp"

#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    Mapping mapping;
    if (const auto split = text.find("\n---\n"); split != std::string_view::npos) {
        const auto parsed = parseMapping(text.substr(0, split), "fuzz.toml");
        if (!parsed) return 0;
        mapping = *parsed;
        text.remove_prefix(split + 5);
    }
    constexpr ValueType types[] = {ValueType::Float, ValueType::Integer, ValueType::Boolean, ValueType::String};
    std::vector<FileAddress> addresses;
    for (std::uint32_t i = 0; i < std::size(types); ++i)
        addresses.push_back({SignalIndex{i}, types[i], "mm", std::string(1, static_cast<char>('a' + i))});
    file::TextReader reader{mapping, addresses, "fuzz"};
    StringTable strings;
    std::vector<Sample> samples;
    while (!text.empty()) { // a block of up to as many lines as its first byte says
        const auto most = static_cast<unsigned char>(text.front()) % 4 + 1u;
        std::size_t end = 0;
        for (unsigned i = 0; i < most && end < text.size(); ++i) end = std::min(text.find('\n', end), text.size() - 1) + 1;
        std::string block{text.substr(0, end)};
        if (!block.ends_with('\n')) block += '\n';
        if (most == 4) reader.begin();
        reader.read(block, timeFromNanoseconds(1'800'000'000'000'000'000), strings, samples);
        text.remove_prefix(end);
    }
    for (const Sample& sample : samples)
        if (index(sample.signal) >= std::size(types) || sample.type != types[index(sample.signal)] ||
            (sample.type == ValueType::String && sample.value.string >= StringId{static_cast<std::uint32_t>(strings.size())}))
            __builtin_trap();
    return 0;
}
