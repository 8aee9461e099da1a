#pragma once

#include <glm/glm.hpp>

#include <span>
#include <vector>

/// Where things go in the window, in physical pixels from its top left. Pure functions.
namespace millwright::ui {

struct Rect {
    glm::vec2 min{0};
    glm::vec2 max{0};

    [[nodiscard]] glm::vec2 size() const { return max - min; }
    [[nodiscard]] float width() const { return max.x - min.x; }
    [[nodiscard]] float height() const { return max.y - min.y; }
    [[nodiscard]] glm::vec2 centre() const { return (min + max) * 0.5f; }
    [[nodiscard]] bool contains(glm::vec2 p) const { return p.x >= min.x && p.y >= min.y && p.x < max.x && p.y < max.y; }
    [[nodiscard]] bool overlaps(const Rect& other) const {
        return min.x < other.max.x && other.min.x < max.x && min.y < other.max.y && other.min.y < max.y;
    }
    friend bool operator==(const Rect&, const Rect&) = default;
};

/// What the user chose with the splitters, in logical pixels (1 = a pixel at scale 1). Side panels that are as they were get more
/// of a large window.
struct Splits {
    float tree = 248;
    float inspector = 324;
    float timeline = 104;
    bool treeShown = true;
    bool inspectorShown = true;
    friend bool operator==(const Splits&, const Splits&) = default;
};

struct Layout {
    Rect tree, viewport, inspector, timeline, status;
    Rect treeSplitter, inspectorSplitter, timelineSplitter; ///< where the borders are grabbed, wider than they are drawn
};

/// Divides the window. The viewport keeps at least a third of the width and 160 logical pixels of height: side panels give way
/// first, and a panel left with less than its minimum disappears (empty rectangle).
[[nodiscard]] Layout computeLayout(glm::vec2 window, const Splits& splits, float scale);
/// The splits after dragging one border to `position` (x for the side panels, y for the timeline), kept within sensible limits.
enum class Splitter { Tree, Inspector, Timeline };
[[nodiscard]] Splits dragged(Splits splits, Splitter splitter, float position, glm::vec2 window, float scale);

/// A text that wants to stand near a point of the picture.
struct LabelRequest {
    glm::vec2 anchor{0}; ///< pixels
    glm::vec2 size{0};   ///< pixels
};
struct LabelPlace {
    Rect box;
    bool shown = false;
};
/// Places each label beside its anchor, inside `area` and clear of `obstacles` and of every label before it in the list; one that
/// finds no free place is not shown. Earlier labels matter more. `places` becomes parallel to `requests`.
void placeLabels(std::span<const LabelRequest> requests, std::span<const Rect> obstacles, const Rect& area, float gap,
                 std::vector<LabelPlace>& places);

} // namespace millwright::ui
