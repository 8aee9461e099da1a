#include "sim/chart.hpp"
#include "sim/report_parts.hpp"

#include <millwright/core/html.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/study_report.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::sim {
namespace {

constexpr std::size_t runsDrawn = 200; // of one chart's row

// A probability that was worked out is never certain.
std::string chance(double probability) {
    return probability > 0.999   ? "more than 99.9 %"
           : probability < 0.001 ? "less than 0.1 %"
                                 : std::format("{:.1f} %", 100 * probability);
}

// How many of all pairs a share of them is.
std::string ofPairs(double share, std::size_t pairs) {
    return std::format("{} of {}", std::lround(share * static_cast<double>(pairs)), pairs);
}

const MetricResult* metricOf(const ScenarioResult& scenario, const std::string& id) {
    const auto found = std::ranges::find(scenario.metrics, id, &MetricResult::id);
    return found == scenario.metrics.end() ? nullptr : &*found;
}

const ScenarioResult& scenarioOf(const StudyResult& result, const std::string& id) {
    return *std::ranges::find(result.scenarios, id, &ScenarioResult::id);
}

// 1: better, -1: worse, 0: cannot be told, or neither is better.
int verdictOn(const Estimate& difference, const Shown& shown) {
    if (std::abs(difference.mean) <= difference.halfWidth) return 0;
    return difference.mean > 0 ? shown.higherIsBetter : -shown.higherIsBetter;
}

class Page {
public:
    Page(const std::string& plant, const std::vector<Scenario>& scenarios, const StudyPlan& plan, const StudyResult& result)
        : plant_{plant}, scenarios_{scenarios}, plan_{plan}, result_{result} {}

    std::string text() {
        header();
        summary();
        charts();
        stations();
        vehicles();
        add(changesPart(scenarios_));
        assumptions();
        everything();
        return htmlPage("What-if study: " + plant_, body_);
    }

private:
    void add(const std::string& html) { body_ += html + "\n"; }

    void header() {
        add(std::format("<h1>What-if study: {}</h1>", htmlEscaped(plant_)));
        if (result_.scenarios.size() == 1)
            add(std::format("<p class=\"note\">{} simulated runs: {} (seed {}).</p>", plan_.replications, lengths(), plan_.seed));
        else
            add(std::format(
                "<p class=\"note\">{} scenarios, {} simulated runs of each: {}. Run for run all scenarios meet the "
                "same random breakdowns, cycle times and arrivals (seed {}), so that differences come from the changes, "
                "not from luck.</p>",
                result_.scenarios.size(), plan_.replications, lengths(), plan_.seed));
        for (const ScenarioResult& scenario : result_.scenarios)
            if (!scenario.settled)
                add(std::format("<p class=\"bad\">The runs of {} are too short to tell where its start-up ends: its numbers may "
                                "still move. Study longer runs.</p>",
                                htmlEscaped(scenario.name)));
    }

    // How long the runs are: of all scenarios, or of each where they differ.
    [[nodiscard]] std::string lengths() const {
        const ScenarioResult& first = result_.scenarios.front();
        const auto told = [](const ScenarioResult& scenario) {
            return "runs of " + lengthInWords(scenario.length, scenario.warmUp);
        };
        const bool alike = std::ranges::all_of(result_.scenarios, [&](const ScenarioResult& scenario) {
            return scenario.length == first.length && scenario.warmUp == first.warmUp;
        });
        if (alike) return told(first);
        std::string text;
        for (const ScenarioResult& scenario : result_.scenarios)
            text += std::format("{}{}: {}", text.empty() ? "" : "; ", htmlEscaped(scenario.name), told(scenario));
        return text;
    }

    void summary() {
        add("<h2>What comes out</h2>\n<ul>");
        if (result_.scenarios.size() == 1) alone(result_.scenarios.front());
        for (const DifferenceResult& difference : result_.differences) {
            const ScenarioResult& a = scenarioOf(result_, difference.a);
            for (const auto& metric : difference.metrics)
                if (metric.id == "throughput") add("<li>" + sentence(a, metric) + beside(a, difference) + "</li>");
        }
        add("</ul>");
    }

