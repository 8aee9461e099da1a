#include "telemetry/import/signals.hpp"

#include <cerrno>
#include <format>
#include <iconv.h>

namespace millwright::telemetry {
namespace {

/// Length of the UTF-8 sequence at `at`, 0 if there is none.
std::size_t sequence(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const unsigned lead = byte(at);
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(at + i) >= low && byte(at + i) <= high;
    };
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF)
        return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    if (lead >= 0xF0 && lead <= 0xF4)
        return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
    return 0;
}

std::string placeOf(std::string_view text, std::size_t at, const std::string& name) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i < at; ++i) {
        ++column;
        if (text[i] != '\n') continue;
        ++line;
        column = 1;
    }
    return std::format("{}:{}:{}", name, line, column);
}

bool isUtf8(const std::string& encoding) {
    std::string plain;
    for (const char character : encoding)
        if (character != '-' && character != '_') plain.push_back(static_cast<char>(character | 0x20));
    return plain.empty() || plain == "utf8" || plain == "ascii";
}

} // namespace

Result<std::string_view> asUtf8(std::string_view text, const std::string& encoding, const std::string& name, std::string& storage) {
    if (isUtf8(encoding)) {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t length = sequence(text, i);
            if (length == 0)
                return failure(
                    ErrorCode::Malformed,
                    "is not UTF-8 text here: say which encoding it has in a mapping file, for example encoding = \"cp949\"",
                    placeOf(text, i, name));
            i += length;
        }
        return text;
    }
    const auto converter = ::iconv_open("UTF-8", encoding.c_str());
    if (converter == reinterpret_cast<iconv_t>(-1))
        return failure(ErrorCode::Unsupported,
                       std::format("encoding '{}' is not one this system knows; try utf-8, cp949 or latin1", encoding), name);
    std::string source{text}; // iconv's interface is not const
    char* in = source.data();
    std::size_t left = source.size();
    bool good = true;
    while (left > 0 && good) {
        const std::size_t done = storage.size();
        storage.resize(done + left * 2 + 16);
        char* out = storage.data() + done;
        std::size_t room = storage.size() - done;
        good = ::iconv(converter, &in, &left, &out, &room) != static_cast<std::size_t>(-1) || errno == E2BIG;
        storage.resize(storage.size() - room);
    }
    ::iconv_close(converter);
    if (!good)
        return failure(ErrorCode::Malformed,
                       std::format("is not {} text here: say which encoding it has in the mapping file", encoding),
                       placeOf(text, text.size() - left, name));
    return std::string_view{storage};
}

} // namespace millwright::telemetry
