#include "sim/chart.hpp"
#include "sim/report_parts.hpp"

#include <millwright/core/html.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/sensitivity_report.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

namespace millwright::sim {
namespace {

constexpr std::size_t scattersAtMost = 12;

bool isClear(const Estimate& difference) {
    return difference.observations > 0 && std::abs(difference.mean) > difference.halfWidth;
}
bool isClear(const BoundedValue& value) {
    return value.low > 0 || value.high < 0;
}

std::string between(const BoundedValue& value) {
    return std::format("{:+.2f} ({:+.2f} to {:+.2f})", value.value, value.low, value.high);
}

/// What page and text share: the words for the metric and the factors.
class Teller {
public:
    explicit Teller(const SensitivityAnswer& answer) : answer_{answer} {
        const std::vector<double> means = meansOf(answer.sensitivity, answer.metric);
        double sum = 0;
        int known = 0;
        for (const double mean : means)
            if (!std::isnan(mean)) {
                sum += mean;
                ++known;
            }
        shown_ = shownAs(answer.metric, answer.unit, isOneAtATime() ? means.front() : sum / std::max(known, 1));
    }

    [[nodiscard]] bool isOneAtATime() const { return answer_.sensitivity.design.kind == DesignKind::OneAtATime; }
    [[nodiscard]] const Shown& shown() const { return shown_; }
    [[nodiscard]] const std::vector<Factor>& factors() const { return answer_.sensitivity.design.factors; }

    /// Places of the factors, by what they do.
    [[nodiscard]] std::vector<std::size_t> order() const {
        if (isOneAtATime()) return bySwing(answer_.effects);
        std::vector<std::size_t> order(factors().size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, std::greater{},
                                 [&](std::size_t i) { return std::abs(answer_.regression->factors[i].standardised.value); });
        return order;
    }

    [[nodiscard]] bool matters(std::size_t factor) const {
        if (!isOneAtATime()) return isClear(answer_.regression->factors[factor].standardised);
        const Effect& effect = answer_.effects[factor];
        return isClear(effect.swing) || isClear(effect.lowDifference) || isClear(effect.highDifference);
    }

    [[nodiscard]] std::string told(const Estimate& e, bool sign) const {
        return e.observations == 0 ? "\u2013" : interval(e.mean, e.halfWidth, shown_.scale, sign);
    }
    [[nodiscard]] std::string value(std::size_t factor, double number) const {
        const Factor& f = factors()[factor];
        return f.measure == plant::ValueMeasure::Count && number == 0 && f.key.ends_with(".capacity")
                   ? "unlimited"
                   : plant::inWords(f.measure, number);
    }
    /// What the straight line makes of the whole range.
    [[nodiscard]] Estimate overRange(std::size_t factor) const {
        const Factor& f = factors()[factor];
        const BoundedValue& slope = answer_.regression->factors[factor].slope;
        return {.mean = slope.value * (f.high - f.low),
                .halfWidth = (slope.high - slope.value) * (f.high - f.low),
                .confidence = answer_.sensitivity.plan.confidence,
                .observations = answer_.regression->points};
    }

    [[nodiscard]] std::string runs() const {
        const Sensitivity& s = answer_.sensitivity;
        const ScenarioResult& first = s.study.scenarios.front();
        return std::format("{} runs of each of {} settings, {}; setting for setting the same random numbers (seed {})",
                           s.plan.replications, s.design.points.size(), lengthInWords(first.length, first.warmUp), s.plan.seed);
    }

    [[nodiscard]] std::string explained() const {
        const Regression& r = *answer_.regression;
        std::string text =
            std::format("A straight line in all factors explains {:.0f} % of how it varies over {} points (R\u00b2 = {:.2f})",
                        100 * r.rSquared, r.points, r.rSquared);
        if (r.rSquared >= enoughRSquared) return text + ".";
        text += std::format(", which is LOW: below {:.0f} % its coefficients do not rank the factors.", 100 * enoughRSquared);
        return text +
               (r.rSquaredOfRanks >= enoughRSquared
                    ? std::format(" A line through the ranks explains {:.0f} %: the effects bend but do not turn, so go by the "
                                  "rank correlation.",
                                  100 * r.rSquaredOfRanks)
                    : std::format(" Nor does a line through the ranks ({:.0f} %): factors work together or turn within their "
                                  "ranges. Narrow the ranges, or run more replications if the intervals are wide.",
                                  100 * r.rSquaredOfRanks));
    }

