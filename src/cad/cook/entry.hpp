#pragma once

#include <millwright/core/hash.hpp>
#include <millwright/core/result.hpp>
#include <millwright/scene/cooked.hpp>

#include <cstddef>
#include <filesystem>
#include <span>

/// The file of one cache entry: header, section table, sections on page boundaries, each with a digest. Little endian.
namespace millwright::cad {

/// Goes up when the layout of files, of the arrays in them, or of the import's answer changes.
inline constexpr std::uint32_t entryVersion = 2;

/// What an entry holds; spans into its bytes.
struct Entry {
    std::span<const std::byte> answer; ///< import report and scene without triangles, as `readAnswer` takes it
    scene::CookedGeometry geometry;
};

/// Writes beside `path` and renames; several writers of one entry do not disturb each other. Errors: Unreadable.
[[nodiscard]] Result<void> writeEntry(const std::filesystem::path& path, const Digest& key, const Entry& entry, unsigned threads);

enum class Checksums : std::uint8_t { Verify, Ignore };

/// Looks at a whole entry file; `bytes` start at an address that is a multiple of 16. On success every index of the geometry is in
/// range. Errors: Malformed (not an entry, cut, changed), Unsupported (another version), Invalid (indices out of range).
[[nodiscard]] Result<Entry> readEntry(std::span<const std::byte> bytes, const Digest& key, unsigned threads,
                                      Checksums checksums = Checksums::Verify);

/// Succeeds when the renderer and `decode` can use it without looking: every index in range, ranges in order, numbers finite.
/// Errors: Invalid.
[[nodiscard]] Result<void> validate(const scene::CookedGeometry& geometry, unsigned threads);

} // namespace millwright::cad
