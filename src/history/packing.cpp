#include "history/packing.hpp"

#include <millwright/telemetry/numbers.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace millwright::history {
namespace {

using telemetry::unzigzag;
using telemetry::zigzag;

constexpr std::size_t groupSize = 32;      ///< a group of any width is then a whole number of bytes
constexpr std::uint8_t nothingLeft = 0x80; ///< beside the prediction: it was right every time, no groups follow

struct Residues {
    std::uint64_t base = 0, slope = 0;
    std::array<std::uint64_t, blockSamplesAtMost> words;
};

std::uint64_t difference(std::uint64_t a, std::uint64_t b) {
    return zigzag(static_cast<std::int64_t>(a - b));
}

void predict(Prediction prediction, std::span<const std::uint64_t> words, Residues& out) {
    out.base = words.front();
    out.slope = 0;
    out.words[0] = 0;
    switch (prediction) {
    case Prediction::Lowest:
        for (const std::uint64_t word : words)
            if (static_cast<std::int64_t>(word) < static_cast<std::int64_t>(out.base)) out.base = word;
        for (std::size_t i = 0; i < words.size(); ++i) out.words[i] = words[i] - out.base;
        break;
    case Prediction::Previous:
        for (std::size_t i = 1; i < words.size(); ++i) out.words[i] = difference(words[i], words[i - 1]);
        break;
    case Prediction::Line:
        if (words.size() < 2) break;
        out.slope = words[1] - words[0];
        out.words[1] = 0;
        for (std::size_t i = 2; i < words.size(); ++i)
            out.words[i] = difference(words[i] - words[i - 1], words[i - 1] - words[i - 2]);
        break;
    case Prediction::SameBits:
        for (std::size_t i = 1; i < words.size(); ++i) out.words[i] = words[i] ^ words[i - 1];
        break;
    }
}

/// How a group's words are cut: the low bits that all of them lack, and how many remain.
struct Cut {
    unsigned shift, width;
};

Cut cutOf(Prediction prediction, std::span<const std::uint64_t> group) {
    std::uint64_t any = 0;
    for (const std::uint64_t word : group) any |= word;
    const auto bits = static_cast<unsigned>(std::bit_width(any));
    if (prediction != Prediction::SameBits || any == 0) return {0, bits};
    const auto low = static_cast<unsigned>(std::countr_zero(any));
    return {low, bits - low};
}

std::size_t bytesOf(std::size_t words, unsigned width) {
    return (words * width + 7) / 8;
}

template <typename Work>
void forGroups(std::size_t words, const Work& work) {
    for (std::size_t first = 0; first < words; first += groupSize) work(first, std::min(groupSize, words - first));
}

/// Bytes of everything behind the first.
std::size_t packedSize(Prediction prediction, std::span<const std::uint64_t> residues) {
    std::size_t bytes = sizeof(std::uint64_t) + (prediction == Prediction::Line ? sizeof(std::uint64_t) : 0);
    if (std::ranges::all_of(residues, [](std::uint64_t word) { return word == 0; })) return bytes;
    forGroups(residues.size(), [&](std::size_t first, std::size_t count) {
        bytes += 1 + (prediction == Prediction::SameBits ? 1 : 0) +
                 bytesOf(count, cutOf(prediction, residues.subspan(first, count)).width);
    });
    return bytes;
}

void put(std::uint64_t word, std::vector<std::byte>& out) {
    out.resize(out.size() + sizeof word);
    std::memcpy(out.data() + out.size() - sizeof word, &word, sizeof word);
}
std::uint64_t get(const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

void putGroup(std::span<const std::uint64_t> group, Cut cut, std::vector<std::byte>& out) {
    const std::size_t before = out.size();
    out.resize(before + bytesOf(group.size(), cut.width));
    std::size_t bit = 0;
    for (const std::uint64_t word : group) {
        std::uint64_t rest = word >> cut.shift;
        for (unsigned left = cut.width; left > 0;) {
            const unsigned offset = bit % 8, taken = std::min(8 - offset, left);
            out[before + bit / 8] |= static_cast<std::byte>(rest << offset);
            rest >>= taken;
            bit += taken;
            left -= taken;
        }
    }
}

void getGroup(const std::byte* at, Cut cut, std::span<std::uint64_t> group) {
    if (cut.width == 0) {
        std::ranges::fill(group, 0);
        return;
    }
    const std::uint64_t mask = ~std::uint64_t{0} >> (64 - cut.width);
    if (cut.width <= 57) { // eight bytes hold it wherever in the first it begins
        for (std::size_t i = 0, bit = 0; i < group.size(); ++i, bit += cut.width)
            group[i] = ((get(at + bit / 8) >> (bit % 8)) & mask) << cut.shift;
        return;
    }
    for (std::size_t i = 0, bit = 0; i < group.size(); ++i, bit += cut.width) {
        std::uint64_t word = get(at + bit / 8) >> (bit % 8);
        if (bit % 8 != 0) word |= static_cast<std::uint64_t>(at[bit / 8 + 8]) << (64 - bit % 8);
        group[i] = (word & mask) << cut.shift;
    }
}

void restore(Prediction prediction, std::uint64_t base, std::uint64_t slope, std::span<std::uint64_t> words) {
    switch (prediction) {
    case Prediction::Lowest:
        for (std::uint64_t& word : words) word += base;
        break;
    case Prediction::Previous:
        for (std::uint64_t& word : words) word = base += static_cast<std::uint64_t>(unzigzag(word));
        break;
    case Prediction::Line:
        words[0] = base;
        for (std::size_t i = 1; i < words.size(); ++i) {
            slope += static_cast<std::uint64_t>(unzigzag(words[i]));
            words[i] = base += slope;
        }
        break;
    case Prediction::SameBits:
        for (std::uint64_t& word : words) word = base ^= word;
        break;
    }
}

/// The same where the prediction was right every time.
void repeat(std::uint64_t base, std::uint64_t slope, std::span<std::uint64_t> words) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = base + i * slope;
}

} // namespace