    [[nodiscard]] bool unsettled() const {
        return std::ranges::any_of(answer_.sensitivity.study.scenarios, [](const ScenarioResult& s) { return !s.settled; });
    }

private:
    const SensitivityAnswer& answer_;
    Shown shown_;
};

class Page {
public:
    explicit Page(const SensitivityAnswer& answer) : answer_{answer}, tell_{answer} {}

    std::string text() {
        add(std::format("<h1>What matters: {}</h1>", htmlEscaped(answer_.plant)));
        add(std::format("<p class=\"note\">{}, while {} numbers of the process model vary. {}.</p>", metricWords(),
                        tell_.factors().size(), htmlEscaped(tell_.runs())));
        if (tell_.unsettled())
            add("<p class=\"bad\">Some runs are too short to tell where their start-up ends: numbers may still move. Study longer "
                "runs.</p>");
        if (tell_.isOneAtATime())
            oneAtATime();
        else
            hypercube();
        assumptions();
        return htmlPage("What matters: " + answer_.plant, body_);
    }

private:
    void add(const std::string& html) { body_ += html + "\n"; }
    [[nodiscard]] std::string metricWords() const { return htmlEscaped(inWords(tell_.shown())); }
    [[nodiscard]] double scaled(double value) const { return value * tell_.shown().scale; }
    [[nodiscard]] static std::string cell(const std::string& text) { return "<td>" + htmlEscaped(text) + "</td>"; }
    [[nodiscard]] static std::string number(const std::string& text) {
        return "<td class=\"number\">" + htmlEscaped(text) + "</td>";
    }

    void without(std::string_view ending) {
        std::string names;
        for (const std::size_t i : tell_.order())
            if (!tell_.matters(i)) names += (names.empty() ? "" : ", ") + tell_.factors()[i].key;
        if (!names.empty()) add(std::format("<li>No effect shown of: {}. {}</li>", htmlEscaped(names), ending));
    }

    void oneAtATime() {
        const Estimate& base = answer_.sensitivity.study.scenarios.front().metrics[metricIndex()].estimate;
        add("<h2>What comes out</h2>\n<ul>");
        add(std::format("<li>As it is: {} {}.</li>", tell_.told(base, false), htmlEscaped(tell_.shown().unit)));
        int told = 0;
        for (const std::size_t i : tell_.order()) {
            if (!tell_.matters(i) || ++told > 3) continue;
            const Factor& f = tell_.factors()[i];
            const Effect& e = answer_.effects[i];
            add(std::format("<li><b>{}</b> from {} to {}: {} {}, from {} to {}.</li>", htmlEscaped(f.key), tell_.value(i, f.low),
                            tell_.value(i, f.high), tell_.told(e.swing, true), htmlEscaped(tell_.shown().unit),
                            tell_.told(e.atLow, false), tell_.told(e.atHigh, false)));
        }
        without("A small one may exist; more runs would tell.");
        add("</ul>");
        std::vector<TornadoRow> rows;
        std::string table;
        for (const std::size_t i : tell_.order()) {
            const Factor& f = tell_.factors()[i];
            const Effect& e = answer_.effects[i];
            const std::string range = std::format("{} to {}", tell_.value(i, f.low), tell_.value(i, f.high));
            rows.push_back({f.key, range, scaled(e.lowDifference.mean), scaled(e.lowDifference.halfWidth),
                            scaled(e.highDifference.mean), scaled(e.highDifference.halfWidth), tell_.told(e.swing, true)});
            table += "<tr>" + cell(f.key) + number(tell_.value(i, f.low)) + number(tell_.value(i, f.base)) +
                     number(tell_.value(i, f.high)) + number(tell_.told(e.lowDifference, true)) +
                     number(tell_.told(e.highDifference, true)) + number(tell_.told(e.swing, true)) +
                     cell(tell_.matters(i) ? "" : "no effect shown") + "</tr>\n";
        }
        add(std::format(
            "<h2>Difference to the model as it is: {}</h2>\n<p class=\"note\">Each factor by itself at the low and at the "
            "high end of its range, all others as they are. Thin line: {:g} % interval of the paired difference. "
            "Right: high less low.</p>",
            metricWords(), 100 * answer_.sensitivity.plan.confidence));
        add(tornadoChart(rows));
        add("<h2>Every factor</h2>\n<div class=\"wide\"><table><tr><th>factor</th><th class=\"number\">low</th><th "
            "class=\"number\">as it is</th><th class=\"number\">high</th><th class=\"number\">at low</th><th class=\"number\">at "
            "high</th><th class=\"number\">high less low</th><th></th></tr>\n" +
            table + "</table></div>");
    }

