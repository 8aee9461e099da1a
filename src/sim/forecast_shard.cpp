#include "sim/shard_lines.hpp"

#include <millwright/core/hash.hpp>
#include <millwright/sim/forecast_shard.hpp>

#include <algorithm>
#include <format>

namespace millwright::sim {
namespace {

constexpr std::string_view firstLine = "millwright forecast shard 1";
constexpr std::uint32_t mostSteps = 100'000;

void addTo(Hasher& hasher, const Elapsed& elapsed) {
    hasher.add(elapsed.known);
    hasher.add(elapsed.time.count());
}

// Field by field: whoever adds one to the state adds it here.
std::string digestOf(const InitialState& state) {
    Hasher hasher;
    for (const StationNow& station : state.stations) {
        hasher.add(std::string_view{station.id});
        hasher.add(std::uint64_t{station.machines.size()});
        for (const MachineNow& machine : station.machines) {
            hasher.add(machine.hand);
            for (const Elapsed* elapsed : {&machine.inHand, &machine.worked, &machine.up, &machine.repair}) addTo(hasher, *elapsed);
            hasher.add(machine.down);
            hasher.add(machine.downFor.count());
        }
    }
    for (const BufferNow& buffer : state.buffers) {
        hasher.add(std::string_view{buffer.id});
        hasher.add(buffer.parts);
    }
    for (const ConveyorNow& conveyor : state.conveyors) {
        hasher.add(std::string_view{conveyor.id});
        hasher.add(conveyor.parts);
    }
    for (const SourceNow& source : state.sources) {
        hasher.add(std::string_view{source.id});
        addTo(hasher, source.sinceArrival);
        hasher.add(source.waiting);
        hasher.add(source.made.value_or(~std::uint64_t{0}));
    }
    hasher.add(state.sinceShiftsBegan.count());
    return hasher.finish().hex();
}

/// One file, read.
struct Part {
    ForecastPlan plan;
    std::string state;                        // digest
    std::vector<std::string> digests, titles; // by scenario: of its model; its id
    std::vector<ScenarioRuns> runs;
};

class PartReader {
public:
    PartReader(const std::vector<Scenario>& scenarios, const ShardFile& file) : scenarios_{scenarios}, lines_{file} {}

    Result<Part> read() {
        if (lines_.take() != firstLine)
            return lines_.wrong(
                "this is no part of a branch from now (study --from LOG --shard I/N -o FILE makes one; parts without "
                "--from are merged without)");
        Part part;
        if (!readPlan(part)) return lines_.wrong("the plan is damaged");
        std::uint32_t scenarios = 0;
        if (!lines_.field("scenarios", scenarios) || scenarios > mostScenarios)
            return lines_.wrong("the number of scenarios is damaged");
        for (std::uint32_t i = 0; i < scenarios; ++i) {
            const auto id = lines_.textOf("scenario"), digest = lines_.textOf("model");
            if (!id || !digest) return lines_.wrong("a scenario is damaged");
            part.titles.emplace_back(*id);
            part.digests.emplace_back(*digest);
            if (i >= scenarios_.size() || part.titles.back() != scenarios_[i].id ||
                part.digests.back() != digestOf(scenarios_[i].model))
                return part; // of something else: the numbers are not looked at
            if (!readRuns(part, scenarios_[i].model.process())) return lines_.wrong("a scenario's runs are damaged");
        }
        if (lines_.take() != "end") return lines_.wrong("the end is missing");
        return part;
    }

private:
    bool readPlan(Part& part) {
        ForecastPlan& plan = part.plan;
        if (!lines_.field("seed", plan.seed) || !lines_.field("replications", plan.replications) ||
            !lines_.field("confidence", plan.confidence) || !lines_.duration("length", plan.length) ||
            !lines_.field("steps", plan.steps) || !lines_.field("shard", plan.shard) || !lines_.field("shards", plan.shards))
            return false;
        const auto state = lines_.textOf("state");
        if (!state) return false;
        part.state = *state;
        return plan.replications >= 2 && plan.replications <= mostReplications && plan.steps >= 1 && plan.steps <= mostSteps &&
               plan.length > Duration::zero() && plan.shards >= 1 && plan.shards <= plan.replications && plan.shard < plan.shards &&
               plan.confidence > 0 && plan.confidence < 1 && plan.replications >= observationsForRange(plan.confidence);
    }

    bool readRuns(Part& part, const plant::Process& process) {
        const std::uint32_t count = (part.plan.replications - part.plan.shard + part.plan.shards - 1) / part.plan.shards;
        ScenarioRuns& all = part.runs.emplace_back();
        if (!lines_.metrics(count, all.metrics)) return false;
        const auto buffers = static_cast<std::uint32_t>(process.buffers.size());
        for (std::uint32_t r = 0; r < count; ++r) {
            ForecastRun& run = all.runs.emplace_back();
            if (!readCourses("made", process.products.size(), part.plan.steps, run.made) ||
                !readCourses("content", buffers, part.plan.steps, run.content) ||
                !lines_.numbers("empty", buffers, true, run.firstEmpty) || !lines_.numbers("full", buffers, true, run.firstFull))
                return false;
        }
        return true;
    }

