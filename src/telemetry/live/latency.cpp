#include <millwright/telemetry/latency.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace millwright::telemetry {
namespace {

constexpr int fineBits = 5; // 32 buckets to an octave
constexpr std::uint64_t fine = std::uint64_t{1} << fineBits;
constexpr std::uint64_t longest = std::uint64_t{1} << 40; // microseconds, 13 days

std::size_t bucketOf(std::uint64_t microseconds) {
    if (microseconds < fine) return microseconds;
    const int octave = static_cast<int>(std::bit_width(microseconds)) - fineBits - 1;
    return static_cast<std::size_t>(static_cast<std::uint64_t>(octave) * fine + (microseconds >> octave));
}

/// The largest that falls into a bucket.
std::uint64_t upperEnd(std::size_t bucket) {
    if (bucket < fine) return bucket;
    const std::uint64_t octave = bucket / fine - 1;
    return ((bucket - octave * fine + 1) << octave) - 1;
}

} // namespace

void LatencyHistogram::add(Duration latency) {
    const auto microseconds =
        std::clamp<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(latency).count(), 0, longest);
    const std::size_t bucket = bucketOf(static_cast<std::uint64_t>(microseconds));
    if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
    ++buckets_[bucket];
    ++count_;
}

Duration LatencyHistogram::quantile(double share) const {
    if (count_ == 0) return Duration::zero();
    const auto rank =
        static_cast<std::uint64_t>(std::clamp(std::ceil(share * static_cast<double>(count_)), 1.0, static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank) return std::chrono::microseconds{upperEnd(bucket)};
    }
    return std::chrono::microseconds{upperEnd(buckets_.size() - 1)};
}

} // namespace millwright::telemetry
