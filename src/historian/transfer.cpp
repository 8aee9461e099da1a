#include "historian/sink.hpp"

#include <millwright/historian/historian.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <utility>

namespace millwright::historian {
namespace {

constexpr std::string_view latePrefix = "late/";
constexpr std::size_t mostAtOnce = 500'000; ///< samples of an export in memory, about

std::unexpected<Error> cancelled(const std::filesystem::path& file) {
    return failure(ErrorCode::Cancelled, "stopped", file.string());
}

/// What a log has of the topics, and of those with `late/` before them.
struct Wanted {
    std::vector<telemetry::Subscription> subscriptions;
    std::vector<telemetry::LogTopic> topics; ///< the same
    explicit Wanted(const std::vector<telemetry::Subscription>& plain) {
        for (const bool late : {false, true})
            for (telemetry::Subscription each : plain) {
                if (late) each.topic = std::format("{}{}", latePrefix, each.topic);
                topics.push_back(telemetry::topicOf(each));
                subscriptions.push_back(std::move(each));
            }
    }
};

/// Writing logs one after the other.
class Importer {
public:
    Importer(Database& database, const Options& options, const std::vector<telemetry::Subscription>& topics)
        : options_{options}, wanted_{topics}, plain_{topics.size()}, sink_{database, options} {}

    Result<void> import(const std::filesystem::path& path, const Progress& progress, double from, double length) {
        auto source = telemetry::LogSource::open(path, wanted_.subscriptions);
        if (!source) return std::unexpected(source.error());
        const std::vector<bool> found = (*source)->found();
        if (std::ranges::none_of(found, std::identity{}))
            return failure(ErrorCode::Invalid,
                           std::format("has none of the plant's {} signals; `millwright log info` lists its topics", plain_),
                           path.string());
        if (auto declared = declare(found); !declared) return declared;
        const double all = static_cast<double>(std::max<std::uint64_t>(1, (*source)->sampleCount()));
        std::uint64_t done = 0;
        while (true) {
            const auto samples = (*source)->next(options_.batchSize - batch_.size());
            if (!samples) return std::unexpected(samples.error());
            if (samples->empty()) break;
            for (const telemetry::Sample& sample : *samples) add(sample, **source);
            done += samples->size();
            if (batch_.size() >= options_.batchSize)
                if (auto written = write(); !written) return written;
            progress(from + length * std::min(1.0, static_cast<double>(done) / all), "importing");
            if (progress.cancelled()) return cancelled(path);
        }
        return write();
    }
    ImportReport report;

private:
    /// Signals of the plant that this log is the first to have.
    Result<void> declare(const std::vector<bool>& found) {
        places_.resize(wanted_.topics.size(), std::numeric_limits<std::size_t>::max());
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (!found[i] || places_[i] != std::numeric_limits<std::size_t>::max()) continue;
            places_[i] = declared_.size();
            declared_.push_back(wanted_.topics[i]);
        }
        return sink_.declare(declared_, report.notes);
    }
    void add(telemetry::Sample sample, const telemetry::LogSource& source) {
        const auto& [scale, offset] = source.conversions()[index(sample.signal)];
        if (sample.type == ValueType::Float && (scale != 1 || offset != 0))
            sample.value = Value::of(scale * sample.value.number + offset);
        if (report.samples++ == 0) report.span = {sample.time, sample.time};
        report.span = {std::min(report.span.from, sample.time), std::max(report.span.to, sample.time)};
        if (!batch_.add(sample, places_[index(sample.signal)], source.strings())) ++report.refused;
    }
    Result<void> write() {
        const auto written = sink_.write(batch_);
        if (!written) return std::unexpected(written.error());
        report.written += written->written;
        report.present += written->present;
        report.refused += written->refused;
        batch_.clear();
        return {};
    }

    const Options& options_;
    Wanted wanted_;
    std::size_t plain_;
    Sink sink_;
    std::vector<telemetry::LogTopic> declared_;
    std::vector<std::size_t> places_; ///< in `declared_`, by subscription
    Batch batch_;
};

/// What an export reads, in order of time.
class Exporter {
public:
    Exporter(Database& database, const Options& options) : database_{database}, tables_{options.schema} {}

