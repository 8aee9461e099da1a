#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/encoding/keyframe.hpp"
#include "telemetry/log_index.hpp"

#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::telemetry {
namespace {

constexpr std::size_t smallTie = 32;

bool inOrder(const Sample& a, const Sample& b) {
    return a.time < b.time || (a.time == b.time && a.signal <= b.signal);
}

/// Orders by (time, signal), equals as they came. What writers produce is ordered in time, so only ties are ever moved.
void orderSamples(std::vector<Sample>& samples) {
    const auto before = [](const Sample& a, const Sample& b) { return a.time != b.time ? a.time < b.time : a.signal < b.signal; };
    std::size_t i = 1;
    while (i < samples.size() && inOrder(samples[i - 1], samples[i])) ++i;
    if (i >= samples.size()) return;
    if (!std::ranges::is_sorted(samples, {}, &Sample::time)) {
        std::ranges::stable_sort(samples, before);
        return;
    }
    for (std::size_t first = 0; first < samples.size();) {
        std::size_t last = first + 1;
        bool ordered = true;
        for (; last < samples.size() && samples[last].time == samples[first].time; ++last)
            ordered = ordered && samples[last - 1].signal <= samples[last].signal;
        const auto tie = std::span{samples}.subspan(first, last - first);
        if (!ordered && tie.size() > smallTie) {
            std::ranges::stable_sort(tie, before);
        } else if (!ordered) {
            for (std::size_t k = 1; k < tie.size(); ++k) // insertion: no allocation, and stable
                for (std::size_t j = k; j > 0 && tie[j].signal < tie[j - 1].signal; --j) std::swap(tie[j], tie[j - 1]);
        }
        first = last;
    }
}

/// The samples of one segment, in order, and how far they have been handed out.
struct Run {
    std::vector<Sample> samples;
    std::size_t at = 0;
    std::uint32_t segment = 0;

    [[nodiscard]] bool done() const { return at == samples.size(); }
    [[nodiscard]] const Sample& head() const { return samples[at]; }
};

/// A keyframe while it is made: only signals with a sample take room for one.
class KeyframeEntries {
public:
    explicit KeyframeEntries(std::size_t signals) : places_(signals, none) {}

    Keyframe::Entry& of(SignalIndex signal) {
        std::uint32_t& place = places_[index(signal)];
        if (place == none) {
            place = static_cast<std::uint32_t>(entries_.size());
            entries_.emplace_back();
        }
        return entries_[place];
    }
    [[nodiscard]] std::vector<Keyframe::Entry> bySignal() && {
        std::ranges::sort(entries_, {}, [](const Keyframe::Entry& entry) { return entry.last.signal; });
        return std::move(entries_);
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> places_; ///< by signal
    std::vector<Keyframe::Entry> entries_;
};

/// Whether a's head comes first: time, then signal, then place in the file.
bool comesFirst(const Run& a, const Run& b) {
    const Sample& x = a.head();
    const Sample& y = b.head();
    if (x.time != y.time) return x.time < y.time;
    if (x.signal != y.signal) return x.signal < y.signal;
    return a.segment < b.segment;
}

} // namespace

struct LogSource::State {
    mcap::File file;
    LogSourceOptions options;
    LogIndex index;
    StringTable strings;
    SourceCounters counters;

    mcap::SegmentBuffer buffer;
    ColumnDecoder decoder;
    std::string scratch;
    std::size_t next = 0;       ///< element of index.order to be decoded next
    std::vector<Run> active;    ///< decoded, not yet handed out: more than one only where segments overlap in time
    std::vector<Run> spare;     ///< their buffers, to be used again
    std::vector<Sample> merged; ///< what the last call handed out, where it had to be merged

    State(mcap::File opened, const LogSourceOptions& given) : file{std::move(opened)}, options{given} {}

    /// The earliest time that may still come from segments not decoded yet.
    [[nodiscard]] Time watermark() const {
        return next < index.order.size() ? timeOf(file.index().segments[index.order[next]].startTime) : Time::max();
    }
    [[nodiscard]] std::size_t room() const {
        std::size_t held = 0;
        for (const auto& run : active) held += run.samples.size();
        const std::size_t all = options.memoryBytes / sizeof(Sample);
        return all > held ? all - held : 0;
    }

