#include "cad/cook/cache.hpp"

#include "cad/cook/entry.hpp"
#include "cad/worker_process.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/parallel.hpp>
#include <millwright/core/user_cache.hpp>

#include <algorithm>
#include <cctype>

namespace millwright::cad {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t blockBytes = 16 << 20;   ///< of a file, hashed at once by one thread
constexpr std::size_t mostCompanions = 10'000; ///< files looked at beside a model; in larger folders none counts

std::string lowerExtension(const fs::path& path) {
    std::string extension = path.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

/// Formats that hold everything in one file.
bool standsAlone(const std::string& extension) {
    constexpr std::string_view names[]{"stl",  "ply", "off",  "3mf", "amf",    "step", "stp",
                                       "iges", "igs", "brep", "ifc", "ifczip", "zae"};
    return std::ranges::find(names, extension) != std::end(names);
}

/// What models refer to: buffers, material libraries, images.
bool isCompanion(const fs::path& path) {
    constexpr std::string_view names[]{"bin",  "mtl", "png",  "jpg", "jpeg", "bmp", "tga", "gif", "dds",      "ktx",     "ktx2",
                                       "webp", "tif", "tiff", "psd", "hdr",  "pic", "ppm", "pgm", "skeleton", "material"};
    return std::ranges::find(names, lowerExtension(path)) != std::end(names);
}

using Companion = std::tuple<std::string, std::uint64_t, std::int64_t>; ///< path, bytes, time of the last change

/// Adds the companions below `folder`, two folders deep. False when there is too much there to look at.
bool addCompanions(const fs::path& folder, std::vector<Companion>& found, std::size_t& seen) {
    std::error_code error;
    fs::recursive_directory_iterator i{folder, fs::directory_options::skip_permission_denied, error}, end;
    for (; !error && i != end; i.increment(error)) {
        if (++seen > mostCompanions) return false;
        if (i.depth() >= 2) i.disable_recursion_pending();
        std::error_code none;
        if (!isCompanion(i->path()) || !i->is_regular_file(none)) continue;
        found.emplace_back(i->path().lexically_relative(folder).string(), i->file_size(none),
                           i->last_write_time(none).time_since_epoch().count());
    }
    return true;
}

std::vector<Companion> companionsOf(const fs::path& model) {
    std::vector<Companion> found;
    std::error_code error;
    const fs::path folder = fs::absolute(model, error).parent_path();
    std::size_t seen = 0;
    bool all = addCompanions(folder, found, seen);
    for (const char* beside : {"textures", "materials/textures", "images"}) // where the importer looks as well
        all = all && addCompanions(folder.parent_path() / beside, found, seen);
    if (!all) return {};
    std::ranges::sort(found);
    return found;
}

void add(Hasher& hasher, const ImportOptions& options) {
    hasher.add(options.tessellation.relative);
    hasher.add(options.tessellation.absoluteMetres.value_or(-1));
    hasher.add(options.tessellation.angle);
    hasher.add(options.metresPerUnit.value_or(-1));
    hasher.add(options.upAxis ? static_cast<std::int32_t>(*options.upAxis) : -1);
    hasher.add(options.creaseAngle);
    hasher.add(static_cast<std::uint8_t>(options.textures));
}

} // namespace

fs::path cacheFolder(const CacheOptions& options) {
    return options.folder.empty() ? userCacheFolder("cooked") : options.folder;
}

Result<Digest> cacheKey(const fs::path& model, const OpenOptions& options, unsigned threads) {
    const auto file = MappedFile::open(model);
    if (!file) return std::unexpected(file.error());
    std::vector<Digest> blocks((file->size() + blockBytes - 1) / blockBytes);
    parallelFor(blocks.size(), threads, [&](std::size_t i) {
        blocks[i] = digest(file->bytes().subspan(i * blockBytes, std::min(blockBytes, file->size() - i * blockBytes)));
    });
    Hasher hasher;
    hasher.add(entryVersion);
    hasher.add(cookVersion);
    hasher.add(options.cook.sheetTriangles);
    add(hasher, options.import);
    if (const auto worker = findWorker()) { // another program may read the same file differently
        std::error_code error;
        hasher.add(static_cast<std::uint64_t>(fs::file_size(*worker, error)));
        hasher.add(static_cast<std::int64_t>(fs::last_write_time(*worker, error).time_since_epoch().count()));
    }
    const std::string extension = lowerExtension(model);
    hasher.add(extension);
    hasher.add(static_cast<std::uint64_t>(file->size()));
    for (const Digest& block : blocks) hasher.add(block.high), hasher.add(block.low);
    if (!standsAlone(extension)) {
        for (const auto& [path, bytes, time] : companionsOf(model)) {
            hasher.add(path);
            hasher.add(bytes);
            hasher.add(time);
        }
    }
    return hasher.finish();
}

fs::path entryPath(const fs::path& folder, const Digest& key) {
    return folder / (key.hex() + std::string{entrySuffix});
}

} // namespace millwright::cad