    // Nothing to compare with: the headlines as they are.
    void alone(const ScenarioResult& scenario) {
        for (const MetricResult& metric : scenario.metrics) {
            if (!isHeadline(metric.id) || metric.estimate.observations == 0) continue;
            const Estimate& e = metric.estimate;
            const Shown shown = shownAs(metric.id, metric.unit, e.mean);
            add(std::format("<li><b>{}</b>: {} {}</li>", htmlEscaped(shown.title), interval(e.mean, e.halfWidth, shown.scale),
                            htmlEscaped(shown.unit)));
        }
    }

    // What else of the headlines differs: who makes as many parts in less time has changed something.
    [[nodiscard]] std::string beside(const ScenarioResult& a, const DifferenceResult& difference) const {
        std::string text;
        for (const auto& metric : difference.metrics) {
            const Estimate& e = metric.estimate;
            if (!isHeadline(metric.id) || metric.id == "throughput" || e.observations == 0) continue;
            const MetricResult& before = *metricOf(result_.scenarios.front(), metric.id);
            const Shown shown = shownAs(metric.id, before.unit, before.estimate.mean);
            const int verdict = verdictOn(e, shown);
            if (verdict == 0) continue;
            const auto told = [&](double value) { return withDigits(value * shown.scale, e.halfWidth * shown.scale); };
            text += std::format(" {}: <span class=\"{}\">{} {}</span>, {} against {}.", htmlEscaped(shown.title),
                                verdict > 0 ? "good" : "bad", interval(e.mean, e.halfWidth, shown.scale, true),
                                htmlEscaped(shown.unit), told(metricOf(a, metric.id)->estimate.mean), told(before.estimate.mean));
        }
        return text;
    }

    std::string sentence(const ScenarioResult& a, const DifferenceResult::Metric& metric) const {
        const ScenarioResult& base = result_.scenarios.front();
        const double before = metricOf(base, metric.id)->estimate.mean, mean = metric.estimate.mean,
                     half = metric.estimate.halfWidth;
        const int verdict = std::abs(mean) <= half ? 0 : mean > 0 ? 1 : -1;
        std::string text = std::format("<b>{}</b>: ", htmlEscaped(a.name));
        if (verdict == 0)
            return text + std::format("no difference shown in good parts per hour ({} per hour, {:.0f} % interval). A difference "
                                      "smaller than that may exist; more "
                                      "runs would tell.",
                                      interval(mean, half, 1, true), 100 * plan_.confidence);
        text += std::format("<span class=\"{}\">{} good parts per hour</span>, {} against {}", verdict > 0 ? "good" : "bad",
                            withDigits(mean, half, true), withDigits(before + mean, half), withDigits(before, half));
        if (before > 0) text += std::format(" ({:+.1f} %)", 100 * mean / before);
        return text +
               std::format(". The difference lies between {} and {} with {:.0f} % confidence; it was higher in {} paired runs.",
                           withDigits(mean - half, half, true), withDigits(mean + half, half, true), 100 * plan_.confidence,
                           ofPairs(metric.shareHigher, metric.estimate.observations));
    }

    void charts() {
        for (const MetricResult& metric : result_.scenarios.front().metrics) {
            if (!isHeadline(metric.id)) continue;
            const Shown shown = shownAs(metric.id, metric.unit, metric.estimate.mean);
            add(std::format("<h2>{}</h2>", htmlEscaped(inWords(shown))));
            add(std::format("<h3>Mean of each scenario</h3>\n<p class=\"note\">Thick line: mean. Box: {:.0f} % interval of the "
                            "mean. Thin lines: single runs.</p>",
                            100 * plan_.confidence));
            add(meansOf(metric.id, shown));
            add(differencesOf(metric.id, shown));
        }
    }

    std::string meansOf(const std::string& id, const Shown& shown) const {
        std::vector<IntervalRow> rows;
        for (const ScenarioResult& scenario : result_.scenarios) {
            const MetricResult* metric = metricOf(scenario, id);
            if (metric == nullptr || metric->estimate.observations == 0) continue;
            const Estimate& e = metric->estimate;
            IntervalRow row{
                scenario.name, e.mean * shown.scale, e.halfWidth * shown.scale, {}, interval(e.mean, e.halfWidth, shown.scale)};
            for (std::size_t i = 0; i < std::min(runsDrawn, metric->values.size()); ++i)
                if (!std::isnan(metric->values[i])) row.values.push_back(metric->values[i] * shown.scale);
            rows.push_back(std::move(row));
        }
        return intervalChart(rows, false);
    }

