#include "cad/assimp/zip.hpp"
#include "cad/finish_mesh.hpp"
#include "cad/wire.hpp"

#include <millwright/core/hash.hpp>
#include <millwright/scene/find.hpp>
#include <millwright/scene/serialise.hpp>

#include <cstdlib>
#include <cstring>

/// Everything of ours that takes model bytes from outside: the serialised scene (with its checksum put right, so that the lists
/// behind it are reached), the import worker's answer, the repair of meshes, ZIP directories. Assimp's parsers are not fuzzed in
/// this process: they do crash, which is why they run in a worker.
namespace {

using namespace millwright;

void require(bool held) {
    if (!held) std::abort();
}

void readScene(std::span<const std::byte> bytes) {
    std::vector<std::byte> whole{bytes.begin(), bytes.end()};
    const Digest checksum = digest(whole);
    for (const std::uint64_t word : {checksum.high, checksum.low}) {
        const auto part = std::as_bytes(std::span{&word, 1});
        whole.insert(whole.end(), part.begin(), part.end());
    }
    const auto scene = scene::deserialise(whole);
    if (!scene) return;
    require(scene::validate(*scene).has_value());
    require(scene::serialise(*scene).size() > 0);
    static_cast<void>(scene->bounds());
}

void repairMesh(std::span<const std::byte> bytes) {
    cad::RawMesh raw;
    const std::size_t vertices = std::min<std::size_t>(bytes.size() / 24, 64);
    if (vertices == 0) return;
    raw.positions.resize(vertices);
    raw.uvs.resize(vertices);
    raw.normals.resize(vertices / 2 * 2 == vertices ? vertices : 0);
    std::memcpy(raw.positions.data(), bytes.data(), vertices * sizeof(glm::vec3));
    std::memcpy(raw.uvs.data(), bytes.data() + vertices * sizeof(glm::vec3), vertices * sizeof(glm::vec2));
    if (!raw.normals.empty()) std::memcpy(raw.normals.data(), bytes.data(), vertices * sizeof(glm::vec3));
    for (const std::byte b : bytes) raw.indices.push_back(static_cast<std::uint32_t>(b) & 63u);
    cad::Repairs repairs;
    scene::Scene scene;
    scene.meshes.push_back(cad::finishMesh(std::move(raw), {.tangents = true}, repairs));
    require(scene::validate(scene).has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto bytes = std::as_bytes(std::span{data + 1, size - 1});
    switch (data[0] % 4) {
    case 0: readScene(bytes); break;
    case 1: static_cast<void>(cad::readAnswer(bytes)); break;
    case 2: repairMesh(bytes); break;
    case 3: require(cad::headOfZipEntry(bytes, ".model", 4096).size() <= 4096); break;
    default: break;
    }
    return 0;
}
