#include <millwright/check/check.hpp>
#include <millwright/core/json_writer.hpp>
#include <millwright/kpi/recent.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/twin/replay_thread.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/alarm_memory.hpp>
#include <app/commands/bench.hpp>
#include <chrono>
#include <cmath>
#include <format>
#include <random>

namespace millwright::app {
namespace {

using telemetry::Sample;
using Clock = std::chrono::steady_clock;

constexpr int version = 1; // of the log: change it with what is written
constexpr std::size_t signalsOfMachine = 20;
constexpr std::size_t stateSignal = 17, madeSignal = 18, goodSignal = 19; // after the quantities
constexpr std::int64_t started = 1'767'250'800;                           // 2026-01-01T07:00:00Z

struct Options {
    double hours = 8;
    std::int64_t machines = 300;
    std::int64_t every = 1; ///< seconds from one sample of a signal to the next
    bool jumps = false;
    bool json = false;
};

/// Machines of seventeen quantities, a state and two counts, with ten alarms and KPIs each.
std::string plantText(std::int64_t machines) {
    std::string text =
        std::format("format = 1\n[plant]\nid = 'shift'\n[[equipment]]\npath = 'machine-{{n:03}}'\nrepeat = {{ count = {} }}\n"
                    "kpi = {{ state = 'state', produced = 'made', good = 'good', cycle = '2s' }}\nsignal = [\n",
                    machines);
    for (std::size_t i = 0; i < stateSignal; ++i)
        text += std::format("  {{ id = 'q{:02}', unit = 'Cel', interpolation = 'hold' }},\n", i);
    text += "  { id = 'state', type = 'string' },\n  { id = 'made', type = 'integer' },\n  { id = 'good', type = 'integer' "
            "},\n]\nalarm = [\n";
    constexpr std::string_view alarms[] = {"kind = 'high', limit = 80, dead_band = 2", "kind = 'low', limit = 20, on_delay = '5s'",
                                           "kind = 'rate', limit = 15", "kind = 'stale', timeout = '30s'",
                                           "kind = 'high_high', limit = 95"};
    for (std::size_t i = 0; i < 8; ++i)
        text += std::format("  {{ id = 'a{0}', signal = 'q{0:02}', priority = 'low', action = 'look', {1} }},\n", i,
                            alarms[i % std::size(alarms)]);
    text +=
        "  { id = 'down', kind = 'state', signal = 'state', state = 'Aborted', priority = 'high', action = 'go' },\n"
        "  { id = 'hot', kind = 'expression', expression = \"q08 > 85 and q09 > q10 and state == 'Execute'\", priority = 'medium', "
        "action = 'cool' },\n]\n";
    return text;
}

/// Every KPI bounded, every value good, and four conditions and an alarm of every tenth machine.
std::string expectationText(std::int64_t machines) {
    std::string text = "format = 1\n[[check]]\nname = 'quality'\nquality = 'good'\nsilence = '5s'\nfrom = '+1s'\n";
    for (std::int64_t n = 1; n <= machines; ++n) {
        for (const std::string_view kpi : {"availability", "oee", "qualityRatio"})
            text += std::format("[[check]]\nname = '{0} {1:03}'\nkpi = '{0}'\nequipment = 'machine-{1:03}'\nleast = 0\n", kpi, n);
        if (n % 10 != 0) continue;
        const std::string on = std::format("equipment = 'machine-{:03}'\n", n);
        text += std::format("[[check]]\nname = 'range {:03}'\n{}when = 'q00 > -1 and q00 < 101'\nexpect = 'always'\nfrom = '+1s'\n",
                            n, on);
        text += std::format("[[check]]\nname = 'stop {:03}'\n{}when = \"state == 'Aborted'\"\nexpect = 'then'\nthen = \"state == "
                            "'Execute'\"\nwithin = '1h'\n",
                            n, on);
        text += std::format("[[check]]\nname = 'made {0:03}'\nsignal = 'machine-{0:03}/made'\nmonotone = 'rising'\n", n);
        text += std::format("[[check]]\nname = 'rate {0:03}'\nsignal = 'machine-{0:03}/q05'\nrate = 100\n", n);
        text += std::format(
            "[[check]]\nname = 'alarm {0:03}'\nalarm = 'machine-{0:03}/a0'\nexpect = 'raised'\ncount = [0, 1000000]\n", n);
    }
    return text;
}

/// A machine that runs and now and then aborts for some minutes.
class Machine {
public:
    explicit Machine(std::mt19937_64& random) : random_{random} {
        for (double& level : levels_) level = 30 + static_cast<double>(random() % 40);
    }
    /// Its samples of one second.
    void step(Time time, std::size_t first, StringId execute, StringId aborted, std::vector<Sample>& samples) {
        if (aborted_ > 0 ? --aborted_ == 0 : random_() % 5400 == 0)
            aborted_ = aborted_ > 0 ? 0 : 60 + static_cast<int>(random_() % 600);
        const auto add = [&](std::size_t i, Value value, ValueType type) {
            samples.push_back({time, value, static_cast<SignalIndex>(first + i), type, Quality::Good});
        };
        for (std::size_t i = 0; i < stateSignal; ++i) {
            levels_[i] = std::clamp(levels_[i] + static_cast<double>(static_cast<int>(random_() % 201) - 100) * 0.02, 0.0, 100.0);
            add(i, Value::of(std::nearbyint(levels_[i] * 1000) / 1000), ValueType::Float);
        }
        add(stateSignal, Value::of(aborted_ > 0 ? aborted : execute), ValueType::String);
        if (aborted_ == 0 && random_() % 2 == 0) {
            ++made_;
            good_ += random_() % 50 != 0;
        }
        add(madeSignal, Value::of(made_), ValueType::Integer);
        add(goodSignal, Value::of(good_), ValueType::Integer);
    }

private:
    std::mt19937_64& random_;
    std::array<double, stateSignal> levels_{};
    std::int64_t made_ = 0, good_ = 0;
    int aborted_ = 0; ///< seconds that it still is
};

/// The log of the shift, made on first use: every signal at 1 Hz, all of a machine at one moment, machines spread over the second.
Result<std::filesystem::path> shiftLog(const plant::Plant& plant, const Options& options) {
    const auto log = benchFile(std::format("shift-{}x{:g}h{}-v{}.mcap", plant.signals.size(), options.hours,
                                           options.every == 1 ? "" : std::format("-{}s", options.every), version));
    if (!log || std::filesystem::exists(*log)) return log;
    std::vector<telemetry::LogChannel> channels;
    for (const plant::Signal& signal : plant.signals)
        channels.push_back({std::string{signal.path}, signal.type, std::string{signal.unit}, {}});
    auto writer = telemetry::LogWriter::create(*log, std::move(channels));
    if (!writer) return std::unexpected(writer.error());
    ProgressBar bar{"writing the benchmark's log"};
    const Progress progress = bar.progress();
    std::mt19937_64 random{1};
    StringTable strings;
    const StringId execute = strings.add("Execute"), aborted = strings.add("Aborted");
    std::vector<Machine> machines(static_cast<std::size_t>(options.machines), Machine{random});
    const auto seconds = static_cast<std::int64_t>(options.hours * 3600);
    const Duration apart = std::chrono::milliseconds{1000 / (options.machines + 1)};
    std::vector<Sample> samples;
    for (std::int64_t second = 0; second < seconds; second += options.every) {
        samples.clear();
        const Time time = timeFromNanoseconds((started + second) * 1'000'000'000);
        for (std::size_t i = 0; i < machines.size(); ++i)
            machines[i].step(time + static_cast<std::int64_t>(i) * apart, i * signalsOfMachine, execute, aborted, samples);
        if (auto written = writer->write(samples, strings); !written) return std::unexpected(written.error());
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while writing", log->string());
        progress(static_cast<double>(second) / static_cast<double>(seconds), "");
    }
    if (auto closed = writer->close(); !closed) return std::unexpected(closed.error());
    return log;
}

struct JumpCost {
    double unprepared = 0; ///< milliseconds: the first jump, to the log's end, before anything is known of its alarms
    double ahead = 0;      ///< seconds that the scout takes to come through the log
    double first = 0, median = 0, p99 = 0; ///< milliseconds: the first jump after that, and a hundred to anywhere
    double kept = 0;                       ///< milliseconds: to write what it found out for later openings
    double recalled = 0;                   ///< milliseconds: to read it, of the median of twenty later openings
    double again = 0, againP99 = 0;        ///< milliseconds: their first jumps, to anywhere, and the slowest share of them
};

/// By the wall clock: from asking to a frame of the time.
Result<JumpCost> jumpCost(const plant::Plant& plant, const std::filesystem::path& log) {
    const auto opened = [&]() -> Result<twin::Replay> {
        auto source = telemetry::LogSource::open(log, twin::subscriptions(plant));
        if (!source) return std::unexpected(source.error());
        return twin::Replay::open(plant, *std::move(source));
    };
    auto alone = opened(), shown = opened(), scout = opened();
    for (const auto* each : {&alone, &shown, &scout})
        if (!*each) return std::unexpected(each->error());
    const AlarmMemory memory{plant, log, {}};
    const TimeInterval span = shown->log();
    const auto took = [](Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); };
    const auto jump = [&](twin::ReplayThread& thread, Time to) {
        const Clock::time_point start = Clock::now();
        thread.seek(to);
        thread.wait();
        return took(start) * 1e3;
    };
    JumpCost cost;
    {
        twin::ReplayThread thread{*std::move(alone)};
        cost.unprepared = jump(thread, span.to);
    }
    const Clock::time_point start = Clock::now();
    const auto keep = [&](const twin::Replay& known) {
        const Clock::time_point began = Clock::now();
        memory.keep(known);
        cost.kept = took(began) * 1e3;
    };
    auto thread = std::make_unique<twin::ReplayThread>(*std::move(shown), std::chrono::milliseconds{8},
                                                       twin::ReplayThread::Scout{*std::move(scout), keep});
    thread->waitForScout();
    cost.ahead = took(start);
    std::mt19937_64 random{2};
    const auto anywhere = [&] {
        return span.from + Duration{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span.length().count()))};
    };
    cost.first = jump(*thread, span.to - std::chrono::seconds{1});
    std::vector<double> jumps, recalls, firsts;
    for (int i = 0; i < 100; ++i) jumps.push_back(jump(*thread, anywhere()));
    cost.median = quantile(jumps, 0.5);
    cost.p99 = quantile(jumps, 0.99);
    if (const auto error = thread->error()) return std::unexpected(*error);
    thread.reset(); // what it found out is kept now
    for (int opening = 0; opening < 20; ++opening) {
        auto again = opened();
        if (!again) return std::unexpected(again.error());
        const Clock::time_point began = Clock::now();
        if (!AlarmMemory{plant, log, {}}.recall(*again))
            return failure(ErrorCode::Unreadable, "what was found out about the alarms could not be kept in the user's cache",
                           log.string());
        recalls.push_back(took(began) * 1e3);
        twin::ReplayThread later{*std::move(again)};
        firsts.push_back(jump(later, anywhere()));
    }
    cost.recalled = quantile(recalls, 0.5);
    cost.again = quantile(firsts, 0.5);
    cost.againP99 = quantile(firsts, 0.99);
    return cost;
}

