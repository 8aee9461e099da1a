#pragma once

#include "render/detail_steps.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace millwright::render {

/// How finely views want to see a mesh.
struct MeshWant {
    /// How far its surface may lie off, in its units, where it is seen best; infinite: it is not seen at all.
    float error = std::numeric_limits<float>::infinity();
    /// What an error of the mesh is divided by to tell how much it is missed: its units a pixel's worth of error. Below infinity
    /// also for what is near the views but not seen.
    float unit = std::numeric_limits<float>::infinity();
};

/// Memory, in the units of the two parts of the pool (residency.hpp).
struct Room {
    std::uint64_t blocks = 0;
    std::uint64_t attributed = 0;

    friend Room operator+(Room a, Room b) { return {a.blocks + b.blocks, a.attributed + b.attributed}; }
    friend Room operator-(Room a, Room b) { return {a.blocks - b.blocks, a.attributed - b.attributed}; }
    [[nodiscard]] bool holds(Room other) const { return other.blocks <= blocks && other.attributed <= attributed; }
};

/// Which steps should be in memory.
struct Plan {
    std::vector<std::uint32_t> steps; ///< by mesh: how many of its own, from its first
    std::vector<std::uint32_t> order; ///< the same steps, what is missed most first
    Room used;
    Room wanted;         ///< of all steps that the views want
    bool short_ = false; ///< some of these are not among them
};

/// Gives `room` to the steps that are missed most: the error of what is drawn without them, in pixels as the views see it. What the
/// views want comes first, then a first step of everything, then, where looked `ahead`, what is next to be wanted. With more room
/// the largest error that is left never grows. `firstSteps`: of each mesh, and the end; `costs`: of each step.
[[nodiscard]] Plan distribute(std::span<const DetailStep> steps, std::span<const std::uint32_t> firstSteps,
                              std::span<const Room> costs, std::span<const MeshWant> wants, Room room, bool ahead = true);

} // namespace millwright::render
