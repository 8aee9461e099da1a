#include "plant/keys.hpp"
#include "plant/read_signal.hpp"
#include "plant/reader.hpp"
#include "plant/template.hpp"

#include <millwright/core/spelling.hpp>

#include <cmath>
#include <format>
#include <system_error>
#include <unordered_map>

namespace millwright::plant {
namespace {

constexpr double radiansPerDegree = 3.14159265358979323846 / 180;

/// In the order of `modelUnitWords`.
enum class ModelUnit : std::uint8_t {};
constexpr std::array metresPerModelUnit{1.0, 0.001, 0.01, 1000.0, 1e-6, 0.0254, 0.3048};

// Rz * Ry * Rx of degrees: about the fixed X axis first, then Y, then Z.
glm::dquat fromDegrees(const glm::dvec3& degrees) {
    const glm::dvec3 half = degrees * (radiansPerDegree / 2);
    const glm::dquat x{std::cos(half.x), std::sin(half.x), 0, 0};
    const glm::dquat y{std::cos(half.y), 0, std::sin(half.y), 0};
    const glm::dquat z{std::cos(half.z), 0, 0, std::sin(half.z)};
    return z * y * x;
}

Placement readPlacement(const Reader& own, const Reader& merged, ReadContext& context) {
    Placement placement;
    placement.position = merged.vector("position").value_or(glm::dvec3{0});
    placement.scale = merged.number("scale").value_or(1);
    // An equipment that states either form of rotation replaces both of its pattern's.
    const bool ownRotation = own.find("rotation") != nullptr || own.find("quaternion") != nullptr;
    const Reader& reader = ownRotation ? own : merged;
    const Node* quaternion = reader.find("quaternion", Node::Kind::Array);
    if (quaternion != nullptr && reader.find("rotation") != nullptr) {
        context.problems.add(quaternion->keyAt, "give either 'rotation' or 'quaternion', not both");
    } else if (quaternion != nullptr && quaternion->children.size() == 4) {
        const auto& part = quaternion->children;
        const glm::dquat given{part[0].number, part[1].number, part[2].number, part[3].number};
        const double length = glm::length(given);
        if (length < 1e-9 || !std::isfinite(length))
            context.problems.add(quaternion->at, "'quaternion' is zero: one of its numbers must differ from zero");
        else
            placement.rotation = given * (1 / length);
    } else if (const auto degrees = reader.vector("rotation")) {
        placement.rotation = fromDegrees(*degrees);
    }
    return placement;
}

void readRepeat(const Node& node, ReadContext& context, EquipmentTemplate& equipment) {
    const Reader reader{node};
    equipment.repeated = true;
    equipment.repeatAt = node.at;
    equipment.repeatId = reader.text("id");
    equipment.first = reader.integer("first", 1);
    if (const Node* count = reader.find("count")) {
        equipment.repeatAt = count->at;
        const auto set = [&](const Node& one) {
            if (one.kind == Node::Kind::Integer && equipment.directions < 3)
                equipment.count[equipment.directions++] = std::max<std::int64_t>(1, one.integer);
        };
        if (count->kind == Node::Kind::Integer)
            set(*count);
        else
            std::ranges::for_each(count->children, set);
    }
    const Node* step = reader.find("step", Node::Kind::Array);
    if (step == nullptr) return;
    if (const auto one = asVector(*step)) {
        equipment.step[0] = *one;
        if (equipment.directions > 1)
            context.problems.add(
                step->at, std::format("'count' has {} directions and 'step' one: give a list of steps", equipment.directions));
        return;
    }
    if (step->children.size() != equipment.directions) {
        context.problems.add(
            step->at, std::format("'step' has {} steps and 'count' {} directions", step->children.size(), equipment.directions));
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(step->children.size(), 3); ++i) {
        if (const auto vector = asVector(step->children[i])) equipment.step[i] = *vector;
    }
}

// The first table of each id.
std::unordered_map<std::string_view, const Node*> byId(std::span<const Node> tables) {
    std::unordered_map<std::string_view, const Node*> found;
    for (const Node& table : tables) {
        const Node* id = table.find("id");
        if (id != nullptr && id->kind == Node::Kind::String && !id->text.empty()) found.emplace(id->text, &table);
    }
    return found;
}

// The pattern's tables of a list in their order, each merged with the equipment's of the same id, then the equipment's others.
template <typename Read>
void readMerged(const Node& node, const Node* pattern, std::string_view list, const Read& read) {
    const auto own = Reader::tables(&node, list);
    const auto inherited = Reader::tables(pattern, list);
    const auto ownById = byId(own);
    const auto inheritedById = byId(inherited);
    for (const Node& table : inherited) {
        const std::string id = Reader{table}.text("id");
        if (id.empty()) continue;
        const auto over = ownById.find(id);
        read(over != ownById.end() ? Reader{*over->second, &table} : Reader{table});
    }
    for (const Node& table : own) {
        const std::string id = Reader{table}.text("id");
        if (id.empty() || (inheritedById.contains(id) && ownById.at(id) == &table)) continue; // merged above
        read(Reader{table});
    }
}

void readContent(const Node& node, const Node* pattern, ReadContext& context, EquipmentTemplate& equipment) {
    readMerged(node, pattern, "signal", [&](const Reader& reader) { equipment.signals.push_back(readSignal(reader, context)); });
    readMerged(node, pattern, "alarm", [&](const Reader& reader) { equipment.alarms.push_back(readAlarm(reader, context)); });
    const Node* kpi = node.find("kpi");
    const Node* inheritedKpi = pattern != nullptr ? pattern->find("kpi") : nullptr;
    const auto isTable = [](const Node* table) { return table != nullptr && table->kind == Node::Kind::Table; };
    if (isTable(kpi))
        equipment.kpi = readKpi(Reader{*kpi, isTable(inheritedKpi) ? inheritedKpi : nullptr}, context);
    else if (isTable(inheritedKpi))
        equipment.kpi = readKpi(Reader{*inheritedKpi}, context);
    for (const Node* table : {pattern, &node}) {
        for (const Node& binding : Reader::tables(table, "binding")) equipment.bindings.push_back(readBinding(binding, context));
    }
}

} // namespace

std::filesystem::path ReadContext::file(const Node& node, std::string_view what) {
    const std::string written{node.text};
    if (written.empty()) {
        problems.add(node.at, std::format("'{}' is empty: leave it out or name a file", node.key));
        return {};
    }
    const auto known = files.find(written);
    if (known != files.end() && !known->second.empty()) return known->second;
    const std::filesystem::path path = (folder / written).lexically_normal();
    std::error_code error;
    if (!options.checkFiles || std::filesystem::is_regular_file(path, error)) {
        files[written] = path;
        return path;
    }
    const auto status = std::filesystem::status(path, error);
    if (std::filesystem::exists(status)) {
        problems.add(node.at, std::format("{} '{}' is not a file", what, written));
        return {};
    }
    // The same folder may hold what was meant.
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator entry{path.parent_path(), error}, end;
         problems.fewSoFar() && !error && entry != end && names.size() < 1000; entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    const std::vector<std::string_view> views{names.begin(), names.end()};
    const std::string advice = didYouMean(path.filename().string(), views);
    problems.add(
        node.at,
        std::format("{} '{}' does not exist{}", what, written, advice.empty() ? std::format(" ({})", path.string()) : advice),
        ErrorCode::NotFound);
    return {};
}

EquipmentTemplate readEquipment(const Node& node, const Node* pattern, ReadContext& context) {
    const Reader own{node};
    const Reader merged{node, pattern};
    EquipmentTemplate equipment;
    equipment.at = own.at("path");
    equipment.path = own.text("path");
    equipment.name = merged.text("name");
    equipment.description = merged.text("description");
    equipment.level = merged.choice<Level>("level", levelWords);
    equipment.modelNamed = merged.find("model") != nullptr;
    if (const Node* model = merged.find("model", Node::Kind::String)) equipment.model = context.file(*model, "model");
    if (const auto unit = merged.choice<ModelUnit>("model_unit", modelUnitWords))
        equipment.modelMetresPerUnit = metresPerModelUnit[static_cast<std::size_t>(*unit)];
    equipment.modelUp = merged.choice<Axis>("model_up", axisWords);
    equipment.placement = readPlacement(own, merged, context);
    if (const Node* repeat = own.find("repeat", Node::Kind::Table)) readRepeat(*repeat, context, equipment);
    readContent(node, pattern, context, equipment);
    return equipment;
}

} // namespace millwright::plant
