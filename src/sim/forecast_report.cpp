#include "sim/chart.hpp"
#include "sim/report_parts.hpp"

#include <millwright/core/html.hpp>
#include <millwright/sim/forecast_report.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::sim {
namespace {

constexpr std::array colours{"#2f6fb5", "#c8641e", "#2e8b57", "#8e6bbf", "#b0487a", "#6b7480"};

std::string after(double length) {
    return formatDuration(durationFromSeconds(length));
}

std::string percent(const Proportion& proportion) {
    return std::format("{:.0f} % ({:.0f} to {:.0f} %)", 100 * proportion.share, 100 * proportion.low, 100 * proportion.high);
}

class Page {
public:
    Page(const ForecastSubject& subject, const std::vector<Scenario>& scenarios, const Present& present, const ForecastPlan& plan,
         const Forecast& forecast)
        : subject_{subject}, scenarios_{scenarios}, present_{present}, plan_{plan}, forecast_{forecast} {}

    std::string text() {
        const std::string title = "What comes next: " + subject_.plant;
        add(std::format("<h1>{}</h1>", htmlEscaped(title)));
        add(std::format(
            "<p class=\"note\">From the state of {} as {} shows it, {} ahead: {} simulated runs of each scenario. Run for run "
            "all scenarios begin in the same present and meet the same random breakdowns, cycle times and arrivals (seed {}).</p>",
            formatTime(subject_.at), htmlEscaped(subject_.log), formatDuration(plan_.length), plan_.replications, plan_.seed));
        summary();
        add("<h2>Good parts made</h2>");
        course("made", 0);
        buffers();
        state();
        add(changesPart(scenarios_));
        rules();
        return htmlPage(title, body_);
    }

private:
    void add(const std::string& html) { body_ += html + "\n"; }
    [[nodiscard]] std::string nameOf(std::size_t i) const { return htmlEscaped(scenarios_[i].name); }

    void summary() {
        add("<h2>What comes out</h2>\n<ul>");
        for (std::size_t i = 0; i < scenarios_.size(); ++i) {
            const Course& made = forecast_.scenarios[i].courses.front();
            std::string line = std::format("<li><b>{}</b>: {:.1f} good parts on average; {:g} % of runs make {:.0f} to {:.0f}.",
                                           nameOf(i), made.mean.back(), 100 * plan_.confidence, made.low.back(), made.high.back());
            if (const auto& target = forecast_.scenarios[i].target)
                line += std::format(" It makes {} or more with a probability of {}.", *plan_.target, percent(*target));
            if (i > 0) line += " " + difference(forecast_.study.differences[i - 1]);
            add(line + "</li>");
        }
        add("</ul>");
    }

    [[nodiscard]] std::string difference(const DifferenceResult& difference) const {
        const DifferenceResult::Metric& metric = difference.metrics.front(); // throughput
        const Estimate& e = metric.estimate;
        const double hours = seconds(plan_.length) / 3600;
        const std::string shown = interval(e.mean, e.halfWidth, hours, true);
        if (std::abs(e.mean) <= e.halfWidth)
            return std::format("No difference to {} is shown ({} good parts, run by run).", nameOf(0), shown);
        return std::format("<span class=\"{}\">{} good parts</span> against {}, run by run; higher in {} of {} pairs.",
                           e.mean > 0 ? "good" : "bad", shown, nameOf(0),
                           std::lround(metric.shareHigher * static_cast<double>(e.observations)), e.observations);
    }

    void course(const std::string& id, double begin) {
        std::vector<CourseRow> rows;
        for (std::size_t i = 0; i < forecast_.scenarios.size(); ++i) {
            const auto& courses = forecast_.scenarios[i].courses;
            const auto found = std::ranges::find(courses, id, &Course::id);
            if (found != courses.end())
                rows.push_back({scenarios_[i].name, found->mean, found->low, found->high, colours[i % colours.size()]});
        }
        if (!rows.empty()) add(courseChart(rows, begin, formatTime(subject_.at), formatTime(subject_.at + plan_.length)));
    }

    void buffers() {
        const auto& all = scenarios_.front().model.process().buffers;
        if (all.empty()) return;
        add("<h2>Parts in buffers</h2>");
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const auto now = std::ranges::find(present_.state.buffers, all[i].id, &BufferNow::id);
            add(std::format("<h3>{}{}</h3>", htmlEscaped(all[i].name.empty() ? all[i].id : all[i].name),
                            all[i].capacity > 0 ? std::format(", room for {}", all[i].capacity) : ""));
            course("content/" + all[i].id, now == present_.state.buffers.end() ? 0 : now->parts);
            turns(i);
        }
    }

