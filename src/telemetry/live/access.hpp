#pragma once

#include <millwright/core/result.hpp>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// What every feed checks before it connects.
namespace millwright::telemetry {

/// Errors: Invalid for an address that holds a user or password. No message repeats it.
[[nodiscard]] Result<void> holdsNoSecret(std::string_view url);
/// Errors: NotFound, with the key of the plant that names the file. An empty path names none.
[[nodiscard]] Result<void> filesExist(std::initializer_list<std::pair<const std::filesystem::path&, std::string_view>> files);
/// The error, with the feed named at its place.
[[nodiscard]] std::unexpected<Error> ofFeed(std::string_view id, Error error);

} // namespace millwright::telemetry
