#include "sim/report_parts.hpp"

#include <millwright/core/html.hpp>
#include <millwright/sim/describe.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <ranges>

namespace millwright::sim {
namespace {

// Its name, and what it says of itself, a line a point.
std::string described(const Scenario& scenario) {
    std::string points;
    for (const auto line : std::views::split(scenario.description, '\n'))
        if (!line.empty()) points += "<li>" + htmlEscaped(std::string_view{line.begin(), line.end()}) + "</li>\n";
    return std::format("<h3>{}</h3>\n", htmlEscaped(scenario.name)) + (points.empty() ? "" : "<ul>\n" + points + "</ul>\n");
}

} // namespace

std::string changesPart(const std::vector<Scenario>& scenarios) {
    if (scenarios.size() == 1 && scenarios.front().description.empty()) return {};
    std::string text = "<h2>What each scenario assumes and changes</h2>\n";
    if (!scenarios.front().description.empty()) text += described(scenarios.front());
    for (std::size_t i = 1; i < scenarios.size(); ++i) {
        text += described(scenarios[i]);
        text += std::format("<div class=\"wide\"><table><tr><th>what</th><th></th><th>{}</th><th>here</th></tr>\n",
                            htmlEscaped(scenarios.front().name));
        for (const Change& change : changesOf(scenarios.front().model.process(), scenarios[i].model.process()))
            text += std::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", htmlEscaped(change.element),
                                htmlEscaped(change.what), change.before.empty() ? "\u2013" : htmlEscaped(change.before),
                                change.after.empty() ? "\u2013" : htmlEscaped(change.after));
        text += "</table></div>\n";
    }
    return text;
}

std::string factsPart(const plant::Process& process) {
    constexpr std::size_t shown = 60;
    const std::vector<Fact> facts = factsOf(process);
    std::string text = std::format("<details{}><summary>{} facts of the model</summary>\n<div "
                                   "class=\"wide\"><table><tr><th>what</th><th></th><th>value</th></tr>\n",
                                   facts.size() <= shown ? " open" : "", facts.size());
    for (std::size_t i = 0; i < facts.size(); ++i)
        text += std::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                            i > 0 && facts[i - 1].element == facts[i].element ? "" : htmlEscaped(facts[i].element),
                            htmlEscaped(facts[i].what), htmlEscaped(facts[i].value));
    return text + "</table></div></details>\n";
}

} // namespace millwright::sim
