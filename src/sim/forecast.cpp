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

/// What one run came to.
struct Run {
    Report report;
    std::vector<std::vector<double>> made;     // by product, by step
    std::vector<std::vector<double>> content;  // by buffer, by step
    std::vector<double> firstEmpty, firstFull; // by buffer, seconds
};

class Runner {
public:
    Runner(const Model& model, const InitialState& state, const ForecastPlan& plan) : model_{model}, state_{state}, plan_{plan} {}

    Result<Run> run(std::uint64_t seed, const Progress& progress) const {
        const plant::Process& process = model_.process();
        Simulation simulation{model_, seed, state_};
        Run run;
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
            run.report = simulation.report();
            for (std::size_t i = 0; i < run.made.size(); ++i)
                run.made[i].push_back(static_cast<double>(run.report.products[i].made));
            for (std::size_t i = 0; i < run.content.size(); ++i) run.content[i].push_back(simulation.content(i));
        }
        return run;
    }

private:
    void lookAtBuffers(const Simulation& simulation, Run& run) const {
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
Course courseOf(std::string id, const std::vector<Run>& runs, const ForecastPlan& plan, const Of& of) {
    Course course{.id = std::move(id), .mean = {}, .low = {}, .high = {}};
    for (std::uint32_t step = 0; step < plan.steps; ++step) {
        std::vector<double> values;
        double sum = 0;
        for (const Run& run : runs) sum += values.emplace_back(of(run, step));
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

ScenarioForecast summary(const Scenario& scenario, const std::vector<Run>& runs, const ForecastPlan& plan) {
    const plant::Process& process = scenario.model.process();
    ScenarioForecast result{.id = scenario.id, .courses = {}, .turns = {}, .target = {}};
    const auto allMade = [](const Run& run, std::uint32_t step) {
        double sum = 0;
        for (const auto& made : run.made) sum += made[step];
        return sum;
    };
    result.courses.push_back(courseOf("made", runs, plan, allMade));
    for (std::size_t i = 0; process.products.size() > 1 && i < process.products.size(); ++i)
        result.courses.push_back(courseOf("made/" + process.products[i].id, runs, plan,
                                          [i](const Run& run, std::uint32_t step) { return run.made[i][step]; }));
    for (std::size_t i = 0; i < process.buffers.size(); ++i)
        result.courses.push_back(courseOf("content/" + process.buffers[i].id, runs, plan,
                                          [i](const Run& run, std::uint32_t step) { return run.content[i][step]; }));
    for (std::uint32_t i = 0; i < process.buffers.size(); ++i)
        for (const bool full : {false, true}) {
            std::vector<double> first;
            for (const Run& run : runs) first.push_back(full ? run.firstFull[i] : run.firstEmpty[i]);
            if (auto turn = turnOf(i, full, std::move(first), plan.confidence)) result.turns.push_back(*turn);
        }
    if (!plan.target) return result;
    const auto met = std::ranges::count_if(
        runs, [&](const Run& run) { return allMade(run, plan.steps - 1) >= static_cast<double>(*plan.target); });
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

Result<Forecast> forecast(const std::vector<Scenario>& scenarios, const InitialState& state, const ForecastPlan& plan,
                          const Progress& progress) {
    if (plan.replications < observationsForRange(plan.confidence))
        return failure(ErrorCode::Invalid,
                       std::format("{} replications cannot show where {:g} % of all runs lie: {} are needed", plan.replications,
                                   100 * plan.confidence, observationsForRange(plan.confidence)));
    Forecast result;
    const auto count = static_cast<double>(scenarios.size());
    for (std::size_t s = 0; s < scenarios.size(); ++s) {
        const Scenario& scenario = scenarios[s];
        const Runner runner{scenario.model, state, plan};
        const Progress part = partOf(progress, static_cast<double>(s) / count, static_cast<double>(s + 1) / count, scenario.id);
        std::vector<Run> runs(plan.replications);
        const auto one = [&](std::uint32_t index, std::uint64_t seed) -> Result<void> {
            auto run = runner.run(seed, part);
            if (!run) return std::unexpected(run.error());
            runs[index] = *std::move(run);
            return {};
        };
        const Replications replications{
            .length = plan.length, .seed = plan.seed, .count = plan.replications, .threads = plan.threads};
        if (auto done = eachReplication(replications, part, one); !done)
            return std::unexpected(inScenario(done.error(), scenario.id));
        std::vector<Report> reports;
        for (Run& run : runs) reports.push_back(std::move(run.report));
        ScenarioResult& study = result.study.scenarios.emplace_back(scenario.id, scenario.name, plan.length);
        study.metrics = metricsOf(scenario.model.process(), reports);
        std::erase_if(study.metrics, [](const MetricResult& metric) {
            return metric.id.starts_with("timeInSystem") || metric.id.starts_with("wait/");
        });
        result.scenarios.push_back(summary(scenario, runs, plan));
    }
    evaluate(result.study, plan.confidence);
    return result;
}

} // namespace millwright::sim
