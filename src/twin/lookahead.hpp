#pragma once

#include <millwright/telemetry/sample.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace millwright::twin {

/// Samples read from a feed but not yet applied, in order, with each chained signal's first one at hand.
/// Every operation costs O(1) a sample.
class Lookahead {
public:
    /// `chained`: the signals that `next` is asked for, of `signals` in all.
    Lookahead(std::size_t signals, std::span<const SignalIndex> chained);

    void clear();
    void push(std::span<const telemetry::Sample> samples);
    /// All waiting samples, oldest first; valid until the next push or clear.
    [[nodiscard]] std::span<const telemetry::Sample> waiting() const { return std::span{samples_}.subspan(begin_); }
    /// Drops the `count` oldest.
    void pop(std::size_t count);
    /// The first waiting sample of a chained signal among the `window` oldest; null when there is none.
    [[nodiscard]] const telemetry::Sample* next(SignalIndex signal, std::size_t window) const;

private:
    using Position = std::uint32_t; ///< in samples_
    static constexpr Position nowhere = std::numeric_limits<Position>::max();
    struct Chain {
        Position first = nowhere;
        Position last = nowhere;
    };
    void compact();

    std::vector<telemetry::Sample> samples_;
    std::vector<Position> following_; ///< parallel to samples_: where the same signal's next sample is, if chained
    std::size_t begin_ = 0;
    std::vector<Chain> chains_; ///< by signal
    std::vector<bool> kept_;    ///< by signal: whether it is chained
};

} // namespace millwright::twin
