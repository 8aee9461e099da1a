#pragma once

#include <millwright/core/value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace millwright::telemetry {

inline constexpr std::size_t longestText = 4096;    ///< bytes of a String value that a feed brings
inline constexpr std::size_t mostTexts = 1'000'000; ///< different ones that a table takes from feeds

/// The id of a text that a feed brings. None for what is too long, no well-formed UTF-8, or has control characters, which no label
/// or terminal can take, and for a new one when the table is full.
[[nodiscard]] std::optional<StringId> addText(std::string_view text, StringTable& strings);

} // namespace millwright::telemetry
