#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/core/toml.hpp>
#include <millwright/telemetry/bookmarks.hpp>

#include <algorithm>
#include <format>
#include <system_error>

namespace millwright::telemetry {
namespace {

std::string placeOf(const std::string& file, TextPosition at) {
    return std::format("{}:{}:{}", file, at.line, at.column);
}

/// A basic TOML string; control characters are not in names.
std::string tomlText(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

Result<Bookmark> readBookmark(const TomlNode& table, const std::string& file) {
    if (table.kind != TomlNode::Kind::Table)
        return failure(ErrorCode::Malformed, "'bookmark' is a list of tables with 'name' and 'time'", placeOf(file, table.at));
    Bookmark bookmark;
    const TomlNode* const name = table.find("name");
    const TomlNode* const time = table.find("time");
    for (const TomlNode& member : table.children)
        if (&member != name && &member != time)
            return failure(ErrorCode::Invalid, std::format("a bookmark has no '{}': it has 'name' and 'time'", member.key),
                           placeOf(file, member.keyAt));
    if (name == nullptr || name->kind != TomlNode::Kind::String || !isBookmarkName(name->text))
        return failure(ErrorCode::Invalid, std::format("a bookmark needs a 'name', a text of 1 to {} bytes", longestBookmark),
                       placeOf(file, name != nullptr ? name->at : table.at));
    bookmark.name = name->text;
    const auto parsed =
        time != nullptr && time->kind == TomlNode::Kind::String ? parseTime(time->text) : failure(ErrorCode::Malformed, "");
    if (!parsed)
        return failure(ErrorCode::Invalid, "a bookmark needs a 'time', such as \"2026-11-23T08:30:00Z\"",
                       placeOf(file, time != nullptr ? time->at : table.at));
    bookmark.time = *parsed;
    return bookmark;
}

} // namespace

std::filesystem::path bookmarkFile(const std::filesystem::path& log) {
    return log.string() + ".bookmarks.toml";
}

bool isBookmarkName(std::string_view name) {
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    return !name.empty() && name.size() <= longestBookmark && std::ranges::none_of(name, isControl);
}

Result<std::vector<Bookmark>> readBookmarks(const std::filesystem::path& log) {
    const std::filesystem::path path = bookmarkFile(log);
    const std::string file = path.string();
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::vector<Bookmark>{};
    const auto text = readFile(path);
    if (!text) return std::unexpected(text.error());
    const auto document = TomlDocument::parse(*text, file, {.file = "a file of bookmarks"});
    if (!document) return std::unexpected(document.error());
    const TomlNode& root = document->root();
    const TomlNode* const format = root.find("format");
    if (format == nullptr || format->kind != TomlNode::Kind::Integer || format->integer != 1)
        return failure(ErrorCode::Unsupported, "bookmarks need 'format = 1'", placeOf(file, format ? format->at : root.at));
    std::vector<Bookmark> bookmarks;
    for (const TomlNode& member : root.children) {
        if (&member == format) continue;
        if (member.key != "bookmark" || member.kind != TomlNode::Kind::Array)
            return failure(ErrorCode::Invalid, std::format("'{}' is nothing of a file of bookmarks: [[bookmark]] is", member.key),
                           placeOf(file, member.keyAt));
        if (member.children.size() > mostBookmarks)
            return failure(ErrorCode::ResourceLimit, std::format("has more than {} bookmarks", mostBookmarks), file);
        for (const TomlNode& table : member.children) {
            auto bookmark = readBookmark(table, file);
            if (!bookmark) return std::unexpected(bookmark.error());
            if (std::ranges::contains(bookmarks, bookmark->name, &Bookmark::name))
                return failure(ErrorCode::Invalid, std::format("two bookmarks are named '{}'", bookmark->name),
                               placeOf(file, table.at));
            bookmarks.push_back(std::move(*bookmark));
        }
    }
    std::ranges::stable_sort(bookmarks, {}, &Bookmark::time);
    return bookmarks;
}

Result<void> writeBookmarks(const std::filesystem::path& log, std::span<const Bookmark> bookmarks) {
    const std::filesystem::path path = bookmarkFile(log);
    if (bookmarks.empty()) {
        std::error_code failed;
        std::filesystem::remove(path, failed);
        if (failed) return failure(ErrorCode::Unreadable, "cannot be removed: " + failed.message(), path.string());
        return {};
    }
    std::string text = "# Bookmarks of " + log.filename().string() + ", kept by Millwright\nformat = 1\n";
    for (const Bookmark& each : bookmarks)
        text += std::format("\n[[bookmark]]\nname = {}\ntime = \"{}\"\n", tomlText(each.name), formatTime(each.time));
    return writeFile(path, text);
}

Result<Time> momentOf(std::string_view text, TimeInterval span, const std::filesystem::path& log) {
    auto moment = parseMoment(text, span);
    if (moment || moment.error().code == ErrorCode::OutOfRange) return moment;
    const auto bookmarks = readBookmarks(log);
    if (!bookmarks) return std::unexpected(bookmarks.error());
    const auto found = std::ranges::find(*bookmarks, text, &Bookmark::name);
    if (found == bookmarks->end()) {
        if (bookmarks->empty()) return moment;
        std::vector<std::string_view> names;
        for (const Bookmark& each : *bookmarks) names.push_back(each.name);
        Error error = moment.error();
        error.message += std::format("; nor is it a bookmark of this log{}", didYouMean(text, names));
        return std::unexpected(std::move(error));
    }
    if (found->time < span.from || found->time > span.to)
        return failure(ErrorCode::OutOfRange,
                       std::format("bookmark '{}' lies outside the log, at {}", text, formatTime(found->time)),
                       bookmarkFile(log).string());
    return found->time;
}

} // namespace millwright::telemetry
