#include "ui/panels.hpp"

#include <millwright/core/spelling.hpp>
#include <millwright/ui/format.hpp>

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <format>

namespace millwright::ui {
namespace {

constexpr float rowHeight = 26, indent = 14;

std::string_view levelName(plant::Level level) {
    switch (level) {
    case plant::Level::Site: return "site";
    case plant::Level::Area: return "area";
    case plant::Level::Line: return "line";
    case plant::Level::Cell: return "cell";
    case plant::Level::Equipment: break;
    }
    return {};
}

/// Marks what the search leaves: hits and everything above them. 0 hidden, 1 on the way to a hit, 2 a hit.
void match(const plant::Plant& plant, std::span<const std::uint8_t> partHits, std::string_view search,
           std::vector<std::uint8_t>& matches) {
    matches.assign(plant.equipment.size(), search.empty() ? 2 : 0);
    if (search.empty()) return;
    for (std::size_t i = plant.equipment.size(); i-- > 0;) {
        const plant::Equipment& e = plant.equipment[i];
        const bool signalHit =
            std::ranges::any_of(e.signals, [&](SignalIndex s) { return containsIgnoringCase(plant.at(s).name, search); });
        const bool partHit = i < partHits.size() && partHits[i] != 0;
        if (containsIgnoringCase(e.name, search) || containsIgnoringCase(e.id, search) || signalHit || partHit) matches[i] = 2;
        if (matches[i] > 0 && e.parent != noEquipment)
            matches[index(e.parent)] = std::max<std::uint8_t>(matches[index(e.parent)], 1);
    }
}

void drawSearch(PanelArguments& a, Canvas& canvas, const Rect& area) {
    const Rect box{area.min + canvas.px(8), {area.max.x - canvas.px(8), area.min.y + canvas.px(8 + 28)}};
    ImGui::SetCursorScreenPos(im(box.min));
    ImGui::SetNextItemWidth(box.width());
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {canvas.px(8), (box.height() - canvas.lineHeight(Face::Body)) / 2});
    ImGui::InputTextWithHint("##search", "Search equipment, signals, parts", &a.state.search, ImGuiInputTextFlags_EscapeClearsAll);
    ImGui::PopStyleVar();
    a.context.fonts.need(a.state.search);
}

class Rows {
public:
    Rows(PanelArguments& arguments, ScrollRegion& region) : a_{arguments}, region_{region}, canvas_{region.canvas()} {}

    void draw() {
        const plant::Plant& plant = *a_.model.plant;
        const TreeOrder& tree = a_.context.tree;
        const bool searching = !a_.state.search.empty();
        a_.state.collapsed.resize(plant.equipment.size(), false);
        int hiddenBelow = 256; // rows deeper than this are inside a closed one
        float top = 0;
        const float height = canvas_.px(rowHeight);
        for (const EquipmentIndex row : tree.rows) {
            const std::size_t i = index(row);
            if (tree.depth[i] > hiddenBelow) continue;
            hiddenBelow = !searching && a_.state.collapsed[i] ? tree.depth[i] : 256;
            if (a_.context.matches[i] == 0) continue;
            if (region_.visible(top, top + height)) drawRow(row, top, height);
            if (a_.state.revealSelected && row == a_.state.selected) {
                region_.reveal(top, top + height);
                a_.state.revealSelected = false;
            }
            top += height;
        }
        if (top == 0) {
            const glm::vec2 at = region_.origin() + glm::vec2{canvas_.px(12), canvas_.px(8)};
            canvas_.paragraph({at, {at.x + region_.width() - canvas_.px(24), at.y}}, Face::Small, palette::dim,
                              std::format("Nothing is called “{}”.", a_.state.search), 3);
        }
        region_.setHeight(top);
    }

private:
    void drawRow(EquipmentIndex row, float top, float height) {
        const plant::Equipment& e = a_.model.plant->at(row);
        const std::size_t i = index(row);
        const glm::vec2 at = region_.origin() + glm::vec2{0, top};
        const Rect box{at, at + glm::vec2{region_.width(), height}};
        float x = box.min.x + canvas_.px(8) + canvas_.px(indent) * static_cast<float>(a_.context.tree.depth[i]);
        const bool closed = a_.state.collapsed[i], parent = a_.context.tree.hasChildren[i] != 0;

        ImGui::PushID(static_cast<int>(i));
        const Rect arrow{{x, box.min.y}, {x + canvas_.px(16), box.max.y}};
        if (parent && touchable("arrow", arrow).clicked) a_.state.collapsed[i] = !closed;
        const Touch touch = touchable("row", box);
        if (touch.clicked) a_.intents.emplace_back(Select{row});
        if (touch.doubleClicked) a_.intents.emplace_back(FlyTo{row});
        if (touch.hovered) a_.state.hovered = row;
        const bool hidden = i < a_.state.hidden.size() && a_.state.hidden[i];
        menu(row, hidden);
        ImGui::PopID();

        const bool selected = a_.state.selected == row;
        if (selected)
            canvas_.fill(box, palette::selected);
        else if (touch.hovered)
            canvas_.fill(box, palette::hover);
        if (selected) canvas_.fill({box.min, {box.min.x + canvas_.px(3), box.max.y}}, palette::accent);
        if (parent) drawArrow(arrow.centre(), closed);

        x += canvas_.px(18);
        const float markX = box.max.x - canvas_.px(14);
        canvas_.mark({markX, box.centre().y}, a_.hasLog() ? a_.attentionOf(row) : Attention::Unknown);
        float right = markX - canvas_.px(12);
        if (const auto level = hidden ? std::string_view{"hidden"} : levelName(e.level); !level.empty()) {
            const float width = canvas_.textWidth(Face::Small, level);
            if (right - width - x > canvas_.px(70)) {
                canvas_.text({{right - width - 1, box.min.y}, {right, box.max.y}}, Face::Small, palette::dim, level);
                right -= width + canvas_.px(8);
            }
        }
        canvas_.text({{x, box.min.y}, {right, box.max.y}}, e.level == plant::Level::Equipment ? Face::Body : Face::Strong,
                     hidden ? palette::dim : palette::text, e.name.empty() ? e.id : e.name);
    }

