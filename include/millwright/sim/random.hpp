#pragma once

#include <array>
#include <cstdint>

/// Random numbers that are a function of (seed, stream, number of the draw) and of nothing else: streams cannot run into each
/// other, and the same purpose gets the same numbers in every scenario (common random numbers).
namespace millwright::sim {

/// Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC'11). It
/// passes TestU01's BigCrush. Returns 128 random bits of a 128-bit counter and a 64-bit key.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                                std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
                   static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

/// 128 random bits as two halves.
struct RandomBlock {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// Block `number` of stream `stream` of `seed`; `lane` tells apart the tries of one draw that may need several.
[[nodiscard]] constexpr RandomBlock randomBlock(std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
                                                std::uint32_t lane = 0) {
    const auto words = philox4x32({static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), lane, stream},
                                  {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    return {std::uint64_t{words[1]} << 32 | words[0], std::uint64_t{words[3]} << 32 | words[2]};
}

/// How far one stream was drawn. Plain data, so that the state of a run can be copied.
struct Stream {
    std::uint64_t drawn = 0; ///< draws so far
    std::uint64_t spare = 0; ///< the second half of a block whose first half was the last draw

    /// 64 random bits.
    [[nodiscard]] std::uint64_t next(std::uint64_t seed, std::uint32_t stream) {
        const std::uint64_t draw = drawn++;
        if ((draw & 1) != 0) return spare;
        const RandomBlock block = randomBlock(seed, stream, draw >> 1);
        spare = block.second;
        return block.first;
    }
};

/// In (0, 1], all multiples of 2^-53 alike: its logarithm is finite.
[[nodiscard]] constexpr double toUniform(std::uint64_t bits) {
    return static_cast<double>((bits >> 11) + 1) * 0x1p-53;
}

/// In (0, 1), odd multiples of 2^-53: what an inverse distribution function without finite ends needs.
[[nodiscard]] constexpr double toOpenUniform(std::uint64_t bits) {
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

/// The seed of one replication of a study: SplitMix64's output function, one to one, so that replications of one seed differ.
[[nodiscard]] constexpr std::uint64_t replicationSeed(std::uint64_t seed, std::uint64_t replication) {
    std::uint64_t z = seed + (replication + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

} // namespace millwright::sim
