#include "check/band_drawing.hpp"
#include "check/html_parts.hpp"
#include "check/text.hpp"

#include <millwright/check/report.hpp>
#include <millwright/core/html.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::check {
namespace {

constexpr std::array<std::string_view, 4> priorityColours = {"var(--quiet)", "var(--mark)", "#d97706", "var(--bad)"};
constexpr std::array<std::string_view, 6> stateColours = {"#4c86c6", "#3f9c6d", "#c98a2b", "#b0568f", "#6f7f8f", "#7a68c4"};

/// A band from the smallest to the largest value of every slice, in a drawing of 100 units of height.
class TrendDrawing {
public:
    TrendDrawing(const Trend& trend, const Outcome& outcome, bool failed) : trend_{trend}, outcome_{outcome}, failed_{failed} {}

    [[nodiscard]] std::string html() {
        const std::string drawn = trend_.discrete ? spells() : band();
        std::string text = std::format("<div class=\"chart\"><svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" "
                                       "aria-label=\"{}\">\n{}{}{}</svg>\n",
                                       drawingWidth, htmlEscaped(trend_.path), windowOf(outcome_, trend_.interval), drawn,
                                       momentOf(outcome_, trend_.interval, failed_));
        text += trend_.discrete ? nothing() : axis();
        return text + "</div>\n" + ticks(trend_.interval) + legend();
    }

private:
    std::string band() {
        low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
        for (const Trend::Slice& slice : trend_.slices) {
            if (std::isnan(slice.low)) continue;
            low_ = std::min<double>(low_, slice.low), high_ = std::max<double>(high_, slice.high);
        }
        if (low_ > high_) return {};
        if (outcome_.evidence.limit)
            low_ = std::min(low_, *outcome_.evidence.limit), high_ = std::max(high_, *outcome_.evidence.limit);
        least_ = low_, most_ = high_;
        const double margin = std::max((high_ - low_) * 0.06, std::max(std::abs(high_), 1.0) * 1e-6);
        low_ -= margin, high_ += margin;
        std::string path;
        const auto& slices = trend_.slices;
        for (std::size_t i = 0; i < slices.size();) {
            if (std::isnan(slices[i].low)) {
                ++i;
                continue;
            }
            std::size_t end = i;
            while (end < slices.size() && !std::isnan(slices[end].low)) ++end;
            path += piece(i, end);
            i = end;
        }
        std::string text = std::format("<path d=\"{}\" fill=\"var(--mark)\" stroke=\"var(--mark)\" stroke-width=\"1.5\" "
                                       "stroke-linejoin=\"round\" vector-effect=\"non-scaling-stroke\"/>\n",
                                       path);
        if (outcome_.evidence.limit)
            text += std::format(
                "<line x1=\"0\" x2=\"{0}\" y1=\"{1:.1f}\" y2=\"{1:.1f}\" stroke=\"var(--bad)\" stroke-dasharray=\"6 4\" "
                "vector-effect=\"non-scaling-stroke\"/>\n",
                drawingWidth, height(*outcome_.evidence.limit));
        return text;
    }
    /// Along the upper edge and back along the lower one.
    [[nodiscard]] std::string piece(std::size_t begin, std::size_t end) const {
        const double step = drawingWidth / static_cast<double>(trend_.slices.size());
        const auto x = [&](std::size_t i) { return (static_cast<double>(i) + 0.5) * step; };
        std::string path;
        for (std::size_t i = begin; i < end; ++i)
            path += std::format("{}{:.1f} {:.1f}", i == begin ? "M" : "L", x(i), height(trend_.slices[i].high));
        for (std::size_t i = end; i-- > begin;) path += std::format("L{:.1f} {:.1f}", x(i), height(trend_.slices[i].low));
        return path + "Z";
    }
    [[nodiscard]] double height(double value) const { return 100 - (value - low_) / (high_ - low_) * 100; }
    [[nodiscard]] std::string axis() const {
        if (low_ > high_) return "<p class=\"note over\">no usable value in this time</p>";
        // What was measured (or is the limit), where it stands: the drawing has a margin beyond.
        const auto label = [this](double value) {
            return std::format("<span class=\"level\" style=\"top:{:.1f}%\">{}</span>", height(value), numberText(value));
        };
        return least_ == most_ ? label(most_) : label(most_) + label(least_);
    }

