#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/shared_text.hpp>
#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace millwright::telemetry {

/// What a caller wants from a source: the feed address of each of its signals. `SignalIndex` i is element i of the list given to `open`.
struct Subscription {
    SharedText topic;
    ValueType type = ValueType::Float;
    SharedText unit; ///< UCUM; the unit the caller wants
};

/// caller's value = scale * sample value + offset. Identity when the units agree.
struct Conversion {
    double scale = 1;
    double offset = 0;
};

/// Everything a twin needs to start in the middle: per signal the last sample at or before `time`, and its integral.
struct Keyframe {
    struct Entry {
        Sample last;
        RunningIntegral integral; ///< of numeric signals; zero for strings
    };
    Time time{};
    std::vector<Entry> entries; ///< ascending by signal; signals without a sample yet are absent
    bool complete = true;       ///< false: the source has no history before `time`, so integrals start at zero here
};

struct SourceCounters {
    std::uint64_t delivered = 0;  ///< samples handed out
    std::uint64_t unmatched = 0;  ///< samples of topics nobody subscribed to
    std::uint64_t converted = 0;  ///< samples whose stored type was converted to the subscribed one
    std::uint64_t rejected = 0;   ///< undecodable or unconvertible samples
};

/// A recorded feed. Samples come in one total order: time, then signal, then arrival. Thread: one at a time.
class Source {
public:
    virtual ~Source() = default;

    /// The next samples in order, at most `maximum`; empty at the end. The span is valid until the next call on this source.
    /// Errors: Malformed, Unreadable (place: file and byte offset). Everything before the fault has been delivered by earlier calls.
    [[nodiscard]] virtual Result<std::span<const Sample>> next(std::size_t maximum) = 0;

    /// Moves to the first sample after `time` and returns the state up to and including `time`.
    [[nodiscard]] virtual Result<Keyframe> seek(Time time) = 0;

    /// First and last sample time of the subscribed topics (of the whole log when cheaper); both epoch for an empty log.
    [[nodiscard]] virtual TimeInterval span() const = 0;
    /// Expected number of samples, for progress; 0 when unknown.
    [[nodiscard]] virtual std::uint64_t sampleCount() const = 0;
    /// Parallel to the subscriptions.
    [[nodiscard]] virtual std::span<const Conversion> conversions() const = 0;
    /// Parallel to the subscriptions: whether the source has that topic at all.
    [[nodiscard]] virtual std::vector<bool> found() const = 0;
    [[nodiscard]] virtual const StringTable& strings() const = 0;
    [[nodiscard]] virtual SourceCounters counters() const = 0;
};

} // namespace millwright::telemetry
