#include "check/reader.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <span>

namespace millwright::check {
namespace {

struct AlarmBehaviourName {
    std::string_view text;
    AlarmBehaviour behaviour;
};
constexpr std::array alarmBehaviours{AlarmBehaviourName{"raised", AlarmBehaviour::Raised},
                                     AlarmBehaviourName{"returned", AlarmBehaviour::Returned},
                                     AlarmBehaviourName{"never", AlarmBehaviour::Never}};

std::optional<double> readBound(const TomlTable& table, std::string_view key, kpi::IndicatorUnit unit) {
    if (unit != kpi::IndicatorUnit::Seconds) return table.number(key);
    return table.duration(key).transform([](Duration bound) { return seconds(bound); });
}

} // namespace

const std::vector<Reader::Kind>& Reader::kinds() {
    static const std::vector<Kind> all{
        {"when", &Reader::readCondition},    {"value", &Reader::readValue},
        {"samples", &Reader::readSamples},   {"rate", &Reader::readRate},
        {"monotone", &Reader::readMonotone}, {"sequence", &Reader::readSequence},
        {"quality", &Reader::readQuality},   {"state_hash", &Reader::readStateHash},
        {"picture", &Reader::readPicture},   {"alarm", &Reader::readAlarm},
        {"kpi", &Reader::readKpi},           {"anomalies", &Reader::readAnomalies},
        {"score", &Reader::readScore},
    };
    return all;
}

std::vector<Expectation> Reader::read(const TomlTable& root) {
    root.unknownKeys({"format", "check"});
    const auto format = root.integer("format");
    if (!root.has("format"))
        root.missing("format", "an expectation file");
    else if (format && *format != 1)
        root.problem("format", std::format("format {} is not known; this program reads format 1", *format));
    std::vector<Expectation> result;
    const std::vector<TomlTable> checks = root.tables("check");
    if (checks.empty() && problems_.empty()) root.problem({}, "no [[check]] in it: a run that expects nothing proves nothing");
    for (const TomlTable& table : checks) {
        if (auto expectation = readCheck(table)) result.push_back(std::move(*expectation));
    }
    return result;
}

std::optional<Expectation> Reader::readCheck(const TomlTable& table) {
    Expectation expectation;
    expectation.file = file_.string();
    expectation.line = table.at().line;
    expectation.name = table.text("name").value_or("");
    if (!table.has("name"))
        table.missing("name", "a check");
    else if (table.isText("name") && expectation.name.empty())
        table.problem("name", "a check's name must not be empty");
    else if (!expectation.name.empty() && !names_.insert(expectation.name).second)
        table.problem("name", std::format("two checks are named '{}'; reports would keep only one", expectation.name));

    std::vector<Kind> present;
    for (const Kind& kind : kinds())
        if (table.has(kind.key)) present.push_back(kind);
    if (present.empty()) {
        std::string keys;
        for (const Kind& kind : kinds()) keys += std::format("{}'{}'", keys.empty() ? "" : ", ", kind.key);
        table.problem({}, "a check needs one of " + keys);
        return std::nullopt;
    }
    if (present.size() > 1) {
        table.problem(present[1].key,
                      std::format("a check has either '{}' or '{}'; make it two checks", present[0].key, present[1].key));
        return std::nullopt;
    }
    (this->*present[0].read)(table, expectation);
    return expectation;
}

void Reader::readStateHash(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "state_hash", "at"});
    StateHashCheck check{table.text("state_hash").value_or(""), readMoment(table, "at", "end")};
    const bool digits = std::ranges::all_of(check.hash, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (table.isText("state_hash") && (check.hash.size() != 32 || !digits)) {
        table.problem("state_hash", "a state hash is 32 hexadecimal digits in lower case, as `millwright replay` prints it");
    }
    expectation.what = std::move(check);
}

void Reader::readAlarm(const TomlTable& table, Expectation& expectation) {
    AlarmCheck check;
    const std::string path = table.text("alarm").value_or("");
    check.alarm = plant_.findAlarm(path);
    if (check.alarm == plant::noAlarm && table.isText("alarm")) {
        std::vector<std::string_view> paths;
        for (const plant::Alarm& alarm : plant_.alarms) paths.push_back(alarm.path);
        table.problem("alarm", std::format("plant '{}' has no alarm '{}'{}", plant_.id, path, didYouMean(path, paths)));
    }
    const auto expect = table.text("expect");
    if (!table.has("expect")) table.missing("expect", "a check with 'alarm'");
    const auto known = std::ranges::find(alarmBehaviours, expect.value_or("raised"), &AlarmBehaviourName::text);
    if (known == alarmBehaviours.end()) {
        table.problem("expect", std::format("'{}' is nothing to expect of an alarm: use raised, returned or never{}", *expect,
                                            didYouMean(*expect, textsOf(alarmBehaviours))));
        return;
    }
    check.behaviour = known->behaviour;
    if (check.behaviour == AlarmBehaviour::Never) {
        table.unknownKeys({"name", "alarm", "expect", "from", "to"});
    } else {
        table.unknownKeys({"name", "alarm", "expect", "count", "from", "to"});
        if (table.has("count")) check.count = readCount(table, "count");
    }
    check.window = readWindow(table);
    expectation.what = std::move(check);
}

