#include <millwright/condition/model.hpp>
#include <millwright/core/json_writer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <format>
#include <optional>
#include <set>
#include <tuple>

namespace millwright::condition {
namespace {

constexpr std::string_view kind = "millwright-condition";
constexpr int format = 1;
constexpr double largestWeight = 1e9; // more than is ever learnt: squares cannot overflow

void write(JsonWriter& json, const Group& group) {
    json.beginObject().field("kind", nameOf(group.kind)).field("limit", group.limit).field("shrinkage", group.shrinkage);
    json.key("features").beginArray();
    for (const Feature& feature : group.features) {
        json.beginObject().field("signal", feature.signal).field("measure", nameOf(feature.measure)).field("band", feature.band);
        json.field("location", feature.location)
            .field("scale", feature.scale)
            .field("floor", feature.floor)
            .field("limit", feature.limit)
            .endObject();
    }
    json.endArray().key("whitening").beginArray();
    for (const double cell : group.whitening) json.value(cell);
    json.endArray().endObject();
}

} // namespace

std::string writeModel(const Model& model) {
    JsonWriter json;
    json.beginObject().field("kind", kind).field("format", format);
    json.field("learntFrom", formatTime(model.learnt.from)).field("learntTo", formatTime(model.learnt.to));
    json.field("stepNanoseconds", model.options.step.count()).field("window", model.options.window);
    json.field("falseAlarmRate", model.options.falseAlarmRate).field("raise", model.options.raise).field("of", model.options.of);
    json.key("signals").beginArray();
    for (const Signal& signal : model.signals) {
        json.beginObject().field("name", signal.name).field("topic", signal.topic).field("unit", signal.unit);
        json.field("block", signal.block).field("rate", signal.rate).endObject();
    }
    json.endArray().key("equipment").beginArray();
    for (const Equipment& equipment : model.equipment) {
        json.beginObject().field("name", equipment.name).field("steps", equipment.steps).key("groups").beginArray();
        for (const Group& group : equipment.groups) write(json, group);
        json.endArray().endObject();
    }
    json.endArray().key("leftOut").beginArray();
    for (const LeftOut& each : model.leftOut) json.beginObject().field("name", each.name).field("reason", each.reason).endObject();
    return json.endArray().endObject().text();
}

namespace {

using Json = nlohmann::json;

/// Reads members of a document; of what is wrong, keeps the first.
class Reader {
public:
    explicit Reader(std::string name) : name_{std::move(name)} {}

    [[nodiscard]] bool sound() const { return !error_; }
    [[nodiscard]] Error error() const { return error_.value_or(Error{}); }
    void refuse(std::string message) {
        if (!error_) error_ = Error{ErrorCode::Invalid, std::move(message) + ": learn the model again", name_};
    }

    double number(const Json& from, const char* key) {
        const Json* found = member(from, key);
        const double value = found != nullptr && found->is_number() ? found->get<double>() : std::nan("");
        if (!std::isfinite(value)) refuse(std::format("'{}' is not a number", key));
        return value;
    }
    std::uint64_t whole(const Json& from, const char* key, std::uint64_t most) {
        const Json* found = member(from, key);
        const std::uint64_t value = found != nullptr && found->is_number_unsigned() ? found->get<std::uint64_t>() : most + 1;
        if (value > most) refuse(std::format("'{}' is not a whole number up to {}", key, most));
        return std::min(value, most);
    }
    std::string text(const Json& from, const char* key) {
        const Json* found = member(from, key);
        if (found != nullptr && found->is_string()) return found->get<std::string>();
        refuse(std::format("'{}' is not a text", key));
        return {};
    }
    Time time(const Json& from, const char* key) {
        const auto parsed = parseTime(text(from, key));
        if (!parsed) refuse(std::format("'{}' is not a time", key));
        return parsed.value_or(Time{});
    }
    const Json::array_t& list(const Json& from, const char* key) {
        static const Json::array_t nothing;
        const Json* found = member(from, key);
        if (found != nullptr && found->is_array()) return found->get_ref<const Json::array_t&>();
        refuse(std::format("'{}' is not a list", key));
        return nothing;
    }

private:
    static const Json* member(const Json& from, const char* key) {
        if (!from.is_object()) return nullptr;
        const auto found = from.find(key);
        return found == from.end() ? nullptr : &*found;
    }

