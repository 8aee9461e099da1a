#pragma once

#include <filesystem>

namespace millwright::ui::test {

/// Draws the frame that ImGui's current context last ended into a PPM file, on the CPU: what a person looks at when a panel test
/// fails. Images other than the font atlas come out as a plain grey-blue.
void savePicture(const std::filesystem::path& file);

} // namespace millwright::ui::test
