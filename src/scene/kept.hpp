#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

namespace millwright::scene {

/// Values that are made when they are first asked for and kept within a budget: those not asked for longest go first, the last one
/// made always stays. Whoever holds one keeps it alive. `Value::bytes()` is what one takes.
template <typename Value>
class Kept {
public:
    explicit Kept(std::size_t budgetBytes) : budgetBytes_{budgetBytes} {}

    template <typename Make>
    [[nodiscard]] std::shared_ptr<const Value> of(std::uint64_t key, Make&& make) {
        if (const auto found = places_.find(key); found != places_.end()) {
            order_.splice(order_.begin(), order_, found->second);
            return order_.front().value;
        }
        auto value = std::make_shared<const Value>(make());
        bytes_ += value->bytes();
        order_.push_front({key, value});
        places_.emplace(key, order_.begin());
        while (bytes_ > budgetBytes_ && order_.size() > 1) {
            bytes_ -= order_.back().value->bytes();
            places_.erase(order_.back().key);
            order_.pop_back();
        }
        return value;
    }
    /// Of all that are kept.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t count() const { return order_.size(); }

private:
    struct Item {
        std::uint64_t key;
        std::shared_ptr<const Value> value;
    };
    std::size_t budgetBytes_;
    std::size_t bytes_ = 0;
    std::list<Item> order_; ///< last asked for first
    std::unordered_map<std::uint64_t, typename std::list<Item>::iterator> places_;
};

} // namespace millwright::scene