    bool readCourses(std::string_view key, std::size_t count, std::uint32_t steps, std::vector<std::vector<double>>& courses) {
        courses.resize(count);
        return std::ranges::all_of(courses, [&](std::vector<double>& course) { return lines_.numbers(key, steps, false, course); });
    }

    const std::vector<Scenario>& scenarios_;
    ShardLines lines_;
};

bool isOfOneWhole(const Part& a, const Part& b) {
    const ForecastPlan &x = a.plan, &y = b.plan;
    const auto ids = [](const Part& part, std::size_t s) {
        std::vector<std::string> all;
        for (const MetricResult& metric : part.runs[s].metrics) all.push_back(metric.id);
        return all;
    };
    for (std::size_t s = 0; s < a.runs.size(); ++s)
        if (ids(a, s) != ids(b, s)) return false;
    return x.seed == y.seed && x.replications == y.replications && x.confidence == y.confidence && x.length == y.length &&
           x.steps == y.steps && x.shards == y.shards;
}

Result<std::vector<Part>> readParts(const std::vector<Scenario>& scenarios, const std::string& state,
                                    std::span<const ShardFile> files) {
    std::vector<Part> parts;
    for (const ShardFile& file : files) {
        auto part = PartReader{scenarios, file}.read();
        if (!part) return std::unexpected(part.error());
        if (part->runs.size() != scenarios.size())
            return failure(ErrorCode::Invalid,
                           "it was made of another model or of other scenarios: give the same plant and scenarios", file.name);
        if (part->state != state)
            return failure(ErrorCode::Invalid,
                           "it begins in another state of the plant: give the same --from, --at and --shifts-from, of a log that "
                           "does not grow meanwhile",
                           file.name);
        if (!parts.empty() && !isOfOneWhole(parts.front(), *part))
            return failure(ErrorCode::Invalid,
                           std::format("it has another seed, number of replications, confidence, --for or number of parts than {}: "
                                       "parts of one study belong together",
                                       files[0].name),
                           file.name);
        parts.push_back(*std::move(part));
    }
    return parts;
}

} // namespace

std::string forecastShardText(const std::vector<Scenario>& scenarios, const InitialState& state, const ForecastPlan& plan,
                              const std::vector<ScenarioRuns>& runs) {
    std::string text = std::format(
        "{}\nseed {}\nreplications {}\nconfidence {}\nlength {}\nsteps {}\nshard {}\nshards {}\nstate {}\nscenarios {}\n",
        firstLine, plan.seed, plan.replications, plan.confidence, plan.length.count(), plan.steps, plan.shard, plan.shards,
        digestOf(state), runs.size());
    for (std::size_t s = 0; s < runs.size(); ++s) {
        text +=
            std::format("scenario {}\nmodel {}\n{}", scenarios[s].id, digestOf(scenarios[s].model), metricsText(runs[s].metrics));
        for (const ForecastRun& run : runs[s].runs) {
            for (const std::vector<double>& course : run.made) text += std::format("made{}\n", numbersText(course));
            for (const std::vector<double>& course : run.content) text += std::format("content{}\n", numbersText(course));
            text += std::format("empty{}\nfull{}\n", numbersText(run.firstEmpty), numbersText(run.firstFull));
        }
    }
    return text + "end\n";
}

Result<MergedForecast> mergeForecastShards(const std::vector<Scenario>& scenarios, const InitialState& state,
                                           std::span<const ShardFile> files) {
    if (files.empty()) return failure(ErrorCode::Invalid, "there are no parts to merge");
    const auto parts = readParts(scenarios, digestOf(state), files);
    if (!parts) return std::unexpected(parts.error());
    std::vector<std::uint32_t> numbers;
    for (const Part& part : *parts) numbers.push_back(part.plan.shard);
    MergedForecast merged{.plan = parts->front().plan, .runs = parts->front().runs};
    const std::uint32_t shards = merged.plan.shards, replications = merged.plan.replications;
    const auto order = orderOf(numbers, shards, files);
    if (!order) return std::unexpected(order.error());
    merged.plan.shard = 0;
    merged.plan.shards = 1;
    for (std::size_t s = 0; s < merged.runs.size(); ++s) {
        const auto of = [&](std::size_t shard) -> const ScenarioRuns& { return (*parts)[(*order)[shard]].runs[s]; };
        for (std::size_t m = 0; m < merged.runs[s].metrics.size(); ++m)
            merged.runs[s].metrics[m].values =
                interleaved<double>(replications, shards, [&](std::size_t i) -> const auto& { return of(i).metrics[m].values; });
        merged.runs[s].runs =
            interleaved<ForecastRun>(replications, shards, [&](std::size_t i) -> const auto& { return of(i).runs; });
    }
    return merged;
}

} // namespace millwright::sim
