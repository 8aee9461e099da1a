#pragma once

#include <millwright/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace millwright {

/// 8-bit RGBA, sRGB, rows from the top.
struct PngImage {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgba;
};

/// Writes beside `path` and renames. `rgba` has width * height * 4 bytes. Errors: Unreadable (cannot write), Invalid (sizes
/// disagree).
[[nodiscard]] Result<void> writePng(const std::filesystem::path& path, std::uint32_t width, std::uint32_t height,
                                    std::span<const std::uint8_t> rgba);
/// Reads any PNG as 8-bit RGBA. Errors: NotFound, Unreadable, Malformed, ResourceLimit above 16384 pixels a side.
[[nodiscard]] Result<PngImage> readPng(const std::filesystem::path& path);

} // namespace millwright
