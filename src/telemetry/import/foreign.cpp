#include "telemetry/import/foreign.hpp"

#include "telemetry/import/cells.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace millwright::telemetry {
namespace {

constexpr std::size_t bytesLookedAt = 4096;
constexpr int linesLookedAt = 10;

struct Signature {
    std::string_view bytes;
    std::string_view advice;
};
constexpr std::array signatures{
    Signature{"PK\x03\x04", "looks like an Excel workbook or a ZIP archive: save the sheet as CSV, or unpack it"},
    Signature{"\x1F\x8B", "looks like a gzip file: unpack it first (gunzip)"},
    Signature{"\x28\xB5\x2F\xFD", "looks like a zstd file: unpack it first (unzstd)"},
    Signature{"SQLite format 3", "looks like an SQLite database: export the table as CSV"},
    Signature{"\x89HDF", "looks like an HDF5 file: export the data as CSV"},
    Signature{"PAR1", "looks like a Parquet file: export it as CSV"},
    Signature{"%PDF", "looks like a PDF: the data has to come as CSV"},
    Signature{"\xFF\xFE", "looks like UTF-16 text: save it as UTF-8"},
    Signature{"\xFE\xFF", "looks like UTF-16 text: save it as UTF-8"},
};

/// Markup closes what it opens; a CSV header of names in angle brackets does not.
bool looksLikeMarkup(std::string_view text) {
    if (text.starts_with("<?xml") || text.starts_with("<!")) return true;
    return text.starts_with('<') && (text.contains("</") || text.contains("/>"));
}

struct Blanks {
    std::size_t words = 0; ///< of every line; 0 when lines differ, hold another separator, or there is but one
    bool single = true;    ///< never two in a row
};

/// How the first lines divide at blanks. Lines that begin with # are remarks.
Blanks blankSeparated(std::string_view text, bool cutShort) {
    Blanks found;
    int line = 0;
    while (line < linesLookedAt && !text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos && cutShort) break;
        std::string_view content = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (content.ends_with('\r')) content.remove_suffix(1);
        if (trimmed(content).empty() || content.starts_with('#')) continue;
        if (content.find_first_of(",;\t|") != std::string_view::npos) return {};
        found.single = found.single && trimmed(content) == content && !content.contains("  ");
        std::size_t words = 0;
        for (std::string_view rest = trimmed(content); !rest.empty(); ++words)
            rest = trimmed(rest.substr(std::min(rest.find(' '), rest.size())));
        if (line > 0 && words != found.words) return {};
        found.words = words;
        ++line;
    }
    return line > 1 ? found : Blanks{};
}

} // namespace

bool looksLikeJson(std::string_view text) {
    if (!text.starts_with('{') && !text.starts_with('[')) return false;
    const auto next = text.find_first_not_of(" \t\r\n", 1);
    return next == std::string_view::npos ||
           std::string_view{text.front() == '{' ? "\"}" : "\"{[]-0123456789"}.contains(text[next]);
}

std::string foreignFile(std::string_view bytes) {
    const auto found = std::ranges::find_if(signatures, [&](const Signature& known) { return bytes.starts_with(known.bytes); });
    return found == signatures.end() ? std::string{} : std::string{found->advice};
}

std::string foreignText(std::string_view whole, const Mapping& mapping) {
    if (mapping.separator != 0 || mapping.skipLines > 0) return {}; // someone looked at it and knows how it is laid out
    const bool cutShort = whole.size() > bytesLookedAt;
    const std::string_view text = whole.substr(0, bytesLookedAt);
    const std::string_view content = trimmed(text);
    if (looksLikeMarkup(content))
        return content.contains("<html") || content.contains("<!DOCTYPE html")
                   ? "looks like a web page, no data: was a log-in page saved in place of the file?"
                   : "looks like XML, of a kind that is not read: convert it to CSV first";
    if (looksLikeJson(content)) return "looks like JSON, not CSV: leave 'format' out of the mapping file";
    const Blanks blanks = blankSeparated(text, cutShort);
    if (blanks.words < 2) return {};
    return std::format("looks like {} columns separated by blanks, which are not guessed: {}", blanks.words,
                       blanks.single ? "say separator = \" \" in a mapping file (--mapping), or put commas between them"
                                     : "put commas between them, for example with sed -E 's/^ +//; s/ +/,/g'");
}

} // namespace millwright::telemetry