    std::string name_;
    std::optional<Error> error_;
};

/// The value of `Enum` that has this name; refuses others.
template <typename Enum>
Enum readName(Reader& reader, const Json& from, const char* key, Enum last) {
    const std::string name = reader.text(from, key);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i)
        if (nameOf(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
    reader.refuse(std::format("there is no {} '{}'", key, name));
    return Enum{};
}

Signal readSignal(Reader& reader, const Json& from) {
    Signal signal{.name = reader.text(from, "name"),
                  .topic = reader.text(from, "topic"),
                  .unit = reader.text(from, "unit"),
                  .block = static_cast<std::uint32_t>(reader.whole(from, "block", 8192)),
                  .rate = reader.number(from, "rate")};
    if (signal.block != 0 && (signal.block < 64 || !std::has_single_bit(signal.block)))
        reader.refuse("'block' is neither 0 nor a power of two from 64");
    return signal;
}

Feature readFeature(Reader& reader, const Json& from, const std::vector<Signal>& signals) {
    const Feature feature{.signal = static_cast<std::uint32_t>(reader.whole(from, "signal", signals.size() - 1)),
                          .measure = readName(reader, from, "measure", Measure::Band),
                          .band = static_cast<std::uint32_t>(reader.whole(from, "band", bands - 1)),
                          .location = reader.number(from, "location"),
                          .scale = reader.number(from, "scale"),
                          .floor = reader.number(from, "floor"),
                          .limit = reader.number(from, "limit")};
    if (!(feature.scale > 0) || !(feature.limit > 0) || (feature.measure != Measure::Level && !(feature.floor > 0)))
        reader.refuse("'scale', 'limit' and 'floor' of features are above 0");
    if (feature.band != 0 && feature.measure != Measure::Band) reader.refuse("only a band has a 'band'");
    if (kindOf(feature.measure) == Kind::Vibration && signals[feature.signal].block == 0)
        reader.refuse("a signal without 'block' is no vibration");
    return feature;
}

Group readGroup(Reader& reader, const Json& from, const std::vector<Signal>& signals) {
    Group group;
    group.kind = readName(reader, from, "kind", Kind::Vibration);
    group.limit = reader.number(from, "limit");
    group.shrinkage = reader.number(from, "shrinkage");
    if (!(group.limit > 0)) reader.refuse("a 'limit' is not above 0");
    for (const Json& each : reader.list(from, "features")) {
        if (!reader.sound()) return group;
        group.features.push_back(readFeature(reader, each, signals));
        if (kindOf(group.features.back().measure) != group.kind) reader.refuse("a feature is not of the kind of its group");
    }
    if (group.features.empty() || group.features.size() > mostFeaturesTogether)
        reader.refuse(std::format("a group has 1 to {} 'features'", mostFeaturesTogether));
    for (const Json& cell : reader.list(from, "whitening")) {
        const double value = cell.is_number() ? cell.get<double>() : std::nan("");
        if (!(std::abs(value) <= largestWeight)) reader.refuse("'whitening' holds what is no number up to 1e9");
        if (!reader.sound()) return group;
        group.whitening.push_back(value);
    }
    if (group.whitening.size() != group.features.size() * group.features.size())
        reader.refuse("'whitening' is not a square as wide as there are 'features'");
    return group;
}

/// No signal may be watched with two equipments, no feature be there twice.
void checkSignals(Reader& reader, const Model& model) {
    std::vector<const Equipment*> owner(model.signals.size());
    for (const Equipment& equipment : model.equipment)
        for (const Group& group : equipment.groups) {
            std::set<std::tuple<std::uint32_t, Measure, std::uint32_t>> inGroup;
            for (const Feature& feature : group.features) {
                const Equipment*& its = owner[feature.signal];
                if (its != nullptr && its != &equipment) reader.refuse("a signal belongs to two equipments");
                its = &equipment;
                if (!inGroup.emplace(feature.signal, feature.measure, feature.band).second)
                    reader.refuse("a feature is there twice");
            }
        }
}

} // namespace

Result<Model> readModel(std::string_view text, const std::string& name) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object())
        return failure(ErrorCode::Malformed, "is not a JSON object: name a model that `millwright condition learn` wrote", name);
    Reader reader{name};
    if (reader.text(document, "kind") != kind)
        return failure(ErrorCode::Invalid, std::format("is no model of normal operation ('kind' is not '{}')", kind), name);
    if (const std::uint64_t version = reader.whole(document, "format", 1'000'000); reader.sound() && version != format)
        return failure(ErrorCode::Unsupported,
                       std::format("is of format {}, this program reads format {}: learn the model again", version, format), name);
    Model model;
    model.learnt = {reader.time(document, "learntFrom"), reader.time(document, "learntTo")};
    model.options = {.step = Duration{static_cast<std::int64_t>(reader.whole(document, "stepNanoseconds", INT64_MAX))},
                     .window = static_cast<std::uint32_t>(reader.whole(document, "window", UINT32_MAX)),
                     .falseAlarmRate = reader.number(document, "falseAlarmRate"),
                     .raise = static_cast<std::uint32_t>(reader.whole(document, "raise", UINT32_MAX)),
                     .of = static_cast<std::uint32_t>(reader.whole(document, "of", UINT32_MAX))};
    if (const auto fine = check(model.options); reader.sound() && !fine) reader.refuse(fine.error().message);
    for (const Json& each : reader.list(document, "signals")) {
        if (!reader.sound()) break;
        model.signals.push_back(readSignal(reader, each));
    }
    if (model.signals.empty()) reader.refuse("there are no 'signals'");
    if (cellsOf(model.signals, model.options) > mostCells)
        reader.refuse(std::format("{} signals over {} steps are too much to hold", model.signals.size(), model.options.window));
    for (const Json& each : reader.list(document, "equipment")) {
        if (!reader.sound()) break;
        Equipment equipment{.name = reader.text(each, "name"), .groups = {}, .steps = reader.whole(each, "steps", INT64_MAX)};
        for (const Json& group : reader.list(each, "groups")) {
            if (!reader.sound()) break;
            equipment.groups.push_back(readGroup(reader, group, model.signals));
        }
        if (equipment.groups.empty()) reader.refuse("an equipment has no 'groups'");
        model.equipment.push_back(std::move(equipment));
    }
    for (const Json& each : reader.list(document, "leftOut")) {
        if (!reader.sound()) break;
        model.leftOut.push_back({reader.text(each, "name"), reader.text(each, "reason")});
    }
    if (reader.sound()) checkSignals(reader, model);
    if (!reader.sound()) return std::unexpected(reader.error());
    return model;
}

} // namespace millwright::condition
