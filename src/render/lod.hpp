#pragma once

#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <vector>

namespace millwright::render {

/// One level of detail: a run of `MeshLods::indices`.
struct Lod {
    std::uint32_t firstIndex = 0;
    std::uint32_t indexCount = 0;
    /// How far its surface lies from the modelled one, in the mesh's units: a mean over the worst place's surroundings, so single
    /// points may be up to three times as far off.
    float error = 0;
};

/// A mesh at falling detail. All levels use the same vertices.
struct MeshLods {
    std::vector<Lod> levels;                ///< level 0 is the mesh as modelled; each later one is coarser; never empty
    std::vector<std::uint32_t> indices;     ///< of all levels; into the vertices as `vertexOrder` arranges them
    std::vector<std::uint32_t> vertexOrder; ///< new place of each of the mesh's vertices: what coarse levels use comes first
};

/// What a mesh's materials say about how it may be simplified.
enum class Surface : std::uint8_t {
    Solid,
    Textured, ///< an image is laid over it: vertices at one position cannot stand in for each other
    Sheet,    ///< double-sided, like a web over its rollers: lies so close to other things that it stays as modelled
};

/// Levels of one mesh, by quadric simplification (Garland & Heckbert 1997). Borders may move, and parts that are smaller than a
/// level's error disappear. Deterministic. Every index must be in range.
[[nodiscard]] MeshLods buildLods(const scene::Mesh& mesh, Surface surface = Surface::Solid);
/// The same for every mesh, on all processors. Parallel to `scene.meshes`.
[[nodiscard]] std::vector<MeshLods> buildLods(const scene::Scene& scene);

} // namespace millwright::render
