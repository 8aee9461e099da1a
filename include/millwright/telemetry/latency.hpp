#pragma once

#include <millwright/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millwright::telemetry {

/// How long samples took, in buckets that are at most a 32nd of their value wide. Thread: one.
class LatencyHistogram {
public:
    /// A negative one, of a source whose clock is ahead, counts as zero.
    void add(Duration latency);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// What the `share` (0…1) of all do not exceed, nearest rank: the upper end of the bucket; zero of none.
    [[nodiscard]] Duration quantile(double share) const;

private:
    std::vector<std::uint64_t> buckets_; ///< by microseconds: 32 to an octave
    std::uint64_t count_ = 0;
};

} // namespace millwright::telemetry