/// The equipment of a KPI check; those that have KPIs are few enough to be suggested from.
EquipmentIndex Reader::readMeasured(const TomlTable& table) {
    const auto path = table.text("equipment");
    if (!table.has("equipment")) table.missing("equipment", "a check with 'kpi'");
    if (!path) return noEquipment;
    const std::vector<kpi::Row> rows = kpi::rowsOf(plant_);
    const auto pathOf = [this](const kpi::Row& row) -> std::string_view { return plant_.at(row.equipment).path; };
    if (const auto found = std::ranges::find(rows, *path, pathOf); found != rows.end()) return found->equipment;
    std::vector<std::string_view> paths;
    for (const kpi::Row& row : rows) paths.push_back(pathOf(row));
    table.problem("equipment", std::format("plant '{}' has no equipment '{}' that is measured by a 'kpi' table{}", plant_.id, *path,
                                           didYouMean(*path, paths)));
    return noEquipment;
}

void Reader::readKpi(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "kpi", "equipment", "least", "most", "from", "to"});
    KpiCheck check;
    check.equipment = readMeasured(table);
    check.window = readWindow(table);
    const std::string name = table.text("kpi").value_or("");
    const auto known = std::ranges::find(kpi::indicatorList(), name, &kpi::IndicatorInfo::name);
    if (known == kpi::indicatorList().end()) {
        std::vector<std::string_view> names;
        for (const kpi::IndicatorInfo& each : kpi::indicatorList()) names.push_back(each.name);
        if (table.isText("kpi"))
            table.problem("kpi", std::format("'{}' is no KPI; docs/kpi.md lists them{}", name, didYouMean(name, names)));
        return;
    }
    check.indicator = &*known;
    if (!table.has("least") && !table.has("most")) table.problem({}, "a check with 'kpi' needs 'least', 'most' or both");
    check.least = readBound(table, "least", known->unit).value_or(check.least);
    check.most = readBound(table, "most", known->unit).value_or(check.most);
    if (check.least > check.most) table.problem("least", "'least' must not be above 'most'");
    expectation.what = std::move(check);
}

void Reader::readPicture(const TomlTable& table, Expectation& expectation) {
    table.unknownKeys({"name", "picture", "camera", "at", "tolerance", "size"});
    PictureCheck check;
    check.reference = (file_.parent_path() / table.text("picture").value_or("")).lexically_normal();
    check.camera = table.text("camera").value_or("");
    if (!check.camera.empty() && !plant_.findCamera(check.camera)) {
        std::vector<std::string_view> cameras;
        for (const plant::Camera& camera : plant_.cameras) cameras.push_back(camera.id);
        table.problem("camera",
                      std::format("plant '{}' has no camera '{}'{}", plant_.id, check.camera, didYouMean(check.camera, cameras)));
    }
    if (const auto size = table.integers("size")) {
        constexpr std::int64_t largest = 8192;
        if (size->first < 16 || size->first > largest || size->second < 16 || size->second > largest) {
            table.problem("size", std::format("'size' must be [width, height], each 16 to {}", largest));
        } else {
            check.width = static_cast<std::uint32_t>(size->first);
            check.height = static_cast<std::uint32_t>(size->second);
        }
    }
    check.tolerance = table.number("tolerance").value_or(check.tolerance);
    if (!(check.tolerance >= 0 && check.tolerance <= 1)) table.problem("tolerance", "'tolerance' is a share of pixels, 0 to 1");
    check.at = readMoment(table, "at", "end");
    expectation.what = std::move(check);
}

Moment Reader::readMoment(const TomlTable& table, std::string_view key, std::string otherwise) {
    return {table.text(key).value_or(std::move(otherwise)), table.place(key)};
}

Window Reader::readWindow(const TomlTable& table) {
    return {readMoment(table, "from", "start"), readMoment(table, "to", "end")};
}

CountRange Reader::readCount(const TomlTable& table, std::string_view key) {
    const auto range = table.integers(key);
    if (!range) return {};
    if (range->first < 0 || range->second < range->first) {
        table.problem(key, std::format("'{}' must be 0 or more, the least before the most", key));
        return {};
    }
    return {static_cast<std::uint64_t>(range->first), static_cast<std::uint64_t>(range->second)};
}

std::expected<std::vector<Expectation>, std::vector<Error>> load(const std::filesystem::path& path, const plant::Plant& plant) {
    auto text = readFile(path);
    if (!text) return std::unexpected(std::vector{std::move(text.error())});
    return parse(*text, path, plant);
}

std::expected<std::vector<Expectation>, std::vector<Error>> parse(std::string_view text, const std::filesystem::path& file,
                                                                  const plant::Plant& plant) {
    Problems problems{file.string()};
    std::vector<Expectation> expectations;
    if (const auto toml = parseToml(text, file.string(), problems))
        expectations = Reader{text, file, plant, problems}.read(TomlTable{toml->root(), problems});
    if (!problems.empty()) return std::unexpected(std::move(problems).take());
    return expectations;
}

} // namespace millwright::check
