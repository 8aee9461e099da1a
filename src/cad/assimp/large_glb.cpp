#include "cad/assimp/large_glb.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace millwright::cad {
namespace {

using nlohmann::json;

// glTF 2.0, 3.6.2.2 (componentType), 3.7.2.1 (mode) and 4.4 (binary).
constexpr std::uint32_t glbMagic = 0x4654'6C67, jsonChunk = 0x4E4F'534A, binaryChunk = 0x004E'4942;
constexpr unsigned unsignedShort = 5123, unsignedInt = 5125, singleFloat = 5126, triangles = 4;

/// No model has a triangle like this one by chance: the number of the large mesh, then these.
constexpr std::array<float, 8> mark{-7.31e-13f, 4.177e17f, 9.03e-7f, 5.5511e11f, -1.7e-9f, 3.3e5f, -8.1234e14f, 6.6e-3f};

/// The two chunks of a file.
struct Chunks {
    std::span<const std::byte> json;
    std::size_t binaryAt = 0;
    std::size_t binaryBytes = 0;
};

std::uint32_t wordAt(std::span<const std::byte> bytes, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.subspan(at, sizeof word).data(), sizeof word);
    return word;
}

std::optional<Chunks> chunksOf(std::span<const std::byte> bytes) {
    if (bytes.size() < 28 || wordAt(bytes, 0) != glbMagic || wordAt(bytes, 4) != 2 || wordAt(bytes, 16) != jsonChunk) return {};
    const std::size_t jsonBytes = wordAt(bytes, 12), binaryHead = 20 + jsonBytes;
    if (jsonBytes % 4 != 0 || binaryHead + 8 > bytes.size() || wordAt(bytes, binaryHead + 4) != binaryChunk) return {};
    const Chunks chunks{bytes.subspan(20, jsonBytes), binaryHead + 8, wordAt(bytes, binaryHead)};
    return chunks.binaryAt + chunks.binaryBytes <= bytes.size() ? std::optional{chunks} : std::nullopt;
}

/// Where an accessor's elements are, if it is of this kind and lies within the binary chunk.
std::optional<LargeGlb::Elements> elementsOf(const json& model, std::size_t index, unsigned componentType, std::string_view type,
                                             std::size_t bytes, const Chunks& chunks) {
    const json& accessor = model.at("accessors").at(index);
    if (accessor.contains("sparse") || accessor.contains("extensions") || accessor.value("normalized", false) ||
        accessor.at("componentType").get<unsigned>() != componentType || accessor.at("type").get<std::string>() != type)
        return {};
    const json& view = model.at("bufferViews").at(accessor.at("bufferView").get<std::size_t>());
    if (view.contains("extensions") || view.at("buffer").get<std::size_t>() != 0) return {};
    constexpr std::uint64_t large = std::uint64_t{1} << 40; // sums of such numbers cannot overflow
    const auto count = accessor.at("count").get<std::uint64_t>(), offset = accessor.value("byteOffset", std::uint64_t{0}),
               viewOffset = view.value("byteOffset", std::uint64_t{0}), viewBytes = view.at("byteLength").get<std::uint64_t>(),
               stride = view.value("byteStride", std::uint64_t{bytes});
    if (count < 1 || count >= scene::none || offset > large || viewOffset > large || viewBytes > large || stride < bytes ||
        stride > 252)
        return {};
    if (offset + (count - 1) * stride + bytes > viewBytes || viewOffset + viewBytes > chunks.binaryBytes) return {};
    return LargeGlb::Elements{chunks.binaryAt + viewOffset + offset, stride, count, bytes};
}

/// A primitive that can be read past Assimp, and is worth it.
std::optional<LargeGlb::Primitive> largePrimitive(const json& model, const json& primitive, const Chunks& chunks) {
    if (primitive.value("mode", triangles) != triangles || primitive.contains("extensions") || primitive.contains("targets") ||
        !primitive.contains("indices"))
        return {};
    LargeGlb::Primitive large;
    const auto indices = primitive.at("indices").get<std::size_t>();
    const bool wide = model.at("accessors").at(indices).at("componentType").get<unsigned>() == unsignedInt;
    const auto corners = elementsOf(model, indices, wide ? unsignedInt : unsignedShort, "SCALAR", wide ? 4 : 2, chunks);
    if (!corners || corners->stride != corners->bytes || corners->count < LargeGlb::fewestCorners || corners->count % 3 != 0)
        return {};
    large.indices = *corners;
    for (const auto& [name, value] : primitive.at("attributes").items()) {
        const auto take = [&](LargeGlb::Elements& into, std::string_view type, std::size_t floats) {
            const auto found = elementsOf(model, value.get<std::size_t>(), singleFloat, type, floats * 4, chunks);
            if (found) into = *found;
            return found.has_value();
        };
        bool good = false;
        if (name == "POSITION") {
            good = take(large.positions, "VEC3", 3);
        } else if (name == "NORMAL") {
            good = take(large.normals, "VEC3", 3);
        } else if (name == "TANGENT") {
            good = take(large.tangents, "VEC4", 4);
        } else if (name.size() == 10 && name.starts_with("TEXCOORD_") && name[9] >= '0' && name[9] < '8') {
            const auto set = static_cast<std::size_t>(name[9] - '0');
            large.uvs.resize(std::max(large.uvs.size(), set + 1));
            good = take(large.uvs[set], "VEC2", 2);
        }
        if (!good) return {};
    }
    const auto fits = [&](const LargeGlb::Elements& e) { return e.count == 0 || e.count == large.positions.count; };
    if (large.positions.count == 0 || !fits(large.normals) || !fits(large.tangents) || !std::ranges::all_of(large.uvs, fits) ||
        (!large.uvs.empty() && large.uvs[0].count == 0))
        return {};
    return large;
}

