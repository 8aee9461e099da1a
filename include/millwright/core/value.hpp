#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace millwright {

/// Dense index of a signal in its plant, in the order `plant.toml` declares them.
enum class SignalIndex : std::uint32_t {};
inline constexpr SignalIndex noSignal{0xFFFF'FFFFu};

/// Dense index of an equipment in its plant; parents come before children.
enum class EquipmentIndex : std::uint32_t {};
inline constexpr EquipmentIndex noEquipment{0xFFFF'FFFFu};

[[nodiscard]] constexpr std::size_t index(SignalIndex signal) {
    return static_cast<std::size_t>(signal);
}
[[nodiscard]] constexpr std::size_t index(EquipmentIndex equipment) {
    return static_cast<std::size_t>(equipment);
}

enum class ValueType : std::uint8_t { Float, Integer, Boolean, String };

/// Index into the `StringTable` that travels with the value's source.
enum class StringId : std::uint32_t {};

/// The eight bytes of one value; its `ValueType` is kept beside it (in the sample, signal or column), never inside.
union Value {
    double number;
    std::int64_t integer;
    bool boolean;
    StringId string;
    std::uint64_t bits; ///< all of it, for hashing and comparing: every factory below clears what it does not use

    constexpr Value() : bits{0} {}
    [[nodiscard]] static constexpr Value of(double v) {
        Value value;
        value.number = v;
        return value;
    }
    [[nodiscard]] static constexpr Value of(std::int64_t v) {
        Value value;
        value.integer = v;
        return value;
    }
    [[nodiscard]] static constexpr Value of(bool v) {
        Value value;
        value.bits = v ? 1u : 0u;
        return value;
    }
    [[nodiscard]] static constexpr Value of(StringId v) {
        Value value;
        value.bits = static_cast<std::uint32_t>(v);
        return value;
    }

    /// The value as a number: booleans are 0 or 1, strings NaN.
    [[nodiscard]] double asNumber(ValueType type) const;
};

/// Whether a value can be trusted, in the coarse classes OPC UA and Sparkplug B share.
enum class Quality : std::uint8_t {
    Good,      ///< as measured
    Uncertain, ///< measured, but outside its accuracy or substituted
    Bad,       ///< the source says it is wrong or not available
    Stale,     ///< the source has gone silent; the value is the last one known
};
/// Whether a value of this quality may be reckoned with.
[[nodiscard]] constexpr bool isUsable(Quality quality) {
    return quality == Quality::Good || quality == Quality::Uncertain;
}

/// Of texts as keys of an unordered map, which are found without making a string.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Strings met in a feed, each kept once. Ids are dense and given in order of first use; references stay valid while the table
/// lives. Thread: one writer; readers of ids they were given before are safe.
class StringTable {
public:
    StringId add(std::string_view text);
    [[nodiscard]] std::optional<StringId> find(std::string_view text) const; ///< thread: the writer's
    [[nodiscard]] std::string_view text(StringId id) const {
        const Place place = placeOf(static_cast<std::size_t>(id));
        return blocks_[place.block][place.offset];
    }
    [[nodiscard]] std::size_t size() const { return ids_.size(); }

private:
    // Blocks double in size and never move: a reader of an old string shares no memory with the writer of a new one.
    static constexpr std::size_t firstBlock = 64;
    struct Place {
        std::size_t block, offset;
    };
    static Place placeOf(std::size_t id) {
        const std::size_t shifted = id + firstBlock;
        const auto block = static_cast<std::size_t>(std::bit_width(shifted / firstBlock / 2)) % 32;
        return {block, shifted - (firstBlock << block)};
    }

    std::array<std::unique_ptr<std::string[]>, 32> blocks_;
    std::unordered_map<std::string_view, StringId> ids_;
};

} // namespace millwright
