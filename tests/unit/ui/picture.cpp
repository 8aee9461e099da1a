#include "unit/ui/picture.hpp"

#include <glm/glm.hpp>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <vector>

namespace millwright::ui::test {
namespace {

struct Surface {
    int width, height;
    std::vector<float> rgb;
};

glm::vec4 colourOf(ImU32 c) {
    const ImVec4 v = ImGui::ColorConvertU32ToFloat4(c);
    return {v.x, v.y, v.z, v.w};
}

struct Atlas {
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;

    [[nodiscard]] float alpha(glm::vec2 uv) const { // bilinear
        const glm::vec2 p = uv * glm::vec2{width, height} - 0.5f;
        const glm::ivec2 i{glm::floor(p)};
        const glm::vec2 f = p - glm::vec2(i);
        const auto at = [this](int x, int y) {
            return pixels[std::clamp(y, 0, height - 1) * width + std::clamp(x, 0, width - 1)] / 255.0f;
        };
        return std::lerp(std::lerp(at(i.x, i.y), at(i.x + 1, i.y), f.x), std::lerp(at(i.x, i.y + 1), at(i.x + 1, i.y + 1), f.x),
                         f.y);
    }
};

void fillTriangle(Surface& surface, const Atlas& atlas, const ImDrawVert* v[3], const ImVec4& clip, bool font) {
    const glm::vec2 a{v[0]->pos.x, v[0]->pos.y}, b{v[1]->pos.x, v[1]->pos.y}, c{v[2]->pos.x, v[2]->pos.y};
    const float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if (area == 0) return;
    const int left = std::max({0, static_cast<int>(std::floor(std::min({a.x, b.x, c.x}))), static_cast<int>(clip.x)});
    const int right = std::min({surface.width, static_cast<int>(std::ceil(std::max({a.x, b.x, c.x}))), static_cast<int>(clip.z)});
    const int top = std::max({0, static_cast<int>(std::floor(std::min({a.y, b.y, c.y}))), static_cast<int>(clip.y)});
    const int bottom = std::min({surface.height, static_cast<int>(std::ceil(std::max({a.y, b.y, c.y}))), static_cast<int>(clip.w)});
    const auto inside = [area](float w, glm::vec2 from, glm::vec2 to) { // top-left rule, so that shared edges are drawn once
        if (w != 0) return w > 0;
        const glm::vec2 edge = area > 0 ? to - from : from - to;
        return edge.y < 0 || (edge.y == 0 && edge.x > 0);
    };
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) {
            const glm::vec2 p{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
            const auto weight = [&](glm::vec2 s, glm::vec2 t) {
                return ((t.x - s.x) * (p.y - s.y) - (t.y - s.y) * (p.x - s.x)) / area;
            };
            const float wa = weight(b, c), wb = weight(c, a), wc = weight(a, b);
            if (!inside(wa, b, c) || !inside(wb, c, a) || !inside(wc, a, b)) continue;
            glm::vec4 colour = colourOf(v[0]->col) * wa + colourOf(v[1]->col) * wb + colourOf(v[2]->col) * wc;
            const glm::vec2 uv = glm::vec2{v[0]->uv.x, v[0]->uv.y} * wa + glm::vec2{v[1]->uv.x, v[1]->uv.y} * wb +
                                 glm::vec2{v[2]->uv.x, v[2]->uv.y} * wc;
            if (font)
                colour.a *= atlas.alpha(uv);
            else
                colour = {0.62f, 0.66f, 0.70f, 1};
            float* pixel = &surface.rgb[static_cast<std::size_t>(y * surface.width + x) * 3];
            for (int i = 0; i < 3; ++i) pixel[i] = std::lerp(pixel[i], colour[i], colour.a);
        }
}

} // namespace

void savePicture(const std::filesystem::path& file) {
    const ImDrawData& data = *ImGui::GetDrawData();
    Surface surface{static_cast<int>(data.DisplaySize.x), static_cast<int>(data.DisplaySize.y), {}};
    surface.rgb.assign(static_cast<std::size_t>(surface.width * surface.height) * 3, 0.5f);
    Atlas atlas;
    ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&atlas.pixels, &atlas.width, &atlas.height);
    const ImTextureID fontTexture = ImGui::GetIO().Fonts->TexID;
    for (const ImDrawList* list : data.CmdLists)
        for (const ImDrawCmd& command : list->CmdBuffer)
            for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
                const ImDrawVert* vertices[3];
                for (unsigned k = 0; k < 3; ++k)
                    vertices[k] = &list->VtxBuffer[static_cast<int>(list->IdxBuffer[static_cast<int>(command.IdxOffset + i + k)] +
                                                                    command.VtxOffset)];
                fillTriangle(surface, atlas, vertices, command.ClipRect, command.GetTexID() == fontTexture);
            }
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out{file, std::ios::binary};
    out << "P6\n" << surface.width << ' ' << surface.height << "\n255\n";
    for (const float value : surface.rgb)
        out.put(static_cast<char>(static_cast<std::uint8_t>(std::clamp(value, 0.0f, 1.0f) * 255 + 0.5f)));
}

} // namespace millwright::ui::test
