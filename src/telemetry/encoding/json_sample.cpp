#include "telemetry/encoding/json_sample.hpp"

#include "telemetry/encoding/convert_value.hpp"

#include <millwright/core/json_writer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace millwright::telemetry {
namespace {

constexpr int maximumDepth = 64;

/// Walks over JSON text without building anything.
class Scanner {
public:
    explicit Scanner(std::string_view text) : at_{text.data()}, end_{text.data() + text.size()} {}

    /// The next value, passed over whole.
    JsonToken value() {
        space();
        if (at_ == end_) return {};
        const char* const begin = at_;
        switch (*at_) {
        case '"': {
            std::string_view text;
            return string(text) ? JsonToken{JsonKind::String, text} : JsonToken{};
        }
        case '{':
        case '[': return container(begin);
        case 't': return literal("true", JsonKind::Boolean);
        case 'f': return literal("false", JsonKind::Boolean);
        case 'n': return literal("null", JsonKind::Null);
        default: break;
        }
        while (at_ != end_ &&
               ((*at_ >= '0' && *at_ <= '9') || *at_ == '-' || *at_ == '+' || *at_ == '.' || *at_ == 'e' || *at_ == 'E'))
            ++at_;
        return at_ == begin ? JsonToken{} : JsonToken{JsonKind::Number, {begin, static_cast<std::size_t>(at_ - begin)}};
    }
    bool take(char character) {
        space();
        if (at_ == end_ || *at_ != character) return false;
        ++at_;
        return true;
    }
    bool string(std::string_view& text) {
        if (!take('"')) return false;
        const char* const begin = at_;
        while (at_ != end_ && *at_ != '"') at_ += *at_ == '\\' && at_ + 1 != end_ ? 2 : 1;
        if (at_ == end_) return false;
        text = {begin, static_cast<std::size_t>(at_ - begin)};
        ++at_;
        return true;
    }

private:
    void space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
    }
    JsonToken literal(std::string_view word, JsonKind kind) {
        if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) return {};
        at_ += word.size();
        return {kind, word};
    }
    JsonToken container(const char* begin) {
        const JsonKind kind = *begin == '{' ? JsonKind::Object : JsonKind::Array;
        std::array<char, maximumDepth> closers{};
        int depth = 0;
        while (at_ != end_) {
            const char character = *at_;
            if (character == '"') {
                std::string_view ignored;
                if (!string(ignored)) return {};
                continue;
            }
            ++at_;
            if (character == '{' || character == '[') {
                if (depth == maximumDepth) return {};
                closers[static_cast<std::size_t>(depth++)] = character == '{' ? '}' : ']';
            } else if (character == '}' || character == ']') {
                if (closers[static_cast<std::size_t>(--depth)] != character) return {};
                if (depth == 0) return {kind, {begin, static_cast<std::size_t>(at_ - begin)}};
            }
        }
        return {};
    }
    const char* at_;
    const char* end_;
};

/// Calls `visit(key, value)` for each member of an object, or with element numbers for an array, until it returns false. Returns
/// false if the text is not well formed up to there.
template <typename Visit>
bool forEachMember(const JsonToken& token, Visit visit) {
    const bool object = token.kind == JsonKind::Object;
    Scanner in{token.text};
    if (!in.take(object ? '{' : '[')) return false;
    if (in.take(object ? '}' : ']')) return true;
    std::array<char, 20> digits{};
    for (std::size_t element = 0;; ++element) {
        std::string_view key;
        if (object) {
            if (!in.string(key) || !in.take(':')) return false;
        } else {
            const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), element).ptr;
            key = {digits.data(), static_cast<std::size_t>(end - digits.data())};
        }
        const JsonToken value = in.value();
        if (value.kind == JsonKind::Invalid) return false;
        if (!visit(key, value)) return true;
        if (in.take(object ? '}' : ']')) return true;
        if (!in.take(',')) return false;
    }
}

void appendUtf8(std::string& out, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0 | code >> 6);
        add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        add(0xE0 | code >> 12);
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    } else {
        add(0xF0 | code >> 18);
        add(0x80 | (code >> 12 & 0x3F));
        add(0x80 | (code >> 6 & 0x3F));
        add(0x80 | (code & 0x3F));
    }
}

bool hexadecimal(std::string_view text, std::size_t at, std::uint32_t& code) {
    if (at + 4 > text.size()) return false;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 4, code, 16);
    return error == std::errc{} && end == text.data() + at + 4;
}