    void turns(std::uint32_t buffer) {
        std::string rows;
        for (std::size_t i = 0; i < forecast_.scenarios.size(); ++i)
            for (const Turn& turn : forecast_.scenarios[i].turns) {
                const auto& buffers = scenarios_[i].model.process().buffers;
                if (buffers[turn.buffer].id != scenarios_.front().model.process().buffers[buffer].id) continue;
                rows +=
                    std::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", nameOf(i),
                                turn.full ? "full" : "empty", percent(turn.within), turn.median ? after(*turn.median) : "\u2013",
                                turn.when ? after(turn.when->low) + " to " + after(turn.when->high) : "\u2013");
            }
        if (!rows.empty())
            add("<div class=\"wide\"><table><tr><th>scenario</th><th>becomes</th><th>probability</th><th>first after (median)</th>"
                "<th>range of runs</th></tr>\n" +
                rows + "</table></div>");
    }

    void state() {
        add("<h2>The present that was read</h2>\n<div class=\"wide\"><table><tr><th>what</th><th>in hand</th><th></th></tr>");
        for (const StationNow& station : present_.state.stations)
            for (const MachineNow& machine : station.machines) {
                std::string more = machine.down ? std::format("down for {}", formatDuration(machine.downFor)) : "";
                if (!machine.down && machine.hand != Hand::Nothing && machine.inHand.known == Elapsed::Known::Exactly)
                    more = formatDuration(machine.inHand.time) + " done";
                add(std::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", htmlEscaped(station.id), wordOf(machine.hand), more));
            }
        for (const BufferNow& buffer : present_.state.buffers)
            add(std::format("<tr><td>{}</td><td>{} parts</td><td></td></tr>", htmlEscaped(buffer.id), buffer.parts));
        for (const ConveyorNow& conveyor : present_.state.conveyors)
            add(std::format("<tr><td>{}</td><td>{} parts on it</td><td></td></tr>", htmlEscaped(conveyor.id), conveyor.parts));
        add("</table></div>");
        if (present_.assumptions.empty()) return;
        add("<h3>Not shown by any signal, so assumed</h3>\n<ul>");
        for (const std::string& sentence : present_.assumptions) add("<li>" + htmlEscaped(sentence) + "</li>");
        add("</ul>");
    }

    void rules() {
        add("<h2>What all of it assumes</h2>\n<ul>");
        add(std::format("<li>The plant goes on as its process model says; the model of {} is below. Ranges are where {:g} % of "
                        "runs lie, and so "
                        "where the plant will if the model is right.</li>",
                        nameOf(0), 100 * plan_.confidence));
        add("<li>What goes on now has its rest drawn anew in each run, given how long it has lasted.</li>");
        add("<li>Probabilities have Wilson\u2019s intervals, mean differences Student\u2019s t; each holds by itself, not all of "
            "them "
            "together.</li>\n</ul>");
        add(factsPart(scenarios_.front().model.process()));
    }

    const ForecastSubject& subject_;
    const std::vector<Scenario>& scenarios_;
    const Present& present_;
    const ForecastPlan& plan_;
    const Forecast& forecast_;
    std::string body_;
};

} // namespace

std::string_view wordOf(Hand hand) {
    switch (hand) {
    case Hand::SetUp: return "setup";
    case Hand::Unattended: return "unattended";
    case Hand::Work: return "work";
    case Hand::Finished: return "finished";
    case Hand::Nothing: break;
    }
    return "nothing";
}

std::string inWords(const StationNow& station) {
    const auto holding =
        std::ranges::count_if(station.machines, [](const MachineNow& machine) { return machine.hand != Hand::Nothing; });
    const MachineNow& first = station.machines.front();
    std::string doing = first.hand == Hand::Nothing ? "nothing in hand" : std::string{wordOf(first.hand)} + " in hand";
    if (station.machines.size() > 1) doing = std::format("{} of {} machines have parts in hand", holding, station.machines.size());
    if (first.down)
        doing += std::format(", down for {}", formatDuration(first.downFor));
    else if (first.inHand.known == Elapsed::Known::Exactly && first.inHand.time > Duration::zero())
        doing += ", " + formatDuration(first.inHand.time) + " done";
    return doing;
}

std::string forecastPage(const ForecastSubject& subject, const std::vector<Scenario>& scenarios, const Present& present,
                         const ForecastPlan& plan, const Forecast& forecast) {
    return Page{subject, scenarios, present, plan, forecast}.text();
}

} // namespace millwright::sim
