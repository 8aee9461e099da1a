#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <format>

namespace millwright {
namespace {

// Longer words are not misspelt names; the bound also keeps hostile input cheap.
constexpr std::size_t maximumLength = 96;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment distance (Levenshtein with swaps of neighbours), `limit + 1` as soon as it must exceed `limit`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
    const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    if (difference > limit) return limit + 1;
    std::array<std::array<std::size_t, maximumLength + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i + 2) % 3];
        const auto& twoAbove = rows[(i + 1) % 3];
        row[0] = i;
        std::size_t least = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const char x = lower(a[i - 1]);
            const char y = lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (x == y ? 0u : 1u)});
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y) row[j] = std::min(row[j], twoAbove[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (least > limit) return limit + 1;
    }
    return rows[a.size() % 3][b.size()];
}

} // namespace

std::string_view closestWord(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > maximumLength) return {};
    std::size_t limit = std::max<std::size_t>(1, (word.size() + 1) / 3);
    std::string_view best;
    for (const std::string_view candidate : candidates) {
        if (candidate.empty() || candidate.size() > maximumLength) continue;
        const std::size_t found = distance(word, candidate, limit);
        if (found > limit || found >= candidate.size()) continue;
        best = candidate;
        if (found == 0) break;
        limit = found - 1;
    }
    return best;
}

std::string didYouMean(std::string_view word, std::span<const std::string_view> candidates) {
    const std::string_view best = closestWord(word, candidates);
    return best.empty() ? std::string{} : std::format(": did you mean '{}'?", best);
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return std::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

} // namespace millwright
