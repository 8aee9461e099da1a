#pragma once

#include <millwright/condition/model.hpp>
#include <millwright/core/hash.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/kpi/indicators.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a recorded run must show: the expectation file of `millwright check` as plain data (docs/check.md).
namespace millwright::check {

/// A moment as the file says it; it becomes a time once the log is known.
struct Moment {
    std::string text = "end"; ///< as `parseMoment` reads it
    std::string place;        ///< file:line:column
};

/// From one moment to another, both included.
struct Window {
    Moment from{.text = "start", .place = {}};
    Moment to;
};

struct CountRange {
    std::uint64_t least = 0;
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// How a condition must behave within its window. Between two samples the earlier one counts.
enum class Behaviour : std::uint8_t {
    Always,    ///< holds all the time; a signal without a good value does not hold
    Never,     ///< holds at no time
    Sometimes, ///< holds at least once
    Count,     ///< begins to hold a number of times: a usable value that fulfils it after one that does not
    Lasts,     ///< holds without interruption for a time
    At,        ///< holds at one moment
    Until,     ///< holds all the time until another condition does, which comes within the window
    Then,      ///< each time it begins to hold, another condition holds within a time
};

struct ConditionCheck {
    plant::Expression when;
    std::string text; ///< `when` for people
    Behaviour behaviour = Behaviour::Always;
    plant::Expression other; ///< of Until and Then
    Window window;
    Moment at;                   ///< Behaviour::At
    CountRange count;            ///< Behaviour::Count
    Duration length{};           ///< Lasts: at least; Then: within
    std::optional<double> limit; ///< that its one signal is compared with, in that signal's unit
};

/// How fast a signal may change between two usable samples no further apart than its `max_gap`.
struct RateCheck {
    SignalIndex signal = noSignal;
    double least = 0, most = 0; ///< in the signal's unit a second
    Window window;
};

/// A signal that never falls, or never rises.
struct MonotoneCheck {
    SignalIndex signal = noSignal;
    bool rising = true;
    double tolerance = 0; ///< that it may come back by
    Window window;
};

/// The states that a signal goes through in a window, from the one that it begins with.
struct SequenceCheck {
    SignalIndex signal = noSignal;
    std::vector<std::string> states; ///< texts, or names of the values
    Window window;
};

/// That signals have good values all the time.
struct QualityCheck {
    std::vector<SignalIndex> signals; ///< ascending
    std::string whose;                ///< for people
    bool uncertainWillDo = false;
    Duration silence{}; ///< longest that one may send nothing; zero: however long
    Window window;
};

/// The signal's value at a moment, between samples where the signal asks for it.
struct ValueCheck {
    SignalIndex signal = noSignal;
    std::variant<double, std::string> value; ///< a number, or the text of a string signal
    double tolerance = 0;
    Moment at;
};

/// How many samples arrive in a window: of one signal, or of all.
struct SampleCountCheck {
    SignalIndex signal = noSignal; ///< noSignal: of all
    CountRange count;
    Window window;
};

struct StateHashCheck {
    std::string hash; ///< 32 hexadecimal digits
    Moment at;
};

struct PictureCheck {
    std::filesystem::path reference; ///< absolute
    std::string camera;              ///< empty: the plant's default
    std::uint32_t width = 1280;
    std::uint32_t height = 720;
    double tolerance = 0.01; ///< share of pixels that may look different
    Moment at;
};

/// What an alarm must do within a window. Unless the replay has actions, nobody acts on alarms: they stay unacknowledged.
enum class AlarmBehaviour : std::uint8_t {
    Raised,   ///< calls for the operator a number of times
    Returned, ///< returns to normal a number of times
    Never,    ///< is not active at any time, unless it is suppressed by design
};

struct AlarmCheck {
    plant::AlarmIndex alarm = plant::noAlarm;
    AlarmBehaviour behaviour = AlarmBehaviour::Raised;
    CountRange count{.least = 1};
    Window window;
};

/// A KPI of ISO 22400-2 of one equipment over a window, within bounds. A KPI without a value is within none.
struct KpiCheck {
    const kpi::IndicatorInfo* indicator = nullptr;
    EquipmentIndex equipment = noEquipment;                  ///< one that `kpi::rowsOf` has
    double least = -std::numeric_limits<double>::infinity(); ///< in the unit of the indicator
    double most = std::numeric_limits<double>::infinity();
    Window window;
};

/// That an equipment is as a condition model knows it (docs/condition.md): how many anomalies there are, or how far it is from
/// normal. Steps of the model count from the log's start.
struct AnomalyCheck {
    EquipmentIndex equipment = noEquipment;
    std::shared_ptr<const condition::Model> model;              ///< of this equipment alone
    std::vector<SignalIndex> signals;                           ///< the plant's, parallel to those of the model
    std::vector<telemetry::Conversion> toModel;                 ///< from the plant's units to the model's, parallel to them
    CountRange count;                                           ///< of anomalies in the window, one that it begins with included
    double mostScore = std::numeric_limits<double>::infinity(); ///< of any step in it; infinite where anomalies are counted
    Window window;
};

struct Expectation {
    std::string name;
    std::string file;
    std::uint32_t line = 1;
    std::variant<ConditionCheck, ValueCheck, SampleCountCheck, StateHashCheck, PictureCheck, AlarmCheck, KpiCheck, RateCheck,
                 MonotoneCheck, SequenceCheck, QualityCheck, AnomalyCheck>
        what;
};

/// Reads an expectation file against the plant it speaks of. Returns the expectations in file order, or every problem found, each
/// with `file:line:column` and, for a misspelt key or name, a suggestion.
[[nodiscard]] std::expected<std::vector<Expectation>, std::vector<Error>> load(const std::filesystem::path& path,
                                                                               const plant::Plant& plant);
/// The same from text; `file` names it in messages and is where pictures are looked for beside.
[[nodiscard]] std::expected<std::vector<Expectation>, std::vector<Error>>
parse(std::string_view text, const std::filesystem::path& file, const plant::Plant& plant);

} // namespace millwright::check
