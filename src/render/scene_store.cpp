#include "render/scene_store.hpp"

#include "render/mesh_list.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <format>
#include <numeric>
#include <tuple>

namespace millwright::render {
namespace {

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

void sortInstances(const scene::Scene& scene, SceneStore& store) {
    for (const auto& i : scene.instances) {
        if (store.meshes[i.mesh].levelCount == 0) continue;
        const auto& material = scene.materials[i.material];
        const auto kind = material.alphaMode == scene::AlphaMode::Blend  ? SceneStore::Kind::Blended
                          : material.alphaMode == scene::AlphaMode::Mask ? SceneStore::Kind::Masked
                                                                         : SceneStore::Kind::Opaque;
        store.instances.push_back(
            {i.node, i.mesh, i.material, kind, material.doubleSided, store.meshes[i.mesh].plain && isPlain(material)});
    }
    std::ranges::stable_sort(store.instances, {}, [](const auto& i) { return std::tuple{i.kind, i.doubleSided, i.plain, i.mesh}; });
    const auto blended = std::ranges::find(store.instances, SceneStore::Kind::Blended, &SceneStore::Instance::kind);
    store.firstBlended = static_cast<std::size_t>(blended - store.instances.begin());
}

void listInstancesOfNodes(SceneStore& store) {
    store.firstOfNode.assign(store.nodeCount + 1, 0);
    for (const auto& i : store.instances) ++store.firstOfNode[i.node + 1];
    std::partial_sum(store.firstOfNode.begin(), store.firstOfNode.end(), store.firstOfNode.begin());
    store.instancesOfNode.resize(store.instances.size());
    auto next = store.firstOfNode;
    for (std::uint32_t i = 0; i < store.instances.size(); ++i) store.instancesOfNode[next[store.instances[i].node]++] = i;
}

} // namespace

bool isPlain(const scene::Material& m) {
    const std::array images{m.baseColourImage, m.metallicRoughnessImage, m.normalImage, m.emissiveImage, m.occlusionImage};
    return std::ranges::all_of(images, [](std::uint32_t image) { return image == scene::none; });
}

Result<SceneStore> SceneStore::describe(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked) {
    if (auto ok = checkScene(scene); !ok) return std::unexpected(ok.error());
    SceneStore store;
    if (auto ok = listMeshes(scene, cooked, store); !ok) return std::unexpected(ok.error());
    sortInstances(scene, store);
    store.restTransforms = scene.worldTransforms();
    store.bounds = scene.bounds();
    store.nodeCount = scene.nodes.size();
    listInstancesOfNodes(store);
    return store;
}

Result<void> SceneStore::upload(gpu::Device& device, const scene::Scene& scene) {
    gpu::Upload upload{device};
    auto done = uploadImages(device, upload, scene, *this);
    if (done) done = uploadMaterials(device, upload, scene, *this);
    return done ? upload.submit() : done;
}

} // namespace millwright::render
