#include "cad/assimp/zip.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <zlib.h>

namespace millwright::cad {

namespace {

/// Little-endian number at `offset`, or 0 past the end (which no record marker is).
template <typename T>
T numberAt(std::span<const std::byte> bytes, std::size_t offset) {
    T value = 0;
    if (offset <= bytes.size() && bytes.size() - offset >= sizeof(T)) std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

struct Entry {
    std::uint16_t method;
    std::span<const std::byte> data; ///< compressed
};

/// PKWARE APPNOTE 6.3: walks the central directory (4.3.12) from where its end record (4.3.16) says that it starts.
std::optional<Entry> findEntry(std::span<const std::byte> bytes, std::string_view suffix) {
    constexpr std::size_t endRecord = 22;
    constexpr std::size_t longestComment = 65535;
    if (bytes.size() < endRecord) return {};
    std::size_t end = bytes.size() - endRecord;
    const std::size_t last = end > longestComment ? end - longestComment : 0;
    while (numberAt<std::uint32_t>(bytes, end) != 0x06054b50u) {
        if (end == last) return {};
        --end;
    }
    std::size_t at = numberAt<std::uint32_t>(bytes, end + 16);
    for (unsigned left = numberAt<std::uint16_t>(bytes, end + 10); left > 0; --left) {
        if (numberAt<std::uint32_t>(bytes, at) != 0x02014b50u) return {};
        const std::size_t nameSize = numberAt<std::uint16_t>(bytes, at + 28);
        if (at + 46 + nameSize > bytes.size()) return {};
        const std::string_view name{reinterpret_cast<const char*>(bytes.data()) + at + 46, nameSize};
        if (name.ends_with(suffix)) {
            const std::size_t local = numberAt<std::uint32_t>(bytes, at + 42);
            if (numberAt<std::uint32_t>(bytes, local) != 0x04034b50u) return {};
            const std::size_t data =
                local + 30 + numberAt<std::uint16_t>(bytes, local + 26) + numberAt<std::uint16_t>(bytes, local + 28);
            const std::size_t size = numberAt<std::uint32_t>(bytes, at + 20);
            if (data > bytes.size() || size > bytes.size() - data) return {};
            return Entry{numberAt<std::uint16_t>(bytes, at + 10), bytes.subspan(data, size)};
        }
        at += 46 + nameSize + numberAt<std::uint16_t>(bytes, at + 30) + numberAt<std::uint16_t>(bytes, at + 32);
    }
    return {};
}

std::string inflated(std::span<const std::byte> data, std::size_t limit) {
    std::string text(limit, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return {};
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(data.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(data.size(), UINT32_MAX));
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    inflate(&stream, Z_SYNC_FLUSH);
    text.erase(text.size() - std::min<std::size_t>(stream.avail_out, text.size()));
    inflateEnd(&stream);
    return text;
}

} // namespace

std::string headOfZipEntry(std::span<const std::byte> archive, std::string_view suffix, std::size_t limit) {
    const auto entry = findEntry(archive, suffix);
    if (!entry) return {};
    if (entry->method == Z_DEFLATED) return inflated(entry->data, limit);
    if (entry->method != 0) return {};
    return {reinterpret_cast<const char*>(entry->data.data()), std::min(limit, entry->data.size())};
}

} // namespace millwright::cad
