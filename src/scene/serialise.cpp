#include <millwright/core/hash.hpp>
#include <millwright/scene/find.hpp>
#include <millwright/scene/serialise.hpp>

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace millwright::scene {

namespace {

static_assert(std::endian::native == std::endian::little, "the arrays are written as they lie in memory");

constexpr std::string_view magic{"MWSCENE\n"};
constexpr std::uint32_t version = 1;
constexpr std::size_t digestBytes = 16;

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
    explicit Reader(std::span<const std::byte> bytes) : rest_{bytes} {}

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
        const auto data = bytes(size * sizeof(T));
        items.resize(data.size() / sizeof(T));
        if (!data.empty()) std::memcpy(items.data(), data.data(), data.size());
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
    bool good_ = true;
};

/// One list of fields for both directions: `Archive` is Writer (with const items) or Reader.
template <typename Archive>
void fields(Archive& a, auto& mesh)
    requires std::is_same_v<std::remove_cvref_t<decltype(mesh)>, Mesh>
{
    a.text(mesh.name);
    a.array(mesh.vertices);
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

template <typename T>
void list(Writer& writer, const std::vector<T>& items);
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

template <typename T>
void list(Writer& writer, const std::vector<T>& items) {
    writer.value(static_cast<std::uint64_t>(items.size()));
    for (const T& item : items) fields(writer, item);
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

} // namespace

Result<void> serialise(const Scene& scene, const ByteSink& sink) {
    Writer writer{sink};
    writer.bytes(std::as_bytes(std::span{magic}));
    writer.value(version);
    fields(writer, scene);
    if (!writer.finish())
        return failure(ErrorCode::Unreadable, "the scene could not be written: no space left, or the receiver has gone");
    return {};
}

std::vector<std::byte> serialise(const Scene& scene) {
    std::vector<std::byte> bytes;
    static_cast<void>(serialise(scene, [&](std::span<const std::byte> part) {
        bytes.insert(bytes.end(), part.begin(), part.end());
        return true;
    }));
    return bytes;
}

Result<Scene> deserialise(std::span<const std::byte> bytes) {
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
    Reader reader{content.subspan(headerBytes)};
    Scene scene;
    fields(reader, scene);
    if (!reader.good() || !reader.atEnd())
        return failure(ErrorCode::Malformed, "serialised scene is damaged: its lists do not fit its size");
    if (auto ok = validate(scene); !ok) return std::unexpected(ok.error());
    return scene;
}

} // namespace millwright::scene
