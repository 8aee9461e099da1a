#pragma once

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/result.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

/// What drawing texts begins with: characters out of UTF-8, and the machine's fonts.
namespace millwright {

struct Character {
    char32_t code = 0;
    std::size_t length = 0; ///< bytes of the text
};
/// The character that begins at `text[at]`; U+FFFD of one byte where none does. `at` must be in the text.
[[nodiscard]] Character characterAt(std::string_view text, std::size_t at);

/// Opens a font of the machine by its file's name, `Inter-Regular.otf`: in `folders`, or where Debian puts fonts. Errors: NotFound,
/// with the packages that bring the fonts Millwright draws with.
[[nodiscard]] Result<MappedFile> openFont(std::string_view file, std::span<const std::filesystem::path> folders = {});

} // namespace millwright
