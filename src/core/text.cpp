#include <millwright/core/json_writer.hpp>
#include <millwright/core/text.hpp>

#include <array>

namespace millwright {
namespace {

// Where Debian's fonts-inter and fonts-noto-cjk put their files.
constexpr std::array<std::string_view, 4> systemFolders{"/usr/share/fonts/opentype/inter", "/usr/share/fonts/opentype/noto",
                                                        "/usr/share/fonts/truetype/inter", "/usr/local/share/fonts"};

} // namespace

Character characterAt(std::string_view text, std::size_t at) {
    const std::size_t length = utf8Length(text, at);
    if (length == 0) return {U'\uFFFD', 1};
    const auto lead = static_cast<unsigned char>(text[at]);
    if (length == 1) return {lead, 1};
    char32_t code = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
    return {code, length};
}

Result<MappedFile> openFont(std::string_view file, std::span<const std::filesystem::path> folders) {
    const auto tryIn = [file](const auto& places) -> Result<MappedFile> {
        for (const auto& folder : places)
            if (auto opened = MappedFile::open(std::filesystem::path{folder} / file)) return opened;
        return failure(ErrorCode::NotFound, "no such font: install the packages fonts-inter and fonts-noto-cjk", std::string{file});
    };
    return folders.empty() ? tryIn(systemFolders) : tryIn(folders);
}

} // namespace millwright
