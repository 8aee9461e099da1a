#include "sim/metrics.hpp"
#include "sim/pool.hpp"

#include <millwright/sim/forecast.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::sim {
namespace {

constexpr double notWithin = std::numeric_limits<double>::infinity();

class Runner {
public:
    Runner(const Model& model, const InitialState& state, const ForecastPlan& plan) : model_{model}, state_{state}, plan_{plan} {}

    Result<ForecastRun> run(std::uint64_t seed, Report& report, const Progress& progress) const {
        const plant::Process& process = model_.process();
        Simulation simulation{model_, seed, state_};
        ForecastRun run;
        run.made.resize(process.products.size());
        run.content.resize(process.buffers.size());
        run.firstEmpty.resize(process.buffers.size(), notWithin);
        run.firstFull = run.firstEmpty;
        lookAtBuffers(simulation, run);
        for (std::uint32_t step = 1; step <= plan_.steps; ++step) {
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped");
            const Duration until = step == plan_.steps ? plan_.length : plan_.length / plan_.steps * step;
            for (;;) {
                const auto happened = simulation.step(until);
                if (!happened) return std::unexpected(happened.error());
                if (!*happened) break;
                lookAtBuffers(simulation, run);
            }
            if (auto done = simulation.runTo(until); !done) return std::unexpected(done.error());
            report = simulation.report();
            for (std::size_t i = 0; i < run.made.size(); ++i) run.made[i].push_back(static_cast<double>(report.products[i].made));
            for (std::size_t i = 0; i < run.content.size(); ++i) run.content[i].push_back(simulation.content(i));
        }
        return run;
    }

private:
    void lookAtBuffers(const Simulation& simulation, ForecastRun& run) const {
        const auto& buffers = model_.process().buffers;
        for (std::size_t i = 0; i < buffers.size(); ++i) {
            const std::uint32_t parts = simulation.content(i);
            double* first = parts == 0 ? &run.firstEmpty[i] : parts == buffers[i].capacity ? &run.firstFull[i] : nullptr;
            if (first != nullptr && *first == notWithin) *first = seconds(simulation.now());
        }
    }

    const Model& model_;
    const InitialState& state_;
    const ForecastPlan& plan_;
};

// `of` gives a run's values by step.
template <typename Of>
Course courseOf(std::string id, const std::vector<ForecastRun>& runs, const ForecastPlan& plan, const Of& of) {
    Course course{.id = std::move(id), .mean = {}, .low = {}, .high = {}};
    for (std::uint32_t step = 0; step < plan.steps; ++step) {
        std::vector<double> values;
        double sum = 0;
        for (const ForecastRun& run : runs) sum += values.emplace_back(of(run, step));
        const Range range = *rangeOfOneMore(values, plan.confidence);
        course.mean.push_back(sum / static_cast<double>(values.size()));
        course.low.push_back(range.low);
        course.high.push_back(range.high);
    }
    return course;
}

std::optional<Turn> turnOf(std::uint32_t buffer, bool full, std::vector<double> first, double confidence) {
    const auto come = static_cast<std::size_t>(std::ranges::count_if(first, [](double at) { return at < notWithin; }));
    if (come == 0) return std::nullopt;
    Turn turn{.buffer = buffer, .full = full, .within = proportionOf(come, first.size(), confidence), .when = {}, .median = {}};
    const Range range = *rangeOfOneMore(first, confidence);
    if (range.high < notWithin) turn.when = range;
    std::ranges::sort(first);
    if (first[first.size() / 2] < notWithin) turn.median = first[first.size() / 2];
    return turn;
}

ScenarioForecast summary(const Scenario& scenario, const std::vector<ForecastRun>& runs, const ForecastPlan& plan) {
    const plant::Process& process = scenario.model.process();
    ScenarioForecast result{.id = scenario.id, .courses = {}, .turns = {}, .target = {}};
    const auto allMade = [](const ForecastRun& run, std::uint32_t step) {
        double sum = 0;
        for (const auto& made : run.made) sum += made[step];
        return sum;
    };
    result.courses.push_back(courseOf("made", runs, plan, allMade));
    for (std::size_t i = 0; process.products.size() > 1 && i < process.products.size(); ++i)
        result.courses.push_back(courseOf("made/" + process.products[i].id, runs, plan,
                                          [i](const ForecastRun& run, std::uint32_t step) { return run.made[i][step]; }));
    for (std::size_t i = 0; i < process.buffers.size(); ++i)
        result.courses.push_back(courseOf("content/" + process.buffers[i].id, runs, plan,
                                          [i](const ForecastRun& run, std::uint32_t step) { return run.content[i][step]; }));
    for (std::uint32_t i = 0; i < process.buffers.size(); ++i)
        for (const bool full : {false, true}) {
            std::vector<double> first;
            for (const ForecastRun& run : runs) first.push_back(full ? run.firstFull[i] : run.firstEmpty[i]);
            if (auto turn = turnOf(i, full, std::move(first), plan.confidence)) result.turns.push_back(*turn);
        }
    if (!plan.target) return result;
    const auto met = std::ranges::count_if(
        runs, [&](const ForecastRun& run) { return allMade(run, plan.steps - 1) >= static_cast<double>(*plan.target); });
    result.target = proportionOf(static_cast<std::size_t>(met), runs.size(), plan.confidence);
    return result;
}

} // namespace

