#include <millwright/core/json_writer.hpp>
#include <millwright/history/history.hpp>
#include <millwright/telemetry/import.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/commands/bench.hpp>
#include <cmath>
#include <filesystem>
#include <format>
#include <map>
#include <random>

namespace millwright::app {
namespace {

using history::History;
using history::HistoryReader;
using telemetry::Sample;

constexpr std::size_t unlimited = std::size_t{4} << 30;        ///< budget: more than any case takes
constexpr std::size_t syntheticSignals = 10, rows = 1'000'000; ///< a signal, at 10 Hz: 27 h 47 min
constexpr std::size_t appendPasses = 3, trends = 100, tries = 3;
constexpr double fixedShare = 0.95; ///< of the steps between rows, for a log to count as sampled at a fixed rate

struct Options {
    std::filesystem::path data = "../shared/data/sensor";
    std::size_t columns = 1000; ///< of a trend
    bool json = false;
};

void write(JsonWriter& json, const history::HistoryStatus& status) {
    json.field("samples", status.samples).field("packed", status.packed).field("openBytes", status.openBytes);
    const auto each = [&](std::size_t bytes) { return static_cast<double>(bytes) / static_cast<double>(status.packed); };
    json.key("bytesPerSample");
    status.packed > 0 ? json.value(each(status.blockBytes + status.summaryBytes)) : json.null();
    json.key("summaryBytesPerSample");
    status.packed > 0 ? json.value(each(status.summaryBytes)) : json.null();
}

/// The share of steps from row to row that are within a tenth of the usual one.
double regularShare(std::span<const Sample> samples) {
    std::vector<double> steps;
    for (std::size_t i = 1; i < samples.size(); ++i)
        if (samples[i].time != samples[i - 1].time) steps.push_back(seconds(samples[i].time - samples[i - 1].time));
    if (steps.empty()) return 0;
    const double usual = quantile(steps, 0.5);
    const auto regular = std::ranges::count_if(steps, [&](double step) { return std::abs(step - usual) <= usual / 10; });
    return static_cast<double>(regular) / static_cast<double>(steps.size());
}

Result<telemetry::Import> import(const std::filesystem::path& path) {
    auto read = telemetry::importText(path);
    telemetry::Mapping mapping;
    if (!read && read.error().code == ErrorCode::Malformed) {
        mapping.encoding = "cp949"; // as one of the data sets is
        auto again = telemetry::importText(path, mapping);
        if (again || again.error().code == ErrorCode::Invalid) read = std::move(again);
    }
    if (read || read.error().code != ErrorCode::Invalid) return read;
    mapping.timeColumn = "1"; // some have none
    mapping.timeFormat = "s";
    auto again = telemetry::importText(path, mapping);
    return again ? std::move(again) : std::move(read);
}

struct RealLogs {
    std::size_t fixedRate = 0, within = 0; ///< logs, and those that keep the goal
};

void benchLog(JsonWriter& json, const std::filesystem::path& path, const std::filesystem::path& folder, RealLogs& logs) {
    constexpr double goal = 2;
    json.beginObject().field("log", path.lexically_relative(folder).string());
    auto read = import(path);
    if (!read) {
        json.field("skipped", read.error().message).endObject();
        return;
    }
    std::ranges::stable_sort(read->samples, {}, &Sample::time);
    std::vector<ValueType> types;
    for (const auto& channel : read->channels) types.push_back(channel.type);
    History history{types, unlimited};
    history.append(read->samples);
    const auto status = history.status();
    const bool fixed = regularShare(read->samples) >= fixedShare;
    json.field("signals", types.size()).field("fixedRate", fixed);
    write(json, status);
    json.endObject();
    if (!fixed || status.packed == 0) return;
    ++logs.fixedRate;
    logs.within +=
        static_cast<double>(status.blockBytes + status.summaryBytes) <= goal * static_cast<double>(status.packed) ? 1 : 0;
}

void benchLogs(JsonWriter& json, const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code failed;
    for (std::filesystem::recursive_directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed))
        if (at->path().extension() == ".csv") paths.push_back(at->path());
    std::ranges::sort(paths);
    RealLogs logs;
    json.key("logs").beginArray();
    for (const auto& path : paths) benchLog(json, path, folder, logs);
    json.endArray().field("fixedRateLogs", logs.fixedRate).field("fixedRateLogsWithinTwoBytes", logs.within);
}

/// A made-up signal, sampled at 10 Hz.
struct Synthetic {
    std::string_view name;
    ValueType type;
    Value (*value)(std::mt19937_64&, std::size_t, double& state);
};

double unit(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

constexpr Synthetic synthetics[] = {
    {"temperature, two decimals", ValueType::Float,
     [](auto& random, std::size_t, double& state) {
         state += (unit(random) - 0.5) * 0.2;
         return Value::of(std::round((80 + state) * 100) / 100);
     }},
    {"sine and noise, 12-bit converter of 10 V", ValueType::Float,
     [](auto& random, std::size_t i, double&) {
         return Value::of(std::round((std::sin(static_cast<double>(i) * 0.01) + unit(random) * 0.02 + 1) * 2047) * 10 / 4096);
     }},
    {"unrounded noise", ValueType::Float, [](auto& random, std::size_t, double&) { return Value::of(unit(random)); }},
    {"counter", ValueType::Integer,
     [](auto& random, std::size_t, double& state) {
         return Value::of(static_cast<std::int64_t>(state += random() % 8 == 0 ? 1 : 0));
     }},
    {"state", ValueType::Boolean,
     [](auto& random, std::size_t, double& state) { return Value::of((state = random() % 500 == 0 ? 1 - state : state) > 0); }},
};

std::vector<Sample> rowsOf(const Synthetic& kind) {
    std::vector<Sample> samples;
    samples.reserve(rows * syntheticSignals);
    std::mt19937_64 random{1};
    std::vector<double> states(syntheticSignals);
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t s = 0; s < syntheticSignals; ++s)
            samples.push_back({timeFromNanoseconds(1'800'000'000'000'000'000 + static_cast<std::int64_t>(i) * 100'000'000),
                               kind.value(random, i, states[s]), static_cast<SignalIndex>(s), kind.type});
    return samples;
}

/// Processor milliseconds of trends of a stretch as long as `share` of the history, wherever it lies: the least of some tries each,
/// as a window draws the same again and again and other programs disturb.
std::vector<double> trendTimes(const History& history, double share, std::size_t columns) {
    HistoryReader reader{history};
    std::mt19937_64 random{2};
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i < trends; ++i) {
        const auto signal = static_cast<SignalIndex>(random() % syntheticSignals);
        const TimeInterval whole = reader.span(signal);
        const Duration length = durationFromSeconds(seconds(whole.length()) * share);
        const Time from = whole.from + durationFromSeconds(seconds(whole.length() - length) * unit(random));
        double least = INFINITY;
        for (std::size_t attempt = 0; attempt < tries; ++attempt) {
            const double start = processorMilliseconds();
            const auto& trend = reader.trend(signal, {from, from + length}, columns);
            if (trend.columns.size() == columns) least = std::min(least, processorMilliseconds() - start);
        }
        milliseconds.push_back(least);
    }
    return milliseconds;
}