    /// The plant's signals in its order, whether they have samples or not, then what else there is of the plant.
    Result<void> choose(const Options& options, const std::vector<telemetry::Subscription>& topics) {
        auto kept = signalsOf(database_, options);
        if (!kept) return std::unexpected(kept.error());
        std::unordered_map<std::string_view, const KeptSignal*> byTopic;
        for (const KeptSignal& signal : *kept) byTopic.emplace(signal.topic, &signal);
        for (const telemetry::Subscription& topic : topics) {
            const auto found = byTopic.find(topic.topic);
            if (found != byTopic.end())
                include(*found->second);
            else
                channels.push_back(telemetry::channelOf(topic));
        }
        for (const KeptSignal& signal : *kept)
            if (!places_.contains(signal.id)) include(signal);
        return {};
    }
    /// From the first sample to the last; none without one.
    Result<std::optional<TimeInterval>> span() {
        const auto found = database_.query(std::format("select min(o.time), max(n.time) from unnest($1::int[]) s, lateral (select "
                                                       "min(time) as time from {0} where signal = s) o, "
                                                       "lateral (select max(time) as time from {0} where signal = s) n",
                                                       tables_.samples),
                                           {ids_ + "}"});
        if (!found) return std::unexpected(found.error());
        if (!found->front()[0]) return std::nullopt;
        return TimeInterval{timeFromNanoseconds(std::stoll(*found->front()[0])),
                            timeFromNanoseconds(std::stoll(*found->front()[1]))};
    }
    /// The time of the next sample at `from` or after it; none where there is none.
    Result<std::optional<std::int64_t>> nextFrom(std::int64_t from) {
        const auto found =
            database_.query(std::format("select min(o.time) from unnest($1::int[]) s, lateral (select min(time) as time from {} "
                                        "where signal = s and time >= {}) o",
                                        tables_.samples, from),
                            {ids_ + "}"});
        if (!found) return std::unexpected(found.error());
        const auto& time = found->front()[0];
        return time ? std::optional{std::stoll(*time)} : std::nullopt;
    }
    /// Replaces `samples` by those between two times, in order of time and signal; String values are of `strings`.
    Result<void> read(std::int64_t from, std::int64_t to, std::vector<telemetry::Sample>& samples, StringTable& strings) {
        samples.clear();
        auto done = database_.read(
            std::format("select {} from {} where signal = any('{}'::int[]) and time between {} and {} order by signal, "
                        "time, ordinal",
                        rowColumns, tables_.samples, ids_ + "}", from, to),
            [&](const Row& row) {
                const SignalIndex place = places_.at(row.signal);
                samples.push_back(sampleOf(row, place, channels[index(place)].type, strings));
            });
        std::ranges::stable_sort(samples, [](const telemetry::Sample& a, const telemetry::Sample& b) {
            return a.time != b.time ? a.time < b.time : a.signal < b.signal;
        });
        return done;
    }

    std::vector<telemetry::LogChannel> channels;

private:
    void include(const KeptSignal& signal) {
        places_.emplace(signal.id, static_cast<SignalIndex>(channels.size()));
        channels.push_back({signal.topic, signal.type, signal.unit, {}});
        ids_ += (ids_.size() > 1 ? "," : "") + std::to_string(signal.id);
    }
    Database& database_;
    Tables tables_;
    std::unordered_map<std::int32_t, SignalIndex> places_; ///< in `channels`, by id
    std::string ids_ = "{";
};

/// Copies a stretch, in steps that grow and shrink so that about as many samples are in memory at once.
Result<void> copy(Exporter& from, TimeInterval stretch, telemetry::LogWriter& log, ExportReport& report, const Progress& progress) {
    const std::int64_t begin = nanoseconds(stretch.from), end = nanoseconds(stretch.to);
    std::int64_t step = 60'000'000'000, at = begin;
    std::vector<telemetry::Sample> samples;
    while (true) {
        const auto next = from.nextFrom(at); // over stretches without a sample
        if (!next) return std::unexpected(next.error());
        if (!*next || **next > end) return {};
        at = **next;
        const std::int64_t last = end - at < step ? end : at + step - 1;
        StringTable strings;
        if (auto read = from.read(at, last, samples, strings); !read) return read;
        if (auto written = log.write(samples, strings); !written) return written;
        if (!samples.empty()) {
            if (report.samples == 0) report.span.from = samples.front().time;
            report.span.to = samples.back().time;
        }
        report.samples += samples.size();
        if (samples.size() > mostAtOnce)
            step = std::max<std::int64_t>(1, step / 2);
        else if (samples.size() < mostAtOnce / 4)
            step = std::min<std::int64_t>(step * 2, 86'400'000'000'000 * 30);
        const double length = static_cast<double>(end - begin);
        progress(length > 0 ? static_cast<double>(last - begin) / length : 1, "exporting");
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped");
        if (last == end) return {};
        at = last + 1;
    }
}

} // namespace

