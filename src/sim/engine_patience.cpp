#include "sim/engine_parts.hpp"

#include <algorithm>

// Parts that do not wait for ever. Each buffer with patience keeps the moments at which its parts give up in a heap, and its timer
// at the first of them, or before it where that part has been taken meanwhile.
namespace millwright::sim {

namespace {

constexpr std::uint32_t patience = static_cast<std::uint32_t>(Priority::Patience);

} // namespace

// A part is about to be put into a list of the buffer. A run that begins in a given state does not know for how long those that it
// finds there have waited.
void Engine::beginPatience(std::uint32_t index, std::uint32_t part, const Chain& list) {
    const CompiledBuffer& buffer = model_->buffers[index];
    std::vector<Deadline>& heap = impatient_[buffer.impatient].heap;
    if (waiting_.size() < parts_.size()) waiting_.resize(parts_.size());
    const bool first = buffer.discipline == plant::Discipline::Lifo;
    waiting_[part].previous = first ? none : list.tail;
    if (first && list.head != none) waiting_[list.head].previous = part;
    const auto place = static_cast<std::uint32_t>(heap.size());
    const SimTime lasts = begun_ ? draw(buffer.patience) : rest({}, buffer.patience, place);
    heap.push_back({now_ + lasts, part});
    rise(heap, place);
    const SimTime looks = calendar_.timeOf(buffer.timer);
    if (heap.front().at < looks) calendar_.schedule(buffer.timer, heap.front().at, patience);
}

// It was taken out of the front of its list.
void Engine::endPatience(std::uint32_t index, std::uint32_t part) {
    std::vector<Deadline>& heap = impatient_[model_->buffers[index].impatient].heap;
    if (parts_[part].next != none) waiting_[parts_[part].next].previous = none;
    const std::uint32_t place = waiting_[part].place;
    if (place + 1 < heap.size()) {
        heap[place] = heap.back();
        heap.pop_back();
        sink(heap, rise(heap, place));
    } else {
        heap.pop_back();
    }
}

bool Engine::isBefore(const Deadline& a, const Deadline& b) const {
    return a.at != b.at ? a.at < b.at : parts_[a.part].serial < parts_[b.part].serial;
}

// Where it comes to.
std::uint32_t Engine::rise(std::vector<Deadline>& heap, std::uint32_t place) {
    const Deadline moved = heap[place];
    for (; place > 0 && isBefore(moved, heap[(place - 1) / 2]); place = (place - 1) / 2) {
        heap[place] = heap[(place - 1) / 2];
        waiting_[heap[place].part].place = place;
    }
    heap[place] = moved;
    waiting_[moved.part].place = place;
    return place;
}

void Engine::sink(std::vector<Deadline>& heap, std::uint32_t place) {
    const Deadline moved = heap[place];
    const auto size = static_cast<std::uint32_t>(heap.size());
    for (std::uint32_t child = 2 * place + 1; child < size; child = 2 * place + 1) {
        if (child + 1 < size && isBefore(heap[child + 1], heap[child])) ++child;
        if (!isBefore(heap[child], moved)) break;
        heap[place] = heap[child];
        waiting_[heap[place].part].place = place;
        place = child;
    }
    heap[place] = moved;
    waiting_[moved.part].place = place;
}

void Engine::loseParts(std::uint32_t index) {
    const CompiledBuffer& buffer = model_->buffers[index];
    const std::vector<Deadline>& heap = impatient_[buffer.impatient].heap;
    while (!heap.empty() && heap.front().at <= now_) giveUp(index, heap.front().part);
    if (!heap.empty()) calendar_.schedule(buffer.timer, heap.front().at, patience);
}

// Out of wherever it is in its list.
void Engine::giveUp(std::uint32_t index, std::uint32_t part) {
    const CompiledBuffer& buffer = model_->buffers[index];
    Store& store = stores_[index];
    count(store);
    --store.count;
    ++store.left;
    ++impatient_[buffer.impatient].gaveUp;
    store.waited += static_cast<double>(now_ - parts_[part].entered);
    Chain& list = lists_[buffer.firstList + (buffer.lists > 1 ? model_->listOfProduct[parts_[part].product] : 0)];
    const std::uint32_t next = parts_[part].next, previous = waiting_[part].previous;
    endPatience(index, part);
    (previous == none ? list.head : parts_[previous].next) = next;
    if (next == none)
        list.tail = previous;
    else
        waiting_[next].previous = previous;
    if (store.waiters > 0) unsettled_.push_back(index);
    parts_[part].next = none;
    (void)placeAt(part, buffer.givesUpTo, false); // there is room
}

} // namespace millwright::sim
