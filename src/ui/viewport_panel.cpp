#include "ui/panels.hpp"

#include <millwright/ui/format.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr float markRoom = 14; // for the mark before a marker's name

class Viewport {
public:
    Viewport(PanelArguments& arguments, const Rect& area)
        : a_{arguments},
          area_{area},
          canvas_{arguments.context, *ImGui::GetWindowDrawList()},
          over_{arguments.context, canvas_.list(), 1} {}

    void draw() {
        canvas_.list().PushClipRect(im(area_.min), im(area_.max), true);
        // ImTextureID is a pointer in this ImGui; the model carries it as a number so that public headers need not know ImGui.
        if (a_.model.viewportImage != 0)
            canvas_.list().AddImage(reinterpret_cast<ImTextureID>(a_.model.viewportImage), im(area_.min), im(area_.max)); // NOLINT
        else
            canvas_.fill(area_, palette::sunken);
        float toolsRight = area_.max.x;
        if (a_.model.plant && a_.model.viewportImage != 0) {
            toolsRight = tools();
            cameras(toolsRight);
            if (a_.state.nextHours.shown)
                obstacles_[7] = drawNextHours(a_, over_, area_); // in place of the smaller ones
            else
                panels();
            if (a_.model.withoutModels && !a_.state.measuring && !a_.state.nextHours.shown) obstacles_[2] = modelsNote();
            if (a_.model.walking) walkNote();
            placeMeasurements();
            labels();
            measurements();
        }
        if (a_.model.loading)
            loading();
        else if (!a_.model.problem.empty())
            message("This cannot be opened", a_.model.problem);
        else if (!a_.model.plant)
            message("Nothing is open", "Start with: millwright view PLANT or MODEL");
        if (a_.model.viewportImage != 0) pointer();
        canvas_.list().PopClipRect();
    }

private:
    void panels() {
        if (a_.state.measuring) obstacles_[2] = drawMeasuring(a_, over_, area_);
        if (a_.state.lookShown) obstacles_[3] = drawLook(a_, over_, area_);
        Rect free = area_;
        if (a_.state.alarmsShown && a_.hasAlarms()) {
            obstacles_[4] = drawAlarms(a_, over_, area_);
            free.max.y = obstacles_[4].min.y;
        }
        if (a_.state.differencesShown && a_.model.comparison != nullptr && a_.hasRecording()) {
            obstacles_[6] = drawDifferences(a_, over_, free);
            free.max.y = obstacles_[6].min.y;
        }
        if (a_.state.bookmarksShown && a_.hasRecording()) obstacles_[5] = drawBookmarks(a_, over_, free);
    }

    float tools() {
        const float size = canvas_.px(30), gap = canvas_.px(6);
        const bool ahead = a_.hasLog() && a_.model.plant->process.has_value();
        const int count = 5 + (a_.hasAlarms() ? 1 : 0) + (a_.hasRecording() ? 1 : 0) + (ahead ? 1 : 0);
        float x = area_.max.x - canvas_.px(10) - (static_cast<float>(count) * (size + gap) - gap);
        const float left = x, top = area_.min.y + canvas_.px(10);
        const auto next = [&] {
            const Rect box{{x, top}, {x + size, top + size}};
            x += size + gap;
            return box;
        };
        const bool some = a_.state.selected != noEquipment;
        if (iconButton(over_, a_.context, "fit", next(), Icon::Fit, some ? "Fit the selection (F)" : "Fit everything (F)"))
            a_.intents.emplace_back(FitView{});
        if (a_.hasAlarms() && iconButton(over_, a_.context, "alarms", next(), Icon::Bell, "Alarms (N)", a_.state.alarmsShown))
            a_.state.alarmsShown = !a_.state.alarmsShown;
        if (a_.hasRecording() &&
            iconButton(over_, a_.context, "bookmarks", next(), Icon::Flag, "Bookmarks (Shift + K)", a_.state.bookmarksShown))
            a_.state.bookmarksShown = !a_.state.bookmarksShown;
        if (ahead && iconButton(over_, a_.context, "next hours", next(), Icon::Ahead, "Next hours: branch from the time shown (P)",
                                a_.state.nextHours.shown))
            a_.state.nextHours.shown = !a_.state.nextHours.shown;
        if (iconButton(over_, a_.context, "measure", next(), Icon::Ruler, "Measure (M)", a_.state.measuring))
            a_.state.measuring = !a_.state.measuring;
        if (iconButton(over_, a_.context, "look", next(), Icon::Section, "Section, x-ray, edges, explode (C)", a_.state.lookShown))
            a_.state.lookShown = !a_.state.lookShown;
        if (iconButton(over_, a_.context, "grid", next(), Icon::Grid, "Grid (G)", a_.state.gridShown))
            a_.intents.emplace_back(SetGrid{!a_.state.gridShown});
        if (iconButton(over_, a_.context, "help", next(), Icon::Help, "Keys (?)", a_.state.helpShown))
            a_.state.helpShown = !a_.state.helpShown;
        obstacles_[0] = {{left - gap, top - gap}, {x, top + size + gap}};
        return left;
    }

