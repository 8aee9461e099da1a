#include <millwright/core/hash.hpp>
#include <millwright/core/pages.hpp>
#include <millwright/scene/find.hpp>
#include <millwright/scene/serialise.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace millwright::scene {

namespace {

static_assert(std::endian::native == std::endian::little, "the arrays are written as they lie in memory");

constexpr std::string_view magic{"MWSCENE\n"};
constexpr std::uint32_t version = 2;
constexpr std::size_t digestBytes = 16;
constexpr std::size_t pieceBytes = 1 << 20; ///< large arrays are handled so many bytes at a time

// What is copied as raw bytes has no padding, so that equal scenes give equal bytes.
static_assert(std::has_unique_object_representations_v<Instance> && sizeof(Instance) == 12);
static_assert(sizeof(glm::mat4) == 64 && sizeof(Aabb) == 24);

class Writer {
public:
    explicit Writer(const ByteSink& sink) : sink_{sink} {}

    void bytes(std::span<const std::byte> data) {
        if (!good_ || data.empty()) return;
        hasher_.add(data);
        good_ = sink_(data);
    }
    template <typename T>
        requires std::is_trivially_copyable_v<T>
    void value(const T& v) {
        bytes(std::as_bytes(std::span{&v, 1}));
    }
    void flag(bool v) { value(static_cast<std::uint8_t>(v)); }
    void text(std::string_view text) {
        value(static_cast<std::uint64_t>(text.size()));
        bytes(std::as_bytes(std::span{text}));
    }
    template <typename T>
    void array(const std::vector<T>& items) {
        value(static_cast<std::uint64_t>(items.size()));
        bytes(std::as_bytes(std::span{items}));
    }
    /// Of a scene that is needed no longer.
    template <typename T>
    void array(std::vector<T>& items) {
        value(static_cast<std::uint64_t>(items.size()));
        for (auto rest = std::as_writable_bytes(std::span{items}); !rest.empty();) {
            const auto piece = rest.first(std::min(rest.size(), pieceBytes));
            bytes(piece);
            giveBackPages(piece);
            rest = rest.subspan(piece.size());
        }
        items = {};
    }
    [[nodiscard]] bool finish() {
        const Digest digest = hasher_.finish();
        const std::uint64_t words[2]{digest.high, digest.low};
        return good_ && sink_(std::as_bytes(std::span{words}));
    }

private:
    const ByteSink& sink_;
    Hasher hasher_;
    bool good_ = true;
};

/// Reads forward; after the first reading past the end every value is zero and every array empty, and `good` is false.
class Reader {
public:
    Reader(std::span<const std::byte> bytes, const BytesDone& done) : rest_{bytes}, done_{done} {}

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool atEnd() const { return rest_.empty(); }

    [[nodiscard]] std::span<const std::byte> bytes(std::uint64_t size) {
        if (!good_ || size > rest_.size()) {
            good_ = false;
            return {};
        }
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    template <typename T>
        requires std::is_trivially_copyable_v<T>
    void value(T& v) {
        if (const auto data = bytes(sizeof(T)); good_) std::memcpy(&v, data.data(), sizeof(T));
    }
    void flag(bool& v) {
        std::uint8_t byte = 0;
        value(byte);
        v = byte != 0;
    }
    void text(std::string& text) {
        const auto data = bytes(count(1));
        text.assign(reinterpret_cast<const char*>(data.data()), data.size());
    }
    template <typename T>
    void array(std::vector<T>& items) {
        const std::uint64_t size = count(sizeof(T));
        items.reserve(size);
        for (std::uint64_t i = 0; i < size && good_;) {
            const std::uint64_t some = std::min<std::uint64_t>(size - i, pieceBytes / sizeof(T));
            const auto data = bytes(some * sizeof(T));
            items.resize(items.size() + some);
            std::memcpy(&items[i], data.data(), data.size());
            done(data);
            i += some;
        }
    }
    void done(std::span<const std::byte> data) const {
        if (done_) done_(data);
    }
    /// A number of items that take at least `each` bytes, so that a wrong number is found before memory is asked for.
    [[nodiscard]] std::uint64_t count(std::size_t each) {
        std::uint64_t n = 0;
        value(n);
        if (n > rest_.size() / each) {
            good_ = false;
            return 0;
        }
        return n;
    }

private:
    std::span<const std::byte> rest_;
    const BytesDone& done_;
    bool good_ = true;
};

/// What a mesh's vertices have beside position and normal, which lie first.
struct VertexParts {
    static constexpr std::size_t tangentAt = offsetof(Vertex, tangent), uvAt = offsetof(Vertex, uv);
    static_assert(tangentAt == 24 && uvAt == 40 && sizeof(Vertex) == 48);
    bool tangents = false;
    bool uvs = false;

