#include <algorithm>
#include <app/labels.hpp>
#include <tuple>

namespace millwright::app {

std::optional<glm::vec2> pixelOf(const render::View& view, glm::dvec3 point, glm::vec2 size) {
    const glm::vec3 relative{point - view.eye};
    const glm::vec4 clip = view.clipFromView * glm::vec4{glm::mat3{view.viewFromWorldRotation} * relative, 1};
    if (clip.w <= 0) return std::nullopt;
    return (glm::vec2{clip} / clip.w * 0.5f + 0.5f) * size;
}

Result<std::span<const render::Label>> Labels::arrange(std::span<const twin::SceneLabel> labels, const render::View& view,
                                                       gpu::Extent picture, render::Renderer& renderer, const Wishes& wishes) {
    const glm::vec2 size{picture.width, picture.height};
    candidates_.clear();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i].text == unknownText || labels[i].text.empty()) continue;
        const bool emphasised = wishes.emphasised != noEquipment && labels[i].equipment == wishes.emphasised;
        if (!emphasised && i < wishes.seen.size() && wishes.seen[i] == 0) continue;
        const glm::dvec3 anchor = wishes.place ? wishes.place(labels[i]) : labels[i].position;
        candidates_.push_back({i, anchor, glm::distance(anchor, view.eye), emphasised});
    }
    std::ranges::sort(candidates_, {}, [](const Candidate& c) { return std::tuple{!c.emphasised, c.distance, c.label}; });
    requests_.clear();
    std::erase_if(candidates_, [&](const Candidate& c) { return !pixelOf(view, c.anchor, size); });
    for (const Candidate& c : candidates_) {
        const auto box = renderer.labelSize(labels[c.label].text, wishes.height);
        if (!box) return std::unexpected(box.error());
        requests_.push_back({*pixelOf(view, c.anchor, size), *box});
    }
    const glm::vec2 margin{wishes.height / 4};
    ui::placeLabels(requests_, {}, {margin, size - margin}, wishes.height / 2, places_);
    arranged_.clear();
    texts_.resize(candidates_.size());
    for (std::size_t i = candidates_.size(); i-- > 0;) { // the nearest last, over the others
        if (!places_[i].shown) continue;
        texts_[i] = labels[candidates_[i].label].text;
        arranged_.push_back({.anchor = candidates_[i].anchor,
                             .corner = places_[i].box.min - requests_[i].anchor,
                             .text = texts_[i],
                             .emphasised = candidates_[i].emphasised});
    }
    return arranged_;
}

} // namespace millwright::app
