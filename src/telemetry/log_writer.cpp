#include "telemetry/encoding/columns.hpp"
#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/encoding/keyframe.hpp"
#include "telemetry/log_layout.hpp"

#include <millwright/telemetry/log_writer.hpp>

#include <algorithm>
#include <format>
#include <limits>
#include <unordered_set>

namespace millwright::telemetry {
namespace {

constexpr std::size_t maximumChannels = 65'000;
constexpr std::size_t stringsKept = 65'536; ///< then the table is begun anew: only what waits in a batch needs it

/// What a keyframe says of one signal.
struct SignalState {
    Sample last;
    RunningIntegral integral;
    std::string text; ///< of a string
    bool seen = false;
};

} // namespace

struct LogWriter::State {
    std::filesystem::path path;
    std::filesystem::path writtenTo;
    LogWriterOptions options;
    std::optional<mcap::Writer> mcap;
    std::vector<LogChannel> channels;
    std::unordered_set<std::string> topics;
    std::vector<std::uint16_t> channelIds;
    std::uint16_t columnsChannel = 0;
    std::uint16_t keyframeChannel = 0;
    std::uint16_t jsonSchema = 0;

    std::vector<Sample> waiting; ///< string values index `strings`
    bool ordered = true;
    StringTable strings;
    ColumnEncoder encoder;
    std::vector<std::byte> message;

    std::vector<SignalState> states;
    Time newest = Time::min();  ///< of all samples written out
    bool keyframesExact = true; ///< until a signal's sample arrives after a later one was written out
    std::size_t sinceKeyframe = 0;
    std::uint64_t samples = 0;
    Time first = Time::max();
    Time last = Time::min();
    bool closed = false;

    Result<SignalIndex> addChannel(LogChannel channel);
    Result<void> add(const Sample& sample, const StringTable* table);
    Result<void> closeBatch();
    void accumulate();
    Result<void> writeKeyframe();
    [[nodiscard]] std::size_t batchSize() const {
        // Each chunk's index names each of its channels, so where those are many chunks are larger.
        const std::size_t wanted = options.encoding == LogEncoding::Json
                                       ? std::max(options.samplesPerChunk / 2, 4 * channels.size())
                                       : options.samplesPerChunk;
        return std::clamp<std::size_t>(wanted, 1, maximumBatchSamples / 4);
    }
    ~State() {
        if (closed) return;
        if (mcap && options.recording) {
            (void)closeBatch(); // nobody is left to tell
            return;
        }
        mcap.reset();
        std::error_code ignored;
        if (!options.recording && !writtenTo.empty()) std::filesystem::remove(writtenTo, ignored);
    }
};

LogWriter::LogWriter(std::unique_ptr<State> state) : state_{std::move(state)} {}
LogWriter::LogWriter(LogWriter&&) noexcept = default;
LogWriter& LogWriter::operator=(LogWriter&&) noexcept = default;
LogWriter::~LogWriter() = default;
std::uint64_t LogWriter::samplesWritten() const {
    return state_->samples;
}

Result<LogWriter> LogWriter::create(const std::filesystem::path& path, std::vector<LogChannel> channels,
                                    const LogWriterOptions& options) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->options = options;
    std::error_code ignored;
    if (options.recording && std::filesystem::exists(path, ignored))
        return failure(ErrorCode::Invalid, "exists already; a recording never overwrites one: give it another name", path.string());
    state->writtenTo = options.recording ? path : std::filesystem::path{path.string() + ".part"};
    // Chunks are closed here, where batches end, so the writer's own limit must never come first.
    auto mcap = mcap::Writer::create(
        state->writtenTo, {log_layout::profile, log_layout::library, options.compression, std::numeric_limits<std::size_t>::max()});
    if (!mcap) return std::unexpected(mcap.error());
    state->mcap = std::move(*mcap);

