#include <millwright/core/mapped_file.hpp>
#include <millwright/sim/sensitivity_report.hpp>

#include <algorithm>
#include <app/commands/study.hpp>
#include <format>

// `study --vary`: what the numbers of the process model do to a result.
namespace millwright::app {
namespace {

constexpr std::uint32_t usualPointsPerFactor = 10, fewestPoints = 30;
constexpr std::uint32_t usualAlone = 20, usualInHypercube = 5; // replications

Result<std::vector<sim::Factor>> factorsOf(const StudyOptions& options, const plant::Process& process) {
    std::vector<sim::Factor> factors;
    for (const std::string& text : options.vary) {
        if (text.contains('=')) {
            auto factor = sim::factorOf(process, text);
            if (!factor) return std::unexpected(std::move(factor.error()));
            factors.push_back(*std::move(factor));
            continue;
        }
        const auto file = readFile(text, 1u << 20);
        if (!file) return std::unexpected(file.error());
        auto named = sim::factorsOf(process, *file, text);
        if (!named) return std::unexpected(std::move(named.error()));
        std::ranges::move(*named, std::back_inserter(factors));
    }
    if (auto sound = sim::checkFactors(factors); !sound) return std::unexpected(std::move(sound.error()));
    return factors;
}

std::string asJson(const StudyOptions& options, const sim::SensitivityAnswer& answer) {
    JsonWriter json;
    json.beginObject().field("plant", options.plant).field("seed", answer.sensitivity.plan.seed);
    json.field("replications", answer.sensitivity.plan.replications);
    sim::writeSensitivity(json, answer);
    json.endObject();
    return json.text();
}

} // namespace

Result<void> needsOneModel(const StudySubject& subject, std::string_view option) {
    if (subject.scenarios.size() == 1) return {};
    return failure(
        ErrorCode::Invalid,
        std::format("one model is varied: name no --scenario, or one with --no-base; there are {}", subject.scenarios.size()),
        std::string{option});
}

ExitStatus vary(const StudyOptions& options, const StudySubject& subject, sim::StudyPlan plan) {
    if (auto one = needsOneModel(subject, "--vary"); !one) return fail(one.error());
    const sim::Scenario& base = subject.scenarios.front();
    auto factors = factorsOf(options, base.model.process());
    if (!factors) return fail(factors.error());
    if (auto known = sim::metricNamed(base.model.process(), options.metric); !known) return fail(known.error());
    const bool hypercube = options.design == "lhs";
    const auto count = static_cast<std::uint32_t>(factors->size());
    const std::uint32_t points = options.points != 0 ? options.points : std::max(fewestPoints, count * usualPointsPerFactor);
    if (hypercube && points < count + 2)
        return fail({ErrorCode::OutOfRange,
                     std::format("{} points cannot tell {} factors apart: {} are needed", points, count, count + 2), "--points"});
    if (options.replications == 0) plan.replications = hypercube ? usualInHypercube : usualAlone;
    sim::Design design =
        hypercube ? sim::latinHypercube(*std::move(factors), points, options.seed) : sim::oneAtATime(*std::move(factors));
    Result<sim::Sensitivity> studied = failure(ErrorCode::Cancelled, "");
    {
        ProgressBar bar{"study"};
        studied = sim::sensitivity(base, std::move(design), plan, bar.progress());
    }
    if (!studied) return fail(studied.error());
    const auto answer = sim::answerOf(subject.plant.name, *std::move(studied), options.metric);
    if (!answer) return fail(answer.error());
    const std::string json = asJson(options, *answer);
    if (!options.csv.empty())
        if (auto written = writeFile(options.csv, sim::sensitivityTable(*answer)); !written) return fail(written.error());
    if (!options.report.empty()) {
        const auto written = writeStudyReport(options.report, sim::sensitivityPage(*answer), sim::sensitivityTable(*answer), json);
        if (!written) return fail(written.error());
    }
    print(options.json ? json : sim::sensitivityText(*answer));
    return ExitStatus::Success;
}

} // namespace millwright::app
