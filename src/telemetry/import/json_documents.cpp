#include "telemetry/import/json_documents.hpp"

#include "telemetry/import/cells.hpp"

#include <algorithm>
#include <array>

namespace millwright::telemetry {
namespace {

/// The document that is all of a line; Invalid where the line is something else.
JsonToken documentOf(std::string_view line) {
    const JsonToken document = jsonAt(line, {});
    return document.length() == line.size() ? document : JsonToken{};
}

} // namespace

std::string withQuotedSpecials(std::string_view text) {
    constexpr std::array<std::string_view, 3> specials{"NaN", "Infinity", "-Infinity"};
    std::string made;
    bool inString = false;
    for (std::size_t i = 0; i < text.size();) {
        if (inString && text[i] == '\\' && i + 1 < text.size()) {
            made += text.substr(i, 2);
            i += 2;
            continue;
        }
        if (text[i] == '"') inString = !inString;
        const auto* const special =
            std::ranges::find_if(specials, [&](std::string_view word) { return !inString && text.substr(i).starts_with(word); });
        if (special == specials.end()) {
            made.push_back(text[i++]);
            continue;
        }
        made += '"';
        made += *special;
        made += '"';
        i += special->size();
    }
    return made;
}

DocumentReader::DocumentReader(std::string_view text) : text_{text} {
    skipBlanks();
    const std::string_view line = trimmed(text_.substr(at_, text_.find('\n', at_) - at_));
    lines_ = documentOf(line).kind == JsonKind::Object;
    array_ = !lines_ && text_.substr(at_).starts_with('[');
    if (array_) moveTo(at_ + 1);
}

double DocumentReader::fraction() const {
    return static_cast<double>(at_) / static_cast<double>(std::max<std::size_t>(1, text_.size()));
}

void DocumentReader::moveTo(std::size_t at) {
    for (; at_ < at; ++at_) {
        if (text_[at_] != '\n') continue;
        ++line_;
        lineStart_ = at_ + 1;
    }
}

void DocumentReader::skipBlanks() {
    moveTo(std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()));
}

bool DocumentReader::next(JsonToken& document) {
    skipBlanks();
    if (array_ && at_ < text_.size() && (text_[at_] == ',' || text_[at_] == ']')) {
        array_ = text_[at_] == ',';
        moveTo(at_ + 1);
        skipBlanks();
    }
    if (at_ >= text_.size()) return false;
    place_ = {line_, at_ - lineStart_ + 1};
    if (lines_)
        readLine(document);
    else
        readAnywhere(document);
    return true;
}

void DocumentReader::readLine(JsonToken& document) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    document = documentOf(trimmed(text_.substr(at_, end - at_)));
    at_ = end;
}

void DocumentReader::readAnywhere(JsonToken& document) {
    document = jsonAt(text_.substr(at_), {});
    moveTo(document.kind == JsonKind::Invalid ? text_.size() : at_ + document.length());
    array_ = array_ && document.kind != JsonKind::Invalid; // that is said already
}

} // namespace millwright::telemetry
