#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace millwright {

/// The candidate a person who typed `word` most likely meant: the fewest inserted, left out, changed or swapped letters, at most
/// about one in three, upper and lower case alike; the first of equals. Empty when none is near. The view is one of `candidates`.
[[nodiscard]] std::string_view closestWord(std::string_view word, std::span<const std::string_view> candidates);

/// `: did you mean 'x'?` to append to an error message, or an empty string when no candidate is near.
[[nodiscard]] std::string didYouMean(std::string_view word, std::span<const std::string_view> candidates);

/// `1 sample`, `2 samples`, `0 samples`: for nouns that take an s.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

} // namespace millwright