    void hypercube() {
        add("<h2>What comes out</h2>\n<ul>");
        const bool enough = answer_.regression->rSquared >= enoughRSquared;
        add(std::format("<li{}>{}</li>", enough ? "" : " class=\"bad\"", htmlEscaped(tell_.explained())));
        int told = 0;
        for (const std::size_t i : tell_.order()) {
            if (!tell_.matters(i) || ++told > 3) continue;
            const Factor& f = tell_.factors()[i];
            add(std::format("<li><b>{}</b> from {} to {}: {} {} by the straight line.</li>", htmlEscaped(f.key),
                            tell_.value(i, f.low), tell_.value(i, f.high), tell_.told(tell_.overRange(i), true),
                            htmlEscaped(tell_.shown().unit)));
        }
        without("Factors that others drown may show with more points.");
        add("</ul>");
        std::vector<IntervalRow> rows;
        std::string table;
        for (const std::size_t i : tell_.order()) {
            const Dependence& d = answer_.regression->factors[i];
            const Factor& f = tell_.factors()[i];
            rows.push_back({f.key,
                            d.standardised.value,
                            d.standardised.high - d.standardised.value,
                            {},
                            between(d.standardised),
                            tell_.matters(i) ? "var(--mark)" : "var(--quiet)"});
            table += "<tr>" + cell(f.key) + cell(std::format("{} to {}", tell_.value(i, f.low), tell_.value(i, f.high))) +
                     number(tell_.told(tell_.overRange(i), true)) + number(between(d.standardised)) + number(between(d.rank)) +
                     "</tr>\n";
        }
        add(std::format(
            "<h2>Standardised coefficients of {}</h2>\n<p class=\"note\">How many standard deviations it moves for one of "
            "the factor, all factors varying at once. Box: {:g} % interval.</p>",
            metricWords(), 100 * answer_.sensitivity.plan.confidence));
        add(intervalChart(rows, true));
        add("<h2>Every factor</h2>\n<div class=\"wide\"><table><tr><th>factor</th><th>range</th><th class=\"number\">over its "
            "range</th><th class=\"number\">standardised coefficient</th><th class=\"number\">rank correlation</th></tr>\n" +
            table + "</table></div>");
        scatters();
    }

    void scatters() {
        const std::vector<double> means = meansOf(answer_.sensitivity, answer_.metric);
        add(std::format("<h2>{} at every point</h2>\n<p class=\"note\">Each dot is one setting of all factors. Upwards: {}.</p>",
                        metricWords(), metricWords()));
        std::size_t drawn = 0;
        for (const std::size_t i : tell_.order()) {
            if (++drawn > scattersAtMost) break;
            std::vector<std::pair<double, double>> dots;
            for (std::size_t p = 0; p < means.size(); ++p)
                if (!std::isnan(means[p])) dots.emplace_back(answer_.sensitivity.design.points[p].values[i], scaled(means[p]));
            const Factor& f = tell_.factors()[i];
            add(std::format("<h3>{}</h3>", htmlEscaped(f.key)) +
                scatterChart(dots, f.low, f.high, tell_.value(i, f.low), tell_.value(i, f.high)));
        }
    }

    [[nodiscard]] std::size_t metricIndex() const {
        const auto& metrics = answer_.sensitivity.study.scenarios.front().metrics;
        return static_cast<std::size_t>(std::ranges::find(metrics, answer_.metric, &MetricResult::id) - metrics.begin());
    }

