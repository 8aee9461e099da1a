#include "check/band_drawing.hpp"

#include "check/html_parts.hpp"

#include <millwright/core/html.hpp>

#include <algorithm>
#include <format>
#include <vector>

namespace millwright::check {
namespace {

using plant::PackmlState;
using Spell = StateBand::Spell;

constexpr std::size_t mostStops = 6, mostKeys = 8;

/// The window's: production in the colour of live data, what keeps it from going on in those of alarms, the rest in greys.
std::string_view colourOf(PackmlState state) {
    switch (state) {
    case PackmlState::Execute: return "#93c2e4";
    case PackmlState::Aborting:
    case PackmlState::Aborted:
    case PackmlState::Clearing: return "#ce1822";
    case PackmlState::Holding:
    case PackmlState::Held: return "#ec8629";
    case PackmlState::Suspending:
    case PackmlState::Suspended: return "#f5e11b";
    case PackmlState::Stopping:
    case PackmlState::Stopped: return "#545454";
    case PackmlState::Idle:
    case PackmlState::Complete: return "#f5f5f5";
    case PackmlState::Unknown: return "#d0d0d0";
    default: return "#686868"; // on the way from one to another
    }
}

/// States that ask why and follow each other.
struct Stop {
    TimeInterval interval;
    std::vector<std::string_view> states;
    std::string_view why;
};

class Band {
public:
    Band(const StateBand& band, TimeInterval interval, const Outcome& outcome)
        : interval_{interval}, outcome_{outcome}, band_{band} {
        for (const Spell& spell : band.spells)
            if (spell.interval.to > interval.from && spell.interval.from < interval.to) spells_.push_back(&spell);
    }

    [[nodiscard]] std::string html() const {
        if (spells_.empty()) return {};
        return std::format("<div class=\"chart states\"><svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" "
                           "aria-label=\"states of {}\">\n{}{}</svg></div>\n{}{}{}",
                           drawingWidth, htmlEscaped(band_.path), rectangles(), momentOf(outcome_, interval_, !outcome_.passed),
                           ticks(interval_), legend(), stops());
    }

private:
    [[nodiscard]] TimeInterval within(const Spell& spell) const {
        return {std::max(spell.interval.from, interval_.from), std::min(spell.interval.to, interval_.to)};
    }

    /// Of those too short to be told apart, every one that reaches on.
    [[nodiscard]] std::string rectangles() const {
        constexpr double finest = 0.5;
        std::string text;
        double drawn = 0;
        for (const Spell* spell : spells_) {
            const TimeInterval part = within(*spell);
            const double from = across(interval_, part.from), to = across(interval_, part.to);
            if (to - drawn < finest && !spell->stands) continue;
            if (to - drawn < finest / 5) continue;
            drawn = to;
            text += std::format(
                "<rect x=\"{:.1f}\" y=\"0\" width=\"{:.1f}\" height=\"100\" fill=\"{}\"><title>{} {}, {}{}{}</title></rect>\n",
                from, std::max(spell->stands ? 1.5 : 0.8, to - from), colourOf(spell->state), clockText(spell->interval.from),
                htmlEscaped(spell->text), formatDuration(spell->interval.length()), spell->why.empty() ? "" : ": ",
                htmlEscaped(spell->why));
        }
        return text;
    }

    /// Which colour is which, in order of their first time.
    [[nodiscard]] std::string legend() const {
        std::vector<std::string_view> named;
        std::string text = std::format("<p class=\"note\">states of {}", htmlEscaped(band_.path));
        for (const Spell* spell : spells_) {
            if (std::ranges::contains(named, spell->text) || named.size() >= mostKeys) continue;
            named.push_back(spell->text);
            text += std::format(" <span class=\"named\"><span class=\"key edged\" style=\"background:{}\"></span> {}</span>",
                                colourOf(spell->state), htmlEscaped(spell->text));
        }
        return text + "</p>\n";
    }

    [[nodiscard]] std::vector<Stop> allStops() const {
        std::vector<Stop> stops;
        bool before = false;
        for (const Spell* spell : spells_) {
            if (spell->stands) {
                if (!before) stops.emplace_back(spell->interval);
                Stop& stop = stops.back();
                stop.interval.to = spell->interval.to;
                if (!std::ranges::contains(stop.states, spell->text)) stop.states.push_back(spell->text);
                if (stop.why.empty()) stop.why = spell->why;
            }
            before = spell->stands;
        }
        return stops;
    }

    /// Why it stood: of many stops, the longest.
    [[nodiscard]] std::string stops() const {
        std::vector<Stop> stops = allStops();
        if (stops.empty()) return {};
        const std::size_t all = stops.size();
        if (all > mostStops) {
            std::ranges::stable_sort(stops, std::ranges::greater{}, [](const Stop& each) { return each.interval.length(); });
            stops.resize(mostStops);
            std::ranges::sort(stops, {}, [](const Stop& each) { return each.interval.from; });
        }
        std::string text = "<ul class=\"stops\">\n";
        for (const Stop& stop : stops) {
            std::string states;
            for (const std::string_view state : stop.states) states += (states.empty() ? "" : ", ") + std::string{state};
            text +=
                std::format("<li>{} {} for {}: {}</li>\n", clockText(stop.interval.from), htmlEscaped(states),
                            formatDuration(stop.interval.length()), stop.why.empty() ? "nothing says why" : htmlEscaped(stop.why));
        }
        if (all > mostStops) text += std::format("<li>the longest of {} stops</li>\n", all);
        return text + "</ul>\n";
    }

    TimeInterval interval_;
    const Outcome& outcome_;
    const StateBand& band_;
    std::vector<const Spell*> spells_; ///< within the interval
};

} // namespace

std::string bandDrawing(const StateBand& band, TimeInterval interval, const Outcome& outcome) {
    return Band{band, interval, outcome}.html();
}

} // namespace millwright::check
