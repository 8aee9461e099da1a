#include "check/toml_table.hpp"

#include <millwright/check/expectation.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <set>
#include <span>

namespace millwright::check {
namespace {

using plant::Comparison;

struct ComparisonName {
    std::string_view text;
    Comparison comparison;
};
constexpr std::array comparisons{ComparisonName{"==", Comparison::Equal},  ComparisonName{"!=", Comparison::NotEqual},
                                 ComparisonName{"<", Comparison::Less},    ComparisonName{"<=", Comparison::LessOrEqual},
                                 ComparisonName{">", Comparison::Greater}, ComparisonName{">=", Comparison::GreaterOrEqual}};

struct BehaviourName {
    std::string_view text;
    Behaviour behaviour;
};
constexpr std::array behaviours{BehaviourName{"always", Behaviour::Always},       BehaviourName{"never", Behaviour::Never},
                                BehaviourName{"sometimes", Behaviour::Sometimes}, BehaviourName{"count", Behaviour::Count},
                                BehaviourName{"lasts", Behaviour::Lasts},         BehaviourName{"at", Behaviour::At}};

/// What a check is about: the one key that only checks of its kind have.
constexpr std::array<std::string_view, 7> kinds{"when", "value", "samples", "state_hash", "picture", "alarm", "kpi"};

struct AlarmBehaviourName {
    std::string_view text;
    AlarmBehaviour behaviour;
};
constexpr std::array alarmBehaviours{AlarmBehaviourName{"raised", AlarmBehaviour::Raised},
                                     AlarmBehaviourName{"returned", AlarmBehaviour::Returned},
                                     AlarmBehaviourName{"never", AlarmBehaviour::Never}};

std::vector<std::string_view> textsOf(const auto& names) {
    std::vector<std::string_view> texts;
    for (const auto& name : names) texts.push_back(name.text);
    return texts;
}

/// Turns one file into expectations, collecting problems as it goes.
class Reader {
public:
    Reader(const std::filesystem::path& file, const plant::Plant& plant, Problems& problems)
        : file_{file}, plant_{plant}, problems_{problems} {}

