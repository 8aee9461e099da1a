#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/log_repair.hpp>

#include <algorithm>
#include <app/commands/log.hpp>
#include <format>
#include <ranges>

namespace millwright::app {
namespace {

using namespace telemetry;

constexpr std::size_t problemsShown = 20;

std::string asTable(const VerifyReport& report, const std::string& file) {
    std::string text = std::format("{}: {}\n", file, report.problemCount == 0 ? "sound" : "not sound");
    text += std::format("  {} of {} chunks, {} messages, {} samples decoded\n", sized(report.bytes), grouped(report.chunks),
                        grouped(report.messages), grouped(report.samples));
    for (const auto& problem : report.problems | std::views::take(problemsShown)) text += "  " + problem.text() + "\n";
    if (report.problemCount > problemsShown)
        text += std::format("  … {} problems in all (--json lists the first {})\n", grouped(report.problemCount),
                            report.problems.size());
    return text;
}

std::string asJson(const VerifyReport& report, const std::string& file) {
    JsonWriter json;
    json.beginObject()
        .field("log", file)
        .field("sound", report.problemCount == 0)
        .field("bytes", report.bytes)
        .field("chunks", report.chunks)
        .field("messages", report.messages)
        .field("samples", report.samples)
        .field("problemCount", report.problemCount)
        .key("problems")
        .beginArray();
    for (const auto& problem : report.problems)
        json.beginObject().field("message", problem.message).field("place", problem.place).endObject();
    return json.endArray().endObject().text();
}

std::string lost(const mcap::Salvage& found) {
    if (found.complete()) return "nothing was lost";
    const auto count = found.messagesLost();
    if (count && *count > 0) return std::format("{} messages were lost", grouped(*count));
    return found.closed ? "whether messages were lost cannot be known"
                        : "the log was not closed: what was recorded behind its end, if anything, is not in it";
}

std::string asTable(const RecoverReport& report, const std::string& output) {
    const auto& found = report.found;
    std::string text = std::format("{}: {} messages in {} chunks, {} samples, {}\n", output, grouped(found.messages),
                                   grouped(found.chunks), grouped(report.samples), sized(report.outputBytes));
    text += std::format("  {}\n", lost(found));
    for (const auto& stretch : found.damage | std::views::take(problemsShown)) {
        text += std::format("  byte {}, {} bytes: {}", stretch.offset, stretch.length, stretch.what);
        if (stretch.messages.value_or(0) > 0) text += std::format(", which held {} messages", grouped(*stretch.messages));
        text += "\n";
    }
    if (found.damage.size() > problemsShown) text += "  … (--json lists all)\n";
    if (report.channelsUnknown > 0)
        text +=
            std::format("  {} channels are described nowhere any more: their messages are kept under topics recovered/channel-…\n",
                        report.channelsUnknown);
    if (report.keyframesDropped > 0)
        text += std::format("  {} keyframes, which sum up samples that may be lost, were left out\n", report.keyframesDropped);
    return text;
}

std::string asJson(const RecoverReport& report, const std::string& output) {
    const auto& found = report.found;
    JsonWriter json;
    json.beginObject()
        .field("output", output)
        .field("complete", found.complete())
        .field("closed", found.closed)
        .field("bytes", report.bytes)
        .field("chunks", found.chunks)
        .field("messages", found.messages)
        .field("samples", report.samples)
        .field("attachments", found.attachments)
        .field("metadata", found.metadata)
        .field("from", formatTime(report.span.from))
        .field("to", formatTime(report.span.to))
        .field("channelsUnknown", report.channelsUnknown)
        .field("keyframesDropped", report.keyframesDropped)
        .key("messagesLost"); // null: cannot be known
    if (const auto count = found.messagesLost())
        json.value(*count);
    else
        json.null();
    json.key("damage").beginArray();
    for (const auto& stretch : found.damage) {
        json.beginObject()
            .field("offset", stretch.offset)
            .field("length", stretch.length)
            .field("what", stretch.what)
            .key("messages");
        if (stretch.messages)
            json.value(*stretch.messages);
        else
            json.null();
        json.endObject();
    }
    return json.endArray().endObject().text();
}

} // namespace

void addLogVerify(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("verify", "Read all of a log and say whether it is sound");
    command->footer(
        "Example: millwright log verify yesterday.mcap\n"
        "Checks framing, every checksum, counts and indexes, and decodes every sample. Exit status 1: it is not sound.");
    auto file = std::make_shared<std::string>();
    auto json = std::make_shared<bool>(false);
    command->add_option("FILE", *file, "An MCAP file, Millwright's or another's")->required();
    command->add_flag("--json", *json, "Answer as JSON");
    command->callback([&run, file, json] {
        run = [file, json] {
            const auto report = [&] {
                ProgressBar bar{"verify"};
                return verifyLog(*file, bar.progress());
            }();
            if (!report) return fail(report.error());
            print(*json ? asJson(*report, *file) : asTable(*report, *file));
            return report->problemCount == 0 ? ExitStatus::Success : ExitStatus::CheckFailed;
        };
    });
}

void addLogRecover(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("recover", "Save every intact chunk of a log that is cut or damaged");
    command->footer("Example: millwright log recover torn.mcap -o whole.mcap\n"
                    "Exit status 0: certainly nothing was lost. 1: something was lost, or it cannot be ruled out; the report says "
                    "what. 2: there is nothing to recover.");
    auto file = std::make_shared<std::string>();
    auto output = std::make_shared<OutputArguments>();
    auto json = std::make_shared<bool>(false);
    command->add_option("FILE", *file, "An MCAP file, Millwright's or another's")->required();
    output->add(*command);
    command->add_flag("--json", *json, "Answer as JSON");
    command->callback([&run, file, output, json] {
        run = [file, output, json] {
            if (const auto may = output->check(); !may) return fail(may.error());
            const auto report = [&] {
                ProgressBar bar{"recover"};
                return recoverLog(*file, output->path, bar.progress());
            }();
            if (!report) return fail(report.error());
            print(*json ? asJson(*report, output->path) : asTable(*report, output->path));
            return report->found.complete() ? ExitStatus::Success : ExitStatus::CheckFailed;
        };
    });
}

} // namespace millwright::app
