#include <millwright/core/json_writer.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/cost.hpp>
#include <millwright/sim/record.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/commands/log.hpp>
#include <app/process.hpp>
#include <array>
#include <chrono>
#include <format>
#include <utility>

namespace millwright::app {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string plant;
    double hours = 0;
    std::uint64_t seed = 1;
    std::string scenario, log, start = "2026-01-01";
    bool force = false; ///< write over a log that exists
    bool json = false;
};

/// What a run came to.
struct Answer {
    const plant::Process& process;
    sim::Report report;
    std::uint64_t seed = 0;
    Duration length{}, warmUp{};
    std::uint64_t events = 0;
    double wallSeconds = 0;
    std::uint64_t samples = 0; ///< written to a log
};

void writeProducts(JsonWriter& json, const Answer& answer) {
    json.key("products").beginObject();
    for (std::size_t i = 0; i < answer.report.products.size(); ++i) {
        const sim::ProductReport& product = answer.report.products[i];
        json.key(answer.process.products[i].id).beginObject();
        json.field("made", product.made)
            .field("scrapped", product.scrapped)
            .field("meanTimeInSystem", product.meanTimeInSystem)
            .endObject();
    }
    json.endObject();
}

void writeStations(JsonWriter& json, const Answer& answer) {
    json.key("stations").beginObject();
    for (std::size_t i = 0; i < answer.report.stations.size(); ++i) {
        const sim::StationReport& station = answer.report.stations[i];
        json.key(answer.process.stations[i].id)
            .beginObject()
            .field("working", station.working)
            .field("starved", station.starved)
            .field("blocked", station.blocked)
            .field("down", station.down)
            .field("setup", station.setUp)
            .field("idle", station.idle)
            .field("unattended", station.unattended)
            .field("finished", station.finished)
            .field("failures", station.failures);
        if (station.conveyed)
            json.key("conveyed")
                .beginObject()
                .field("mean", station.conveyed->mean)
                .field("max", station.conveyed->max)
                .field("meanTime", station.conveyed->meanWait)
                .endObject();
        if (!answer.process.stations[i].maintenance.empty())
            json.field("maintenance", station.maintenance).field("maintenances", station.maintenances);
        json.endObject();
    }
    json.endObject();
}

void writeBuffers(JsonWriter& json, const Answer& answer) {
    json.key("buffers").beginObject();
    for (std::size_t i = 0; i < answer.report.buffers.size(); ++i) {
        const sim::BufferReport& buffer = answer.report.buffers[i];
        json.key(answer.process.buffers[i].id).beginObject();
        json.field("mean", buffer.mean).field("max", buffer.max).field("meanWait", buffer.meanWait);
        if (answer.process.buffers[i].patience) json.field("gaveUp", buffer.gaveUp);
        json.endObject();
    }
    json.endObject();
}

void writeSources(JsonWriter& json, const Answer& answer) {
    json.key("sources").beginObject();
    for (std::size_t i = 0; i < answer.report.sources.size(); ++i) {
        const sim::SourceReport& source = answer.report.sources[i];
        json.key(answer.process.sources[i].id).beginObject();
        json.field("created", source.created).field("lost", source.lost).field("waiting", source.waiting).endObject();
    }
    json.endObject().key("crews").beginObject();
    for (std::size_t i = 0; i < answer.report.crews.size(); ++i)
        json.key(answer.process.crews[i].id)
            .beginObject()
            .field("busy", answer.report.crews[i].busy)
            .field("responding", answer.report.crews[i].responding)
            .field("walking", answer.report.crews[i].walking)
            .endObject();
    json.endObject();
}

// Orders of all sources, with the source and the order that each is of.
template <typename Visit>
void eachOrder(const Answer& answer, Visit visit) {
    std::size_t next = 0;
    for (const plant::Source& source : answer.process.sources)
        if (source.orders)
            for (const plant::ProductionOrder& order : source.orders->orders) visit(source, order, answer.report.orders[next++]);
}

void writeOrders(JsonWriter& json, const Answer& answer) {
    if (answer.report.orders.empty()) return;
    json.key("orders").beginArray();
    eachOrder(answer, [&](const plant::Source& source, const plant::ProductionOrder& order, const sim::OrderReport& report) {
        json.beginObject().field("source", source.id).field("order", order.id).field("released", report.released);
        json.field("finished", report.finished).field("late", report.late).field("scrapped", report.scrapped);
        json.field("meanTime", report.meanTime).field("meanTardiness", report.meanTardiness).endObject();
    });
    json.endArray();
}

