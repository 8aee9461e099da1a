#include <millwright/core/user_cache.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

namespace millwright {

namespace fs = std::filesystem;

fs::path userCacheFolder(std::string_view kind) {
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return fs::path{xdg} / "millwright" / kind;
    if (const char* home = std::getenv("HOME"); home && *home) return fs::path{home} / ".cache/millwright" / kind;
    return {};
}

void touchCached(const fs::path& entry) {
    std::error_code ignored; // of a read-only cache: it is never evicted either
    fs::last_write_time(entry, fs::file_time_type::clock::now(), ignored);
}

void evictCached(const fs::path& folder, std::string_view suffix, std::uint64_t budgetBytes, const fs::path& keep) {
    struct Kept {
        fs::file_time_type used;
        std::uint64_t bytes;
        fs::path path;
    };
    std::vector<Kept> entries;
    std::uint64_t total = 0;
    std::error_code error;
    for (fs::directory_iterator i{folder, error}, end; !error && i != end; i.increment(error)) {
        std::error_code gone; // another process may delete at the same time
        const auto bytes = i->file_size(gone);
        const auto used = gone ? fs::file_time_type{} : i->last_write_time(gone);
        if (gone) continue;
        const std::string name = i->path().filename().string();
        if (name.find(std::string{suffix} + ".part") != std::string::npos) {
            if (fs::file_time_type::clock::now() - used > std::chrono::hours{1}) fs::remove(i->path(), gone);
        } else if (name.ends_with(suffix)) {
            total += bytes;
            if (i->path() != keep) entries.push_back({used, bytes, i->path()});
        }
    }
    std::ranges::sort(entries, [](const Kept& a, const Kept& b) { return std::tie(a.used, a.path) < std::tie(b.used, b.path); });
    for (const Kept& entry : entries) {
        if (total <= budgetBytes) break;
        std::error_code gone;
        fs::remove(entry.path, gone);
        total -= entry.bytes;
    }
}

} // namespace millwright
