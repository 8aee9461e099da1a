#include "render/scene_store.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <format>
#include <numeric>
#include <tuple>

namespace millwright::render {
namespace {

/// Two 16-bit signed parts of the octahedral map of a unit vector (Cigolle et al. 2014).
std::uint32_t packOctahedral(glm::vec3 v) {
    const float sum = std::abs(v.x) + std::abs(v.y) + std::abs(v.z);
    if (!(sum > 0)) return packOctahedral({0, 1, 0});
    glm::vec2 p = glm::vec2{v.x, v.y} / sum;
    if (v.z < 0) {
        p = {(1 - std::abs(p.y)) * (p.x >= 0 ? 1.0f : -1.0f), (1 - std::abs(p.x)) * (p.y >= 0 ? 1.0f : -1.0f)};
    }
    const auto part = [](float x) {
        return static_cast<std::uint32_t>(
            static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lround(std::clamp(x, -1.0f, 1.0f) * 32767))));
    };
    return part(p.x) | part(p.y) << 16;
}

std::vector<GpuVertex> packVertices(const scene::Mesh& mesh, std::span<const std::uint32_t> order) {
    std::vector<GpuVertex> packed(mesh.vertices.size());
    const bool coloured = mesh.colours.size() == mesh.vertices.size();
    for (std::size_t i = 0; i < packed.size(); ++i) {
        const auto& v = mesh.vertices[i];
        const auto tangent = packOctahedral({v.tangent.x, v.tangent.y, v.tangent.z});
        packed[order[i]] = {.position = v.position,
                            .normal = packOctahedral(v.normal),
                            .tangent = (tangent & ~1u) | (v.tangent.w < 0 ? 1u : 0u),
                            .uv = v.uv,
                            .colour = coloured ? std::bit_cast<std::uint32_t>(mesh.colours[i]) : 0xFFFF'FFFFu};
    }
    return packed;
}

Result<void> checkScene(const scene::Scene& scene) {
    for (std::size_t i = 0; i < scene.instances.size(); ++i) {
        const auto& instance = scene.instances[i];
        if (instance.node >= scene.nodes.size() || instance.mesh >= scene.meshes.size() ||
            instance.material >= scene.materials.size()) {
            return failure(ErrorCode::Invalid, "an instance refers to a node, mesh or material that is not there",
                           std::format("instance {}", i));
        }
    }
    for (const auto& mesh : scene.meshes) {
        const auto beyond = [&](std::uint32_t index) { return index >= mesh.vertices.size(); };
        if (std::ranges::any_of(mesh.indices, beyond) || mesh.indices.size() % 3 != 0) {
            return failure(ErrorCode::Invalid, "a mesh's indices do not fit its vertices", std::format("mesh '{}'", mesh.name));
        }
    }
    for (const auto& image : scene.images) {
        if (image.width == 0 || image.height == 0 || image.pixels.size() != std::size_t{4} * image.width * image.height) {
            return failure(ErrorCode::Invalid, "an image's pixels do not fit its size", std::format("image '{}'", image.name));
        }
    }
    return {};
}

Result<void> uploadMeshes(gpu::Device& device, gpu::Upload& upload, const scene::Scene& scene, SceneStore& store) {
    const auto lods = buildLods(scene);
    std::size_t vertexCount = 0, indexCount = 0;
    for (std::size_t i = 0; i < lods.size(); ++i) {
        vertexCount += scene.meshes[i].vertices.size();
        indexCount += lods[i].indices.size();
    }
    if (vertexCount > 0x7FFF'FFFF || indexCount > 0xFFFF'FFFF) {
        return failure(ErrorCode::ResourceLimit, std::format("{} vertices are more than one scene may have", vertexCount));
    }
    auto vertices = gpu::Buffer::create(device, vertexCount * sizeof(GpuVertex), gpu::BufferUse::Static, "scene vertices");
    if (!vertices) return std::unexpected(vertices.error());
    auto indices = gpu::Buffer::create(device, indexCount * sizeof(std::uint32_t), gpu::BufferUse::Static, "scene indices");
    if (!indices) return std::unexpected(indices.error());
    std::size_t vertexAt = 0, indexAt = 0;
    for (std::size_t i = 0; i < lods.size(); ++i) {
        const auto& mesh = scene.meshes[i];
        const auto packed = packVertices(mesh, lods[i].vertexOrder);
        auto done = upload.toBuffer(*vertices, vertexAt * sizeof(GpuVertex), std::as_bytes(std::span{packed}));
        if (done) done = upload.toBuffer(*indices, indexAt * sizeof(std::uint32_t), std::as_bytes(std::span{lods[i].indices}));
        if (!done) return done;
        store.meshes.push_back({.firstLevel = static_cast<std::uint32_t>(store.levels.size()),
                                .levelCount = static_cast<std::uint32_t>(lods[i].levels.size()),
                                .vertexOffset = static_cast<std::int32_t>(vertexAt)});
        for (Lod level : lods[i].levels) {
            level.firstIndex += static_cast<std::uint32_t>(indexAt);
            store.levels.push_back(level);
        }
        scene::Aabb box;
        for (const auto& v : mesh.vertices) box.include(v.position);
        const glm::vec3 centre = box.empty() ? glm::vec3{0} : box.centre();
        store.meshSpheres.emplace_back(centre, box.empty() ? 0.0f : glm::length(box.size()) * 0.5f);
        vertexAt += mesh.vertices.size();
        indexAt += lods[i].indices.size();
    }
    store.vertices = std::move(*vertices);
    store.indices = std::move(*indices);
    return {};
}

Result<void> uploadImages(gpu::Device& device, gpu::Upload& upload, const scene::Scene& scene, SceneStore& store) {
    for (const auto& image : scene.images) {
        auto made = gpu::Image::create(
            device,
            {.format = image.srgb ? VK_FORMAT_R8G8B8A8_SRGB : VK_FORMAT_R8G8B8A8_UNORM,
             .extent = {image.width, image.height},
             .mips = static_cast<std::uint32_t>(std::bit_width(std::max(image.width, image.height))),
             .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
            "texture " + image.name);
        if (!made) return std::unexpected(made.error());
        if (auto done = upload.toImage(*made, std::as_bytes(std::span{image.pixels})); !done) return done;
        store.images.push_back(std::move(*made));
    }
    return {};
}

Result<void> uploadMaterials(gpu::Device& device, gpu::Upload& upload, const scene::Scene& scene, SceneStore& store) {
    const auto place = [&](std::uint32_t image) { return image < store.images.size() ? store.images[image].heapIndex() : noImage; };
    std::vector<GpuMaterial> packed;
    packed.reserve(scene.materials.size());
    for (const auto& m : scene.materials) {
        std::uint32_t flags = materialVertexColours; // white where a mesh has none
        if (m.alphaMode == scene::AlphaMode::Mask) flags |= materialMasked;
        if (m.alphaMode == scene::AlphaMode::Blend) flags |= materialBlended;
        if (m.doubleSided) flags |= materialDoubleSided;
        packed.push_back({.baseColour = m.baseColour,
                          .emissive = m.emissive,
                          .metallic = m.metallic,
                          .roughness = m.roughness,
                          .alphaCutoff = m.alphaCutoff,
                          .flags = flags,
                          .baseColourImage = place(m.baseColourImage),
                          .metallicRoughnessImage = place(m.metallicRoughnessImage),
                          .normalImage = place(m.normalImage),
                          .emissiveImage = place(m.emissiveImage),
                          .occlusionImage = place(m.occlusionImage)});
    }
    auto buffer = gpu::Buffer::create(device, packed.size() * sizeof(GpuMaterial), gpu::BufferUse::Static, "scene materials");
    if (!buffer) return std::unexpected(buffer.error());
    store.materials = std::move(*buffer);
    return upload.toBuffer(store.materials, 0, std::as_bytes(std::span{packed}));
}

bool isPlain(const scene::Material& m, const scene::Mesh& mesh) {
    const std::array images{m.baseColourImage, m.metallicRoughnessImage, m.normalImage, m.emissiveImage, m.occlusionImage};
    return mesh.colours.empty() && std::ranges::all_of(images, [](std::uint32_t image) { return image == scene::none; });
}

void sortInstances(const scene::Scene& scene, SceneStore& store) {
    for (const auto& i : scene.instances) {
        if (scene.meshes[i.mesh].indices.empty()) continue;
        const auto& material = scene.materials[i.material];
        const auto kind = material.alphaMode == scene::AlphaMode::Blend  ? SceneStore::Kind::Blended
                          : material.alphaMode == scene::AlphaMode::Mask ? SceneStore::Kind::Masked
                                                                         : SceneStore::Kind::Opaque;
        store.instances.push_back(
            {i.node, i.mesh, i.material, kind, material.doubleSided, isPlain(material, scene.meshes[i.mesh])});
    }
    std::ranges::stable_sort(store.instances, {}, [](const auto& i) { return std::tuple{i.kind, i.doubleSided, i.plain, i.mesh}; });
}

} // namespace

Result<SceneStore> SceneStore::create(gpu::Device& device, const scene::Scene& scene) {
    if (auto ok = checkScene(scene); !ok) return std::unexpected(ok.error());
    SceneStore store;
    gpu::Upload upload{device};
    auto done = uploadMeshes(device, upload, scene, store);
    if (done) done = uploadImages(device, upload, scene, store);
    if (done) done = uploadMaterials(device, upload, scene, store);
    if (done) done = upload.submit();
    if (!done) return std::unexpected(done.error());
    sortInstances(scene, store);
    store.restTransforms = scene.worldTransforms();
    store.bounds = scene.bounds();
    store.nodeCount = scene.nodes.size();
    return store;
}

} // namespace millwright::render
