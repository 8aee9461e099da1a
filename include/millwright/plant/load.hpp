#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::plant {

/// Loads and validates `plant.toml` (format version 1, docs/plant-format.md).
/// `path` is the plant's folder or the file itself. Returns the plant, or every problem found, in file order, each with
/// `file:line:column` and, for a misspelt key or name, a suggestion.
[[nodiscard]] std::expected<Plant, std::vector<Error>> load(const std::filesystem::path& path);

struct LoadOptions {
    std::size_t maximumItems = 1'000'000; ///< equipments, signals and bindings each, after repeats; beyond it: ResourceLimit
    std::size_t maximumBytes = 1u << 30;  ///< of the plant in memory, about; beyond it: ResourceLimit
    bool checkFiles = true;               ///< whether the models and the log that are named must exist
};

/// The same from the text of a plant.toml: `folder` is what models and the log are relative to, `file` what places call the text.
[[nodiscard]] std::expected<Plant, std::vector<Error>> loadText(std::string_view text, const std::filesystem::path& folder,
                                                                std::string_view file = "plant.toml",
                                                                const LoadOptions& options = {});

/// A change of a plant's process model, from a file of its own (docs/plant-format.md).
struct Scenario {
    std::string id; ///< the file's name without its ending
    std::string name;
    std::string description;
    Process process; ///< the plant's, with the scenario's changes
};

/// Loads a scenario of the plant at `plant`. Returns every problem found, those of the plant's own text included.
[[nodiscard]] std::expected<Scenario, std::vector<Error>> loadScenario(const std::filesystem::path& plant,
                                                                       const std::filesystem::path& scenario);
/// The same from texts; `options` and `folder` are the plant's.
[[nodiscard]] std::expected<Scenario, std::vector<Error>> loadScenarioText(std::string_view plantText, const std::filesystem::path& folder,
                                                                           std::string_view text, std::string_view file,
                                                                           const LoadOptions& options = {});

/// The published JSON Schema of the format, generated from the same tables the loader checks keys against
/// (docs/plant.schema.json is this text; a test keeps them equal).
[[nodiscard]] std::string jsonSchema();

} // namespace millwright::plant
