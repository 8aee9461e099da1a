#include "plant/keys.hpp"

#include <millwright/plant/plant.hpp>

#include <algorithm>

namespace millwright::plant {
namespace {

constexpr std::string_view levels[] = {"site", "area", "line", "cell", "equipment"};
constexpr std::string_view modelUnits[] = {"m", "mm", "cm", "km", "um", "in", "ft"};
constexpr std::string_view axes[] = {"x", "y", "z"};
constexpr std::string_view types[] = {"float", "integer", "boolean", "string"};
constexpr std::string_view interpolations[] = {"hold", "linear", "angle"};
constexpr std::string_view bindingKindNames[] = {"rotation", "translation", "path", "spin", "colour", "visibility", "fill", "text"};
constexpr std::string_view comparisons[] = {"==", "!=", "<", "<=", ">", ">="};

template <typename... Kinds>
constexpr BindingKinds only(Kinds... kinds) {
    return static_cast<BindingKinds>((0 | ... | (1u << static_cast<unsigned>(kinds))));
}
using B = BindingKind;
using enum ValueKind;
constexpr BindingKinds moving = only(B::Rotation, B::Translation, B::Path, B::Spin, B::Fill);

constexpr Key mapKeyList[] = {
    {.name = "in", .kind = Pair, .description = "two different values of the signal, in its unit", .required = true},
    {.name = "out",
     .kind = Pair,
     .description = "what they become: degrees (rotation), degrees per second (spin), metres (translation, path), 0 to 1 (fill, "
                    "normalised path)",
     .required = true},
    {.name = "clamp",
     .kind = Boolean,
     .description = "whether values outside `in` stop at the ends of `out`; a spin never stops",
     .fallback = "true"},
};
constexpr TableKeys mapKeys{"map", "Straight line from the signal's values to the binding's output.", mapKeyList};

constexpr Key rampKeyList[] = {
    {.name = "at", .kind = Number, .description = "value of the signal, in its unit; ascending", .required = true},
    {.name = "colour", .kind = Colour, .description = "sRGB colour at that value", .required = true},
    {.name = "strength",
     .kind = Number,
     .description = "how much of the node's own colour is replaced, 0 to 1",
     .fallback = "0.8",
     .minimum = 0,
     .maximum = 1},
};
constexpr TableKeys rampKeys{"ramp", "One stop of a colour ramp; colours between stops are blended.", rampKeyList};

constexpr Key tableKeyList[] = {
    {.name = "state",
     .kind = Text,
     .description = "text of a string signal, or one of the names in `states` of an integer or boolean signal"},
    {.name = "value", .kind = NumberOrBoolean, .description = "value of an integer or boolean signal"},
    {.name = "colour", .kind = Colour, .description = "sRGB colour while the signal has that state", .required = true},
    {.name = "strength",
     .kind = Number,
     .description = "how much of the node's own colour is replaced, 0 to 1",
     .fallback = "0.8",
     .minimum = 0,
     .maximum = 1},
};
constexpr TableKeys tableKeys{"table", "The colour of one state; states not listed leave the node as it is.", tableKeyList};

constexpr Key whenKeyList[] = {
    {.name = "op",
     .kind = Choice,
     .description = "comparison of the signal with `value` or `state`",
     .fallback = "\"==\"",
     .choices = comparisons},
    {.name = "value", .kind = NumberOrBoolean, .description = "number or boolean to compare with"},
    {.name = "state",
     .kind = Text,
     .description = "text of a string signal, or a name in `states`, to compare with (== and != only)"},
};
constexpr TableKeys whenKeys{"when", "Condition under which the node is shown.", whenKeyList};

constexpr Key bindingKeyList[] = {
    {.name = "signal",
     .kind = Text,
     .description = "id of a signal of this equipment, or the full path of any signal",
     .required = true},
    {.name = "kind",
     .kind = Choice,
     .description = "what the signal does to the node",
     .required = true,
     .choices = bindingKindNames},
    {.name = "node",
     .kind = Text,
     .description = "name, or path ending, of a node in the equipment's model; without it, the whole equipment"},
    {.name = "axis",
     .kind = Vector,
     .description = "axis to turn about, move along or fill up, in the node's frame; any length but zero",
     .fallback = "[0, 1, 0]",
     .bindingKinds = only(B::Rotation, B::Translation, B::Spin, B::Fill)},
    {.name = "pivot",
     .kind = Vector,
     .description = "metres, in the node's frame: a point of the axis",
     .fallback = "[0, 0, 0]",
     .bindingKinds = only(B::Rotation, B::Spin)},
    {.name = "map", .kind = Table, .description = "signal values to output", .table = &mapKeys, .bindingKinds = moving},
    {.name = "per_unit",
     .kind = Number,
     .description = "instead of `map`: output per one unit of the signal",
     .bindingKinds = moving},
    {.name = "points",
     .kind = Vectors,
     .description = "two points or more, metres in the frame of the node's parent",
     .bindingKinds = only(B::Path),
     .requiredFor = only(B::Path)},
    {.name = "normalised",
     .kind = Boolean,
     .description = "the output is 0 to 1 of the path's length instead of metres",
     .fallback = "false",
     .bindingKinds = only(B::Path)},
    {.name = "ramp", .kind = Tables, .description = "colours by value", .table = &rampKeys, .bindingKinds = only(B::Colour)},
    {.name = "table", .kind = Tables, .description = "colours by state", .table = &tableKeys, .bindingKinds = only(B::Colour)},
    {.name = "when",
     .kind = Table,
     .description = "when the node is shown; without it, while the value is not zero",
     .table = &whenKeys,
     .bindingKinds = only(B::Visibility)},
    {.name = "format",
     .kind = Text,
     .description = "std::format text with one field; without it, the value with the signal's decimals and unit",
     .bindingKinds = only(B::Text)},
};
constexpr TableKeys bindingKeys{"binding", "What one signal moves or shows in the scene.", bindingKeyList};

constexpr Key limitKeyList[] = {
    {.name = "low_low", .kind = Number, .description = "trip below this value"},
    {.name = "low", .kind = Number, .description = "warn below this value"},
    {.name = "high", .kind = Number, .description = "warn above this value"},
    {.name = "high_high", .kind = Number, .description = "trip above this value"},
};
constexpr TableKeys limitKeys{"limits", "Warn and trip limits in the signal's unit, as ISA-18.2 names them; ascending.",
                              limitKeyList};

constexpr Key specificationKeyList[] = {
    {.name = "lower", .kind = Number, .description = "lower specification limit (LSL)"},
    {.name = "upper", .kind = Number, .description = "upper specification limit (USL)"},
    {.name = "subgroup",
     .kind = Integer,
     .description = "how many measurements, one after the other, are a subgroup: their spread is the process's own",
     .fallback = "5",
     .minimum = 2,
     .maximum = 100},
};
constexpr TableKeys specificationKeys{"specification", "What a measured quality must keep to, in the signal's unit.",
                                      specificationKeyList};

constexpr Key stateRuleKeyList[] = {
    {.name = "state", .kind = Text, .description = "the state while this is the first rule that holds", .required = true},
    {.name = "when", .kind = Text, .description = "condition over signals (expressions.md); without it, always"},
};
constexpr TableKeys stateRuleKeys{"rules", "A state, and when a machine is in it.", stateRuleKeyList};

constexpr Key signalKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "unique in its equipment", .required = true},
    {.name = "name", .kind = Text, .description = "for people; without it, the id"},
    {.name = "type", .kind = Choice, .description = "type of its values", .fallback = "\"float\"", .choices = types},
    {.name = "unit", .kind = Text, .description = "UCUM code, such as mm, m/min, Cel, %, kW.h or /min", .fallback = "\"\""},
    {.name = "range", .kind = Pair, .description = "expected lowest and highest value, for meters, colours and charts"},
    {.name = "limits", .kind = Table, .description = "warn and trip limits", .table = &limitKeys},
    {.name = "specification",
     .kind = Table,
     .description = "specification limits of a measured quality: its process capability is a KPI",
     .table = &specificationKeys},
    {.name = "interpolation",
     .kind = Choice,
     .description = "how the value is read between two samples; float signals default to linear, all others to hold",
     .choices = interpolations},
    {.name = "max_gap",
     .kind = Duration,
     .description = "samples further apart than this are a gap: nothing is interpolated across it",
     .fallback = "\"60s\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "decimals",
     .kind = Integer,
     .description = "digits after the point when shown",
     .fallback = "2",
     .minimum = 0,
     .maximum = 12},
    {.name = "topic", .kind = Text, .description = "the log channel or feed address; unique; without it, the signal's path"},
    {.name = "states",
     .kind = Texts,
     .description = "texts a string signal may take, or names of 0, 1, 2 … of an integer or boolean signal"},
    {.name = "expression",
     .kind = Text,
     .description = "no feed brings the signal: a number or condition over other signals (expressions.md) is its value"},
    {.name = "rules",
     .kind = Tables,
     .description = "no feed brings the signal: it is in the state of the first of these rules that holds",
     .table = &stateRuleKeys},
};
constexpr TableKeys signalKeys{"signal", "One measured, commanded or computed quantity.", signalKeyList};

