#pragma once

#include <span>
#include <string>
#include <string_view>

namespace millwright {

/// The candidate a person who typed `word` most likely meant: the fewest inserted, left out, changed or swapped letters, at most
/// about one in three, upper and lower case alike; the first of equals. Empty when none is near. The view is one of `candidates`.
[[nodiscard]] std::string_view closestWord(std::string_view word, std::span<const std::string_view> candidates);

/// `: did you mean 'x'?` to append to an error message, or an empty string when no candidate is near.
[[nodiscard]] std::string didYouMean(std::string_view word, std::span<const std::string_view> candidates);

} // namespace millwright
