#include <millwright/core/json_writer.hpp>

#include <cassert>
#include <charconv>
#include <cmath>
#include <format>

namespace millwright {

std::size_t utf8Length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                                                             : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(at + i) & 0xC0) != 0x80) return 0;
    const unsigned char second = byte(at + 1); // overlong forms, surrogates and code points above U+10FFFF
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F))
        return 0;
    return length;
}

std::string jsonQuoted(std::string_view text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8Length(text, i);
        const char c = text[i];
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            ++i;
            continue;
        }
        if (length > 1) {
            out += text.substr(i, length);
            i += length;
            continue;
        }
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (static_cast<unsigned char>(c) < 0x20)
                out += std::format("\\u{:04x}", static_cast<unsigned>(c));
            else
                out += c;
        }
        ++i;
    }
    return out += '"';
}

void JsonWriter::newLine() {
    text_ += '\n';
    text_.append(levels_.size() * 2, ' ');
}

void JsonWriter::beforeValue() {
    if (afterKey_) {
        afterKey_ = false;
        return;
    }
    if (levels_.empty()) return;
    assert(!levels_.back().object && "a value in an object needs its key");
    if (!levels_.back().empty) text_ += ',';
    levels_.back().empty = false;
    newLine();
}

void JsonWriter::afterValue() {
    if (levels_.empty()) text_ += '\n';
}

JsonWriter& JsonWriter::key(std::string_view name) {
    assert(!levels_.empty() && levels_.back().object && !afterKey_);
    if (!levels_.back().empty) text_ += ',';
    levels_.back().empty = false;
    newLine();
    text_ += jsonQuoted(name);
    text_ += ": ";
    afterKey_ = true;
    return *this;
}

JsonWriter& JsonWriter::beginObject() {
    beforeValue();
    text_ += '{';
    levels_.push_back({true, true});
    return *this;
}
JsonWriter& JsonWriter::beginArray() {
    beforeValue();
    text_ += '[';
    levels_.push_back({false, true});
    return *this;
}

JsonWriter& JsonWriter::endObject() {
    const bool empty = levels_.back().empty;
    levels_.pop_back();
    if (!empty) newLine();
    text_ += '}';
    afterValue();
    return *this;
}

JsonWriter& JsonWriter::endArray() {
    const bool empty = levels_.back().empty;
    levels_.pop_back();
    if (!empty) newLine();
    text_ += ']';
    afterValue();
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    beforeValue();
    text_ += jsonQuoted(text);
    afterValue();
    return *this;
}
JsonWriter& JsonWriter::value(bool flag) {
    beforeValue();
    text_ += flag ? "true" : "false";
    afterValue();
    return *this;
}
JsonWriter& JsonWriter::null() {
    beforeValue();
    text_ += "null";
    afterValue();
    return *this;
}
JsonWriter& JsonWriter::signedValue(std::int64_t number) {
    beforeValue();
    text_ += std::to_string(number);
    afterValue();
    return *this;
}
JsonWriter& JsonWriter::unsignedValue(std::uint64_t number) {
    beforeValue();
    text_ += std::to_string(number);
    afterValue();
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    if (!std::isfinite(number)) return null();
    beforeValue();
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
    text_.append(buffer, end);
    afterValue();
    return *this;
}

} // namespace millwright