    [[nodiscard]] std::string nothing() const {
        return trend_.spells.empty() ? "<p class=\"note over\">no usable value in this time</p>" : "";
    }
    std::string spells() {
        std::string text;
        for (const Trend::Spell& spell : trend_.spells) {
            const double from = across(trend_.interval, spell.from), to = across(trend_.interval, spell.to);
            text += std::format(
                "<rect x=\"{:.1f}\" y=\"25\" width=\"{:.1f}\" height=\"50\" fill=\"{}\"><title>{} from {} for {}</title></rect>\n",
                from, std::max(0.8, to - from), colourOf(spell.text), htmlEscaped(spell.text), clockText(spell.from),
                formatDuration(spell.to - spell.from));
        }
        return text;
    }
    std::string_view colourOf(const std::string& state) {
        auto found = std::ranges::find(states_, state);
        if (found == states_.end()) found = states_.insert(states_.end(), state);
        return stateColours[static_cast<std::size_t>(found - states_.begin()) % stateColours.size()];
    }
    [[nodiscard]] std::string legend() const {
        const std::string unit = units::display(trend_.unit);
        std::string text = "<p class=\"note\">" + htmlEscaped(trend_.path) + (unit.empty() ? "" : ", " + htmlEscaped(unit));
        for (std::size_t i = 0; i < std::min(states_.size(), stateColours.size()); ++i)
            text +=
                std::format(" <span class=\"key\" style=\"background:{}\"></span> {}", stateColours[i], htmlEscaped(states_[i]));
        if (outcome_.evidence.limit) text += std::format("; limit {} (dashed)", numberText(*outcome_.evidence.limit));
        return text + "</p>\n";
    }

    const Trend& trend_;
    const Outcome& outcome_;
    bool failed_;
    double low_ = 1, high_ = 0;       ///< what the drawing reaches from and to
    double least_ = 0, most_ = 0;     ///< what was measured, the limit included
    std::vector<std::string> states_; ///< in order of their colours
};

class Page {
public:
    Page(const Verdict& verdict, Time started) : verdict_{verdict}, started_{started} {}

