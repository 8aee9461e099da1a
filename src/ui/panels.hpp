#pragma once

#include "ui/canvas.hpp"
#include "ui/context_impl.hpp"

#include <millwright/ui/model.hpp>

namespace millwright::ui {

/// What every panel is given.
struct PanelArguments {
    Context::Impl& context;
    const Model& model;
    ViewState& state;
    Intents& intents;

    [[nodiscard]] Attention attentionOf(EquipmentIndex i) const {
        return model.attention && index(i) < model.attention->equipment.size() ? model.attention->equipment[index(i)]
                                                                               : Attention::Unknown;
    }
    [[nodiscard]] Attention attentionOf(SignalIndex i) const {
        return model.attention && index(i) < model.attention->signals.size() ? model.attention->signals[index(i)]
                                                                             : Attention::Unknown;
    }
    [[nodiscard]] bool hasAlarms() const { return hasLog() && model.plant && !model.plant->alarms.empty(); }
    /// Whether there is a log whose moments can be named.
    [[nodiscard]] bool hasRecording() const { return hasLog() && model.frame->log != TimeInterval{}; }
    [[nodiscard]] bool hasLog() const { return model.frame && model.logStatus == LogStatus::Ready; }
};

// Each fills its rectangle of the current ImGui window.
void drawTree(PanelArguments& arguments, const Rect& area);
void drawInspector(PanelArguments& arguments, const Rect& area);
void drawTimeline(PanelArguments& arguments, const Rect& area);
void drawViewport(PanelArguments& arguments, const Rect& area);
void drawStatusBar(PanelArguments& arguments, const Rect& area);
/// The measuring panel over the viewport's top left; returns where it is.
Rect drawMeasuring(PanelArguments& arguments, Canvas& canvas, const Rect& viewport);
/// The look panel over the viewport's top right; returns where it is.
Rect drawLook(PanelArguments& arguments, Canvas& canvas, const Rect& viewport);
/// The list of alarms over the viewport's bottom left; returns where it is.
Rect drawAlarms(PanelArguments& arguments, Canvas& canvas, const Rect& viewport);
/// The list of bookmarks over the viewport's bottom right; returns where it is.
Rect drawBookmarks(PanelArguments& arguments, Canvas& canvas, const Rect& viewport);
/// The list of differences of two logs, likewise.
Rect drawDifferences(PanelArguments& arguments, Canvas& canvas, const Rect& viewport);
/// What may come next, over the viewport from its bottom right on; returns where it is.
Rect drawNextHours(PanelArguments& arguments, Canvas& canvas, const Rect& viewport);
void drawHelp(PanelArguments& arguments, const Rect& window);

/// What state the equipment was in, and why it stood: a strip of the time around the cursor and the latest states below it, from
/// `top` (an absolute y) between `left` and `right`. Returns the height used; none where it has no state.
float drawStates(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, EquipmentIndex equipment);

/// How far from normal the equipment is, and by which signals, as `drawStates`.
float drawCondition(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, EquipmentIndex equipment);
/// Of a derived signal, what it is computed from and how. Returns the height.
float drawDerivation(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, SignalIndex signal);
/// Whether there is a condition model that knows the equipment.
[[nodiscard]] bool hasCondition(const PanelArguments& arguments, EquipmentIndex equipment);

/// A title strip at the top of a side panel; returns what is left below it.
Rect drawPanelTitle(Canvas& canvas, const Rect& area, std::string_view title, std::string_view note = {});

/// A region that scrolls up and down while its content is taller. Content is drawn at `origin` (its top left) and reports its
/// height.
class ScrollRegion {
public:
    ScrollRegion(Context::Impl& context, std::string_view id, const Rect& area);
    ~ScrollRegion();
    ScrollRegion(const ScrollRegion&) = delete;
    ScrollRegion& operator=(const ScrollRegion&) = delete;

    [[nodiscard]] Canvas& canvas() { return canvas_; }
    [[nodiscard]] glm::vec2 origin() const { return origin_; }
    [[nodiscard]] float width() const { return width_; }
    /// Whether any of these heights below the content's top can be seen.
    [[nodiscard]] bool visible(float top, float bottom) const;
    void setHeight(float height) { height_ = height; }
    /// Scrolls so that these heights are in view.
    void reveal(float top, float bottom);

private:
    Rect area_;
    glm::vec2 origin_{0};
    float width_ = 0;
    float height_ = 0;
    Canvas canvas_;
};

} // namespace millwright::ui
