#include <millwright/scene/find.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <span>

namespace millwright::scene {

namespace {

template <typename... Args>
std::unexpected<Error> wrong(std::format_string<Args...> format, Args&&... args) {
    return failure(ErrorCode::Invalid, "scene is not valid: " + std::format(format, std::forward<Args>(args)...));
}

/// Sums hide no NaN or infinity: one non-finite term makes the sum non-finite. (Finite terms cannot overflow a double here.)
bool allFinite(std::span<const float> numbers) {
    double sum = 0;
    for (const float number : numbers) sum += std::abs(static_cast<double>(number));
    return std::isfinite(sum);
}

template <typename T>
bool allFinite(const T& value) {
    return allFinite(std::span{reinterpret_cast<const float*>(&value), sizeof(T) / sizeof(float)});
}

Result<void> validateMesh(const Mesh& mesh, std::size_t i) {
    if (mesh.indices.size() % 3 != 0)
        return wrong("mesh {} \"{}\" has {} indices, not three a triangle", i, mesh.name, mesh.indices.size());
    const auto last = std::ranges::max_element(mesh.indices);
    if (last != mesh.indices.end() && *last >= mesh.vertices.size())
        return wrong("mesh {} \"{}\" uses vertex {} of {}", i, mesh.name, *last, mesh.vertices.size());
    if (!mesh.colours.empty() && mesh.colours.size() != mesh.vertices.size())
        return wrong("mesh {} \"{}\" has {} colours for {} vertices", i, mesh.name, mesh.colours.size(), mesh.vertices.size());
    const auto* numbers = reinterpret_cast<const float*>(mesh.vertices.data());
    if (!allFinite(std::span{numbers, mesh.vertices.size() * (sizeof(Vertex) / sizeof(float))}))
        return wrong("mesh {} \"{}\" has a vertex that is not a number", i, mesh.name);
    for (const Vertex& vertex : mesh.vertices)
        if (glm::any(glm::lessThan(vertex.position, mesh.bounds.min)) ||
            glm::any(glm::greaterThan(vertex.position, mesh.bounds.max)))
            return wrong("mesh {} \"{}\" has a vertex outside its bounds", i, mesh.name);
    if (!mesh.bounds.empty() && !allFinite(mesh.bounds))
        return wrong("mesh {} \"{}\" has bounds that are not numbers", i, mesh.name);
    return {};
}

Result<void> validateMaterial(const Scene& scene, std::size_t i) {
    const Material& material = scene.materials[i];
    for (const std::uint32_t image : {material.baseColourImage, material.metallicRoughnessImage, material.normalImage,
                                      material.emissiveImage, material.occlusionImage})
        if (image != none && image >= scene.images.size())
            return wrong("material {} \"{}\" uses image {} of {}", i, material.name, image, scene.images.size());
    if (!allFinite(material.baseColour) || !allFinite(material.emissive) || !allFinite(material.metallic) ||
        !allFinite(material.roughness) || !allFinite(material.alphaCutoff))
        return wrong("material {} \"{}\" has a value that is not a number", i, material.name);
    if (material.alphaMode > AlphaMode::Blend) return wrong("material {} \"{}\" has an unknown alpha mode", i, material.name);
    return {};
}

} // namespace

Result<void> validate(const Scene& scene) {
    if (std::max({scene.meshes.size(), scene.materials.size(), scene.images.size(), scene.nodes.size()}) >= none)
        return wrong("more than {} of one kind", none);
    for (std::size_t i = 0; i < scene.images.size(); ++i) {
        const Image& image = scene.images[i];
        if (image.pixels.size() != std::size_t{image.width} * image.height * 4)
            return wrong("image {} \"{}\" of {}x{} has {} bytes", i, image.name, image.width, image.height, image.pixels.size());
    }
    for (std::size_t i = 0; i < scene.meshes.size(); ++i)
        if (auto ok = validateMesh(scene.meshes[i], i); !ok) return ok;
    for (std::size_t i = 0; i < scene.materials.size(); ++i)
        if (auto ok = validateMaterial(scene, i); !ok) return ok;
    for (std::size_t i = 0; i < scene.nodes.size(); ++i) {
        const Node& node = scene.nodes[i];
        if (node.parent != none && node.parent >= i)
            return wrong("node {} \"{}\" comes before its parent {}", i, node.name, node.parent);
        if (!allFinite(node.parentFromNode)) return wrong("node {} \"{}\" has a transform that is not a number", i, node.name);
    }
    for (std::size_t i = 0; i < scene.instances.size(); ++i) {
        const Instance& instance = scene.instances[i];
        if (instance.node >= scene.nodes.size() || instance.mesh >= scene.meshes.size() ||
            instance.material >= scene.materials.size())
            return wrong("instance {} points to node {}, mesh {}, material {}; there are {}, {}, {}", i, instance.node,
                         instance.mesh, instance.material, scene.nodes.size(), scene.meshes.size(), scene.materials.size());
        if (i > 0 && scene.instances[i - 1].node > instance.node) return wrong("instance {} is out of order", i);
    }
    return {};
}

} // namespace millwright::scene
