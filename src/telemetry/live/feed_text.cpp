#include "telemetry/live/feed_text.hpp"

#include <millwright/core/json_writer.hpp>

namespace millwright::telemetry {
namespace {

bool isText(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8Length(text, i);
        const auto lead = static_cast<unsigned char>(text[i]);
        if (length == 0 || lead < 0x20 || lead == 0x7F) return false;
        i += length;
    }
    return true;
}

} // namespace

std::optional<StringId> addText(std::string_view text, StringTable& strings) {
    if (const auto known = strings.find(text)) return known;
    if (text.size() > longestText || strings.size() >= mostTexts || !isText(text)) return std::nullopt;
    return strings.add(text);
}

} // namespace millwright::telemetry
