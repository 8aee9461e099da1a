#include <millwright/core/json_writer.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/twin/twin.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/commands/bench.hpp>
#include <cmath>
#include <format>
#include <numeric>
#include <random>

namespace millwright::app {
namespace {

using telemetry::Sample;

constexpr int feedSeconds = 120, expressionRounds = 2'000'000;

struct Options {
    std::int64_t definitions = 10'000;
    bool json = false;
};

/// A signal and an alarm a machine, five kinds in turn.
std::expected<plant::Plant, std::vector<Error>> plantWith(std::int64_t definitions) {
    constexpr std::string_view kinds[] = {
        "kind = 'high', limit = 80, dead_band = 5", "kind = 'low', limit = 20, on_delay = '2s', off_delay = '3s'",
        "kind = 'rate', limit = 15", "kind = 'expression', expression = 'value > 70 and value * 2 < 190 or not good(value)'",
        "kind = 'stale', timeout = '10s'"};
    std::string text = "format = 1\n[plant]\nid = 'bench'\n";
    for (std::size_t kind = 0; kind < std::size(kinds); ++kind) {
        text +=
            std::format("[[equipment]]\npath = 'area-{}'\nrepeat = {{ count = {} }}\n"
                        "signal = [{{ id = 'value', interpolation = 'hold' }}]\n"
                        "alarm = [{{ id = 'alarm', signal = 'value', priority = 'medium', action = 'look', {} }}]\n",
                        kind, std::max<std::int64_t>(1, definitions / static_cast<std::int64_t>(std::size(kinds))), kinds[kind]);
    }
    return plant::loadText(text, ".", "bench.toml");
}

/// One second of feed: a sample of every signal, each at a time of its own or all at once.
std::vector<Sample> secondOf(int second, std::vector<double>& values, bool together, std::mt19937_64& random) {
    std::vector<Sample> samples(values.size());
    const Duration step = together ? Duration{0} : Duration{1'000'000'000 / static_cast<std::int64_t>(values.size())};
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::clamp(values[i] + static_cast<double>(static_cast<int>(random() % 21) - 10), 0.0, 100.0);
        samples[i] = {timeFromNanoseconds(second * 1'000'000'000LL) + step * static_cast<std::int64_t>(i), Value::of(values[i]),
                      static_cast<SignalIndex>(i)};
    }
    return samples;
}

struct Figures {
    std::vector<double> milliseconds; ///< a second of feed
    std::uint64_t transitions = 0;
};

Figures measure(const plant::Plant& plant, bool together) {
    twin::Twin twin{plant};
    const std::vector<telemetry::Conversion> conversions(plant.signals.size());
    twin.connect(conversions, std::make_shared<StringTable>());
    twin.reset(timeFromNanoseconds(-1));
    std::mt19937_64 random{1};
    std::vector<double> values(plant.signals.size(), 50);
    Figures figures;
    for (int second = 0; second < feedSeconds; ++second) {
        const auto samples = secondOf(second, values, together, random);
        const double start = processorMilliseconds();
        twin.apply(samples);
        twin.advance(timeFromNanoseconds((second + 1) * 1'000'000'000LL - 1));
        figures.milliseconds.push_back(processorMilliseconds() - start);
        figures.transitions += twin.transitions().size();
        twin.clearTransitions();
    }
    return figures;
}

/// Nanoseconds of one evaluation of the expression above.
double expressionNanoseconds(const plant::Plant& plant) {
    struct Reader {
        double value;
        [[nodiscard]] double number(SignalIndex) const { return value; }
        [[nodiscard]] bool usable(SignalIndex) const { return true; }
        [[nodiscard]] std::string_view text(SignalIndex) const { return {}; }
    };
    const auto found = std::ranges::find(plant.alarms, plant::AlarmKind::Expression, &plant::Alarm::kind);
    double held = 0;
    const double start = processorMilliseconds();
    for (int i = 0; i < expressionRounds; ++i) held += plant::evaluate(found->measure, Reader{static_cast<double>(i % 100)});
    const double each = (processorMilliseconds() - start) * 1e6 / expressionRounds;
    return held > 0 ? each : 0; // the sum keeps the work from being left out
}

ExitStatus benchAlarms(const Options& options) {
    const auto plant = plantWith(options.definitions);
    if (!plant) return fail(plant.error());
    const Figures spread = measure(*plant, false), together = measure(*plant, true);
    JsonWriter json;
    json.beginObject()
        .field("what", "alarms")
        .field("device", processorName() + ", one core")
        .field("definitions", plant->alarms.size())
        .field("samplesPerSecondOfFeed", plant->signals.size())
        .field("medianMs", quantile(spread.milliseconds, 0.5))
        .field("p99Ms", quantile(spread.milliseconds, 0.99))
        .field("togetherMedianMs", quantile(together.milliseconds, 0.5))
        .field("togetherP99Ms", quantile(together.milliseconds, 0.99))
        .field("transitions", spread.transitions)
        .field("expressionNanoseconds", expressionNanoseconds(*plant))
        .field("expressionOperations",
               std::ranges::find(plant->alarms, plant::AlarmKind::Expression, &plant::Alarm::kind)->measure.code.size())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchAlarms(CLI::App& bench, Run& run) {
    CLI::App* command =
        bench.add_subcommand("alarms", "Judge ten thousand alarms over two minutes of feed: processor time a second of feed");
    command->footer("Example: millwright bench alarms --definitions 50000");
    auto options = std::make_shared<Options>();
    command->add_option("--definitions", options->definitions, "How many alarms; each has a signal of its own, sampled at 1 Hz")
        ->capture_default_str()
        ->check(CLI::Range(5, 500'000));
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchAlarms(*options); }; });
}

} // namespace millwright::app
