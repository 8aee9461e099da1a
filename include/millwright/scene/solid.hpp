#pragma once

#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace millwright::scene {

/// 1 for each node whose own surfaces, those of all its meshes together, enclose a volume, so that a section through it shows it
/// filled: every edge is passed as often one way as the other, but for cracks between faces that were divided each by itself. 0 for
/// open sheets and for nodes without geometry. `cooked`: see CookedGeometry. Parallel to Scene::nodes; looks once at every
/// triangle.
[[nodiscard]] std::vector<std::uint8_t> solidNodes(const Scene& scene, std::span<const CookedGeometry> cooked = {});

} // namespace millwright::scene