std::string ordersAsText(const Answer& answer) {
    if (answer.report.orders.empty()) return {};
    std::string text = std::format("\n{:<24}{:>9}{:>9}{:>9}{:>9}{:>14}{:>14}\n", "orders", "released", "finished", "late", "scrap",
                                   "mean time", "tardiness");
    eachOrder(answer, [&](const plant::Source& source, const plant::ProductionOrder& order, const sim::OrderReport& report) {
        const auto time = [&](double value) {
            return report.finished == 0 ? std::string{"-"} : formatDuration(durationFromSeconds(std::round(value)));
        };
        text += std::format("{:<24}{:>9}{:>9}{:>9}{:>9}{:>14}{:>14}\n", source.id + "/" + order.id, report.released,
                            report.finished, report.late, report.scrapped, time(report.meanTime), time(report.meanTardiness));
    });
    return text;
}

constexpr std::array vehicleWords{"loaded",  "handling", "empty", "waiting",
                                  "blocked", "charging", "down"}; // in the order of VehicleActivity

void writeFleets(JsonWriter& json, const Answer& answer) {
    if (answer.report.fleets.empty()) return;
    json.key("fleets").beginObject();
    for (std::size_t i = 0; i < answer.report.fleets.size(); ++i) {
        const sim::FleetReport& fleet = answer.report.fleets[i];
        json.key(answer.process.fleets[i].id).beginObject();
        for (std::size_t a = 0; a < vehicleWords.size(); ++a) json.field(vehicleWords[a], fleet.shares[a]);
        json.field("loads", fleet.loads).field("driven", fleet.driven).field("charged", fleet.charged);
        json.field("failures", fleet.failures).endObject();
    }
    json.endObject();
}

std::string crewsAsText(const Answer& answer) {
    if (answer.report.crews.empty()) return {};
    std::string text = std::format("\n{:<24}{:>9}{:>11}{:>9}\n", "crew, %", "busy", "responding", "walking");
    for (std::size_t i = 0; i < answer.report.crews.size(); ++i) {
        const sim::CrewReport& crew = answer.report.crews[i];
        text += std::format("{:<24}{:>9.1f}{:>11.1f}{:>9.1f}\n", answer.process.crews[i].id, 100 * crew.busy, 100 * crew.responding,
                            100 * crew.walking);
    }
    return text;
}

std::string fleetsAsText(const Answer& answer) {
    if (answer.report.fleets.empty()) return {};
    std::string text = std::format("\n{:<24}", "vehicles, %");
    for (const char* word : vehicleWords) text += std::format("{:>9}", word);
    text += std::format("{:>9}{:>11}\n", "loads", "driven, m");
    for (std::size_t i = 0; i < answer.report.fleets.size(); ++i) {
        const sim::FleetReport& fleet = answer.report.fleets[i];
        text += std::format("{:<24}", answer.process.fleets[i].id);
        for (const double share : fleet.shares) text += std::format("{:>9.1f}", 100 * share);
        text += std::format("{:>9}{:>11.0f}\n", fleet.loads, fleet.driven);
    }
    return text;
}

std::string conveyorsAsText(const Answer& answer) {
    std::string text;
    for (std::size_t i = 0; i < answer.report.stations.size(); ++i) {
        const auto& conveyed = answer.report.stations[i].conveyed;
        if (!conveyed) continue;
        if (text.empty()) text = std::format("\n{:<24}{:>9}{:>9}{:>18}\n", "conveyor, parts", "mean", "max", "mean time");
        text += std::format("{:<24}{:>9.2f}{:>9}{:>18}\n", answer.process.stations[i].id, conveyed->mean, conveyed->max,
                            formatDuration(durationFromSeconds(conveyed->meanWait)));
    }
    return text;
}

double madeIn(const Answer& answer) {
    double made = 0;
    for (const sim::ProductReport& product : answer.report.products) made += static_cast<double>(product.made);
    return made;
}

// A number for each good part, where there are any.
void writePerItem(JsonWriter& json, std::string_view key, double sum, double made) {
    json.key(key);
    if (made > 0)
        json.value(sum / made);
    else
        json.null();
}

void writeCosts(JsonWriter& json, const Answer& answer) {
    const double made = madeIn(answer);
    if (sim::hasCosts(answer.process)) {
        const sim::RunCost cost = sim::costOf(answer.process, answer.report);
        json.key("cost").beginObject().field("currency", answer.process.currency).field("total", cost.total());
        writePerItem(json, "perItem", cost.total(), made);
        json.field("hours", cost.hours).field("material", cost.material).field("work", cost.work);
        json.field("energy", cost.energy).field("scrap", cost.scrap).endObject();
    }
    if (!sim::hasPower(answer.process)) return;
    const double energy = sim::energyOf(answer.process, answer.report);
    json.key("energy").beginObject().field("unit", "kW.h").field("total", energy);
    writePerItem(json, "perItem", energy, made);
    json.endObject();
}

