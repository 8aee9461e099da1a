#pragma once

#include <millwright/core/shared_text.hpp>
#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/plant/alarm.hpp>
#include <millwright/plant/calendar.hpp>
#include <millwright/plant/expression.hpp>
#include <millwright/plant/kpi.hpp>
#include <millwright/plant/process.hpp>

#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The plant as plain data: what `plant.toml` says after patterns are expanded and everything is validated.
/// Metres, right-handed, Y up, -Z forward; angles in radians here (degrees in the file).
namespace millwright::plant {

enum class Axis : std::uint8_t { X, Y, Z };

/// ISA-95 role of an equipment node.
enum class Level : std::uint8_t { Site, Area, Line, Cell, Equipment };

/// How a continuous signal is read between two samples when replaying (never past a gap or bad quality).
enum class Interpolation : std::uint8_t {
    Hold,   ///< the last sample's value
    Linear, ///< straight line between neighbours
    Angle,  ///< straight line the short way round a full turn of the signal's unit
};

/// Warn (low/high) and trip (lowLow/highHigh) limits in the signal's unit, as ISA-18.2 names them.
struct Limits {
    std::optional<double> lowLow, low, high, highHigh;
};

struct ValueRange {
    double low = 0;
    double high = 0;
};

/// What a measured quality must keep to, in the signal's unit; at least one of the limits is there, `lower` below `upper`.
struct Specification {
    std::optional<double> lower; ///< LSL
    std::optional<double> upper; ///< USL
    std::uint32_t subgroup = 5;  ///< measurements, one after the other, whose spread is the process's own; 2 or more
};

/// There may be a million of them: what instances of a pattern have in common, and a topic that is the path, take memory once.
struct Signal {
    SharedText id;    ///< unique in its equipment, `web-tension`
    SharedText path;  ///< `<equipment path>/<id>`, unique in the plant
    SharedText name;  ///< for people; falls back to id
    SharedText topic; ///< feed address: the log channel's topic; falls back to `path`
    EquipmentIndex equipment = noEquipment;
    ValueType type = ValueType::Float;
    bool derived = false;            ///< no feed brings it: `Plant::derived` says how it is computed
    SharedText unit;                 ///< UCUM code, empty for none
    std::optional<ValueRange> range; ///< expected range, for meters, colours and charts
    Limits limits;
    std::optional<Specification> specification; ///< of a measured quality: its process capability is a KPI
    Interpolation interpolation = Interpolation::Hold;
    Duration maxGap = std::chrono::seconds{60}; ///< samples further apart than this are a gap: nothing is interpolated across it
    int decimals = 2;                           ///< digits after the point when shown
    std::vector<std::string> states; ///< String: the texts it may take, in display order; Integer, Boolean: the names of 0, 1, 2 …
};

/// One of the rules that make a state of other signals.
struct StateRule {
    Expression when;        ///< a condition; empty: always
    std::int64_t state = 0; ///< a value of the signal, a place in its `states`
};

/// How a signal that no feed brings is computed from others: by `value`, in the signal's unit, or as the state of the first of
/// `rules` that holds.
struct Derived {
    SignalIndex signal = noSignal;
    Expression value; ///< empty: `rules`
    std::vector<StateRule> rules;
    std::vector<SignalIndex> inputs; ///< all signals that are read, ascending, each once; at least one
};

/// What a binding's output is applied to: one named scene node of one equipment, or the whole equipment (node empty).
/// Targets are unique; `Frame::targets` is parallel to `Plant::targets`.
struct Target {
    EquipmentIndex equipment = noEquipment;
    std::string node; ///< name or `/`-separated path suffix of a node in the equipment's model; empty: the equipment itself
};

enum class TargetIndex : std::uint32_t {};
[[nodiscard]] constexpr std::size_t index(TargetIndex target) {
    return static_cast<std::size_t>(target);
}

/// One stop of a colour ramp, or one entry of a state table when `state` is set (the text of a String, or the name in
/// `Signal::states` of an Integer or Boolean).
struct ColourStop {
    double value = 0;
    std::string state;
    glm::vec4 colour{1}; ///< linear RGB, and strength of the tint in alpha
};

/// What a binding does with its signal.
enum class BindingKind : std::uint8_t {
    Rotation,    ///< joint: turns the node about `axis` through `pivot` by the mapped value, radians
    Translation, ///< moves the node along `axis` by the mapped value, metres
    Path,        ///< moves the node along `path` by the mapped value, metres of arc length (or 0…1 when `pathNormalised`)
    Spin,        ///< turns the node about `axis` through `pivot` at the mapped value, radians per second, integrated over time
    Colour,      ///< tints the node by the ramp `colours` (value) or the table `colours` (state)
    Visibility,  ///< shows the node while the condition holds
    Fill,        ///< level 0…1 of the mapped value: the node is shown up to that height along `axis`
    Text,        ///< shows the signal's value with `textFormat` at the node
};

/// input range -> output range, linear; with `clamp`, values outside the input range give its ends. The default is the identity.
struct Mapping {
    double inLow = 0, inHigh = 1, outLow = 0, outHigh = 1;
    bool clamp = false;
    [[nodiscard]] double operator()(double in) const {
        double t = (in - inLow) / (inHigh - inLow);
        if (clamp) t = t < 0 ? 0 : t > 1 ? 1 : t;
        return outLow + t * (outHigh - outLow);
    }
};

enum class Comparison : std::uint8_t { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

/// Whether `a <comparison> b`. Of numbers as IEEE 754 has it: NaN is not equal to anything, and fulfils nothing else.
template <typename T>
[[nodiscard]] constexpr bool compare(Comparison comparison, const T& a, const T& b) {
    switch (comparison) {
    case Comparison::Equal: return a == b;
    case Comparison::NotEqual: return a != b;
    case Comparison::Less: return a < b;
    case Comparison::LessOrEqual: return a <= b;
    case Comparison::Greater: return a > b;
    case Comparison::GreaterOrEqual: return a >= b;
    }
    return false;
}

/// `signal <comparison> value` (or `state` for strings); a signal without a good value fulfils no condition.
struct Condition {
    Comparison comparison = Comparison::NotEqual;
    double value = 0;
    std::string state;
};

struct Binding {
    BindingKind kind = BindingKind::Rotation;
    SignalIndex signal = noSignal;
    TargetIndex target{};
    Mapping mapping;
    glm::vec3 axis{0, 1, 0};     ///< unit length, in the node's own frame
    glm::vec3 pivot{0};          ///< metres, in the node's own frame
    std::vector<glm::vec3> path; ///< metres, in the frame of the node's parent
    bool pathNormalised = false;
    std::vector<ColourStop> colours; ///< ramp: ascending by value
    Condition condition;
    std::string textFormat; ///< std::format of the one value, e.g. "{:.1f} m/min", checked: a Float or Boolean is given as double,
                            ///< an Integer as std::int64_t where the format takes one and else as double, a String as text
};

struct Placement {
    glm::dvec3 position{0}; ///< metres, in the parent equipment's frame
    glm::dquat rotation{1, 0, 0, 0};
    double scale = 1;
};

struct Equipment {
    std::string id;   ///< last part of the path
    std::string path; ///< `electrode/coating/coater-1`, without the plant
    std::string name;
    std::string description;
    Level level = Level::Equipment;
    EquipmentIndex parent = noEquipment;
    std::filesystem::path model;              ///< absolute; empty: no geometry of its own
    std::optional<double> modelMetresPerUnit; ///< overrides what the model says of its unit
    std::optional<Axis> modelUp;              ///< overrides what the model says of its up axis
    Placement placement;
    std::vector<SignalIndex> signals; ///< its own, in file order
};

struct Camera {
    std::string id;
    std::string name;
    glm::dvec3 eye{0}; ///< metres, plant frame
    glm::dvec3 target{0};
    double verticalFov = 0.7854; ///< radians
};

struct Plant {
    std::string id;
    std::string name;
    std::string description;
    std::filesystem::path folder;     ///< absolute; holds plant.toml
    std::filesystem::path defaultLog; ///< absolute; empty when none is named
    std::filesystem::path condition;  ///< a learnt condition model, likewise
    std::string defaultCamera;        ///< id of one of `cameras`, empty when there are none
    std::vector<Equipment> equipment; ///< parents before children
    std::vector<Signal> signals;
    std::vector<Derived> derived; ///< each after those that it reads
    std::vector<Target> targets;
    std::vector<Binding> bindings; ///< in file order; later ones win on the same target
    std::vector<Alarm> alarms;
    AlarmTargets alarmTargets;
    Calendar calendar;
    std::string currency;        ///< of all costs; empty: not said
    std::vector<KpiSource> kpis; ///< in file order, one of an equipment at most
    std::vector<Camera> cameras;
    std::optional<Process> process; ///< none: nothing to simulate

    [[nodiscard]] const Equipment& at(EquipmentIndex i) const { return equipment[index(i)]; }
    [[nodiscard]] const Signal& at(SignalIndex i) const { return signals[index(i)]; }
    [[nodiscard]] const Alarm& at(AlarmIndex i) const { return alarms[index(i)]; }
    /// By full path; `noSignal` / `noEquipment` / `noAlarm` when there is none.
    [[nodiscard]] SignalIndex findSignal(std::string_view path) const;
    [[nodiscard]] EquipmentIndex findEquipment(std::string_view path) const;
    [[nodiscard]] AlarmIndex findAlarm(std::string_view path) const;
    [[nodiscard]] const Camera* findCamera(std::string_view id) const;
};

} // namespace millwright::plant
