#pragma once

#include <millwright/telemetry/source.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace millwright::twin::testing {

/// Milliseconds after a round moment.
inline Time at(std::int64_t milliseconds) {
    return timeFromNanoseconds(1'700'000'000'000'000'000 + milliseconds * 1'000'000);
}

inline telemetry::Sample number(std::int64_t milliseconds, std::uint32_t signal, double value, Quality quality = Quality::Good) {
    return {at(milliseconds), Value::of(value), SignalIndex{signal}, ValueType::Float, quality};
}

/// A feed held in memory: the same contract as a log, without a file.
class MemorySource final : public telemetry::Source {
public:
    MemorySource(std::size_t signals, std::vector<telemetry::Sample> samples)
        : samples_{std::move(samples)}, conversions_(signals) {
        std::ranges::stable_sort(
            samples_, [](const auto& a, const auto& b) { return a.time != b.time ? a.time < b.time : a.signal < b.signal; });
    }

    std::size_t largestBatch = 1000;    ///< next() hands out no more than this
    bool completeKeyframes = true;      ///< false: as a feed that keeps no history
    bool claimsHistory = false;         ///< with that: says of the time before the first sample, too, that something is missing
    std::optional<std::size_t> faultAt; ///< next() fails from this sample on
    StringTable table;

    void convert(std::uint32_t signal, telemetry::Conversion conversion) { conversions_[signal] = conversion; }

    Result<std::span<const telemetry::Sample>> next(std::size_t maximum) override {
        const std::size_t end =
            std::min({position_ + std::min(maximum, largestBatch), samples_.size(), faultAt.value_or(samples_.size())});
        if (faultAt && position_ == *faultAt) return failure(ErrorCode::Malformed, "a damaged chunk", "memory:1");
        const auto batch = std::span<const telemetry::Sample>{samples_}.subspan(position_, end - position_);
        position_ = end;
        counters_.delivered += batch.size();
        return batch;
    }

    Result<telemetry::Keyframe> seek(Time time) override {
        std::map<SignalIndex, telemetry::Keyframe::Entry> entries;
        position_ = 0;
        for (; position_ < samples_.size() && samples_[position_].time <= time; ++position_) {
            const telemetry::Sample& sample = samples_[position_];
            auto& entry = entries[sample.signal];
            entry.last = sample;
            if (sample.type != ValueType::String)
                entry.integral.add(sample.time, sample.value.asNumber(sample.type), sample.quality);
        }
        telemetry::Keyframe keyframe{
            .time = time, .entries = {}, .complete = completeKeyframes || (position_ == 0 && !claimsHistory)};
        for (auto& [signal, entry] : entries) {
            if (!completeKeyframes) entry.integral = {};
            keyframe.entries.push_back(entry);
        }
        return keyframe;
    }

    TimeInterval span() const override {
        return samples_.empty() ? TimeInterval{} : TimeInterval{samples_.front().time, samples_.back().time};
    }
    std::uint64_t sampleCount() const override { return samples_.size(); }
    std::span<const telemetry::Conversion> conversions() const override { return conversions_; }
    std::vector<bool> found() const override { return std::vector<bool>(conversions_.size(), true); }
    const StringTable& strings() const override { return table; }
    telemetry::SourceCounters counters() const override { return counters_; }

private:
    std::vector<telemetry::Sample> samples_;
    std::vector<telemetry::Conversion> conversions_;
    telemetry::SourceCounters counters_;
    std::size_t position_ = 0;
};

} // namespace millwright::twin::testing
