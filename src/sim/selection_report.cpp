#include "sim/chart.hpp"
#include "sim/report_parts.hpp"

#include <millwright/core/html.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/selection_report.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

namespace millwright::sim {
namespace {

constexpr std::size_t runsDrawn = 200, chartedAtMost = 60, listedAtMost = 20;

class Teller {
public:
    explicit Teller(const SelectionAnswer& answer)
        : answer_{answer}, shown_{shownAs(answer.metric, answer.unit, best().estimate.mean)} {}

    [[nodiscard]] const Selection& selection() const { return answer_.found.selection; }
    [[nodiscard]] const Candidate& best() const { return selection().candidates[selection().best]; }
    [[nodiscard]] const std::string& name(std::size_t i) const { return answer_.scenarios[i].name; }
    [[nodiscard]] const Shown& shown() const { return shown_; }

    /// The winner, then by the means.
    [[nodiscard]] std::vector<std::size_t> order() const {
        std::vector<std::size_t> order(selection().candidates.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, {}, [&](std::size_t i) {
            const double mean = selection().candidates[i].estimate.mean;
            return std::pair{i != selection().best, answer_.plan.minimise ? mean : -mean};
        });
        return order;
    }

    /// By OCBA, which puts nobody out.
    [[nodiscard]] bool isAllocated() const { return answer_.plan.procedure == SelectionProcedure::Ocba; }

    [[nodiscard]] std::string told(const Estimate& e, bool sign) const { return interval(e.mean, e.halfWidth, shown_.scale, sign); }
    [[nodiscard]] std::string amount(double value) const { return std::format("{:.4g} {}", value * shown_.scale, shown_.unit); }

    /// From 1 on, in that order.
    [[nodiscard]] std::size_t rank(std::size_t i) const {
        const std::vector<std::size_t> places = order();
        return static_cast<std::size_t>(std::ranges::find(places, i) - places.begin()) + 1;
    }

    [[nodiscard]] std::string fate(std::size_t i) const {
        const Candidate& candidate = selection().candidates[i];
        if (i == selection().best) return selection().decided ? "chosen" : "best so far";
        if (isAllocated()) return {};
        if (candidate.outAfter == 0)
            return selection().decided ? "within the difference that matters" : "still in when the runs ended";
        return std::format("out after {} runs, by {}", candidate.outAfter, rank(*candidate.outBy));
    }

    [[nodiscard]] std::string sure() const {
        const std::string goal = asWanted(shown_, answer_.plan.minimise);
        // What was worked out is never certain.
        const std::string good = std::format("{:.1f} %", std::floor(1000 * std::min(selection().probabilityGood, 0.999)) / 10);
        if (isAllocated())
            return std::format("{}that none is better {} by {} or more has an estimated probability of {} or more{}",
                               selection().decided ? std::format("It has {}, by the runs themselves: ", goal)
                                                   : std::format("NOT DECIDED: after {} runs altogether, ", selection().observed),
                               selection().decided ? "than it" : "than the best so far", amount(answer_.plan.indifference), good,
                               selection().decided ? "." : ". Allow more runs, or a larger difference.");
        if (!selection().decided)
            return std::format(
                "NOT DECIDED: after {} runs altogether {} of {} are still in. That none is better than the best so far by {} "
                "or more has an estimated probability of {} or more. Allow more runs, or a larger difference.",
                selection().observed, selection().left, selection().candidates.size(), amount(answer_.plan.indifference), good);
        return std::format(
            "It has {} with {:g} % confidence, if it is better than every other by {} or more; else it is one of "
            "those that come as near. By the runs themselves, that none is better by that much has a probability of {} or "
            "more.",
            goal, 100 * answer_.plan.confidence, amount(answer_.plan.indifference), good);
    }

    [[nodiscard]] std::string runs() const {
        return std::format("{} runs altogether among {} choices, {} of each to begin with; runs of {}; run for run the same random "
                           "numbers (seed {})",
                           selection().observed, selection().candidates.size(), answer_.plan.first,
                           lengthInWords(answer_.found.length, answer_.found.warmUp), answer_.study.seed);
    }

private:
    const SelectionAnswer& answer_;
    Shown shown_;
};

class Page {
public:
    explicit Page(const SelectionAnswer& answer) : answer_{answer}, tell_{answer} {}