    if (options.encoding == LogEncoding::Json) {
        const auto schema =
            state->mcap->addSchema(log_layout::jsonSchemaName, "jsonschema", std::as_bytes(std::span{jsonSampleSchema()}));
        if (!schema) return std::unexpected(schema.error());
        state->jsonSchema = *schema;
    } else {
        const auto id = state->mcap->addChannel(log_layout::columnsTopic, columnsEncoding, {});
        if (!id) return std::unexpected(id.error());
        state->columnsChannel = *id;
    }
    const auto keyframes = state->mcap->addChannel(log_layout::keyframeTopic, keyframeEncoding, {});
    if (!keyframes) return std::unexpected(keyframes.error());
    state->keyframeChannel = *keyframes;
    for (auto& channel : channels)
        if (auto added = state->addChannel(std::move(channel)); !added) return std::unexpected(added.error());
    return LogWriter{std::move(state)};
}

Result<SignalIndex> LogWriter::State::addChannel(LogChannel channel) {
    if (channels.size() >= maximumChannels)
        return failure(ErrorCode::ResourceLimit, std::format("a log holds at most {} signals", maximumChannels), path.string());
    if (!topics.insert(channel.topic).second)
        return failure(ErrorCode::Invalid, std::format("topic '{}' is given twice", channel.topic), path.string());
    channel.metadata["type"] = name(channel.type);
    if (!channel.unit.empty()) channel.metadata["unit"] = channel.unit;
    mcap::StringMap entries;
    for (const auto& [key, value] : channel.metadata) entries.emplace_back(key, value);
    const bool json = options.encoding == LogEncoding::Json;
    const auto id =
        mcap->addChannel(channel.topic, json ? jsonEncoding : signalEncoding, entries, json ? jsonSchema : std::uint16_t{0});
    if (!id) return std::unexpected(id.error());
    channelIds.push_back(*id);
    channels.push_back(std::move(channel));
    states.emplace_back();
    return static_cast<SignalIndex>(channels.size() - 1);
}

Result<SignalIndex> LogWriter::addChannel(LogChannel channel) {
    return state_->addChannel(std::move(channel));
}

Result<void> LogWriter::State::add(const Sample& sample, const StringTable* table) {
    if (index(sample.signal) >= channels.size() || channels[index(sample.signal)].type != sample.type)
        return failure(ErrorCode::Invalid, "a sample is of no signal of this log, or not of its signal's type", path.string());
    if (nanoseconds(sample.time) < 0)
        return failure(ErrorCode::Invalid,
                       std::format("a sample is dated {}, before 1970, which logs cannot hold", formatTime(sample.time)),
                       channels[index(sample.signal)].topic);
    if (sample.type == ValueType::String && !table)
        return failure(ErrorCode::Invalid, "a string sample came without its table of strings",
                       channels[index(sample.signal)].topic);
    const std::size_t size = batchSize();
    // A batch ends between two times, so that a keyframe behind it splits the log cleanly; only up to a point, to stay bounded.
    if (waiting.size() >= size && (sample.time > waiting.back().time || waiting.size() >= 4 * size))
        if (auto done = closeBatch(); !done) return done;
    if (!waiting.empty()) {
        const Sample& before = waiting.back();
        ordered = ordered && (before.time < sample.time || (before.time == sample.time && before.signal <= sample.signal));
    }
    waiting.push_back(sample);
    if (sample.type == ValueType::String) waiting.back().value = Value::of(strings.add(table->text(sample.value.string)));
    return {};
}

void LogWriter::State::accumulate() {
    for (const auto& sample : waiting) {
        auto& state = states[index(sample.signal)];
        if (state.seen && sample.time < state.last.time) keyframesExact = false;
        state.seen = true;
        state.last = sample;
        if (sample.type == ValueType::String)
            state.text = strings.text(sample.value.string);
        else
            state.integral.add(sample.time, sample.value.asNumber(sample.type), sample.quality);
    }
    samples += waiting.size();
    sinceKeyframe += waiting.size();
    first = std::min(first, waiting.front().time);
    last = std::max(last, waiting.back().time);
    newest = std::max(newest, waiting.back().time);
}

