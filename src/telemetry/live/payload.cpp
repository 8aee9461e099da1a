#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/live/feed_text.hpp"

#include <millwright/telemetry/payload.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

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

struct PayloadDecoder::State {
    struct Topic {
        std::vector<PayloadAddress> signals;
        JsonPlaces places; ///< of the signals that have one
    };
    std::unordered_map<std::string, Topic, TextHash, std::equal_to<>> topics;
    PayloadFormat format;
    PayloadCounters counters;
    std::string scratch;
    std::vector<JsonToken> found; ///< of a message, by signal of its topic

    [[nodiscard]] Time timeIn(std::string_view document, Time received) const;
    [[nodiscard]] Quality qualityIn(std::string_view document) const;
    void decodeText(const Topic& topic, std::string_view text, Time received, StringTable& strings, std::vector<Sample>& out);
    [[nodiscard]] bool valueOf(const JsonToken& token, StringTable& strings, Sample& sample);
};

PayloadDecoder::PayloadDecoder(std::vector<PayloadAddress> addresses, PayloadFormat format) : state_{std::make_unique<State>()} {
    state_->format = std::move(format);
    for (PayloadAddress& address : addresses) {
        State::Topic& topic = state_->topics[address.topic];
        if (!address.value.empty()) topic.places.add(address.value, static_cast<std::uint32_t>(topic.signals.size()));
        topic.signals.push_back(std::move(address));
    }
}
PayloadDecoder::PayloadDecoder(PayloadDecoder&&) noexcept = default;
PayloadDecoder& PayloadDecoder::operator=(PayloadDecoder&&) noexcept = default;
PayloadDecoder::~PayloadDecoder() = default;

const PayloadCounters& PayloadDecoder::counters() const {
    return state_->counters;
}

Time PayloadDecoder::State::timeIn(std::string_view document, Time received) const {
    if (format.time.empty()) return received;
    const JsonToken token = jsonAt(document, format.time);
    const char* const end = token.text.data() + token.text.size();
    if (token.kind == JsonKind::String) {
        const auto time = parseTime(token.text);
        return time && *time >= Time{} ? *time : received;
    }
    if (token.kind != JsonKind::Number) return received;
    const std::int64_t unit = nanosecondsPer(format.timeUnit);
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

Quality PayloadDecoder::State::qualityIn(std::string_view document) const {
    const JsonToken token = jsonAt(document, format.quality);
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
void PayloadDecoder::State::decodeText(const Topic& topic, std::string_view text, Time received, StringTable& strings,
                                       std::vector<Sample>& out) {
    for (const PayloadAddress& address : topic.signals) {
        const bool wanted = address.type == ValueType::String && address.value.empty() && !text.empty();
        const auto id = wanted ? addText(text, strings) : std::nullopt;
        if (!id) {
            ++counters.rejected;
            continue;
        }
        out.push_back({received, Value::of(*id), address.signal, ValueType::String, Quality::Good});
        ++counters.samples;
    }
}

bool PayloadDecoder::State::valueOf(const JsonToken& token, StringTable& strings, Sample& sample) {
    const bool scalar = token.kind == JsonKind::String || token.kind == JsonKind::Number || token.kind == JsonKind::Boolean;
    if (sample.type == ValueType::String && scalar) {
        std::string_view text;
        const auto id = jsonText(token, scratch, text) ? addText(text, strings) : std::nullopt;
        if (id) sample.value = Value::of(*id);
        return id.has_value();
    }
    bool converted = false;
    return jsonValue(token, sample.type, strings, scratch, sample.value, converted);
}

void PayloadDecoder::decode(std::string_view topicName, std::string_view payload, Time received, StringTable& strings,
                            std::vector<Sample>& out) {
    State& s = *state_;
    const auto topic = s.topics.find(topicName);
    if (topic == s.topics.end()) {
        ++s.counters.unmatched;
        return;
    }
    const auto& signals = topic->second.signals;
    const std::string_view document = trimmed(payload);
    const JsonToken root = jsonAt(document, {});
    if (!isWhole(root, document)) return s.decodeText(topic->second, document, received, strings, out);
    const bool composite = root.kind == JsonKind::Object || root.kind == JsonKind::Array;
    const Time time = composite ? s.timeIn(document, received) : received;
    const Quality quality = composite && !s.format.quality.empty() ? s.qualityIn(document) : Quality::Good;
    s.found.assign(signals.size(), {});
    topic->second.places.find(root, s.found);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        const bool placed = !signals[i].value.empty();
        JsonSample read{placed ? s.found[i] : root, Quality::Good};
        if (!placed && composite) read = jsonSample(document);
        if (placed && read.value.kind == JsonKind::Invalid) continue; // this message does not have it
        Sample sample{time, {}, signals[i].signal, signals[i].type, std::max(quality, read.quality)};
        if (!s.valueOf(read.value, strings, sample)) {
            ++s.counters.rejected;
            continue;
        }
        if (read.value.kind == JsonKind::Null) sample.quality = std::max(sample.quality, Quality::Bad);
        out.push_back(sample);
        ++s.counters.samples;
    }
}

} // namespace millwright::telemetry