    void cameras(float right) {
        float x = area_.min.x + canvas_.px(10);
        const float left = x, top = area_.min.y + canvas_.px(10), height = canvas_.px(30);
        const auto& list = a_.model.plant->cameras;
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string& name = list[i].name.empty() ? list[i].id : list[i].name;
            const int hotkey = i < 9 ? static_cast<int>(i) + 1 : 0;
            const float digit = hotkey > 0 ? canvas_.textWidth(Face::Small, std::to_string(hotkey)) + canvas_.px(6) : 0;
            const float width = std::ceil(canvas_.textWidth(Face::Small, name) + digit + canvas_.px(17));
            if (x + width > right - canvas_.px(12)) break;
            ImGui::PushID(static_cast<int>(i));
            if (textButton(over_, "camera", {{x, top}, {x + width, top + height}}, name, i == a_.model.activeCamera, hotkey))
                a_.intents.emplace_back(UseCamera{i});
            ImGui::PopID();
            x += width + canvas_.px(6);
        }
        obstacles_[1] = {{left, top}, {x, top + height}};
    }

    void labels() {
        auto& requests = a_.context.labelRequests;
        auto& places = a_.context.labelPlaces;
        requests.clear();
        const glm::vec2 pad{canvas_.px(7), canvas_.px(3)};
        for (const SceneLabel& label : a_.model.labels) {
            const bool marker = label.marker != noEquipment;
            const float width = marker ? over_.textWidth(Face::Small, label.text) + canvas_.px(markRoom)
                                       : over_.figureWidth(Face::Small, label.text);
            requests.push_back(
                {area_.min + label.anchor, {std::ceil(width) + 2 * pad.x, over_.lineHeight(Face::Small) + 2 * pad.y}});
        }
        const Rect inside{area_.min + canvas_.px(4), area_.max - canvas_.px(4)};
        placeLabels(requests, obstacles_, inside, canvas_.px(8), places);
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!places[i].shown) continue;
            const glm::vec2 anchor = requests[i].anchor, edge = glm::clamp(anchor, places[i].box.min, places[i].box.max);
            over_.list().AddLine(im(anchor), im(edge), packed(palette::outline), std::max(1.0f, canvas_.px(1)));
            over_.circle(anchor, canvas_.px(2.5f), palette::text, true);
        }
        for (std::size_t i = 0; i < places.size(); ++i) { // after all leader lines, so that none crosses a text
            if (!places[i].shown) continue;
            const Rect& box = places[i].box;
            over_.fill(box, palette::paper, 3);
            over_.stroke(box, a_.model.labels[i].emphasised ? palette::accent : palette::outline,
                         a_.model.labels[i].emphasised ? 2 : 1, 3);
            if (a_.model.labels[i].marker != noEquipment)
                marker(a_.model.labels[i], box);
            else
                over_.figures(box, Face::Small, palette::text, a_.model.labels[i].text, Align::Centre);
        }
    }

    /// A machine without a model: how much it needs a person, and its name. It is selected as a row of the tree is.
    void marker(const SceneLabel& label, const Rect& box) {
        ImGui::PushID(static_cast<int>(index(label.marker)));
        const Touch touch = touchable("marker", box);
        ImGui::PopID();
        if (touch.clicked) {
            a_.intents.emplace_back(Select{label.marker});
            a_.state.revealSelected = true;
        }
        if (touch.doubleClicked) a_.intents.emplace_back(FlyTo{label.marker});
        if (touch.hovered) over_.stroke(box, palette::accent, 1, 3);
        over_.mark({box.min.x + canvas_.px(12), box.centre().y}, a_.hasLog() ? a_.attentionOf(label.marker) : Attention::Unknown);
        over_.text({{box.min.x + canvas_.px(7 + markRoom), box.min.y}, {box.max.x, box.max.y}}, Face::Small, palette::text,
                   label.text);
    }

    /// Says why there is nothing but markers, and what to do.
    Rect modelsNote() {
        constexpr std::string_view note =
            "This plant names no models, so each machine is a marker. Give its equipment model = \"FILE\" in "
            "plant.toml to see it here.";
        const float width = std::min(canvas_.px(430), area_.width() - canvas_.px(20)), pad = canvas_.px(10);
        const glm::vec2 corner{area_.min.x + canvas_.px(10), area_.min.y + canvas_.px(50)};
        const int lines = width < canvas_.px(300) ? 5 : 2;
        const Rect box{corner,
                       corner + glm::round(glm::vec2{width, static_cast<float>(lines) * over_.lineHeight(Face::Small) + 2 * pad})};
        over_.fill(box, palette::paper, 3);
        over_.stroke(box, palette::outline, 1, 3);
        over_.paragraph({box.min + pad, box.max - pad}, Face::Small, palette::text, note, lines);
        return box;
    }

    /// Lines and points of what was measured, and what the pointer has caught.
    void measurements() {
        const float dot = canvas_.px(3.5f);
        for (const MeasureShape& shape : a_.model.measureShapes) {
            const glm::vec2 from = area_.min + shape.from, to = area_.min + shape.to;
            const Colour ink = shape.caught ? palette::high : palette::accent;
            if (shape.line) {
                over_.list().AddLine(im(from), im(to), packed(palette::white), canvas_.px(4));
                over_.list().AddLine(im(from), im(to), packed(ink), canvas_.px(2));
            }
            for (const glm::vec2 end : {from, to}) {
                over_.circle(end, dot + canvas_.px(1), palette::white, true);
                over_.circle(end, dot, ink, true);
            }
        }
        for (std::size_t i = 0; i < measuredCount_; ++i) {
            const Measured& measured = measured_[i];
            over_.fill(measured.box, palette::paper, 3);
            over_.stroke(measured.box, palette::accent, 1, 3);
            over_.figures(measured.box, Face::Small, palette::text, measured.text, Align::Centre);
        }
    }

    /// Values stand in the middle of their lines; plant labels keep clear of them, and of two at one place the newer stays.
    void placeMeasurements() {
        const auto shapes = a_.model.measureShapes;
        for (std::size_t i = shapes.size(); i-- > 0 && measuredCount_ < measured_.size();) {
            const MeasureShape& shape = shapes[i];
            if (shape.measurement >= a_.model.measurements.size()) continue;
            std::string text = headline(a_.model.measurements[shape.measurement], a_.state.lengthUnit);
            const glm::vec2 middle = area_.min + (shape.from + shape.to) * 0.5f;
            const glm::vec2 half{std::ceil(over_.figureWidth(Face::Small, text)) / 2 + canvas_.px(6), canvas_.px(10)};
            const glm::vec2 centre = glm::round(shape.line ? middle : middle - glm::vec2{0, canvas_.px(18)});
            const Rect box{centre - half, centre + half};
            if (!area_.contains(box.min) || !area_.contains(box.max)) continue;
            if (std::ranges::any_of(obstacles_, [&](const Rect& other) { return other.overlaps(box); })) continue;
            obstacles_[fixedObstacles + measuredCount_] = box;
            measured_[measuredCount_++] = {box, std::move(text)};
        }
    }

    /// At the bottom, where nothing else is.
    void walkNote() {
        constexpr std::string_view note = "Walking: W A S D, right-drag to look, F to leave";
        const float width = std::ceil(over_.textWidth(Face::Small, note)) + canvas_.px(20);
        const float left = std::round(area_.centre().x - width / 2), height = canvas_.px(26), gap = canvas_.px(10);
        Rect box{{left, area_.max.y - gap - height}, {left + width, area_.max.y - gap}};
        for (std::size_t i = 0; i < obstacles_.size(); ++i) { // from below upwards, above each list that is in the way
            const auto under = std::ranges::find_if(obstacles_, [&](const Rect& each) { return each.overlaps(box); });
            if (under == obstacles_.end()) break;
            box.max.y = under->min.y - gap;
            box.min.y = box.max.y - height;
        }
        if (box.min.y < area_.min.y) return; // no room: the keys are listed in the help, too
        obstacles_[8] = box;
        over_.fill(box, palette::paper, 3);
        over_.stroke(box, palette::outline, 1, 3);
        over_.text(box, Face::Small, palette::text, note, Align::Centre);
    }

    Rect card(float height) {
        const float width = std::min(canvas_.px(440), area_.width() - canvas_.px(24));
        const glm::vec2 half{std::round(width / 2), canvas_.px(height / 2)};
        const Rect box{glm::round(area_.centre()) - half, glm::round(area_.centre()) + half};
        over_.fill(box, palette::raised, 5);
        over_.stroke(box, palette::outline, 1, 5);
        return {box.min + canvas_.px(18), box.max - canvas_.px(18)};
    }

    void message(std::string_view title, std::string_view text) {
        const Rect box = card(150);
        const float line = canvas_.px(26);
        over_.text({box.min, {box.max.x, box.min.y + line}}, Face::Strong, palette::text, title);
        over_.paragraph({{box.min.x, box.min.y + line + canvas_.px(4)}, box.max}, Face::Small, palette::text, text, 4);
    }

    void loading() {
        const Rect box = card(132);
        const float line = canvas_.px(24), buttonHeight = canvas_.px(28);
        over_.text({box.min, {box.max.x, box.min.y + line}}, Face::Strong, palette::text, "Opening the plant");
        over_.text({{box.min.x, box.min.y + line}, {box.max.x, box.min.y + 2 * line}}, Face::Small, palette::dim,
                   a_.model.loadingStage);
        const Rect cancel{{box.max.x - canvas_.px(84), box.max.y - buttonHeight}, box.max};
        const Rect bar{{box.min.x, cancel.centre().y - canvas_.px(4)},
                       {cancel.min.x - canvas_.px(14), cancel.centre().y + canvas_.px(4)}};
        over_.fill(bar, palette::field);
        const float share = static_cast<float>(std::clamp(a_.model.loadingFraction, 0.0, 1.0));
        over_.fill({bar.min, {bar.min.x + std::round(bar.width() * share), bar.max.y}}, palette::accent);
        over_.stroke(bar, palette::outline);
        if (textButton(over_, "cancel", cancel, "Cancel")) a_.intents.emplace_back(CancelLoading{});
    }

    void pointer() {
        const ImGuiIO& io = ImGui::GetIO();
        ImGui::SetCursorScreenPos(im(area_.min));
        ImGui::InvisibleButton("view", im(area_.size()),
                               ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight |
                                   ImGuiButtonFlags_MouseButtonMiddle);
        const glm::vec2 at = glmOf(io.MousePos) - area_.min, drag = glmOf(io.MouseDelta);
        const bool held = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
        constexpr float still = 4; // a click may tremble by this many pixels
        const auto dragging = [](ImGuiMouseButton button) { return ImGui::IsMouseDragging(button, still); };
        if (held && drag != glm::vec2{0}) {
            const bool shiftLeft = dragging(ImGuiMouseButton_Left) && io.KeyShift;
            if (dragging(ImGuiMouseButton_Middle) || shiftLeft)
                a_.intents.emplace_back(Pan{drag});
            else if (dragging(ImGuiMouseButton_Right))
                a_.intents.emplace_back(Look{drag});
            else if (dragging(ImGuiMouseButton_Left))
                a_.intents.emplace_back(Orbit{drag});
        }
        if (ImGui::IsItemDeactivated() && ImGui::IsMouseReleased(ImGuiMouseButton_Left)) {
            // A quick drag may be pressed, moved and released between two frames: what counts is how far it went.
            const glm::vec2 way = glmOf(io.MousePos) - glmOf(io.MouseClickedPos[ImGuiMouseButton_Left]);
            const bool click =
                glm::dot(way, way) < still * still && io.MouseDragMaxDistanceSqr[ImGuiMouseButton_Left] < still * still;
            if (click && a_.state.measuring)
                a_.intents.emplace_back(MeasureAt{at});
            else if (click)
                a_.intents.emplace_back(PickAt{at, io.MouseClickedLastCount[ImGuiMouseButton_Left] == 2});
            else if (drag != glm::vec2{0})
                a_.intents.emplace_back(io.KeyShift ? Intent{Pan{drag}} : Intent{Orbit{drag}});
        }
        if (!hovered) return;
        if (io.MouseWheel != 0) a_.intents.emplace_back(Zoom{io.MouseWheel, at});
        if (held) return;
        a_.intents.emplace_back(HoverAt{at});
    }

    PanelArguments& a_;
    Rect area_;
    Canvas canvas_, over_;

    static constexpr std::size_t fixedObstacles = 9, mostMeasured = 12;
    struct Measured {
        Rect box;
        std::string text;
    };
    std::array<Rect, fixedObstacles + mostMeasured> obstacles_{};
    std::array<Measured, mostMeasured> measured_;
    std::size_t measuredCount_ = 0;
};

