#include "cad/assimp/images.hpp"

#include "cad/assimp/files.hpp"

#include <millwright/core/mapped_file.hpp>

#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <stb_image.h>

namespace millwright::cad {

namespace {

constexpr int largestSide = 16384;
constexpr std::uint64_t mostPixelBytes = std::uint64_t{2} << 30; ///< of all images of one model

struct FreePixels {
    void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

/// Width and height of an encoded image, read from its header. Errors: words that complete "image … cannot be used: ".
Result<glm::ivec2> sizeOf(std::span<const std::byte> encoded) {
    int width = 0;
    int height = 0;
    int channels = 0;
    if (encoded.size() > INT32_MAX) return failure(ErrorCode::ResourceLimit, "the file is larger than 2 GiB");
    const auto* data = reinterpret_cast<const stbi_uc*>(encoded.data());
    if (!stbi_info_from_memory(data, static_cast<int>(encoded.size()), &width, &height, &channels))
        return failure(ErrorCode::Unsupported, "it is broken or not PNG, JPEG, BMP, TGA or GIF: convert it to PNG");
    if (width < 1 || height < 1 || width > largestSide || height > largestSide)
        return failure(ErrorCode::ResourceLimit,
                       std::format("it is {}x{} pixels, and {} a side is the limit", width, height, largestSide));
    return glm::ivec2{width, height};
}

Result<scene::Image> decode(std::span<const std::byte> encoded) {
    const auto size = sizeOf(encoded);
    if (!size) return std::unexpected(size.error());
    int width = 0;
    int height = 0;
    int channels = 0;
    const auto* data = reinterpret_cast<const stbi_uc*>(encoded.data());
    const std::unique_ptr<stbi_uc, FreePixels> pixels{
        stbi_load_from_memory(data, static_cast<int>(encoded.size()), &width, &height, &channels, 4)};
    if (!pixels || width != size->x || height != size->y) return failure(ErrorCode::Malformed, "its data is broken");
    scene::Image image;
    image.width = static_cast<std::uint32_t>(width);
    image.height = static_cast<std::uint32_t>(height);
    image.pixels.assign(pixels.get(), pixels.get() + std::size_t{image.width} * image.height * 4);
    return image;
}

Result<scene::Image> fromTexels(const aiTexture& texture) {
    const std::uint64_t count = std::uint64_t{texture.mWidth} * texture.mHeight;
    if (texture.mWidth > largestSide || texture.mHeight > largestSide)
        return failure(ErrorCode::ResourceLimit, std::format("it is {}x{} pixels", texture.mWidth, texture.mHeight));
    scene::Image image;
    image.width = texture.mWidth;
    image.height = texture.mHeight;
    image.pixels.reserve(count * 4);
    for (std::uint64_t i = 0; i < count; ++i)
        for (const unsigned char channel : {texture.pcData[i].r, texture.pcData[i].g, texture.pcData[i].b, texture.pcData[i].a})
            image.pixels.push_back(channel);
    return image;
}

std::span<const std::byte> encodedBytes(const aiTexture& texture) {
    return {reinterpret_cast<const std::byte*>(texture.pcData), texture.mWidth};
}

} // namespace

std::uint32_t Images::use(const aiString& reference, bool srgb) {
    if (!enabled_ || reference.length == 0) return scene::none;
    const std::pair<std::string, bool> key{reference.C_Str(), srgb};
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    return known_[key] = load(key.first, srgb);
}

std::uint32_t Images::load(const std::string& reference, bool srgb) {
    Result<scene::Image> image;
    if (const aiTexture* embedded = source_.GetEmbeddedTexture(reference.c_str())) {
        image = embedded->mHeight == 0 ? decode(encodedBytes(*embedded)) : fromTexels(*embedded);
        if (image) image->name = embedded->mFilename.length > 0 ? embedded->mFilename.C_Str() : reference;
    } else {
        const auto path = findReferenced(model_.parent_path(), reference);
        if (!path) {
            findings_.warn("texture-missing", "image \"{}\" is not there: put it beside the model", reference);
            return scene::none;
        }
        const auto file = MappedFile::open(*path);
        image = file ? decode(file->bytes()) : std::unexpected(file.error());
        if (image) image->name = path->filename().string();
    }
    if (image && bytes_ + image->pixels.size() > mostPixelBytes)
        image = failure(ErrorCode::ResourceLimit, std::format("the model's images together exceed {} MiB", mostPixelBytes >> 20));
    if (!image) {
        findings_.warn("texture-unreadable", "image \"{}\" cannot be used: {}", reference, image.error().message);
        return scene::none;
    }
    image->srgb = srgb;
    bytes_ += image->pixels.size();
    bool hole = false;
    for (std::size_t i = 3; i < image->pixels.size(); i += 4) hole = hole || image->pixels[i] < 250;
    holes_.push_back(hole);
    images_.push_back(std::move(*image));
    return static_cast<std::uint32_t>(images_.size() - 1);
}

} // namespace millwright::cad
