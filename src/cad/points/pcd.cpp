#include "cad/points/pcd.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

namespace millwright::cad {

namespace {

std::unexpected<Error> broken(std::string why) {
    return failure(ErrorCode::Malformed, "this PCD file is broken: " + std::move(why));
}

struct Field {
    std::string name;
    char type = 'F';
    std::size_t size = 4;
    std::size_t count = 1;
    std::size_t offset = 0; ///< in a point's bytes
};

struct Header {
    std::vector<Field> fields;
    std::size_t pointBytes = 0;
    std::size_t points = 0;
    std::string data;    ///< `ascii`, `binary`, `binary_compressed`
    std::size_t end = 0; ///< where the points begin
};

std::string_view nextWord(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
    text.remove_prefix(word.size());
    return word;
}

template <typename T>
bool toNumber(std::string_view word, T& value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    return error == std::errc{} && end == word.data() + word.size();
}

/// One line of the header: `SIZE 4 4 4`.
bool readLine(std::string_view line, Header& header) {
    const std::string key{nextWord(line)};
    if (key == "DATA") header.data = nextWord(line);
    if (key == "POINTS") return toNumber(nextWord(line), header.points);
    std::size_t i = 0;
    for (std::string_view word = nextWord(line); !word.empty(); word = nextWord(line), ++i) {
        if (key == "FIELDS" && i < 64) header.fields.push_back({std::string{word}});
        if (i >= header.fields.size()) continue;
        if (key == "TYPE") header.fields[i].type = word[0];
        if (key == "SIZE" && !(toNumber(word, header.fields[i].size) && header.fields[i].size <= 8)) return false;
        if (key == "COUNT" && !(toNumber(word, header.fields[i].count) && header.fields[i].count <= 65536)) return false;
    }
    return true;
}

Result<Header> readHeader(std::string_view text) {
    Header header;
    while (header.data.empty()) {
        const std::size_t end = text.find('\n', header.end);
        if (end == std::string_view::npos || end > 65536) return broken("its header does not end");
        const std::string_view line = text.substr(header.end, end - header.end);
        if (!line.starts_with('#') && !readLine(line, header)) return broken("its header line \"" + std::string{line} + "\"");
        header.end = end + 1;
    }
    for (Field& field : header.fields) {
        field.offset = header.pointBytes;
        header.pointBytes += field.size * field.count;
    }
    if (header.pointBytes == 0 || header.points == 0) return broken("it holds no points");
    return header;
}

const Field* find(const Header& header, std::string_view name) {
    const auto found = std::ranges::find(header.fields, name, &Field::name);
    return found == header.fields.end() ? nullptr : &*found;
}

/// Marc Lehmann's LibLZF, as the format compresses with: literal runs, and references to what came before.
std::vector<std::byte> decompressed(std::span<const std::byte> in, std::size_t size) {
    std::vector<std::byte> out;
    out.reserve(size);
    const auto byteAt = [&](std::size_t i) { return std::to_integer<std::size_t>(in[i]); };
    for (std::size_t i = 0; i < in.size();) {
        const std::size_t control = byteAt(i++);
        if (control < 32) {
            const std::size_t run = control + 1;
            if (run > in.size() - i || run > size - out.size()) return {};
            out.insert(out.end(), in.begin() + static_cast<std::ptrdiff_t>(i), in.begin() + static_cast<std::ptrdiff_t>(i + run));
            i += run;
            continue;
        }
        std::size_t length = control >> 5;
        if (length == 7 && i < in.size()) length += byteAt(i++);
        if (i >= in.size()) return {};
        const std::size_t back = ((control & 31) << 8) + byteAt(i++) + 1;
        length += 2;
        if (back > out.size() || length > size - out.size()) return {};
        for (std::size_t k = 0; k < length; ++k) out.push_back(out[out.size() - back]);
    }
    return out.size() == size ? out : std::vector<std::byte>{};
}

/// Where the numbers of points are, whichever way they are stored.
struct Columns {
    std::span<const std::byte> bytes;
    const Header& header;
    bool byField; ///< all of one field together, as compressed files have it