    Result<void> decodeNext();
    Result<void> decode(const mcap::Segment& segment, std::size_t limit, std::vector<Sample>& out);
    Result<void> decodeJson(const mcap::Message& message, const ChannelRoute& route, std::vector<Sample>& out);
    void copyAliases(std::vector<Sample>& out, std::size_t from);
    Result<std::span<const Sample>> take(std::size_t maximum, Time last);
    std::span<const Sample> takeFrom(Run& run, Time before, Time last, std::size_t maximum);
    void recycle();
    void rewind(std::size_t to);
    Result<void> loadKeyframe(const LogIndex::KeyframeAt& at, KeyframeEntries& entries);
    void restore(const StoredEntry& stored, SignalIndex signal, ValueType type, KeyframeEntries& entries);
};

Result<void> LogSource::State::decodeJson(const mcap::Message& message, const ChannelRoute& route, std::vector<Sample>& out) {
    if (route.json.empty()) ++counters.unmatched;
    const std::string_view document{reinterpret_cast<const char*>(message.data.data()), message.data.size()};
    for (const auto& target : route.json) {
        const JsonSample found =
            target.path.empty() ? jsonSample(document) : JsonSample{jsonAt(document, target.path), Quality::Good};
        if (found.value.kind == JsonKind::Invalid && !target.path.empty() && jsonAt(document, {}).kind == JsonKind::Object)
            continue; // this message does not have the field
        Sample sample;
        bool converted = false;
        if (message.logTime > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
            !jsonValue(found.value, target.type, strings, scratch, sample.value, converted)) {
            ++counters.rejected;
            continue;
        }
        sample.time = timeOf(message.logTime);
        sample.signal = target.signal;
        sample.type = target.type;
        sample.quality = found.value.kind == JsonKind::Null ? std::max(found.quality, Quality::Bad) : found.quality;
        counters.converted += converted ? 1u : 0u;
        out.push_back(sample);
    }
    return {};
}

void LogSource::State::copyAliases(std::vector<Sample>& out, std::size_t from) {
    const std::size_t end = out.size();
    for (const auto& alias : index.aliases) {
        for (std::size_t i = from; i < end; ++i) {
            if (out[i].signal != alias.original) continue;
            Sample copy = out[i];
            copy.signal = alias.signal;
            copy.type = alias.type;
            if (!convertValue(copy.value, alias.originalType, alias.type, strings))
                ++counters.rejected;
            else
                out.push_back(copy);
        }
    }
}

Result<void> LogSource::State::decode(const mcap::Segment& segment, std::size_t limit, std::vector<Sample>& out) {
    const auto wrong = [&](Error error) {
        error.place = file.place(segment.offset);
        return std::unexpected(std::move(error));
    };
    const auto records = file.read(segment, buffer);
    if (!records) return std::unexpected(records.error());
    mcap::RecordCursor cursor{*records};
    mcap::RawRecord raw;
    mcap::RecordCursor::Step step{};
    while ((step = cursor.next(raw)) == mcap::RecordCursor::Step::Found) {
        if (!raw.is(mcap::Opcode::Message)) continue;
        const auto message = mcap::parseMessage(raw);
        if (!message) return wrong(message.error());
        if (message->channelId >= index.routes.size()) {
            ++counters.unmatched;
            continue;
        }
        const ChannelRoute& route = index.routes[message->channelId];
        const std::size_t from = out.size();
        if (route.kind == ChannelKind::Columns) {
            const auto counts = decoder.decode(message->data, index.columns, strings, limit, out);
            if (!counts) return wrong(counts.error());
            counters.unmatched += counts->unmatched;
            counters.converted += counts->converted;
            counters.rejected += counts->rejected;
            if (!index.aliases.empty()) copyAliases(out, from);
        } else if (route.kind == ChannelKind::Json) {
            if (auto decoded = decodeJson(*message, route, out); !decoded) return decoded;
        } else if (route.kind == ChannelKind::Other) {
            ++counters.unmatched;
        }
        if (out.size() > limit)
            return wrong({ErrorCode::ResourceLimit,
                          std::format("more than {} samples would have to be held at once to put the log in order; rewrite it with "
                                      "'millwright log convert'",
                                      limit),
                          {}});
    }
    if (step == mcap::RecordCursor::Step::Torn)
        return wrong({ErrorCode::Malformed, "the records of this chunk do not fill it: it is damaged", {}});
    orderSamples(out);
    if (!out.empty() && out.front().time < timeOf(segment.startTime))
        return wrong(
            {ErrorCode::Malformed, "a chunk holds samples from before the time it says it begins: the log is damaged", {}});
    return {};
}

Result<void> LogSource::State::decodeNext() {
    const std::uint32_t number = index.order[next];
    const auto& segment = file.index().segments[number];
    Run run;
    if (!spare.empty()) {
        run = std::move(spare.back());
        spare.pop_back();
    }
    run.samples.clear();
    run.at = 0;
    run.segment = number;
    if (auto decoded = decode(segment, room(), run.samples); !decoded) return decoded;
    ++next;
    file.drop(segment);
    if (run.samples.empty())
        spare.push_back(std::move(run));
    else
        active.push_back(std::move(run));
    return {};
}

void LogSource::State::recycle() {
    for (std::size_t i = active.size(); i-- > 0;) {
        if (!active[i].done()) continue;
        spare.push_back(std::move(active[i]));
        active.erase(active.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

void LogSource::State::rewind(std::size_t to) {
    for (auto& run : active) spare.push_back(std::move(run));
    active.clear();
    next = to;
}

/// The run's next samples that are earlier than `before` and not later than `last`.
std::span<const Sample> LogSource::State::takeFrom(Run& run, Time before, Time last, std::size_t maximum) {
    const auto rest = std::span<const Sample>{run.samples}.subspan(run.at, std::min(maximum, run.samples.size() - run.at));
    std::size_t count = rest.size();
    if (rest.back().time >= before || rest.back().time > last) {
        const auto beyond =
            std::ranges::partition_point(rest, [&](const Sample& sample) { return sample.time < before && sample.time <= last; });
        count = static_cast<std::size_t>(beyond - rest.begin());
    }
    run.at += count;
    return rest.first(count);
}

/// The next samples in order up to and including `last`; empty when there are none.
Result<std::span<const Sample>> LogSource::State::take(std::size_t maximum, Time last) {
    recycle();
    if (maximum == 0) return std::span<const Sample>{};
    while (true) {
        Run* first = nullptr;
        for (auto& run : active)
            if (!first || comesFirst(run, *first)) first = &run;
        // Another segment may hold something earlier, or as early and of a signal that comes before.
        if (next < index.order.size() && (!first || first->head().time >= watermark())) {
            if (!first && watermark() > last) return std::span<const Sample>{};
            if (first && first->head().time > last && watermark() > last) return std::span<const Sample>{};
            if (auto decoded = decodeNext(); !decoded) return std::unexpected(decoded.error());
            continue;
        }
        if (!first || first->head().time > last) return std::span<const Sample>{};
        // Up to where another run or segment begins, the samples are one piece of memory.
        Time before = watermark();
        for (const auto& run : active) {
            if (&run == first) continue;
            before = std::min(before, run.head().time);
        }
        const auto piece = takeFrom(*first, before, last, maximum);
        if (!piece.empty()) return piece;
        // Several runs at one time: one by one.
        merged.clear();
        const Time tie = first->head().time;
        while (merged.size() < maximum) {
            first = nullptr;
            for (auto& run : active)
                if (!run.done() && run.head().time == tie && (!first || comesFirst(run, *first))) first = &run;
            if (!first) break;
            merged.push_back(first->samples[first->at++]);
        }
        return std::span<const Sample>{merged};
    }
}

LogSource::LogSource(std::unique_ptr<State> state) : state_{std::move(state)} {}
LogSource::~LogSource() = default;

Result<std::unique_ptr<LogSource>> LogSource::open(const std::filesystem::path& path,
                                                   const std::vector<Subscription>& subscriptions,
                                                   const LogSourceOptions& options) {
    auto file = mcap::File::open(path, {options.chunkBytes});
    if (!file) return std::unexpected(file.error());
    auto state = std::make_unique<State>(std::move(*file), options);
    auto index = makeLogIndex(state->file, subscriptions);
    if (!index) return std::unexpected(index.error());
    state->index = std::move(*index);
    auto topics = findTopics(state->file);
    if (!topics) return std::unexpected(topics.error());
    state->index.topics = std::move(*topics);
    return std::unique_ptr<LogSource>{new LogSource{std::move(state)}};
}

namespace {

std::vector<Subscription> subscribeTo(const std::vector<LogTopic>& topics) {
    std::vector<Subscription> subscriptions;
    for (const auto& topic : topics) subscriptions.push_back({topic.topic, topic.type, topic.unit});
    return subscriptions;
}

} // namespace

Result<std::unique_ptr<LogSource>> LogSource::openAll(const std::filesystem::path& path, const LogSourceOptions& options) {
    auto file = mcap::File::open(path, {options.chunkBytes});
    if (!file) return std::unexpected(file.error());
    return openAll(std::make_unique<State>(std::move(*file), options));
}

Result<std::unique_ptr<LogSource>> LogSource::openAll(std::span<const std::byte> bytes, std::string name,
                                                      const LogSourceOptions& options) {
    auto file = mcap::File::fromBytes(bytes, std::move(name), {options.chunkBytes});
    if (!file) return std::unexpected(file.error());
    return openAll(std::make_unique<State>(std::move(*file), options));
}

Result<std::unique_ptr<LogSource>> LogSource::openAll(std::unique_ptr<State> state) {
    auto topics = findTopics(state->file);
    if (!topics) return std::unexpected(topics.error());
    auto index = makeLogIndex(state->file, subscribeTo(*topics));
    if (!index) return std::unexpected(index.error());
    state->index = std::move(*index);
    state->index.topics = std::move(*topics);
    return std::unique_ptr<LogSource>{new LogSource{std::move(state)}};
}

Result<std::span<const Sample>> LogSource::next(std::size_t maximum) {
    auto taken = state_->take(maximum, Time::max());
    if (taken) state_->counters.delivered += taken->size();
    return taken;
}

void LogSource::State::restore(const StoredEntry& stored, SignalIndex signal, ValueType type, KeyframeEntries& entries) {
    Keyframe::Entry entry;
    entry.last.time = timeFromNanoseconds(stored.time);
    entry.last.value = stored.type == ValueType::String ? Value::of(strings.add(stored.text)) : stored.value;
    entry.last.signal = signal;
    entry.last.type = type;
    entry.last.quality = stored.quality;
    if (stored.type != ValueType::String) {
        entry.integral = {stored.total, stored.held, entry.last.time,
                          isUsable(stored.quality) && std::isfinite(stored.value.asNumber(stored.type))};
    }
    if (!convertValue(entry.last.value, stored.type, type, strings)) return;
    entries.of(signal) = entry;
}

Result<void> LogSource::State::loadKeyframe(const LogIndex::KeyframeAt& at, KeyframeEntries& entries) {
    const auto& segment = file.index().segments[at.segment];
    const auto wrong = [&](Error error) {
        error.place = file.place(segment.offset);
        return std::unexpected(std::move(error));
    };
    const auto records = file.read(segment, buffer);
    if (!records) return std::unexpected(records.error());
    mcap::RecordCursor cursor{*records};
    mcap::RawRecord raw;
    while (cursor.next(raw) == mcap::RecordCursor::Step::Found && !raw.is(mcap::Opcode::Message)) {
    }
    const auto message = mcap::parseMessage(raw);
    if (!message) return wrong(message.error());
    const auto keyframe = decodeKeyframe(message->data);
    if (!keyframe) return wrong(keyframe.error());
    for (const auto& stored : keyframe->entries) {
        if (stored.channel >= index.routes.size()) continue;
        for (const auto& target : index.routes[stored.channel].json)
            if (target.path.empty()) restore(stored, target.signal, target.type, entries);
        const ColumnTarget target = index.columns[stored.channel];
        if (target.signal == noSignal) continue;
        restore(stored, target.signal, target.type, entries);
        for (const auto& alias : index.aliases)
            if (alias.original == target.signal) restore(stored, alias.signal, alias.type, entries);
    }
    return {};
}

Result<Keyframe> LogSource::seek(Time time) {
    State& s = *state_;
    const SourceCounters before = s.counters;
    KeyframeEntries entries{s.index.conversions.size()};
    const auto beyond = std::ranges::upper_bound(s.index.keyframes, time, {}, &LogIndex::KeyframeAt::time);
    if (beyond == s.index.keyframes.begin()) {
        s.rewind(0);
    } else {
        const auto& keyframe = *std::prev(beyond);
        if (auto loaded = s.loadKeyframe(keyframe, entries); !loaded) return std::unexpected(loaded.error());
        s.rewind(keyframe.next);
    }
    while (true) {
        const auto samples = s.take(std::numeric_limits<std::size_t>::max(), time);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) break;
        for (const auto& sample : *samples) {
            Keyframe::Entry& entry = entries.of(sample.signal);
            entry.last = sample;
            if (sample.type != ValueType::String)
                entry.integral.add(sample.time, sample.value.asNumber(sample.type), sample.quality);
        }
    }
    s.counters = before;
    return Keyframe{.time = time, .entries = std::move(entries).bySignal()};
}

TimeInterval LogSource::span() const {
    return state_->index.span;
}
std::uint64_t LogSource::sampleCount() const {
    return state_->index.samples;
}
std::span<const Conversion> LogSource::conversions() const {
    return state_->index.conversions;
}
std::vector<bool> LogSource::found() const {
    return state_->index.found;
}
const StringTable& LogSource::strings() const {
    return state_->strings;
}
SourceCounters LogSource::counters() const {
    return state_->counters;
}
const std::vector<Error>& LogSource::warnings() const {
    return state_->file.index().warnings;
}
const std::vector<LogTopic>& LogSource::topics() const {
    return state_->index.topics;
}

} // namespace millwright::telemetry
