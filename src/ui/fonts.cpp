#include "ui/fonts.hpp"

#include <millwright/core/text.hpp>

#include <imgui_freetype.h>

#include <algorithm>
#include <cmath>

namespace millwright::ui {
namespace {

// FreeType is asked for ascender-to-descender heights; Inter's em is 0.826 of that, so 17 means 14-pixel text.
constexpr std::array<float, 4> logicalHeights{17, 17, 15, 23};

// The same measure of Noto Sans CJK is 1.45 em against Inter's 1.21: without this its characters would come out smaller than the
// text round them.
constexpr float cjkHeight = 1.448f / 1.21f;

// Faces inside Debian's NotoSansCJK-*.ttc: 0 Japanese, 1 Korean, 2 simplified, 3 traditional Chinese.
constexpr int koreanFace = 1, traditionalChineseFace = 3;

// What the panels themselves draw beyond printable Latin-1.
constexpr std::string_view always = "…–—−×·°µ²³⁻⁰¹⁴⁵⁶⁷⁸⁹±≤≥→←↑↓Ω∞\u2009";

bool isHangul(unsigned c) {
    return (c >= 0x1100 && c < 0x1200) || (c >= 0x3130 && c < 0x3190) || (c >= 0xAC00 && c < 0xD7B0);
}
bool isHan(unsigned c) {
    return (c >= 0x2E80 && c < 0x3130) || (c >= 0x3190 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00) || c >= 0xFE30;
}

} // namespace

Fonts::Fonts(std::vector<std::filesystem::path> folders) : folders_{std::move(folders)} {
    regular_ = find("Inter-Regular.otf");
    semiBold_ = find("Inter-SemiBold.otf");
    cjkRegular_ = find("NotoSansCJK-Regular.ttc");
    cjkBold_ = find("NotoSansCJK-Bold.ttc");
    for (unsigned c = 0x20; c < 0x100; ++c) wanted_.set(c);
    need(always);
}

Fonts::File Fonts::find(std::string_view name) {
    if (auto file = openFont(name, folders_)) return {std::move(*file), true};
    missing_.emplace_back(name);
    return {};
}

void Fonts::need(std::string_view utf8) {
    for (std::size_t i = 0; i < utf8.size();) {
        const auto [character, length] = characterAt(utf8, i);
        i += length;
        if (character < 0x80 || character >= wanted_.size() || wanted_.test(character)) continue;
        wanted_.set(character);
        stale_ = true;
    }
}

void Fonts::addFace(Face face, float pixels, const File& latin, const File& cjk) {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false; // the bytes stay mapped as long as these fonts live
    config.PixelSnapH = true;
    config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
    const auto add = [&](const File& file, int faceInFile, const std::vector<ImWchar>& ranges, float height) {
        config.FontNo = faceInFile;
        // ImGui's interface takes writable bytes but only reads those it does not own.
        void* bytes = const_cast<std::byte*>(file.bytes.bytes().data());
        return atlas.AddFontFromMemoryTTF(bytes, static_cast<int>(file.bytes.size()), height, &config, ranges.data());
    };
    ImFont* font = nullptr;
    if (latin.found) {
        font = add(latin, 0, latinRanges_, pixels);
    } else {
        ImFontConfig builtIn;
        builtIn.SizePixels = pixels;
        font = atlas.AddFontDefault(&builtIn);
    }
    config.MergeMode = true;
    if (cjk.found && hangulRanges_.size() > 1) add(cjk, koreanFace, hangulRanges_, std::round(pixels * cjkHeight));
    if (cjk.found && hanRanges_.size() > 1) add(cjk, traditionalChineseFace, hanRanges_, std::round(pixels * cjkHeight));
    fonts_[static_cast<std::size_t>(face)] = font;
}

void Fonts::rebuild(float scale) {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
    atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
    const auto ranges = [this](auto&& fits) {
        std::vector<ImWchar> list;
        for (unsigned c = 1; c < wanted_.size(); ++c) {
            if (!wanted_.test(c) || !fits(c)) continue;
            if (!list.empty() && list.back() == static_cast<ImWchar>(c - 1)) {
                list.back() = static_cast<ImWchar>(c);
            } else {
                list.push_back(static_cast<ImWchar>(c));
                list.push_back(static_cast<ImWchar>(c));
            }
        }
        list.push_back(0);
        return list;
    };
    latinRanges_ = ranges([](unsigned c) { return !isHangul(c) && !isHan(c); });
    hangulRanges_ = ranges(isHangul);
    hanRanges_ = ranges(isHan);
    const auto pixels = [scale](Face face) { return std::round(logicalHeights[static_cast<std::size_t>(face)] * scale); };
    addFace(Face::Body, pixels(Face::Body), regular_, cjkRegular_);
    addFace(Face::Strong, pixels(Face::Strong), semiBold_, cjkBold_);
    addFace(Face::Small, pixels(Face::Small), regular_, cjkRegular_);
    addFace(Face::Large, pixels(Face::Large), semiBold_, cjkBold_);
    atlas.Build();
    for (std::size_t i = 0; i < fonts_.size(); ++i) {
        digitWidths_[i] = 0;
        for (ImWchar digit = '0'; digit <= '9'; ++digit)
            digitWidths_[i] = std::max(digitWidths_[i], fonts_[i]->GetCharAdvance(digit));
    }
    stale_ = false;
    ++generation_;
}

} // namespace millwright::ui
