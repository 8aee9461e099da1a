#include <millwright/cad/import.hpp>
#include <millwright/core/log.hpp>
#include <millwright/plant/load.hpp>

#include <algorithm>
#include <app/open.hpp>
#include <cmath>
#include <format>
#include <ranges>

namespace millwright::app {
namespace {

std::string lowerCaseExtension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

plant::Plant plantOfModel(const std::filesystem::path& model) {
    plant::Plant made;
    made.id = made.name = model.stem().string();
    made.folder = std::filesystem::absolute(model).parent_path();
    plant::Equipment equipment;
    equipment.id = equipment.path = equipment.name = made.id;
    equipment.model = std::filesystem::absolute(model);
    made.equipment.push_back(std::move(equipment));
    return made;
}

/// Says which signals the log cannot feed; all of them missing is an error.
Result<void> reportMissing(const plant::Plant& plant, const telemetry::Source& source, const std::filesystem::path& log) {
    const std::vector<bool> found = source.found();
    const auto missing = std::ranges::count(found, false);
    if (missing == 0) return {};
    if (static_cast<std::size_t>(missing) == found.size())
        return failure(
            ErrorCode::Invalid,
            std::format(
                "has none of the plant's {} signals, the first of which is topic '{}'; `millwright log info` lists its topics",
                found.size(), plant.signals.front().topic),
            log.string());
    constexpr std::size_t shown = 3;
    std::string names;
    std::size_t named = 0;
    for (std::size_t i = 0; i < found.size() && named < shown; ++i)
        if (!found[i]) names += (named++ ? ", " : "") + plant.signals[i].path;
    log::warning("{}: no samples for {} of {} signals ({}{})", log.string(), missing, found.size(), names,
                 static_cast<std::size_t>(missing) > shown ? ", …" : "");
    return {};
}

} // namespace

std::expected<plant::Plant, std::vector<Error>> openPlant(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return std::unexpected(std::vector{Error{ErrorCode::NotFound, "no such plant or model", path.string()}});
    if (std::filesystem::is_directory(path, ignored) || lowerCaseExtension(path) == "toml") return plant::load(path);
    if (std::ranges::contains(cad::importExtensions(), lowerCaseExtension(path))) return plantOfModel(path);
    return std::unexpected(std::vector{
        Error{ErrorCode::Unsupported,
              "is neither a plant (a folder with plant.toml) nor a model Millwright reads; `millwright import --help` lists those",
              path.string()}});
}

Result<std::filesystem::path> logOf(const plant::Plant& plant, const std::filesystem::path& named) {
    if (!named.empty()) return named;
    if (!plant.defaultLog.empty()) return plant.defaultLog;
    return failure(ErrorCode::Invalid, "the plant names no log of its own: name one with --log", plant.folder.string());
}

Result<std::unique_ptr<telemetry::LogSource>> openLog(const plant::Plant& plant, const std::filesystem::path& log) {
    auto source = telemetry::LogSource::open(log, twin::subscriptions(plant));
    if (!source) return source;
    for (const Error& warning : (*source)->warnings()) log::warning("{}", warning.text());
    if (auto reported = reportMissing(plant, **source, log); !reported) return std::unexpected(reported.error());
    return source;
}

Result<twin::Replay> openReplay(const plant::Plant& plant, const std::filesystem::path& log) {
    return openLog(plant, log).and_then([&](std::unique_ptr<telemetry::LogSource>&& source) {
        return twin::Replay::open(plant, std::move(source));
    });
}

Result<std::optional<twin::Replay>> openReplayIfAny(const plant::Plant& plant, const std::filesystem::path& named) {
    const auto log = logOf(plant, named);
    if (!log) return std::nullopt;
    return openReplay(plant, *log).transform([](twin::Replay&& replay) { return std::optional{std::move(replay)}; });
}

Result<TimeInterval> windowOf(std::string_view from, std::string_view to, TimeInterval log) {
    const auto begin = parseMoment(from, log), end = parseMoment(to, log);
    if (!begin) return std::unexpected(begin.error());
    if (!end) return std::unexpected(end.error());
    if (*begin >= *end)
        return failure(ErrorCode::Invalid,
                       std::format("--from ({}) is not before --to ({})", formatTime(*begin), formatTime(*end)));
    return TimeInterval{*begin, *end};
}

Floor floorOf(const plant::Plant& plant, const twin::PlantScene& scene) {
    const bool alone = plant.equipment.size() == 1 && plant.signals.empty();
    const scene::Aabb bounds = alone ? scene.bounds(noEquipment) : scene::Aabb{};
    if (bounds.empty()) return {};
    const glm::vec3 size = bounds.size();
    const double across = std::max({size.x, size.y, size.z, 1e-4f});
    return {.height = bounds.min.y, .gridSpacing = std::min(1.0, std::pow(10.0, std::round(std::log10(across) - 0.7)))};
}

} // namespace millwright::app
