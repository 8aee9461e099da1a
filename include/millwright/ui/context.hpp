#pragma once

#include <millwright/ui/layout.hpp>

#include <glm/glm.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::ui {

struct ContextOptions {
    float scale = 1;                                ///< pixels a logical pixel: the display's content scale times the user's choice
    bool recordTexts = false;                       ///< keep `Context::texts`, for tests
    std::vector<std::filesystem::path> fontFolders; ///< searched before the system's own; for tests
};

/// A text as it was drawn, for tests that nothing overlaps or is cut off.
struct DrawnText {
    std::string text;
    Rect box;      ///< pixels
    Rect clip;     ///< what was visible
    int layer = 0; ///< texts of one layer must not overlap; 1 and above lie over the layers below
    bool elided = false;
};

enum class Key { Space, Left, Right, Up, Down, Home, End, PageUp, PageDown, Comma, Period, Control, Escape, F1, Enter };

/// One ImGui context with Millwright's theme and fonts: the desktop window has one, a panel in the headset another. Fonts are made
/// of the characters that are really used, so that Korean and Chinese cost nothing until they appear. Thread: one at a time, and
/// only one context is current between `beginFrame` and `endFrame`.
class Context {
public:
    [[nodiscard]] static std::unique_ptr<Context> create(const ContextOptions& options = {});
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// Fonts and sizes are made again with the next frame.
    void setScale(float scale);
    [[nodiscard]] float scale() const;

    /// Starts a frame of `displayPixels`; `seconds` since the last one. A window backend that feeds ImGui itself passes the same
    /// size.
    void beginFrame(glm::vec2 displayPixels, double seconds);
    /// Ends it; the draw lists are then ready (`ImGui::GetDrawData`).
    void endFrame();

    // Input of a pointer that is not a window's own: the ray of a controller, a test.
    void pointerAt(glm::vec2 pixels);
    void pointerAway();
    void pointerButton(int button, bool down); ///< 0 left, 1 right, 2 middle
    void wheel(float notches);
    void key(Key key, bool down);
    void text(std::string_view utf8);

    /// Changes whenever the font picture was made again: time for a renderer to upload it.
    [[nodiscard]] std::uint64_t fontGeneration() const;
    /// Font files that were looked for and not found; with them missing a built-in Latin font is used.
    [[nodiscard]] const std::vector<std::string>& missingFonts() const;
    /// With ContextOptions::recordTexts: every text of the frame last drawn.
    [[nodiscard]] const std::vector<DrawnText>& texts() const;
    /// Makes this context ImGui's current one.
    void makeCurrent() const;

    struct Impl;
    [[nodiscard]] Impl& impl() const { return *impl_; } ///< for ui's own sources

private:
    explicit Context(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::ui
