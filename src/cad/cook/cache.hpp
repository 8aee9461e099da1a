#pragma once

#include <millwright/cad/open_cooked.hpp>
#include <millwright/core/hash.hpp>

namespace millwright::cad {

/// How the files of entries end.
inline constexpr std::string_view entrySuffix = ".cooked";

/// Where entries are; nothing where the user has no home.
[[nodiscard]] std::filesystem::path cacheFolder(const CacheOptions& options);

/// What a model's entry is called: a digest of the file's bytes, of what is known about files it may refer to, of the options, and
/// of the programs that import and cook. Errors: NotFound, Unreadable.
[[nodiscard]] Result<Digest> cacheKey(const std::filesystem::path& model, const OpenOptions& options, unsigned threads);

/// The file of an entry.
[[nodiscard]] std::filesystem::path entryPath(const std::filesystem::path& folder, const Digest& key);

} // namespace millwright::cad
