#include "cad/cook/cache.hpp"
#include "cad/cook/entry.hpp"
#include "cad/cook/memory_file.hpp"
#include "cad/wire.hpp"

#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/user_cache.hpp>

#include <chrono>
#include <sys/resource.h>
#include <thread>

namespace millwright::cad {

namespace fs = std::filesystem;

struct CookedScene::Data {
    scene::Scene scene;
    ImportReport report;
    Cooked cooked;  ///< either this
    MappedFile map; ///< or this is where `geometry` points to
    scene::CookedGeometry geometry;
    bool fromCache = false;
};

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Most memory that this process has held so far; 0 where the system does not say.
std::uint64_t peakBytes() {
    struct rusage usage{};
    return ::getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::uint64_t>(usage.ru_maxrss) * 1024 : 0;
}

/// `progress` for a part of the work.
Progress part(const Progress& progress, double from, double to) {
    Progress scaled{.report = {}, .stop = progress.stop};
    if (progress.report) {
        scaled.report = [report = progress.report, from, to](double fraction, std::string_view stage) {
            report(from + (to - from) * fraction, stage);
        };
    }
    return scaled;
}

Result<std::shared_ptr<CookedScene::Data>> readFromCache(const fs::path& path, const Digest& key, unsigned threads) {
    auto map = MappedFile::open(path);
    if (!map) return std::unexpected(map.error());
    const auto entry = readEntry(map->bytes(), key, threads);
    if (!entry) return std::unexpected(entry.error());
    auto import = readAnswer(entry->answer);
    if (!import) return std::unexpected(import.error());
    if (import->scene.meshes.size() != entry->geometry.meshes.size())
        return failure(ErrorCode::Malformed, "cache entry is damaged: its scene and its triangles do not belong together");
    auto data = std::make_shared<CookedScene::Data>();
    data->scene = std::move(import->scene);
    data->report = std::move(import->report);
    data->geometry = entry->geometry;
    data->map = std::move(*map);
    for (std::size_t i = 0; i < data->scene.meshes.size(); ++i)
        data->scene.meshes[i].cookedTriangles = data->geometry.meshes[i].triangles;
    return data;
}

Result<void> writeToCache(const fs::path& path, const Digest& key, const Import& light, const Cooked& cooked, unsigned threads) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    auto answer = MemoryFile::create();
    if (!answer) return std::unexpected(answer.error());
    if (auto ok = writeAnswer(answer->descriptor(), light); !ok) return ok;
    const auto bytes = answer->map();
    if (!bytes) return std::unexpected(bytes.error());
    return writeEntry(path, key, {*bytes, cooked.geometry()}, threads);
}

struct Place {
    fs::path path; ///< empty: there is no cache
    Digest key;
};

Result<Place> placeOf(const fs::path& model, const OpenOptions& options, unsigned threads) {
    if (!options.cache.use) return Place{};
    const fs::path folder = cacheFolder(options.cache);
    if (folder.empty()) return Place{};
    const auto key = cacheKey(model, options, threads);
    if (!key) return Place{}; // the import says better what is wrong with the file
    return Place{entryPath(folder, *key), *key};
}

Result<std::shared_ptr<CookedScene::Data>> make(const fs::path& model, const Place& place, const OpenOptions& options,
                                                unsigned threads) {
    ImportOptions importing = options.import;
    importing.progress = part(options.progress, 0, 0.6);
    auto import = cad::import(model, importing);
    if (!import) return std::unexpected(import.error());
    CookOptions cooking = options.cook;
    cooking.progress = part(options.progress, 0.6, 1);
    const auto start = Clock::now();
    auto cooked = cookTriangles(import->scene, cooking);
    if (!cooked) return std::unexpected(cooked.error());
    const ImportStage stage{"cooking", secondsSince(start), peakBytes()};
    auto data = std::make_shared<CookedScene::Data>();
    if (!place.path.empty()) {
        const auto written = writeToCache(place.path, place.key, *import, *cooked, threads);
        evictCached(place.path.parent_path(), entrySuffix, options.cache.budgetBytes, place.path);
        if (written) {
            // From the file its pages can be given back when memory is short; what is in our own memory cannot.
            if (auto read = readFromCache(place.path, place.key, threads)) {
                (*read)->report.stages.push_back(stage);
                return *read;
            }
        } else {
            log::warning("the model is not kept for next time: {}", written.error().text());
        }
    }
    data->scene = std::move(import->scene);
    data->report = std::move(import->report);
    data->report.stages.push_back(stage);
    data->cooked = std::move(*cooked);
    data->geometry = data->cooked.geometry();
    return data;
}

} // namespace

const scene::Scene& CookedScene::scene() const {
    return data_->scene;
}
scene::Scene CookedScene::takeScene() {
    return std::exchange(data_->scene, {});
}
scene::CookedGeometry CookedScene::geometry() const {
    return data_->geometry;
}
const ImportReport& CookedScene::report() const {
    return data_->report;
}
bool CookedScene::fromCache() const {
    return data_->fromCache;
}

Result<CookedScene> openCooked(const fs::path& path, const OpenOptions& options) {
    const auto start = Clock::now();
    const unsigned threads = options.cook.threads > 0 ? options.cook.threads : std::max(1u, std::thread::hardware_concurrency());
    const auto place = placeOf(path, options, threads);
    if (!place) return std::unexpected(place.error());
    std::shared_ptr<CookedScene::Data> data;
    std::error_code ignored;
    if (!place->path.empty() && fs::exists(place->path, ignored)) {
        if (auto read = readFromCache(place->path, place->key, threads)) {
            data = std::move(*read);
            data->fromCache = true;
            touchCached(place->path);
        } else {
            log::info("cooking {} again: {}", path.string(), read.error().text());
            fs::remove(place->path, ignored);
        }
    }
    if (!data) {
        auto made = make(path, *place, options, threads);
        if (!made) return std::unexpected(made.error());
        data = std::move(*made);
    }
    data->report.file = path.string();
    data->report.seconds = secondsSince(start);
    options.progress(1, "open");
    return CookedScene{std::move(data)};
}

Result<CookedScene> openCooked(scene::Scene scene, const CookOptions& options) {
    auto cooked = cookTriangles(scene, options);
    if (!cooked) return std::unexpected(cooked.error());
    auto data = std::make_shared<CookedScene::Data>();
    data->scene = std::move(scene);
    data->cooked = std::move(*cooked);
    data->geometry = data->cooked.geometry();
    return CookedScene{std::move(data)};
}

} // namespace millwright::cad
