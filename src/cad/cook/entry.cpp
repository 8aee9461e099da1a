#include "cad/cook/entry.hpp"

#include <millwright/core/parallel.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <unistd.h>
#include <vector>

namespace millwright::cad {
namespace {

static_assert(std::endian::native == std::endian::little, "the arrays are written as they lie in memory");

constexpr std::array<char, 8> magic{'M', 'W', 'C', 'O', 'O', 'K', 'E', 'D'};
constexpr std::size_t pageBytes = 4096;
constexpr std::size_t blockBytes = 4 << 20; ///< hashed at once by one thread
constexpr std::size_t sectionCount = 7;

struct Section {
    std::uint64_t itemBytes = 0;
    std::uint64_t count = 0;
    std::uint64_t offset = 0;
    std::uint64_t digest[2] = {0, 0}; ///< of the digests of its blocks
};

struct Header {
    std::array<char, 8> magic{};
    std::uint32_t version = 0;
    std::uint32_t sections = 0;
    std::uint64_t fileBytes = 0;
    std::uint64_t key[2] = {0, 0};
    Section table[sectionCount];
    std::uint64_t digest[2] = {0, 0}; ///< of everything before it
};
static_assert(sizeof(Header) == 40 + 40 * sectionCount + 16 && sizeof(Header) <= pageBytes);

Digest digestOf(std::span<const std::byte> bytes, unsigned threads) {
    const std::size_t blocks = (bytes.size() + blockBytes - 1) / blockBytes;
    std::vector<std::uint64_t> digests(blocks * 2);
    parallelFor(blocks, threads, [&](std::size_t i) {
        const Digest block = digest(bytes.subspan(i * blockBytes, std::min(blockBytes, bytes.size() - i * blockBytes)));
        digests[i * 2] = block.high;
        digests[i * 2 + 1] = block.low;
    });
    return digest(std::as_bytes(std::span{digests}));
}

Digest digestOf(const Header& header) {
    return digest(std::as_bytes(std::span{&header, 1}).first(offsetof(Header, digest)));
}

/// Closes on leaving scope.
struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

bool writeAt(int fd, std::span<const std::byte> bytes, std::size_t offset) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += static_cast<std::size_t>(written);
    }
    return true;
}

template <typename T>
bool take(std::span<const std::byte> bytes, const Section& section, std::span<const T>& items) {
    if (section.itemBytes != sizeof(T) || section.offset % pageBytes != 0 || section.offset > bytes.size() ||
        section.count > (bytes.size() - section.offset) / sizeof(T))
        return false;
    if (section.count > 0) items = {reinterpret_cast<const T*>(bytes.data() + section.offset), section.count};
    return true;
}

std::unexpected<Error> damaged(std::string_view what) {
    return failure(ErrorCode::Malformed, std::format("cache entry is damaged: {}", what));
}

} // namespace

Result<void> writeEntry(const std::filesystem::path& path, const Digest& key, const Entry& entry, unsigned threads) {
    const auto& g = entry.geometry;
    const std::array<std::span<const std::byte>, sectionCount> contents{entry.answer,
                                                                        std::as_bytes(g.meshes),
                                                                        std::as_bytes(g.levels),
                                                                        std::as_bytes(g.clusters),
                                                                        std::as_bytes(g.vertices),
                                                                        std::as_bytes(g.attributes),
                                                                        std::as_bytes(g.triangles)};
    constexpr std::array<std::size_t, sectionCount> itemBytes{1,
                                                              sizeof(scene::CookedMesh),
                                                              sizeof(scene::ClusterLevel),
                                                              sizeof(scene::Cluster),
                                                              sizeof(scene::CookedVertex),
                                                              sizeof(scene::CookedAttributes),
                                                              sizeof(std::uint32_t)};
    Header header{.magic = magic, .version = entryVersion, .sections = sectionCount, .key = {key.high, key.low}};
    std::size_t offset = pageBytes;
    for (std::size_t i = 0; i < sectionCount; ++i) {
        const Digest digest = digestOf(contents[i], threads);
        header.table[i] = {itemBytes[i], contents[i].size() / itemBytes[i], offset, {digest.high, digest.low}};
        offset = (offset + contents[i].size() + pageBytes - 1) / pageBytes * pageBytes;
    }
    header.fileBytes = offset;
    const Digest digest = digestOf(header);
    header.digest[0] = digest.high;
    header.digest[1] = digest.low;

    static std::atomic<unsigned> writers{0}; // two threads of one process may write the same entry
    const std::string beside = std::format("{}.part{}-{}", path.string(), ::getpid(), writers++);
    const auto failed = [&]() -> Result<void> {
        const int reason = errno;
        ::unlink(beside.c_str());
        return failure(ErrorCode::Unreadable, std::format("cannot be written: {}", std::strerror(reason)), path.string());
    };
    {
        const Descriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
        if (file.fd < 0 || ::ftruncate(file.fd, static_cast<off_t>(header.fileBytes)) != 0) return failed();
        if (!writeAt(file.fd, std::as_bytes(std::span{&header, 1}), 0)) return failed();
        for (std::size_t i = 0; i < sectionCount; ++i)
            if (!writeAt(file.fd, contents[i], header.table[i].offset)) return failed();
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return failed();
    return {};
}

Result<Entry> readEntry(std::span<const std::byte> bytes, const Digest& key, unsigned threads, Checksums checksums) {
    Header header;
    if (bytes.size() < pageBytes) return damaged("it is cut short");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != magic) return damaged("it is not a cache entry");
    if (header.version != entryVersion || header.sections != sectionCount)
        return failure(ErrorCode::Unsupported,
                       std::format("cache entry of version {}; this program reads {}", header.version, entryVersion));
    if (checksums == Checksums::Verify) {
        if (digestOf(header) != Digest{header.digest[0], header.digest[1]}) return damaged("its header's checksum does not fit");
        if (Digest{header.key[0], header.key[1]} != key) return damaged("it is of another model");
    }
    if (header.fileBytes != bytes.size()) return damaged("it is cut short");
    Entry entry;
    auto& g = entry.geometry;
    if (!take(bytes, header.table[0], entry.answer) || !take(bytes, header.table[1], g.meshes) ||
        !take(bytes, header.table[2], g.levels) || !take(bytes, header.table[3], g.clusters) ||
        !take(bytes, header.table[4], g.vertices) || !take(bytes, header.table[5], g.attributes) ||
        !take(bytes, header.table[6], g.triangles))
        return damaged("its sections do not fit its size");
    if (checksums == Checksums::Verify) {
        for (const Section& section : header.table)
            if (digestOf(bytes.subspan(section.offset, section.count * section.itemBytes), threads) !=
                Digest{section.digest[0], section.digest[1]})
                return damaged("a section's checksum does not fit");
    }
    if (auto ok = validate(g, threads); !ok) return std::unexpected(ok.error());
    return entry;
}

} // namespace millwright::cad
