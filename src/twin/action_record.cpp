#include <millwright/core/json_writer.hpp>
#include <millwright/twin/action_record.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace millwright::twin {
namespace {

using Kind = OperatorAction::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 8> words{{{"acknowledge", Kind::Acknowledge},
                                                                  {"reset", Kind::Reset},
                                                                  {"shelve", Kind::ShelveOneShot},
                                                                  {"shelve", Kind::ShelveTimed},
                                                                  {"unshelve", Kind::Unshelve},
                                                                  {"out_of_service", Kind::TakeOutOfService},
                                                                  {"in_service", Kind::ReturnToService},
                                                                  {"comment", Kind::Comment}}};

std::string textAt(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

} // namespace

std::string_view wordOf(Kind kind) {
    return std::ranges::find(words, kind, &std::pair<std::string_view, Kind>::second)->first;
}

std::string recordText(const plant::Plant& plant, const OperatorAction& action) {
    JsonWriter json;
    json.beginObject().field("alarm", plant.at(action.alarm).path).field("do", wordOf(action.kind));
    json.field("user", action.user).field("comment", action.comment);
    if (action.kind == Kind::ShelveTimed) json.field("seconds", seconds(action.duration));
    std::string text = json.endObject().text();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

Result<OperatorAction> fromRecord(const plant::Plant& plant, std::string_view text, Time time) {
    const auto object = nlohmann::json::parse(text, nullptr, false);
    const auto malformed = [&](std::string_view why) {
        return failure(ErrorCode::Malformed, std::format("what an operator did at {} {}", formatTime(time), why),
                       std::string{actionTopic});
    };
    if (object.is_discarded() || !object.is_object()) return malformed("is no JSON object");
    OperatorAction action{.time = time, .user = textAt(object, "user"), .comment = textAt(object, "comment")};
    const std::string path = textAt(object, "alarm"), word = textAt(object, "do");
    const auto known = std::ranges::find(words, std::string_view{word}, &std::pair<std::string_view, Kind>::first);
    if (known == words.end()) return malformed(std::format("is '{}', which is nothing that can be done", word));
    action.kind = known->second;
    if (const auto length = object.find("seconds"); length != object.end() && action.kind == Kind::ShelveOneShot) {
        if (!length->is_number() || !(length->get<double>() > 0)) return malformed("shelves for no time");
        action.kind = Kind::ShelveTimed;
        action.duration = durationFromSeconds(length->get<double>());
    }
    action.alarm = plant.findAlarm(path);
    if (action.alarm == plant::noAlarm)
        return failure(ErrorCode::NotFound, std::format("an operator acted on alarm '{}', which the plant has not", path),
                       std::string{actionTopic});
    return action;
}

} // namespace millwright::twin
