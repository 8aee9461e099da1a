#pragma once

#include <millwright/core/mapped_file.hpp>

#include <imgui.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::ui {

/// The four faces the panels use.
enum class Face : std::uint8_t { Body, Strong, Small, Large };

/// Inter with Noto Sans CJK behind it, holding the characters met so far.
class Fonts {
public:
    explicit Fonts(std::vector<std::filesystem::path> folders);

    /// Notes the characters of a text; those that are new come with the next `rebuild`.
    void need(std::string_view utf8);
    [[nodiscard]] bool stale() const { return stale_; }
    /// Makes the atlas of the current ImGui context for this many pixels a logical pixel.
    void rebuild(float scale);

    [[nodiscard]] ImFont* font(Face face) const { return fonts_[static_cast<std::size_t>(face)]; }
    /// Advance of the widest digit, so that figures stand in columns. Pixels.
    [[nodiscard]] float digitWidth(Face face) const { return digitWidths_[static_cast<std::size_t>(face)]; }
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

private:
    struct File {
        MappedFile bytes;
        bool found = false;
    };
    [[nodiscard]] File find(std::string_view name);
    void addFace(Face face, float pixels, const File& latin, const File& cjk);

    std::vector<std::filesystem::path> folders_;
    std::vector<std::string> missing_;
    File regular_, semiBold_, cjkRegular_, cjkBold_;
    std::bitset<65536> wanted_;
    std::vector<ImWchar> latinRanges_, hangulRanges_, hanRanges_;
    std::array<ImFont*, 4> fonts_{};
    std::array<float, 4> digitWidths_{};
    std::uint64_t generation_ = 0;
    bool stale_ = true;
};

} // namespace millwright::ui