    std::string text() {
        const std::string goal = asWanted(tell_.shown(), answer_.plan.minimise);
        add(std::format("<h1>Which is best: {}</h1>", htmlEscaped(answer_.plant)));
        add(std::format("<p class=\"note\">Wanted: {}. {}.</p>", htmlEscaped(goal), htmlEscaped(tell_.runs())));
        if (!answer_.found.settled)
            add("<p class=\"bad\">Some runs are too short to tell where their start-up ends: numbers may still move. Study longer "
                "runs.</p>");
        const Selection& s = tell_.selection();
        add(std::format("<h2>What comes out</h2>\n<ul>\n<li><b>{}</b>: <span class=\"{}\">{} {}</span>.</li>\n<li>{}</li>\n</ul>",
                        htmlEscaped(tell_.name(s.best)), s.decided ? "good" : "bad", tell_.told(tell_.best().estimate, false),
                        htmlEscaped(tell_.shown().unit), htmlEscaped(tell_.sure())));
        chart();
        table();
        const std::vector<Scenario> changed{answer_.scenarios.front(), answer_.scenarios[s.best]};
        if (s.best != 0) add(changesPart(changed));
        assumptions();
        return htmlPage("Which is best: " + answer_.plant, body_);
    }

private:
    void add(const std::string& html) { body_ += html + "\n"; }

    void chart() {
        std::vector<IntervalRow> rows;
        for (const std::size_t i : tell_.order()) {
            if (rows.size() == chartedAtMost) break;
            const Candidate& c = tell_.selection().candidates[i];
            const double scale = tell_.shown().scale;
            IntervalRow row{std::format("{}. {}", tell_.rank(i), tell_.name(i)),
                            c.estimate.mean * scale,
                            c.estimate.halfWidth * scale,
                            {},
                            tell_.told(c.estimate, false),
                            i == tell_.selection().best ? "var(--good)"
                            : c.outAfter == 0           ? "var(--mark)"
                                                        : "var(--quiet)"};
            for (std::size_t r = 0; r < std::min(runsDrawn, c.values.size()); ++r) row.values.push_back(c.values[r] * scale);
            rows.push_back(std::move(row));
        }
        add(std::format(
                "<h2>{}</h2>\n<p class=\"note\">Thick line: mean. Box: {:g} % interval of the mean. Thin lines: single runs. "
                "Green: chosen; grey: out.</p>",
                htmlEscaped(inWords(tell_.shown())), 100 * answer_.plan.confidence) +
            intervalChart(rows, false));
    }

    void table() {
        add("<h2>Every choice</h2>\n<div class=\"wide\"><table><tr><th></th><th>choice</th><th class=\"number\">mean</th><th "
            "class=\"number\">difference to the chosen one</th><th class=\"number\">runs</th><th></th></tr>");
        for (const std::size_t i : tell_.order()) {
            const Candidate& c = tell_.selection().candidates[i];
            add(std::format("<tr><td class=\"number\">{}</td><td>{}</td><td class=\"number\">{}</td><td "
                            "class=\"number\">{}</td><td class=\"number\">{}</td>"
                            "<td>{}</td></tr>",
                            tell_.rank(i), htmlEscaped(tell_.name(i)), tell_.told(c.estimate, false),
                            i == tell_.selection().best ? "\u2013" : tell_.told(c.behind, true), c.values.size(),
                            htmlEscaped(tell_.fate(i))));
        }
        add("</table></div>");
    }

    void assumptions() {
        add("<h2>What all of it assumes</h2>\n<ul>");
        add(tell_.isAllocated()
                ? "<li>OCBA of Chen and others (2000): after the first runs each choice gets as many more as its spread "
                  "and its distance to the best make worth while, until the estimated probability of a good choice is "
                  "what was asked for. That is an estimate, no guarantee.</li>"
                : "<li>The procedure KN of Kim and Nelson (2001): after the first runs one more of each that is "
                  "left, and whoever lies behind another by more than chance explains is out. Its confidence is that "
                  "of choosing the best when the best is better than every other by the difference that "
                  "matters.</li>");
        add("<li>It takes the value of a run as normally distributed, which means over long runs nearly are.</li>\n<li>Intervals "
            "hold "
            "each by itself. Those of choices with fewer runs are wider for it.</li>\n</ul>");
        add("<h3>The first choice's model</h3>" + factsPart(answer_.scenarios.front().model.process()));
    }