constexpr Key repeatKeyList[] = {
    {.name = "count", .kind = Counts, .description = "how many, in one to three directions", .required = true},
    {.name = "step",
     .kind = Steps,
     .description =
         "metres from one to the next in each direction, in the parent's frame; without it, all stand in the same place"},
    {.name = "id",
     .kind = Identifier,
     .description = "id of each, in place of the last part of `path`; {i} {j} {k} count in each direction, {n} through all, {n:03} "
                    "with leading zeros"},
    {.name = "first",
     .kind = Integer,
     .description = "what counting starts from",
     .fallback = "1",
     .minimum = 0,
     .maximum = 1'000'000},
};
constexpr TableKeys repeatKeys{"repeat", "Repeats the equipment with its signals and bindings.", repeatKeyList};

constexpr Key modelKey{.name = "model", .kind = Text, .description = "CAD file, relative to the plant folder"};
constexpr Key modelUnitKey{.name = "model_unit",
                           .kind = Choice,
                           .description = "length of the model's unit; without it, what the model says",
                           .choices = modelUnits};
constexpr Key modelUpKey{.name = "model_up",
                         .kind = Choice,
                         .description = "the model's axis that points up; without it, what the model says",
                         .choices = axes};
constexpr Key nameKey{.name = "name", .kind = Text, .description = "for people; without it, the id"};
constexpr Key descriptionKey{.name = "description", .kind = Text, .description = "for people"};
constexpr Key levelKey{.name = "level",
                       .kind = Choice,
                       .description = "ISA-95 level; without it, equipment where it has a model, signals or bindings, else from "
                                      "the depth of the path (area, line, cell, equipment)",
                       .choices = levels};
