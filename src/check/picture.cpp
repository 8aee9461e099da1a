#include <millwright/check/picture.hpp>

#include <glm/glm.hpp>

#include <array>
#include <cmath>
#include <format>
#include <vector>

namespace millwright::check {
namespace {

constexpr float threshold = 0.04f;

/// sRGB byte -> linear light (IEC 61966-2-1).
std::array<float, 256> linearTable() {
    std::array<float, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double s = static_cast<double>(i) / 255;
        table[i] = static_cast<float>(s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4));
    }
    return table;
}

glm::vec3 oklab(glm::vec3 rgb) {
    const float l = std::cbrt(0.4122214708f * rgb.r + 0.5363325363f * rgb.g + 0.0514459929f * rgb.b);
    const float m = std::cbrt(0.2119034982f * rgb.r + 0.6806995451f * rgb.g + 0.1073969566f * rgb.b);
    const float s = std::cbrt(0.0883024619f * rgb.r + 0.2817188376f * rgb.g + 0.6299787005f * rgb.b);
    return {0.2104542553f * l + 0.7936177850f * m - 0.0040720468f * s, 1.9779984951f * l - 2.4285922050f * m + 0.4505937099f * s,
            0.0259040371f * l + 0.7827717662f * m - 0.8086757660f * s};
}

/// Every pixel in Oklab, the mean light of its 3 x 3 neighbourhood; at the edges the pixels that are there.
std::vector<glm::vec3> perceived(const PngImage& image) {
    static const std::array<float, 256> linear = linearTable();
    const auto width = static_cast<int>(image.width), height = static_cast<int>(image.height);
    std::vector<glm::vec3> result(image.rgba.size() / 4);
    const auto light = [&](int x, int y) {
        const std::uint8_t* pixel = &image.rgba[4 * (static_cast<std::size_t>(y) * image.width + static_cast<std::size_t>(x))];
        return glm::vec3{linear[pixel[0]], linear[pixel[1]], linear[pixel[2]]};
    };
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            glm::vec3 sum{0};
            int count = 0;
            for (int v = std::max(0, y - 1); v <= std::min(height - 1, y + 1); ++v) {
                for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u, ++count) sum += light(u, v);
            }
            result[static_cast<std::size_t>(y) * image.width + static_cast<std::size_t>(x)] =
                oklab(sum / static_cast<float>(count));
        }
    }
    return result;
}

} // namespace

Result<PictureDifference> comparePictures(const PngImage& drawn, const PngImage& reference) {
    if (drawn.width != reference.width || drawn.height != reference.height) {
        return failure(ErrorCode::Invalid,
                       std::format("drawn {} x {} pixels, but the reference has {} x {}; give 'size' in the check", drawn.width,
                                   drawn.height, reference.width, reference.height));
    }
    const std::vector<glm::vec3> a = perceived(drawn), b = perceived(reference);
    PictureDifference result;
    result.highlight = drawn;
    std::size_t different = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::uint8_t* pixel = &result.highlight.rgba[4 * i];
        if (glm::distance(a[i], b[i]) > threshold) {
            ++different;
            pixel[0] = 230, pixel[1] = 0, pixel[2] = 160;
        } else {
            const int grey = 170 + (pixel[0] + pixel[1] + pixel[2]) / 9;
            pixel[0] = pixel[1] = pixel[2] = static_cast<std::uint8_t>(std::min(grey, 255));
        }
        pixel[3] = 255;
    }
    result.share = a.empty() ? 0 : static_cast<double>(different) / static_cast<double>(a.size());
    return result;
}

} // namespace millwright::check
