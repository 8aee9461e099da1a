#include "telemetry/import/cells.hpp"
#include "telemetry/import/foreign.hpp"
#include "telemetry/import/signals.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/telemetry/import.hpp>

#include <algorithm>
#include <format>

namespace millwright::telemetry {
namespace {

constexpr std::size_t bytesLookedAt = 4096;

/// Lines of `TIME spBv1.0/… PAYLOAD`, or documents with such a topic; others may be among them.
bool looksLikeSparkplug(std::string_view text) {
    const std::string_view head = text.substr(0, bytesLookedAt);
    if (looksLikeJson(head)) return head.contains("\"spBv1.0/");
    for (std::string_view rest = head; !rest.empty(); rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1)) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        if (const std::size_t blank = line.find(' ');
            blank != std::string_view::npos && line.substr(blank + 1).starts_with("spBv1.0/"))
            return true;
    }
    return false;
}

/// Documents of an agent, perhaps behind the head of an answer or of its first part.
bool looksLikeMtconnect(std::string_view text) {
    const std::string_view head = text.substr(0, bytesLookedAt);
    return (text.starts_with('<') || text.starts_with("--") || text.starts_with("HTTP/")) &&
           (head.contains("<MTConnect") || head.contains(":MTConnect"));
}

} // namespace

/// SHDR lines begin with a time and a pipe; nothing else does.
TextFormat guessFormat(std::string_view text, const Mapping& mapping) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (looksLikeSparkplug(text)) return TextFormat::Sparkplug;
    if (looksLikeMtconnect(text)) return TextFormat::Mtconnect;
    if (looksLikeJson(text)) return TextFormat::Json;
    const TimeReader time{"iso", mapping};
    for (int line = 0; line < 20 && !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view content = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (content.starts_with("* ")) return TextFormat::Shdr;
        const auto pipe = content.find('|');
        if (pipe == std::string_view::npos) continue;
        const auto stamp = content.substr(0, content.substr(0, pipe).find('@'));
        if (time.read(trimmed(stamp.substr(0, pipe)))) return TextFormat::Shdr;
    }
    return TextFormat::Csv;
}

Result<void> readText(std::string_view raw, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                      Import& made) {
    const std::string& name = made.report.file;
    if (raw.empty()) return failure(ErrorCode::Malformed, "is empty", name);
    if (auto kind = foreignFile(raw); !kind.empty()) return failure(ErrorCode::Unsupported, std::move(kind), name);
    if (raw.substr(0, 4096).find('\0') != std::string_view::npos)
        return failure(ErrorCode::Malformed, "is not a text file: a log, or CSV, SHDR or JSON text was expected", name);
    std::string storage;
    const auto text = asUtf8(raw, mapping.encoding, name, storage);
    if (!text) return std::unexpected(text.error());
    made.report.mapping = mapping.file;
    made.report.format = mapping.format.value_or(guessFormat(*text, mapping));
    if (made.report.format == TextFormat::Csv)
        if (auto kind = foreignText(*text, mapping); !kind.empty()) return failure(ErrorCode::Unsupported, std::move(kind), name);
    switch (made.report.format) {
    case TextFormat::Shdr: return importShdr(*text, mapping, limits, progress, made);
    case TextFormat::Json: return importJson(*text, mapping, limits, progress, made);
    case TextFormat::Mtconnect: return importMtconnect(*text, mapping, limits, progress, made);
    case TextFormat::Sparkplug: return importSparkplug(*text, mapping, limits, progress, made);
    case TextFormat::Csv: break;
    }
    return importCsv(*text, mapping, limits, progress, made);
}

Result<Import> importText(std::string_view raw, const std::string& name, const Mapping& mapping, const ImportLimits& limits,
                          const Progress& progress) {
    Import made;
    made.report.file = name;
    if (auto read = readText(raw, mapping, limits, progress, made); !read) return std::unexpected(read.error());
    if (made.samples.empty() && !made.report.problems.empty()) {
        Error first = made.report.problems.front();
        first.message += std::format("; none of the {} rows could be read", made.report.rows);
        return std::unexpected(std::move(first));
    }
    if (made.samples.empty())
        return failure(ErrorCode::Malformed,
                       std::format("holds no values in its {} rows{}{}", made.report.rows, made.report.notes.empty() ? "" : "; ",
                                   made.report.notes.empty() ? "" : made.report.notes.front()),
                       name);
    return made;
}

Result<Import> importText(const std::filesystem::path& path, const Mapping& mapping, const ImportLimits& limits,
                          const Progress& progress) {
    const auto file = MappedFile::open(path);
    if (!file) return std::unexpected(file.error());
    const auto bytes = file->bytes();
    return importText({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string(), mapping, limits, progress);
}

bool describesDevices(const std::filesystem::path& path) {
    const auto file = MappedFile::open(path);
    if (!file) return false; // opening it as text says why
    const std::string_view text{reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()};
    return text.substr(0, bytesLookedAt).contains("MTConnectDevices") && text.find("MTConnectStreams>") == std::string_view::npos &&
           text.substr(std::min(text.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), text.size())).starts_with('<');
}

} // namespace millwright::telemetry