/// Undoes the escapes of a JSON string.
bool unescape(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out.push_back(text[i]);
            continue;
        }
        if (++i == text.size()) return false;
        constexpr std::string_view from = "\"\\/bfnrt";
        constexpr std::string_view to = "\"\\/\b\f\n\r\t";
        if (const auto found = from.find(text[i]); found != std::string_view::npos) {
            out.push_back(to[found]);
            continue;
        }
        std::uint32_t code = 0;
        if (text[i] != 'u' || !hexadecimal(text, i + 1, code)) return false;
        i += 4;
        std::uint32_t low = 0;
        if (code >= 0xD800 && code < 0xDC00 && text.substr(i + 1).starts_with("\\u") && hexadecimal(text, i + 3, low) &&
            low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
        } else if (code >= 0xD800 && code < 0xE000) {
            code = 0xFFFD; // half of a pair
        }
        appendUtf8(out, code);
    }
    return true;
}

} // namespace

bool specialNumber(std::string_view text, double& number) {
    if (text == "NaN")
        number = std::numeric_limits<double>::quiet_NaN();
    else if (text == "Infinity")
        number = std::numeric_limits<double>::infinity();
    else if (text == "-Infinity")
        number = -std::numeric_limits<double>::infinity();
    else
        return false;
    return true;
}

bool forEachJsonMember(const JsonToken& token, const std::function<bool(std::string_view, const JsonToken&)>& visit) {
    return (token.kind == JsonKind::Object || token.kind == JsonKind::Array) && forEachMember(token, visit);
}

JsonToken jsonAt(std::string_view document, std::span<const std::string> path) {
    JsonToken token = Scanner{document}.value();
    for (const auto& segment : path) {
        if (token.kind != JsonKind::Object && token.kind != JsonKind::Array) return {};
        JsonToken found;
        forEachMember(token, [&](std::string_view key, const JsonToken& value) {
            if (key != segment) return true;
            found = value;
            return false;
        });
        token = found;
    }
    return token;
}

void JsonPlaces::add(std::span<const std::string> path, std::uint32_t number) {
    JsonPlaces* place = this;
    for (const auto& name : path) {
        auto part = std::ranges::lower_bound(place->parts_, name, {}, &Part::name);
        if (part == place->parts_.end() || part->name != name) part = place->parts_.insert(part, Part{name, {}});
        place = &part->below;
    }
    place->wanted_.push_back(number);
}

void JsonPlaces::find(const JsonToken& root, std::span<JsonToken> found) const {
    for (const std::uint32_t number : wanted_)
        if (found[number].kind == JsonKind::Invalid) found[number] = root;
    if (parts_.empty() || (root.kind != JsonKind::Object && root.kind != JsonKind::Array)) return;
    forEachMember(root, [&](std::string_view key, const JsonToken& value) {
        const auto part = std::ranges::lower_bound(parts_, key, {}, &Part::name);
        if (part == parts_.end() || part->name != key) return true;
        part->below.find(value, found);
        return parts_.size() > 1;
    });
}

JsonSample jsonSample(std::string_view document) {
    JsonSample sample;
    const JsonToken root = Scanner{document}.value();
    if (root.kind != JsonKind::Object) {
        sample.value = root;
    } else {
        bool qualityGiven = false;
        const bool wellFormed = forEachMember(root, [&](std::string_view key, const JsonToken& value) {
            if (key == "value") sample.value = value;
            if (key == "quality" && value.kind == JsonKind::String) {
                if (!parseName(value.text, sample.quality)) sample.quality = Quality::Bad;
                qualityGiven = true;
            }
            return true;
        });
        if (!wellFormed) return {};
        if (sample.value.kind == JsonKind::Null && !qualityGiven) sample.quality = Quality::Bad;
        return sample;
    }
    if (sample.value.kind == JsonKind::Null) sample.quality = Quality::Bad;
    return sample;
}

bool jsonText(const JsonToken& token, std::string& scratch, std::string_view& text) {
    text = token.text;
    if (token.kind != JsonKind::String || text.find('\\') == std::string_view::npos) return true;
    if (!unescape(text, scratch)) return false;
    text = scratch;
    return true;
}

