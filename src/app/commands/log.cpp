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

Result<void> refuseDevice(const std::string& output) {
    std::error_code ignored;
    const auto status = std::filesystem::status(output, ignored);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return failure(ErrorCode::Invalid, "is not a regular file: name the log file to write", output);
    return {};
}

namespace {

constexpr std::size_t problemsShown = 5;
constexpr std::size_t topicsShown = 100;
// --- log info ---------------------------------------------------------------------------------------------------------------

std::string asTable(const LogInfo& info, const std::string& file, const std::vector<Bookmark>& bookmarks) {
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
    for (const auto& topic : info.topics | std::views::take(topicsShown))
        text += std::format("    {}: {}{}{}\n", topic.topic, valueTypeNames[static_cast<std::size_t>(topic.type)],
                            topic.unit.empty() ? "" : ", ", topic.unit);
    if (info.topics.size() > topicsShown) text += "    … (--json lists all)\n";
    return text;
}

std::string asJson(const LogInfo& info, const std::vector<Bookmark>& bookmarks) {
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
    for (const auto& topic : info.topics)
        json.beginObject()
            .field("topic", topic.topic)
            .field("type", valueTypeNames[static_cast<std::size_t>(topic.type)])
            .field("unit", topic.unit)
            .endObject();
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
    command->add_option("FILE", *file, "An MCAP file, Millwright's or another's")->required();
    command->add_flag("--json", *json, "Answer as JSON");
    command->callback([&run, file, json] {
        run = [file, json] {
            const auto info = logInfo(*file);
            if (!info) return fail(info.error());
            const auto bookmarks = readBookmarks(*file);
            if (!bookmarks) return fail(bookmarks.error());
            if (!*json) warn(info->warnings);
            print(*json ? asJson(*info, *bookmarks) : asTable(*info, *file, *bookmarks));
            return ExitStatus::Success;
        };
    });
}

// --- log convert ------------------------------------------------------------------------------------------------------------

struct ConvertArguments {
    std::vector<std::string> inputs;
    std::string output;
    std::string mapping;
    std::string prefix;
    LogFormatArguments format;
    bool json = false;
};

std::string_view titleOf(TextFormat format) {
    constexpr std::array<std::string_view, 5> titles{"CSV", "SHDR", "JSON", "MTConnect", "Sparkplug"};
    return titles[static_cast<std::size_t>(format)];
}

std::string asTable(const ConvertReport& report, const std::string& output) {
    std::string text;
    for (const auto& input : report.inputs) {
        text += std::format("{}: {}, {}, {}\n", input.file, titleOf(input.format), groupedOf(input.rows, "row"),
                            groupedOf(input.samples, "sample"));
        if (!input.timeColumn.empty())
            text += std::format("  time is {} '{}' ({}{})\n", input.format == TextFormat::Json ? "member" : "column",
                                input.timeColumn, input.timeFormat, input.timeGuessed ? ", guessed" : "");
        const auto line = [&](std::uint64_t count, std::string_view what) {
            if (count > 0) text += std::format("  {:>9} {}\n", grouped(count), what);
        };
        line(input.backward, "rows dated before the one above them; put in order");
        line(input.stale, "rows that tell an earlier state; moved to where the recording begins");
        line(input.empty, "cells or members without a value");
        line(input.passedOver, "columns or rows passed over");
        line(input.unparsable, "rows or cells that could not be read:");
        for (std::size_t i = 0; i < std::min(problemsShown, input.problems.size()); ++i)
            text += "            " + input.problems[i].text() + "\n";
        if (input.unparsable > problemsShown) text += "            … (--json lists the first 100)\n";
        for (const std::string& note : input.notes) text += "  " + note + "\n";
    }
    text += std::format("{}: {} of {}, {}, {}\n", output, groupedOf(report.samples, "sample"), groupedOf(report.channels, "signal"),
                        formatDuration(report.span.length()), sized(report.bytes));
    if (report.attachments + report.metadata > 0)
        text += std::format("  with {} attachments and {} metadata records of the inputs\n", grouped(report.attachments),
                            grouped(report.metadata));
    return text;
}

std::string asJson(const ConvertReport& report, const std::string& output) {
    JsonWriter json;
    json.beginObject().field("output", output).field("samples", report.samples).field("channels", report.channels);
    json.field("attachments", report.attachments).field("metadata", report.metadata);
    json.field("from", formatTime(report.span.from)).field("to", formatTime(report.span.to)).field("bytes", report.bytes);
    json.key("inputs").beginArray();
    for (const auto& input : report.inputs) {
        json.beginObject().field("file", input.file).field("format", name(input.format));
        if (!input.timeColumn.empty())
            json.field("timeColumn", input.timeColumn)
                .field("timeFormat", input.timeFormat)
                .field("timeGuessed", input.timeGuessed);
        json.field("rows", input.rows)
            .field("samples", input.samples)
            .field("backward", input.backward)
            .field("stale", input.stale);
        json.field("empty", input.empty).field("unparsable", input.unparsable).field("passedOver", input.passedOver);
        json.key("problems").beginArray();
        for (const auto& problem : input.problems) json.value(problem.text());
        json.endArray().key("notes").beginArray();
        for (const std::string& note : input.notes) json.value(note);
        json.endArray().endObject();
    }
    json.endArray().key("warnings").beginArray();
    for (const auto& warning : report.warnings) json.value(warning.text());
    return json.endArray().endObject().text();
}

ExitStatus convert(const ConvertArguments& arguments) {
    if (const auto regular = refuseDevice(arguments.output); !regular) return fail(regular.error());
    ConvertOptions options;
    options.topicPrefix = arguments.prefix;
    options.writer = arguments.format.options();
    if (!arguments.mapping.empty()) {
        auto mapping = loadMapping(arguments.mapping);
        if (!mapping) return fail(mapping.error());
        options.mapping = std::move(*mapping);
    }
    auto converted = [&] {
        ProgressBar bar{"convert"};
        const std::vector<std::filesystem::path> inputs{arguments.inputs.begin(), arguments.inputs.end()};
        return convertLogs(inputs, arguments.output, options, bar.progress());
    }();
    if (!converted) return fail(converted.error());
    // A guessed column may be any column of numbers.
    constexpr std::chrono::sys_days nobodyLoggedBefore{std::chrono::year{1980} / 1 / 1};
    const auto guessed = std::ranges::find_if(converted->inputs, &ImportReport::timeGuessed);
    if (guessed != converted->inputs.end() && converted->samples > 0 && converted->span.from < nobodyLoggedBefore)
        converted->warnings.push_back(
            {ErrorCode::Invalid,
             std::format("begins in {}: column '{}' was taken for the time; say in a mapping file which column is and when it "
                         "starts (docs/log-format.md)",
                         formatTime(converted->span.from).substr(0, 4), guessed->timeColumn),
             guessed->file});
    if (!arguments.json) warn(converted->warnings);
    print(arguments.json ? asJson(*converted, arguments.output) : asTable(*converted, arguments.output));
    return ExitStatus::Success;
}

void addConvert(CLI::App& parent, Run& run) {
    CLI::App* command =
        parent.add_subcommand("convert", "Turn CSV, JSON, MTConnect and Sparkplug captures, and MCAP files into one log");
    command->footer("Example: millwright log convert mazak01.txt mazak03.txt -o shop.mcap --topic-prefix nist\n"
                    "docs/log-format.md describes the mapping file.");
    auto arguments = std::make_shared<ConvertArguments>();
    command
        ->add_option("IN", arguments->inputs,
                     "CSV, JSON, MTConnect (SHDR or XML), Sparkplug captures, MCAP; signals of the same topic become one")
        ->required();
    command->add_option("-o,--output", arguments->output, "The log to write")->required();
    command->add_option("--mapping", arguments->mapping, "TOML file: columns to signals, time format, units; guessed without one");
    command->add_option("--topic-prefix", arguments->prefix, "Put before every topic, with a slash");
    arguments->format.add(*command);
    command->add_flag("--json", arguments->json, "Print what was read and written as JSON");
    command->callback([&run, arguments] { run = [arguments] { return convert(*arguments); }; });
}

} // namespace

void addLog(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("log", "Work with logs");
    command->footer("Example: millwright log info yesterday.mcap");
    command->require_subcommand(1);
    addInfo(*command, run);
    addConvert(*command, run);
    addLogVerify(*command, run);
    addLogRecover(*command, run);
    addLogDiff(*command, run);
    addLogCut(*command, run);
    addLogMerge(*command, run);
    addLogRedact(*command, run);
}

} // namespace millwright::app