/// Returns the slowest p99 of its trends.
double benchSynthetic(JsonWriter& json, const Synthetic& kind, std::size_t columns) {
    const std::vector<ValueType> types(syntheticSignals, kind.type);
    const std::vector<Sample> samples = rowsOf(kind);
    std::unique_ptr<History> history;
    double best = INFINITY;
    for (std::size_t pass = 0; pass < appendPasses; ++pass) {
        history = std::make_unique<History>(types, unlimited);
        const double start = processorMilliseconds();
        for (std::size_t i = 0; i < samples.size(); i += syntheticSignals)
            history->append(std::span{samples}.subspan(i, syntheticSignals));
        best = std::min(best, processorMilliseconds() - start);
    }
    json.beginObject().field("kind", kind.name);
    write(json, history->status());
    json.field("bestSamplesPerSecond", static_cast<double>(samples.size()) / best * 1000);
    double slowest = 0;
    json.key("trends").beginArray();
    for (const double share : {1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1.0}) {
        const auto times = trendTimes(*history, share, columns);
        const double p99 = quantile(times, 0.99);
        slowest = std::max(slowest, p99);
        json.beginObject()
            .field("seconds", share * static_cast<double>(rows) / 10)
            .field("medianMs", quantile(times, 0.5))
            .field("p99Ms", p99)
            .endObject();
    }
    json.endArray().endObject();
    return slowest;
}

ExitStatus benchHistory(const Options& options) {
    JsonWriter json;
    json.beginObject()
        .field("what", "history")
        .field("device", processorName() + ", one core")
        .field("data", options.data.string());
    benchLogs(json, options.data);
    json.field("syntheticSignals", syntheticSignals).field("trendColumns", options.columns).key("synthetic").beginArray();
    double slowest = 0;
    for (const Synthetic& kind : synthetics) slowest = std::max(slowest, benchSynthetic(json, kind, options.columns));
    json.endArray().field("slowestTrendP99Ms", slowest).field("peakBytes", peakResidentBytes()).endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchHistory(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand(
        "history", "Hold real and made-up logs in memory: bytes a sample, cost of taking a sample in, time of drawing a trend");
    command->footer("Example: millwright bench history --data logs");
    auto options = std::make_shared<Options>();
    command->add_option("--data", options->data, "Folder with CSV files to hold; those that cannot be read are named and left out")
        ->capture_default_str();
    command->add_option("--columns", options->columns, "Pixel columns of a trend")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchHistory(*options); }; });
}

} // namespace millwright::app