bool jsonValue(const JsonToken& token, ValueType type, StringTable& strings, std::string& scratch, Value& value, bool& converted) {
    converted = false;
    const char* const end = token.text.data() + token.text.size();
    switch (token.kind) {
    case JsonKind::Number: {
        std::int64_t integer = 0;
        if (type == ValueType::Integer) {
            const auto parsed = std::from_chars(token.text.data(), end, integer);
            if (parsed.ec == std::errc{} && parsed.ptr == end) {
                value = Value::of(integer);
                return true;
            }
        }
        double number = 0;
        const auto parsed = std::from_chars(token.text.data(), end, number);
        if (parsed.ec != std::errc{} || parsed.ptr != end) return false;
        value = Value::of(number);
        converted = type != ValueType::Float;
        return convertValue(value, ValueType::Float, type, strings);
    }
    case JsonKind::Boolean:
        value = Value::of(token.text == "true");
        converted = type != ValueType::Boolean;
        return convertValue(value, ValueType::Boolean, type, strings);
    case JsonKind::String: {
        std::string_view text;
        if (!jsonText(token, scratch, text)) return false;
        double number = 0;
        if (type == ValueType::Float && specialNumber(text, number)) {
            value = Value::of(number);
            return true;
        }
        if (type == ValueType::String) {
            value = Value::of(strings.add(text));
            return true;
        }
        converted = true;
        return valueOfText(text, type, value);
    }
    case JsonKind::Null: // no value: quality says so
        value = noValue(type, strings);
        return true;
    case JsonKind::Invalid:
    case JsonKind::Object:
    case JsonKind::Array: break;
    }
    return false;
}

void writeJsonSample(const Sample& sample, const StringTable& strings, std::vector<std::byte>& out) {
    const auto add = [&](std::string_view text) {
        const auto bytes = std::as_bytes(std::span{text});
        out.insert(out.end(), bytes.begin(), bytes.end());
    };
    std::array<char, 32> digits{};
    const auto addNumber = [&](auto number) {
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        add({digits.data(), static_cast<std::size_t>(end - digits.data())});
    };
    add("{\"value\":");
    switch (sample.type) {
    case ValueType::Float:
        if (std::isfinite(sample.value.number))
            addNumber(sample.value.number);
        else
            add(std::isnan(sample.value.number) ? "\"NaN\"" : sample.value.number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        break;
    case ValueType::Integer: addNumber(sample.value.integer); break;
    case ValueType::Boolean: add(sample.value.boolean ? "true" : "false"); break;
    case ValueType::String: add(jsonQuoted(strings.text(sample.value.string))); break;
    }
    if (sample.quality != Quality::Good) {
        add(",\"quality\":\"");
        add(name(sample.quality));
        add("\"");
    }
    add("}");
}

std::string_view jsonSampleSchema() {
    return R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"millwright.Sample","type":"object",)"
           R"("properties":{"value":{"type":["number","boolean","string","null"],"description":"the measurement, in the unit of the )"
           R"(channel's metadata; NaN and infinities of a number are the strings NaN, Infinity and -Infinity"},)"
           R"("quality":{"enum":["good","uncertain","bad","stale"],"default":"good"}},"required":["value"]})";
}

namespace {

void visitLeaves(const JsonToken& token, std::vector<std::string>& path, std::size_t& limit,
                 const std::function<void(std::span<const std::string>, JsonKind)>& leaf) {
    if (limit == 0) return;
    if (token.kind != JsonKind::Object && token.kind != JsonKind::Array) {
        if (token.kind == JsonKind::Null) return;
        --limit;
        leaf(path, token.kind);
        return;
    }
    forEachMember(token, [&](std::string_view key, const JsonToken& value) {
        path.emplace_back(key);
        visitLeaves(value, path, limit, leaf); // as deep as the scanner allows, 64
        path.pop_back();
        return limit > 0;
    });
}

constexpr std::array<std::string_view, 4> qualityNames{"good", "uncertain", "bad", "stale"};
constexpr std::array<std::string_view, 4> typeNames{"float", "integer", "boolean", "string"};

template <typename Enum>
bool parseIn(const std::array<std::string_view, 4>& names, std::string_view text, Enum& value) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return false;
    value = static_cast<Enum>(found - names.begin());
    return true;
}

} // namespace

void forEachJsonLeaf(std::string_view document, std::size_t limit,
                     const std::function<void(std::span<const std::string> path, JsonKind kind)>& leaf) {
    std::vector<std::string> path;
    const JsonToken root = Scanner{document}.value();
    if (root.kind != JsonKind::Invalid) visitLeaves(root, path, limit, leaf);
}

std::string_view name(Quality quality) {
    return qualityNames[static_cast<std::size_t>(quality)];
}
std::string_view name(ValueType type) {
    return typeNames[static_cast<std::size_t>(type)];
}
bool parseName(std::string_view text, ValueType& type) {
    return parseIn(typeNames, text, type);
}
bool parseName(std::string_view text, Quality& quality) {
    return parseIn(qualityNames, text, quality);
}

} // namespace millwright::telemetry
