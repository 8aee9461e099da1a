#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace millwright::plant {

/// The database that keeps what the plant's feeds brought for years, as `[historian]` describes it; docs/historian.md explains the
/// keys. Secrets are never here: only the names of what holds them.
struct Historian {
    std::string url;  ///< as it was given
    std::string host; ///< a name, an address, or the folder of a socket, which begins with /
    int port = 5432;
    std::string database;
    std::string schema = "millwright"; ///< letters, digits and _
    std::size_t batchSize = 50'000;    ///< samples that are written at once
    Duration batchInterval = std::chrono::seconds{1};
    std::optional<Duration> retention;          ///< samples older than this are deleted; none: never
    std::string userVariable, passwordVariable; ///< names of environment variables
    std::filesystem::path passwordFile;         ///< absolute; its first line
    std::filesystem::path ca, certificate, key; ///< absolute, PEM
    bool verify = true;
};

/// That of the plant at `path`, its folder or plant.toml; none where it describes none. Like its feeds, it is no part of `Plant`.
/// Returns every problem of the file, as `load` does.
[[nodiscard]] std::expected<std::optional<Historian>, std::vector<Error>> loadHistorian(const std::filesystem::path& path);

} // namespace millwright::plant
