#pragma once

#include "scene/mesh_trees.hpp"

#include <millwright/scene/pick.hpp>

#include <utility>
#include <vector>

namespace millwright::scene {

struct Picker::Impl {
    MeshTrees trees;
    std::vector<std::pair<double, std::uint32_t>> entered; ///< where a ray enters an instance's box; kept for its memory
};

} // namespace millwright::scene
