#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace millwright::plant {

/// Finds which of many texts is the one asked for. It keeps no text, only eight bytes for each of its places, of which a third or
/// more are free: the texts stay where they are, and `textOf(number)` says them.
class TextIndex {
public:
    /// Makes room for so many texts in all.
    void reserve(std::size_t texts) {
        const std::size_t wanted = std::bit_ceil(texts + texts / 2 + 1);
        if (wanted <= places_.size()) return;
        std::vector<Place> old(wanted);
        old.swap(places_);
        for (const Place& place : old)
            if (place.number != none) *freePlace(place.hash) = place;
    }

    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text, const auto& textOf) const {
        if (places_.empty()) return std::nullopt;
        const std::uint32_t hash = hashOf(text);
        for (std::size_t at = hash & (places_.size() - 1);; at = (at + 1) & (places_.size() - 1)) {
            const Place& place = places_[at];
            if (place.number == none) return std::nullopt;
            if (place.hash == hash && textOf(place.number) == text) return place.number;
        }
    }

    /// Adds `text` as `number` unless it is there. Returns the number it has, and whether it was added.
    std::pair<std::uint32_t, bool> emplace(std::string_view text, std::uint32_t number, const auto& textOf) {
        if (const auto found = find(text, textOf)) return {*found, false};
        reserve(++texts_);
        const std::uint32_t hash = hashOf(text);
        *freePlace(hash) = {hash, number};
        return {number, true};
    }

private:
    static constexpr std::uint32_t none = 0xFFFF'FFFFu;
    struct Place {
        std::uint32_t hash = 0;
        std::uint32_t number = none;
    };
    static std::uint32_t hashOf(std::string_view text) {
        const std::uint64_t hash = std::hash<std::string_view>{}(text);
        return static_cast<std::uint32_t>(hash ^ hash >> 32);
    }
    [[nodiscard]] Place* freePlace(std::uint32_t hash) {
        std::size_t at = hash & (places_.size() - 1);
        while (places_[at].number != none) at = (at + 1) & (places_.size() - 1);
        return &places_[at];
    }

    std::vector<Place> places_; ///< a power of two of them
    std::size_t texts_ = 0;
};

} // namespace millwright::plant