    void assumptions() {
        add("<h2>What all of it assumes</h2>\n<ul>");
        add("<li>The ranges are the reader's: a factor with a wide range matters more than one with a narrow one.</li>");
        add("<li>A factor that is a time stretches the whole distribution, with its shape and its variation relative to the mean; "
            "a "
            "key behind it, such as .deviation, changes that number alone.</li>");
        if (tell_.isOneAtATime())
            add("<li>One at a time does not show what factors do together: <code>--design lhs</code> varies all of them.</li>"
                "<li>Intervals are Student's t of paired differences over independent runs; each holds by itself.</li>");
        else
            add("<li>Latin hypercube (McKay, Beckman and Conover 1979); coefficients by least squares over the means of the "
                "points, "
                "intervals by Student's t of the residuals, of the rank correlation by Bonett and Wright (2000). Each holds by "
                "itself.</li>");
        add("</ul>");
        add("<h3>The model as it is</h3>" + factsPart(answer_.sensitivity.base.model.process()));
    }

    const SensitivityAnswer& answer_;
    Teller tell_;
    std::string body_;
};

std::string csvQuoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string{"\"\""} : std::string{c};
    return quoted + "\"";
}

void writeEstimate(JsonWriter& json, std::string_view key, const Estimate& e) {
    json.key(key);
    if (e.observations == 0) {
        json.null();
        return;
    }
    json.beginObject().field("mean", e.mean).field("halfWidth", e.halfWidth).field("confidence", e.confidence);
    json.field("replications", e.observations).endObject();
}

void writeBounded(JsonWriter& json, std::string_view key, const BoundedValue& value) {
    json.key(key).beginObject().field("value", value.value).field("low", value.low).field("high", value.high).endObject();
}

} // namespace

Result<SensitivityAnswer> answerOf(std::string plant, Sensitivity sensitivity, std::string_view metric) {
    const auto known = metricNamed(sensitivity.base.model.process(), metric);
    if (!known) return std::unexpected(known.error());
    SensitivityAnswer answer{std::move(plant), std::move(sensitivity), std::string{metric}, known->unit, {}, {}};
    if (answer.sensitivity.design.kind == DesignKind::OneAtATime) {
        if (std::isnan(meansOf(answer.sensitivity, metric).front()))
            return failure(ErrorCode::Invalid, "no run of the model as it is has a value of it: lengthen the runs", answer.metric);
        answer.effects = effectsOf(answer.sensitivity, metric);
        return answer;
    }
    auto regression = regressionOf(answer.sensitivity, metric);
    if (!regression) return std::unexpected(std::move(regression.error()));
    answer.regression = *std::move(regression);
    return answer;
}

std::string sensitivityPage(const SensitivityAnswer& answer) {
    return Page{answer}.text();
}

std::string sensitivityText(const SensitivityAnswer& answer) {
    const Teller tell{answer};
    std::string text = std::format("{}: {}\n{}; \u00b1 is the {:g} % interval\n", answer.plant, inWords(tell.shown()), tell.runs(),
                                   100 * answer.sensitivity.plan.confidence);
    if (tell.unsettled()) text += "Some runs are too short to tell where their start-up ends: lengthen them.\n";
    std::size_t width = 20;
    for (const Factor& factor : tell.factors()) width = std::max(width, factor.key.size());
    if (tell.isOneAtATime()) {
        const auto& base = *std::ranges::find(answer.sensitivity.study.scenarios.front().metrics, answer.metric, &MetricResult::id);
        text += std::format("As it is: {}\n\n{:<{}}{:>14}{:>14}{:>20}{:>20}{:>20}\n", tell.told(base.estimate, false), "factor",
                            width, "low", "high", "at low", "at high", "high less low");
        for (const std::size_t i : tell.order()) {
            const Factor& f = tell.factors()[i];
            const Effect& e = answer.effects[i];
            text += std::format("{:<{}}{:>14}{:>14}{:>20}{:>20}{:>20}{}\n", f.key, width, tell.value(i, f.low),
                                tell.value(i, f.high), tell.told(e.lowDifference, true), tell.told(e.highDifference, true),
                                tell.told(e.swing, true), tell.matters(i) ? "" : "  no effect shown");
        }
        return text + "\nAt low and at high: paired difference to the model as it is. All of it: --json, --csv, --report\n";
    }
    text += std::format("{}\n\n{:<{}}{:>14}{:>14}{:>20}{:>28}{:>28}\n", tell.explained(), "factor", width, "low", "high",
                        "over its range", "standardised coefficient", "rank correlation");
    for (const std::size_t i : tell.order()) {
        const Factor& f = tell.factors()[i];
        const Dependence& d = answer.regression->factors[i];
        text += std::format("{:<{}}{:>14}{:>14}{:>20}{:>28}{:>28}{}\n", f.key, width, tell.value(i, f.low), tell.value(i, f.high),
                            tell.told(tell.overRange(i), true), between(d.standardised), between(d.rank),
                            tell.matters(i) ? "" : "  no effect shown");
    }
    return text + "\nAll of it: --json, --csv, --report\n";
}

