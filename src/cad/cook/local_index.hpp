#pragma once

#include "cad/cook/weld.hpp"

#include <bit>
#include <span>

namespace millwright::cad {

/// Numbers of a large array -> 0, 1, 2 … in the order they are first asked for, so that a small part of a mesh can be worked on in
/// arrays of its own size.
class LocalIndex {
public:
    /// Forgets everything; quick for about `expected` different numbers.
    void reset(std::size_t expected) {
        ids_.clear();
        resize(expected);
    }
    std::uint32_t at(std::uint32_t id) {
        std::uint32_t& slot = find(id);
        if (slot != nobody) return slot;
        const auto fresh = slot = static_cast<std::uint32_t>(ids_.size());
        ids_.push_back(id);
        if (ids_.size() * 2 > slots_.size()) resize(ids_.size() * 2);
        return fresh;
    }
    [[nodiscard]] bool has(std::uint32_t id) { return find(id) != nobody; }
    /// The numbers, by local index.
    [[nodiscard]] std::span<const std::uint32_t> ids() const { return ids_; }

private:
    void resize(std::size_t expected) {
        slots_.assign(std::bit_ceil(expected * 2 + 2), nobody);
        shift_ = 64 - std::countr_zero(slots_.size());
        for (std::uint32_t i = 0; i < ids_.size(); ++i) find(ids_[i]) = i;
    }
    std::uint32_t& find(std::uint32_t id) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t i = (id * 0x9E37'79B9'7F4A'7C15u) >> shift_; // Fibonacci hashing (Knuth 1998, 6.4)
        while (slots_[i] != nobody && ids_[slots_[i]] != id) i = (i + 1) & mask;
        return slots_[i];
    }

    std::vector<std::uint32_t> slots_;
    std::vector<std::uint32_t> ids_;
    int shift_ = 0;
};

} // namespace millwright::cad
