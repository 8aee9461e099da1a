#include "cad/cook/entry.hpp"
#include "cad/wire.hpp"

#include <millwright/cad/cook.hpp>

#include <cstdlib>
#include <cstring>
#include <vector>

/// Cache entries from a hostile hand, checksums put aside so that what lies behind them is reached: whatever is accepted must be
/// usable without looking. Cache files are sparse; the fuzzer's bytes are laid out as one: a header of 336 bytes, then sections on
/// page boundaries that the input fills from its rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace millwright;
    constexpr std::size_t page = 4096, headerBytes = 336;
    std::vector<std::byte> bytes(page + (size > headerBytes ? (size - headerBytes + page - 1) / page * page : 0));
    std::memcpy(bytes.data(), data, std::min(size, headerBytes));
    if (size > headerBytes) std::memcpy(bytes.data() + page, data + headerBytes, size - headerBytes);
    if (size >= headerBytes) {
        const std::uint64_t fileBytes = bytes.size();
        std::memcpy(bytes.data() + 16, &fileBytes, sizeof fileBytes);
    }
    const auto entry = cad::readEntry(bytes, {}, 1, cad::Checksums::Ignore);
    if (!entry) return 0;
    const auto& g = entry->geometry;
    std::size_t triangles = 0;
    for (std::uint32_t mesh = 0; mesh < g.meshes.size(); ++mesh) triangles += scene::decode(g, mesh).triangles();
    if (triangles > g.clusters.size() * scene::clusterTriangles) std::abort();
    static_cast<void>(cad::readAnswer(entry->answer));
    return 0;
}