std::string sensitivityTable(const SensitivityAnswer& answer) {
    const Sensitivity& s = answer.sensitivity;
    std::string text = "point";
    for (const Factor& factor : s.design.factors) text += "," + csvQuoted(factor.key);
    text += ",metric,unit,replication,seed,value\r\n";
    for (std::size_t p = 0; p < s.design.points.size(); ++p) {
        std::string setting = csvQuoted(s.design.points[p].id);
        for (const double value : s.design.points[p].values) setting += std::format(",{}", value);
        for (const MetricResult& metric : s.study.scenarios[p].metrics)
            for (std::size_t i = 0; i < metric.values.size(); ++i)
                text += std::format("{},{},{},{},{},{}\r\n", setting, csvQuoted(metric.id), metric.unit, i + 1,
                                    replicationSeed(s.plan.seed, i),
                                    std::isnan(metric.values[i]) ? std::string{} : std::format("{}", metric.values[i]));
    }
    return text;
}

void writeSensitivity(JsonWriter& json, const SensitivityAnswer& answer) {
    const Sensitivity& s = answer.sensitivity;
    const bool alone = s.design.kind == DesignKind::OneAtATime;
    json.key("sensitivity").beginObject().field("design", alone ? "one-at-a-time" : "lhs");
    json.field("metric", answer.metric).field("unit", answer.unit).field("points", s.design.points.size());
    if (alone)
        writeEstimate(json, "base",
                      std::ranges::find(s.study.scenarios.front().metrics, answer.metric, &MetricResult::id)->estimate);
    else
        json.field("rSquared", answer.regression->rSquared)
            .field("rSquaredOfRanks", answer.regression->rSquaredOfRanks)
            .field("enough", answer.regression->rSquared >= enoughRSquared);
    json.key("factors").beginArray();
    for (std::size_t i = 0; i < s.design.factors.size(); ++i) {
        const Factor& f = s.design.factors[i];
        json.beginObject().field("key", f.key).field("low", f.low).field("base", f.base).field("high", f.high);
        if (alone) {
            const Effect& e = answer.effects[i];
            writeEstimate(json, "atLow", e.atLow);
            writeEstimate(json, "atHigh", e.atHigh);
            writeEstimate(json, "lowMinusBase", e.lowDifference);
            writeEstimate(json, "highMinusBase", e.highDifference);
            writeEstimate(json, "highMinusLow", e.swing);
        } else {
            writeBounded(json, "slope", answer.regression->factors[i].slope);
            writeBounded(json, "standardised", answer.regression->factors[i].standardised);
            writeBounded(json, "rank", answer.regression->factors[i].rank);
        }
        json.endObject();
    }
    json.endArray().key("settings").beginArray();
    const std::vector<double> means = meansOf(s, answer.metric);
    for (std::size_t p = 0; p < s.design.points.size(); ++p) {
        json.beginObject().field("id", s.design.points[p].id).key("values").beginArray();
        for (const double value : s.design.points[p].values) json.value(value);
        json.endArray().field("mean", means[p]).endObject();
    }
    json.endArray().endObject();
}

} // namespace millwright::sim
