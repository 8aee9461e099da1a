#include <millwright/core/log.hpp>
#include <millwright/kpi/meter.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/kpi_answer.hpp>
#include <app/open.hpp>
#include <app/read_window.hpp>
#include <app/window.hpp>
#include <format>

namespace millwright::app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t mostTallies = 2'000'000; // of all bins, some 500 MB

struct Options {
    std::string plant;
    std::string log;
    WindowOptions window;
    std::string every;
    std::string by;
    bool json = false;
    bool csv = false;
};

/// Where the options say that the window is cut.
Result<kpi::Cuts> cutsOf(const Options& options, const plant::Plant& plant, TimeInterval window) {
    Duration every{};
    if (!options.every.empty()) {
        const auto read = parseDuration(options.every);
        if (!read) return std::unexpected(read.error());
        if (*read <= Duration::zero()) return failure(ErrorCode::Invalid, "--every must be longer than nothing, such as 1h");
        every = *read;
    }
    if (options.by == "shift" && plant.calendar.shifts.empty())
        return failure(ErrorCode::Invalid, "the plant has no shifts: add [calendar] to its plant.toml (docs/kpi.md)",
                       options.plant);
    if (options.by == "shift") return kpi::Cuts{}.withShifts(plant.calendar);
    if (options.by == "hour") every = 1h;
    if (options.by == "day") every = 24h;
    if (every > Duration::zero() &&
        window.length() / every > mostTallies / static_cast<std::int64_t>(std::max<std::size_t>(1, plant.kpis.size())))
        return failure(ErrorCode::ResourceLimit,
                       std::format("intervals of {} are too many: use longer ones", formatDuration(every)));
    return kpi::Cuts{every, options.by.empty() ? Time{} : plant.calendar.localEpoch()};
}

Result<void> canBeMeasured(const Options& options, const plant::Plant& plant) {
    const bool hasQuality = std::ranges::any_of(plant.signals, [](const auto& each) { return each.specification.has_value(); });
    if (plant.kpis.empty() && !hasQuality)
        return failure(ErrorCode::Invalid,
                       "no equipment of this plant has a 'kpi' table: say which signal is its state (docs/kpi.md)", options.plant);
    const bool hasOrders = std::ranges::any_of(plant.kpis, [](const auto& each) { return each.order != noSignal; });
    if (options.by == "order" && !hasOrders)
        return failure(ErrorCode::Invalid,
                       "no 'kpi' table of this plant has an 'order': say which signal tells what is made (docs/kpi.md)",
                       options.plant);
    return {};
}

void warn(const kpi::Meter& meter) {
    for (const auto& [signal, texts] : meter.unmapped())
        log::warning("'{}' of signal '{}' is no PackML state and counts as unknown: say in 'map' which it stands for",
                     texts.front(), signal);
    if (meter.tooManyOrders()) log::warning("an equipment has more than 65536 orders: the rest is not told; use --from and --to");
}

ExitStatus measure(const Options& options) {
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    if (const auto possible = canBeMeasured(options, *plant); !possible) return fail(possible.error());
    const auto log = logOf(*plant, options.log);
    if (!log) return fail(log.error());
    const auto opened = openLog(*plant, *log);
    if (!opened) return fail(opened.error());
    telemetry::Source& source = **opened;
    const auto window = options.window.in(source.span());
    if (!window) return fail(window.error());
    const auto cuts = cutsOf(options, *plant, *window);
    if (!cuts) return fail(cuts.error());

    kpi::Meter meter{*plant, source.conversions(), source.strings(), *window, *cuts};
    if (options.by == "order") meter.keepOrders();
    if (auto done = readWindow(source, *window, meter, "kpi"); !done) return fail(done.error());
    KpiAnswer answer{.plant = *plant,
                     .log = log->string(),
                     .window = *window,
                     .rows = kpi::rowsOf(*plant),
                     .bins = meter.finish(),
                     .byShift = options.by == "shift",
                     .byOrder = options.by == "order",
                     .orders = meter.orders()};
    warn(meter);
    print(options.json ? kpisAsJson(answer) : options.csv ? kpisAsCsv(answer) : kpisAsText(answer));
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
    auto* every =
        command->add_option("--every", options->every, "Also in intervals of this length that end at whole multiples of it, UTC");
    command->add_option("--by", options->by, "Also by shift, hour or day of the plant's calendar, or by order")
        ->check(CLI::IsMember({"shift", "hour", "day", "order"}))
        ->excludes(every);
    auto* json = command->add_flag("--json", options->json, "Print the answer as JSON");
    command->add_flag("--csv", options->csv, "Print the answer as CSV")->excludes(json);
    command->callback([&run, options] { run = [options] { return measure(*options); }; });
}

} // namespace millwright::app
