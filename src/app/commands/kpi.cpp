#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/kpi/indicators.hpp>
#include <millwright/kpi/meter.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/open.hpp>
#include <app/read_window.hpp>
#include <app/window.hpp>
#include <cmath>
#include <format>

namespace millwright::app {
namespace {

constexpr std::string_view quantityFields[plant::quantities] = {"produced",  "good",      "scrap", "rework",
                                                                "inspected", "firstPass", "energy"};
constexpr std::int64_t mostTallies = 2'000'000; // of all bins, some 500 MB

struct Options {
    std::string plant;
    std::string log;
    WindowOptions window;
    std::string every;
    bool json = false;
};

struct Answer {
    const plant::Plant& plant;
    std::string log;
    TimeInterval window;
    std::vector<kpi::Row> rows;
    std::vector<kpi::Bin> bins;
};

std::vector<kpi::Part> partsOf(const Answer& answer, const kpi::Row& row, const kpi::Bin& bin) {
    std::vector<kpi::Part> parts;
    for (const std::uint32_t i : row.sources) parts.push_back({&answer.plant.kpis[i], bin.tallies[i]});
    return parts;
}

kpi::Bin totalOf(const Answer& answer) {
    kpi::Bin total = answer.bins.front();
    total.interval = answer.window;
    for (const kpi::Bin& bin : std::span{answer.bins}.subspan(1))
        for (std::size_t i = 0; i < total.tallies.size(); ++i) total.tallies[i] += bin.tallies[i];
    return total;
}

/// The states' shares of the time, one letter a twentieth, in the order of the legend.
std::string barOf(const kpi::Times& times) {
    constexpr std::size_t width = 20;
    constexpr std::string_view letters = "#+-. ?";
    const Duration shares[] = {times.production, times.setUp, times.delay, times.down, times.unplanned, times.unknown};
    std::string bar;
    Duration sum{};
    for (std::size_t i = 0; i < std::size(shares); ++i) {
        sum += shares[i];
        const double upTo = times.total() > Duration::zero() ? seconds(sum) / seconds(times.total()) * width : 0;
        bar.resize(std::max(bar.size(), static_cast<std::size_t>(std::lround(upTo))), letters[i]);
    }
    return bar;
}

kpi::Times timesOf(std::span<const kpi::Part> parts) {
    kpi::Times sum;
    for (const kpi::Part& part : parts) sum += kpi::timesOf(*part.source, part.tally);
    return sum;
}

std::string asText(const Answer& answer) {
    std::size_t width = 9;
    for (const kpi::Row& row : answer.rows) width = std::max(width, answer.plant.at(row.equipment).path.size());
    std::string text = std::format("{}\n", answer.log);
    const auto table = [&](const kpi::Bin& bin) {
        text += std::format("\n{} to {} ({})\n{:{}}  {:20}  {:>9} {:>9} {:>9} {:>9} {:>8}  {:>12} {:>12}\n",
                            formatTime(bin.interval.from), formatTime(bin.interval.to), formatDuration(bin.interval.length()),
                            "equipment", width, "time", "available", "effective", "quality", "OEE", "failures", "MTTF", "MTTR");
        for (const kpi::Row& row : answer.rows) {
            const auto parts = partsOf(answer, row, bin);
            const kpi::Indicators found = kpi::indicatorsOf(parts, row.oneUnit);
            const auto percent = [](std::optional<double> value) { return kpi::textOf(kpi::IndicatorUnit::Fraction, value); };
            const auto length = [](std::optional<double> value) { return kpi::textOf(kpi::IndicatorUnit::Seconds, value); };
            std::uint64_t failures = 0;
            for (const kpi::Part& part : parts) failures += part.tally.failures;
            text +=
                std::format("{:{}}  {:20}  {:>9} {:>9} {:>9} {:>9} {:>8}  {:>12} {:>12}{}\n", answer.plant.at(row.equipment).path,
                            width, barOf(timesOf(parts)), percent(found.availability), percent(found.effectiveness),
                            percent(found.qualityRatio), percent(found.oee), failures, length(found.mttf), length(found.mttr),
                            row.sources.size() == 1 ? "" : std::format("  sum of {}", row.sources.size()));
        }
    };
    if (answer.bins.size() > 1) std::ranges::for_each(answer.bins, table);
    table(totalOf(answer));
    return text + "\ntime: # production  + set-up  - delay  . down  (blank) unplanned  ? unknown\n";
}

void write(JsonWriter& json, std::string_view name, std::optional<double> value) {
    json.key(name);
    if (value)
        json.value(*value);
    else
        json.null();
}

void writeBin(JsonWriter& json, const Answer& answer, const kpi::Row& row, const kpi::Bin& bin) {
    const auto parts = partsOf(answer, row, bin);
    kpi::Tally sum;
    for (const kpi::Part& part : parts) sum += part.tally;
    const kpi::Times times = timesOf(parts);
    json.beginObject().field("from", formatTime(bin.interval.from)).field("to", formatTime(bin.interval.to));
    json.key("states").beginObject();
    for (std::size_t i = 0; i < sum.inState.size(); ++i)
        if (sum.inState[i] > Duration::zero())
            json.field(plant::nameOf(static_cast<plant::PackmlState>(i)), seconds(sum.inState[i]));
    json.endObject().key("times").beginObject();
    json.field("apt", seconds(times.production)).field("asut", seconds(times.setUp)).field("adet", seconds(times.delay));
    json.field("adot", seconds(times.down)).field("pbt", seconds(times.plannedBusy()));
    json.field("unplanned", seconds(times.unplanned)).field("unknown", seconds(times.unknown)).endObject();
    json.key("quantities").beginObject();
    const auto quantities = row.sources.size() == 1 ? kpi::quantitiesOf(*parts.front().source, sum) : kpi::Quantities{};
    for (std::size_t i = 0; i < quantities.size(); ++i) write(json, quantityFields[i], quantities[i]);
    json.endObject().field("failures", sum.failures).field("countsThatFell", sum.falls).key("kpis").beginObject();
    const kpi::Indicators found = kpi::indicatorsOf(parts, row.oneUnit);
    for (const kpi::IndicatorInfo& each : kpi::indicatorList()) write(json, each.name, found.*each.value);
    json.endObject().endObject();
}

std::string asJson(const Answer& answer) {
    JsonWriter json;
    json.beginObject().field("plant", answer.plant.id).field("log", answer.log);
    json.field("from", formatTime(answer.window.from)).field("to", formatTime(answer.window.to));
    json.key("equipment").beginArray();
    const kpi::Bin total = totalOf(answer);
    for (const kpi::Row& row : answer.rows) {
        json.beginObject().field("equipment", answer.plant.at(row.equipment).path).field("measured", row.measured);
        json.field("unit", row.unit).field("energyUnit", row.energyUnit).key("members").beginArray();
        for (const std::uint32_t i : row.sources) json.value(answer.plant.at(answer.plant.kpis[i].equipment).path);
        json.endArray().key("total");
        writeBin(json, answer, row, total);
        json.key("bins").beginArray();
        for (const kpi::Bin& bin : answer.bins) writeBin(json, answer, row, bin);
        json.endArray().endObject();
    }
    json.endArray().endObject();
    return json.text();
}

Result<Duration> everyOf(const std::string& text, TimeInterval window, std::size_t sources) {
    if (text.empty()) return Duration{};
    const auto every = parseDuration(text);
    if (!every) return every;
    if (*every <= Duration::zero()) return failure(ErrorCode::Invalid, "--every must be longer than nothing, such as 1h");
    if (window.length() / *every > mostTallies / static_cast<std::int64_t>(sources))
        return failure(ErrorCode::ResourceLimit, std::format("--every {} makes too many intervals: use a longer one", text));
    return every;
}

ExitStatus measure(const Options& options) {
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    if (plant->kpis.empty())
        return fail({ErrorCode::Invalid,
                     "no equipment of this plant has a 'kpi' table: say which signal is its state (docs/kpi.md)", options.plant});
    const auto log = logOf(*plant, options.log);
    if (!log) return fail(log.error());
    const auto opened = openLog(*plant, *log);
    if (!opened) return fail(opened.error());
    telemetry::Source& source = **opened;
    const auto window = options.window.in(source.span());
    if (!window) return fail(window.error());
    const auto every = everyOf(options.every, *window, plant->kpis.size());
    if (!every) return fail(every.error());

    kpi::Meter meter{*plant, source.conversions(), source.strings(), *window, *every};
    if (auto done = readWindow(source, *window, meter, "kpi"); !done) return fail(done.error());
    Answer answer{*plant, log->string(), *window, kpi::rowsOf(*plant), meter.finish()};
    for (const auto& [signal, texts] : meter.unmapped())
        log::warning("'{}' of signal '{}' is no PackML state and counts as unknown: say in 'map' which it stands for",
                     texts.front(), signal);
    print(options.json ? asJson(answer) : asText(answer));
    return ExitStatus::Success;
}

} // namespace

void addKpi(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("kpi", "Machine states (PackML) and KPIs (ISO 22400-2) of a sensor log");
    command->footer("Example: millwright kpi assets/plants/battery --every 10min");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    options->window.addTo(*command);
    command->add_option("--every", options->every, "Also in intervals of this length that end at whole multiples of it, UTC");
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options] { run = [options] { return measure(*options); }; });
}

} // namespace millwright::app
