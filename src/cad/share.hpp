#pragma once

#include <millwright/scene/scene.hpp>

#include <cstdint>

namespace millwright::cad {

/// Finds meshes that are equal, and such as differ only in where they lie (turned and shifted, never scaled or mirrored; to a
/// millionth of their size; small ones left alone), and stores each once; names and materials do not matter. What lies elsewhere
/// gets a node of its own, named as its mesh, below the one that drew it. Returns how many meshes were found to be repetitions.
/// Same input, same output.
std::uint64_t shareEqualMeshes(scene::Scene& scene);

} // namespace millwright::cad
