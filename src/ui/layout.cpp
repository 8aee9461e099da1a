#include <millwright/ui/layout.hpp>

#include <algorithm>
#include <array>

namespace millwright::ui {
namespace {

constexpr float statusHeight = 26;
constexpr float minimumSide = 180, maximumSide = 560;
constexpr float minimumTimeline = 96, maximumTimeline = 260;
constexpr float minimumViewportHeight = 160;
constexpr float grabWidth = 6;

/// What a side panel gets of a window: more of a large one, unless the user chose.
float roomy(float chosen, float untouched, float share, float most) {
    return chosen == untouched ? std::clamp(share, untouched, most) : chosen;
}

Splits limited(Splits splits) {
    splits.tree = std::clamp(splits.tree, minimumSide, maximumSide);
    splits.inspector = std::clamp(splits.inspector, minimumSide, maximumSide);
    splits.timeline = std::clamp(splits.timeline, minimumTimeline, maximumTimeline);
    return splits;
}

} // namespace

Layout computeLayout(glm::vec2 window, const Splits& wanted, float scale) {
    const glm::vec2 logical = window / scale;
    Splits splits = wanted;
    splits.tree = roomy(wanted.tree, Splits{}.tree, logical.x * 0.135f, 380);
    splits.inspector = roomy(wanted.inspector, Splits{}.inspector, logical.x * 0.17f, 440);
    splits = limited(splits);
    float tree = splits.treeShown ? splits.tree : 0, inspector = splits.inspectorShown ? splits.inspector : 0;
    const float room = std::max(0.0f, logical.x * (2.0f / 3.0f));
    if (tree + inspector > room) {
        const float factor = room / (tree + inspector);
        tree *= factor;
        inspector *= factor;
        if (tree < minimumSide && inspector < minimumSide) { // both too narrow to read: the inspector is worth more
            tree = 0;
            inspector = inspector > 0 ? std::min(room, splits.inspector) : 0;
        } else if (tree < minimumSide) {
            inspector -= tree > 0 ? minimumSide - tree : 0;
            tree = tree > 0 ? minimumSide : 0;
        }
        if (tree > 0 && tree < minimumSide) tree = 0;
        if (inspector > 0 && inspector < minimumSide) inspector = 0;
    }
    float timeline = std::min(splits.timeline, logical.y - statusHeight - minimumViewportHeight);
    if (timeline < minimumTimeline) timeline = 0;

    const auto px = [scale](float value) { return std::round(value * scale); };
    const float left = px(tree), right = window.x - px(inspector);
    const float statusTop = std::max(0.0f, window.y - px(statusHeight)), timelineTop = std::max(0.0f, statusTop - px(timeline));
    const float grab = px(grabWidth) / 2;
    Layout layout;
    layout.status = {{0, statusTop}, window};
    layout.timeline = {{0, timelineTop}, {window.x, statusTop}};
    layout.tree = {{0, 0}, {left, timelineTop}};
    layout.viewport = {{left, 0}, {right, timelineTop}};
    layout.inspector = {{right, 0}, {window.x, timelineTop}};
    if (left > 0) layout.treeSplitter = {{left - grab, 0}, {left + grab, timelineTop}};
    if (right < window.x) layout.inspectorSplitter = {{right - grab, 0}, {right + grab, timelineTop}};
    if (timeline > 0) layout.timelineSplitter = {{0, timelineTop - grab}, {window.x, timelineTop + grab}};
    return layout;
}

Splits dragged(Splits splits, Splitter splitter, float position, glm::vec2 window, float scale) {
    const glm::vec2 logical = window / scale;
    const float at = position / scale;
    switch (splitter) {
    case Splitter::Tree: splits.tree = std::min(at, logical.x * 2 / 3 - (splits.inspectorShown ? splits.inspector : 0)); break;
    case Splitter::Inspector:
        splits.inspector = std::min(logical.x - at, logical.x * 2 / 3 - (splits.treeShown ? splits.tree : 0));
        break;
    case Splitter::Timeline:
        splits.timeline = std::min(logical.y - statusHeight - at, logical.y - statusHeight - minimumViewportHeight);
        break;
    }
    return limited(splits);
}

void placeLabels(std::span<const LabelRequest> requests, std::span<const Rect> obstacles, const Rect& area, float gap,
                 std::vector<LabelPlace>& places) {
    places.assign(requests.size(), {});
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const glm::vec2 anchor = requests[i].anchor, size = requests[i].size;
        if (!area.contains(anchor)) continue;
        const std::array<glm::vec2, 8> corners{{
            {anchor.x - size.x / 2, anchor.y - size.y - gap},
            {anchor.x + gap, anchor.y - size.y - gap},
            {anchor.x - size.x - gap, anchor.y - size.y - gap},
            {anchor.x + gap, anchor.y - size.y / 2},
            {anchor.x - size.x - gap, anchor.y - size.y / 2},
            {anchor.x - size.x / 2, anchor.y + gap},
            {anchor.x - size.x / 2, anchor.y - 2 * (size.y + gap)},
            {anchor.x - size.x / 2, anchor.y - 3 * (size.y + gap)},
        }};
        for (const glm::vec2 corner : corners) {
            const Rect box{glm::round(corner), glm::round(corner) + size};
            const Rect roomy{box.min - gap / 2, box.max + gap / 2};
            const bool inside =
                box.min.x >= area.min.x && box.min.y >= area.min.y && box.max.x <= area.max.x && box.max.y <= area.max.y;
            const auto hits = [&roomy](const Rect& other) { return roomy.overlaps(other); };
            const bool taken = std::ranges::any_of(obstacles, hits) ||
                               std::ranges::any_of(places, [&](const LabelPlace& place) { return place.shown && hits(place.box); });
            if (!inside || taken) continue;
            places[i] = {box, true};
            break;
        }
    }
}

} // namespace millwright::ui
