#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/synthetic.hpp>
#include <millwright/twin/replay.hpp>

#include <CLI/CLI.hpp>

#include <app/commands/bench.hpp>
#include <chrono>
#include <format>
#include <random>

namespace millwright::app {
namespace {

using Clock = std::chrono::steady_clock;

// The standard case. The name of the cached log says what is in it; change the version with the generator.
constexpr std::size_t standardSignals = 500;
constexpr std::uint64_t standardSamples = 10'000'000;
constexpr std::uint64_t standardSeed = 1;
constexpr int standardVersion = 1;
constexpr int passes = 3, seeks = 100;

struct Options {
    std::string log;
    bool json = false;
};

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// The standard log; made on first use, half a minute.
Result<std::filesystem::path> standardLog() {
    const auto log = benchFile(std::format("replay-{}x{}-v{}.mcap", standardSignals, standardSamples, standardVersion));
    if (!log || std::filesystem::exists(*log)) return log;
    ProgressBar bar{"writing the benchmark's log"};
    bar.progress()(0, "");
    const auto written = telemetry::writeSyntheticLog(*log, standardSignals, standardSamples, standardSeed);
    if (!written) return std::unexpected(written.error());
    return log;
}

/// A plant with one signal a topic. Every number moves something and is drawn between its samples, which is the most work a signal
/// can be.
plant::Plant plantOf(const std::vector<telemetry::LogTopic>& topics) {
    plant::Plant plant;
    plant.id = "bench";
    plant.equipment.emplace_back().id = "bench";
    for (const telemetry::LogTopic& topic : topics) {
        plant::Signal& signal = plant.signals.emplace_back();
        signal.id = signal.path = signal.topic = topic.topic;
        signal.equipment = EquipmentIndex{0};
        signal.type = topic.type;
        signal.unit = topic.unit;
        if (topic.type != ValueType::Float) continue;
        signal.interpolation = plant::Interpolation::Linear;
        plant::Binding& binding = plant.bindings.emplace_back();
        binding.kind = plant.bindings.size() % 2 == 0 ? plant::BindingKind::Spin : plant::BindingKind::Translation;
        binding.signal = static_cast<SignalIndex>(plant.signals.size() - 1);
        binding.target = static_cast<plant::TargetIndex>(plant.targets.size());
        plant.targets.push_back({EquipmentIndex{0}, topic.topic});
    }
    return plant;
}

struct Figures {
    std::vector<double> passMilliseconds, seekMilliseconds;
    std::uint64_t samples = 0;
    Digest stateHash;
};

Result<Figures> measure(const plant::Plant& plant, const std::filesystem::path& log) {
    Figures figures;
    auto source = telemetry::LogSource::open(log, twin::subscriptions(plant));
    if (!source) return std::unexpected(source.error());
    auto replay = twin::Replay::open(plant, std::move(*source));
    if (!replay) return std::unexpected(replay.error());
    ProgressBar bar{"replay"};
    for (int pass = 0; pass < passes; ++pass) {
        if (auto done = replay->rewind(); !done) return std::unexpected(done.error());
        const std::uint64_t before = replay->samplesApplied();
        const Clock::time_point start = Clock::now();
        if (auto done = replay->runTo(replay->log().to, bar.progress()); !done) return std::unexpected(done.error());
        figures.stateHash = replay->stateHash();
        figures.passMilliseconds.push_back(millisecondsSince(start));
        figures.samples = replay->samplesApplied() - before;
    }
    std::mt19937_64 random{standardSeed};
    for (int seek = 0; seek < seeks; ++seek) {
        const double share = static_cast<double>(random() >> 11) * 0x1p-53;
        const Time time = replay->log().from + durationFromSeconds(seconds(replay->log().length()) * share);
        const Clock::time_point start = Clock::now();
        if (auto done = replay->seek(time); !done) return std::unexpected(done.error());
        const auto frame = replay->frame(); // a seek is done when it can be seen
        figures.seekMilliseconds.push_back(millisecondsSince(start));
    }
    return figures;
}

ExitStatus benchReplay(const Options& options) {
    const auto log = options.log.empty() ? standardLog() : Result<std::filesystem::path>{options.log};
    if (!log) return fail(log.error());
    plant::Plant plant;
    {
        const auto all = telemetry::LogSource::openAll(*log);
        if (!all) return fail(all.error());
        plant = plantOf((*all)->topics());
    }
    const auto figures = measure(plant, *log);
    if (!figures) return fail(figures.error());
    const double median = quantile(figures->passMilliseconds, 0.5);
    JsonWriter json;
    json.beginObject()
        .field("what", "replay")
        .field("device", processorName() + ", one core")
        .field("log", log->string())
        .field("signals", plant.signals.size())
        .field("samples", figures->samples)
        .field("medianMs", median)
        .field("p99Ms", quantile(figures->passMilliseconds, 0.99))
        .field("samplesPerSecond", static_cast<double>(figures->samples) / median * 1000)
        .field("seekMedianMs", quantile(figures->seekMilliseconds, 0.5))
        .field("seekP99Ms", quantile(figures->seekMilliseconds, 0.99))
        .field("peakBytes", peakResidentBytes())
        .field("stateHash", figures->stateHash.hex())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchReplay(CLI::App& bench, Run& run) {
    CLI::App* command =
        bench.add_subcommand("replay", "Replay 10 million samples of 500 signals as fast as one core can; then jump about");
    command->footer("Example: millwright bench replay --log shift.mcap");
    auto options = std::make_shared<Options>();
    command->add_option("--log", options->log, "Another log; every topic of it is replayed");
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchReplay(*options); }; });
}

} // namespace millwright::app
