#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>

namespace millwright::render {

/// Which parts of [0, size) are taken. Without a gap between them as long as nothing is given back.
class Ranges {
public:
    Ranges() = default;
    explicit Ranges(std::uint64_t size) {
        if (size > 0) free_[0] = size;
    }

    /// The start of a free range of `size`, from the smallest gap that holds it; nothing: there is none.
    [[nodiscard]] std::optional<std::uint64_t> take(std::uint64_t size) {
        if (size == 0) return 0;
        auto best = free_.end();
        for (auto gap = free_.begin(); gap != free_.end(); ++gap)
            if (gap->second >= size && (best == free_.end() || gap->second < best->second)) best = gap;
        if (best == free_.end()) return std::nullopt;
        const auto [start, length] = *best;
        free_.erase(best);
        if (length > size) free_[start + size] = length - size;
        taken_ += size;
        return start;
    }

    /// Gives back what `take` returned for `size`.
    void give(std::uint64_t start, std::uint64_t size) {
        if (size == 0) return;
        taken_ -= size;
        auto gap = free_.emplace(start, size).first;
        if (const auto after = std::next(gap); after != free_.end() && after->first == start + size) {
            gap->second += after->second;
            free_.erase(after);
        }
        if (gap == free_.begin()) return;
        const auto before = std::prev(gap);
        if (before->first + before->second != start) return;
        before->second += gap->second;
        free_.erase(gap);
    }

    [[nodiscard]] std::uint64_t taken() const { return taken_; }

private:
    std::map<std::uint64_t, std::uint64_t> free_; ///< start, length; no two touch
    std::uint64_t taken_ = 0;
};

} // namespace millwright::render