    std::vector<Expectation> read(const TomlTable& root) {
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

private:
    std::optional<Expectation> readCheck(const TomlTable& table) {
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

        std::vector<std::string_view> present;
        for (const std::string_view kind : kinds) {
            if (table.has(kind)) present.push_back(kind);
        }
        if (present.empty()) {
            table.problem({}, "a check needs one of 'when', 'value', 'samples', 'state_hash', 'picture', 'alarm' and 'kpi'");
            return std::nullopt;
        }
        if (present.size() > 1) {
            table.problem(present[1], std::format("a check has either '{}' or '{}'; make it two checks", present[0], present[1]));
            return std::nullopt;
        }
        if (present[0] == "when")
            readCondition(table, expectation);
        else if (present[0] == "value")
            readValue(table, expectation);
        else if (present[0] == "samples")
            readSamples(table, expectation);
        else if (present[0] == "state_hash")
            readStateHash(table, expectation);
        else if (present[0] == "alarm")
            readAlarm(table, expectation);
        else if (present[0] == "kpi")
            readKpi(table, expectation);
        else
            readPicture(table, expectation);
        return expectation;
    }

    SignalIndex readSignal(const TomlTable& table, bool required) {
        const auto path = table.text("signal");
        if (!path) {
            if (required && !table.has("signal")) table.missing("signal", "this check");
            return noSignal;
        }
        const SignalIndex found = plant_.findSignal(*path);
        if (found == noSignal) {
            std::vector<std::string_view> paths;
            for (const plant::Signal& signal : plant_.signals) paths.push_back(signal.path);
            table.problem("signal", std::format("plant '{}' has no signal '{}'{}", plant_.id, *path, didYouMean(*path, paths)));
        }
        return found;
    }

    Moment readMoment(const TomlTable& table, std::string_view key, std::string otherwise) {
        return {table.text(key).value_or(std::move(otherwise)), table.place(key)};
    }

    Window readWindow(const TomlTable& table) { return {readMoment(table, "from", "start"), readMoment(table, "to", "end")}; }

    CountRange readCount(const TomlTable& table, std::string_view key) {
        const auto range = table.integers(key);
        if (!range) return {};
        if (range->first < 0 || range->second < range->first) {
            table.problem(key, std::format("'{}' must be 0 or more, the least before the most", key));
            return {};
        }
        return {static_cast<std::uint64_t>(range->first), static_cast<std::uint64_t>(range->second)};
    }

    /// The number that a named state of a signal stands for.
    double readState(const TomlTable& table, const plant::Signal& signal, const std::string& state) {
        const auto found = std::ranges::find(signal.states, state);
        if (found == signal.states.end()) {
            const std::vector<std::string_view> states{signal.states.begin(), signal.states.end()};
            table.problem("state",
                          states.empty()
                              ? std::format("signal '{}' has no named states; compare it with a 'value'", signal.path)
                              : std::format("signal '{}' has no state '{}'{}", signal.path, state, didYouMean(state, states)));
        }
        return static_cast<double>(found - signal.states.begin());
    }

    plant::Condition readWhen(const TomlTable& when, SignalIndex index) {
        when.unknownKeys({"op", "value", "state"});
        plant::Condition condition;
        const auto op = when.text("op");
        if (!when.has("op")) when.missing("op", "'when'");
        if (op) {
            const auto found = std::ranges::find(comparisons, *op, &ComparisonName::text);
            if (found == comparisons.end())
                when.problem("op", std::format("'{}' is no comparison: use ==, !=, <, <=, > or >=", *op));
            else
                condition.comparison = found->comparison;
        }
        if (when.has("value") == when.has("state")) {
            when.problem(when.has("state") ? "state" : "",
                         "'when' needs either 'value', a number, true or false, or 'state', a name");
            return condition;
        }
        if (when.isBoolean("value"))
            condition.value = when.boolean("value").value_or(false) ? 1 : 0;
        else
            condition.value = when.number("value").value_or(0);
        condition.state = when.text("state").value_or("");
        if (index == noSignal) return condition;
        const plant::Signal& signal = plant_.at(index);
        const bool equality = condition.comparison == Comparison::Equal || condition.comparison == Comparison::NotEqual;
        if (signal.type != ValueType::String) {
            if (when.isText("state")) condition.value = readState(when, signal, condition.state);
            condition.state.clear();
        } else if (when.has("value")) {
            when.problem("value", std::format("signal '{}' is a text: compare it with a 'state'", signal.path));
        } else if (!equality) {
            when.problem("op", std::format("signal '{}' is a text: it can only be compared by == and !=", signal.path));
        } else if (!signal.states.empty()) {
            static_cast<void>(readState(when, signal, condition.state));
        }
        return condition;
    }

    void readCondition(const TomlTable& table, Expectation& expectation) {
        ConditionCheck check;
        check.signal = readSignal(table, true);
        if (const auto when = table.table("when")) check.condition = readWhen(*when, check.signal);
        const auto expect = table.text("expect");
        if (!table.has("expect")) table.missing("expect", "a check with 'when'");
        const auto known = std::ranges::find(behaviours, expect.value_or("always"), &BehaviourName::text);
        if (known == behaviours.end()) {
            table.problem("expect", std::format("'{}' is nothing to expect: use always, never, sometimes, count, lasts or at{}",
                                                *expect, didYouMean(*expect, textsOf(behaviours))));
            return;
        }
        check.behaviour = known->behaviour;
        switch (check.behaviour) {
        case Behaviour::Count:
            table.unknownKeys({"name", "signal", "when", "expect", "count", "from", "to"});
            if (!table.has("count")) table.missing("count", "expect = \"count\"");
            check.count = readCount(table, "count");
            break;
        case Behaviour::Lasts:
            table.unknownKeys({"name", "signal", "when", "expect", "for", "from", "to"});
            if (!table.has("for")) table.missing("for", "expect = \"lasts\"");
            check.least = table.duration("for").value_or(Duration{});
            if (check.least < Duration::zero()) table.problem("for", "'for' must not be negative");
            break;
        case Behaviour::At:
            table.unknownKeys({"name", "signal", "when", "expect", "at"});
            if (!table.has("at")) table.missing("at", "expect = \"at\"");
            check.at = readMoment(table, "at", "end");
            break;
        default: table.unknownKeys({"name", "signal", "when", "expect", "from", "to"}); break;
        }
        check.window = readWindow(table);
        expectation.what = std::move(check);
    }

    void readValue(const TomlTable& table, Expectation& expectation) {
        table.unknownKeys({"name", "signal", "value", "tolerance", "at"});
        ValueCheck check;
        check.signal = readSignal(table, true);
        if (table.isText("value"))
            check.value = table.text("value").value_or("");
        else if (table.isBoolean("value"))
            check.value = table.boolean("value").value_or(false) ? 1.0 : 0.0;
        else
            check.value = table.number("value").value_or(0);
        check.tolerance = table.number("tolerance").value_or(0);
        if (!(check.tolerance >= 0)) table.problem("tolerance", "'tolerance' must be 0 or more");
        if (!table.has("at")) table.missing("at", "a check with 'value'");
        check.at = readMoment(table, "at", "end");
        if (check.signal != noSignal) {
            const plant::Signal& signal = plant_.at(check.signal);
            if ((signal.type == ValueType::String) != std::holds_alternative<std::string>(check.value)) {
                table.problem("value",
                              std::format("signal '{}' is {}: its value must be {}", signal.path,
                                          signal.type == ValueType::String ? "a text" : "a number",
                                          signal.type == ValueType::String ? "a text in quotes" : "a number, true or false"));
            }
        }
        expectation.what = std::move(check);
    }

    void readSamples(const TomlTable& table, Expectation& expectation) {
        table.unknownKeys({"name", "signal", "samples", "from", "to"});
        expectation.what = SampleCountCheck{readSignal(table, false), readCount(table, "samples"), readWindow(table)};
    }

    void readStateHash(const TomlTable& table, Expectation& expectation) {
        table.unknownKeys({"name", "state_hash", "at"});
        StateHashCheck check{table.text("state_hash").value_or(""), readMoment(table, "at", "end")};
        const bool digits =
            std::ranges::all_of(check.hash, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
        if (table.isText("state_hash") && (check.hash.size() != 32 || !digits)) {
            table.problem("state_hash", "a state hash is 32 hexadecimal digits in lower case, as `millwright replay` prints it");
        }
        expectation.what = std::move(check);
    }

    void readAlarm(const TomlTable& table, Expectation& expectation) {
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
    EquipmentIndex readMeasured(const TomlTable& table) {
        const auto path = table.text("equipment");
        if (!table.has("equipment")) table.missing("equipment", "a check with 'kpi'");
        if (!path) return noEquipment;
        const std::vector<kpi::Row> rows = kpi::rowsOf(plant_);
        const auto pathOf = [this](const kpi::Row& row) -> std::string_view { return plant_.at(row.equipment).path; };
        if (const auto found = std::ranges::find(rows, *path, pathOf); found != rows.end()) return found->equipment;
        std::vector<std::string_view> paths;
        for (const kpi::Row& row : rows) paths.push_back(pathOf(row));
        table.problem("equipment", std::format("plant '{}' has no equipment '{}' that is measured by a 'kpi' table{}", plant_.id,
                                               *path, didYouMean(*path, paths)));
        return noEquipment;
    }

    std::optional<double> readBound(const TomlTable& table, std::string_view key, kpi::IndicatorUnit unit) {
        if (unit != kpi::IndicatorUnit::Seconds) return table.number(key);
        return table.duration(key).transform([](Duration bound) { return seconds(bound); });
    }

    void readKpi(const TomlTable& table, Expectation& expectation) {
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

    void readPicture(const TomlTable& table, Expectation& expectation) {
        table.unknownKeys({"name", "picture", "camera", "at", "tolerance", "size"});
        PictureCheck check;
        check.reference = (file_.parent_path() / table.text("picture").value_or("")).lexically_normal();
        check.camera = table.text("camera").value_or("");
        if (!check.camera.empty() && !plant_.findCamera(check.camera)) {
            std::vector<std::string_view> cameras;
            for (const plant::Camera& camera : plant_.cameras) cameras.push_back(camera.id);
            table.problem("camera", std::format("plant '{}' has no camera '{}'{}", plant_.id, check.camera,
                                                didYouMean(check.camera, cameras)));
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

    const std::filesystem::path& file_;
    const plant::Plant& plant_;
    Problems& problems_;
    std::set<std::string> names_;
};

} // namespace

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
        expectations = Reader{file, plant, problems}.read(TomlTable{toml->root(), problems});
    if (!problems.empty()) return std::unexpected(std::move(problems).take());
    return expectations;
}

} // namespace millwright::check
