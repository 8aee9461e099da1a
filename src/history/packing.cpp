#include "history/packing.hpp"

#include <millwright/telemetry/numbers.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

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

/// Bytes of the groups; none when nothing is left.
std::size_t packedSize(Prediction prediction, std::span<const std::uint64_t> residues) {
    std::size_t bytes = 0;
    bool any = false;
    forGroups(residues.size(), [&](std::size_t first, std::size_t count) {
        const unsigned width = cutOf(prediction, residues.subspan(first, count)).width;
        any = any || width > 0;
        bytes += 1 + (prediction == Prediction::SameBits ? 1 : 0) + bytesOf(count, width);
    });
    return any ? bytes : 0;
}

std::uint64_t get(const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

void putGroup(std::span<const std::uint64_t> group, Cut cut, std::vector<std::byte>& out) {
    std::uint64_t waiting = 0;
    unsigned bits = 0; // of them
    const auto flush = [&](unsigned bytes) {
        const std::size_t before = out.size();
        out.resize(before + bytes);
        std::memcpy(out.data() + before, &waiting, bytes);
    };
    for (const std::uint64_t each : group) {
        const std::uint64_t word = each >> cut.shift;
        waiting |= word << bits;
        if (bits + cut.width < 64) {
            bits += cut.width;
            continue;
        }
        flush(8);
        const unsigned written = 64 - bits; // of this word
        waiting = written < 64 ? word >> written : 0;
        bits = cut.width - written;
    }
    flush((bits + 7) / 8);
}

/// A whole group, unrolled: every place in it is known when this is compiled. Half of the time that drawing a trend takes goes
/// here.
template <unsigned width>
void getWhole(const std::byte* at, std::uint64_t* words) {
    constexpr std::uint64_t mask = (std::uint64_t{1} << width) - 1;
#pragma GCC unroll 32
    for (std::size_t i = 0; i < groupSize; ++i) words[i] = (get(at + i * width / 8) >> (i * width % 8)) & mask;
}
constexpr unsigned widestWhole = 57; ///< eight bytes hold it wherever in the first it begins
constexpr auto getWholes = []<std::size_t... widths>(std::index_sequence<widths...>) {
    return std::array{&getWhole<static_cast<unsigned>(widths)>...};
}
(std::make_index_sequence<widestWhole + 1>{});

void getGroup(const std::byte* at, Cut cut, std::span<std::uint64_t> group) {
    if (group.size() == groupSize && cut.width <= widestWhole) {
        getWholes[cut.width](at, group.data());
    } else {
        const std::uint64_t mask = cut.width == 0 ? 0 : ~std::uint64_t{0} >> (64 - cut.width);
        for (std::size_t i = 0, bit = 0; i < group.size(); ++i, bit += cut.width) {
            std::uint64_t word = get(at + bit / 8) >> (bit % 8);
            if (bit % 8 != 0) word |= static_cast<std::uint64_t>(at[bit / 8 + 8]) << (64 - bit % 8);
            group[i] = word & mask;
        }
    }
    if (cut.shift > 0)
        for (std::uint64_t& word : group) word <<= cut.shift;
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

/// What stands before the groups.
struct Head {
    Prediction prediction;
    bool right; ///< no groups follow
    EvenWords line;
};

void putHead(const Head& head, std::vector<std::byte>& out) {
    out.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(head.prediction) | (head.right ? nothingLeft : 0)));
    putVarint(zigzag(static_cast<std::int64_t>(head.line.base)), out);
    if (head.prediction == Prediction::Line) putVarint(zigzag(static_cast<std::int64_t>(head.line.slope)), out);
}

Head takeHead(const std::byte*& at) {
    const auto first = static_cast<std::uint8_t>(*at++);
    Head head{.prediction = static_cast<Prediction>(first & ~nothingLeft), .right = (first & nothingLeft) != 0, .line = {}};
    head.line.base = static_cast<std::uint64_t>(unzigzag(takeVarint(at)));
    if (head.prediction == Prediction::Line) head.line.slope = static_cast<std::uint64_t>(unzigzag(takeVarint(at)));
    return head;
}

} // namespace

void putVarint(std::uint64_t value, std::vector<std::byte>& out) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
    out.push_back(static_cast<std::byte>(value));
}

std::uint64_t takeVarint(const std::byte*& at) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<std::uint8_t>(*at++);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
}

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
    putHead({.prediction = chosen, .right = bestSize == 0, .line = {kept.base, kept.slope}}, out);
    if (bestSize == 0) return;
    const auto stored = std::span{kept.words}.first(words.size());
    forGroups(stored.size(), [&](std::size_t first, std::size_t count) {
        const auto group = stored.subspan(first, count);
        const Cut cut = cutOf(chosen, group);
        out.push_back(static_cast<std::byte>(cut.width));
        if (chosen == Prediction::SameBits) out.push_back(static_cast<std::byte>(cut.shift));
        putGroup(group, cut, out);
    });
}

const std::byte* unpack(const std::byte* at, std::span<std::uint64_t> words) {
    const Head head = takeHead(at);
    if (head.right) {
        for (std::size_t i = 0; i < words.size(); ++i) words[i] = head.line.base + i * head.line.slope;
        return at;
    }
    forGroups(words.size(), [&](std::size_t first, std::size_t count) {
        Cut cut{.shift = 0, .width = static_cast<unsigned>(*at++)};
        if (head.prediction == Prediction::SameBits) cut.shift = static_cast<unsigned>(*at++);
        getGroup(at, cut, words.subspan(first, count));
        at += bytesOf(count, cut.width);
    });
    restore(head.prediction, head.line.base, head.line.slope, words);
    return at;
}

std::optional<EvenWords> unpackEven(const std::byte*& at) {
    const std::byte* after = at;
    const Head head = takeHead(after);
    if (!head.right) return std::nullopt;
    at = after;
    return head.line;
}

} // namespace millwright::history
