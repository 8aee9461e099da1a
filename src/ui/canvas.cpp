#include "ui/canvas.hpp"

#include "ui/context_impl.hpp"

#include <millwright/ui/format.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace millwright::ui {
namespace {

const char* begin(std::string_view text) {
    return text.data();
}
const char* end(std::string_view text) {
    return text.data() + text.size();
}
bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

} // namespace

Canvas::Canvas(Context::Impl& context, ImDrawList& list, int layer) : context_{context}, list_{list}, layer_{layer} {}

float Canvas::px(float logical) const {
    return std::round(logical * context_.scale);
}

float Canvas::lineHeight(Face face) const {
    return context_.fonts.font(face)->FontSize;
}

float Canvas::textWidth(Face face, std::string_view text) const {
    const ImFont* font = context_.fonts.font(face);
    return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, begin(text), end(text)).x;
}

float Canvas::figureWidth(Face face, std::string_view text) const {
    const float digit = context_.fonts.digitWidth(face);
    float width = 0;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = characterLength(text, i);
        width += isDigit(text[i]) ? digit : textWidth(face, text.substr(i, length));
        i += length;
    }
    return width;
}

void Canvas::fill(const Rect& box, Colour colour, float roundingLogical) {
    list_.AddRectFilled(im(box.min), im(box.max), packed(colour), roundingLogical * context_.scale);
}

void Canvas::stroke(const Rect& box, Colour colour, float widthLogical, float roundingLogical) {
    const float width = std::max(1.0f, px(widthLogical));
    list_.AddRect(im(box.min), im(box.max), packed(colour), roundingLogical * context_.scale, 0, width);
}

void Canvas::line(glm::vec2 a, glm::vec2 b, Colour colour, float widthLogical) {
    const float width = std::max(1.0f, px(widthLogical));
    if (a.x == b.x) { // upright and level lines fill whole pixels
        const float left = std::round(a.x - width / 2);
        list_.AddRectFilled({left, std::min(a.y, b.y)}, {left + width, std::max(a.y, b.y)}, packed(colour));
    } else if (a.y == b.y) {
        const float top = std::round(a.y - width / 2);
        list_.AddRectFilled({std::min(a.x, b.x), top}, {std::max(a.x, b.x), top + width}, packed(colour));
    } else {
        list_.AddLine(im(a), im(b), packed(colour), widthLogical * context_.scale);
    }
}

void Canvas::dashes(std::span<const glm::vec2> points, Colour colour, float widthLogical) {
    const float dash = px(4), period = px(7);
    float along = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
        const glm::vec2 from = points[i - 1], way = points[i] - from;
        const float length = glm::length(way);
        for (float done = 0; done < length;) {
            const float phase = std::fmod(along + done, period);
            const float next = std::min(length, done + std::max(phase < dash ? dash - phase : period - phase, 0.25f));
            if (phase < dash) line(from + way * (done / length), from + way * (next / length), colour, widthLogical);
            done = next;
        }
        along = std::fmod(along + length, period);
    }
}

void Canvas::triangle(glm::vec2 a, glm::vec2 b, glm::vec2 c, Colour colour) {
    list_.AddTriangleFilled(im(a), im(b), im(c), packed(colour));
}

void Canvas::circle(glm::vec2 centre, float radius, Colour colour, bool filled, float widthLogical) {
    if (filled)
        list_.AddCircleFilled(im(centre), radius, packed(colour));
    else
        list_.AddCircle(im(centre), radius, packed(colour), 0, widthLogical * context_.scale);
}

void Canvas::hatch(const Rect& box, Colour colour, float gapLogical) {
    list_.PushClipRect(im(box.min), im(box.max), true);
    const float gap = std::max(2.0f, gapLogical * context_.scale), height = box.height();
    for (float x = box.min.x - height; x < box.max.x; x += gap)
        list_.AddLine({x, box.max.y}, {x + height, box.min.y}, packed(colour), std::max(1.0f, context_.scale));
    list_.PopClipRect();
}

void Canvas::record(std::string_view text, glm::vec2 at, glm::vec2 size, bool shortened) {
    if (!context_.recordTexts) return;
    const ImVec4& clip = list_._ClipRectStack.back();
    context_.texts.push_back({std::string{text}, {at, at + size}, {{clip.x, clip.y}, {clip.z, clip.w}}, layer_, shortened});
}

