#include <millwright/core/json_writer.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/standard_models.hpp>
#include <millwright/sim/validation.hpp>

#include <CLI/CLI.hpp>

#include <app/commands/bench.hpp>
#include <chrono>
#include <format>
#include <fstream>

namespace millwright::app {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int passes = 5;
constexpr std::uint64_t seed = 1;

struct Options {
    std::string model = "mm1";
    std::string validate;
    bool json = false;
};

struct Case {
    plant::Process process;
    Duration length{};
};

Result<Case> caseNamed(const std::string& name) {
    if (name == "mm1") return Case{sim::queueModel(0.8), 2'000'000s};
    if (name == "line50") return Case{sim::lineModel(50, 10), 250'000s};
    if (name == "year") {
        Case year{sim::yearModel(), 0s};
        year.length = year.process.length;
        return year;
    }
    return failure(ErrorCode::NotFound, std::format("there is no model '{}': it is mm1, line50, year or fork", name));
}

// A line of 50 stations, the last of them slow, so that all buffers fill.
Result<sim::Simulation> fullPlant(std::uint32_t parts) {
    plant::Process process = sim::lineModel(50, parts / 45);
    process.stations.back().cycle.mean *= 3;
    const auto model = sim::Model::make(std::move(process));
    if (!model) return std::unexpected(model.error().front());
    sim::Simulation run{*model, seed};
    while (run.partsInProgress() < parts)
        if (auto done = run.runTo(run.now() + 100s); !done) return std::unexpected(done.error());
    return run;
}

ExitStatus measureForks() {
    constexpr std::uint32_t parts = 10'000;
    constexpr int forks = 500;
    const auto present = fullPlant(parts);
    if (!present) return fail(present.error());
    std::vector<double> milliseconds, processor;
    for (int i = 0; i < forks; ++i) {
        const Clock::time_point start = Clock::now();
        const double busy = processorMilliseconds();
        const sim::Simulation fork = *present;
        processor.push_back(processorMilliseconds() - busy);
        milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        if (fork.partsInProgress() < parts) return fail(Error{ErrorCode::Invalid, "a fork lost parts"});
    }
    JsonWriter json;
    json.beginObject()
        .field("what", "sim")
        .field("device", processorName() + ", one core")
        .field("model", "fork")
        .field("parts", present->partsInProgress())
        .field("medianMs", quantile(milliseconds, 0.5))
        .field("p99Ms", quantile(milliseconds, 0.99))
        .field("bestProcessorMs", *std::ranges::min_element(processor))
        .field("peakBytes", peakResidentBytes())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

ExitStatus measure(const Options& options) {
    if (options.model == "fork") return measureForks();
    const auto chosen = caseNamed(options.model);
    if (!chosen) return fail(chosen.error());
    const auto model = sim::Model::make(chosen->process);
    if (!model) return fail(model.error());
    std::vector<double> milliseconds, processor;
    std::uint64_t events = 0;
    Digest stateHash;
    ProgressBar bar{"simulation"};
    for (int pass = 0; pass < passes; ++pass) {
        bar.progress()(static_cast<double>(pass) / passes, options.model);
        sim::Simulation run{*model, seed};
        const Clock::time_point start = Clock::now();
        const double busy = processorMilliseconds();
        if (auto done = run.runTo(chosen->length); !done) return fail(done.error());
        milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        processor.push_back(processorMilliseconds() - busy);
        events = run.events();
        stateHash = run.stateHash();
        if (interrupted().stop_requested()) return fail(Error{ErrorCode::Cancelled, "stopped while measuring"});
    }
    const double best = *std::ranges::min_element(processor);
    JsonWriter json;
    json.beginObject()
        .field("what", "sim")
        .field("device", processorName() + ", one core")
        .field("model", options.model)
        .field("simulatedSeconds", seconds(chosen->length))
        .field("events", events)
        .field("medianMs", quantile(milliseconds, 0.5))
        .field("p99Ms", quantile(milliseconds, 0.99))
        .field("eventsPerSecond", static_cast<double>(events) / quantile(milliseconds, 0.5) * 1000)
        .field("bestProcessorMs", best)
        .field("eventsPerProcessorSecond", static_cast<double>(events) / best * 1000)
        .field("peakBytes", peakResidentBytes())
        .field("stateHash", stateHash.hex())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

// Everything between the two marks of the page is replaced.
Result<void> writeTable(const std::string& file, const std::string& table) {
    constexpr std::string_view begin = "<!-- measured: begin -->\n", end = "<!-- measured: end -->";
    const auto text = readFile(file);
    if (!text) return std::unexpected(text.error());
    const std::size_t from = text->find(begin), to = text->find(end);
    if (from == std::string::npos || to == std::string::npos || to < from)
        return failure(
            ErrorCode::Invalid,
            std::format("the page needs the lines '{}' and '{}' to write between", begin.substr(0, begin.size() - 1), end), file);
    std::ofstream out{file, std::ios::binary};
    out << text->substr(0, from) << begin << table << text->substr(to);
    out.close();
    return out ? Result<void>{} : failure(ErrorCode::Unreadable, "cannot be written", file);
}

ExitStatus validate(const Options& options) {
    std::vector<sim::TheoryComparison> all;
    const std::vector<sim::KnownModel> models = sim::knownModels();
    bool agrees = true;
    {
        ProgressBar bar{"validation"};
        const Progress progress = bar.progress();
        for (std::size_t i = 0; i < models.size(); ++i) {
            progress(static_cast<double>(i) / static_cast<double>(models.size()), models[i].name);
            auto comparisons = sim::compareWithTheory(models[i], seed, {.report = {}, .stop = progress.stop});
            if (!comparisons) return fail(comparisons.error());
            for (sim::TheoryComparison& each : *comparisons) {
                agrees = agrees && each.agrees;
                all.push_back(std::move(each));
            }
        }
    }
    const std::string table = sim::validationTable(all);
    if (options.validate == "-") {
        print(table);
    } else if (auto written = writeTable(options.validate, table); !written) {
        return fail(written.error());
    }
    return agrees ? ExitStatus::Success : ExitStatus::CheckFailed;
}

} // namespace

void addBenchSim(CLI::App& bench, Run& run) {
    CLI::App* command =
        bench.add_subcommand("sim", "Simulate a standard model on one core, five times; or compare the simulation with theory");
    command->footer(
        "Example: millwright bench sim --model line50\n"
        "         millwright bench sim --validate docs/simulation-validation.md   (exit 1 where theory and simulation differ)");
    auto options = std::make_shared<Options>();
    command
        ->add_option("--model", options->model,
                     "mm1 (one queue), line50 (50 stations that fail, with buffers), year (a year of a machine with inspection, "
                     "rework, shifts and breakdowns) or fork (500 copies of a run with 10 000 parts in progress)")
        ->capture_default_str();
    command->add_option("--validate", options->validate,
                        "Rewrite the table in this page with theory, ours and the interval; - prints it");
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback(
        [&run, options] { run = [options] { return options->validate.empty() ? measure(*options) : validate(*options); }; });
}

} // namespace millwright::app
