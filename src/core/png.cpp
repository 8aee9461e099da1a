#include <millwright/core/mapped_file.hpp>
#include <millwright/core/png.hpp>

#include <format>
#include <png.h>

namespace millwright {
namespace {

constexpr std::uint32_t largestSide = 16384;

} // namespace

// libpng's simplified interface is used: it reports errors in the structure and never jumps or throws through our frames.

Result<void> writePng(const std::filesystem::path& path, std::uint32_t width, std::uint32_t height,
                      std::span<const std::uint8_t> rgba) {
    if (width == 0 || height == 0 || rgba.size() != std::size_t{4} * width * height) {
        return failure(ErrorCode::Invalid, std::format("{} bytes are no picture of {}x{} pixels", rgba.size(), width, height),
                       path.string());
    }
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGBA;
    image.flags = PNG_IMAGE_FLAG_FAST; // packing tightly takes as long as drawing
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::vector<std::byte> bytes(size);
    if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, rgba.data(), 0, nullptr)) {
        return failure(ErrorCode::Unreadable, std::format("the picture could not be packed: {}", image.message), path.string());
    }
    bytes.resize(size);
    return writeFile(path, std::span<const std::byte>{bytes});
}

Result<PngImage> readPng(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::unexpected(file.error());
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, file->bytes().data(), file->size())) {
        return failure(ErrorCode::Malformed, std::format("not a readable PNG: {}", image.message), path.string());
    }
    if (image.width > largestSide || image.height > largestSide) {
        png_image_free(&image);
        return failure(ErrorCode::ResourceLimit,
                       std::format("{}x{} pixels; {} a side can be read", image.width, image.height, largestSide), path.string());
    }
    image.format = PNG_FORMAT_RGBA;
    PngImage result{.width = image.width, .height = image.height, .rgba = {}};
    result.rgba.resize(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, nullptr, result.rgba.data(), 0, nullptr)) {
        return failure(ErrorCode::Malformed, std::format("the PNG is damaged: {}", image.message), path.string());
    }
    return result;
}

} // namespace millwright
