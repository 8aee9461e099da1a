#pragma once

#include <millwright/ui/layout.hpp>

#include <filesystem>

namespace millwright::app {

/// Where the window's layout is remembered: `$XDG_CONFIG_HOME/millwright/window`, or under `~/.config`; empty when there is no
/// home.
[[nodiscard]] std::filesystem::path windowSettingsFile();

/// The layout last saved; the default one where there is none or the file is damaged.
[[nodiscard]] ui::Splits loadSplits(const std::filesystem::path& file);
/// Best effort: a window must close also where nothing can be written.
void saveSplits(const std::filesystem::path& file, const ui::Splits& splits);

} // namespace millwright::app
