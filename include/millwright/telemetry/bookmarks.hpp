#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Moments of a log that somebody has named, in a file beside it: the log itself is never changed (docs/log-format.md).
namespace millwright::telemetry {

struct Bookmark {
    Time time{};
    std::string name; ///< UTF-8 of at most `longestBookmark` bytes, without control characters; unique in its file
    friend bool operator==(const Bookmark&, const Bookmark&) = default;
};
inline constexpr std::size_t longestBookmark = 200, mostBookmarks = 10'000;

/// `LOG.bookmarks.toml`.
[[nodiscard]] std::filesystem::path bookmarkFile(const std::filesystem::path& log);
/// Ascending by time; none where there is no such file. Errors: Unreadable; Malformed and Invalid, at `file:line:column`.
[[nodiscard]] Result<std::vector<Bookmark>> readBookmarks(const std::filesystem::path& log);
/// Replaces the file as a whole; without bookmarks, removes it. Errors: Unreadable.
[[nodiscard]] Result<void> writeBookmarks(const std::filesystem::path& log, std::span<const Bookmark> bookmarks);
/// Whether it may be a bookmark's name: not empty, not too long, no control characters.
[[nodiscard]] bool isBookmarkName(std::string_view name);

/// A moment of a log as `parseMoment` reads it, or else the name of one of its bookmarks. Errors: those of `parseMoment`, with
/// the bookmarks whose names are near; those of `readBookmarks`; OutOfRange for a bookmark outside the log.
[[nodiscard]] Result<Time> momentOf(std::string_view text, TimeInterval span, const std::filesystem::path& log);

} // namespace millwright::telemetry
