#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

/// What is kept between runs to save time: `millwright/<kind>` in the user's cache, one file an entry. Deleting any is always safe.
namespace millwright {

/// `$XDG_CACHE_HOME/millwright/<kind>`, else `~/.cache/millwright/<kind>`; empty where the user has no home.
[[nodiscard]] std::filesystem::path userCacheFolder(std::string_view kind);

/// Says that an entry was used now.
void touchCached(const std::filesystem::path& entry);

/// Deletes the entries (files that end with `suffix`) not used for longest until the rest fits the budget, `keep` excepted, and
/// what writers that died left behind.
void evictCached(const std::filesystem::path& folder, std::string_view suffix, std::uint64_t budgetBytes,
                 const std::filesystem::path& keep);

} // namespace millwright
