#include "telemetry/mtconnect/multipart.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace millwright::telemetry::mtconnect {
namespace {

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Where `word`, in small letters, begins in `text`, capitals or not.
std::size_t findWord(std::string_view text, std::string_view word) {
    const auto found = std::ranges::search(text, word, [](char a, char b) { return lower(a) == b; });
    return found.empty() ? std::string_view::npos : static_cast<std::size_t>(found.begin() - text.begin());
}

std::optional<std::size_t> lengthOf(std::string_view head) {
    constexpr std::string_view key = "content-length:";
    const std::size_t at = findWord(head, key);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t first = std::min(head.find_first_not_of(" \t", at + key.size()), head.size());
    std::size_t length = 0;
    if (std::from_chars(head.data() + first, head.data() + head.size(), length).ec != std::errc{}) return std::nullopt;
    return length;
}

} // namespace

/// Where `text` begins in what waits. Bytes that were looked through in vain are not looked through again.
std::size_t MultipartReader::find(std::string_view text) {
    const std::size_t found = waiting_.find(text, searched_);
    if (found == std::string::npos) searched_ = waiting_.size() - std::min(waiting_.size(), text.size() - 1);
    return found;
}

void MultipartReader::moveTo(At next, std::size_t bytes) {
    waiting_.erase(0, bytes);
    searched_ = 0;
    at_ = next;
}

/// False: it takes more bytes to go on.
bool MultipartReader::step(const std::function<void(std::string&)>& part) {
    constexpr std::string_view blankLine = "\r\n\r\n";
    const std::size_t found = at_ == At::Body && length_ ? std::min(*length_, waiting_.size())
                                                         : find(at_ == At::Head ? blankLine : std::string_view{delimiter_});
    if (found == std::string::npos) return false;
    switch (at_) {
    case At::Delimiter: moveTo(At::Head, found + delimiter_.size()); return true;
    case At::Head:
        length_ = lengthOf(std::string_view{waiting_}.substr(0, found));
        moveTo(At::Body, found + blankLine.size());
        return true;
    case At::Body:
        if (length_ && found < *length_) return false;
        part_.assign(waiting_, 0, found);
        moveTo(At::Delimiter, found);
        part(part_);
        return true;
    }
    return false;
}

bool MultipartReader::take(std::string_view bytes, const std::function<void(std::string&)>& part) {
    waiting_ += bytes;
    while (step(part)) {
    }
    return waiting_.size() <= maximumBytes_;
}

std::string boundaryOf(std::string_view contentType) {
    constexpr std::string_view key = "boundary=";
    const std::size_t at = findWord(contentType, key);
    if (findWord(contentType, "multipart/") != 0 || at == std::string_view::npos) return {};
    std::string_view boundary = contentType.substr(at + key.size());
    if (boundary.starts_with('"')) return std::string{boundary.substr(1, boundary.find('"', 1) - 1)};
    return std::string{boundary.substr(0, boundary.find_first_of("; \t"))};
}

} // namespace millwright::telemetry::mtconnect