float Canvas::text(const Rect& box, Face face, Colour colour, std::string_view text, Align align) {
    if (text.empty() || box.width() <= 0) return box.min.x;
    context_.fonts.need(text);
    ImFont* font = context_.fonts.font(face);
    float width = textWidth(face, text);
    std::string shortened;
    const bool tooLong = width > box.width() + 0.5f;
    if (tooLong) {
        shortened = elided(text, [&](std::string_view candidate) { return textWidth(face, candidate) <= box.width(); });
        text = shortened;
        width = textWidth(face, text);
    }
    const float left = align == Align::Left ? box.min.x : align == Align::Right ? box.max.x - width : box.centre().x - width / 2;
    const glm::vec2 at{std::round(left), std::round(box.centre().y - font->FontSize / 2)};
    list_.AddText(font, font->FontSize, im(at), packed(colour), begin(text), end(text));
    record(text, at, {width, font->FontSize}, tooLong);
    return at.x + width;
}

float Canvas::figures(const Rect& box, Face face, Colour colour, std::string_view text, Align align) {
    context_.fonts.need(text);
    ImFont* font = context_.fonts.font(face);
    const float digit = context_.fonts.digitWidth(face), width = figureWidth(face, text);
    const float left = align == Align::Left ? box.min.x : align == Align::Right ? box.max.x - width : box.centre().x - width / 2;
    const glm::vec2 start{std::round(left), std::round(box.centre().y - font->FontSize / 2)};
    float x = start.x;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = characterLength(text, i);
        const std::string_view character = text.substr(i, length);
        const float own = textWidth(face, character), cell = isDigit(text[i]) ? digit : own;
        list_.AddText(font, font->FontSize, {x + std::round((cell - own) / 2), start.y}, packed(colour), begin(character),
                      end(character));
        x += cell;
        i += length;
    }
    record(text, start, {width, font->FontSize}, false);
    return start.x + width;
}

float Canvas::paragraph(const Rect& box, Face face, Colour colour, std::string_view text, int lines) {
    const float height = lineHeight(face) + px(2);
    float top = box.min.y;
    while (!text.empty() && lines-- > 0) {
        const bool last = lines == 0;
        std::size_t fits = 0, breakAt = 0;
        while (fits < text.size()) {
            const std::size_t next = fits + characterLength(text, fits);
            if (textWidth(face, text.substr(0, next)) > box.width()) break;
            fits = next;
            if (fits == text.size() || text[fits] == ' ') breakAt = fits;
        }
        if (fits == 0) break;
        const std::size_t length = last ? text.size() : fits == text.size() ? fits : breakAt > 0 ? breakAt : fits;
        this->text({{box.min.x, top}, {box.max.x, top + height}}, face, colour, text.substr(0, length));
        text.remove_prefix(length);
        while (text.starts_with(' ')) text.remove_prefix(1);
        top += height;
    }
    return top - box.min.y;
}

float Canvas::badgeWidth(Attention attention) const {
    const std::string_view letters = ui::badge(attention);
    return letters.empty() ? 0 : std::max(px(18), std::ceil(textWidth(Face::Small, letters)) + px(9));
}

float Canvas::badge(float left, float centreY, Attention attention) {
    const std::string_view letters = ui::badge(attention);
    if (letters.empty()) return left;
    const float half = px(8);
    const Rect box{{left, std::round(centreY) - half}, {left + badgeWidth(attention), std::round(centreY) + half}};
    if (crossesTrip(attention)) { // square corners and white on red
        fill(box, palette::urgent);
        text(box, Face::Small, palette::white, letters, Align::Centre);
    } else if (crossesLimit(attention)) { // round and black on orange
        fill(box, palette::high, 8);
        stroke(box, palette::outline, 1, 8);
        text(box, Face::Small, palette::black, letters, Align::Centre);
    } else {
        fill(box, palette::field, 2);
        stroke(box, palette::outline, 1, 2);
        text(box, Face::Small, palette::text, letters, Align::Centre);
    }
    return box.max.x;
}