void pack(std::span<const std::uint64_t> words, std::span<const Prediction> candidates, std::vector<std::byte>& out) {
    Residues residues[2]; // the best so far and the next
    std::size_t best = 0, bestSize = SIZE_MAX;
    Prediction chosen = candidates.front();
    for (const Prediction prediction : candidates) {
        Residues& next = residues[1 - best];
        predict(prediction, words, next);
        const std::size_t size = packedSize(prediction, std::span{next.words}.first(words.size()));
        if (size >= bestSize) continue;
        best = 1 - best;
        bestSize = size;
        chosen = prediction;
    }
    const Residues& kept = residues[best];
    const std::span stored = std::span{kept.words}.first(words.size());
    const bool right = std::ranges::all_of(stored, [](std::uint64_t word) { return word == 0; });
    out.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(chosen) | (right ? nothingLeft : 0)));
    put(kept.base, out);
    if (chosen == Prediction::Line) put(kept.slope, out);
    if (right) return;
    forGroups(stored.size(), [&](std::size_t first, std::size_t count) {
        const auto group = stored.subspan(first, count);
        const Cut cut = cutOf(chosen, group);
        out.push_back(static_cast<std::byte>(cut.width));
        if (chosen == Prediction::SameBits) out.push_back(static_cast<std::byte>(cut.shift));
        putGroup(group, cut, out);
    });
}

const std::byte* unpack(const std::byte* at, std::span<std::uint64_t> words) {
    const auto head = static_cast<std::uint8_t>(*at++);
    const auto prediction = static_cast<Prediction>(head & ~nothingLeft);
    const std::uint64_t base = get(at);
    at += sizeof base;
    std::uint64_t slope = 0;
    if (prediction == Prediction::Line) {
        slope = get(at);
        at += sizeof slope;
    }
    if ((head & nothingLeft) != 0) {
        repeat(base, slope, words);
        return at;
    }
    forGroups(words.size(), [&](std::size_t first, std::size_t count) {
        Cut cut{.shift = 0, .width = static_cast<unsigned>(*at++)};
        if (prediction == Prediction::SameBits) cut.shift = static_cast<unsigned>(*at++);
        getGroup(at, cut, words.subspan(first, count));
        at += bytesOf(count, cut.width);
    });
    restore(prediction, base, slope, words);
    return at;
}

} // namespace millwright::history
