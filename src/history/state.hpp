#pragma once

#include "history/pyramid.hpp"

#include <millwright/history/history.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <memory>

/// What writer and readers share. For every signal the writer publishes a `View`: the sealed blocks, and the open one behind them.
/// A view is never changed; only the count of its open block goes up. The writer stores a sample first and then the count with
/// memory_order_release; a reader that loads the count with memory_order_acquire sees every sample below it, and those never change
/// again. A full block is packed into a new tree beside an empty open block, and both appear at once as the next view, so a reader
/// finds a sample in one place and never in two or none. A view lives as long as a reader holds it.
namespace millwright::history {

/// Samples that are not packed yet.
struct OpenBlock {
    explicit OpenBlock(std::size_t room)
        : capacity{room},
          times{std::make_unique_for_overwrite<std::int64_t[]>(room)},
          values{std::make_unique_for_overwrite<std::uint64_t[]>(room)},
          qualities{std::make_unique_for_overwrite<Quality[]>(room)} {}

    /// The first so many samples, of which at most `count` may be asked for.
    [[nodiscard]] Columns columns(std::size_t first) const {
        return {{times.get(), first}, {values.get(), first}, {qualities.get(), first}};
    }
    [[nodiscard]] std::size_t bytes() const { return sizeof *this + 4 * 16 + capacity * (8 + 8 + 1); }

    const std::size_t capacity;
    std::unique_ptr<std::int64_t[]> times;
    std::unique_ptr<std::uint64_t[]> values;
    std::unique_ptr<Quality[]> qualities;
    std::atomic<std::size_t> count{0};
};

struct View {
    Root sealed; ///< null before the first block
    std::shared_ptr<OpenBlock> open;
};

struct Slot {
    std::atomic<std::shared_ptr<const View>> view; ///< null before the first sample
    // The writer's own.
    OpenBlock* open = nullptr;         ///< of the view
    std::uint64_t forgottenBlocks = 0; ///< its oldest
    std::int64_t newest = 0;
    ValueType type = ValueType::Float;
};

struct History::State {
    State(std::span<const ValueType> types, std::size_t budgetBytes);

    void append(const telemetry::Sample& sample);
    void makeRoom(SignalIndex signal, Slot& slot);
    void seal(SignalIndex signal, Slot& slot);
    void publish(Slot& slot, Root sealed, std::shared_ptr<OpenBlock> open);
    [[nodiscard]] std::size_t bytes() const;
    void keepWithinBudget();
    bool forgetBlock();
    bool coarsen();
    /// Takes what lies below the oldest of a level out of its pyramid; there must be one.
    SignalIndex forgetOldest(int level);
    void tell();

    const std::size_t signals, budget;
    std::size_t blockSamples; ///< a full block
    std::unique_ptr<Slot[]> slots;
    BlockPacker packer;

    /// What can be forgotten, oldest first: the blocks; of stretches of 32 blocks, of 1024 … those that have no block left.
    struct Candidate {
        SignalIndex signal;
        std::uint32_t ordinal; ///< among its signal's stretches of that level
    };
    std::array<std::deque<Candidate>, levelsAtMost> candidates;

    std::uint64_t taken = 0, refused = 0, packed = 0; ///< samples so far
    std::size_t openBytes = 0;
    Holding held;
    struct {
        std::atomic<std::uint64_t> samples{0}, refused{0}, packed{0}, forgotten{0};
        std::atomic<std::size_t> blockBytes{0}, summaryBytes{0}, openBytes{0};
    } told; ///< all that, for other threads
};

} // namespace millwright::history