constexpr Key positionKey{
    .name = "position", .kind = Vector, .description = "metres, in the parent equipment's frame", .fallback = "[0, 0, 0]"};
constexpr Key rotationKey{
    .name = "rotation", .kind = Vector, .description = "degrees about the fixed X, then Y, then Z axis", .fallback = "[0, 0, 0]"};
constexpr Key quaternionKey{
    .name = "quaternion", .kind = Quaternion, .description = "instead of `rotation`: w, x, y, z; any length but zero"};
constexpr Key scaleKey{.name = "scale",
                       .kind = Number,
                       .description = "size factor of the model and of everything below",
                       .fallback = "1",
                       .minimum = 0,
                       .aboveMinimum = true};
constexpr Key signalsKey{.name = "signal", .kind = Tables, .description = "its signals", .table = &signalKeys};
constexpr Key bindingsKey{.name = "binding", .kind = Tables, .description = "what its signals move or show", .table = &bindingKeys};

constexpr Key alarmsKey{.name = "alarm", .kind = Tables, .description = "what calls for an operator", .table = &alarmKeys};
constexpr Key kpiKey{.name = "kpi", .kind = Table, .description = "how its KPIs are measured", .table = &kpiKeys};

constexpr Key patternKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "unique; what `like` refers to", .required = true},
    nameKey,
    descriptionKey,
    levelKey,
    modelKey,
    modelUnitKey,
    modelUpKey,
    positionKey,
    rotationKey,
    quaternionKey,
    scaleKey,
    signalsKey,
    bindingsKey,
    alarmsKey,
    kpiKey,
};
constexpr TableKeys patternKeys{"pattern", "A kind of equipment, described once and used through `like`.", patternKeyList};