    [[nodiscard]] std::string html() {
        const bool good = verdict_.failed() == 0;
        text_ = std::format("<h1>{}</h1>\n<p class=\"{}\">{}</p>\n", htmlEscaped(verdict_.plantName), good ? "good" : "bad",
                            verdictText(verdict_));
        text_ += std::format("<p class=\"note\">{} to {} ({}), {} of {}; checked {} in {:.1f} s; state hash {}</p>\n",
                             timeText(verdict_.span.from), timeText(verdict_.span.to), formatDuration(verdict_.span.length()),
                             counted(verdict_.samples, "sample"), htmlEscaped(verdict_.log.string()),
                             formatTime(started_).substr(0, 19), verdict_.seconds, verdict_.stateHash.hex());
        timeline();
        if (!good) text_ += "<h2>Failed</h2>\n";
        for (std::size_t i = 0; i < verdict_.outcomes.size(); ++i)
            if (!verdict_.outcomes[i].passed) check(i);
        if (verdict_.passed() > 0) text_ += "<h2>Passed</h2>\n";
        for (std::size_t i = 0; i < verdict_.outcomes.size(); ++i)
            if (verdict_.outcomes[i].passed) check(i);
        return htmlPage(std::format("{}: {}", good ? "Passed" : "Failed", verdict_.plantName), text_);
    }

private:
    /// Every check's window and the moment that decided it, above the alarms that called.
    void timeline() {
        text_ += "<h2>Timeline</h2>\n";
        for (std::size_t i = 0; i < verdict_.outcomes.size(); ++i) {
            const Outcome& outcome = verdict_.outcomes[i];
            const std::string_view colour = outcome.passed ? "var(--good)" : "var(--bad)";
            std::string drawing;
            if (outcome.evidence.window) {
                const double from = across(verdict_.span, outcome.evidence.window->from),
                             to = across(verdict_.span, outcome.evidence.window->to);
                drawing += std::format("<rect x=\"{:.1f}\" y=\"35\" width=\"{:.1f}\" height=\"30\" fill=\"{}\" opacity=\".25\"/>",
                                       from, std::max(2.0, to - from), colour);
            }
            if (outcome.time)
                drawing += std::format("<rect x=\"{:.1f}\" y=\"15\" width=\"5\" height=\"70\" fill=\"{}\"/>",
                                       std::min(across(verdict_.span, *outcome.time), drawingWidth - 5), colour);
            row(std::format("<a href=\"#check-{}\">{}</a>", i + 1, htmlEscaped(outcome.name)), drawing,
                outcome.passed ? "<span class=\"good\">passed</span>" : "<span class=\"bad\">failed</span>");
        }
        std::string calls;
        for (const AlarmCall& call : verdict_.calls)
            calls += std::format("<rect x=\"{:.1f}\" y=\"10\" width=\"3\" height=\"80\" fill=\"{}\"><title>{} {}</title></rect>",
                                 across(verdict_.span, call.time), priorityColours[static_cast<std::size_t>(call.priority)],
                                 clockText(call.time), htmlEscaped(call.path));
        if (!verdict_.calls.empty())
            row("Alarms", calls, verdict_.callCount == 1 ? "1 call" : std::format("{} calls", verdict_.callCount));
        text_ += "<div class=\"row\"><span></span>" + ticks(verdict_.span) + "</div>\n";
        callList();
    }
    /// The first alarms that called, one after the other.
    void callList() {
        constexpr std::size_t most = 50;
        if (verdict_.calls.empty()) return;
        text_ += "<details id=\"alarms\"><summary>Which alarms called</summary>\n<table class=\"facts\">\n";
        for (std::size_t i = 0; i < std::min(most, verdict_.calls.size()); ++i) {
            const AlarmCall& call = verdict_.calls[i];
            entry(clockText(call.time), std::format("{} <span class=\"note\">{}, {}</span>", htmlEscaped(call.name),
                                                    plant::nameOf(call.priority), htmlEscaped(call.path)));
        }
        text_ += "</table>\n";
        if (verdict_.callCount > most) text_ += std::format("<p class=\"note\">the first {} of {}</p>\n", most, verdict_.callCount);
        text_ += "</details>\n";
    }
    void row(std::string_view label, std::string_view drawing, std::string_view value) {
        text_ += std::format("<div class=\"row\"><span>{}</span><svg viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\">{}</svg>"
                             "<span class=\"value\">{}</span></div>\n",
                             label, drawingWidth, drawing, value);
    }