std::uint32_t stepsFor(Duration length) {
    using namespace std::chrono_literals;
    for (const Duration step : {Duration{1s}, Duration{10s}, Duration{1min}, Duration{5min}, Duration{10min}, Duration{30min},
                                Duration{1h}, Duration{4h}, Duration{24h}})
        if (length % step == Duration::zero() && length / step <= 48) return static_cast<std::uint32_t>(length / step);
    return 24;
}

Result<std::vector<ScenarioRuns>> forecastRuns(const std::vector<Scenario>& scenarios, const InitialState& state,
                                               const ForecastPlan& plan, const Progress& progress) {
    if (plan.replications < observationsForRange(plan.confidence))
        return failure(ErrorCode::Invalid,
                       std::format("{} replications cannot show where {:g} % of all runs lie: {} are needed", plan.replications,
                                   100 * plan.confidence, observationsForRange(plan.confidence)));
    std::vector<ScenarioRuns> result;
    const auto count = static_cast<double>(scenarios.size());
    for (std::size_t s = 0; s < scenarios.size(); ++s) {
        const Scenario& scenario = scenarios[s];
        const Runner runner{scenario.model, state, plan};
        const Progress part = partOf(progress, static_cast<double>(s) / count, static_cast<double>(s + 1) / count, scenario.id);
        const Replications replications{.length = plan.length,
                                        .seed = plan.seed,
                                        .count = (plan.replications - plan.shard + plan.shards - 1) / plan.shards,
                                        .first = plan.shard,
                                        .stride = plan.shards,
                                        .threads = plan.threads};
        ScenarioRuns all{.metrics = {}, .runs = std::vector<ForecastRun>(replications.count)};
        std::vector<Report> reports(replications.count);
        const auto one = [&](std::uint32_t index, std::uint64_t seed) -> Result<void> {
            auto run = runner.run(seed, reports[index], part);
            if (!run) return std::unexpected(run.error());
            all.runs[index] = *std::move(run);
            return {};
        };
        if (auto done = eachReplication(replications, part, one); !done)
            return std::unexpected(inScenario(done.error(), scenario.id));
        all.metrics = metricsOf(scenario.model.process(), reports);
        std::erase_if(all.metrics, [](const MetricResult& metric) {
            return metric.id.starts_with("timeInSystem") || metric.id.starts_with("wait/") || metric.id.starts_with("travel/");
        });
        result.push_back(std::move(all));
    }
    return result;
}

Forecast forecastOf(const std::vector<Scenario>& scenarios, const ForecastPlan& plan, std::vector<ScenarioRuns> runs) {
    Forecast result;
    for (std::size_t s = 0; s < scenarios.size(); ++s) {
        ScenarioResult& study = result.study.scenarios.emplace_back(scenarios[s].id, scenarios[s].name, plan.length);
        study.metrics = std::move(runs[s].metrics);
        result.scenarios.push_back(summary(scenarios[s], runs[s].runs, plan));
    }
    evaluate(result.study, plan.confidence);
    return result;
}

Result<Forecast> forecast(const std::vector<Scenario>& scenarios, const InitialState& state, const ForecastPlan& plan,
                          const Progress& progress) {
    auto runs = forecastRuns(scenarios, state, plan, progress);
    if (!runs) return std::unexpected(runs.error());
    return forecastOf(scenarios, plan, *std::move(runs));
}

} // namespace millwright::sim
