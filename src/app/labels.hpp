#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/render/renderer.hpp>
#include <millwright/twin/plant_scene.hpp>
#include <millwright/ui/layout.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::app {

/// What a binding shows of a signal that has no value; it is no label.
inline constexpr std::string_view unknownText = "–";

/// Where a view shows a point of the world: pixels from the top left of a picture of `size`. Nothing for what is behind the eye.
[[nodiscard]] std::optional<glm::vec2> pixelOf(const render::View& view, glm::dvec3 point, glm::vec2 size);

/// A plant's texts for pictures that panels do not lie over: pictures of the command line, and the headset's. Thread: one.
class Labels {
public:
    struct Wishes {
        float height = 14;                                             ///< pixels an em
        EquipmentIndex emphasised = noEquipment;                       ///< its labels come first
        std::span<const std::uint8_t> seen = {};                       ///< 1 for each label that is not hidden; empty: all are seen
        std::function<glm::dvec3(const twin::SceneLabel&)> place = {}; ///< where it is; empty: at its position
    };
    /// Chooses places for what `view` sees of the scene's labels, none over another; what finds no room is left out, the farthest
    /// first. Valid until the next call, texts too. Errors: NotFound (no font is installed).
    [[nodiscard]] Result<std::span<const render::Label>> arrange(std::span<const twin::SceneLabel> labels, const render::View& view,
                                                                 gpu::Extent picture, render::Renderer& renderer,
                                                                 const Wishes& wishes);

private:
    struct Candidate {
        std::size_t label = 0;
        glm::dvec3 anchor{0};
        double distance = 0; ///< metres from the eye
        bool emphasised = false;
    };
    std::vector<Candidate> candidates_;
    std::vector<ui::LabelRequest> requests_;
    std::vector<ui::LabelPlace> places_;
    std::vector<std::string> texts_; ///< of what is arranged
    std::vector<render::Label> arranged_;
};

} // namespace millwright::app
