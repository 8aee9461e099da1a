#include "telemetry/live/arrival_queue.hpp"

#include <algorithm>
#include <cstring>

namespace millwright::telemetry {
namespace {

constexpr std::size_t alignment = 8;
constexpr std::size_t reserve = 4096; ///< bytes that messages leave for news of the connection

} // namespace

ArrivalQueue::ArrivalQueue(std::size_t bytes)
    : capacity_{std::max(bytes, 4 * reserve) / alignment * alignment}, ring_{std::make_unique<std::byte[]>(capacity_)} {}

bool ArrivalQueue::push(const Arrival& arrival) {
    const std::size_t raw = sizeof(Head) + arrival.topic.size() + arrival.payload.size();
    if (raw > (capacity_ - reserve) / 2) return false; // so that wherever the ring is, an empty one takes it
    const std::size_t size = (raw + alignment - 1) / alignment * alignment;
    const std::scoped_lock lock{pushing_};
    std::size_t written = written_.load(std::memory_order_relaxed);
    const std::size_t kept = arrival.kind == Arrival::Kind::Message ? reserve : 0;
    const std::size_t free = capacity_ - (written - read_.load(std::memory_order_acquire));
    std::size_t at = written % capacity_;
    const std::size_t skipped = at + size > capacity_ ? capacity_ - at : 0;
    if (size + skipped + kept > free) return false;
    if (skipped > 0) {
        // A head always fits in what is left only when that is long enough; a shorter rest is skipped by both sides alike.
        if (skipped >= sizeof(Head)) {
            const Head head{static_cast<std::uint32_t>(skipped), 0, 0, jump, 0};
            std::memcpy(ring_.get() + at, &head, sizeof head);
        }
        written += skipped;
        at = 0;
    }
    const Head head{static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(arrival.topic.size()),
                    static_cast<std::uint32_t>(arrival.payload.size()), static_cast<std::uint32_t>(arrival.kind),
                    nanoseconds(arrival.received)};
    std::byte* to = ring_.get() + at;
    std::memcpy(to, &head, sizeof head);
    std::ranges::copy(std::as_bytes(std::span{arrival.topic}), to + sizeof head);
    std::ranges::copy(std::as_bytes(std::span{arrival.payload}), to + sizeof head + arrival.topic.size());
    written_.store(written + size, std::memory_order_release);
    return true;
}

bool ArrivalQueue::pop(Arrival& arrival, Time until) {
    std::size_t read = read_.load(std::memory_order_relaxed) + held_;
    held_ = 0;
    const std::size_t written = written_.load(std::memory_order_acquire);
    Head head{};
    while (read != written) {
        const std::size_t at = read % capacity_;
        if (capacity_ - at < sizeof(Head)) {
            read += capacity_ - at;
            continue;
        }
        std::memcpy(&head, ring_.get() + at, sizeof head);
        if (head.kind != jump) break;
        read += head.size;
    }
    read_.store(read, std::memory_order_release);
    if (read == written || timeFromNanoseconds(head.received) > until) return false;
    const char* const text = reinterpret_cast<const char*>(ring_.get() + read % capacity_ + sizeof head);
    arrival = {static_cast<Arrival::Kind>(head.kind),
               timeFromNanoseconds(head.received),
               {text, head.topic},
               {text + head.topic, head.payload}};
    held_ = head.size;
    return true;
}

} // namespace millwright::telemetry
