#include "plant/check.hpp"
#include "plant/expand.hpp"
#include "plant/keys.hpp"
#include "plant/read_calendar.hpp"
#include "plant/read_feed.hpp"
#include "plant/read_historian.hpp"
#include "plant/read_process.hpp"
#include "plant/reader.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/plant/feed.hpp>
#include <millwright/plant/historian.hpp>
#include <millwright/plant/load.hpp>

#include <algorithm>
#include <format>
#include <iterator>
#include <map>
#include <numbers>
#include <set>
#include <system_error>

namespace millwright::plant {

std::vector<Error> Problems::errors(std::string_view file) const {
    std::vector<Problem> sorted = found_;
    std::ranges::stable_sort(sorted, {}, &Problem::at);
    std::vector<Error> errors;
    std::set<std::pair<Position, std::string_view>> seen; // what a pattern has wrong comes up with every equipment like it
    for (const Problem& problem : sorted) {
        if (!seen.emplace(problem.at, problem.message).second) continue;
        errors.push_back({problem.code, problem.message, std::format("{}:{}:{}", file, problem.at.line, problem.at.column)});
    }
    if (count_ > maximum)
        errors.push_back({ErrorCode::Invalid, std::format("{} more problems are not listed: mend these first", count_ - maximum),
                          std::string{file}});
    return errors;
}

namespace {

constexpr TomlLimits textLimits{.bytes = 16u << 20,
                                .values = 2'000'000,
                                .file = "a plant description",
                                .advice = ": describe like equipment once, with [[pattern]] and repeat"};

using Loaded = std::expected<Plant, std::vector<Error>>;

// A newer format has keys this program does not know: one clear answer instead of many wrong ones.
const Node* otherVersion(const Node& root) {
    const Node* format = root.find("format");
    return format != nullptr && format->kind == Node::Kind::Integer && format->integer != 1 ? format : nullptr;
}

void readPlantTable(const Node& root, ReadContext& context, Plant& plant) {
    const Node* table = root.find("plant");
    if (table == nullptr || table->kind != Node::Kind::Table) return;
    const Reader reader{*table};
    plant.id = reader.text("id");
    plant.name = reader.text("name");
    if (plant.name.empty()) plant.name = plant.id;
    plant.description = reader.text("description");
    plant.currency = reader.text("currency");
    if (const Node* log = reader.find("log", Node::Kind::String)) plant.defaultLog = context.file(*log, "log");
    if (const Node* model = reader.find("condition", Node::Kind::String)) plant.condition = context.file(*model, "condition");
}

void readAlarmTargets(const Node& root, ReadContext& context, Plant& plant) {
    const Node* table = root.find("alarm_targets");
    if (table == nullptr || table->kind != Node::Kind::Table) return;
    const Reader reader{*table};
    AlarmTargets& targets = plant.alarmTargets;
    const std::pair<std::string_view, double*> numbers[] = {
        {"average", &targets.average},       {"peak", &targets.peak},      {"flood_begins", &targets.floodBegins},
        {"flood_ends", &targets.floodEnds},  {"top_ten", &targets.topTen}, {"flood_share", &targets.floodShare},
        {"chattering", &targets.chattering}, {"stale", &targets.stale},    {"fleeting", &targets.fleeting}};
    for (const auto& [key, target] : numbers) *target = reader.number(key).value_or(*target);
    targets.operators = static_cast<std::uint32_t>(std::clamp<std::int64_t>(reader.integer("operators", 1), 1, 1000));
    targets.fleetingWithin = reader.duration("fleeting_within").value_or(targets.fleetingWithin);
    targets.staleAfter = reader.duration("stale_after").value_or(targets.staleAfter);
    if (targets.floodEnds > targets.floodBegins)
        context.problems.add(reader.at("flood_ends"), "'flood_ends' must not be above 'flood_begins': a flood would end at once");
}

void readCameras(const Node& root, ReadContext& context, Plant& plant) {
    std::map<std::string, Position> seen;
    for (const Node& table : Reader::tables(&root, "camera")) {
        const Reader reader{table};
        Camera camera;
        camera.id = reader.text("id");
        camera.name = reader.text("name");
        if (camera.name.empty()) camera.name = camera.id;
        if (const auto [other, added] = seen.emplace(camera.id, reader.at("id")); !added && !camera.id.empty()) {
            context.problems.add(reader.at("id"),
                                 std::format("camera '{}' was already declared on line {}", camera.id, other->second.line));
        }
        const auto eye = reader.vector("eye");
        const auto target = reader.vector("target");
        camera.eye = eye.value_or(glm::dvec3{0});
        camera.target = target.value_or(glm::dvec3{0});
        if (eye && target && glm::distance(*eye, *target) < 1e-6)
            context.problems.add(reader.at("target"), "'target' is where 'eye' is: the camera has no direction");
        camera.verticalFov = reader.number("fov").value_or(45) * std::numbers::pi / 180;
        plant.cameras.push_back(std::move(camera));
    }
    const Node* table = root.find("plant");
    const Node* wanted = table != nullptr ? Reader{*table}.find("camera", Node::Kind::String) : nullptr;
    if (wanted == nullptr) {
        if (!plant.cameras.empty()) plant.defaultCamera = plant.cameras.front().id;
        return;
    }
    plant.defaultCamera = wanted->text;
    if (plant.findCamera(plant.defaultCamera) != nullptr) return;
    std::vector<std::string_view> ids;
    for (const Camera& camera : plant.cameras) ids.push_back(camera.id);
    context.problems.add(wanted->at, std::format("there is no camera '{}'{}", wanted->text, didYouMean(wanted->text, ids)));
}

// Which pattern an equipment is like: null for none, or after reporting that it does not exist.
const Node* patternOf(const Node& equipment, const std::map<std::string_view, const Node*>& patterns, Problems& problems) {
    const Node* like = Reader{equipment}.find("like", Node::Kind::String);
    if (like == nullptr) return nullptr;
    const auto found = patterns.find(like->text);
    if (found != patterns.end()) return found->second;
    std::vector<std::string_view> ids;
    for (const auto& [id, node] : patterns) ids.push_back(id);
    problems.add(like->at, std::format("there is no pattern '{}'{}", like->text, didYouMean(like->text, ids)));
    return nullptr;
}

void readEquipments(const Node& root, ReadContext& context, Plant& plant) {
    std::map<std::string_view, const Node*> patterns;
    for (const Node& table : Reader::tables(&root, "pattern")) {
        const Node* id = Reader{table}.find("id", Node::Kind::String);
        if (id == nullptr) continue;
        const auto [other, added] = patterns.emplace(id->text, &table);
        if (!added)
            context.problems.add(id->at,
                                 std::format("pattern '{}' was already declared on line {}", id->text, other->second->at.line));
    }
    const auto tables = Reader::tables(&root, "equipment");
    std::vector<EquipmentTemplate> equipments;
    equipments.reserve(tables.size());
    std::set<const Node*> used;
    Expander expander{plant, context};
    for (const Node& table : tables) {
        if (expander.full() || context.problems.hopeless()) break;
        const Node* pattern = patternOf(table, patterns, context.problems);
        used.insert(pattern);
        expander.add(equipments.emplace_back(readEquipment(table, pattern, context)));
    }
    expander.finish();
    for (const auto& [id, pattern] : patterns) {
        if (!used.contains(pattern))
            (void)readEquipment(*pattern, nullptr, context); // so that its mistakes are reported all the same
    }
}

} // namespace

namespace {

/// The document of a file of this format, or why it cannot be looked into.
std::expected<Document, std::vector<Error>> open(std::string_view text, std::string_view file) {
    Result<Document> document = Document::parse(text, file, textLimits);
    if (!document) return std::unexpected(std::vector{document.error()});
    if (const Node* format = otherVersion(document->root())) {
        return std::unexpected(
            std::vector<Error>{{ErrorCode::Unsupported,
                                std::format("format version {} is not one this program reads: it reads version 1", format->integer),
                                std::format("{}:{}:{}", file, format->at.line, format->at.column)}});
    }
    return *std::move(document);
}

/// Where what is no part of a plant goes, as far as it is wanted.
struct Beside {
    std::vector<Feed>* feeds = nullptr;
    std::optional<Historian>* historian = nullptr;
};

/// Everything but the process.
Plant readPlant(const Node& root, std::string_view source, const std::filesystem::path& folder, const LoadOptions& options,
                Problems& problems, const Beside& beside = {}) {
    std::error_code ignored;
    Plant plant;
    plant.folder = std::filesystem::absolute(folder, ignored).lexically_normal();
    ReadContext context{problems, plant.folder, options, source, {}, {}};
    readPlantTable(root, context, plant);
    readAlarmTargets(root, context, plant);
    plant.calendar = readCalendar(root, context);
    readCameras(root, context, plant);
    readEquipments(root, context, plant);
    // Checked also where nobody asks for them.
    std::vector<Feed> feeds = readFeeds(root, context, plant, beside.feeds != nullptr);
    std::optional<Historian> historian = readHistorian(root, context, beside.historian != nullptr);
    if (beside.feeds != nullptr) *beside.feeds = std::move(feeds);
    if (beside.historian != nullptr) *beside.historian = std::move(historian);
    return plant;
}

} // namespace

Loaded loadText(std::string_view text, const std::filesystem::path& folder, std::string_view file, const LoadOptions& options) {
    const auto document = open(text, file);
    if (!document) return std::unexpected(document.error());
    const Node& root = document->root();
    Problems problems;
    checkStructure(root, problems);
    const bool sound = problems.count() == 0; // else the process would be judged by what is not there
    Plant plant = readPlant(root, text, folder, options, problems);
    if (sound) plant.process = readProcess({root.find("process"), &problems}, {}, plant, options.maximumItems);
    if (problems.count() != 0) return std::unexpected(problems.errors(file));
    return plant;
}

std::expected<Scenario, std::vector<Error>> loadScenarioText(std::string_view plantText, const std::filesystem::path& folder,
                                                             std::string_view text, std::string_view file,
                                                             const LoadOptions& options) {
    const auto plantFile = (folder / "plant.toml").string();
    const auto base = open(plantText, plantFile);
    if (!base) return std::unexpected(base.error());
    const auto over = open(text, file);
    if (!over) return std::unexpected(over.error());
    Problems plantProblems, problems;
    checkStructure(base->root(), plantProblems);
    checkScenarioStructure(over->root(), problems);
    const Plant plant = readPlant(base->root(), plantText, folder, options, plantProblems);
    const Node* process = base->root().find("process");
    if (process == nullptr && plantProblems.count() == 0)
        plantProblems.add({}, "the plant has no [process] that a scenario could change");
    Scenario scenario{.id = std::filesystem::path{file}.stem().string()};
    if (plantProblems.count() + problems.count() == 0) {
        if (auto merged =
                readProcess({process, &plantProblems}, {over->root().find("process"), &problems}, plant, options.maximumItems))
            scenario.process = *std::move(merged);
    }
    std::vector<Error> errors = problems.errors(file);
    std::ranges::move(plantProblems.errors(plantFile), std::back_inserter(errors));
    if (!errors.empty()) return std::unexpected(std::move(errors));
    if (const Node* table = over->root().find("scenario"); table != nullptr) {
        scenario.name = Reader{*table}.text("name");
        scenario.description = Reader{*table}.text("description");
    }
    if (scenario.name.empty()) scenario.name = scenario.id;
    return scenario;
}

std::expected<Scenario, std::vector<Error>> loadScenario(const std::filesystem::path& plant,
                                                         const std::filesystem::path& scenario) {
    std::error_code error;
    const bool isFolder = std::filesystem::is_directory(plant, error);
    const std::filesystem::path file = isFolder ? plant / "plant.toml" : plant;
    const Result<std::string> plantText = readFile(file, 64u << 20);
    if (!plantText) return std::unexpected(std::vector{plantText.error()});
    const Result<std::string> text = readFile(scenario, 16u << 20);
    if (!text) return std::unexpected(std::vector{text.error()});
    const std::filesystem::path parent = file.parent_path();
    return loadScenarioText(*plantText, parent.empty() ? std::filesystem::path{"."} : parent, *text, scenario.string());
}

namespace {

struct TextFile {
    std::string text;
    std::filesystem::path file, folder;
};

/// The plant.toml that `path`, it or its folder, means.
std::expected<TextFile, std::vector<Error>> readPlantFile(const std::filesystem::path& path) {
    std::error_code error;
    const bool isFolder = std::filesystem::is_directory(path, error);
    const std::filesystem::path file = isFolder ? path / "plant.toml" : path;
    if (isFolder && !std::filesystem::exists(file, error)) {
        return std::unexpected(std::vector<Error>{
            {ErrorCode::NotFound, "this folder has no plant.toml: name a plant's folder or its plant.toml", path.string()}});
    }
    Result<std::string> text = readFile(file, 64u << 20);
    if (!text) return std::unexpected(std::vector{text.error()});
    const std::filesystem::path parent = file.parent_path();
    return TextFile{*std::move(text), file, parent.empty() ? std::filesystem::path{"."} : parent};
}

} // namespace

Loaded load(const std::filesystem::path& path) {
    const auto read = readPlantFile(path);
    if (!read) return std::unexpected(read.error());
    return loadText(read->text, read->folder, read->file.string());
}

namespace {

/// Reads the plant's file for what is beside it. Returns every problem of the file.
std::expected<void, std::vector<Error>> loadBeside(const std::filesystem::path& path, const Beside& beside) {
    const auto read = readPlantFile(path);
    if (!read) return std::unexpected(read.error());
    const std::string file = read->file.string();
    const auto document = open(read->text, file);
    if (!document) return std::unexpected(document.error());
    Problems problems;
    checkStructure(document->root(), problems);
    static_cast<void>(readPlant(document->root(), read->text, read->folder, {}, problems, beside));
    if (problems.count() != 0) return std::unexpected(problems.errors(file));
    return {};
}

} // namespace

std::expected<std::vector<Feed>, std::vector<Error>> loadFeeds(const std::filesystem::path& path) {
    std::vector<Feed> feeds;
    if (auto loaded = loadBeside(path, {.feeds = &feeds}); !loaded) return std::unexpected(std::move(loaded.error()));
    return feeds;
}

std::expected<std::optional<Historian>, std::vector<Error>> loadHistorian(const std::filesystem::path& path) {
    std::optional<Historian> historian;
    if (auto loaded = loadBeside(path, {.historian = &historian}); !loaded) return std::unexpected(std::move(loaded.error()));
    return historian;
}

} // namespace millwright::plant
