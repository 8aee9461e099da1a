#include "ui/panels.hpp"

#include <millwright/twin/live.hpp>
#include <millwright/ui/dashboard.hpp>
#include <millwright/ui/timeline.hpp>

#include <imgui.h>

#include <algorithm>

namespace millwright::ui {
namespace {

constexpr ImGuiWindowFlags fixedWindow = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                         ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav |
                                         ImGuiWindowFlags_NoBackground;

/// A plant seen for the first time: asks the fonts for all its names at once, and lays out its tree.
void meet(Context::Impl& context, const plant::Plant* plant) {
    if (!plant || context.knownPlant == plant) return;
    context.knownPlant = plant;
    context.tree.build(*plant);
    context.fonts.need(plant->name);
    context.fonts.need(plant->description);
    for (const plant::Equipment& e : plant->equipment) {
        context.fonts.need(e.name);
        context.fonts.need(e.description);
    }
    for (const plant::Signal& s : plant->signals) {
        context.fonts.need(s.name);
        for (const std::string& state : s.states) context.fonts.need(state);
    }
    for (const plant::Camera& c : plant->cameras) context.fonts.need(c.name);
    for (const plant::Alarm& alarm : plant->alarms) {
        for (const std::string* text : {&alarm.name, &alarm.cause, &alarm.consequence, &alarm.action}) context.fonts.need(*text);
    }
}

bool pressed(ImGuiKey key, bool repeat = false) {
    return ImGui::IsKeyPressed(key, repeat);
}

void transportKeys(PanelArguments& a) {
    const twin::Frame& frame = *a.model.frame;
    const Duration step = ImGui::GetIO().KeyShift ? stepOf(frame.log.length()) * 10 : stepOf(frame.log.length());
    if (pressed(ImGuiKey_Space)) a.intents.emplace_back(SetPlaying{!frame.playing});
    if (pressed(ImGuiKey_LeftArrow, true)) a.intents.emplace_back(Step{-step});
    if (pressed(ImGuiKey_RightArrow, true)) a.intents.emplace_back(Step{step});
    if (pressed(ImGuiKey_Comma, true)) a.intents.emplace_back(StepTo{Landmark::Sample, false});
    if (pressed(ImGuiKey_Period, true)) a.intents.emplace_back(StepTo{Landmark::Sample, true});
    if (pressed(ImGuiKey_PageUp, true)) a.intents.emplace_back(StepTo{Landmark::Alarm, false});
    if (pressed(ImGuiKey_PageDown, true)) a.intents.emplace_back(StepTo{Landmark::Alarm, true});
    if (pressed(ImGuiKey_Home)) a.intents.emplace_back(Seek{frame.log.from});
    if (pressed(ImGuiKey_End)) a.intents.emplace_back(Seek{frame.log.to});
    if (pressed(ImGuiKey_L)) a.intents.emplace_back(SetLooping{!a.model.looping});
    if (pressed(ImGuiKey_Equal, true) || pressed(ImGuiKey_KeypadAdd, true))
        a.intents.emplace_back(SetSpeed{nextSpeed(frame.speed, 1)});
    if (pressed(ImGuiKey_Minus, true) || pressed(ImGuiKey_KeypadSubtract, true))
        a.intents.emplace_back(SetSpeed{nextSpeed(frame.speed, -1)});
}

/// Set one, list them, and jump to the one before or after the cursor.
void bookmarkKeys(PanelArguments& a) {
    if (pressed(ImGuiKey_K) && ImGui::GetIO().KeyShift)
        a.state.bookmarksShown = !a.state.bookmarksShown;
    else if (pressed(ImGuiKey_K)) {
        a.intents.emplace_back(AddBookmark{});
        a.state.bookmarksShown = true;
    }
    if (ImGui::GetIO().KeyShift) return;
    const Time now = a.model.frame->time;
    const auto all = a.model.bookmarks;
    const auto first = std::ranges::lower_bound(all, now, {}, &telemetry::Bookmark::time);
    if (pressed(ImGuiKey_LeftBracket, true) && first != all.begin()) a.intents.emplace_back(Seek{std::prev(first)->time});
    const auto next = std::ranges::upper_bound(all, now, {}, &telemetry::Bookmark::time);
    if (pressed(ImGuiKey_RightBracket, true) && next != all.end()) a.intents.emplace_back(Seek{next->time});
}

/// List the differences of two logs, and jump to the one before or after the cursor.
void differenceKeys(PanelArguments& a) {
    if (pressed(ImGuiKey_J)) a.state.differencesShown = !a.state.differencesShown;
    if (!ImGui::GetIO().KeyShift) return;
    const Time now = a.model.frame->time;
    const auto all = a.model.comparison->differences();
    const auto begin = [](const telemetry::DifferenceSpell& spell) { return spell.interval.from; };
    const auto first = std::ranges::lower_bound(all, now, {}, begin);
    if (pressed(ImGuiKey_LeftBracket, true) && first != all.begin()) a.intents.emplace_back(Seek{begin(*std::prev(first))});
    const auto next = std::ranges::upper_bound(all, now, {}, begin);
    if (pressed(ImGuiKey_RightBracket, true) && next != all.end()) a.intents.emplace_back(Seek{begin(*next)});
}

void walkKeys(PanelArguments& a) {
    const auto held = [](ImGuiKey key) { return ImGui::IsKeyDown(key) ? 1.0f : 0.0f; };
    const glm::vec3 direction{held(ImGuiKey_D) - held(ImGuiKey_A), held(ImGuiKey_E) - held(ImGuiKey_Q),
                              held(ImGuiKey_W) - held(ImGuiKey_S)};
    if (direction != glm::vec3{0}) a.intents.emplace_back(Walk{direction, ImGui::GetIO().KeyShift});
}

void handleKeys(PanelArguments& a) {
    if (pressed(ImGuiKey_F1)) a.state.helpShown = !a.state.helpShown;
    if (ImGui::GetIO().WantTextInput || ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup)) return;
    if (ImGui::GetIO().KeyCtrl) {
        if (pressed(ImGuiKey_Q)) a.intents.emplace_back(Quit{});
        if (a.hasRecording() && pressed(ImGuiKey_LeftArrow, true)) a.intents.emplace_back(StepTo{Landmark::StateChange, false});
        if (a.hasRecording() && pressed(ImGuiKey_RightArrow, true)) a.intents.emplace_back(StepTo{Landmark::StateChange, true});
        if (pressed(ImGuiKey_Z, true)) a.intents.emplace_back(a.state.measuring ? Intent{MeasureUndo{}} : Intent{UndoBookmark{}});
        return;
    }
    if (pressed(ImGuiKey_Slash) && ImGui::GetIO().KeyShift) a.state.helpShown = !a.state.helpShown;
    if (pressed(ImGuiKey_Escape)) {
        if (a.state.helpShown)
            a.state.helpShown = false;
        else if (a.model.measureBegun)
            a.intents.emplace_back(MeasureCancel{});
        else if (a.state.measuring)
            a.state.measuring = false;
        else
            a.intents.emplace_back(Select{});
    }
    if (pressed(ImGuiKey_F)) a.intents.emplace_back(FitView{});
    if (pressed(ImGuiKey_G)) a.intents.emplace_back(SetGrid{!a.state.gridShown});
    if (pressed(ImGuiKey_M)) a.state.measuring = !a.state.measuring;
    if (pressed(ImGuiKey_C)) a.state.lookShown = !a.state.lookShown;
    if (pressed(ImGuiKey_N) && a.hasAlarms()) a.state.alarmsShown = !a.state.alarmsShown;
    if (a.hasRecording()) bookmarkKeys(a);
    if (a.hasRecording() && a.model.comparison != nullptr) differenceKeys(a);
    if (pressed(ImGuiKey_P)) a.state.nextHours.shown = !a.state.nextHours.shown;
    if (pressed(ImGuiKey_X)) a.state.look.xray = !a.state.look.xray;
    if (pressed(ImGuiKey_B)) a.state.look.edges = !a.state.look.edges;
    if (pressed(ImGuiKey_H) && ImGui::GetIO().KeyShift)
        a.intents.emplace_back(ShowAll{});
    else if (pressed(ImGuiKey_H) && a.state.selected != noEquipment)
        a.intents.emplace_back(
            Hide{a.state.selected, index(a.state.selected) >= a.state.hidden.size() || !a.state.hidden[index(a.state.selected)]});
    if (pressed(ImGuiKey_O) && a.state.selected != noEquipment) a.intents.emplace_back(Isolate{a.state.selected});
    if (pressed(ImGuiKey_T)) a.state.splits.treeShown = !a.state.splits.treeShown;
    if (pressed(ImGuiKey_I)) a.state.splits.inspectorShown = !a.state.splits.inspectorShown;
    for (int digit = 0; digit < 9; ++digit) {
        const bool down =
            pressed(static_cast<ImGuiKey>(ImGuiKey_1 + digit)) || pressed(static_cast<ImGuiKey>(ImGuiKey_Keypad1 + digit));
        if (down && a.model.plant && static_cast<std::size_t>(digit) < a.model.plant->cameras.size())
            a.intents.emplace_back(UseCamera{static_cast<std::size_t>(digit)});
    }
    walkKeys(a);
    if (a.hasLog() && !twin::isLive(*a.model.frame)) transportKeys(a);
}

void dragSplitters(PanelArguments& a, const Layout& layout, glm::vec2 window) {
    struct Border {
        std::string_view id;
        const Rect& box;
        Splitter splitter;
    };
    const std::array<Border, 3> borders{{{"tree border", layout.treeSplitter, Splitter::Tree},
                                         {"inspector border", layout.inspectorSplitter, Splitter::Inspector},
                                         {"timeline border", layout.timelineSplitter, Splitter::Timeline}}};
    for (const Border& border : borders) {
        const Touch touch = touchable(border.id, border.box);
        if (touch.hovered || touch.held)
            ImGui::SetMouseCursor(border.splitter == Splitter::Timeline ? ImGuiMouseCursor_ResizeNS : ImGuiMouseCursor_ResizeEW);
        if (!touch.held || !ImGui::IsMouseDragging(ImGuiMouseButton_Left, 1)) continue;
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        a.state.splits = dragged(a.state.splits, border.splitter, border.splitter == Splitter::Timeline ? mouse.y : mouse.x, window,
                                 a.context.scale);
    }
}

void drawBorders(Canvas& canvas, const Layout& layout) {
    using palette::line;
    if (layout.tree.width() > 0) canvas.line({layout.tree.max.x, 0}, {layout.tree.max.x, layout.tree.max.y}, line);
    if (layout.inspector.width() > 0)
        canvas.line({layout.inspector.min.x, 0}, {layout.inspector.min.x, layout.inspector.max.y}, line);
    if (layout.timeline.height() > 0) canvas.line({0, layout.timeline.min.y}, {layout.timeline.max.x, layout.timeline.min.y}, line);
}

/// A later window lies over an earlier one; the flag that keeps the dashboard at the back would put a sheet behind it.
void beginFullWindow(const char* id, const Rect& area, ImGuiWindowFlags flags = fixedWindow) {
    ImGui::SetNextWindowPos(im(area.min));
    ImGui::SetNextWindowSize(im(area.size()));
    ImGui::Begin(id, nullptr, flags);
}

/// A ring where the ray meets the panel, over everything; smaller while the trigger is down.
void drawPointer(Context::Impl& context) {
    if (!ImGui::IsMousePosValid()) return;
    Canvas canvas{context, *ImGui::GetForegroundDrawList()};
    const glm::vec2 at = glmOf(ImGui::GetIO().MousePos);
    const float radius = canvas.px(ImGui::IsMouseDown(ImGuiMouseButton_Left) ? 5 : 7);
    canvas.circle(at, radius, palette::white, true);
    canvas.circle(at, radius, palette::accent, false, 2.5f);
    canvas.circle(at, canvas.px(2), palette::accent, true);
}

} // namespace