std::string costsAsText(const Answer& answer) {
    const double made = madeIn(answer);
    const auto perItem = [&](double sum) { return made > 0 ? std::format("{:.4g}", sum / made) : std::string{"-"}; };
    std::string text;
    if (sim::hasCosts(answer.process)) {
        const sim::RunCost cost = sim::costOf(answer.process, answer.report);
        text += std::format("\n{:<24}{:>14}{:>18}\n", answer.process.currency.empty() ? "cost" : "cost, " + answer.process.currency,
                            "altogether", "a good part");
        for (const auto& [what, sum] :
             {std::pair{"hours", cost.hours}, std::pair{"material", cost.material}, std::pair{"work on parts", cost.work},
              std::pair{"energy", cost.energy}, std::pair{"scrap", cost.scrap}, std::pair{"all", cost.total()}})
            if (sum > 0 || std::string_view{what} == "all") text += std::format("{:<24}{:>14.2f}{:>18}\n", what, sum, perItem(sum));
    }
    if (sim::hasPower(answer.process)) {
        const double energy = sim::energyOf(answer.process, answer.report);
        text += std::format("\n{:<24}{:>14.1f}{:>18}\n", "energy, kW.h", energy, perItem(energy));
    }
    return text;
}

std::string asJson(const Answer& answer) {
    JsonWriter json;
    json.beginObject()
        .field("hours", seconds(answer.length) / 3600)
        .field("warmUpHours", seconds(answer.warmUp) / 3600)
        .field("seed", answer.seed)
        .field("events", answer.events)
        .field("eventsPerSecond", answer.wallSeconds > 0 ? static_cast<double>(answer.events) / answer.wallSeconds : 0);
    if (answer.samples > 0) json.field("samples", answer.samples);
    writeProducts(json, answer);
    writeStations(json, answer);
    writeBuffers(json, answer);
    writeSources(json, answer);
    writeOrders(json, answer);
    writeFleets(json, answer);
    writeCosts(json, answer);
    json.endObject();
    return json.text();
}

std::string asText(const Answer& answer) {
    const double hours = answer.report.seconds / 3600;
    std::string text =
        std::format("{} simulated, {} of it counted; seed {}; {} events in {:.3f} s\n\n", formatDuration(answer.length),
                    formatDuration(answer.length - answer.warmUp), answer.seed, answer.events, answer.wallSeconds);
    text += std::format("{:<24}{:>10}{:>10}{:>10}{:>18}\n", "product", "made", "per hour", "scrapped", "time in system");
    for (std::size_t i = 0; i < answer.report.products.size(); ++i) {
        const sim::ProductReport& product = answer.report.products[i];
        text += std::format("{:<24}{:>10}{:>10.2f}{:>10}{:>18}\n", answer.process.products[i].id, product.made,
                            static_cast<double>(product.made) / hours, product.scrapped,
                            formatDuration(durationFromSeconds(product.meanTimeInSystem)));
    }
    const auto isMaintained = [](const plant::Station& station) { return !station.maintenance.empty(); };
    const bool maintained = std::ranges::any_of(answer.process.stations, isMaintained);
    const bool attended = std::ranges::any_of(answer.process.stations, [](const auto& station) { return !station.needs.empty(); });
    text += std::format("\n{:<24}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{}{}\n", "station, %", "working", "starved", "blocked", "down",
                        "setup", "idle", maintained ? "  maintenance" : "", attended ? " unattended" : "");
    for (std::size_t i = 0; i < answer.report.stations.size(); ++i) {
        const sim::StationReport& s = answer.report.stations[i];
        text += std::format("{:<24}{:>9.1f}{:>9.1f}{:>9.1f}{:>9.1f}{:>9.1f}{:>9.1f}{}{}\n", answer.process.stations[i].id,
                            100 * s.working, 100 * s.starved, 100 * s.blocked, 100 * s.down, 100 * s.setUp, 100 * s.idle,
                            maintained ? std::format("{:>13.1f}", 100 * s.maintenance) : "",
                            attended ? std::format("{:>11.1f}", 100 * s.unattended) : "");
    }
    const bool gaveUp =
        std::ranges::any_of(answer.process.buffers, [](const plant::Buffer& buffer) { return buffer.patience.has_value(); });
    text += std::format("\n{:<24}{:>9}{:>9}{:>18}{}\n", "buffer, parts", "mean", "max", "mean wait", gaveUp ? "   gave up" : "");
    for (std::size_t i = 0; i < answer.report.buffers.size(); ++i) {
        const sim::BufferReport& buffer = answer.report.buffers[i];
        text += std::format("{:<24}{:>9.2f}{:>9}{:>18}{}\n", answer.process.buffers[i].id, buffer.mean, buffer.max,
                            formatDuration(durationFromSeconds(buffer.meanWait)),
                            answer.process.buffers[i].patience ? std::format("{:>10}", buffer.gaveUp) : "");
    }
    text += conveyorsAsText(answer);
    text += ordersAsText(answer);
    text += crewsAsText(answer);
    text += fleetsAsText(answer);
    text += costsAsText(answer);
    if (answer.samples > 0) text += std::format("\n{} samples written\n", answer.samples);
    return text;
}

