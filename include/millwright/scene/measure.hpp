#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/scene/pick.hpp>
#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

/// Measuring in a scene as a plant engineer does with a tape and a protractor: take points at vertices, edges and faces, then read
/// lengths, distances, angles and clearances. World frame, metres, radians.
namespace millwright::scene {

enum class Feature : std::uint8_t { Vertex, Edge, Face };

/// A point taken on the surface, and the feature it lies on.
struct Snap {
    Feature feature = Feature::Face;
    std::uint32_t node = none;
    glm::dvec3 point{0};
    glm::dvec3 normal{0, 1, 0}; ///< of the face, or of one face at the edge or vertex; unit length, towards the eye
    glm::dvec3 from{0}, to{0};  ///< Edge: its ends. A straight edge is whole, however finely it is divided; a curve is its chords.
};

struct SnapOptions {
    double aperture = 0.01; ///< radians: how far from the ray a vertex or an edge is still caught
    bool vertices = true;
    bool edges = true; ///< with neither, faces only
};

/// Length of an edge; 0 for a vertex or a face.
[[nodiscard]] double edgeLength(const Snap& snap);
/// Angle between two faces' planes, two edges' lines, or an edge and a face's plane: 0…pi/2. Nothing where one is a vertex.
[[nodiscard]] std::optional<double> angleBetween(const Snap& a, const Snap& b);
/// Shortest distance between two faces' planes, two edges' lines, or an edge's line and a face's plane that are parallel within a
/// twentieth of a degree; nothing where they are not or one is a vertex.
[[nodiscard]] std::optional<double> parallelDistance(const Snap& a, const Snap& b);

/// The smallest distance between the surfaces of two parts, and where.
struct Clearance {
    double distance = 0; ///< 0: they touch or cut into each other
    glm::dvec3 from{0};  ///< on the first part
    glm::dvec3 to{0};    ///< on the second
};

/// Takes points and clearances. Features and hierarchies of a mesh are found when first needed and kept, shared by its instances.
/// An edge is where faces meet in an angle that the mesh shades as one (its normals differ), or where a surface ends; a vertex is
/// where edges end or turn. Finding a cooked mesh's edges decodes all of it, once; edges are kept within 64 MiB.
/// Lifetime: scene and geometry must outlive it and keep their meshes and instances. Thread: one at a time.
class Measurer {
public:
    explicit Measurer(const Scene& scene, std::span<const CookedGeometry> cooked = {});
    ~Measurer();
    Measurer(Measurer&&) noexcept;
    Measurer& operator=(Measurer&&) noexcept;

    /// Shares the hierarchies with this one's own questions.
    [[nodiscard]] Picker& picker();
    /// The vertex, else the edge, that the eye sees within the aperture around the ray, else the face it meets; nothing where there
    /// is nothing. `worldFromNode` and `visible` as for `Picker::pick`.
    [[nodiscard]] std::optional<Snap> snap(const Ray& ray, const SnapOptions& options, std::span<const glm::mat4> worldFromNode,
                                           std::span<const std::uint8_t> visible = {});
    /// Between what is drawn at the nodes of `first` and of `second` (a part is a node with all below it: see `subtree`), exact for
    /// the triangles as they are. A node in both counts for the first. Nothing where a part has no geometry. Errors: Cancelled.
    [[nodiscard]] Result<std::optional<Clearance>> clearance(std::span<const std::uint32_t> first,
                                                             std::span<const std::uint32_t> second,
                                                             std::span<const glm::mat4> worldFromNode,
                                                             const Progress& progress = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::scene
