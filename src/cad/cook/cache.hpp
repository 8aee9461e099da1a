#pragma once

#include <millwright/cad/open_cooked.hpp>
#include <millwright/core/hash.hpp>

namespace millwright::cad {

/// Where entries are; nothing where the user has no home.
[[nodiscard]] std::filesystem::path cacheFolder(const CacheOptions& options);

/// What a model's entry is called: a digest of the file's bytes, of what is known about files it may refer to, of the options, and
/// of the programs that import and cook. Errors: NotFound, Unreadable.
[[nodiscard]] Result<Digest> cacheKey(const std::filesystem::path& model, const OpenOptions& options, unsigned threads);

/// The file of an entry.
[[nodiscard]] std::filesystem::path entryPath(const std::filesystem::path& folder, const Digest& key);

/// Says that an entry was used now.
void touch(const std::filesystem::path& entry);

/// Deletes the entries not used for longest until the rest fits the budget, `keep` excepted, and what writers that died left
/// behind.
void evict(const std::filesystem::path& folder, std::uint64_t budgetBytes, const std::filesystem::path& keep);

} // namespace millwright::cad
