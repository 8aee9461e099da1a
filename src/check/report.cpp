#include "check/text.hpp"

#include <millwright/check/report.hpp>
#include <millwright/core/json_writer.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <cctype>
#include <format>

namespace millwright::check {
namespace {

/// Bytes of the UTF-8 character that starts at `text[i]`; 0 when none does.
std::size_t characterLength(std::string_view text, std::size_t i) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned char first = byte(i);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || i + length > text.size()) return 0;
    for (std::size_t k = 1; k < length; ++k) {
        if ((byte(i + k) & 0xC0) != 0x80) return 0;
    }
    if (length < 3) return length;
    const unsigned char second = byte(i + 1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
    return overlong || beyond ? 0 : length;
}

/// Text for XML 1.0: what it cannot hold at all (control characters, U+FFFE, U+FFFF, bytes that are not UTF-8) is left out.
std::string xml(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = characterLength(text, i);
        const std::string_view character = text.substr(i, std::max<std::size_t>(length, 1));
        i += character.size();
        if (length == 0 || character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") continue;
        switch (character.front()) {
        case '&': result += "&amp;"; break;
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '"': result += "&quot;"; break;
        case '\n': result += "&#10;"; break;
        case '\t': result += "&#9;"; break;
        default:
            if (static_cast<unsigned char>(character.front()) >= 0x20) result += character;
        }
    }
    return result;
}

std::string explanation(const Verdict& verdict, const Outcome& outcome) {
    return std::format("expected {}\nfound {}\nsee it: {}", outcome.expected, outcome.found, viewCommand(verdict, outcome));
}

/// A word of a shell command.
std::string shellWord(std::string_view word) {
    const auto plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || std::string_view{"_-./:+,=@%"}.contains(c);
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) return std::string{word};
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return text + "'";
}

} // namespace

std::string viewCommand(const Verdict& verdict, const Outcome& outcome) {
    const Evidence& evidence = outcome.evidence;
    std::string text = std::format("millwright view {} --log {} --at {} --paused", shellWord(verdict.plantPath.string()),
                                   shellWord(verdict.log.string()), timeText(outcome.time.value_or(verdict.span.to)));
    if (!evidence.camera.empty()) text += " --camera " + shellWord(evidence.camera);
    if (!evidence.equipmentPath.empty()) text += " --select " + shellWord(evidence.equipmentPath);
    return text;
}

std::string verdictText(const Verdict& verdict) {
    const std::size_t all = verdict.outcomes.size();
    if (verdict.failed() > 0) return std::format("{} of {} failed", verdict.failed(), counted(all, "check"));
    return all == 1 ? "The one check passed" : std::format("All {} checks passed", all);
}

std::string toJUnit(const Verdict& verdict, Time started) {
    const std::string suite = xml(std::format("{} {}", verdict.plant, verdict.expectations.stem().string()));
    const std::string timestamp = formatTime(started).substr(0, 19);
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    text += std::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"{:.3f}\" timestamp=\"{}\">\n",
        suite, verdict.outcomes.size(), verdict.failed(), verdict.seconds, timestamp);
    for (const Outcome& outcome : verdict.outcomes) {
        text += std::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\" file=\"{}\" line=\"{}\"", suite,
                            xml(outcome.name), outcome.seconds, xml(outcome.file), outcome.line);
        if (outcome.passed) {
            text += "/>\n";
            continue;
        }
        text += std::format(">\n      <failure message=\"{}\">{}</failure>\n", xml("found " + outcome.found),
                            xml(explanation(verdict, outcome)));
        if (!outcome.attachments.empty()) {
            text += "      <system-out>";
            for (const auto& attachment : outcome.attachments)
                text += std::format("[[ATTACHMENT|{}]]&#10;", xml(attachment.string()));
            text += "</system-out>\n";
        }
        text += "    </testcase>\n";
    }
    return text + "  </testsuite>\n</testsuites>\n";
}

std::string toJson(const Verdict& verdict) {
    JsonWriter json;
    json.beginObject()
        .field("plant", verdict.plant)
        .field("log", verdict.log.string())
        .field("expectations", verdict.expectations.string())
        .field("passed", verdict.passed())
        .field("failed", verdict.failed())
        .key("checks")
        .beginArray();
    for (const Outcome& outcome : verdict.outcomes) {
        json.beginObject()
            .field("name", outcome.name)
            .field("passed", outcome.passed)
            .field("expected", outcome.expected)
            .field("found", outcome.found);
        if (outcome.time)
            json.field("time", formatTime(*outcome.time));
        else
            json.key("time").null();
        json.field("place", std::format("{}:{}", outcome.file, outcome.line)).field("see", viewCommand(verdict, outcome));
        json.key("signals").beginArray();
        for (const std::string& signal : outcome.signals) json.value(signal);
        json.endArray().key("attachments").beginArray();
        for (const auto& attachment : outcome.attachments) json.value(attachment.string());
        json.endArray().endObject();
    }
    json.endArray().key("warnings").beginArray();
    for (const Error& doubt : verdict.doubts) json.value(doubt.text());
    json.endArray()
        .field("stateHash", verdict.stateHash.hex())
        .field("samples", verdict.samples)
        .field("seconds", verdict.seconds)
        .endObject();
    return json.text();
}

std::string toText(const Verdict& verdict) {
    std::string text;
    for (const Outcome& outcome : verdict.outcomes) {
        if (outcome.passed) {
            text += std::format("passed  {}\n", outcome.name);
            continue;
        }
        text += std::format("FAILED  {}\n        {}:{}\n        expected {}\n        found    {}\n", outcome.name, outcome.file,
                            outcome.line, outcome.expected, outcome.found);
        for (const auto& attachment : outcome.attachments) text += std::format("        picture  {}\n", attachment.string());
        text += std::format("        see it   {}\n", viewCommand(verdict, outcome));
    }
    text += verdictText(verdict);
    return text + std::format(" on {} in {:.1f} s; state hash {}\n", counted(verdict.samples, "sample"), verdict.seconds,
                              verdict.stateHash.hex());
}

Result<void> writeReport(const Verdict& verdict, Time started, const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return failure(ErrorCode::Unreadable, "cannot make the report folder: " + failed.message(), folder.string());
    if (auto written = writeFile(folder / "junit.xml", toJUnit(verdict, started)); !written) return written;
    if (auto written = writeFile(folder / "check.html", toHtml(verdict, started)); !written) return written;
    return writeFile(folder / "check.json", toJson(verdict));
}

} // namespace millwright::check