    [[nodiscard]] const std::byte* at(const Field& field, std::size_t point) const {
        const std::size_t offset =
            byField ? field.offset * header.points + field.size * field.count * point : header.pointBytes * point + field.offset;
        return bytes.data() + offset;
    }
    [[nodiscard]] float number(const Field& field, std::size_t point) const {
        if (field.size == 8) {
            double value = 0;
            std::memcpy(&value, at(field, point), sizeof value);
            return static_cast<float>(value);
        }
        float value = 0;
        std::memcpy(&value, at(field, point), sizeof value);
        return value;
    }
};

std::array<std::uint8_t, 4> colourOf(std::uint32_t packed) {
    return {static_cast<std::uint8_t>(packed >> 16), static_cast<std::uint8_t>(packed >> 8), static_cast<std::uint8_t>(packed),
            255};
}

Result<PointCloud> readBinary(const Columns& columns, const std::array<const Field*, 3>& axes, const Field* colour) {
    for (const Field* axis : axes)
        if (axis->type != 'F' || axis->size < 4)
            return failure(ErrorCode::Unsupported, "the coordinates of this PCD file are not floating-point numbers: convert it");
    PointCloud cloud;
    for (std::size_t i = 0; i < columns.header.points; ++i) {
        cloud.positions.emplace_back(columns.number(*axes[0], i), columns.number(*axes[1], i), columns.number(*axes[2], i));
        if (!colour) continue;
        std::uint32_t packed = 0;
        std::memcpy(&packed, columns.at(*colour, i), sizeof packed);
        cloud.colours.push_back(colourOf(packed));
    }
    return cloud;
}

Result<PointCloud> readText(std::string_view text, const Header& header, const std::array<const Field*, 3>& axes,
                            const Field* colour) {
    PointCloud cloud;
    for (std::size_t i = 0; i < header.points; ++i) {
        glm::vec3 position{0};
        for (const Field& field : header.fields)
            for (std::size_t k = 0; k < field.count; ++k) {
                const std::string_view word = nextWord(text);
                if (word.empty()) return broken("it ends before its last point");
                if (k > 0) continue;
                float value = 0;
                const bool good = toNumber(word, value) || word == "nan";
                for (int axis = 0; axis < 3; ++axis)
                    if (axes[static_cast<std::size_t>(axis)] == &field) position[axis] = good ? value : NAN;
                if (&field != colour) continue;
                std::uint32_t packed = 0;
                if (field.type == 'F') std::memcpy(&packed, &value, sizeof packed); // the bits of a float, written as that float
                if (field.type != 'F' && !toNumber(word, packed)) packed = 0xFFFFFF;
                cloud.colours.push_back(colourOf(packed));
            }
        cloud.positions.push_back(position);
    }
    return cloud;
}

} // namespace

Result<PointCloud> readPcd(std::span<const std::byte> bytes) {
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const auto header = readHeader(text);
    if (!header) return std::unexpected(header.error());
    const std::array axes{find(*header, "x"), find(*header, "y"), find(*header, "z")};
    if (std::ranges::any_of(axes, [](const Field* axis) { return axis == nullptr; })) return broken("it has no x, y and z");
    const Field* colour = find(*header, "rgb") ? find(*header, "rgb") : find(*header, "rgba");
    if (colour && colour->size != 4) colour = nullptr;
    std::span<const std::byte> rest = bytes.subspan(header->end);
    // A point takes at least two characters as text; so a hostile number of points asks for no memory.
    if (header->data == "ascii")
        return header->points > rest.size() / 2 ? broken("it ends before its last point")
                                                : readText(text.substr(header->end), *header, axes, colour);
    if (header->data == "binary") {
        if (header->points > rest.size() / header->pointBytes) return broken("it ends before its last point");
        return readBinary({rest, *header, false}, axes, colour);
    }
    if (header->data != "binary_compressed") return broken("its data are \"" + header->data + "\"");
    std::array<std::uint32_t, 2> sizes{};
    if (rest.size() < sizeof sizes) return broken("it ends before its last point");
    std::memcpy(sizes.data(), rest.data(), sizeof sizes);
    rest = rest.subspan(sizeof sizes);
    // LZF packs at most 264 bytes into three.
    if (sizes[0] > rest.size() || sizes[1] / 88 > sizes[0] || header->points > sizes[1] / header->pointBytes)
        return broken("its sizes do not agree");
    const std::vector<std::byte> whole = decompressed(rest.first(sizes[0]), sizes[1]);
    if (whole.empty()) return broken("its compressed data");
    return readBinary({whole, *header, true}, axes, colour);
}

} // namespace millwright::cad
