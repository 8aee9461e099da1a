#include <millwright/core/json_writer.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/kpi/indicators.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/calibrate.hpp>
#include <millwright/sim/describe.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/watched.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/open.hpp>
#include <app/process.hpp>
#include <app/read_window.hpp>
#include <app/window.hpp>
#include <format>

namespace millwright::app {
namespace {

struct Options {
    std::string plant, log;
    WindowOptions window;
    std::string output;
    bool validate = false;
    std::uint32_t replications = 199;
    std::uint64_t seed = 1;
    bool json = false;
};

/// Everything that the command found out.
struct Answer {
    const plant::Process& process;
    std::string log;
    TimeInterval window;
    std::vector<sim::Finding> findings;
    std::uint32_t replications = 0;
    std::vector<sim::Comparison> comparisons;
};

constexpr std::size_t produced = plant::index(plant::Quantity::Produced);
constexpr std::size_t good = plant::index(plant::Quantity::Good);

sim::StationConduct conductOf(const twin::Watched& watched, const kpi::Tally& tally, bool countsCycles) {
    const kpi::Times times = kpi::timesOf(watched.source, tally);
    const Duration known = times.total() - times.unknown;
    Duration down{};
    for (std::size_t i = 0; i < tally.inState.size(); ++i)
        if (watched.source.isFailure[i]) down += tally.inState[i];
    sim::StationConduct conduct{.station = watched.station, .cyclesPerHour = {}};
    if (known <= Duration::zero()) return conduct;
    conduct.working = seconds(times.production) / seconds(known);
    conduct.down = seconds(down) / seconds(known);
    const std::size_t quantity = watched.source.counts[produced] != noSignal ? produced : good;
    if (countsCycles)
        conduct.cyclesPerHour = static_cast<double>(tally.counted[quantity]) / 1e6 / watched.itemsPerCycle / seconds(known) * 3600;
    return conduct;
}

// --- the answer --------------------------------------------------------------------------------------------------------------

std::string verdictOf(const sim::Choice& choice) {
    if (choice.best.distribution.kind == plant::DistributionKind::Constant) return "always the same";
    if (!choice.test) return "not tested";
    return std::format("{} (p = {:.3f})", choice.test->pValue >= 0.05 ? "fits" : "FITS BADLY", choice.test->pValue);
}

std::string asText(const Answer& answer) {
    std::string text = std::format("{}\n{} to {} ({})\n\n", answer.log, formatTime(answer.window.from),
                                   formatTime(answer.window.to), formatDuration(answer.window.length()));
    const auto words = [](double length) { return formatDuration(durationFromSeconds(length)); };
    text += std::format("{:<16} {:<15} {:>8} {:>7}  {:<52} {:<32} {}\n", "station", "what", "complete", "cut off", "distribution",
                        "mean, 95 %", "fit");
    for (const sim::Finding& finding : answer.findings) {
        text += std::format("{:<16} {:<15} {:>8} {:>7}  ", answer.process.stations[finding.station].id, sim::nameOf(finding.what),
                            finding.complete, finding.cutOff);
        if (!finding.choice) {
            text += "cannot be estimated: " + finding.why + "\n";
            continue;
        }
        const sim::Fit& best = finding.choice->best;
        const bool constant = best.distribution.kind == plant::DistributionKind::Constant;
        text += std::format("{:<52} {:<32} {}\n", sim::inWords(best.distribution),
                            constant ? "-" : std::format("{} to {}", words(best.meanLow), words(best.meanHigh)),
                            verdictOf(*finding.choice));
        for (const std::string& note : finding.notes) text += std::format("{:<16} note: {}\n", "", note);
    }
    if (answer.comparisons.empty()) return text;
    text += std::format(
        "\n{} runs of the same length with these estimates, beside what was seen\n{:<16} {:<15} {:>12} {:>12}  {:<28} {}\n",
        answer.replications, "station", "what", "seen", "simulated", "95 % of runs", "");
    for (const sim::Comparison& each : answer.comparisons)
        text += std::format("{:<16} {:<15} {:>12.4f} {:>12.4f}  {:<28} {}\n", answer.process.stations[each.station].id, each.what,
                            each.observed, each.mean, std::format("{:.4f} to {:.4f}", each.low, each.high),
                            each.agrees() ? "agrees" : "DIFFERS");
    return text;
}

void writeFit(JsonWriter& json, const sim::Fit& fit) {
    const plant::Distribution& d = fit.distribution;
    json.beginObject().field("kind", sim::nameOf(d.kind));
    json.field("inWords", sim::inWords(d)).field("mean", fit.mean).field("meanLow", fit.meanLow).field("meanHigh", fit.meanHigh);
    if (d.kind == plant::DistributionKind::Lognormal) json.field("deviation", d.deviation);
    if (d.kind == plant::DistributionKind::Weibull) json.field("scale", d.scale);
    if (d.kind == plant::DistributionKind::Weibull || d.kind == plant::DistributionKind::Gamma) json.field("shape", d.shape);
    json.field("complete", fit.complete).field("cutOff", fit.cutOff);
    json.field("logLikelihood", fit.logLikelihood).field("aicc", fit.aicc).endObject();
}

void writeFinding(JsonWriter& json, const Answer& answer, const sim::Finding& finding) {
    json.beginObject().field("station", answer.process.stations[finding.station].id).field("what", sim::nameOf(finding.what));
    json.field("complete", finding.complete).field("cutOff", finding.cutOff).key("fit");
    if (finding.choice)
        writeFit(json, finding.choice->best);
    else
        json.null();
    json.key("others").beginArray();
    if (finding.choice)
        for (const sim::Fit& other : finding.choice->others) writeFit(json, other);
    json.endArray().key("test");
    if (finding.choice && finding.choice->test)
        json.beginObject()
            .field("distance", finding.choice->test->distance)
            .field("pValue", finding.choice->test->pValue)
            .endObject();
    else
        json.null();
    json.field("why", finding.why).key("notes").beginArray();
    for (const std::string& note : finding.notes) json.value(note);
    json.endArray().endObject();
}

std::string asJson(const Answer& answer, const std::string& plant) {
    JsonWriter json;
    json.beginObject().field("plant", plant).field("log", answer.log);
    json.field("from", formatTime(answer.window.from)).field("to", formatTime(answer.window.to));
    json.key("findings").beginArray();
    for (const sim::Finding& finding : answer.findings) writeFinding(json, answer, finding);
    json.endArray().field("replications", answer.replications).key("comparisons").beginArray();
    for (const sim::Comparison& each : answer.comparisons)
        json.beginObject()
            .field("station", answer.process.stations[each.station].id)
            .field("what", each.what)
            .field("observed", each.observed)
            .field("mean", each.mean)
            .field("low", each.low)
            .field("high", each.high)
            .field("agrees", each.agrees())
            .endObject();
    json.endArray().endObject();
    return json.text();
}

// --- the run -----------------------------------------------------------------------------------------------------------------

/// Runs the process that `text` makes of the plant's, as long as the log is.
std::expected<std::vector<sim::Comparison>, std::vector<Error>> validate(const Options& options, const plant::Plant& plant,
                                                                         const std::string& text, Duration length,
                                                                         std::span<const sim::StationConduct> conducts) {
    const auto one = [](Error error) { return std::unexpected(std::vector<Error>{std::move(error)}); };
    std::error_code error;
    const auto plantText = readFile(std::filesystem::is_directory(options.plant, error) ? plant.folder / "plant.toml"
                                                                                        : std::filesystem::path{options.plant});
    if (!plantText) return one(plantText.error());
    auto scenario = plant::loadScenarioText(*plantText, plant.folder, text, "the calibrated scenario");
    if (!scenario) return std::unexpected(std::move(scenario.error()));
    const Duration warmUp = scenario->process.warmUp.value_or(Duration::zero());
    const auto model = sim::Model::make(std::move(scenario->process));
    if (!model) return std::unexpected(model.error());
    ProgressBar bar{"validate"};
    auto comparisons = sim::compare(
        *model, conducts, {.warmUp = warmUp, .length = warmUp + length, .seed = options.seed, .count = options.replications}, 0.95,
        bar.progress());
    if (!comparisons) return one(comparisons.error());
    return *std::move(comparisons);
}

/// Makes a scenario of the estimates, runs it and writes it, as the user asked for.
std::expected<void, std::vector<Error>> useEstimates(const Options& options, const plant::Plant& plant,
                                                     std::span<const sim::StationConduct> conducts, Answer& answer) {
    const std::string source = std::format("{}, {} to {}", std::filesystem::path{answer.log}.filename().string(),
                                           formatTime(answer.window.from), formatTime(answer.window.to));
    const auto text = sim::scenarioText(answer.process, answer.findings, source);
    if (!text)
        return std::unexpected(std::vector<Error>{
            {ErrorCode::Invalid,
             "nothing can be estimated, so there is no scenario to write or run: without -o and --validate the reasons are listed",
             answer.log}});
    if (options.validate) {
        auto compared = validate(options, plant, *text, answer.window.length(), conducts);
        if (!compared) return std::unexpected(std::move(compared.error()));
        answer.replications = options.replications;
        answer.comparisons = *std::move(compared);
    }
    if (options.output.empty()) return {};
    if (auto written = writeFile(options.output, *text); !written) return std::unexpected(std::vector<Error>{written.error()});
    return {};
}

ExitStatus calibrate(const Options& options) {
    const auto opened = openProcess(options.plant);
    if (!opened) return fail(opened.error());
    const plant::Process& process = *opened->plant.process;
    // The meter measures what a plant's `kpi` tables name: here, one for each station that can be watched.
    plant::Plant plant = opened->plant;
    const std::vector<twin::Watched> stations = twin::watchedStations(plant);
    if (stations.empty())
        return fail({ErrorCode::Invalid,
                     "no signal shows what a station of the process is doing: give its equipment a 'kpi' table, or state a "
                     "[[process.signal]] with shows = \"state\" (docs/plant-format.md)",
                     options.plant});
    plant.kpis.clear();
    for (const twin::Watched& each : stations) plant.kpis.push_back(each.source);
    const auto log = logOf(plant, options.log);
    if (!log) return fail(log.error());
    const auto source = openLog(plant, *log);
    if (!source) return fail(source.error());
    const auto window = options.window.in((*source)->span());
    if (!window) return fail(window.error());
    kpi::Meter meter{plant, (*source)->conversions(), (*source)->strings(), *window};
    meter.keepJournals();
    if (auto done = readWindow(**source, *window, meter, "calibrate"); !done) return fail(done.error());
    const kpi::Tallies tallies = meter.finish().front().tallies();

    std::vector<sim::StationRecord> records;
    std::vector<sim::StationConduct> conducts;
    for (std::size_t i = 0; i < stations.size(); ++i) {
        const plant::Station& station = process.stations[stations[i].station];
        records.push_back(twin::recordOf(stations[i], station, meter.journals()[i]));
        if (station.servers == 1) conducts.push_back(conductOf(stations[i], tallies[i], records.back().noCycles.empty()));
    }
    Result<std::vector<sim::Finding>> findings;
    {
        ProgressBar bar{"estimate"};
        findings = sim::calibrate(process, records, 0.95, bar.progress());
    }
    if (!findings) return fail(findings.error());
    Answer answer{process, log->string(), *window, *std::move(findings), 0, {}};
    if (options.validate || !options.output.empty())
        if (auto used = useEstimates(options, plant, conducts, answer); !used) return fail(used.error());
    print(options.json ? asJson(answer, plant.id) : asText(answer));
    return ExitStatus::Success;
}

} // namespace

void addCalibrate(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand(
        "calibrate", "Estimate cycle, failure and repair times of the process model from a sensor log; write them as a scenario");
    command->footer("Example: millwright calibrate line --log run.mcap -o calibrated.toml --validate\n"
                    "         (such a log: millwright simulate line --hours 2000 -o run.mcap; "
                    "then: millwright study line --scenario calibrated.toml)");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    options->window.addTo(*command);
    command->add_option("-o,--output", options->output, "Write a scenario file for simulate and study");
    CLI::Option* validate = command->add_flag("--validate", options->validate,
                                              "Simulate the same length with the estimates, and compare with what was seen");
    command->add_option("--replications", options->replications, "Runs to compare with")
        ->check(CLI::Range(39, 1'000'000))
        ->capture_default_str()
        ->needs(validate);
    command->add_option("--seed", options->seed, "Of the runs' random numbers")->capture_default_str()->needs(validate);
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options] { run = [options] { return calibrate(*options); }; });
}

} // namespace millwright::app
