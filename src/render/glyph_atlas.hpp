#pragma once

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/result.hpp>
#include <millwright/gpu/memory.hpp>

#include <glm/glm.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millwright::render {

/// A character as it is set and drawn. Lengths in em, y down.
struct Glyph {
    glm::vec2 corner{0};  ///< from the pen on the baseline to the top left of its picture
    glm::vec2 size{0};    ///< of its picture; zero for a space
    glm::vec4 texture{0}; ///< top left and bottom right in the atlas, 0…1
    float advance = 0;
};

/// Signed distance fields of characters (Green 2007, "Improved Alpha-Tested Magnification"): one picture of each serves every size.
/// Made when first needed, of Inter, and of Noto Sans CJK where that has no such character. Thread: the frame thread.
class GlyphAtlas {
public:
    /// Errors: NotFound where Inter is not installed.
    [[nodiscard]] static Result<std::unique_ptr<GlyphAtlas>> create();
    ~GlyphAtlas();
    GlyphAtlas(const GlyphAtlas&) = delete;
    GlyphAtlas& operator=(const GlyphAtlas&) = delete;

    /// Once the atlas is full, a character that was not met before is drawn as U+FFFD. The reference holds as long as the atlas.
    [[nodiscard]] const Glyph& glyph(char32_t character);
    /// Of one line, em.
    [[nodiscard]] float width(std::string_view utf8);

    /// Gives the GPU what it does not have yet. Errors: Device, ResourceLimit.
    [[nodiscard]] Result<void> upload(gpu::Device& device);
    [[nodiscard]] std::uint32_t heapIndex() const { return image_.heapIndex(); }
    /// What the field's values span, from 0 to 1, em.
    [[nodiscard]] static float span();

private:
    struct Fonts;
    explicit GlyphAtlas(std::unique_ptr<Fonts> fonts);
    [[nodiscard]] bool draw(char32_t character, Glyph& glyph);
    [[nodiscard]] bool reserve(glm::uvec2 size, glm::uvec2& place);

    std::unique_ptr<Fonts> fonts_;
    std::unordered_map<char32_t, Glyph> glyphs_;
    std::vector<std::byte> pixels_; ///< rows of the atlas, one byte a pixel
    glm::uvec2 pen_{0};             ///< where the next picture goes: shelves from the top, each as high as its highest
    std::uint32_t shelfHeight_ = 0;
    bool changed_ = true;
    gpu::Image image_;
};

} // namespace millwright::render