    std::string differencesOf(const std::string& id, const Shown& shown) const {
        std::vector<IntervalRow> rows;
        std::string table;
        for (const DifferenceResult& difference : result_.differences) {
            const auto metric = std::ranges::find(difference.metrics, id, &DifferenceResult::Metric::id);
            if (metric == difference.metrics.end() || metric->estimate.observations == 0) continue;
            const Estimate& e = metric->estimate;
            const int verdict = verdictOn(e, shown);
            const std::string& name = scenarioOf(result_, difference.a).name;
            const double share = shown.higherIsBetter < 0 ? 1 - metric->shareHigher - metric->shareEqual : metric->shareHigher;
            const double probability = shown.higherIsBetter < 0 ? 1 - metric->probabilityHigher : metric->probabilityHigher;
            rows.push_back({name,
                            e.mean * shown.scale,
                            e.halfWidth * shown.scale,
                            {},
                            interval(e.mean, e.halfWidth, shown.scale, true),
                            verdict > 0   ? "var(--good)"
                            : verdict < 0 ? "var(--bad)"
                                          : "var(--quiet)"});
            table += std::format(
                "<tr><td>{}</td><td class=\"{}\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                htmlEscaped(name),
                verdict > 0   ? "good"
                : verdict < 0 ? "bad"
                              : "",
                verdict > 0   ? "better"
                : verdict < 0 ? "worse"
                              : "no difference shown",
                chance(probability), ofPairs(share, e.observations));
        }
        if (rows.empty()) return {};
        return std::format("<h3>Difference to {}, run by run</h3>\n", htmlEscaped(result_.scenarios.front().name)) +
               intervalChart(rows, true) +
               "<div class=\"wide\"><table><tr><th>scenario</th><th>verdict</th><th class=\"number\">probability better</th><th "
               "class=\"number\">runs better</th></tr>\n" +
               table + "</table></div>";
    }

    void stations() {
        std::vector<ShareKind> kinds{{"working", "#2e8b57"}, {"starved", "#8fb3d9"}, {"blocked", "#e0a030"},
                                     {"down", "#c0392b"},    {"setup", "#8e6bbf"},   {"idle", "#b9c0c7"}};
        const auto isMaintained = [](const plant::Station& station) { return !station.maintenance.empty(); };
        if (std::ranges::any_of(scenarios_,
                                [&](const Scenario& s) { return std::ranges::any_of(s.model.process().stations, isMaintained); }))
            kinds.push_back({"maintenance", "#5fa8a0"});
        const auto isAttended = [](const plant::Station& station) { return !station.needs.empty(); };
        if (std::ranges::any_of(scenarios_,
                                [&](const Scenario& s) { return std::ranges::any_of(s.model.process().stations, isAttended); }))
            kinds.push_back({"unattended", "#b5651d"});
        add("<h2>What stations did with their time</h2>");
        for (std::size_t i = 0; i < result_.scenarios.size(); ++i) {
            const ScenarioResult& scenario = result_.scenarios[i];
            std::vector<ShareRow> rows;
            for (const plant::Station& station : scenarios_[i].model.process().stations) {
                ShareRow row{.label = station.name.empty() ? station.id : station.name};
                for (const ShareKind& kind : kinds) {
                    const MetricResult* metric = metricOf(scenario, kind.name + "/" + station.id);
                    row.shares.push_back(metric != nullptr ? metric->estimate.mean : 0);
                }
                row.value = std::format("{:.1f} % working", 100 * row.shares.front());
                rows.push_back(std::move(row));
            }
            add(std::format("<h3>{}</h3>", htmlEscaped(scenario.name)) + shareChart(kinds, rows));
        }
    }

