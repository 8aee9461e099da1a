#include "history/state.hpp"

#include <bit>

namespace millwright::history {
namespace {

constexpr std::size_t roomAtFirst = 16; ///< samples of a signal, before it is known whether it has many
constexpr std::size_t viewBytes = sizeof(View) + 40;

/// Open blocks take no more than about a quarter of the budget, however many signals there are.
std::size_t blockSamplesFor(std::size_t signals, std::size_t budget) {
    const std::size_t each = budget / 4 / std::max<std::size_t>(1, signals) / 17;
    return std::clamp(std::bit_floor(each), roomAtFirst, blockSamplesAtMost);
}

} // namespace

History::State::State(std::span<const ValueType> types, std::size_t budgetBytes)
    : signals{types.size()},
      budget{budgetBytes},
      blockSamples{blockSamplesFor(types.size(), budgetBytes)},
      slots{std::make_unique<Slot[]>(types.size())} {
    for (std::size_t i = 0; i < signals; ++i) slots[i].type = types[i];
    openBytes = signals * sizeof(Slot);
}

void History::State::append(const telemetry::Sample& sample) {
    if (index(sample.signal) >= signals) {
        ++refused;
        return;
    }
    Slot& slot = slots[index(sample.signal)];
    const std::int64_t time = nanoseconds(sample.time);
    if (sample.type != slot.type || (slot.open != nullptr && time < slot.newest)) {
        ++refused;
        return;
    }
    if (slot.open == nullptr || slot.open->count.load(std::memory_order_relaxed) == slot.open->capacity)
        makeRoom(sample.signal, slot);
    OpenBlock& open = *slot.open;
    const std::size_t at = open.count.load(std::memory_order_relaxed);
    open.times[at] = time;
    open.values[at] = sample.value.bits;
    open.qualities[at] = sample.quality;
    open.count.store(at + 1, std::memory_order_release);
    slot.newest = time;
    ++taken;
}

void History::State::makeRoom(SignalIndex signal, Slot& slot) {
    if (slot.open != nullptr && slot.open->capacity == blockSamples) {
        seal(signal, slot);
        return;
    }
    auto next = std::make_shared<OpenBlock>(slot.open == nullptr ? roomAtFirst : std::min(2 * slot.open->capacity, blockSamples));
    Root sealed;
    if (slot.open != nullptr) {
        const Columns old = slot.open->columns(slot.open->capacity);
        std::ranges::copy(old.times, next->times.get());
        std::ranges::copy(old.values, next->values.get());
        std::ranges::copy(old.qualities, next->qualities.get());
        next->count.store(old.times.size(), std::memory_order_relaxed); // nobody else sees it yet
        sealed = slot.view.load(std::memory_order_relaxed)->sealed;
        openBytes -= slot.open->bytes();
    } else {
        openBytes += viewBytes;
    }
    openBytes += next->bytes();
    publish(slot, std::move(sealed), std::move(next));
    keepWithinBudget();
}

void History::State::seal(SignalIndex signal, Slot& slot) {
    const Columns full = slot.open->columns(blockSamples);
    const Root before = slot.view.load(std::memory_order_relaxed)->sealed;
    Root sealed = withBlock(before, summarise(full, slot.type), packer.pack(full, slot.type), held);
    packed += blockSamples;
    candidates[0].push_back({signal, static_cast<std::uint32_t>(sealed->blocks - 1)});
    publish(slot, std::move(sealed), std::make_shared<OpenBlock>(blockSamples));
    keepWithinBudget();
}

void History::State::publish(Slot& slot, Root sealed, std::shared_ptr<OpenBlock> open) {
    slot.open = open.get();
    slot.view.store(std::make_shared<const View>(std::move(sealed), std::move(open)), std::memory_order_release);
}

std::size_t History::State::bytes() const {
    return held.blockBytes + held.summaryBytes + openBytes + candidates[0].size() * sizeof(Candidate);
}

/// Summaries of what is forgotten have a quarter of the budget to themselves, so that they outlive the blocks; blocks, with their
/// own summaries, have what is left.
void History::State::keepWithinBudget() {
    while (bytes() > budget) {
        const std::size_t ofForgotten = held.summaryBytes - candidates[0].size() * sizeof(Stretch);
        if (ofForgotten > budget / 4 && coarsen()) continue;
        if (!forgetBlock() && !coarsen()) return;
    }
}

/// Forgets the oldest block; false when there is none. With it, stretches may have no block left.
bool History::State::forgetBlock() {
    if (candidates[0].empty()) return false;
    const SignalIndex signal = forgetOldest(0);
    const std::uint64_t forgotten = ++slots[index(signal)].forgottenBlocks;
    for (int level = 1; level < levelsAtMost && forgotten % blocksOf(level) == 0; ++level)
        candidates[static_cast<std::size_t>(level)].push_back(
            {signal, static_cast<std::uint32_t>(forgotten / blocksOf(level) - 1)});
    return true;
}

/// Forgets summaries of the level that has most to forget, so that each level keeps as many: the older, the coarser. False when
/// there are none.
bool History::State::coarsen() {
    const auto most = std::ranges::max_element(candidates.begin() + 1, candidates.end(), {}, &std::deque<Candidate>::size);
    if (most->empty()) return false;
    forgetOldest(static_cast<int>(most - candidates.begin()));
    return true;
}

SignalIndex History::State::forgetOldest(int level) {
    auto& queue = candidates[static_cast<std::size_t>(level)];
    const Candidate oldest = queue.front();
    queue.pop_front();
    Slot& slot = slots[index(oldest.signal)];
    const auto view = slot.view.load(std::memory_order_relaxed);
    Root sealed = without(view->sealed, level, oldest.ordinal, held);
    if (sealed != view->sealed) publish(slot, std::move(sealed), view->open);
    return oldest.signal;
}

void History::State::tell() {
    told.samples.store(taken, std::memory_order_relaxed);
    told.refused.store(refused, std::memory_order_relaxed);
    told.packed.store(held.samples, std::memory_order_relaxed);
    told.forgotten.store(packed - held.samples, std::memory_order_relaxed);
    told.blockBytes.store(held.blockBytes, std::memory_order_relaxed);
    told.summaryBytes.store(held.summaryBytes, std::memory_order_relaxed);
    told.openBytes.store(openBytes, std::memory_order_relaxed);
}

History::History(std::span<const ValueType> types, std::size_t budgetBytes) : state_{std::make_unique<State>(types, budgetBytes)} {}
History::~History() = default;

void History::append(std::span<const telemetry::Sample> samples) {
    for (const telemetry::Sample& sample : samples) state_->append(sample);
    state_->tell();
}

HistoryStatus History::status() const {
    const auto& told = state_->told;
    return {.samples = told.samples.load(std::memory_order_relaxed),
            .refused = told.refused.load(std::memory_order_relaxed),
            .packed = told.packed.load(std::memory_order_relaxed),
            .forgotten = told.forgotten.load(std::memory_order_relaxed),
            .blockBytes = told.blockBytes.load(std::memory_order_relaxed),
            .summaryBytes = told.summaryBytes.load(std::memory_order_relaxed),
            .openBytes = told.openBytes.load(std::memory_order_relaxed)};
}

} // namespace millwright::history
