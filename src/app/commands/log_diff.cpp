#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/log_diff.hpp>

#include <algorithm>
#include <app/commands/log.hpp>
#include <format>

namespace millwright::app {
namespace {

using namespace telemetry;

constexpr std::size_t signalsShown = 50;

struct DiffArguments {
    std::string first, second;
    DiffOptions options;
    bool json = false;
};

const char* typeName(ValueType type) {
    return valueTypeNames[static_cast<std::size_t>(type)];
}

std::string asTable(const SignalDifference& signal, const DiffArguments& arguments) {
    std::string text = "  " + signal.topic + "\n";
    if (!signal.inFirst || !signal.inSecond)
        return text + std::format("    only in {}, {} samples\n", signal.inFirst ? arguments.first : arguments.second,
                                  grouped(signal.firstSamples + signal.secondSamples));
    if (signal.firstType != signal.secondType)
        text += std::format("    type {} and {}\n", typeName(signal.firstType), typeName(signal.secondType));
    if (signal.firstUnit != signal.secondUnit) text += std::format("    unit '{}' and '{}'\n", signal.firstUnit, signal.secondUnit);
    if (signal.firstSamples != signal.secondSamples)
        text += std::format("    {} and {} samples\n", grouped(signal.firstSamples), grouped(signal.secondSamples));
    if (signal.onlyFirst > 0) text += std::format("    {} only in {}\n", groupedOf(signal.onlyFirst, "sample"), arguments.first);
    if (signal.onlySecond > 0) text += std::format("    {} only in {}\n", groupedOf(signal.onlySecond, "sample"), arguments.second);
    if (signal.onlyFirst + signal.onlySecond > 0)
        text += std::format("    longest gap {} and {}\n", formatDuration(signal.firstGap), formatDuration(signal.secondGap));
    if (signal.changed > 0)
        text += std::format("    {} samples differ{}\n", grouped(signal.changed),
                            signal.largest > 0 ? std::format(", by {} at most", signal.largest) : "");
    for (const auto& example : signal.examples)
        text += std::format("      {}: {} and {}\n", formatTime(example.time), example.first, example.second);
    return text;
}

std::string asTable(const LogDifference& difference, const DiffArguments& arguments) {
    const auto count =
        static_cast<std::size_t>(std::ranges::count_if(difference.signals, [](const auto& s) { return !s.equal(); }));
    std::string text =
        std::format("{} and {}: {} of {} signals differ, {} and {} samples\n", arguments.first, arguments.second, count,
                    difference.signals.size(), grouped(difference.firstSamples), grouped(difference.secondSamples));
    std::size_t shown = 0;
    for (const auto& signal : difference.signals)
        if (!signal.equal() && ++shown <= signalsShown) text += asTable(signal, arguments);
    if (count > signalsShown) text += "  … (--json lists all)\n";
    return text;
}

std::string asJson(const LogDifference& difference, const DiffArguments& arguments) {
    JsonWriter json;
    json.beginObject()
        .field("first", arguments.first)
        .field("second", arguments.second)
        .field("equal", difference.equal())
        .field("firstSamples", difference.firstSamples)
        .field("secondSamples", difference.secondSamples)
        .key("signals")
        .beginArray();
    for (const auto& signal : difference.signals) {
        json.beginObject().field("topic", signal.topic).field("equal", signal.equal());
        json.field("inFirst", signal.inFirst).field("inSecond", signal.inSecond);
        if (signal.inFirst) json.field("firstType", typeName(signal.firstType)).field("firstUnit", signal.firstUnit);
        if (signal.inSecond) json.field("secondType", typeName(signal.secondType)).field("secondUnit", signal.secondUnit);
        json.field("firstSamples", signal.firstSamples).field("secondSamples", signal.secondSamples);
        json.field("onlyFirst", signal.onlyFirst).field("onlySecond", signal.onlySecond);
        json.field("firstGap", seconds(signal.firstGap)).field("secondGap", seconds(signal.secondGap));
        json.field("changed", signal.changed).field("largest", signal.largest).key("examples").beginArray();
        for (const auto& example : signal.examples)
            json.beginObject()
                .field("time", formatTime(example.time))
                .field("first", example.first)
                .field("second", example.second)
                .endObject();
        json.endArray().endObject();
    }
    json.endArray().key("warnings").beginArray();
    for (const auto& warning : difference.warnings) json.value(warning.text());
    return json.endArray().endObject().text();
}

} // namespace

void addLogDiff(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("diff", "Compare two logs: signals, counts, gaps, values");
    command->footer("Example: millwright log diff golden.mcap new.mcap --relative 1e-6 --signal 'coater/*'\n"
                    "Exit status 1: they differ.");
    auto arguments = std::make_shared<DiffArguments>();
    command->add_option("A", arguments->first, "A log")->required();
    command->add_option("B", arguments->second, "The log to compare it with")->required();
    command
        ->add_option("--absolute", arguments->options.absoluteTolerance, "Numbers no further apart are equal, in the signal's unit")
        ->check(CLI::NonNegativeNumber);
    command
        ->add_option("--relative", arguments->options.relativeTolerance,
                     "Numbers no further apart are equal, as a part of the larger")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--signal", arguments->options.signals, "Compare these topics only; * stands for any text");
    command->add_flag("--json", arguments->json, "Answer as JSON");
    command->callback([&run, arguments] {
        run = [arguments] {
            const auto difference = [&] {
                ProgressBar bar{"diff"};
                return diffLogs(arguments->first, arguments->second, arguments->options, bar.progress());
            }();
            if (!difference) return fail(difference.error());
            if (!arguments->json) warn(difference->warnings);
            print(arguments->json ? asJson(*difference, *arguments) : asTable(*difference, *arguments));
            return difference->equal() ? ExitStatus::Success : ExitStatus::CheckFailed;
        };
    });
}

} // namespace millwright::app