/// The log and its plant, and nothing but jumps in it, as in the window.
ExitStatus benchJumps(const plant::Plant& plant, const std::filesystem::path& log) {
    const auto cost = jumpCost(plant, log);
    if (!cost) return fail(cost.error());
    JsonWriter json;
    json.beginObject()
        .field("what", "jumps")
        .field("device", processorName())
        .field("signals", plant.signals.size())
        .field("alarms", plant.alarms.size())
        .field("unpreparedMs", cost->unprepared)
        .field("scoutSeconds", cost->ahead)
        .field("firstMs", cost->first)
        .field("medianMs", cost->median)
        .field("p99Ms", cost->p99)
        .field("keptMs", cost->kept)
        .field("recalledMs", cost->recalled)
        .field("laterFirstMedianMs", cost->again)
        .field("laterFirstP99Ms", cost->againP99)
        .field("peakBytes", peakResidentBytes())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

struct KpiCost {
    double snapshot = 0; ///< milliseconds: what was measured up to now, as live feeds make it every second
    double standing = 0; ///< milliseconds: KPIs of all machines together over the last 24 hours, as the window shows them
};

/// Medians after a day of feeds in which every machine says its state and counts once a minute.
KpiCost kpiCost(const plant::Plant& plant, std::size_t machines) {
    StringTable strings;
    const StringId execute = strings.add("Execute"), aborted = strings.add("Aborted");
    Time now = timeFromNanoseconds(started * 1'000'000'000);
    kpi::Rolling rolling{plant, strings, now};
    std::vector<Sample> samples;
    std::int64_t made = 0;
    const auto feed = [&](Duration step) {
        samples.clear();
        now += step;
        ++made;
        for (std::size_t i = 0; i < machines; ++i) {
            const auto add = [&](std::size_t which, Value value, ValueType type) {
                samples.push_back({now, value, static_cast<SignalIndex>(i * signalsOfMachine + which), type, Quality::Good});
            };
            add(stateSignal, Value::of((static_cast<std::size_t>(made) + i) % 90 < 5 ? aborted : execute), ValueType::String);
            add(madeSignal, Value::of(made), ValueType::Integer);
            add(goodSignal, Value::of(made - made / 50), ValueType::Integer);
        }
        rolling.apply(samples);
    };
    for (int minute = 0; minute < 24 * 60; ++minute) feed(std::chrono::minutes{1});
    kpi::Row all;
    for (std::uint32_t i = 0; i < plant.kpis.size(); ++i) all.sources.push_back(i);
    std::vector<double> snapshots, standings;
    for (int second = 0; second < 200; ++second) {
        feed(std::chrono::seconds{1});
        double start = processorMilliseconds();
        const auto bins = rolling.at(now);
        snapshots.push_back(processorMilliseconds() - start);
        start = processorMilliseconds();
        const auto day = kpi::standingOf(plant, all, kpi::binsOf(*bins, kpi::Period::Day, now, plant.calendar));
        standings.push_back(day.indicators.oee ? processorMilliseconds() - start : 0);
    }
    return {quantile(snapshots, 0.5), quantile(standings, 0.5)};
}

ExitStatus benchCheck(const Options& options) {
    const auto plant = plant::loadText(plantText(options.machines), ".", "shift.toml");
    if (!plant) return fail(plant.error());
    const auto expectations = check::parse(expectationText(options.machines), "shift-checks.toml", *plant);
    if (!expectations) return fail(expectations.error());
    const auto log = shiftLog(*plant, options);
    if (!log) return fail(log.error());
    if (options.jumps) return benchJumps(*plant, *log);
    const Clock::time_point start = Clock::now();
    const double processor = processorMilliseconds();
    auto source = telemetry::LogSource::open(*log, twin::subscriptions(*plant));
    if (!source) return fail(source.error());
    auto replay = twin::Replay::open(*plant, std::move(*source));
    if (!replay) return fail(replay.error());
    auto verdict = [&] {
        ProgressBar bar{"check"};
        return check::run(*plant, *replay, *expectations, {.progress = bar.progress()});
    }();
    if (!verdict) return fail(verdict.error());
    const double wall = std::chrono::duration<double>(Clock::now() - start).count();
    const double spent = processorMilliseconds() - processor;
    const KpiCost kpis = kpiCost(*plant, static_cast<std::size_t>(options.machines));
    JsonWriter json;
    json.beginObject()
        .field("what", "check")
        .field("device", processorName())
        .field("signals", plant->signals.size())
        .field("alarms", plant->alarms.size())
        .field("checks", verdict->outcomes.size())
        .field("failed", verdict->failed())
        .field("samples", verdict->samples)
        .field("hours", options.hours)
        .field("wallSeconds", wall)
        .field("processorSeconds", spent * 1e-3)
        .field("samplesPerSecond", static_cast<double>(verdict->samples) / wall)
        .field("alarmCalls", verdict->callCount)
        .field("kpiSnapshotMs", kpis.snapshot)
        .field("kpiStandingMs", kpis.standing)
        .field("peakBytes", peakResidentBytes())
        .endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchCheck(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand(
        "check", "Check a shift of 6 000 signals at 1 Hz with 3 000 alarms and the KPIs of 300 machines; its log is made once");
    command->footer("Example: millwright bench check --hours 1");
    auto options = std::make_shared<Options>();
    command->add_option("--hours", options->hours, "Length of the shift")->capture_default_str()->check(CLI::Range(0.01, 48.0));
    command->add_option("--machines", options->machines, "Machines, of 20 signals each")
        ->capture_default_str()
        ->check(CLI::Range(1, 900));
    command->add_option("--every", options->every, "Seconds from one sample of a signal to the next")
        ->capture_default_str()
        ->check(CLI::Range(1, 3600));
    command->add_flag("--jumps", options->jumps, "Jump about in the log instead, as the window does");
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchCheck(*options); }; });
}

} // namespace millwright::app
