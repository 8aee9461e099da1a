#include "render/features.hpp"

#include <format>

namespace millwright::render {

Result<Quality> parseQuality(std::string_view text) {
    if (text == "auto") return Quality::Auto;
    if (text == "low") return Quality::Low;
    if (text == "medium") return Quality::Medium;
    if (text == "high") return Quality::High;
    return failure(ErrorCode::Malformed, std::format("'{}' is no quality: say auto, low, medium or high", text));
}

Features featuresOf(Quality quality) {
    switch (quality) {
    case Quality::Auto:
    case Quality::High: return {};
    case Quality::Medium:
        return {.occlusionScale = 2,
                .occlusionSlices = 2,
                .occlusionSteps = 3,
                .shadowSize = 2048,
                .cascades = 1,
                .shadowTaps = 1,
                .pixelError = 0.5f};
    case Quality::Low:
        return {.samples = VK_SAMPLE_COUNT_1_BIT,
                .deferred = true,
                .occlusionScale = 0,
                .shadowSize = 1024,
                .cascades = 1,
                .shadowTaps = 1,
                .minimumPixels = 2,
                .pixelError = 1.5f};
    }
    return {};
}

std::string describe(Quality quality) {
    switch (quality) {
    case Quality::Auto: return "auto: high on a GPU, low on a CPU driver";
    case Quality::High: return "high: 4x multisampling, ambient occlusion, up to 3 shadow cascades of 2048 with 3x3 soft taps";
    case Quality::Medium: return "medium: 4x multisampling, ambient occlusion at half size, 1 shadow cascade of 2048 with 1 tap, 61 m around the eye";
    case Quality::Low:
        return "low: no multisampling, no ambient occlusion, 1 shadow cascade of 1024 with 1 tap, 30 m around the eye, each "
               "pixel lit once, surfaces within 1.5 pixels";
    }
    return {};
}

} // namespace millwright::render