    [[nodiscard]] std::size_t bytes() const {
        return tangentAt + (tangents ? uvAt - tangentAt : 0) + (uvs ? sizeof(Vertex) - uvAt : 0);
    }
    /// Calls `copy(offset in a vertex, offset in what is written, bytes)` for each part.
    void forParts(const auto& copy) const {
        copy(std::size_t{0}, std::size_t{0}, tangents ? uvAt : tangentAt);
        if (uvs) copy(uvAt, tangents ? uvAt : tangentAt, sizeof(Vertex) - uvAt);
    }
};

/// `items` is const, or of a scene that is needed no longer.
void vertices(Writer& writer, auto& items) {
    const Vertex plain;
    VertexParts parts;
    for (const Vertex& vertex : items) {
        parts.tangents = parts.tangents || std::memcmp(&vertex.tangent, &plain.tangent, sizeof plain.tangent) != 0;
        parts.uvs = parts.uvs || std::memcmp(&vertex.uv, &plain.uv, sizeof plain.uv) != 0;
    }
    writer.flag(parts.tangents);
    writer.flag(parts.uvs);
    writer.value(static_cast<std::uint64_t>(items.size()));
    std::vector<std::byte> piece;
    for (std::size_t i = 0; i < items.size();) {
        const auto some = std::span{items}.subspan(i, std::min(items.size() - i, pieceBytes / sizeof(Vertex)));
        piece.resize(some.size() * parts.bytes());
        std::byte* to = piece.data();
        for (const Vertex& vertex : some) {
            parts.forParts([&](std::size_t from, std::size_t at, std::size_t size) {
                std::memcpy(to + at, reinterpret_cast<const std::byte*>(&vertex) + from, size);
            });
            to += parts.bytes();
        }
        writer.bytes(piece);
        if constexpr (!std::is_const_v<std::remove_reference_t<decltype(items)>>) giveBackPages(std::as_writable_bytes(some));
        i += some.size();
    }
    if constexpr (!std::is_const_v<std::remove_reference_t<decltype(items)>>) items = {};
}

void vertices(Reader& reader, std::vector<Vertex>& items) {
    VertexParts parts;
    reader.flag(parts.tangents);
    reader.flag(parts.uvs);
    const std::uint64_t size = reader.count(parts.bytes());
    items.reserve(size);
    for (std::uint64_t i = 0; i < size && reader.good();) {
        const std::uint64_t some = std::min<std::uint64_t>(size - i, pieceBytes / sizeof(Vertex));
        const auto data = reader.bytes(some * parts.bytes());
        items.resize(items.size() + some);
        for (const std::byte* from = data.data(); from != data.data() + data.size(); from += parts.bytes())
            parts.forParts([&, vertex = reinterpret_cast<std::byte*>(&items[i++])](
                               std::size_t to, std::size_t at, std::size_t bytes) { std::memcpy(vertex + to, from + at, bytes); });
        reader.done(data);
    }
}

/// One list of fields for both directions: `Archive` is Writer (with const items, or such as are needed no longer) or Reader.
template <typename Archive>
void fields(Archive& a, auto& mesh)
    requires std::is_same_v<std::remove_cvref_t<decltype(mesh)>, Mesh>
{
    a.text(mesh.name);
    vertices(a, mesh.vertices);
    a.array(mesh.indices);
    a.array(mesh.colours);
    a.value(mesh.bounds);
}

template <typename Archive>
void fields(Archive& a, auto& image)
    requires std::is_same_v<std::remove_cvref_t<decltype(image)>, Image>
{
    a.text(image.name);
    a.value(image.width);
    a.value(image.height);
    a.flag(image.srgb);
    a.array(image.pixels);
}

template <typename Archive>
void fields(Archive& a, auto& m)
    requires std::is_same_v<std::remove_cvref_t<decltype(m)>, Material>
{
    a.text(m.name);
    a.value(m.baseColour);
    a.value(m.emissive);
    a.value(m.metallic);
    a.value(m.roughness);
    a.value(m.alphaCutoff);
    a.value(m.alphaMode);
    a.flag(m.doubleSided);
    a.value(m.baseColourImage);
    a.value(m.metallicRoughnessImage);
    a.value(m.normalImage);
    a.value(m.emissiveImage);
    a.value(m.occlusionImage);
}

template <typename Archive>
void fields(Archive& a, auto& entry)
    requires std::is_same_v<std::remove_cvref_t<decltype(entry)>, Metadata::value_type>
{
    a.text(entry.first);
    a.text(entry.second);
}

void list(Writer& writer, auto& items);
template <typename T>
void list(Reader& reader, std::vector<T>& items);

template <typename Archive>
void fields(Archive& a, auto& node)
    requires std::is_same_v<std::remove_cvref_t<decltype(node)>, Node>
{
    a.text(node.name);
    a.value(node.parent);
    a.value(node.parentFromNode);
    list(a, node.metadata);
}

void list(Writer& writer, auto& items) {
    writer.value(static_cast<std::uint64_t>(items.size()));
    for (auto& item : items) fields(writer, item);
}

template <typename T>
void list(Reader& reader, std::vector<T>& items) {
    // Grown one by one: an item in memory is larger than the few bytes it may take in the file.
    const std::uint64_t count = reader.count(8);
    for (std::uint64_t i = 0; i < count && reader.good(); ++i) fields(reader, items.emplace_back());
}

template <typename Archive>
void fields(Archive& a, auto& scene)
    requires std::is_same_v<std::remove_cvref_t<decltype(scene)>, Scene>
{
    list(a, scene.meshes);
    list(a, scene.materials);
    list(a, scene.images);
    list(a, scene.nodes);
    a.array(scene.instances);
}

/// Of a const scene, or one that is needed no longer.
Result<void> writeScene(auto& scene, const ByteSink& sink) {
    Writer writer{sink};
    writer.bytes(std::as_bytes(std::span{magic}));
    writer.value(version);
    fields(writer, scene);
    if (!writer.finish())
        return failure(ErrorCode::Unreadable, "the scene could not be written: no space left, or the receiver has gone");
    return {};
}

} // namespace

Result<void> serialise(const Scene& scene, const ByteSink& sink) {
    return writeScene(scene, sink);
}

Result<void> serialise(Scene&& scene, const ByteSink& sink) {
    return writeScene(scene, sink);
}

std::vector<std::byte> serialise(const Scene& scene) {
    std::vector<std::byte> bytes;
    static_cast<void>(serialise(scene, [&](std::span<const std::byte> part) {
        bytes.insert(bytes.end(), part.begin(), part.end());
        return true;
    }));
    return bytes;
}

Result<Scene> deserialise(std::span<const std::byte> bytes, const BytesDone& done) {
    const std::size_t headerBytes = magic.size() + sizeof version;
    if (bytes.size() < headerBytes + digestBytes || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
        return failure(ErrorCode::Malformed, "these bytes are not a serialised scene");
    std::uint32_t found = 0;
    std::memcpy(&found, bytes.data() + magic.size(), sizeof found);
    if (found != version)
        return failure(ErrorCode::Unsupported, "serialised scene of version " + std::to_string(found) +
                                                   "; this program reads version " + std::to_string(version) +
                                                   ": import the model again");
    const auto content = bytes.first(bytes.size() - digestBytes);
    Digest expected;
    std::memcpy(&expected.high, bytes.data() + content.size(), sizeof expected.high);
    std::memcpy(&expected.low, bytes.data() + content.size() + sizeof expected.high, sizeof expected.low);
    if (digest(content) != expected) return failure(ErrorCode::Malformed, "serialised scene is damaged: its checksum does not fit");
    Reader reader{content.subspan(headerBytes), done};
    Scene scene;
    fields(reader, scene);
    if (!reader.good() || !reader.atEnd())
        return failure(ErrorCode::Malformed, "serialised scene is damaged: its lists do not fit its size");
    if (auto ok = validate(scene); !ok) return std::unexpected(ok.error());
    return scene;
}

} // namespace millwright::scene
