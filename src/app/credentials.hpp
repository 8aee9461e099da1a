#pragma once

#include <millwright/core/result.hpp>

#include <filesystem>
#include <string>

namespace millwright::app {

struct Credentials {
    std::string user, password;
};

/// Where plant.toml says that they are; empty where it says nothing.
struct CredentialPlaces {
    std::string userVariable, passwordVariable; ///< names of environment variables
    std::filesystem::path passwordFile;         ///< its first line
};

/// Reads the environment and the file. `whose` is the place of errors: `feed 'a'`. Errors: NotFound (a variable that is not set,
/// the file), Unreadable.
[[nodiscard]] Result<Credentials> readCredentials(const CredentialPlaces& places, const std::string& whose);

} // namespace millwright::app