Result<void> LogWriter::State::closeBatch() {
    if (waiting.empty()) return {};
    if (!ordered)
        std::ranges::stable_sort(
            waiting, [](const Sample& a, const Sample& b) { return a.time != b.time ? a.time < b.time : a.signal < b.signal; });
    accumulate();
    const auto nanosecondsOf = [](const Sample& sample) { return static_cast<std::uint64_t>(nanoseconds(sample.time)); };
    if (options.encoding == LogEncoding::Json) {
        for (const auto& sample : waiting) {
            message.clear();
            writeJsonSample(sample, strings, message);
            const auto time = nanosecondsOf(sample);
            if (auto written = mcap->message(channelIds[index(sample.signal)], time, time, message); !written) return written;
        }
    } else {
        message.clear();
        encoder.encode(waiting, channelIds, strings, message);
        if (auto written = mcap->message(columnsChannel, nanosecondsOf(waiting.front()), nanosecondsOf(waiting.back()), message);
            !written)
            return written;
    }
    waiting.clear();
    ordered = true;
    if (strings.size() > stringsKept) {
        strings = StringTable{};
        encoder = ColumnEncoder{};
    }
    if (auto done = mcap->closeChunk(); !done) return done;
    // Not more often than pays: a keyframe of many signals is itself long.
    const std::size_t interval = std::max(options.samplesPerKeyframe, 8 * channels.size());
    if (options.samplesPerKeyframe > 0 && keyframesExact && sinceKeyframe >= interval) return writeKeyframe();
    return {};
}

Result<void> LogWriter::State::writeKeyframe() {
    StoredKeyframe keyframe;
    keyframe.time = nanoseconds(newest);
    for (std::size_t i = 0; i < states.size(); ++i) {
        const auto& state = states[i];
        if (!state.seen) continue;
        keyframe.entries.push_back({channelIds[i], state.last.type, state.last.quality, nanoseconds(state.last.time),
                                    state.integral.total, state.integral.value, state.last.value, state.text});
    }
    message.clear();
    encodeKeyframe(keyframe, message);
    sinceKeyframe = 0;
    const auto time = static_cast<std::uint64_t>(keyframe.time);
    if (auto written = mcap->message(keyframeChannel, time, time, message); !written) return written;
    return mcap->closeChunk();
}

Result<void> LogWriter::write(std::span<const Sample> samples, const StringTable& strings) {
    for (const auto& sample : samples)
        if (auto added = state_->add(sample, &strings); !added) return added;
    return {};
}

Result<void> LogWriter::write(std::span<const Sample> samples) {
    for (const auto& sample : samples)
        if (auto added = state_->add(sample, nullptr); !added) return added;
    return {};
}

Result<void> LogWriter::flush() {
    return state_->closeBatch();
}

Result<void> LogWriter::attachment(std::string_view attachmentName, std::string_view mediaType, std::span<const std::byte> data) {
    if (auto flushed = flush(); !flushed) return flushed;
    const auto time = state_->samples > 0 ? static_cast<std::uint64_t>(nanoseconds(state_->last)) : 0;
    return state_->mcap->attachment({time, time, attachmentName, mediaType, data, 0});
}

Result<void> LogWriter::attachment(const mcap::Attachment& attached) {
    if (auto flushed = flush(); !flushed) return flushed;
    return state_->mcap->attachment(attached);
}

Result<void> LogWriter::metadata(std::string_view metadataName, const std::map<std::string, std::string>& entries) {
    if (auto flushed = flush(); !flushed) return flushed;
    mcap::StringMap list;
    for (const auto& [key, value] : entries) list.emplace_back(key, value);
    return state_->mcap->metadata(metadataName, list);
}

Result<void> LogWriter::close() {
    State& s = *state_;
    if (s.closed) return {};
    if (auto flushed = flush(); !flushed) return flushed;
    const bool any = s.samples > 0;
    const auto written = metadata(log_layout::metadataName, {{"samples", std::to_string(s.samples)},
                                                             {"from", std::to_string(any ? nanoseconds(s.first) : 0)},
                                                             {"to", std::to_string(any ? nanoseconds(s.last) : 0)}});
    if (!written) return written;
    if (auto done = s.mcap->close(); !done) return done;
    if (!s.options.recording) {
        std::error_code error;
        std::filesystem::rename(s.writtenTo, s.path, error);
        if (error) return failure(ErrorCode::Unreadable, std::format("cannot be written: {}", error.message()), s.path.string());
    }
    s.closed = true;
    return {};
}

} // namespace millwright::telemetry
