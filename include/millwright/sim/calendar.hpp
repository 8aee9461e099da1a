#pragma once

#include <millwright/core/hash.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace millwright::sim {

/// Nanoseconds since the beginning of a run.
using SimTime = std::int64_t;
inline constexpr SimTime never = std::numeric_limits<SimTime>::max();

/// The event calendar: a fixed set of timers, each with at most one event to come. Events are in one total order: time, then
/// priority (lower first), then the order in which they were scheduled.
///
/// A winner tree (Knuth, The Art of Computer Programming 3, 5.4.1): leaf t is timer t, each inner node the earlier of its two
/// children. An event usually schedules the next one of its own timer, which then costs one walk to the root, without a search,
/// an allocation or bookkeeping of places; cancelling is scheduling for never. docs/decisions/006-event-calendar.md has the
/// measurement against heaps. Copyable: a copy is the saved state.
class Calendar {
public:
    static constexpr std::uint32_t timerBits = 20, sequenceBits = 40;
    static constexpr std::uint32_t maximumTimers = 1u << timerBits;
    static constexpr std::uint64_t maximumEvents = std::uint64_t{1} << sequenceBits; ///< scheduled in one run

    explicit Calendar(std::uint32_t timers = 1)
        : leaves_{std::bit_ceil(timers < 2 ? 2 : timers)}, nodes_(2 * std::size_t{leaves_}) {}

    /// Plans the event of `timer`, in place of the one it had. `priority` is below 16.
    void schedule(std::uint32_t timer, SimTime time, std::uint32_t priority) {
        put(timer, {time, std::uint64_t{priority} << (timerBits + sequenceBits) | sequence_++ << timerBits | timer});
    }
    void cancel(std::uint32_t timer) { put(timer, {}); }

    /// When the event of `timer` is; `never` when it has none.
    [[nodiscard]] SimTime timeOf(std::uint32_t timer) const { return nodes_[leaves_ + timer].time; }
    /// When the first event is; `never` when there is none.
    [[nodiscard]] SimTime nextTime() {
        settle();
        return nodes_[1].time;
    }
    /// Takes the first event out, of which there must be one, and returns its timer.
    std::uint32_t take() {
        settle();
        // The path to the root is set right only by the next call: by then this timer mostly has its next event.
        taken_ = static_cast<std::uint32_t>(nodes_[1].order) & (maximumTimers - 1);
        nodes_[leaves_ + taken_] = {};
        return taken_;
    }
    /// How many events were scheduled.
    [[nodiscard]] std::uint64_t scheduled() const { return sequence_; }

    void addTo(Hasher& hasher) const {
        hasher.add(sequence_);
        hasher.add(taken_);
        hasher.add(std::as_bytes(std::span{nodes_}));
    }

private:
    struct Key {
        SimTime time = never;
        std::uint64_t order = std::numeric_limits<std::uint64_t>::max();
    };
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    // 1 or 0.
    static std::uint64_t before(const Key& a, const Key& b) {
        return std::uint64_t{a.time < b.time} | (std::uint64_t{a.time == b.time} & std::uint64_t{a.order < b.order});
    }
    void put(std::uint32_t timer, const Key& key) {
        if (timer == taken_) taken_ = none;
        nodes_[leaves_ + timer] = key;
        rise(leaves_ + timer);
    }
    void settle() {
        if (taken_ == none) return;
        rise(leaves_ + taken_);
        taken_ = none;
    }
    // While the path of a taken event is not set right, its key stands in the way of others there, and they end below it; the walk
    // that sets the path right then sees them.
    void rise(std::uint32_t node) {
        Key first = nodes_[node]; // carried up in registers
        for (; node != 1; node /= 2) {
            const Key other = nodes_[node ^ 1];
            // Chosen by a mask, not a branch: which comes first is as good as random, and a wrong guess costs more than all the
            // rest.
            const std::uint64_t beaten = std::uint64_t{0} - before(other, first);
            first.time ^= (first.time ^ other.time) & static_cast<std::int64_t>(beaten);
            first.order ^= (first.order ^ other.order) & beaten;
            nodes_[node / 2] = first;
        }
    }

    std::uint32_t leaves_;
    std::uint32_t taken_ = none;
    std::uint64_t sequence_ = 0;
    std::vector<Key> nodes_;
};

} // namespace millwright::sim
