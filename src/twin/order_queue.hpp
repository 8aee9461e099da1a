#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>

namespace millwright::twin {

/// One thread gives orders, one takes them; neither ever waits for the other.
template <typename Order, std::size_t Size = 128>
class OrderQueue {
public:
    /// False, and nothing is kept, while it is full.
    bool push(Order order) {
        const std::size_t at = written_.load(std::memory_order_relaxed);
        if (at - taken_.load(std::memory_order_acquire) == ring_.size()) return false;
        ring_[at % ring_.size()] = std::move(order);
        written_.store(at + 1, std::memory_order_release);
        return true;
    }
    /// False when there is none.
    bool pop(Order& order) {
        const std::size_t at = taken_.load(std::memory_order_relaxed);
        if (at == written_.load(std::memory_order_acquire)) return false;
        order = std::move(ring_[at % ring_.size()]);
        taken_.store(at + 1, std::memory_order_release);
        return true;
    }
    [[nodiscard]] std::size_t written() const { return written_.load(std::memory_order_acquire); }
    [[nodiscard]] std::size_t taken() const { return taken_.load(std::memory_order_acquire); }

private:
    std::array<Order, Size> ring_{};
    std::atomic<std::size_t> written_ = 0, taken_ = 0;
};

} // namespace millwright::twin
