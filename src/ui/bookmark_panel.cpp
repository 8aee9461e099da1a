#include "ui/panels.hpp"

#include <millwright/ui/format.hpp>

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

namespace millwright::ui {
namespace {

constexpr float width = 340, pad = 12, row = 26, title = 30, gap = 6, mostRows = 9;

/// The list of bookmarks, from top to bottom.
class BookmarkPanel {
public:
    BookmarkPanel(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) : a_{arguments}, canvas_{canvas} {
        const float rows = std::clamp(static_cast<float>(a_.model.bookmarks.size()), 1.0f, mostRows);
        const float height = canvas_.px(title + rows * row + gap + (a_.model.bookmarkProblem.empty() ? 0 : 2 * row));
        const float right = viewport.max.x - canvas_.px(10), bottom = viewport.max.y - canvas_.px(10);
        const float left = std::max(right - canvas_.px(width), viewport.min.x + canvas_.px(10));
        box_ = {{left, std::max(bottom - height, viewport.min.y + canvas_.px(50))}, {right, bottom}};
    }

    Rect draw() {
        canvas_.fill(box_, palette::ground, 5);
        canvas_.stroke(box_, palette::outline, 1, 5);
        heading();
        Rect body{{box_.min.x, box_.min.y + canvas_.px(title)}, {box_.max.x, box_.max.y - canvas_.px(gap)}};
        if (!a_.model.bookmarkProblem.empty()) {
            const Rect note{{body.min.x + canvas_.px(pad), body.max.y - canvas_.px(2 * row)},
                            {body.max.x - canvas_.px(pad), body.max.y}};
            canvas_.paragraph(note, Face::Small, palette::text, a_.model.bookmarkProblem, 3);
            body.max.y = note.min.y;
        }
        ScrollRegion region{a_.context, "bookmarks", body};
        rows(region);
        return box_;
    }

private:
    void heading() {
        const float bottom = box_.min.y + canvas_.px(title);
        canvas_.text({{box_.min.x + canvas_.px(pad), box_.min.y}, {box_.max.x, bottom}}, Face::Strong, palette::text, "Bookmarks");
        const Rect close{{box_.max.x - canvas_.px(pad + 20), box_.min.y + canvas_.px(5)},
                         {box_.max.x - canvas_.px(pad), box_.min.y + canvas_.px(25)}};
        if (iconButton(canvas_, a_.context, "close bookmarks", close, Icon::Close, "Close (Shift + K)"))
            a_.state.bookmarksShown = false;
        const Rect add{{close.min.x - canvas_.px(gap + 64), box_.min.y + canvas_.px(4)},
                       {close.min.x - canvas_.px(gap), bottom - canvas_.px(4)}};
        if (textButton(canvas_, "add bookmark", add, "Set here")) a_.intents.emplace_back(AddBookmark{});
        hint(a_.context, "Sets one at the time that is shown (K)");
    }

    void rows(ScrollRegion& region) {
        Canvas& canvas = region.canvas();
        const float left = region.origin().x + canvas.px(pad), right = region.origin().x + region.width() - canvas.px(pad);
        float top = 0;
        if (a_.model.bookmarks.empty())
            canvas.text({{left, region.origin().y}, {right, region.origin().y + canvas.px(row)}}, Face::Small, palette::dim,
                        "None yet: K sets one at the time that is shown");
        for (std::size_t i = 0; i < a_.model.bookmarks.size(); ++i, top += canvas.px(row)) {
            if (!region.visible(top, top + canvas.px(row))) continue;
            const float y = region.origin().y + top;
            ImGui::PushID(static_cast<int>(i));
            line(canvas, {{left, y}, {right, y + canvas.px(row)}}, i);
            ImGui::PopID();
        }
        region.setHeight(top);
    }

    void line(Canvas& canvas, const Rect& box, std::size_t i) {
        const telemetry::Bookmark& bookmark = a_.model.bookmarks[i];
        a_.context.fonts.need(bookmark.name);
        const float side = canvas.px(20), middle = box.centre().y;
        float x = box.max.x - side - canvas.px(gap);
        const Rect cross{{box.max.x - side, middle - side / 2}, {box.max.x, middle + side / 2}};
        if (iconButton(canvas, a_.context, "remove", cross, Icon::Close, "Removes it (Ctrl + Z brings it back)")) {
            a_.intents.emplace_back(RemoveBookmark{i});
            a_.state.renaming = std::string::npos;
        }
        if (a_.state.renaming == i) {
            edit(canvas, box, x, i);
            return;
        }
        const Rect rename{{x - canvas.px(74), box.min.y + canvas.px(2)}, {x, box.max.y - canvas.px(2)}};
        x = rename.min.x - canvas.px(gap);
        if (textButton(canvas, "rename", rename, "Rename")) {
            a_.state.renaming = i;
            a_.state.newName = bookmark.name;
        }
        const Touch touch = touchable("bookmark", {box.min, {x, box.max.y}});
        const bool here = bookmark.time == a_.model.frame->time;
        if (touch.hovered || here)
            canvas.fill({{box.min.x - canvas.px(4), box.min.y}, {x, box.max.y}}, here ? palette::selected : palette::hover);
        if (touch.clicked) a_.intents.emplace_back(Seek{bookmark.time});
        const float after = canvas.figures(box, Face::Small, palette::dim, clockText(bookmark.time, 1), Align::Left);
        canvas.text({{after + canvas.px(8), box.min.y}, {x - canvas.px(4), box.max.y}}, Face::Body, palette::text, bookmark.name);
    }

    /// Enter takes the name, Escape or a click elsewhere leaves it.
    void edit(Canvas& canvas, const Rect& box, float right, std::size_t i) {
        ImGui::SetCursorScreenPos({box.min.x, box.min.y + canvas.px(1)});
        ImGui::SetNextItemWidth(right - box.min.x);
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                            {canvas.px(4), (box.height() - canvas.px(2) - canvas.lineHeight(Face::Body)) / 2});
        if (!focused_) ImGui::SetKeyboardFocusHere();
        focused_ = true;
        const bool entered =
            ImGui::InputText("##name", &a_.state.newName, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
        ImGui::PopStyleVar();
        a_.context.fonts.need(a_.state.newName);
        if (entered) a_.intents.emplace_back(RenameBookmark{i, a_.state.newName});
        if (entered || ImGui::IsItemDeactivated()) {
            a_.state.renaming = std::string::npos;
            focused_ = false;
        }
    }

    PanelArguments& a_;
    Canvas& canvas_;
    Rect box_;
    bool& focused_ = a_.state.renameFocused;
};

} // namespace

Rect drawBookmarks(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) {
    return BookmarkPanel{arguments, canvas, viewport}.draw();
}

} // namespace millwright::ui