struct KeyLine {
    std::string_view keys, meaning;
};

constexpr std::array<KeyLine, 19> replayKeys{{
    {"Space", "Play or pause"},
    {"← →", "Step back or forward"},
    {"Shift + ← →", "Ten steps"},
    {", .", "To the sample before, after"},
    {"Page Up, Page Down", "To the alarm before, after"},
    {"Ctrl + ← →", "To the change of state before, after"},
    {"Home, End", "To the start or the end"},
    {"+ −", "Faster or slower"},
    {"L", "Loop"},
    {"Drag the timeline", "Go to a time"},
    {"Wheel on the timeline", "Zoom it"},
    {"Esc", "Clear the selection"},
    {"M", "Measure"},
    {"Ctrl + Z", "Take back a measurement or bookmark"},
    {"X, B", "X-ray, edges"},
    {"N", "Alarms"},
    {"K, Shift + K", "Set a bookmark, list them"},
    {"[ ]", "To the bookmark before, after"},
    {"J, Shift + [ ]", "Differences of two logs, the one before, after"},
}};
constexpr std::array<KeyLine, 14> viewKeys{{
    {"Left drag", "Turn round the target"},
    {"Middle or Shift + drag", "Move sideways"},
    {"Wheel", "Zoom to the pointer"},
    {"Right drag", "Look around"},
    {"W A S D, Q E", "Walk; Shift is faster"},
    {"F", "Fit the selection or everything"},
    {"1 … 9", "Cameras of the plant"},
    {"G", "Grid"},
    {"T, I", "Show or hide tree, inspector"},
    {"Double click", "Fly to it"},
    {"H, Shift + H", "Hide the selection, show all"},
    {"O", "Show only the selection"},
    {"C", "Section, explode"},
    {"P", "Next hours: branch from the time shown"},
}};

} // namespace

