#include <millwright/scene/cooked.hpp>

#include <array>
#include <bit>
#include <cstring>
#include <unordered_map>

namespace millwright::scene {
namespace {

/// All bytes of a vertex, to find equal ones.
struct Key {
    std::array<std::uint32_t, 7> words{};
    friend bool operator==(const Key&, const Key&) = default;
};
struct KeyHash {
    std::size_t operator()(const Key& key) const {
        std::uint64_t hash = 0;
        for (const std::uint32_t word : key.words) hash = (std::rotl(hash, 23) ^ word) * 0x9E37'79B9'7F4A'7C15u;
        return hash ^ hash >> 32;
    }
};

glm::vec4 perpendicular(glm::vec3 normal) {
    const glm::vec3 other = std::abs(normal.x) < 0.8f ? glm::vec3{1, 0, 0} : glm::vec3{0, 1, 0};
    return {glm::normalize(other - normal * glm::dot(other, normal)), 1};
}

class Decoder {
public:
    Decoder(const CookedGeometry& geometry, const CookedMesh& cooked) : geometry_{geometry}, cooked_{cooked} {
        mesh_.bounds = cooked.bounds;
    }
    void add(const Cluster& cluster) {
        for (std::uint32_t t = 0; t < cluster.triangleCount; ++t) {
            const std::uint32_t packed = geometry_.triangles[cluster.firstTriangle + t];
            for (const int shift : {0, 8, 16}) mesh_.indices.push_back(vertex(cluster.firstVertex + (packed >> shift & 255u)));
        }
    }
    Mesh take() { return std::move(mesh_); }

private:
    std::uint32_t vertex(std::uint32_t index) {
        const CookedVertex& from = geometry_.vertices[index];
        Key key{{from.position[0], from.position[1], from.normal}};
        const bool attributed = cooked_.firstAttributes != none;
        CookedAttributes attributes{};
        if (attributed) {
            attributes = geometry_.attributes[cooked_.firstAttributes + index];
            std::memcpy(&key.words[3], &attributes, sizeof attributes);
        }
        const auto [entry, fresh] = known_.try_emplace(key, static_cast<std::uint32_t>(mesh_.vertices.size()));
        if (!fresh) return entry->second;
        Vertex& to = mesh_.vertices.emplace_back();
        to.position = position(cooked_, from);
        to.normal = unpackOctahedral(from.normal);
        to.tangent = perpendicular(to.normal);
        mesh_.bounds.include(to.position);
        if (attributed) {
            to.uv = {attributes.uv[0], attributes.uv[1]};
            to.tangent = glm::vec4{unpackOctahedral(attributes.tangent & ~1u), (attributes.tangent & 1u) != 0 ? -1.0f : 1.0f};
            mesh_.colours.push_back(std::bit_cast<std::array<std::uint8_t, 4>>(attributes.colour));
        }
        return entry->second;
    }

    const CookedGeometry& geometry_;
    const CookedMesh& cooked_;
    Mesh mesh_;
    std::unordered_map<Key, std::uint32_t, KeyHash> known_;
};

} // namespace

std::span<const Cluster> finestClusters(const CookedGeometry& geometry, std::uint32_t mesh) {
    const CookedMesh& cooked = geometry.meshes[mesh];
    if (cooked.levelCount == 0) return {};
    const ClusterLevel& finest = geometry.levels[cooked.firstLevel];
    return geometry.clusters.subspan(finest.firstCluster, finest.clusterCount);
}

Mesh decode(const CookedGeometry& geometry, std::uint32_t mesh) {
    Decoder decoder{geometry, geometry.meshes[mesh]};
    for (const Cluster& cluster : finestClusters(geometry, mesh)) decoder.add(cluster);
    return decoder.take();
}

} // namespace millwright::scene