/// All numbers below `value`: what extensions may refer to.
void collectNumbers(const json& value, std::set<std::size_t>& numbers) {
    if (value.is_number_unsigned()) numbers.insert(value.get<std::size_t>());
    if (value.is_structured())
        for (const json& part : value) collectNumbers(part, numbers);
}

/// Accessors that something refers to.
std::set<std::size_t> usedAccessors(const json& model) {
    std::set<std::size_t> used;
    for (const json& mesh : model.value("meshes", json::array()))
        for (const json& primitive : mesh.at("primitives"))
            for (const char* key : {"attributes", "indices", "targets", "extensions"})
                if (primitive.contains(key)) collectNumbers(primitive.at(key), used);
    for (const json& skin : model.value("skins", json::array()))
        if (skin.contains("inverseBindMatrices")) collectNumbers(skin.at("inverseBindMatrices"), used);
    for (const json& animation : model.value("animations", json::array()))
        for (const json& sampler : animation.value("samplers", json::array())) collectNumbers(sampler, used);
    for (const json& node : model.value("nodes", json::array()))
        if (node.contains("extensions")) collectNumbers(node.at("extensions"), used);
    return used;
}

std::set<std::size_t> usedViews(const json& model) {
    std::set<std::size_t> used;
    const json& accessors = model.at("accessors");
    for (const std::size_t i : usedAccessors(model)) {
        if (i >= accessors.size()) continue;
        if (accessors[i].contains("bufferView")) used.insert(accessors[i].at("bufferView").get<std::size_t>());
        if (accessors[i].contains("sparse"))
            for (const char* part : {"indices", "values"})
                used.insert(accessors[i].at("sparse").at(part).at("bufferView").get<std::size_t>());
    }
    for (const json& image : model.value("images", json::array()))
        if (image.contains("bufferView")) used.insert(image.at("bufferView").get<std::size_t>());
    return used;
}

template <typename T>
void append(std::string& text, const T& value) {
    text.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A file of `model` with a binary chunk of what is still used, and the triangles that stand for large meshes at its end.
std::string assemble(json& model, std::size_t marks, std::span<const std::byte> binary) {
    std::string data;
    const auto align = [&] { data.resize((data.size() + 7) / 8 * 8); };
    const auto used = usedViews(model);
    json& views = model.at("bufferViews");
    const std::size_t marksView = views.size() - 1;
    for (std::size_t i = 0; i < marksView; ++i) {
        json& view = views[i];
        if (view.at("buffer").get<std::size_t>() != 0) continue;
        const auto offset = view.value("byteOffset", std::size_t{0}), bytes = view.at("byteLength").get<std::size_t>();
        view["byteOffset"] = data.size();
        if (!used.contains(i)) {
            view["byteLength"] = 0;
        } else if (offset <= binary.size() && bytes <= binary.size() - offset) {
            data.append(reinterpret_cast<const char*>(binary.data()) + offset, bytes);
            align();
        } else {
            return {};
        }
    }
    views[marksView]["byteOffset"] = data.size();
    for (std::size_t i = 0; i < marks; ++i) {
        append(data, static_cast<float>(i));
        for (const float number : mark) append(data, number);
    }
    align();
    model.at("buffers").at(0)["byteLength"] = data.size();
    std::string text = model.dump();
    text.resize((text.size() + 3) / 4 * 4, ' ');
    std::string file;
    for (const std::uint64_t word :
         {std::uint64_t{glbMagic}, std::uint64_t{2}, 28 + text.size() + data.size(), text.size(), std::uint64_t{jsonChunk}})
        append(file, static_cast<std::uint32_t>(word));
    file += text;
    append(file, static_cast<std::uint32_t>(data.size()));
    append(file, binaryChunk);
    return file += data;
}

/// Calls `take` with every element in order and gives the file's pages back on the way.
void forElements(const MappedFile& file, const LargeGlb::Elements& elements, const auto& take) {
    constexpr std::size_t piece = 1 << 16;
    for (std::size_t i = 0; i < elements.count; ++i) {
        take(file.bytes().data() + elements.offset + i * elements.stride);
        if (i % piece == piece - 1)
            file.dropPages(elements.offset + (i + 1 - piece) * elements.stride, (piece + 1) * elements.stride);
    }
}

template <typename T>
std::vector<T> readAll(const MappedFile& file, const LargeGlb::Elements& elements) {
    std::vector<T> items;
    items.reserve(elements.count);
    forElements(file, elements, [&](const std::byte* from) { std::memcpy(&items.emplace_back(), from, sizeof(T)); });
    return items;
}

} // namespace

