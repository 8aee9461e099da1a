#pragma once

#include "render/scene_store.hpp"

#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace millwright::render {

/// Grows without writing to what it adds: millions of vertices are filled in by several threads.
template <typename T>
struct LeaveUnset : std::allocator<T> {
    template <typename U>
    struct rebind {
        using other = LeaveUnset<U>;
    };
    template <typename U, typename... Args>
    void construct(U* at, Args&&... args) {
        if constexpr (sizeof...(Args) == 0)
            ::new (static_cast<void*>(at)) U;
        else
            ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
    }
};
template <typename T>
using LargeArray = std::vector<T, LeaveUnset<T>>;

/// All geometry of a scene as it is uploaded.
struct MeshArrays {
    LargeArray<GpuVertex> vertices;
    LargeArray<std::uint32_t> indices; ///< into all vertices
    std::vector<SceneStore::Mesh> meshes;
    std::vector<scene::ClusterLevel> levels;
    std::vector<scene::Cluster> clusters;
};

/// The scene's first meshes, from `cooked`. Errors: Invalid, for geometry that does not fit the scene or itself.
[[nodiscard]] Result<void> addCooked(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked, MeshArrays& arrays);
/// Meshes that are not there yet, each as one level that is drawn however far. Indices must be in range.
void addModelled(const scene::Scene& scene, MeshArrays& arrays);

} // namespace millwright::render
