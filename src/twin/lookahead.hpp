#pragma once

#include <millwright/telemetry/sample.hpp>

#include <cstddef>
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
    static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();
    struct Chain {
        std::size_t first = nowhere; ///< positions in samples_
        std::size_t last = nowhere;
        bool kept = false;
    };
    void compact();

    std::vector<telemetry::Sample> samples_;
    std::vector<std::size_t> following_; ///< parallel to samples_: position of the same signal's next sample, if chained
    std::size_t begin_ = 0;
    std::vector<Chain> chains_; ///< by signal
};

} // namespace millwright::twin
