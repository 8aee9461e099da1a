#include "sim/crew_work.hpp"
#include "sim/metrics.hpp"

#include <millwright/plant/process_value.hpp>
#include <millwright/sim/describe.hpp>
#include <millwright/sim/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::sim {

using namespace plant;

namespace {

/// The crew that repairs all of a station's failures; none where there are several, or no failures.
std::optional<std::uint32_t> crewOf(const Station& station) {
    if (station.failures.empty()) return std::nullopt;
    const auto crew = station.failures.front().crew;
    const bool all = std::ranges::all_of(station.failures, [&](const Failure& failure) { return failure.crew == crew; });
    return all ? crew : std::nullopt;
}

/// How sure an estimate is to be, and who waits for it.
struct Asked {
    double confidence = 0.95;
    Progress progress;
};

void choose(Finding& finding, std::span<const Lifetime> lifetimes, const Asked& asked) {
    finding.cutOff = static_cast<std::size_t>(std::ranges::count(lifetimes, true, &Lifetime::cutOff));
    finding.complete = lifetimes.size() - finding.cutOff;
    auto choice = chooseFit(lifetimes, asked.confidence, asked.progress);
    if (choice)
        finding.choice = *std::move(choice);
    else
        finding.why = std::move(choice.error());
}

Finding timeToFailure(const Station& station, const StationRecord& record, const Asked& asked) {
    Finding finding{.station = record.station, .what = Estimated::TimeToFailure};
    choose(finding, record.toFailure, asked);
    const bool working = failureClockOf(station) == FailureClock::Working;
    if (finding.complete == 0 && !record.toFailure.empty()) {
        double total = 0;
        for (const Lifetime& each : record.toFailure) total += each.seconds;
        finding.why =
            std::format("no failure was seen in {} {}: the mean lies above {} ({:g} %, if exponential)",
                        formatDuration(durationFromSeconds(total)), working ? "of production" : "without outages",
                        formatDuration(durationFromSeconds(meanAbove(record.toFailure, asked.confidence))), 100 * asked.confidence);
    }
    if (finding.choice && station.failures.size() > 1)
        finding.notes.push_back(
            std::format("its {} kinds of failure look alike in the log: estimated as one", station.failures.size()));
    return finding;
}

// Whether the time until somebody is there is a step of its own in the model.
bool repairIsPart(const Process& process, const Station& station) {
    return std::ranges::any_of(station.failures, [&](const Failure& failure) {
        if (meanTimeOf(failure.detected) > 0 || !failure.others.empty()) return true;
        if (!failure.crew) return false;
        const Crew& crew = process.crews[*failure.crew];
        return crew.shift || crew.walking > 0 || meanTimeOf(crew.response) > 0 || meanTimeOf(crew.travel) > 0;
    });
}

Finding repairTime(const Process& process, const StationRecord& record, const std::vector<CrewWork>& crews, const Asked& asked) {
    Finding finding{.station = record.station, .what = Estimated::Repair};
    if (repairIsPart(process, process.stations[record.station])) {
        finding.why = "the log shows how long the machine is down, not what of it is until somebody knows, sets out and is there";
        return finding;
    }
    const auto crew = crewOf(process.stations[record.station]);
    std::vector<Lifetime> repairs;
    std::size_t byOthers = 0; // that ended while the crew was still elsewhere
    for (const Outage& outage : record.outages) {
        Time begun = crew ? crews[*crew].begun(outage) : outage.began;
        if (!outage.cutOff && begun > outage.began && begun == outage.ended) {
            ++byOthers;
            begun = outage.began;
        }
        repairs.push_back({seconds(outage.ended - begun), outage.cutOff, outage.restOnly});
    }
    choose(finding, repairs, asked);
    if (!finding.choice || !crew) return finding;
    const CrewWork& work = crews[*crew];
    const std::string& id = process.crews[*crew].id;
    if (byOthers > 0)
        finding.notes.push_back(
            std::format("{} outages ended while crew '{}' was elsewhere: somebody else repairs too", byOthers, id));
    if (!work.unseen().empty())
        finding.notes.push_back(
            std::format("crew '{}' also serves '{}', of which nothing was seen: repairs may hold waits for it", id, work.unseen()));
    else if (work.waited() > 0)
        finding.notes.push_back(std::format("{} outages waited for crew '{}'; the waits are left out", work.waited(), id));
    return finding;
}

Finding cycleTime(const Station& station, const StationRecord& record, const Asked& asked) {
    Finding finding{.station = record.station, .what = Estimated::Cycle, .why = record.noCycles};
    if (!finding.why.empty()) return finding;
    if (!station.cycles.empty())
        finding.why = "its products take different times, and the log does not tell them apart";
    else
        choose(finding, record.cycles, asked);
    return finding;
}

// --- the scenario file -------------------------------------------------------------------------------------------------------

std::string number(double value) {
    return std::format("{:.6g}", value);
}

std::string list(std::span<const double> values) {
    std::string text = "[";
    for (const double value : values) text += (text.size() > 1 ? ", " : "") + number(value);
    return text + "]";
}

std::string tomlOf(const Distribution& d) {
    const std::string mean = "mean = " + number(d.mean), shape = ", shape = " + number(d.shape);
    const std::string ends = "low = " + number(d.low) + (std::isfinite(d.high) ? ", high = " + number(d.high) : "");
    const std::string deviation = ", deviation = " + number(d.deviation) + (d.low > 0 || std::isfinite(d.high) ? ", " + ends : "");
    std::string keys;
    switch (d.kind) {
    case DistributionKind::Constant: return number(d.mean);
    case DistributionKind::Exponential: keys = mean; break;
    case DistributionKind::Erlang:
    case DistributionKind::Gamma: keys = mean + shape; break;
    case DistributionKind::Normal:
    case DistributionKind::Lognormal: keys = mean + deviation; break;
    case DistributionKind::Triangular: keys = ends + ", mode = " + number(d.mode); break;
    case DistributionKind::Uniform: keys = ends; break;
    case DistributionKind::Weibull: keys = "scale = " + number(d.scale) + shape; break;
    case DistributionKind::Beta: keys = ends + shape + ", shape2 = " + number(d.shape2); break;
    case DistributionKind::Empirical: keys = "values = " + list(d.values); break;
    case DistributionKind::Discrete: keys = "values = " + list(d.values) + ", weights = " + list(d.weights); break;
    }
    return std::format("{{ kind = \"{}\", {} }}", nameOf(d.kind), keys);
}

/// For a string of TOML or a comment: no quotes, backslashes or control characters as they are.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += std::string{'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            result += std::format("\\u{:04X}", static_cast<unsigned char>(c));
        else
            result += c;
    }
    return result;
}

