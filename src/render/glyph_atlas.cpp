#include "render/glyph_atlas.hpp"

#include <millwright/core/text.hpp>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H

#include <algorithm>
#include <array>
#include <cstring>

namespace millwright::render {
namespace {

constexpr std::uint32_t side = 2048;     // pixels of the atlas: some 1 500 characters
constexpr unsigned emPixels = 40;        // of the pictures: corners of letters stay sharp at four times that
constexpr int spread = 8;                // pixels from an outline to where the field ends
constexpr float perEm = 1.0f / emPixels; // of pixels
constexpr float perPenUnit = perEm / 64; // FreeType counts pen positions in 1/64 pixel
constexpr char32_t replacement = U'\uFFFD';

} // namespace

/// The library with its open faces, first choice first.
struct GlyphAtlas::Fonts {
    std::vector<MappedFile> files; ///< what faces read from
    FT_Library library = nullptr;
    std::vector<FT_Face> faces;

    ~Fonts() {
        for (const FT_Face face : faces) FT_Done_Face(face);
        if (library) FT_Done_FreeType(library);
    }
    void add(MappedFile file, FT_Long faceInFile) {
        FT_Face face = nullptr;
        const auto* bytes = reinterpret_cast<const FT_Byte*>(file.bytes().data());
        if (FT_New_Memory_Face(library, bytes, static_cast<FT_Long>(file.size()), faceInFile, &face) != 0) return;
        files.push_back(std::move(file));
        faces.push_back(face);
        FT_Set_Pixel_Sizes(face, 0, emPixels);
    }
    /// The first face that has the character, and its number there; 0 where none has.
    [[nodiscard]] std::pair<FT_Face, FT_UInt> find(char32_t character) const {
        for (const FT_Face face : faces)
            if (const FT_UInt index = FT_Get_Char_Index(face, character); index != 0) return {face, index};
        return {faces.front(), 0};
    }
};

GlyphAtlas::GlyphAtlas(std::unique_ptr<Fonts> fonts) : fonts_{std::move(fonts)}, pixels_(std::size_t{side} * side, std::byte{0}) {}
GlyphAtlas::~GlyphAtlas() = default;

Result<std::unique_ptr<GlyphAtlas>> GlyphAtlas::create() {
    auto inter = openFont("Inter-SemiBold.otf");
    if (!inter) return std::unexpected(inter.error());
    auto fonts = std::make_unique<Fonts>();
    if (FT_Init_FreeType(&fonts->library) != 0) return failure(ErrorCode::Device, "FreeType does not start");
    FT_Int width = spread;
    FT_Property_Set(fonts->library, "sdf", "spread", &width);
    FT_Property_Set(fonts->library, "bsdf", "spread", &width);
    fonts->add(std::move(*inter), 0);
    if (fonts->faces.empty()) return failure(ErrorCode::Malformed, "cannot be read as a font", "Inter-SemiBold.otf");
    constexpr FT_Long korean = 1;
    if (auto cjk = openFont("NotoSansCJK-Bold.ttc")) fonts->add(std::move(*cjk), korean);
    auto atlas = std::unique_ptr<GlyphAtlas>(new GlyphAtlas(std::move(fonts)));
    Glyph missing;
    (void)atlas->draw(replacement, missing);
    atlas->glyphs_.emplace(replacement, missing);
    return atlas;
}

const Glyph& GlyphAtlas::glyph(char32_t character) {
    if (const auto known = glyphs_.find(character); known != glyphs_.end()) return known->second;
    Glyph made;
    if (!draw(character, made)) made = glyphs_.at(replacement);
    return glyphs_.emplace(character, made).first->second;
}

float GlyphAtlas::width(std::string_view utf8) {
    float width = 0;
    for (std::size_t i = 0; i < utf8.size();) {
        const Character next = characterAt(utf8, i);
        width += glyph(next.code).advance;
        i += next.length;
    }
    return width;
}

bool GlyphAtlas::draw(char32_t character, Glyph& glyph) {
    const auto [face, index] = fonts_->find(character);
    if (FT_Load_Glyph(face, index, FT_LOAD_NO_HINTING) != 0) return false;
    const FT_GlyphSlot slot = face->glyph;
    glyph.advance = static_cast<float>(slot->advance.x) * perPenUnit;
    if (slot->format == FT_GLYPH_FORMAT_OUTLINE && slot->outline.n_points == 0) return true; // a space
    if (FT_Render_Glyph(slot, FT_RENDER_MODE_SDF) != 0) return false;
    const FT_Bitmap& bitmap = slot->bitmap;
    const glm::uvec2 size{bitmap.width, bitmap.rows};
    glm::uvec2 place{0};
    if (!reserve(size, place)) return false;
    for (std::uint32_t y = 0; y < size.y; ++y)
        std::memcpy(&pixels_[std::size_t{place.y + y} * side + place.x],
                    bitmap.buffer + static_cast<std::ptrdiff_t>(y) * bitmap.pitch, size.x);
    glyph.corner = glm::vec2{slot->bitmap_left, -slot->bitmap_top} * perEm;
    glyph.size = glm::vec2{size} * perEm;
    glyph.texture = glm::vec4{place, place + size} / static_cast<float>(side);
    changed_ = true;
    return true;
}

bool GlyphAtlas::reserve(glm::uvec2 size, glm::uvec2& place) {
    constexpr std::uint32_t gap = 1; // filtering reads a pixel more
    if (pen_.x + size.x > side) pen_ = {0, pen_.y + std::exchange(shelfHeight_, 0) + gap};
    if (size.x > side || pen_.y + size.y > side) return false;
    place = pen_;
    pen_.x += size.x + gap;
    shelfHeight_ = std::max(shelfHeight_, size.y);
    return true;
}

Result<void> GlyphAtlas::upload(gpu::Device& device) {
    if (!changed_) return {};
    // A new image: frames that are being drawn may read the old one, which goes when they are done.
    auto image = gpu::Image::create(device,
                                    {.format = VK_FORMAT_R8_UNORM,
                                     .extent = {side, side},
                                     .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT},
                                    "characters");
    if (!image) return std::unexpected(image.error());
    gpu::Upload upload{device};
    if (auto done = upload.toImage(*image, pixels_); !done) return done;
    if (auto done = upload.submit(); !done) return done;
    image_ = std::move(*image);
    changed_ = false;
    return {};
}

float GlyphAtlas::span() {
    return 2 * spread * perEm;
}

} // namespace millwright::render
