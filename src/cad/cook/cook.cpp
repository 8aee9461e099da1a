#include "cad/cook/bounds.hpp"
#include "cad/cook/hierarchy.hpp"
#include <millwright/core/parallel.hpp>

#include <millwright/cad/cook.hpp>

#include <limits>
#include <mutex>

namespace millwright::cad {
namespace {

constexpr std::size_t largeTriangles = 1 << 17; ///< meshes of more are cooked one at a time, on all threads

struct CookedPart {
    scene::CookedMesh mesh; ///< `firstLevel` and `firstAttributes` not yet set
    Hierarchy hierarchy;
    std::vector<scene::CookedVertex> vertices;
    std::vector<scene::CookedAttributes> attributes; ///< parallel to `vertices`, or empty
};

/// What the materials a mesh is drawn with say about it.
struct MeshUse {
    bool textured = false;
    bool doubleSided = false;
};

std::vector<MeshUse> usesOf(const scene::Scene& scene) {
    std::vector<MeshUse> uses(scene.meshes.size());
    for (const scene::Instance& instance : scene.instances) {
        const scene::Material& m = scene.materials[instance.material];
        for (const auto image : {m.baseColourImage, m.metallicRoughnessImage, m.normalImage, m.emissiveImage, m.occlusionImage})
            uses[instance.mesh].textured |= image != scene::none;
        uses[instance.mesh].doubleSided |= m.doubleSided;
    }
    return uses;
}

bool isFlat(const scene::Mesh& mesh) {
    scene::Aabb box;
    for (const scene::Vertex& vertex : mesh.vertices) box.include(vertex.position);
    const glm::vec3 size = box.size();
    return std::min({size.x, size.y, size.z}) < 0.02f * std::max({size.x, size.y, size.z});
}

/// From the grid origin to the mesh's frame.
void place(const Welded& welded, CookedPart& part) {
    const auto shift = [&](glm::vec4& sphere) {
        const glm::vec3 moved = glm::vec3{sphere} + welded.gridOrigin;
        // What the sum rounds away is added to the radius, so that spheres still hold each other.
        const glm::vec3 size = glm::abs(welded.gridOrigin) + glm::abs(glm::vec3{sphere});
        sphere = {moved, sphere.w + 2 * std::numeric_limits<float>::epsilon() * std::max({size.x, size.y, size.z})};
    };
    for (scene::Cluster& cluster : part.hierarchy.clusters.clusters) {
        shift(cluster.bounds);
        shift(cluster.own);
        shift(cluster.parent);
    }
}

/// Spheres around spheres grow, in the end beyond the mesh. The mesh's own holds everything too, so those that stick out of it make
/// way for it, and still each group's sphere holds those of the groups it was made from.
void fitGroups(CookedPart& part) {
    const glm::vec4 whole = part.mesh.sphere;
    const auto fit = [&](glm::vec4& sphere) {
        if (glm::distance(glm::vec3{sphere}, glm::vec3{whole}) + sphere.w > whole.w) sphere = whole;
    };
    for (scene::Cluster& cluster : part.hierarchy.clusters.clusters) {
        fit(cluster.own);
        fit(cluster.parent);
    }
}

/// The box around the mesh, and the sphere about its middle.
void findBounds(const Welded& welded, unsigned threads, scene::CookedMesh& mesh) {
    std::mutex mutex;
    const auto forPlaces = [&](const auto& look) {
        parallelChunks(welded.positions.size(), 1 << 16, threads, [&](std::size_t first, std::size_t last) {
            look([&](const auto& place) {
                for (std::size_t i = first; i < last; ++i)
                    place(welded.gridOrigin + gridSteps(welded.positions[i]) * welded.gridStep);
            });
        });
    };
    forPlaces([&](const auto& each) {
        scene::Aabb box;
        each([&](glm::vec3 place) { box.include(place); });
        const std::lock_guard lock{mutex};
        mesh.bounds.include(box);
    });
    if (mesh.bounds.empty()) return;
    const glm::vec3 centre = mesh.bounds.centre();
    float radius = 0;
    forPlaces([&](const auto& each) {
        float own = 0;
        each([&](glm::vec3 place) { own = std::max(own, glm::distance(place, centre)); });
        const std::lock_guard lock{mutex};
        radius = std::max(radius, own);
    });
    mesh.sphere = {centre, radius * 1.00001f};
}

/// Calls `wasRead` when the mesh's triangles are needed no more.
template <typename WasRead>
CookedPart cookMesh(const scene::Mesh& mesh, MeshUse use, unsigned threads, const CookOptions& options, const WasRead& wasRead) {
    CookedPart part;
    part.mesh.triangles = static_cast<std::uint32_t>(mesh.triangles());
    const bool stays = mesh.triangles() <= options.sheetTriangles && (use.doubleSided || isFlat(mesh));
    const Welded welded = weld(mesh, use.textured || !mesh.colours.empty(), threads);
    wasRead();
    part.hierarchy = buildHierarchy(welded, !stays, threads, options.progress);
    part.mesh.gridOrigin = welded.gridOrigin;
    part.mesh.gridStep = welded.gridStep;
    part.mesh.levelCount = static_cast<std::uint32_t>(part.hierarchy.levels.size());
    const std::span<const std::uint32_t> vertices{part.hierarchy.clusters.vertices};
    part.vertices.resize(vertices.size());
    if (!welded.attributes.empty()) part.attributes.resize(vertices.size());
    parallelChunks(vertices.size(), 1 << 16, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            constexpr std::size_t ahead = 24;
            if (i + ahead < last) {
                welded.expectVertex(vertices[i + ahead]);
                welded.expectShading(vertices[i + ahead]);
                welded.expectPosition(welded.positionOf[vertices[i + ahead / 2]]);
            }
            const GridPoint point = welded.positions[welded.positionOf[vertices[i]]];
            part.vertices[i] = {{static_cast<std::uint32_t>(point), static_cast<std::uint32_t>(point >> 32)},
                                welded.normals[vertices[i]]};
            if (!part.attributes.empty()) part.attributes[i] = welded.attributes[vertices[i]];
        }
    });
    place(welded, part);
    findBounds(welded, threads, part.mesh);
    fitGroups(part);
    return part;
}