constexpr Key equipmentKeyList[] = {
    {.name = "path",
     .kind = ValueKind::Path,
     .description = "where it is in the plant: ids joined by /, unique; ancestors not declared are made",
     .required = true},
    {.name = "like",
     .kind = Identifier,
     .description = "id of a pattern whose keys it takes over where it does not state its own; signals and "
                    "alarms of the same id are merged, all others added"},
    nameKey,
    descriptionKey,
    levelKey,
    modelKey,
    modelUnitKey,
    modelUpKey,
    positionKey,
    rotationKey,
    quaternionKey,
    scaleKey,
    {.name = "repeat", .kind = Table, .description = "make many of it", .table = &repeatKeys},
    signalsKey,
    bindingsKey,
    alarmsKey,
    kpiKey,
};
constexpr TableKeys equipmentKeys{"equipment", "A node of the ISA-95 tree.", equipmentKeyList};

constexpr Key cameraKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "unique", .required = true},
    {.name = "name", .kind = Text, .description = "for people; without it, the id"},
    {.name = "eye", .kind = Vector, .description = "metres, plant frame", .required = true},
    {.name = "target",
     .kind = Vector,
     .description = "metres, plant frame: the point in the middle of the picture",
     .required = true},
    {.name = "fov",
     .kind = Number,
     .description = "vertical field of view in degrees",
     .fallback = "45",
     .minimum = 1,
     .maximum = 170},
};
constexpr TableKeys cameraKeys{"camera", "A named place to look from.", cameraKeyList};

constexpr Key plantKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "short name of the plant", .required = true},
    {.name = "name", .kind = Text, .description = "for people; without it, the id"},
    descriptionKey,
    {.name = "log", .kind = Text, .description = "log to replay when none is given, relative to the plant folder"},
    {.name = "camera", .kind = Identifier, .description = "id of the camera to start from; without it, the first"},
    {.name = "currency", .kind = Text, .description = "of all costs, such as EUR or KRW"},
    {.name = "condition",
     .kind = Text,
     .description = "what `millwright condition learn` wrote of this plant, relative to its folder: the window shows by it how far "
                    "from normal each equipment is"},
};
constexpr TableKeys plantKeys{"plant", "The plant as a whole.", plantKeyList};

constexpr Key rootKeyList[] = {
    {.name = "format", .kind = Integer, .description = "version of this format", .required = true, .minimum = 1, .maximum = 1},
    {.name = "plant", .kind = Table, .description = "the plant as a whole", .required = true, .table = &plantKeys},
    {.name = "pattern", .kind = Tables, .description = "kinds of equipment", .table = &patternKeys},
    {.name = "equipment", .kind = Tables, .description = "the equipment, ancestors or not, in any order", .table = &equipmentKeys},
    {.name = "camera", .kind = Tables, .description = "named places to look from", .table = &cameraKeys},
    {.name = "alarm_targets", .kind = Table, .description = "what the alarms may ask of an operator", .table = &alarmTargetKeys},
    {.name = "calendar", .kind = Table, .description = "shifts by the clock on the wall", .table = &calendarKeys},
    {.name = "feed", .kind = Tables, .description = "where live samples come from", .table = &feedKeys},
    {.name = "historian", .kind = Table, .description = "the database that keeps samples for years", .table = &historianKeys},
    {.name = "process", .kind = Table, .description = "the process model, for simulation", .table = &processKeys},
};

} // namespace

constinit const TableKeys rootKeys{"plant.toml", "Description of one plant for Millwright, format version 1.", rootKeyList};

constinit const std::span<const std::string_view> levelWords{levels};
constinit const std::span<const std::string_view> modelUnitWords{modelUnits};
constinit const std::span<const std::string_view> axisWords{axes};
constinit const std::span<const std::string_view> typeWords{types};
constinit const std::span<const std::string_view> interpolationWords{interpolations};
constinit const std::span<const std::string_view> bindingKindWords{bindingKindNames};
constinit const std::span<const std::string_view> comparisonWords{comparisons};

const Key* TableKeys::find(std::string_view key) const {
    const auto found = std::ranges::find(keys, key, &Key::name);
    return found == keys.end() ? nullptr : &*found;
}

} // namespace millwright::plant
