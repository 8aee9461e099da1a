#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/log_copy.hpp>
#include <millwright/telemetry/log_tools.hpp>

#include <app/commands/log.hpp>
#include <format>

namespace millwright::app {
namespace {

using namespace telemetry;

struct CopyArguments {
    std::string input;
    OutputArguments output;
    std::string shift;
    CopyOptions options;
    LogFormatArguments format;
    bool json = false;
};

std::string asTable(const CopyReport& report, const std::string& output) {
    std::string text = std::format("{}: {} of {}, {}, {}\n", output, groupedOf(report.samples, "sample"),
                                   groupedOf(report.channels, "signal"), formatDuration(report.span.length()), sized(report.bytes));
    if (report.channelsLeftOut > 0) text += std::format("  {} left out\n", groupedOf(report.channelsLeftOut, "signal"));
    if (report.textsHidden > 0) text += std::format("  {} different texts were replaced\n", grouped(report.textsHidden));
    if (report.attachments + report.metadata > 0)
        text +=
            std::format("  with {} attachments and {} metadata records\n", grouped(report.attachments), grouped(report.metadata));
    return text;
}

std::string asJson(const CopyReport& report, const std::string& output) {
    JsonWriter json;
    json.beginObject()
        .field("output", output)
        .field("samples", report.samples)
        .field("channels", report.channels)
        .field("channelsLeftOut", report.channelsLeftOut)
        .field("textsHidden", report.textsHidden)
        .field("attachments", report.attachments)
        .field("metadata", report.metadata)
        .field("from", formatTime(report.span.from))
        .field("to", formatTime(report.span.to))
        .field("bytes", report.bytes)
        .key("warnings")
        .beginArray();
    for (const auto& warning : report.warnings) json.value(warning.text());
    return json.endArray().endObject().text();
}

ExitStatus copy(CopyArguments& arguments, std::string_view what) {
    if (const auto may = arguments.output.check(); !may) return fail(may.error());
    arguments.options.writer = arguments.format.options();
    if (!arguments.shift.empty()) {
        const bool back = arguments.shift.front() == '-';
        const auto shift = parseDuration(std::string_view{arguments.shift}.substr(back ? 1 : 0));
        if (!shift) return fail(shift.error());
        arguments.options.shift = back ? -*shift : *shift;
    }
    const auto report = [&] {
        ProgressBar bar{what};
        return copyLog(arguments.input, arguments.output.path, arguments.options, bar.progress());
    }();
    if (!report) return fail(report.error());
    if (!arguments.json) warn(report->warnings);
    print(arguments.json ? asJson(*report, arguments.output.path) : asTable(*report, arguments.output.path));
    return ExitStatus::Success;
}

/// What cutting and redacting have in common.
std::shared_ptr<CopyArguments> addCopy(CLI::App& command) {
    auto arguments = std::make_shared<CopyArguments>();
    command.add_option("FILE", arguments->input, "The log to copy from")->required();
    arguments->output.add(command);
    command.add_option("--signal", arguments->options.signals, "Keep these topics only; * stands for any text");
    command.add_option("--without", arguments->options.without, "Leave these topics out; * stands for any text");
    command
        .add_option("--from", arguments->options.from, "First moment: a time, +DURATION after the start, -DURATION before the end")
        ->capture_default_str();
    command.add_option("--to", arguments->options.to, "Last moment, likewise")->capture_default_str();
    arguments->format.add(command);
    command.add_flag("--json", arguments->json, "Answer as JSON");
    return arguments;
}

} // namespace

void addLogCut(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("cut", "Copy a stretch of time or some of the signals");
    command->footer("Example: millwright log cut yesterday.mcap -o stop.mcap --from 2026-11-27T02:10:00Z --to 2026-11-27T02:40:00Z "
                    "--signal 'coater/*'\nBoth ends are included.");
    auto arguments = addCopy(*command);
    command->callback([&run, arguments] { run = [arguments] { return copy(*arguments, "cut"); }; });
}

void addLogRedact(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("redact", "Copy a log without what others should not see");
    command->footer(
        "Example: millwright log redact yesterday.mcap -o shareable.mcap --without '*/operator' --hide-text '*' --hide-topics\n"
        "Attachments and metadata records are always left out.");
    auto arguments = addCopy(*command);
    arguments->options.extras = false;
    command->add_option("--hide-text", arguments->options.hideTexts,
                        "String signals whose texts become text-1, text-2 …; * stands for any text");
    command->add_flag("--hide-topics", arguments->options.hideTopics, "Topics become signal-1, signal-2 …; units and types stay");
    command->add_option("--shift", arguments->shift, "Move every time by this much, such as -400d");
    command->callback([&run, arguments] { run = [arguments] { return copy(*arguments, "redact"); }; });
}

void addLogMerge(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("merge", "Make one log of several, in order of time, without what they have twice");
    command->footer("Example: millwright log merge recorder-a.mcap recorder-b.mcap -o both.mcap\n"
                    "A sample that another log has too (time, signal, value, quality) is written once.");
    struct Arguments {
        std::vector<std::string> inputs;
        OutputArguments output;
        LogFormatArguments format;
        bool json = false;
    };
    auto arguments = std::make_shared<Arguments>();
    command->add_option("IN", arguments->inputs, "Two logs or more; signals of the same topic become one")->required();
    arguments->output.add(*command);
    arguments->format.add(*command);
    command->add_flag("--json", arguments->json, "Answer as JSON");
    command->callback([&run, arguments] {
        run = [arguments] {
            if (const auto may = arguments->output.check(); !may) return fail(may.error());
            ConvertOptions options;
            options.writer = arguments->format.options();
            options.dropDuplicates = true;
            const auto merged = [&] {
                ProgressBar bar{"merge"};
                return convertLogs({arguments->inputs.begin(), arguments->inputs.end()}, arguments->output.path, options,
                                   bar.progress());
            }();
            if (!merged) return fail(merged.error());
            if (!arguments->json) warn(merged->warnings);
            JsonWriter json;
            json.beginObject()
                .field("output", arguments->output.path)
                .field("samples", merged->samples)
                .field("duplicates", merged->duplicates)
                .field("channels", merged->channels)
                .field("attachments", merged->attachments)
                .field("metadata", merged->metadata)
                .field("from", formatTime(merged->span.from))
                .field("to", formatTime(merged->span.to))
                .field("bytes", merged->bytes)
                .endObject();
            print(arguments->json
                      ? json.text()
                      : std::format("{}: {} of {}, {}, {}; {} that two logs have were written once\n", arguments->output.path,
                                    groupedOf(merged->samples, "sample"), groupedOf(merged->channels, "signal"),
                                    formatDuration(merged->span.length()), sized(merged->bytes), grouped(merged->duplicates)));
            return ExitStatus::Success;
        };
    });
}

} // namespace millwright::app