Result<ImportReport> importLogs(const Options& options, const std::vector<telemetry::Subscription>& topics,
                                const std::vector<std::filesystem::path>& logs, const Progress& progress) {
    auto database = Database::connect(options.access);
    if (!database) return std::unexpected(database.error());
    if (auto prepared = prepare(**database, options); !prepared) return std::unexpected(prepared.error());
    Importer importer{**database, options, topics};
    const double part = 1.0 / static_cast<double>(std::max<std::size_t>(1, logs.size()));
    for (std::size_t i = 0; i < logs.size(); ++i)
        if (auto done = importer.import(logs[i], progress, part * static_cast<double>(i), part); !done)
            return std::unexpected(done.error());
    return importer.report;
}

Result<ExportReport> exportLog(const Options& options, const std::vector<telemetry::Subscription>& topics, const std::string& from,
                               const std::string& to, const std::filesystem::path& output,
                               const telemetry::LogWriterOptions& writer, const Progress& progress) {
    auto database = openFilled(options);
    if (!database) return std::unexpected(database.error());
    Exporter exporter{**database, options};
    if (auto chosen = exporter.choose(options, topics); !chosen) return std::unexpected(chosen.error());
    const auto span = exporter.span();
    if (!span) return std::unexpected(span.error());
    if (!*span)
        return failure(ErrorCode::NotFound, std::format("has no samples of plant '{}' yet", options.plant),
                       describe(options.access));
    const auto begin = parseMoment(from, **span), end = parseMoment(to, **span);
    if (!begin) return std::unexpected(begin.error());
    if (!end) return std::unexpected(end.error());
    if (*begin > *end) return failure(ErrorCode::Invalid, "is not before --to", "--from");
    auto log = telemetry::LogWriter::create(output, exporter.channels, writer);
    if (!log) return std::unexpected(log.error());
    ExportReport report{.channels = exporter.channels.size()};
    if (auto copied = copy(exporter, {*begin, *end}, *log, report, progress); !copied) return std::unexpected(copied.error());
    if (auto closed = log->close(); !closed) return std::unexpected(closed.error());
    std::error_code ignored;
    report.bytes = std::filesystem::file_size(output, ignored);
    return report;
}

Result<Info> look(const Options& options) {
    auto database = Database::connect(options.access);
    if (!database) return std::unexpected(database.error());
    auto info = inspect(**database, options);
    if (!info || info->version == 0) return info;
    Exporter exporter{**database, options};
    if (auto chosen = exporter.choose(options, {}); !chosen) return std::unexpected(chosen.error());
    info->signals = exporter.channels.size();
    const auto span = exporter.span();
    if (!span) return std::unexpected(span.error());
    info->span = *span;
    const Tables tables{options.schema};
    const auto sizes = (*database)->query(
        info->hypertable
            ? std::format("select approximate_row_count({0}::regclass), hypertable_size({0}::regclass)", literal(tables.samples))
            : std::format(
                  "select greatest(reltuples, 0)::bigint, pg_total_relation_size(oid) from pg_class where oid = {}::regclass",
                  literal(tables.samples)));
    if (!sizes) return std::unexpected(sizes.error());
    info->samplesAbout = std::stoull(sizes->front()[0].value_or("0"));
    info->bytes = std::stoull(sizes->front()[1].value_or("0"));
    constexpr std::uint64_t soonCounted = 64u << 20; // of small tables the server's estimate is often that of yesterday
    if (info->bytes < soonCounted) {
        const auto count = (*database)->query("select count(*) from " + tables.samples);
        if (!count) return std::unexpected(count.error());
        info->samplesAbout = std::stoull(*count->front()[0]);
    }
    return info;
}

} // namespace millwright::historian