    void vehicles() {
        if (std::ranges::all_of(scenarios_, [](const Scenario& s) { return s.model.process().fleets.empty(); })) return;
        const std::vector<std::pair<std::string, ShareKind>> kinds{
            {"vehicleLoaded", {"loaded", "#2e8b57"}},   {"vehicleHandling", {"loaded or unloaded", "#8e6bbf"}},
            {"vehicleEmpty", {"empty", "#8fb3d9"}},     {"vehicleWaiting", {"waiting", "#b9c0c7"}},
            {"vehicleBlocked", {"blocked", "#e0a030"}}, {"vehicleCharging", {"charging", "#5fa8a0"}},
            {"vehicleDown", {"down", "#c0392b"}}};
        std::vector<ShareKind> shown;
        for (const auto& [metric, kind] : kinds) shown.push_back(kind);
        add("<h2>What vehicles did with their time</h2>");
        for (std::size_t i = 0; i < result_.scenarios.size(); ++i) {
            std::vector<ShareRow> rows;
            for (const plant::Fleet& fleet : scenarios_[i].model.process().fleets) {
                ShareRow row{.label = std::format("{}, {} vehicles", fleet.name.empty() ? fleet.id : fleet.name, fleet.vehicles)};
                for (const auto& [metric, kind] : kinds)
                    row.shares.push_back(metricOf(result_.scenarios[i], metric + "/" + fleet.id)->estimate.mean);
                row.value =
                    std::format("{:.1f} loads per hour", metricOf(result_.scenarios[i], "loads/" + fleet.id)->estimate.mean);
                rows.push_back(std::move(row));
            }
            add(std::format("<h3>{}</h3>", htmlEscaped(result_.scenarios[i].name)) + shareChart(shown, rows));
        }
    }

    void assumptions() {
        add("<h2>What all of it assumes</h2>\n<ul>");
        add(std::format(
            "<li>The plant is as its process model says; the model of {} is below. A result is as good as these numbers.</li>",
            htmlEscaped(scenarios_.front().name)));
        add("<li>Intervals are Student's t over independent runs. Each holds by itself with the confidence it states, not all of "
            "them together.</li>");
        add("<li>\u201cProbability better\u201d is that of the true mean, from the paired differences; \u201cruns better\u201d "
            "counts pairs of runs.</li>");
        add("<li>" +
            std::string{plan_.warmUp ? "The start-up that is not counted was given."
                                     : "The start-up that is not counted is the plant's own, or else was found by MSER-5."} +
            "</li>\n</ul>");
        add(factsPart(scenarios_.front().model.process()));
    }

    void everything() {
        add("<h2>Every quantity</h2>\n<details><summary>Means with their intervals</summary>\n<div "
            "class=\"wide\"><table><tr><th>quantity</th>");
        for (const ScenarioResult& scenario : result_.scenarios)
            add(std::format("<th class=\"number\">{}</th>", htmlEscaped(scenario.name)));
        add("</tr>");
        for (const MetricResult& metric : result_.scenarios.front().metrics) {
            const Shown shown = shownAs(metric.id, metric.unit, metric.estimate.mean);
            std::string line = std::format("<tr><td>{}</td>", htmlEscaped(inWords(shown)));
            for (const ScenarioResult& scenario : result_.scenarios) {
                const MetricResult* other = metricOf(scenario, metric.id);
                line += std::format("<td class=\"number\">{}</td>",
                                    other == nullptr || other->estimate.observations == 0
                                        ? "\u2013"
                                        : interval(other->estimate.mean, other->estimate.halfWidth, shown.scale));
            }
            add(line + "</tr>");
        }
        add("</table></div></details>");
    }

    const std::string& plant_;
    const std::vector<Scenario>& scenarios_;
    const StudyPlan& plan_;
    const StudyResult& result_;
    std::string body_;
};

std::string csvQuoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string{"\"\""} : std::string{c};
    return quoted + "\"";
}

} // namespace

std::string studyPage(const std::string& plant, const std::vector<Scenario>& scenarios, const StudyPlan& plan,
                      const StudyResult& result) {
    return Page{plant, scenarios, plan, result}.text();
}

std::string studyTable(const StudyPlan& plan, const StudyResult& result) {
    std::string text = "scenario,metric,unit,replication,seed,value\r\n";
    for (const ScenarioResult& scenario : result.scenarios)
        for (const MetricResult& metric : scenario.metrics)
            for (std::size_t i = 0; i < metric.values.size(); ++i)
                text += std::format("{},{},{},{},{},{}\r\n", csvQuoted(scenario.id), csvQuoted(metric.id), metric.unit, i + 1,
                                    replicationSeed(plan.seed, i),
                                    std::isnan(metric.values[i]) ? std::string{} : std::format("{}", metric.values[i]));
    return text;
}

} // namespace millwright::sim
