#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/telemetry/bookmarks.hpp>
#include <millwright/telemetry/log_tools.hpp>

#include <algorithm>
#include <app/commands/log.hpp>
#include <chrono>
#include <format>
#include <ranges>

namespace millwright::app {

using namespace telemetry;

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), " ");
    return digits;
}

std::string groupedOf(std::uint64_t number, std::string_view noun) {
    return std::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string sized(std::uint64_t bytes) {
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    double size = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
    return unit == 0 ? std::format("{} B", bytes) : std::format("{:.1f} {}", size, units[unit]);
}

void warn(const std::vector<Error>& warnings) {
    for (const auto& warning : warnings) log::warning("{}", warning.text());
}

void LogFormatArguments::add(CLI::App& command) {
    command.add_option("--encoding", encoding, "columns (small and fast) or json (one sample a message)")
        ->check(CLI::IsMember({"columns", "json"}))
        ->capture_default_str();
    command.add_option("--compression", compression, "zstd, lz4 or none")
        ->check(CLI::IsMember({"zstd", "lz4", "none"}))
        ->capture_default_str();
}

LogWriterOptions LogFormatArguments::options() const {
    LogWriterOptions options;
    options.encoding = encoding == "json" ? LogEncoding::Json : LogEncoding::Columns;
    options.compression = compression == "zstd"  ? mcap::Compression::Zstd
                          : compression == "lz4" ? mcap::Compression::Lz4
                                                 : mcap::Compression::None;
    return options;
}

void OutputArguments::add(CLI::App& command) {
    command.add_option("-o,--output", path, "The log to write")->required();
    command.add_flag("--force", force, "Write over a file that exists");
}

Result<void> OutputArguments::check() const {
    return mayWrite(path, force);
}

Result<void> mayWrite(const std::string& output, bool force) {
    std::error_code ignored;
    const auto status = std::filesystem::status(output, ignored);
    if (!std::filesystem::exists(status)) return {};
    if (!std::filesystem::is_regular_file(status))
        return failure(ErrorCode::Invalid, "is not a regular file: name the file to write", output);
    if (!force) return failure(ErrorCode::Invalid, "exists already: give --force to write over it, or another name", output);
    return {};
}

namespace {

constexpr std::size_t topicsShown = 100;
constexpr std::uint64_t countedAnyway = 64u << 20; ///< bytes that are read at once

// --- log info ---------------------------------------------------------------------------------------------------------------

std::string asTable(const LogInfo& info, const std::string& file, const std::vector<Bookmark>& bookmarks,
                    const std::vector<TopicCount>& counts) {
    std::string text = file + "\n";
    const auto line = [&](std::string_view label, const std::string& value) { text += std::format("  {:<12} {}\n", label, value); };
    if (info.messages > 0) {
        line("from", formatTime(info.span.from));
        line("to", formatTime(info.span.to) + "  (" + formatDuration(info.span.length()) + ")");
    }
    line("samples", grouped(info.samples));
    line("messages", grouped(info.messages));
    line("channels", grouped(info.channels));
    line("schemas", grouped(info.schemas));
    line("chunks", grouped(info.chunks) + ", compression " + info.compression);
    line("attachments", grouped(info.attachments));
    line("metadata", grouped(info.metadata));
    line("size", sized(info.bytes));
    line("written by", info.library.empty() ? "not said" : info.library);
    if (!info.closed) line("state", "not closed, as after a crash");
    if (!bookmarks.empty()) line("bookmarks", grouped(bookmarks.size()));
    for (const Bookmark& each : bookmarks) text += std::format("    {}  {}\n", formatTime(each.time), each.name);
    line("topics", info.topics.empty() ? "none that Millwright reads samples from" : grouped(info.topics.size()));
    for (std::size_t i = 0; i < std::min(topicsShown, info.topics.size()); ++i) {
        const LogTopic& topic = info.topics[i];
        text += std::format("    {}: {}{}{}", topic.topic, valueTypeNames[static_cast<std::size_t>(topic.type)],
                            topic.unit.empty() ? "" : ", ", topic.unit);
        if (!counts.empty()) text += ", " + groupedOf(counts[i].samples, "sample");
        if (const auto rate = counts.empty() ? std::nullopt : counts[i].rate()) text += std::format(", {:.3g}/s", *rate);
        text += '\n';
    }
    if (info.topics.size() > topicsShown) text += "    … (--json lists all)\n";
    return text;
}

void writeCount(JsonWriter& json, const TopicCount& count) {
    json.field("samples", count.samples).key("from");
    count.samples > 0 ? json.value(formatTime(count.span.from)) : json.null();
    json.key("to");
    count.samples > 0 ? json.value(formatTime(count.span.to)) : json.null();
    json.key("rate");
    const auto rate = count.rate();
    rate ? json.value(*rate) : json.null();
}

std::string asJson(const LogInfo& info, const std::vector<Bookmark>& bookmarks, const std::vector<TopicCount>& counts) {
    JsonWriter json;
    json.beginObject()
        .field("messages", info.messages)
        .field("samples", info.samples)
        .field("channels", info.channels)
        .field("schemas", info.schemas)
        .field("attachments", info.attachments)
        .field("metadata", info.metadata)
        .field("chunks", info.chunks)
        .field("compression", info.compression)
        .field("from", formatTime(info.span.from))
        .field("to", formatTime(info.span.to))
        .field("bytes", info.bytes)
        .field("profile", info.profile)
        .field("library", info.library)
        .field("closed", info.closed)
        .key("topics")
        .beginArray();
    for (std::size_t i = 0; i < info.topics.size(); ++i) {
        const LogTopic& topic = info.topics[i];
        json.beginObject()
            .field("topic", topic.topic)
            .field("type", valueTypeNames[static_cast<std::size_t>(topic.type)])
            .field("unit", topic.unit);
        if (!counts.empty()) writeCount(json, counts[i]);
        json.endObject();
    }
    json.endArray().key("bookmarks").beginArray();
    for (const Bookmark& each : bookmarks)
        json.beginObject().field("name", each.name).field("time", formatTime(each.time)).endObject();
    json.endArray().key("warnings").beginArray();
    for (const auto& warning : info.warnings) json.value(warning.text());
    return json.endArray().endObject().text();
}

void addInfo(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("info", "Say what is in a log");
    command->footer("Example: millwright log info yesterday.mcap --json");
    auto file = std::make_shared<std::string>();
    auto json = std::make_shared<bool>(false);
    auto count = std::make_shared<bool>(false);
    command->add_option("FILE", *file, "An MCAP file, Millwright's or another's")->required();
    command->add_flag("--json", *json, "Answer as JSON");
    command->add_flag("--count", *count, "Count the samples of each topic, which takes reading all; done anyway up to 64 MiB");
    command->callback([&run, file, json, count] {
        run = [file, json, count] {
            auto info = logInfo(*file);
            if (!info) return fail(info.error());
            std::vector<TopicCount> counts;
            if (!info->topics.empty() && (*count || info->bytes <= countedAnyway)) {
                ProgressBar bar{"count"};
                auto counted = countSamples(*file, info->topics, bar.progress());
                if (!counted && (*count || counted.error().code == ErrorCode::Cancelled)) return fail(counted.error());
                if (counted)
                    counts = std::move(*counted);
                else
                    info->warnings.push_back(counted.error());
            }
            const auto bookmarks = readBookmarks(*file);
            if (!bookmarks) return fail(bookmarks.error());
            if (!*json) warn(info->warnings);
            print(*json ? asJson(*info, *bookmarks, counts) : asTable(*info, *file, *bookmarks, counts));
            return ExitStatus::Success;
        };
    });
}

} // namespace

void addLog(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("log", "Work with logs");
    command->footer("Example: millwright log info yesterday.mcap");
    command->require_subcommand(1);
    addInfo(*command, run);
    addLogConvert(*command, run);
    addLogVerify(*command, run);
    addLogRecover(*command, run);
    addLogDiff(*command, run);
    addLogCut(*command, run);
    addLogMerge(*command, run);
    addLogRedact(*command, run);
}

} // namespace millwright::app