/// The three findings of one station, or as many as there are.
struct StationFindings {
    const Finding* cycle = nullptr;
    const Finding* between = nullptr;
    const Finding* repair = nullptr;
};

StationFindings of(std::uint32_t station, std::span<const Finding> findings) {
    StationFindings found;
    for (const Finding& finding : findings) {
        if (finding.station != station) continue;
        const Finding*& place = finding.what == Estimated::Cycle    ? found.cycle
                                : finding.what == Estimated::Repair ? found.repair
                                                                    : found.between;
        place = &finding;
    }
    return found;
}

std::string commentOn(const Finding& finding) {
    std::string text = std::format("# {}: ", nameOf(finding.what));
    if (!finding.choice) return text + "not estimated, " + escaped(finding.why) + "\n";
    text += inWords(*finding.choice);
    text += std::format("; {} complete, {} cut off", finding.choice->best.complete, finding.choice->best.cutOff);
    for (const std::string& note : finding.notes) text += "; " + escaped(note);
    return text + "\n";
}

/// The station's failures with what was estimated; nothing where that leaves a half unknown.
std::optional<std::string> failureOf(const Process& process, const Station& station, const StationFindings& found) {
    const bool between = found.between && found.between->choice, repair = found.repair && found.repair->choice;
    const bool one = station.failures.size() == 1;
    if (!(between && repair) && !(one && (between || repair))) return std::nullopt;
    const Failure own = station.failures.empty() ? Failure{.id = "failure"} : station.failures.front();
    std::string text = std::format("failure = [{{ id = \"{}\"", station.failures.size() > 1 ? "any" : escaped(own.id));
    if (failureClockOf(station) == FailureClock::Calendar) text += ", clock = \"calendar\"";
    text += ", between = " + tomlOf(between ? found.between->choice->best.distribution : own.between);
    text += ", repair = " + tomlOf(repair ? found.repair->choice->best.distribution : own.repair);
    if (const auto crew = crewOf(station)) text += std::format(", crew = \"{}\"", escaped(process.crews[*crew].id));
    return text + " }]\n";
}

} // namespace

FailureClock failureClockOf(const Station& station) {
    const bool calendar =
        std::ranges::all_of(station.failures, [](const Failure& failure) { return failure.clock == FailureClock::Calendar; });
    return calendar && !station.failures.empty() ? FailureClock::Calendar : FailureClock::Working;
}

std::string_view nameOf(Estimated what) {
    switch (what) {
    case Estimated::TimeToFailure: return "time to failure";
    case Estimated::Repair: return "repair";
    case Estimated::Cycle: break;
    }
    return "cycle";
}

