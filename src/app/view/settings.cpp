#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>

#include <app/view/settings.hpp>
#include <cmath>
#include <cstdlib>
#include <format>
#include <sstream>

namespace millwright::app {

std::filesystem::path windowSettingsFile() {
    const auto named = [](const char* variable) {
        const char* value = std::getenv(variable);
        return std::filesystem::path{value ? value : ""};
    };
    if (const auto config = named("XDG_CONFIG_HOME"); config.is_absolute()) return config / "millwright" / "window";
    if (const auto home = named("HOME"); home.is_absolute()) return home / ".config" / "millwright" / "window";
    return {};
}

ui::Splits loadSplits(const std::filesystem::path& file) {
    ui::Splits splits;
    const auto text = readFile(file, 4096);
    if (!text) return splits;
    std::istringstream lines{*text};
    std::string name;
    float value = 0;
    while (lines >> name >> value) {
        if (!std::isfinite(value)) continue;
        if (name == "tree")
            splits.tree = value;
        else if (name == "inspector")
            splits.inspector = value;
        else if (name == "timeline")
            splits.timeline = value;
        else if (name == "tree-shown")
            splits.treeShown = value != 0;
        else if (name == "inspector-shown")
            splits.inspectorShown = value != 0;
    }
    return splits;
}

void saveSplits(const std::filesystem::path& file, const ui::Splits& splits) {
    if (file.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    const auto written =
        writeFile(file, std::format("tree {}\ninspector {}\ntimeline {}\ntree-shown {}\ninspector-shown {}\n", splits.tree,
                                    splits.inspector, splits.timeline, int{splits.treeShown}, int{splits.inspectorShown}));
    if (!written) log::info("the window's layout was not saved: {}", written.error().text());
}

} // namespace millwright::app
