#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

/// The format of plant.toml as one table: what the loader checks, what the JSON Schema says and what docs/plant-format.md
/// describes.
namespace millwright::plant {

struct TableKeys;

enum class ValueKind : std::uint8_t {
    Text,        ///< any string
    Identifier,  ///< letters, digits and - _ . (and {i} {j} {k} {n} where the table is repeated)
    Identifiers, ///< one, or a list of them
    Path,        ///< identifiers joined by /
    Choice,      ///< one of `choices`
    Integer,
    Number,
    Boolean,
    NumberOrBoolean,
    Duration,   ///< a number of seconds or text such as "250ms"
    Colour,     ///< "#rrggbb"
    Vector,     ///< three numbers
    Quaternion, ///< four numbers
    Pair,       ///< two numbers
    Texts,      ///< list of strings
    Vectors,    ///< list of vectors
    Counts,     ///< a positive integer, or one to three of them
    Steps,      ///< a vector, or one to three of them
    Numbers,    ///< list of numbers
    Time,       ///< a duration, or a distribution described by `table`
    Table,      ///< a table described by `table`
    Tables,     ///< a list of such tables
};

/// Bit of one binding kind in `Key::bindingKinds`.
using BindingKinds = std::uint8_t;
inline constexpr BindingKinds everyKind = 0xFF;

struct Key {
    std::string_view name;
    ValueKind kind = ValueKind::Text;
    std::string_view description;
    bool required = false;
    std::string_view fallback = {}; ///< the default, as JSON text; empty: none, or described in words
    std::span<const std::string_view> choices = {};
    const TableKeys* table = nullptr;
    double minimum = -std::numeric_limits<double>::infinity();
    double maximum = std::numeric_limits<double>::infinity();
    bool aboveMinimum = false;             ///< `minimum` itself is not allowed
    BindingKinds bindingKinds = everyKind; ///< in a binding: the kinds that use this key
    BindingKinds requiredFor = 0;          ///< in a binding: the kinds that need it
};

struct TableKeys {
    std::string_view name; ///< how messages call it: `[[equipment.signal]]`
    std::string_view description;
    std::span<const Key> keys;

    [[nodiscard]] const Key* find(std::string_view key) const;
};

extern const TableKeys rootKeys;
extern const TableKeys alarmKeys;
extern const TableKeys alarmTargetKeys;
extern const TableKeys kpiKeys;
extern const TableKeys calendarKeys;
extern const TableKeys processKeys;
extern const TableKeys failureKeys; // of stations and fleets
extern const TableKeys nodeKeys;
extern const TableKeys edgeKeys;
extern const TableKeys fleetKeys;
extern const TableKeys cellKeys;
extern const TableKeys recipeKeys;
extern const TableKeys feedKeys;
extern const TableKeys historianKeys;
extern const TableKeys scenarioRootKeys;

/// Words of the file, in the order of the enumerations they stand for.
extern const std::span<const std::string_view> levelWords;
extern const std::span<const std::string_view> modelUnitWords;
extern const std::span<const std::string_view> axisWords;
extern const std::span<const std::string_view> typeWords;
extern const std::span<const std::string_view> interpolationWords;
extern const std::span<const std::string_view> bindingKindWords;
extern const std::span<const std::string_view> comparisonWords;
extern const std::span<const std::string_view> alarmKindWords;
extern const std::span<const std::string_view> alarmPriorityWords;
extern const std::span<const std::string_view> alarmSeverityWords;
extern const std::span<const std::string_view> packmlStateWords;
extern const std::span<const std::string_view> meanOverWords;
extern const std::span<const std::string_view> feedKindWords;
extern const std::span<const std::string_view> timeUnitWords;
extern const std::span<const std::string_view> feedSecurityWords;
extern const std::span<const std::string_view> distributionWords;
extern const std::span<const std::string_view> ruleWords;
extern const std::span<const std::string_view> whenFullWords;
extern const std::span<const std::string_view> disciplineWords;
extern const std::span<const std::string_view> blockingWords;
extern const std::span<const std::string_view> stepWords;
extern const std::span<const std::string_view> clockWords;
extern const std::span<const std::string_view> maintenanceWhenWords;
extern const std::span<const std::string_view> showsWords;
extern const std::span<const std::string_view> faultWords;
extern const std::span<const std::string_view> laneWords;
extern const std::span<const std::string_view> dispatchWords;

} // namespace millwright::plant
