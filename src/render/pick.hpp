#pragma once

#include "render/section_pass.hpp"

#include <millwright/render/renderer.hpp>

#include <array>
#include <optional>

namespace millwright::render {

/// Says which node is under one pixel: draws what a one-pixel-wide view through it sees into a one-pixel image, and reads that back
/// when the frame is done. Costs nothing in frames that do not ask.
class Picker {
public:
    [[nodiscard]] static Result<Picker> create(gpu::Device& device);

    /// The view through `pixel` of `view`, relative frame.
    [[nodiscard]] static glm::mat4 clipThroughPixel(const glm::mat4& clipFromRelative, glm::ivec2 pixel, gpu::Extent extent);
    /// `sections`: null where nothing is cut.
    void record(const Pass& pass, const DrawList& list, const glm::mat4& clipThrough, glm::ivec2 pixel, const View& view,
                gpu::Extent extent, std::optional<double> groundHeight, const SectionPick* sections);
    [[nodiscard]] std::optional<Pick> take(const gpu::Device& device);

private:
    struct Question {
        gpu::Buffer answer;
        const gpu::FrameInFlight* frame = nullptr; ///< null: nothing asked
        std::uint64_t order = 0;
        glm::ivec2 pixel{0};
        glm::dvec3 eye{0};
        glm::dvec3 direction{0};
        std::optional<double> groundHeight;
    };
    [[nodiscard]] static Pick answerOf(const Question& question);

    gpu::Pipeline pipeline_;
    gpu::Image image_;
    gpu::Image depth_;
    std::array<Question, gpu::framesInFlight> questions_;
    std::uint64_t asked_ = 0;
};

} // namespace millwright::render
