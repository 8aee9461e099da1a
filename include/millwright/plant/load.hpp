#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace millwright::plant {

/// Loads and validates `plant.toml` (format version 1, docs/plant-format.md).
/// `path` is the plant's folder or the file itself. Returns the plant, or every problem found, in file order, each with
/// `file:line:column` and, for a misspelt key or name, a suggestion.
[[nodiscard]] std::expected<Plant, std::vector<Error>> load(const std::filesystem::path& path);

/// The published JSON Schema of the format, generated from the same tables the loader checks keys against
/// (docs/plant.schema.json is this text; a test keeps them equal).
[[nodiscard]] std::string jsonSchema();

} // namespace millwright::plant