/// Appends; the first is taken over as it is, which saves the largest meshes a copy.
template <typename T>
void moveTo(std::vector<T>& all, std::vector<T>& part) {
    if (all.empty()) {
        all = std::move(part);
    } else {
        const std::size_t before = all.size();
        all.resize(before + part.size());
        std::ranges::copy(part, all.begin() + static_cast<std::ptrdiff_t>(before));
    }
}

/// Moves a part's arrays to the end of the whole.
Result<void> append(Cooked& cooked, CookedPart part) {
    const Clusters& own = part.hierarchy.clusters;
    if (cooked.vertices.size() + own.vertices.size() >= scene::none ||
        cooked.triangles.size() + own.triangles.size() >= scene::none)
        return failure(ErrorCode::ResourceLimit, "the model has more vertices than can be counted: split it into several files");
    const auto firstVertex = static_cast<std::uint32_t>(cooked.vertices.size());
    const auto firstTriangle = static_cast<std::uint32_t>(cooked.triangles.size());
    const auto firstCluster = static_cast<std::uint32_t>(cooked.clusters.size());
    part.mesh.firstLevel = static_cast<std::uint32_t>(cooked.levels.size());
    if (!part.attributes.empty()) {
        // One entry is left out where the difference would be the number that says there are none.
        if (static_cast<std::uint32_t>(cooked.attributes.size()) - firstVertex == scene::none) cooked.attributes.emplace_back();
        part.mesh.firstAttributes = static_cast<std::uint32_t>(cooked.attributes.size()) - firstVertex;
    }
    for (scene::ClusterLevel level : part.hierarchy.levels) {
        level.firstCluster += firstCluster;
        cooked.levels.push_back(level);
    }
    for (scene::Cluster cluster : own.clusters) {
        cluster.firstVertex += firstVertex;
        cluster.firstTriangle += firstTriangle;
        cooked.clusters.push_back(cluster);
    }
    moveTo(cooked.vertices, part.vertices);
    moveTo(cooked.triangles, part.hierarchy.clusters.triangles);
    moveTo(cooked.attributes, part.attributes);
    cooked.meshes.push_back(part.mesh);
    return {};
}

/// Calls `wasRead(mesh)` when a mesh's triangles are needed no more.
template <typename WasRead>
Result<Cooked> cookMeshes(const scene::Scene& scene, const CookOptions& options, const WasRead& wasRead) {
    const unsigned threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    const auto uses = usesOf(scene);
    std::vector<CookedPart> parts(scene.meshes.size());
    std::atomic<std::size_t> done{0};
    const double all = static_cast<double>(std::max<std::size_t>(1, scene.uniqueTriangles()));
    const auto cookOne = [&](std::size_t i, unsigned own) {
        if (options.progress.cancelled()) return;
        parts[i] = cookMesh(scene.meshes[i], uses[i], own, options, [&] { wasRead(i); });
        done += scene.meshes[i].triangles();
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (scene.meshes[i].triangles() <= largeTriangles) continue;
        options.progress(static_cast<double>(done) / all, "cook");
        cookOne(i, threads);
    }
    options.progress(static_cast<double>(done) / all, "cook");
    parallelFor(parts.size(), threads, [&](std::size_t i) {
        if (scene.meshes[i].triangles() <= largeTriangles) cookOne(i, 1);
    });
    if (options.progress.cancelled()) return failure(ErrorCode::Cancelled, "cooking was stopped");
    Cooked cooked;
    for (CookedPart& part : parts)
        if (auto ok = append(cooked, std::exchange(part, {})); !ok) return std::unexpected(ok.error());
    options.progress(1, "cook");
    return cooked;
}

} // namespace

Result<Cooked> cook(const scene::Scene& scene, const CookOptions& options) {
    return cookMeshes(scene, options, [](std::size_t) {});
}

Result<Cooked> cookTriangles(scene::Scene& scene, const CookOptions& options) {
    return cookMeshes(scene, options, [&](std::size_t i) {
        scene::Mesh& mesh = scene.meshes[i];
        mesh.cookedTriangles = static_cast<std::uint32_t>(mesh.triangles());
        mesh.vertices = std::vector<scene::Vertex>{}; // an empty list would leave the memory
        mesh.indices = std::vector<std::uint32_t>{};
        mesh.colours = std::vector<std::array<std::uint8_t, 4>>{};
    });
}

} // namespace millwright::cad