void Canvas::mark(glm::vec2 centre, Attention attention) {
    const glm::vec2 c = glm::round(centre);
    const float r = px(5);
    switch (attention) {
    case Attention::None: circle(c, px(3), palette::outline, false); break;
    case Attention::Unknown: break;
    case Attention::Stale:
        circle(c, px(4), palette::outline, false);
        line({c.x, c.y - px(4)}, {c.x, c.y}, palette::outline);
        break;
    case Attention::Uncertain:
    case Attention::Bad:
        line({c.x - r * 0.8f, c.y - r * 0.8f}, {c.x + r * 0.8f, c.y + r * 0.8f}, palette::text, 2);
        line({c.x - r * 0.8f, c.y + r * 0.8f}, {c.x + r * 0.8f, c.y - r * 0.8f}, palette::text, 2);
        break;
    case Attention::Low:
    case Attention::High:
    case Attention::Alarm:
        triangle({c.x, c.y - r - px(1)}, {c.x + r + px(1), c.y + r}, {c.x - r - px(1), c.y + r}, palette::high);
        list_.AddTriangle({c.x, c.y - r - px(1)}, {c.x + r + px(1), c.y + r}, {c.x - r - px(1), c.y + r}, packed(palette::outline),
                          context_.scale);
        break;
    case Attention::LowLow:
    case Attention::HighHigh:
    case Attention::UrgentAlarm: fill({c - r, c + r}, palette::urgent); break;
    }
}

void Canvas::alarmMark(glm::vec2 centre, plant::AlarmPriority priority, bool filled, bool coloured) {
    const glm::vec2 c = glm::round(centre);
    const float r = px(6);
    constexpr std::array colours{palette::low, palette::medium, palette::high, palette::urgent};
    const Colour colour = coloured ? colours[static_cast<std::size_t>(priority)] : palette::outline;
    // Corners by priority: a circle, a diamond, a triangle, a square.
    const std::array<std::vector<glm::vec2>, 4> shapes{{{},
                                                        {{0, -1.2f}, {1.2f, 0}, {0, 1.2f}, {-1.2f, 0}},
                                                        {{0, -1.1f}, {1.2f, 1}, {-1.2f, 1}},
                                                        {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}}};
    const auto& corners = shapes[static_cast<std::size_t>(priority)];
    if (corners.empty()) {
        if (filled) circle(c, r, colour, true);
        circle(c, filled ? r : r - px(1), filled ? palette::text : colour, false, filled ? 1 : 2.5f);
        return;
    }
    std::array<ImVec2, 4> points;
    for (std::size_t i = 0; i < corners.size(); ++i) points[i] = im(c + corners[i] * (filled ? r : r - px(0.5f)));
    const auto count = static_cast<int>(corners.size());
    if (filled) list_.AddConvexPolyFilled(points.data(), count, packed(colour));
    list_.AddPolyline(points.data(), count, packed(filled ? palette::text : colour), ImDrawFlags_Closed,
                      (filled ? 1.0f : 2.5f) * context_.scale);
}

Touch touchable(std::string_view id, const Rect& box) {
    Touch touch;
    if (box.width() <= 0 || box.height() <= 0) return touch;
    ImGui::SetCursorScreenPos(im(box.min));
    ImGui::PushID(begin(id), end(id));
    touch.clicked = ImGui::InvisibleButton("##", im(box.size()));
    ImGui::PopID();
    touch.hovered = ImGui::IsItemHovered();
    touch.held = ImGui::IsItemActive();
    touch.doubleClicked = touch.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    return touch;
}

void hint(Context::Impl& context, std::string_view text) {
    if (text.empty() || !ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) return;
    ImDrawList& list = *ImGui::GetForegroundDrawList();
    Canvas canvas{context, list, 9};
    const glm::vec2 pad{canvas.px(8), canvas.px(5)};
    const glm::vec2 size{std::ceil(canvas.textWidth(Face::Small, text)) + 2 * pad.x, canvas.lineHeight(Face::Small) + 2 * pad.y};
    const glm::vec2 screen = glmOf(ImGui::GetIO().DisplaySize), mouse = glmOf(ImGui::GetIO().MousePos);
    glm::vec2 at{mouse.x + canvas.px(12), mouse.y + canvas.px(18)};
    at.x = std::max(0.0f, std::min(at.x, screen.x - size.x - canvas.px(4)));
    if (at.y + size.y > screen.y) at.y = mouse.y - size.y - canvas.px(8);
    const Rect box{glm::round(at), glm::round(at) + size};
    canvas.fill(box, palette::field, 3);
    canvas.stroke(box, palette::outline, 1, 3);
    canvas.text({box.min + pad, box.max - pad}, Face::Small, palette::text, text);
}

} // namespace millwright::ui