    void check(std::size_t i) {
        const Outcome& outcome = verdict_.outcomes[i];
        text_ +=
            std::format("<details id=\"check-{}\"{}><summary><span class=\"{}\">{}</span> {}</summary>\n<table class=\"facts\">\n",
                        i + 1, outcome.passed ? "" : " open", outcome.passed ? "good" : "bad", outcome.passed ? "passed" : "failed",
                        htmlEscaped(outcome.name));
        entry("expected", htmlEscaped(outcome.expected));
        entry("found", htmlEscaped(outcome.found));
        if (outcome.time)
            entry("when", timeText(*outcome.time) + (outcome.passed ? "" : " <span class=\"note\">(the red line)</span>"));
        if (!outcome.passed) alarmsThen(outcome);
        entry("declared", htmlEscaped(std::format("{}:{}", outcome.file, outcome.line)));
        if (!outcome.passed) entry("see it", "<code>" + htmlEscaped(viewCommand(verdict_, outcome)) + "</code>");
        text_ += "</table>\n";
        drawings(outcome);
        pictures(outcome);
        text_ += "</details>\n";
    }
    /// The alarms that called at about the time of a failure, nearest first, with what the plant says of them.
    void alarmsThen(const Outcome& outcome) {
        constexpr Duration about = std::chrono::minutes{2};
        constexpr std::size_t most = 3;
        if (!outcome.time || !outcome.evidence.moment) return;
        const auto apart = [&](const AlarmCall* call) { return std::chrono::abs(call->time - *outcome.time); };
        std::vector<const AlarmCall*> near;
        for (const AlarmCall& call : verdict_.calls)
            if (apart(&call) <= about) near.push_back(&call);
        std::ranges::stable_sort(near, {}, apart);
        near.resize(std::min(near.size(), most));
        std::ranges::sort(near, {}, &AlarmCall::time);
        std::string text;
        for (const AlarmCall* call : near) {
            text += std::format("{}{} {} ({})", text.empty() ? "" : "<br>", clockText(call->time), htmlEscaped(call->name),
                                htmlEscaped(call->path));
            if (!call->cause.empty()) text += std::format("<br>&emsp;cause: {}", htmlEscaped(call->cause));
            if (!call->action.empty()) text += std::format("<br>&emsp;what to do: {}", htmlEscaped(call->action));
        }
        if (!text.empty()) entry("alarms then", text);
    }
    /// Trends over the whole log and at the moment, and what the machines did meanwhile. A state is drawn as a machine's, not as a
    /// trend.
    void drawings(const Outcome& outcome) {
        const Evidence& evidence = outcome.evidence;
        const auto isDrawnAsState = [&](const Trend& trend) {
            return std::ranges::any_of(evidence.bands, [&](std::size_t i) { return verdict_.bands[i].signal == trend.path; });
        };
        std::vector<std::size_t> trends = evidence.others;
        if (evidence.trend) trends.insert(trends.begin(), *evidence.trend);
        for (const std::size_t i : trends)
            if (!isDrawnAsState(verdict_.trends[i])) text_ += TrendDrawing{verdict_.trends[i], outcome, !outcome.passed}.html();
        for (const std::size_t i : evidence.bands) text_ += bandDrawing(verdict_.bands[i], verdict_.span, outcome);
        if (!evidence.detail) return;
        text_ += "<p>Half a minute before and after:</p>\n";
        if (!isDrawnAsState(*evidence.detail)) text_ += TrendDrawing{*evidence.detail, outcome, true}.html();
        for (const std::size_t i : evidence.bands) text_ += bandDrawing(verdict_.bands[i], evidence.detail->interval, outcome);
    }
    void entry(std::string_view name, std::string_view value) {
        text_ += std::format("<tr><th>{}</th><td>{}</td></tr>\n", name, value);
    }

    /// What was drawn, over the reference: the slider uncovers one or the other.
    void pictures(const Outcome& outcome) {
        std::vector<std::string> images;
        for (const auto& file : outcome.attachments)
            if (auto bytes = readFile(file)) images.push_back(dataUrl("image/png", *bytes));
        if (images.size() >= 2)
            text_ += std::format(
                "<div class=\"compare\"><img src=\"{}\" alt=\"the reference\"><img class=\"over\" src=\"{}\" alt=\"as drawn\">"
                "<input type=\"range\" min=\"0\" max=\"100\" value=\"50\" aria-label=\"drawn or reference\" "
                "oninput=\"this.parentElement.style.setProperty('--at', this.value + '%')\"></div>\n"
                "<p class=\"note\">left of the slider as drawn, right of it the reference</p>\n",
                images[1], images[0]);
        else if (images.size() == 1)
            text_ +=
                std::format("<img class=\"picture\" src=\"{}\" alt=\"as drawn\">\n<p class=\"note\">as drawn</p>\n", images[0]);
        if (images.size() >= 3)
            text_ +=
                std::format("<img class=\"picture\" src=\"{}\" alt=\"where they differ\">\n<p class=\"note\">where they differ, "
                            "in magenta</p>\n",
                            images[2]);
    }

    const Verdict& verdict_;
    Time started_;
    std::string text_;
};

} // namespace

std::string toHtml(const Verdict& verdict, Time started) {
    return Page{verdict, started}.html();
}

} // namespace millwright::check