/// In pieces, so that a long run shows how far it is and can be stopped.
Result<void> run(sim::Simulation& simulation, Duration from, Duration to, Duration whole, const Progress& progress) {
    constexpr int pieces = 200;
    for (int i = 1; i <= pieces; ++i) {
        if (progress.cancelled())
            return failure(ErrorCode::Cancelled, "stopped while simulating", formatDuration(simulation.now()));
        if (auto done = simulation.runTo(i == pieces ? to : from + (to - from) / pieces * i); !done) return done;
        progress(seconds(simulation.now()) / seconds(whole), formatDuration(simulation.now()));
    }
    return {};
}

/// The plant, with the process of a scenario where one is asked for.
std::expected<PlantProcess, std::vector<Error>> openScenario(const Options& options) {
    auto opened = openProcess(options.plant);
    if (!opened || options.scenario.empty()) return opened;
    auto scenario = plant::loadScenario(options.plant, options.scenario);
    if (!scenario) return std::unexpected(std::move(scenario.error()));
    auto model = sim::Model::make(std::move(scenario->process));
    if (!model) return std::unexpected(std::move(model.error()));
    opened->model = *std::move(model);
    return opened;
}

ExitStatus simulate(const Options& options) {
    if (const auto may = mayWrite(options.log, options.force); !may && !options.log.empty()) return fail(may.error());
    const auto opened = openScenario(options);
    if (!opened) return fail(opened.error());
    const auto start = parseTime(options.start);
    if (!start) return fail(start.error());
    const plant::Process& process = opened->model.process();
    const Duration length = options.hours > 0 ? durationFromSeconds(options.hours * 3600) : process.length;
    const Duration warmUp = process.warmUp.value_or(Duration::zero());
    if (length > std::chrono::hours{876'600})
        return fail(Error{ErrorCode::OutOfRange, "a run may last 100 years (876600 hours)", "--hours"});
    if (warmUp >= length)
        return fail(Error{ErrorCode::OutOfRange,
                          std::format("the warm-up of {} leaves nothing of a run of {}: lengthen the run", formatDuration(warmUp),
                                      formatDuration(length)),
                          options.plant});
    warnOf(process);
    sim::Simulation simulation{opened->model, options.seed};
    const Clock::time_point began = Clock::now();
    Result<void> done;
    std::uint64_t samples = 0;
    {
        ProgressBar bar{"simulation"};
        const Progress progress = bar.progress();
        if (warmUp > Duration::zero()) done = run(simulation, Duration::zero(), warmUp, length, progress);
        if (done) {
            simulation.resetStatistics();
            if (options.log.empty()) {
                done = run(simulation, warmUp, length, length, progress);
            } else {
                const auto recorded =
                    sim::recordRun(opened->plant, process, simulation, {*start, length, options.seed}, options.log, progress);
                if (recorded)
                    samples = *recorded;
                else
                    done = std::unexpected(recorded.error());
            }
        }
    }
    if (!done) return fail(done.error());
    const double wallSeconds = std::chrono::duration<double>(Clock::now() - began).count();
    const Answer answer{process, simulation.report(), options.seed, length, warmUp, simulation.events(), wallSeconds, samples};
    print(options.json ? asJson(answer) : asText(answer));
    return ExitStatus::Success;
}

} // namespace

void addSimulate(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand(
        "simulate", "Run the plant's process model once; print output, states of stations and contents of buffers");
    command->footer("Example: millwright simulate assets/plants/battery --hours 168 --seed 7 --json\n"
                    "         millwright simulate assets/plants/battery --hours 2 -o shift.mcap   (then: millwright view "
                    "assets/plants/battery --log shift.mcap)");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--hours", options->hours, "How long, warm-up included; default: what the plant says")
        ->check(CLI::PositiveNumber);
    command->add_option("--seed", options->seed, "Of the random numbers")->capture_default_str();
    command->add_option("--scenario", options->scenario, "A scenario file: what differs from the plant's process");
    command->add_option("-o,--output", options->log, "Write the log that the plant's feeds would have sent (the counted time)");
    command->add_flag("--force", options->force, "Write over a log that exists");
    command->add_option("--start", options->start, "When that log begins, UTC")->capture_default_str();
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options] { run = [options] { return simulate(*options); }; });
}

} // namespace millwright::app