Rect drawPanelTitle(Canvas& canvas, const Rect& area, std::string_view title, std::string_view note) {
    const float height = canvas.px(30), pad = canvas.px(12);
    const Rect strip{area.min, {area.max.x, area.min.y + height}};
    canvas.fill(strip, palette::sunken);
    const float right =
        canvas.text({{strip.min.x + pad, strip.min.y}, {strip.max.x - pad, strip.max.y}}, Face::Strong, palette::text, title);
    if (!note.empty())
        canvas.text({{right + pad, strip.min.y}, {strip.max.x - pad, strip.max.y}}, Face::Small, palette::dim, note, Align::Right);
    return {{area.min.x, strip.max.y}, area.max};
}

ScrollRegion::ScrollRegion(Context::Impl& context, std::string_view id, const Rect& area)
    : area_{area}, canvas_{[&]() -> Canvas {
          ImGui::SetCursorScreenPos(im(area.min));
          ImGui::BeginChild(std::string{id}.c_str(), im(glm::max(area.size(), glm::vec2{1})), false, ImGuiWindowFlags_NoNav);
          return Canvas{context, *ImGui::GetWindowDrawList()};
      }()} {
    origin_ = glmOf(ImGui::GetCursorScreenPos());
    width_ = ImGui::GetContentRegionAvail().x;
}

