#pragma once

#include <glm/glm.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

/// Four numbers at a time, on every processor that the compiler knows: it makes them one instruction where there is one.
namespace millwright::cad {

using Four [[gnu::vector_size(16)]] = float;

/// For arrays of them.
struct alignas(16) Quad {
    Four at{};
};

/// Four points or directions.
struct Lanes {
    Four x, y, z;
};

[[nodiscard]] inline Four toFour(glm::vec3 v) {
    return Four{v.x, v.y, v.z, 0};
}

/// Four columns of four -> four rows of four.
struct Rows {
    Four first, second, third, fourth;
};
[[nodiscard]] inline Rows transposed(Four a, Four b, Four c, Four d) {
    const Four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Four abEnd = __builtin_shufflevector(a, b, 2, 6, 3, 7), cdEnd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return {__builtin_shufflevector(ab, cd, 0, 1, 4, 5), __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
            __builtin_shufflevector(abEnd, cdEnd, 0, 1, 4, 5), __builtin_shufflevector(abEnd, cdEnd, 2, 3, 6, 7)};
}
[[nodiscard]] inline Lanes lanesOf(Four a, Four b, Four c, Four d) {
    const Rows rows = transposed(a, b, c, d);
    return {rows.first, rows.second, rows.third};
}
[[nodiscard]] inline Lanes crossOf(const Lanes& a, const Lanes& b) {
    return {a.y * b.z - b.y * a.z, a.z * b.x - b.z * a.x, a.x * b.y - b.x * a.y};
}
[[nodiscard]] inline Four dotOf(const Lanes& a, const Lanes& b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
[[nodiscard]] inline Lanes operator-(const Lanes& a, const Lanes& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
[[nodiscard]] inline Lanes operator*(const Lanes& a, Four b) {
    return {a.x * b, a.y * b, a.z * b};
}
[[nodiscard]] inline Four rootOf(Four v) {
    return Four{std::sqrt(v[0]), std::sqrt(v[1]), std::sqrt(v[2]), std::sqrt(v[3])};
}

/// Corner `which` of the four triangles from `first` on; past the last one, of the last one.
[[nodiscard]] inline Lanes cornersOf(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices, std::size_t first,
                                     std::size_t which) {
    const std::size_t last = indices.size() / 3 - 1;
    const auto corner = [&](std::size_t t) { return toFour(places[indices[std::min(t, last) * 3 + which]]); };
    return lanesOf(corner(first), corner(first + 1), corner(first + 2), corner(first + 3));
}

/// By triangle: the unit normal, and twice the area; all 0 where there is no area.
[[nodiscard]] inline std::vector<Quad> facingsOf(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices) {
    const std::size_t count = indices.size() / 3;
    std::vector<Quad> facings((count + 3) / 4 * 4);
    for (std::size_t t = 0; t < count; t += 4) {
        const Lanes a = cornersOf(places, indices, t, 0);
        const Lanes normal = crossOf(cornersOf(places, indices, t, 1) - a, cornersOf(places, indices, t, 2) - a);
        const Four twice = rootOf(dotOf(normal, normal));
        const Lanes up = normal * (twice > 0 ? 1 / twice : Four{});
        const Rows rows = transposed(up.x, up.y, up.z, twice);
        facings[t].at = rows.first;
        facings[t + 1].at = rows.second;
        facings[t + 2].at = rows.third;
        facings[t + 3].at = rows.fourth;
    }
    facings.resize(count);
    return facings;
}

/// Unit vectors from the octahedral map, as scene::unpackOctahedral does it.
[[nodiscard]] inline std::vector<Quad> unpackNormals(std::span<const std::uint32_t> packed) {
    std::vector<Quad> normals((packed.size() + 3) / 4 * 4);
    const auto snorm = [](std::uint32_t v) { return static_cast<float>(static_cast<std::int16_t>(v)) / 32767.0f; };
    const auto size = [](Four v) { return v < 0 ? -v : v; };
    for (std::size_t i = 0; i < packed.size(); i += 4) {
        Lanes n{};
        for (std::size_t k = 0; k < 4; ++k) {
            const std::uint32_t one = packed[std::min(i + k, packed.size() - 1)];
            n.x[k] = snorm(one & 0xFFFFu);
            n.y[k] = snorm(one >> 16);
        }
        n.z = 1 - size(n.x) - size(n.y);
        const Four fold = n.z < 0 ? -n.z : Four{};
        n.x += n.x < 0 ? fold : -fold;
        n.y += n.y < 0 ? fold : -fold;
        n = n * (1 / rootOf(dotOf(n, n)));
        const Rows rows = transposed(n.x, n.y, n.z, Four{});
        normals[i].at = rows.first;
        normals[i + 1].at = rows.second;
        normals[i + 2].at = rows.third;
        normals[i + 3].at = rows.fourth;
    }
    return normals;
}

/// A surface of some places.
struct Faces {
    std::vector<std::uint32_t> indices; ///< three a triangle
    std::vector<Quad> facings;          ///< by triangle, see `facingsOf`
};

} // namespace millwright::cad
