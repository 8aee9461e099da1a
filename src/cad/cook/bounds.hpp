#pragma once

#include "cad/cook/lanes.hpp"

#include <glm/glm.hpp>

#include <span>

namespace millwright::cad {

/// A sphere around points: centre, radius. Ritter's (1990), at most a few per cent larger than the smallest.
[[nodiscard]] glm::vec4 sphereAround(std::span<const Quad> points);
/// A sphere that holds all spheres, also as floats compare them.
[[nodiscard]] glm::vec4 sphereAround(std::span<const glm::vec4> spheres);
/// The cone of unit normals as scene::Cluster::cone wants it.
[[nodiscard]] glm::vec4 coneAround(std::span<const Quad> normals);

} // namespace millwright::cad