Result<std::vector<Finding>> calibrate(const Process& process, std::span<const StationRecord> records, double confidence,
                                       const Progress& progress) {
    std::vector<CrewWork> crews;
    for (std::uint32_t i = 0; i < process.crews.size(); ++i) crews.emplace_back(process, i, records);
    std::vector<Finding> findings;
    for (std::uint32_t i = 0; i < process.stations.size(); ++i) {
        const Station& station = process.stations[i];
        const auto record = std::ranges::find(records, i, &StationRecord::station);
        std::string why;
        if (station.carrying)
            why = "vehicles carry its parts: how long that takes follows from the network";
        else if (station.conveying)
            why = "a conveyor's time follows from its length and speed; its failures are not estimated";
        else if (record == records.end())
            why = "no signal shows its state: give its equipment a 'kpi' table, or state a [[process.signal]] that shows it";
        else if (station.servers > 1)
            why = std::format("one state stands for {} machines side by side", station.servers);
        if (!why.empty()) {
            for (const Estimated what : {Estimated::Cycle, Estimated::TimeToFailure, Estimated::Repair})
                findings.push_back({.station = i, .what = what, .why = why});
            continue;
        }
        const auto part = [&](double third) {
            const double from = (i + third / 3) / static_cast<double>(process.stations.size());
            return partOf(progress, from, from + 1.0 / 3 / static_cast<double>(process.stations.size()), station.id);
        };
        findings.push_back(cycleTime(station, *record, {confidence, part(0)}));
        findings.push_back(timeToFailure(station, *record, {confidence, part(1)}));
        findings.push_back(repairTime(process, *record, crews, {confidence, part(2)}));
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while estimating", "station " + station.id);
    }
    return findings;
}

std::string inWords(const Choice& choice) {
    std::string text = inWords(choice.best.distribution);
    if (choice.best.distribution.kind == DistributionKind::Constant) return text;
    const auto words = [](double length) { return formatDuration(durationFromSeconds(length)); };
    text += std::format("; mean {} to {} ({:g} %)", words(choice.best.meanLow), words(choice.best.meanHigh),
                        100 * choice.best.confidence);
    if (choice.test) text += std::format("; Kolmogorov-Smirnov {:.3f}, p = {:.3f}", choice.test->distance, choice.test->pValue);
    return text + (choice.test ? "" : "; fit not tested");
}

std::optional<std::string> scenarioText(const Process& process, std::span<const Finding> findings, std::string_view source) {
    std::string stations;
    bool any = false;
    for (std::uint32_t i = 0; i < process.stations.size(); ++i) {
        const Station& station = process.stations[i];
        const StationFindings found = of(i, findings);
        std::string text;
        for (const Finding* finding : {found.cycle, found.between, found.repair})
            if (finding != nullptr) text += commentOn(*finding);
        const bool cycle = found.cycle && found.cycle->choice;
        const auto failure = failureOf(process, station, found);
        if (cycle || failure) {
            text = std::format("[[process.station]]\nid = \"{}\"\n", escaped(station.id)) + text;
            if (cycle) text += "cycle = " + tomlOf(found.cycle->choice->best.distribution) + "\n";
            text += failure.value_or("");
            any = true;
        } else {
            text = std::format("# Station {} stays as it is.\n", escaped(station.id)) + text;
        }
        stations += "\n" + text;
    }
    if (!any) return std::nullopt;
    return std::format("# Written by `millwright calibrate`. Times in seconds; what is not stated stays as in plant.toml.\n"
                       "format = 1\n\n[scenario]\nname = \"Calibrated\"\n"
                       "description = \"Estimated by maximum likelihood from {}.\"\n",
                       escaped(source)) +
           stations;
}

Result<std::vector<Comparison>> compare(const Model& model, std::span<const StationConduct> conducts, const Replications& plan,
                                        double confidence, const Progress& progress) {
    if (plan.count < observationsForRange(confidence))
        return failure(ErrorCode::Invalid, std::format("{} runs cannot show where {:g} % of all lie: {} are needed", plan.count,
                                                       100 * confidence, observationsForRange(confidence)));
    const auto reports = replicate(model, plan, progress);
    if (!reports) return std::unexpected(reports.error());
    std::vector<Comparison> comparisons;
    for (const StationConduct& conduct : conducts) {
        const auto add = [&](std::string what, double observed, auto&& quantity) {
            std::vector<double> values;
            for (const Report& report : *reports) values.push_back(quantity(report, report.stations[conduct.station]));
            Comparison comparison{.station = conduct.station, .what = std::move(what), .observed = observed};
            for (const double value : values) comparison.mean += value / static_cast<double>(values.size());
            const Range range = *rangeOfOneMore(values, confidence);
            comparison.low = range.low;
            comparison.high = range.high;
            comparisons.push_back(std::move(comparison));
        };
        add("working", conduct.working, [](const Report&, const StationReport& station) { return station.working; });
        add("down", conduct.down, [](const Report&, const StationReport& station) { return station.down; });
        if (conduct.cyclesPerHour)
            add("cycles an hour", *conduct.cyclesPerHour, [](const Report& report, const StationReport& station) {
                return static_cast<double>(station.finished) / report.seconds * 3600;
            });
    }
    return comparisons;
}

} // namespace millwright::sim