    const SelectionAnswer& answer_;
    Teller tell_;
    std::string body_;
};

std::string csvQuoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string{"\"\""} : std::string{c};
    return quoted + "\"";
}

} // namespace

std::string selectionPage(const SelectionAnswer& answer) {
    return Page{answer}.text();
}

std::string selectionText(const SelectionAnswer& answer) {
    const Teller tell{answer};
    const Selection& s = tell.selection();
    std::string text = std::format("{}: {}\n{}: {} {}\n\n{}\n{}\n", answer.plant, inWords(tell.shown()), tell.name(s.best),
                                   tell.told(tell.best().estimate, false), tell.shown().unit, tell.sure(), tell.runs());
    if (!answer.found.settled) text += "Some runs are too short to tell where their start-up ends: lengthen them.\n";
    std::size_t width = 10, listed = 0;
    for (const Scenario& scenario : answer.scenarios) width = std::max(width, scenario.name.size());
    text += std::format("\n    {:<{}}  {:>20}{:>22}{:>7}\n", "choice", width, "mean", "to the chosen one", "runs");
    for (const std::size_t i : tell.order()) {
        if (++listed > listedAtMost) {
            text += std::format("\u2026 and {} more\n", s.candidates.size() - listedAtMost);
            break;
        }
        const Candidate& c = s.candidates[i];
        text += std::format("{:>2}. {:<{}}  {:>20}{:>22}{:>7}  {}\n", listed, tell.name(i), width, tell.told(c.estimate, false),
                            i == s.best ? "" : tell.told(c.behind, true), c.values.size(), tell.fate(i));
    }
    return text + "\nAll of it: --json, --csv, --report\n";
}

std::string selectionTable(const SelectionAnswer& answer) {
    std::string text = "scenario,metric,unit,replication,seed,value\r\n";
    for (std::size_t i = 0; i < answer.scenarios.size(); ++i) {
        const std::vector<double>& values = answer.found.selection.candidates[i].values;
        for (std::size_t r = 0; r < values.size(); ++r)
            text += std::format("{},{},{},{},{},{}\r\n", csvQuoted(answer.scenarios[i].name), csvQuoted(answer.metric), answer.unit,
                                r + 1, replicationSeed(answer.study.seed, r), values[r]);
    }
    return text;
}

void writeSelection(JsonWriter& json, const SelectionAnswer& answer) {
    const Selection& s = answer.found.selection;
    json.key("selection").beginObject().field("metric", answer.metric).field("unit", answer.unit);
    json.field("goal", answer.plan.minimise ? "minimise" : "maximise").field("confidence", answer.plan.confidence);
    json.field("indifference", answer.plan.indifference).field("best", answer.scenarios[s.best].id);
    json.field("procedure", answer.plan.procedure == SelectionProcedure::Ocba ? "ocba" : "kn");
    json.field("decided", s.decided).field("probabilityGood", s.probabilityGood).field("replications", s.observed);
    json.field("hours", seconds(answer.found.length) / 3600).field("warmUpHours", seconds(answer.found.warmUp) / 3600);
    json.key("candidates").beginArray();
    for (std::size_t i = 0; i < answer.scenarios.size(); ++i) {
        const Candidate& c = s.candidates[i];
        json.beginObject().field("id", answer.scenarios[i].id).field("name", answer.scenarios[i].name);
        json.field("mean", c.estimate.mean).field("halfWidth", c.estimate.halfWidth).field("replications", c.values.size());
        json.key("behind").beginObject().field("mean", c.behind.mean).field("halfWidth", c.behind.halfWidth).endObject();
        json.key("outAfter");
        c.outAfter == 0 ? json.null() : json.value(c.outAfter);
        json.key("outBy");
        c.outBy ? json.value(answer.scenarios[*c.outBy].id) : json.null();
        json.endObject();
    }
    json.endArray().endObject();
}

} // namespace millwright::sim
