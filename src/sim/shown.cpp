#include <millwright/sim/shown.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::sim {
namespace {

struct Words {
    std::string_view kind, title;
    int higherIsBetter;
};
constexpr std::array words{Words{"throughput", "Good parts", 1},
                           Words{"scrap", "Scrap", -1},
                           Words{"timeInSystem", "Time in system", -1},
                           Words{"costPerItem", "Cost of a good part", -1},
                           Words{"cost", "Cost", -1},
                           Words{"energyPerItem", "Energy for a good part", -1},
                           Words{"power", "Power, mean", -1},
                           Words{"working", "Share of time at work", 0},
                           Words{"starved", "Share of time without a part", 0},
                           Words{"blocked", "Share of time with nowhere to put a part", 0},
                           Words{"down", "Share of time down", 0},
                           Words{"setup", "Share of time in set-up", 0},
                           Words{"unattended", "Share of time waiting for people", 0},
                           Words{"idle", "Share of time outside working hours", 0},
                           Words{"maintenance", "Share of time in maintenance", 0},
                           Words{"content", "Parts waiting", 0},
                           Words{"wait", "Wait", 0},
                           Words{"conveyed", "Parts on the way", 0},
                           Words{"travel", "Time on the way", 0},
                           Words{"gaveUp", "Parts that gave up waiting", -1},
                           Words{"busy", "Share of time busy", 0},
                           Words{"walking", "Share of time on the way", 0},
                           Words{"responding", "Share of time called and not yet on the way", 0},
                           Words{"vehicleLoaded", "Share of time that vehicles drive with a load", 0},
                           Words{"vehicleHandling", "Share of time that vehicles are loaded or unloaded", 0},
                           Words{"vehicleEmpty", "Share of time that vehicles drive without a load", 0},
                           Words{"vehicleWaiting", "Share of time that vehicles have nothing to do", 0},
                           Words{"vehicleBlocked", "Share of time that vehicles are blocked", 0},
                           Words{"vehicleCharging", "Share of time that vehicles charge", 0},
                           Words{"vehicleDown", "Share of time that vehicles are down", 0},
                           Words{"loads", "Loads", 0},
                           Words{"driven", "Way driven", 0}};

void useReadableTime(Shown& shown, double seconds) {
    const double mean = std::abs(seconds);
    shown.unit = mean >= 7200 ? "h" : mean >= 120 ? "min" : "s";
    shown.scale = mean >= 7200 ? 1.0 / 3600 : mean >= 120 ? 1.0 / 60 : 1;
}

} // namespace

Shown shownAs(std::string_view metric, std::string_view unit, double mean) {
    const std::string_view kind = metric.substr(0, metric.find('/'));
    Shown shown{.title = std::string{metric}, .unit = std::string{unit}};
    const auto found = std::ranges::find(words, kind, &Words::kind);
    if (found != words.end()) {
        shown.title = found->title;
        shown.higherIsBetter = found->higherIsBetter;
        if (kind.size() < metric.size())
            shown.title += std::format(" {} {}",
                                       kind == "content" || kind == "wait" || kind == "gaveUp" ? "in"
                                       : kind == "conveyed" || kind == "travel"                ? "on"
                                                                                               : "of",
                                       metric.substr(kind.size() + 1));
    }
    if (unit == "s") useReadableTime(shown, mean);
    if (unit.ends_with("/h")) shown.unit = std::format("{}{}per hour", unit.substr(0, unit.size() - 2), unit.size() > 2 ? " " : "");
    if (unit != "1") return shown;
    const bool share = shown.title.starts_with("Share");
    shown.unit = share ? "%" : "";
    shown.scale = share ? 100 : 1;
    return shown;
}

std::string inWords(const Shown& shown) {
    return shown.unit.empty() ? shown.title : shown.title + ", " + shown.unit;
}

std::string asWanted(const Shown& shown, bool least) {
    std::string title = shown.title;
    if (!title.empty() && title[0] >= 'A' && title[0] <= 'Z') title[0] = static_cast<char>(title[0] - 'A' + 'a');
    return std::format("the {} {}", least ? "least" : "most", title);
}

std::string lengthInWords(Duration length, Duration warmUp) {
    return formatDuration(length) + (warmUp > Duration::zero()
                                         ? std::format(", of which the first {} are not counted", formatDuration(warmUp))
                                         : ", all of it counted");
}

bool isHeadline(std::string_view metric) {
    return metric.starts_with("throughput") || metric.starts_with("scrap") || metric.starts_with("timeInSystem") ||
           metric.starts_with("cost") || metric == "energyPerItem";
}

std::string withDigits(double value, double halfWidth, bool sign) {
    if (value == 0 && halfWidth == 0) return "0";
    const double size = halfWidth > 0 && std::isfinite(halfWidth) ? halfWidth : std::max(std::abs(value), 1e-9) / 100;
    const int digits = std::clamp(static_cast<int>(1 - std::floor(std::log10(size))), 0, 6);
    std::string text = std::format("{:.{}f}", std::abs(value), digits);
    const bool isZero = text.find_first_not_of("0.") == std::string::npos;
    if (!isZero && value < 0) text.insert(0, 1, '-');
    if (!isZero && value > 0 && sign) text.insert(0, 1, '+');
    return text;
}

std::string interval(double mean, double halfWidth, double scale, bool sign) {
    return withDigits(mean * scale, halfWidth * scale, sign) + " \u00b1 " + withDigits(halfWidth * scale, halfWidth * scale);
}

} // namespace millwright::sim
