#include <millwright/core/time_edges.hpp>
#include <millwright/history/recorded.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <format>

namespace millwright::history {
namespace {

constexpr std::size_t batch = 4096;

/// Appends the samples in `interval` of a log of one signal, their texts as those of `strings`.
Result<void> readFile(telemetry::LogSource& log, SignalIndex signal, TimeInterval interval, StringTable& strings,
                      std::vector<telemetry::Sample>& out) {
    const TimeInterval span = log.span();
    if (span.to < interval.from || span.from > interval.to) return {};
    if (span.from < interval.from) {
        const auto moved = log.seek(justBefore(interval.from));
        if (!moved) return std::unexpected(moved.error());
    }
    while (true) {
        const auto samples = log.next(batch);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return {};
        for (telemetry::Sample sample : *samples) {
            if (sample.time > interval.to) return {};
            if (sample.time < interval.from) continue;
            sample.signal = signal;
            if (sample.type == ValueType::String) sample.value = Value::of(strings.add(log.strings().text(sample.value.string)));
            out.push_back(sample);
        }
    }
}

} // namespace

RecordedSamples::RecordedSamples(std::vector<telemetry::Subscription> topics,
                                 std::function<std::vector<std::filesystem::path>()> files, std::shared_ptr<const StringTable> live)
    : topics_{std::move(topics)}, files_{std::move(files)}, live_{std::move(live)} {}

Result<void> RecordedSamples::read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out) {
    if (index(signal) >= topics_.size()) return {};
    for (const std::filesystem::path& file : files_()) {
        auto log = telemetry::LogSource::open(file, {topics_[index(signal)]});
        if (!log) return std::unexpected(log.error());
        if (auto done = readFile(**log, signal, interval, strings_, out); !done) return done;
    }
    return {};
}

Result<void> readAll(HistoryReader& history, RecordedSamples& recorded, SignalIndex signal, TimeInterval interval,
                     std::vector<telemetry::Sample>& out) {
    std::vector<telemetry::Sample> kept;
    const bool complete = history.read(signal, interval, kept);
    for (telemetry::Sample& sample : kept)
        if (sample.type == ValueType::String) sample.value = Value::of(recorded.adopt(sample.value.string));
    if (!complete) {
        // What is forgotten comes before what is kept, but at the first instant of that there may be samples of both.
        const Time seam = kept.empty() ? interval.to : kept.front().time;
        const std::size_t before = out.size();
        if (auto done = recorded.read(signal, {interval.from, seam}, out); !done) return done;
        const auto twice = static_cast<std::size_t>(
            std::ranges::find_if(kept, [&](const telemetry::Sample& sample) { return sample.time != seam; }) - kept.begin());
        const bool leadsUp = out.size() - before >= twice &&
                             std::equal(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(twice),
                                        out.end() - static_cast<std::ptrdiff_t>(twice), [](const auto& a, const auto& b) {
                                            return a.time == b.time && a.value.bits == b.value.bits && a.quality == b.quality;
                                        });
        if (!leadsUp) {
            out.resize(before);
            return failure(
                ErrorCode::Invalid,
                std::format(
                    "the recording does not lead up to what is in memory from {}: it was begun later, or is of something else",
                    formatTime(seam)));
        }
        out.resize(out.size() - twice);
    }
    out.insert(out.end(), kept.begin(), kept.end());
    return {};
}

} // namespace millwright::history
