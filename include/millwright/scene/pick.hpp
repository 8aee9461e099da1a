#pragma once

#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <memory>
#include <optional>
#include <span>

namespace millwright::scene {

/// World frame, metres. `direction` need not be of unit length, but not zero.
struct Ray {
    glm::dvec3 origin{0};
    glm::dvec3 direction{0, 0, -1};
};

/// Where a ray first meets the scene.
struct Hit {
    std::uint32_t node = none;
    std::uint32_t instance = none;
    std::uint32_t triangle = none; ///< of the instance's mesh; of a cooked one as `decode` puts them
    double distance = 0;           ///< metres from the ray's origin
    glm::dvec3 point{0};           ///< world frame
    glm::vec3 normal{0, 1, 0};     ///< of the triangle's plane, world frame, unit length, towards the ray's origin
};

/// Answers "what is under this ray" on the CPU, by hierarchies of boxes that all instances of a mesh share; nodes may move freely
/// between picks. Both faces of a triangle are met. Of cooked meshes a ray unpacks only the clusters that it comes close to before
/// it hits; at most 128 MiB of unpacked triangles are kept. A mesh that is not cooked is sorted when a ray first comes close to it
/// (about a second a million triangles). Points lie where cooking put the surface: see `decode`.
/// Lifetime: scene and geometry must outlive the picker and keep their meshes and instances. Thread: one at a time.
class Picker {
public:
    explicit Picker(const Scene& scene, std::span<const CookedGeometry> cooked = {});
    ~Picker();
    Picker(Picker&&) noexcept;
    Picker& operator=(Picker&&) noexcept;

    /// Builds every mesh's upper hierarchy now, a box a cluster, so that no pick has to wait for it.
    void prepare();
    /// Nearest hit. `worldFromNode` is parallel to the scene's nodes; `visible` too, and empty when all are (a hidden node's own
    /// geometry is passed through; its children are asked for themselves).
    [[nodiscard]] std::optional<Hit> pick(const Ray& ray, std::span<const glm::mat4> worldFromNode,
                                          std::span<const std::uint8_t> visible = {});
    /// With the nodes where the scene itself puts them.
    [[nodiscard]] std::optional<Hit> pick(const Ray& ray);

    struct Impl; ///< for scene's own sources
    [[nodiscard]] Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::scene
