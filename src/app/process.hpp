#pragma once

#include <millwright/core/result.hpp>
#include <millwright/sim/simulation.hpp>

#include <expected>
#include <filesystem>
#include <vector>

namespace millwright::app {

/// The process of a plant, made ready to run. Errors: every problem of the description; Invalid for a plant without a process.
[[nodiscard]] std::expected<sim::Model, std::vector<Error>> openProcess(const std::filesystem::path& plant);

} // namespace millwright::app
