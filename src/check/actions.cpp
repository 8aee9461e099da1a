#include "check/toml_table.hpp"

#include <millwright/check/actions.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <format>

namespace millwright::check {
namespace {

using Kind = twin::OperatorAction::Kind;

struct KindName {
    std::string_view text;
    Kind kind;
};
constexpr std::array kinds{KindName{"acknowledge", Kind::Acknowledge},
                           KindName{"reset", Kind::Reset},
                           KindName{"shelve", Kind::ShelveOneShot},
                           KindName{"unshelve", Kind::Unshelve},
                           KindName{"out_of_service", Kind::TakeOutOfService},
                           KindName{"in_service", Kind::ReturnToService},
                           KindName{"comment", Kind::Comment}};

PlannedAction readAction(const TomlTable& table, const plant::Plant& plant) {
    table.unknownKeys({"at", "alarm", "do", "for", "user", "comment"});
    for (const std::string_view key : {"at", "alarm", "do"})
        if (!table.has(key)) table.missing(key, "an action");
    PlannedAction planned;
    planned.at = {table.text("at").value_or("start"), table.place("at")};
    twin::OperatorAction& action = planned.action;
    const std::string path = table.text("alarm").value_or("");
    action.alarm = plant.findAlarm(path);
    if (action.alarm == plant::noAlarm && table.isText("alarm")) {
        std::vector<std::string_view> paths;
        for (const plant::Alarm& alarm : plant.alarms) paths.push_back(alarm.path);
        table.problem("alarm", std::format("plant '{}' has no alarm '{}'{}", plant.id, path, didYouMean(path, paths)));
    }
    const std::string word = table.text("do").value_or("");
    const auto known = std::ranges::find(kinds, word, &KindName::text);
    if (known != kinds.end()) {
        action.kind = known->kind;
    } else if (table.isText("do")) {
        std::vector<std::string_view> words;
        for (const KindName& each : kinds) words.push_back(each.text);
        table.problem("do",
                      std::format("'{}' is nothing that can be done: use acknowledge, reset, shelve, unshelve, out_of_service, "
                                  "in_service or comment{}",
                                  word, didYouMean(word, words)));
    }
    if (const auto length = table.duration("for")) {
        action.kind = Kind::ShelveTimed;
        action.duration = *length;
        if (known != kinds.end() && known->kind != Kind::ShelveOneShot)
            table.problem("for", "'for' is how long an alarm is shelved");
        else if (*length <= Duration::zero())
            table.problem("for", "'for' must be longer than nothing");
    }
    action.user = table.text("user").value_or("");
    action.comment = table.text("comment").value_or("");
    return planned;
}

} // namespace

std::expected<std::vector<PlannedAction>, std::vector<Error>> loadActions(const std::filesystem::path& path,
                                                                          const plant::Plant& plant) {
    auto text = readFile(path);
    if (!text) return std::unexpected(std::vector{std::move(text.error())});
    return parseActions(*text, path, plant);
}

std::expected<std::vector<PlannedAction>, std::vector<Error>> parseActions(std::string_view text, const std::filesystem::path& file,
                                                                           const plant::Plant& plant) {
    Problems problems{file.string()};
    std::vector<PlannedAction> actions;
    if (const auto toml = parseToml(text, file.string(), problems)) {
        const TomlTable root{toml->root(), problems};
        root.unknownKeys({"format", "action"});
        const auto format = root.integer("format");
        if (!root.has("format"))
            root.missing("format", "a file of actions");
        else if (format && *format != 1)
            root.problem("format", std::format("format {} is not known; this program reads format 1", *format));
        for (const TomlTable& table : root.tables("action")) actions.push_back(readAction(table, plant));
    }
    if (!problems.empty()) return std::unexpected(std::move(problems).take());
    return actions;
}

std::expected<std::vector<twin::OperatorAction>, std::vector<Error>> resolved(const std::vector<PlannedAction>& planned,
                                                                              TimeInterval log) {
    std::vector<twin::OperatorAction> actions;
    std::vector<Error> errors;
    for (const auto& [at, action] : planned) {
        const auto time = parseMoment(at.text, log);
        if (!time) {
            errors.push_back({time.error().code, time.error().message, at.place});
            continue;
        }
        actions.push_back(action);
        actions.back().time = *time;
    }
    if (!errors.empty()) return std::unexpected(std::move(errors));
    std::ranges::stable_sort(actions, {}, &twin::OperatorAction::time);
    return actions;
}

} // namespace millwright::check