    /// What a right click on the row offers.
    void menu(EquipmentIndex row, bool hidden) {
        if (ImGui::IsItemHovered() && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
            a_.intents.emplace_back(Select{row});
            ImGui::OpenPopup("row menu");
        }
        ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {canvas_.px(8), canvas_.px(6)});
        ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {canvas_.px(8), canvas_.px(7)});
        if (ImGui::BeginPopup("row menu")) {
            if (ImGui::MenuItem("Fly to it", "double click")) a_.intents.emplace_back(FlyTo{row});
            if (ImGui::MenuItem(hidden ? "Show" : "Hide", "H")) a_.intents.emplace_back(Hide{row, !hidden});
            if (ImGui::MenuItem("Show only this", "O")) a_.intents.emplace_back(Isolate{row});
            if (ImGui::MenuItem("Show all", "Shift + H", false, a_.model.someHidden)) a_.intents.emplace_back(ShowAll{});
            if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) ImGui::CloseCurrentPopup();
            ImGui::EndPopup();
        }
        ImGui::PopStyleVar(2);
    }

    void drawArrow(glm::vec2 c, bool closed) {
        const float r = canvas_.px(4);
        if (closed)
            canvas_.triangle({c.x - r * 0.6f, c.y - r}, {c.x + r * 0.8f, c.y}, {c.x - r * 0.6f, c.y + r}, palette::dim);
        else
            canvas_.triangle({c.x - r, c.y - r * 0.6f}, {c.x + r, c.y - r * 0.6f}, {c.x, c.y + r * 0.8f}, palette::dim);
    }

    PanelArguments& a_;
    ScrollRegion& region_;
    Canvas& canvas_;
};

} // namespace

void TreeOrder::build(const plant::Plant& plant) {
    rows.clear();
    depth.assign(plant.equipment.size(), 0);
    hasChildren.assign(plant.equipment.size(), 0);
    std::vector<std::vector<EquipmentIndex>> children(plant.equipment.size());
    std::vector<EquipmentIndex> stack;
    for (std::size_t i = plant.equipment.size(); i-- > 0;) { // backwards, so that popping gives file order
        const EquipmentIndex parent = plant.equipment[i].parent;
        (parent == noEquipment ? stack : children[index(parent)]).push_back(static_cast<EquipmentIndex>(i));
        if (parent != noEquipment) hasChildren[index(parent)] = 1;
    }
    while (!stack.empty()) {
        const EquipmentIndex row = stack.back();
        stack.pop_back();
        rows.push_back(row);
        const EquipmentIndex parent = plant.at(row).parent;
        if (parent != noEquipment) depth[index(row)] = static_cast<std::uint8_t>(std::min(250, depth[index(parent)] + 1));
        stack.insert(stack.end(), children[index(row)].begin(), children[index(row)].end());
    }
}

void drawTree(PanelArguments& a, const Rect& area) {
    Canvas canvas{a.context, *ImGui::GetWindowDrawList()};
    const std::string note = a.model.plant ? counted(a.model.plant->equipment.size(), "item") : std::string{};
    Rect body = drawPanelTitle(canvas, area, "Plant", note);
    a.state.hovered = noEquipment;
    if (!a.model.plant) {
        canvas.paragraph({body.min + canvas.px(12), body.max - canvas.px(12)}, Face::Small, palette::dim,
                         a.model.loading ? "The tree appears when the plant is read." : "No plant is open.", 3);
        return;
    }
    drawSearch(a, canvas, body);
    body.min.y += canvas.px(44);
    match(*a.model.plant, a.model.partHits, a.state.search, a.context.matches);
    ScrollRegion region{a.context, "tree", body};
    Rows{a, region}.draw();
}

} // namespace millwright::ui
