#include <millwright/cad/import.hpp>
#include <millwright/check/actions.hpp>
#include <millwright/core/log.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/plant/load.hpp>

#include <algorithm>
#include <app/open.hpp>
#include <cmath>
#include <format>
#include <ranges>
#include <unordered_set>

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
                found.size(), std::ranges::find(plant.signals, false, &plant::Signal::derived)->topic),
            log.string());
    constexpr std::size_t shown = 3;
    std::string names;
    std::size_t named = 0;
    for (std::size_t i = 0; i < found.size() && named < shown; ++i)
        if (!found[i]) names += std::format("{}{}", named++ ? ", " : "", plant.signals[i].path);
    log::warning("{}: no samples for {} of {} signals ({}{})", log.string(), missing, found.size(), names,
                 static_cast<std::size_t>(missing) > shown ? ", …" : "");
    return {};
}

/// Says which topics of the log are not read, because the plant computes what they are called.
void warnOfDerived(const plant::Plant& plant, const telemetry::LogSource& source, const std::filesystem::path& log) {
    if (plant.derived.empty()) return;
    std::unordered_set<std::string_view> paths;
    for (const plant::Derived& derived : plant.derived) paths.insert(plant.at(derived.signal).path.view());
    std::size_t count = 0;
    std::string_view first;
    for (const telemetry::LogTopic& topic : source.topics())
        if (paths.contains(topic.topic) && count++ == 0) first = topic.topic;
    if (count > 0)
        log::warning("{}: {} of signals that the plant computes ({}{}): not read", log.string(), counted(count, "topic"), first,
                     count > 1 ? ", …" : "");
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

Result<std::unique_ptr<telemetry::Source>> openLog(const plant::Plant& plant, const std::filesystem::path& log) {
    auto opened = telemetry::LogSource::open(log, twin::subscriptions(plant));
    if (!opened) return std::unexpected(std::move(opened.error()));
    for (const Error& warning : (*opened)->warnings()) log::warning("{}", warning.text());
    warnOfDerived(plant, **opened, log);
    Result<std::unique_ptr<telemetry::Source>> source = twin::withDerived(plant, std::move(*opened));
    if (auto reported = reportMissing(plant, **source, log); !reported) return std::unexpected(reported.error());
    return source;
}

namespace {

/// What operators did while the log was recorded (`twin::actionTopic`), in order of time; what cannot be done here is warned of.
Result<std::vector<twin::OperatorAction>> recordedActions(const plant::Plant& plant, const std::filesystem::path& log) {
    std::vector<twin::OperatorAction> actions;
    if (plant.alarms.empty()) return actions;
    auto source = telemetry::LogSource::open(log, {{std::string{twin::actionTopic}, ValueType::String, {}}});
    if (!source) return std::unexpected(source.error());
    if (!(*source)->found().front()) return actions;
    while (true) {
        const auto samples = (*source)->next(1024);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return actions;
        for (const telemetry::Sample& sample : *samples) {
            auto action = twin::fromRecord(plant, (*source)->strings().text(sample.value.string), sample.time);
            if (action)
                actions.push_back(std::move(*action));
            else
                log::warning("{}: {}", log.string(), action.error().message);
        }
    }
}

} // namespace

Result<twin::Replay> openReplay(const plant::Plant& plant, const std::filesystem::path& log) {
    auto source = openLog(plant, log);
    if (!source) return std::unexpected(source.error());
    auto actions = recordedActions(plant, log);
    if (!actions) return std::unexpected(actions.error());
    return twin::Replay::open(plant, std::move(*source), {.actions = *std::move(actions)});
}

std::expected<twin::Replay, std::vector<Error>> openReplay(const plant::Plant& plant, const std::filesystem::path& log,
                                                           const std::filesystem::path& actions) {
    const auto one = [](Error error) { return std::unexpected(std::vector{std::move(error)}); };
    std::vector<check::PlannedAction> planned;
    if (!actions.empty()) {
        auto read = check::loadActions(actions, plant);
        if (!read) return std::unexpected(std::move(read.error()));
        planned = *std::move(read);
    }
    auto source = openLog(plant, log);
    if (!source) return one(source.error());
    auto done = check::resolved(planned, (*source)->span());
    if (!done) return std::unexpected(std::move(done.error()));
    const auto recorded = recordedActions(plant, log);
    if (!recorded) return one(recorded.error());
    done->insert(done->begin(), recorded->begin(), recorded->end());
    std::ranges::stable_sort(*done, {}, &twin::OperatorAction::time);
    auto replay = twin::Replay::open(plant, std::move(*source), {.actions = *std::move(done)});
    if (!replay) return one(replay.error());
    return *std::move(replay);
}

void warnOfRefusals(const plant::Plant& plant, const twin::Replay& replay) {
    const auto actions = replay.actions();
    const auto refusals = replay.refusals();
    for (std::size_t i = 0; i < refusals.size(); ++i)
        if (!refusals[i].empty())
            log::warning("{}: {} had no effect: {}", formatTime(actions[i].time), plant.at(actions[i].alarm).path, refusals[i]);
}

Result<std::optional<twin::Replay>> openReplayIfAny(const plant::Plant& plant, const std::filesystem::path& named) {
    const auto log = logOf(plant, named);
    if (!log) return std::nullopt;
    return openReplay(plant, *log).transform([](twin::Replay&& replay) { return std::optional{std::move(replay)}; });
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