void drawViewport(PanelArguments& a, const Rect& area) {
    Viewport{a, area}.draw();
}

void drawHelp(PanelArguments& a, const Rect& window) {
    Canvas canvas{a.context, *ImGui::GetWindowDrawList(), 2};
    canvas.fill(window, palette::shade);
    const float width = std::min(canvas.px(760), window.width() - canvas.px(24)), line = canvas.px(25);
    const float height = std::min(canvas.px(84) + line * static_cast<float>(std::max(viewKeys.size(), replayKeys.size())),
                                  window.height() - canvas.px(16));
    const glm::vec2 corner = glm::round(window.centre() - glm::vec2{width, height} / 2.0f);
    const Rect sheet{corner, corner + glm::round(glm::vec2{width, height})};
    canvas.fill(sheet, palette::raised, 6);
    canvas.stroke(sheet, palette::outline, 1, 6);
    const float pad = canvas.px(20), half = std::round((sheet.width() - 3 * pad) / 2);
    const Rect close{{sheet.max.x - canvas.px(40), sheet.min.y + canvas.px(12)},
                     {sheet.max.x - canvas.px(12), sheet.min.y + canvas.px(40)}};
    if (iconButton(canvas, a.context, "close help", close, Icon::Close, "Close (Esc)")) a.state.helpShown = false;
    const auto column = [&](float x, std::string_view title, std::span<const KeyLine> keys) {
        float y = sheet.min.y + canvas.px(14);
        canvas.text({{x, y}, {x + half - canvas.px(40), y + line}}, Face::Strong, palette::text, title);
        y += line + canvas.px(8);
        for (const KeyLine& key : keys) {
            const float middle = x + std::round(half * 0.46f);
            canvas.text({{x, y}, {middle - canvas.px(6), y + line}}, Face::Small, palette::text, key.keys);
            canvas.text({{middle, y}, {x + half, y + line}}, Face::Small, palette::dim, key.meaning);
            y += line;
        }
    };
    column(sheet.min.x + pad, "Replay", replayKeys);
    column(sheet.min.x + 2 * pad + half, "View", viewKeys);
    const Touch outside = touchable("outside help", window);
    if (outside.clicked && !sheet.contains(glmOf(ImGui::GetIO().MousePos))) a.state.helpShown = false;
}

} // namespace millwright::ui
