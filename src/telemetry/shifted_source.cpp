#include <millwright/telemetry/shifted_source.hpp>

#include <format>
#include <vector>

namespace millwright::telemetry {
namespace {

class ShiftedSource final : public Source {
public:
    ShiftedSource(std::unique_ptr<Source> source, Duration by) : source_{std::move(source)}, by_{by} {}

    Result<std::span<const Sample>> next(std::size_t maximum) override {
        const auto read = source_->next(maximum);
        if (!read) return read;
        samples_.assign(read->begin(), read->end());
        for (Sample& sample : samples_) sample.time += by_;
        return std::span<const Sample>{samples_};
    }
    Result<Keyframe> seek(Time time) override {
        auto keyframe = source_->seek(time - by_);
        if (!keyframe) return keyframe;
        keyframe->time += by_;
        for (Keyframe::Entry& entry : keyframe->entries) {
            entry.last.time += by_;
            entry.integral.last += by_;
        }
        return keyframe;
    }
    [[nodiscard]] TimeInterval span() const override {
        const TimeInterval span = source_->span();
        return {span.from + by_, span.to + by_};
    }
    [[nodiscard]] std::uint64_t sampleCount() const override { return source_->sampleCount(); }
    [[nodiscard]] std::span<const Conversion> conversions() const override { return source_->conversions(); }
    [[nodiscard]] std::vector<bool> found() const override { return source_->found(); }
    [[nodiscard]] const StringTable& strings() const override { return source_->strings(); }
    [[nodiscard]] SourceCounters counters() const override { return source_->counters(); }

private:
    std::unique_ptr<Source> source_;
    Duration by_;
    std::vector<Sample> samples_;
};

bool fits(Time time, Duration by) {
    return by >= Duration::zero() ? time <= Time::max() - by : time >= Time::min() - by;
}

} // namespace

Result<std::unique_ptr<Source>> shifted(std::unique_ptr<Source> source, Duration by) {
    if (by == Duration::zero()) return source;
    const TimeInterval span = source->span();
    // A second on either side: replays begin just before the first sample.
    constexpr Duration margin = std::chrono::seconds{1};
    if (!fits(span.from, by - margin) || !fits(span.to, by + margin))
        return failure(ErrorCode::OutOfRange, std::format("an offset of {} is beyond the calendar", formatDuration(by)));
    return std::make_unique<ShiftedSource>(std::move(source), by);
}

} // namespace millwright::telemetry
