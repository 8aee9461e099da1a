#include <millwright/core/mapped_file.hpp>
#include <millwright/sim/factor.hpp>
#include <millwright/sim/selection_report.hpp>

#include <app/commands/study.hpp>
#include <format>

// `study --choose`, `--maximise`, `--minimise`: the best of several choices.
namespace millwright::app {
namespace {

constexpr std::uint32_t usualFirst = 10; // runs of each to begin with

/// Every combination of what may be chosen, or the scenarios themselves.
Result<std::vector<sim::Scenario>> candidatesOf(const StudyOptions& options, const StudySubject& subject) {
    if (options.choose.empty()) {
        if (subject.scenarios.size() < 2)
            return failure(ErrorCode::Invalid,
                           "there is nothing to choose between: name scenarios, or values with --choose KEY=a,b,c",
                           options.maximise.empty() ? "--minimise" : "--maximise");
        return subject.scenarios;
    }
    if (auto one = needsOneModel(subject, "--choose"); !one) return std::unexpected(std::move(one.error()));
    const sim::Scenario& base = subject.scenarios.front();
    std::vector<sim::Choices> choices;
    for (const std::string& text : options.choose) {
        auto read = sim::choicesOf(base.model.process(), text);
        if (!read) return std::unexpected(std::move(read.error()));
        for (const sim::Choices& other : choices)
            if (other.key == read->key) return failure(ErrorCode::Invalid, "it is chosen twice: name it once", read->key);
        choices.push_back(*std::move(read));
    }
    return sim::combinations(base, choices);
}

} // namespace

ExitStatus choose(const StudyOptions& options, const StudySubject& subject, const sim::StudyPlan& study) {
    auto candidates = candidatesOf(options, subject);
    if (!candidates) return fail(candidates.error());
    if (options.maximise.empty() == options.minimise.empty())
        return fail({ErrorCode::Invalid, "say what is best: --maximise or --minimise and a quantity, such as --maximise throughput",
                     "--choose"});
    if (!(options.indifference > 0))
        return fail({ErrorCode::Invalid,
                     "say which difference is too small to matter, in the quantity's unit (per hour, seconds), such as "
                     "--indifference 0.1: the smaller, the more runs it takes",
                     "--indifference"});
    const std::string& metric = options.maximise.empty() ? options.minimise : options.maximise;
    sim::SelectionPlan plan{.confidence = options.confidence,
                            .indifference = options.indifference,
                            .minimise = options.maximise.empty(),
                            .first = options.replications == 0 ? usualFirst : options.replications,
                            .budget = options.budget,
                            .procedure = options.procedure == "ocba" ? sim::SelectionProcedure::Ocba : sim::SelectionProcedure::Kn};
    const auto known = sim::metricNamed(candidates->front().model.process(), metric);
    if (!known) return fail(known.error());
    sim::SelectionAnswer answer{subject.plant.name, *std::move(candidates), metric, known->unit, plan, study, {}};
    Result<sim::SelectedScenario> found = failure(ErrorCode::Cancelled, "");
    {
        ProgressBar bar{"choose"};
        found = sim::selectScenario(answer.scenarios, metric, plan, study, bar.progress());
    }
    if (!found) return fail(found.error());
    answer.found = *std::move(found);
    JsonWriter json;
    json.beginObject().field("plant", options.plant).field("seed", study.seed);
    sim::writeSelection(json, answer);
    json.endObject();
    if (!options.csv.empty())
        if (auto written = writeFile(options.csv, sim::selectionTable(answer)); !written) return fail(written.error());
    if (!options.report.empty()) {
        const auto written = writeStudyReport(options.report, sim::selectionPage(answer), sim::selectionTable(answer), json.text());
        if (!written) return fail(written.error());
    }
    print(options.json ? json.text() : sim::selectionText(answer));
    return ExitStatus::Success;
}

} // namespace millwright::app
