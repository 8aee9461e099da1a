#pragma once

#include <array>
#include <cstdint>

/// The colours of the interface, after ISA-101: a light grey ground, dark text, and colour only for what needs attention.
/// Colour never stands alone: every attention colour comes with a shape and a letter (`badge`).
namespace millwright::ui {

/// 8-bit sRGB with straight alpha.
struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0, alpha = 255;
    friend bool operator==(const Colour&, const Colour&) = default;
};

namespace palette {
inline constexpr Colour ground{224, 224, 224}; ///< panels
inline constexpr Colour raised{236, 236, 236}; ///< rows and cards on the ground
inline constexpr Colour sunken{208, 208, 208}; ///< bars of status and section headings
inline constexpr Colour field{245, 245, 245};  ///< where one types, and tracks of bars
inline constexpr Colour hover{214, 218, 222};
inline constexpr Colour selected{190, 204, 216}; ///< the selected row; dark text stays readable on it
inline constexpr Colour line{176, 176, 176};     ///< separators; decoration only
inline constexpr Colour outline{104, 104, 104};  ///< edges that carry meaning: at least 3:1 on every ground
inline constexpr Colour text{40, 40, 40};
inline constexpr Colour dim{84, 84, 84};              ///< secondary text: still at least 4.5:1
inline constexpr Colour live{147, 194, 228};          ///< live data, drawn with a dark edge
inline constexpr Colour liveLine{26, 86, 132};        ///< curves of live data
inline constexpr Colour liveBand{26, 86, 132, 70};    ///< what they ranged over
inline constexpr Colour compared{150, 75, 0};         ///< the other of two logs: always dashed, or with a sign of its own
inline constexpr Colour comparedBand{150, 75, 0, 50}; ///< what it ranges over
inline constexpr Colour accent{26, 86, 132};          ///< focus and the playhead
inline constexpr Colour urgent{206, 24, 34};          ///< trip limits (high-high, low-low); white on it
inline constexpr Colour high{236, 134, 41};           ///< warning limits (high, low); black on it
inline constexpr Colour medium{245, 225, 27};         ///< alarms of medium priority; always with a dark edge
inline constexpr Colour low{145, 106, 173};           ///< alarms of low priority
inline constexpr Colour white{255, 255, 255};
inline constexpr Colour black{0, 0, 0};
inline constexpr Colour shade{20, 24, 28, 150};    ///< over the window under a sheet
inline constexpr Colour paper{240, 240, 240, 235}; ///< labels over the 3D picture
} // namespace palette

/// WCAG 2.2 relative luminance of the opaque colour, 0…1.
[[nodiscard]] double luminance(Colour colour);
/// WCAG 2.2 contrast ratio, 1…21; text needs 4.5, shapes that carry meaning 3.
[[nodiscard]] double contrast(Colour a, Colour b);

/// A text colour and the grounds it is drawn on.
struct TextOnGround {
    Colour text;
    Colour ground;
};
/// Every pair the panels use, so that a test can hold them to WCAG.
[[nodiscard]] const std::array<TextOnGround, 17>& textPairs();

} // namespace millwright::ui
