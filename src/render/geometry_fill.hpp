#pragma once

#include "render/cull_types.hpp"
#include "render/scene_store.hpp"

#include <cstddef>
#include <span>
#include <vector>

/// How a step's geometry lies in SceneStore::geometry, and getting it there piece by piece.
///
/// A step is one block: its clusters, their vertices, their triangles. All three are arrays of the whole buffer: a block begins at
/// a multiple of a cluster's size, which is nine times that of a vertex or of a triangle. Vertices of meshes with attributes are in
/// a part of the buffer of their own instead, so that attributes, in an array beside it, are found by the same numbers.
namespace millwright::render {

inline constexpr std::size_t blockBytes = sizeof(GpuCluster);
inline constexpr std::size_t triangleBytes = 3 * sizeof(std::uint32_t);
inline constexpr std::uint32_t unitsABlock = blockBytes / sizeof(scene::CookedVertex);
static_assert(blockBytes == unitsABlock * sizeof(scene::CookedVertex) && sizeof(scene::CookedVertex) == triangleBytes);

/// Some clusters of a step; places are counted from the step's first.
struct Piece {
    std::uint32_t step = 0;
    std::uint32_t firstCluster = 0;
    std::uint32_t clusters = 0;
    std::uint32_t firstVertex = 0;
    std::uint32_t vertices = 0;
    std::uint32_t firstTriangle = 0;
    std::uint32_t triangles = 0;
    bool last = false; ///< of the step

    /// What it takes in staging memory.
    [[nodiscard]] std::size_t bytes(bool attributed) const {
        return clusters * blockBytes +
               vertices * (sizeof(scene::CookedVertex) + (attributed ? sizeof(scene::CookedAttributes) : 0)) +
               triangles * triangleBytes;
    }
};

/// A step in pieces of at most `most` bytes, which is at least 16 KiB.
void appendPieces(const SceneStore& store, std::uint32_t step, std::size_t most, std::vector<Piece>& pieces);

/// Writes a piece, whose step has its place, as `appendCopies` takes it. `out` has `Piece::bytes` and a multiple of four for
/// address. Thread: any, while the store's sources, detail and this step's place do not change.
void fill(const SceneStore& store, const Piece& piece, std::span<std::byte> out);

/// What then has to be copied into `SceneStore::geometry` from staging memory that holds the piece from `offset` on.
void appendCopies(const SceneStore& store, const Piece& piece, std::size_t offset, std::vector<VkBufferCopy>& copies);

} // namespace millwright::render
