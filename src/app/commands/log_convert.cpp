#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/log_text.hpp>
#include <millwright/telemetry/log_tools.hpp>

#include <algorithm>
#include <app/commands/log.hpp>
#include <chrono>
#include <format>
#include <optional>

namespace millwright::app {
namespace {

using namespace telemetry;

constexpr std::size_t problemsShown = 5;

struct ConvertArguments {
    std::vector<std::string> inputs;
    OutputArguments output;
    std::string mapping;
    std::string prefix;
    LogFormatArguments format;
    bool longForm = false;
    bool formatGiven = false; ///< the options of `format`
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
        if (!input.mapping.empty()) text += std::format("  mapping {}\n", input.mapping);
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
        if (!input.mapping.empty()) json.field("mapping", input.mapping);
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

/// The text that an output's name asks for; nothing for a log. Errors: Invalid for options that would say nothing.
Result<std::optional<LogText>> textOf(const ConvertArguments& arguments) {
    const std::string ending = std::filesystem::path{arguments.output.path}.extension().string();
    const bool csv = ending == ".csv";
    const bool text = csv || ending == ".jsonl" || ending == ".ndjson";
    if (arguments.longForm && !csv)
        return failure(ErrorCode::Invalid, "is for a CSV file: give --output a name that ends in .csv", "--long");
    if (text && arguments.formatGiven)
        return failure(ErrorCode::Invalid,
                       std::format("--encoding and --compression say nothing about a {} file: leave them out", ending),
                       arguments.output.path);
    if (!text) return std::nullopt;
    return csv ? arguments.longForm ? LogText::CsvLong : LogText::CsvWide : LogText::JsonLines;
}

/// A log that is needed for a while only.
class TemporaryLog {
public:
    explicit TemporaryLog(const std::string& output) : path_{output + ".log.part"} {}
    ~TemporaryLog() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    TemporaryLog(const TemporaryLog&) = delete;
    TemporaryLog& operator=(const TemporaryLog&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Whatever the inputs are, they become a log first.
Result<ConvertReport> convertToText(const ConvertArguments& arguments, const ConvertOptions& options, LogText form,
                                    const Progress& progress) {
    std::error_code ignored;
    for (const std::string& input : arguments.inputs)
        if (std::filesystem::equivalent(input, arguments.output.path, ignored))
            return failure(ErrorCode::Invalid, "is both input and output: give the output another name", input);
    const TemporaryLog log{arguments.output.path};
    auto report = convertLogs({arguments.inputs.begin(), arguments.inputs.end()}, log.path(), options, progress);
    if (!report) return report;
    const auto written = writeLogAsText(log.path(), arguments.output.path, form, progress);
    if (!written) return std::unexpected(written.error());
    report->bytes = written->bytes;
    report->attachments = report->metadata = 0; // text has no place for them
    return report;
}

Result<ConvertReport> convertAsAsked(const ConvertArguments& arguments) {
    const auto text = textOf(arguments);
    if (!text) return std::unexpected(text.error());
    if (auto may = arguments.output.check(); !may) return std::unexpected(may.error());
    if (*text && **text != LogText::JsonLines)
        if (auto may = mayWrite(mappingBeside(arguments.output.path).string(), arguments.output.force); !may)
            return std::unexpected(may.error());
    ConvertOptions options;
    options.topicPrefix = arguments.prefix;
    options.writer = arguments.format.options();
    if (!arguments.mapping.empty()) {
        auto mapping = loadMapping(arguments.mapping);
        if (!mapping) return std::unexpected(mapping.error());
        options.mapping = std::move(*mapping);
    }
    ProgressBar bar{"convert"};
    if (*text) return convertToText(arguments, options, **text, bar.progress());
    return convertLogs({arguments.inputs.begin(), arguments.inputs.end()}, arguments.output.path, options, bar.progress());
}

ExitStatus convert(const ConvertArguments& arguments) {
    auto converted = convertAsAsked(arguments);
    if (!converted) return fail(converted.error());
    // What is called a time may count from anywhere.
    constexpr std::chrono::sys_days nobodyLoggedBefore{std::chrono::year{1980} / 1 / 1};
    const auto guessed = std::ranges::find_if(converted->inputs, &ImportReport::timeGuessed);
    if (guessed != converted->inputs.end() && converted->samples > 0 && converted->span.from < nobodyLoggedBefore)
        converted->warnings.push_back(
            {ErrorCode::Invalid,
             std::format("begins in {}: '{}' was taken for the time; say in a mapping file which column is and when it "
                         "starts (docs/log-format.md)",
                         formatTime(converted->span.from).substr(0, 4), guessed->timeColumn),
             guessed->file});
    if (!arguments.json) warn(converted->warnings);
    print(arguments.json ? asJson(*converted, arguments.output.path) : asTable(*converted, arguments.output.path));
    return ExitStatus::Success;
}

} // namespace

void addLogConvert(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand(
        "convert", "Turn CSV, JSON, MTConnect and Sparkplug captures, and MCAP files into one log, or a log into CSV or JSON");
    command->footer(
        "Example: millwright log convert mazak01.txt mazak03.txt -o shop.mcap --topic-prefix nist\n"
        "         millwright log convert shop.mcap -o shop.csv      (or shop.jsonl)\n"
        "docs/log-format.md describes the mapping file; FILE.mapping.toml beside FILE is taken where --mapping is not given.");
    auto arguments = std::make_shared<ConvertArguments>();
    command
        ->add_option("IN", arguments->inputs,
                     "CSV, JSON, MTConnect (SHDR or XML), Sparkplug captures, MCAP; signals of the same topic become one")
        ->required();
    arguments->output.add(*command);
    command->get_option("--output")->description("The log to write; as text where the name ends in .csv, .jsonl or .ndjson");
    command->add_option("--mapping", arguments->mapping, "TOML file: columns to signals, time format, units; guessed without one");
    command->add_option("--topic-prefix", arguments->prefix, "Put before every topic, with a slash");
    command->add_flag("--long", arguments->longForm,
                      "CSV with a row a sample (time, topic, value, quality) instead of a column a signal");
    arguments->format.add(*command);
    command->add_flag("--json", arguments->json, "Print what was read and written as JSON");
    command->callback([&run, arguments, command] {
        arguments->formatGiven = command->count("--encoding") + command->count("--compression") > 0;
        run = [arguments] { return convert(*arguments); };
    });
}

} // namespace millwright::app
