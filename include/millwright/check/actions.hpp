#pragma once

#include <millwright/check/expectation.hpp>
#include <millwright/twin/alarm.hpp>

#include <expected>
#include <filesystem>
#include <vector>

/// What operators do during a replay, from a file: so that a recorded run and its verdict can include them (docs/alarms.md).
namespace millwright::check {

/// An action whose moment becomes a time once the log is known.
struct PlannedAction {
    Moment at;
    twin::OperatorAction action;
};

/// Reads a file of actions against the plant whose alarms it names. Errors: every problem found, each with `file:line:column` and,
/// for a misspelt key or name, a suggestion.
[[nodiscard]] std::expected<std::vector<PlannedAction>, std::vector<Error>> loadActions(const std::filesystem::path& path,
                                                                                        const plant::Plant& plant);
/// The same from text; `file` names it in messages.
[[nodiscard]] std::expected<std::vector<PlannedAction>, std::vector<Error>>
parseActions(std::string_view text, const std::filesystem::path& file, const plant::Plant& plant);

/// In order of time, those of one moment in the order of the file. Errors: moments that are none or outside the log, each at its
/// place.
[[nodiscard]] std::expected<std::vector<twin::OperatorAction>, std::vector<Error>>
resolved(const std::vector<PlannedAction>& planned, TimeInterval log);

} // namespace millwright::check
