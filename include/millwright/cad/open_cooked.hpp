#pragma once

#include <millwright/cad/cook.hpp>
#include <millwright/cad/import.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>

/// Model files -> scenes ready to draw, kept in a cache so that a model is imported and cooked once. docs/cooking.md.
namespace millwright::cad {

struct CacheOptions {
    bool use = true;              ///< off: neither read nor written
    std::filesystem::path folder; ///< empty: `$XDG_CACHE_HOME/millwright/cooked`, else `~/.cache/millwright/cooked`
    /// What all entries together may take; those not opened for longest go first. The one just written always stays.
    std::uint64_t budgetBytes = std::uint64_t{16} << 30;
};

struct OpenOptions {
    ImportOptions import; ///< its `progress` is not used
    CookOptions cook;     ///< its `progress` is not used
    CacheOptions cache;
    Progress progress;
};

/// A scene whose triangles are cooked: `scene()` has nodes, names, metadata, materials, images and instances, and of each mesh its
/// name, bounds and number of triangles, but no vertices and indices. Cheap to copy; copies share everything. Thread: any; one at a
/// time where `takeScene` is called.
class CookedScene {
public:
    [[nodiscard]] const scene::Scene& scene() const;
    /// Parallel to `scene().meshes`. Every index in it is in range. Valid as long as this or a copy lives.
    [[nodiscard]] scene::CookedGeometry geometry() const;
    /// Of the import that the scene comes from; `seconds` is what opening took this time.
    [[nodiscard]] const ImportReport& report() const;
    /// Moves the scene out, for who puts several into one: `scene()` is empty afterwards, of copies too; `geometry()` stays as it
    /// is.
    [[nodiscard]] scene::Scene takeScene();
    /// Whether it came out of the cache.
    [[nodiscard]] bool fromCache() const;

    struct Data;
    explicit CookedScene(std::shared_ptr<Data> data) : data_{std::move(data)} {}

private:
    std::shared_ptr<Data> data_;
};

/// Opens a model: from the cache when the same bytes were opened with the same options before, else by importing and cooking it,
/// which fills the cache. A broken entry is deleted and made again; a cache that cannot be written to is logged and does without.
/// Thread: any; blocks. Errors: as `import` and `cook`.
[[nodiscard]] Result<CookedScene> openCooked(const std::filesystem::path& path, const OpenOptions& options = {});

/// The same for a scene that was made some other way: cooked now, not cached. Takes the vertices out of `scene`.
[[nodiscard]] Result<CookedScene> openCooked(scene::Scene scene, const CookOptions& options = {});

} // namespace millwright::cad
