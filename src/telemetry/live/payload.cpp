#include "telemetry/encoding/json_sample.hpp"

#include <millwright/telemetry/payload.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace millwright::telemetry {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Whether a token read from the beginning of `document` is all of it.
bool isWhole(const JsonToken& token, std::string_view document) {
    const std::size_t quotes = token.kind == JsonKind::String ? 2 : 0;
    return token.kind != JsonKind::Invalid && token.text.size() + quotes == document.size();
}

/// Well-formed UTF-8 without control characters: what a log, a label and a terminal can take.
bool isText(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x20 || lead == 0x7F) return false;
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
        i += length;
    }
    return true;
}

constexpr std::int64_t nanosecondsPer(TimeUnit unit) {
    switch (unit) {
    case TimeUnit::Seconds: return 1'000'000'000;
    case TimeUnit::Milliseconds: return 1'000'000;
    case TimeUnit::Microseconds: return 1'000;
    case TimeUnit::Nanoseconds: break;
    }
    return 1;
}

} // namespace

std::vector<std::string> pointerNames(std::string_view pointer) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        if (pointer[i] == '/') {
            names.emplace_back();
            continue;
        }
        if (names.empty()) names.emplace_back();
        char character = pointer[i];
        if (character == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1'))
            character = pointer[++i] == '0' ? '~' : '/';
        names.back().push_back(character);
    }
    return names;
}

PayloadDecoder::PayloadDecoder(std::vector<PayloadAddress> addresses, PayloadFormat format) : format_{std::move(format)} {
    for (PayloadAddress& address : addresses) byTopic_[address.topic].push_back(std::move(address));
}

Time PayloadDecoder::timeIn(std::string_view document, Time received) const {
    if (format_.time.empty()) return received;
    const JsonToken token = jsonAt(document, format_.time);
    const char* const end = token.text.data() + token.text.size();
    if (token.kind == JsonKind::String) return parseTime(token.text).value_or(received);
    if (token.kind != JsonKind::Number) return received;
    const std::int64_t unit = nanosecondsPer(format_.timeUnit);
    std::int64_t whole = 0;
    if (const auto parsed = std::from_chars(token.text.data(), end, whole); parsed.ec == std::errc{} && parsed.ptr == end) {
        const bool fits = whole <= std::numeric_limits<std::int64_t>::max() / unit && whole >= 0;
        return fits ? timeFromNanoseconds(whole * unit) : received;
    }
    double number = 0;
    const auto parsed = std::from_chars(token.text.data(), end, number);
    const double scaled = number * static_cast<double>(unit);
    const bool fits = parsed.ec == std::errc{} && parsed.ptr == end && scaled >= 0 && scaled < 0x1p63;
    return fits ? timeFromNanoseconds(std::llround(scaled)) : received;
}

Quality PayloadDecoder::qualityIn(std::string_view document) const {
    const JsonToken token = jsonAt(document, format_.quality);
    if (token.kind == JsonKind::Invalid || token.kind == JsonKind::Null) return Quality::Good;
    if (token.kind == JsonKind::Boolean) return token.text == "true" ? Quality::Good : Quality::Bad;
    if (token.kind == JsonKind::Number) { // the classes of OPC and Sparkplug B
        int code = 0;
        std::from_chars(token.text.data(), token.text.data() + token.text.size(), code);
        return code == 500 ? Quality::Stale : code >= 192 ? Quality::Good : code >= 64 ? Quality::Uncertain : Quality::Bad;
    }
    std::array<char, 16> lower{};
    if (token.kind != JsonKind::String || token.text.size() > lower.size()) return Quality::Bad;
    std::ranges::transform(token.text, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    Quality quality = Quality::Bad;
    return parseName({lower.data(), token.text.size()}, quality) ? quality : Quality::Bad;
}

/// A payload that is no JSON document is one text.
void PayloadDecoder::decodeText(const std::vector<PayloadAddress>& addresses, std::string_view text, Time received,
                                StringTable& strings, std::vector<Sample>& out) {
    for (const PayloadAddress& address : addresses) {
        const bool usable = address.type == ValueType::String && address.value.empty() && !text.empty() &&
                            text.size() <= maximumText && strings.size() < maximumTexts && isText(text);
        if (!usable) {
            ++counters_.rejected;
            continue;
        }
        out.push_back({received, Value::of(strings.add(text)), address.signal, ValueType::String, Quality::Good});
        ++counters_.samples;
    }
}

void PayloadDecoder::decode(std::string_view topic, std::string_view payload, Time received, StringTable& strings,
                            std::vector<Sample>& out) {
    const auto found = byTopic_.find(topic);
    if (found == byTopic_.end()) {
        ++counters_.unmatched;
        return;
    }
    const std::string_view document = trimmed(payload);
    const JsonToken root = jsonAt(document, {});
    if (!isWhole(root, document)) return decodeText(found->second, document, received, strings, out);
    const bool composite = root.kind == JsonKind::Object || root.kind == JsonKind::Array;
    const Time time = composite ? timeIn(document, received) : received;
    const Quality quality = composite && !format_.quality.empty() ? qualityIn(document) : Quality::Good;
    for (const PayloadAddress& address : found->second) {
        JsonSample read{root, Quality::Good};
        if (!address.value.empty())
            read.value = jsonAt(document, address.value);
        else if (composite)
            read = jsonSample(document);
        if (read.value.kind == JsonKind::Invalid && !address.value.empty()) continue; // this message does not have it
        Sample sample{time, {}, address.signal, address.type, std::max(quality, read.quality)};
        const bool text = read.value.kind == JsonKind::String;
        const bool within =
            !text || (read.value.text.size() <= maximumText && strings.size() < maximumTexts && isText(read.value.text));
        bool converted = false;
        if (!within || !jsonValue(read.value, address.type, strings, scratch_, sample.value, converted)) {
            ++counters_.rejected;
            continue;
        }
        if (read.value.kind == JsonKind::Null) sample.quality = std::max(sample.quality, Quality::Bad);
        out.push_back(sample);
        ++counters_.samples;
    }
}

} // namespace millwright::telemetry