std::optional<LargeGlb> LargeGlb::open(const std::filesystem::path& path) {
    LargeGlb large;
    auto file = MappedFile::open(path);
    if (!file || file->size() < fewestCorners * 2) return {};
    large.file_ = std::move(*file);
    const auto chunks = chunksOf(large.file_.bytes());
    if (!chunks) return {};
    try {
        const auto* text = reinterpret_cast<const char*>(chunks->json.data());
        json model = json::parse(text, text + chunks->json.size());
        if (model.at("buffers").at(0).contains("uri")) return {};
        const std::size_t marksView = model.at("bufferViews").size();
        for (json& mesh : model.at("meshes"))
            for (json& primitive : mesh.at("primitives")) {
                auto found = largePrimitive(model, primitive, *chunks);
                if (!found) continue;
                primitive.erase("indices");
                primitive["attributes"] = {{"POSITION", model.at("accessors").size()}};
                model.at("accessors")
                    .push_back({{"bufferView", marksView},
                                {"byteOffset", large.primitives_.size() * (mark.size() + 1) * sizeof(float)},
                                {"componentType", singleFloat},
                                {"count", 3},
                                {"type", "VEC3"}});
                large.primitives_.push_back(std::move(*found));
            }
        if (large.primitives_.empty() || large.primitives_.size() >= 1 << 24) return {};
        model.at("bufferViews")
            .push_back({{"buffer", 0}, {"byteLength", large.primitives_.size() * (mark.size() + 1) * sizeof(float)}});
        large.standIn_ =
            assemble(model, large.primitives_.size(), large.file_.bytes().subspan(chunks->binaryAt, chunks->binaryBytes));
    } catch (const json::exception&) {
        return {};
    }
    return large.standIn_.empty() ? std::nullopt : std::optional{std::move(large)};
}

bool LargeGlb::isMark(const aiMesh& mesh) const {
    if (!mesh.mVertices || mesh.mNumVertices != 3 || mesh.mNumFaces != 1) return false;
    const aiVector3D* v = mesh.mVertices;
    return std::array{v[0].y, v[0].z, v[1].x, v[1].y, v[1].z, v[2].x, v[2].y, v[2].z} == mark && v[0].x >= 0 &&
           v[0].x < static_cast<float>(primitives_.size());
}

RawMesh LargeGlb::read(const aiMesh& mesh, unsigned uvSet, double metresPerUnit) const {
    const Primitive& large = primitives_[static_cast<std::size_t>(mesh.mVertices[0].x)];
    RawMesh raw;
    raw.indices.reserve(large.indices.count);
    forElements(file_, large.indices, [&](const std::byte* from) {
        std::uint32_t index = 0;
        std::memcpy(&index, from, large.indices.bytes); // little endian, as this machine is
        raw.indices.push_back(index);
    });
    if (!large.uvs.empty()) {
        raw.uvs = readAll<glm::vec2>(file_, large.uvs[uvSet < large.uvs.size() && large.uvs[uvSet].count > 0 ? uvSet : 0]);
        for (glm::vec2& uv : raw.uvs) uv.y = 1 - (1 - uv.y); // rounded as Assimp, which counts from the bottom, rounds it
    }
    raw.normals = readAll<glm::vec3>(file_, large.normals);
    if (!raw.normals.empty()) {
        raw.tangents = readAll<glm::vec4>(file_, large.tangents);
        for (std::size_t i = 0; i < raw.tangents.size(); ++i) {
            const glm::vec3 across = glm::cross(raw.normals[i], glm::vec3{raw.tangents[i]});
            raw.tangents[i].w = glm::dot(across, across * raw.tangents[i].w) < 0 ? -1.0f : 1.0f;
        }
    }
    raw.positions = readAll<glm::vec3>(file_, large.positions);
    for (glm::vec3& position : raw.positions) position = glm::vec3{glm::dvec3{position} * metresPerUnit};
    return raw;
}

} // namespace millwright::cad