ScrollRegion::~ScrollRegion() {
    ImGui::SetCursorScreenPos({origin_.x, origin_.y + height_});
    ImGui::Dummy({1, 0});
    ImGui::EndChild();
}

bool ScrollRegion::visible(float top, float bottom) const {
    return origin_.y + bottom >= area_.min.y && origin_.y + top <= area_.max.y;
}

void ScrollRegion::reveal(float top, float bottom) {
    const float view = area_.height(), scroll = ImGui::GetScrollY();
    if (top < scroll)
        ImGui::SetScrollY(top);
    else if (bottom > scroll + view)
        ImGui::SetScrollY(bottom - view);
}

Layout layoutOf(glm::vec2 window, const ViewState& state, float scale) {
    constexpr float roomForAlarms = 420;
    const Layout layout = computeLayout(window, state.splits, scale);
    if (!state.alarmsShown || layout.viewport.width() >= roomForAlarms * scale) return layout;
    Splits splits = state.splits;
    splits.treeShown = false;
    return computeLayout(window, splits, scale);
}

Layout drawDashboard(Context& context, const Model& model, ViewState& state, Intents& intents) {
    Context::Impl& impl = context.impl();
    meet(impl, model.plant);
    PanelArguments arguments{impl, model, state, intents};
    const glm::vec2 window = glmOf(ImGui::GetIO().DisplaySize);
    handleKeys(arguments);
    const Layout layout = layoutOf(window, state, impl.scale);

    beginFullWindow("dashboard", {{0, 0}, window});
    Canvas canvas{impl, *ImGui::GetWindowDrawList()};
    for (const Rect& panel : {layout.tree, layout.inspector, layout.timeline}) canvas.fill(panel, palette::ground);
    dragSplitters(arguments, layout, window); // first, so that borders win over what lies under them
    if (layout.viewport.width() > 0) drawViewport(arguments, layout.viewport);
    if (layout.tree.width() > 0) drawTree(arguments, layout.tree);
    if (layout.inspector.width() > 0) drawInspector(arguments, layout.inspector);
    if (layout.timeline.height() > 0) drawTimeline(arguments, layout.timeline);
    drawStatusBar(arguments, layout.status);
    drawBorders(canvas, layout);
    ImGui::End();
    if (state.helpShown) {
        beginFullWindow("help", {{0, 0}, window}, fixedWindow & ~ImGuiWindowFlags_NoBringToFrontOnFocus);
        drawHelp(arguments, {{0, 0}, window});
        ImGui::End();
    }
    return layout;
}

void drawPicture(Context&, std::uintptr_t image, glm::vec2 pixels) {
    const glm::vec2 window = glmOf(ImGui::GetIO().DisplaySize);
    const float scale = std::min(window.x / pixels.x, window.y / pixels.y);
    const glm::vec2 corner = glm::round((window - pixels * scale) / 2.0f);
    beginFullWindow("picture", {{0, 0}, window});
    ImGui::GetWindowDrawList()->AddImage(reinterpret_cast<ImTextureID>(image), im(corner), im(corner + pixels * scale)); // NOLINT
    ImGui::End();
}

void drawInspectorPanel(Context& context, const Rect& area, const Model& model, ViewState& state, Intents& intents) {
    Context::Impl& impl = context.impl();
    meet(impl, model.plant);
    PanelArguments arguments{impl, model, state, intents};
    beginFullWindow("inspector", area);
    Canvas canvas{impl, *ImGui::GetWindowDrawList()};
    canvas.fill(area, palette::ground);
    drawInspector(arguments, area);
    if (model.inHeadset) drawPointer(impl);
    ImGui::End();
}

} // namespace millwright::ui
