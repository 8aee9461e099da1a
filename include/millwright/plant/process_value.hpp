#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/process.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Single numbers of a process model, named by the keys that they have in plant.toml and scenario files.
namespace millwright::plant {

enum class ValueMeasure : std::uint8_t {
    Time,   ///< seconds
    Count,  ///< a whole number
    Number, ///< any: a share, a shape
};

/// One number of a process. These there are, with the ids of the model in place of capitals:
/// `source.ID.every`, `source.ID.rate.1` (of the first step) and so on, `source.ID.order.ID` (parts of it),
/// `source.ID.in_progress`, `source.ID.ways.PLACE`, `buffer.ID.capacity`, `buffer.ID.patience`, `station.ID.servers`,
/// `station.ID.batch`, `station.ID.cycle`, `station.ID.cycle_of.PRODUCT`, `station.ID.setup.FROM.TO` (`any`: not stated),
/// `station.ID.failure.ID.between`, `station.ID.failure.ID.repair`, `station.ID.maintenance.ID.every`, `.lasts` and `.window`,
/// `station.ID.ways.PLACE`, `crew.ID.size`, `station.ID.load` and
/// `.unload` where they take time, `station.ID.need.CREW`, `crew.ID.response`, `.travel`, `.walking`, `.failure.ID.detected`,
/// `fleet.ID.vehicles`, `.speed`, `.acceleration`, `.failure.ID.between`, `.battery.capacity` and so on; `conveyor.ID.length`,
/// `.speed`, `.pitch`, `.zones` and what else a station has; and, where there are any, `process.cost.hour`, `.energy`, `.item`,
/// `.scrap`, `source.ID.cost.item`, `station.ID.cost.hour`, `.item`, `station.ID.power.working` and so on, `crew.ID.cost.hour`.
/// `ways` are shares, where a way is chosen by chance. A time is the mean of its distribution; setting it stretches the whole
/// distribution, so that its shape and its variation relative to the mean stay. A key of the distribution behind it, such as
/// `station.ID.cycle.deviation`, means that number alone.
struct ProcessValue {
    std::string key;
    ValueMeasure measure = ValueMeasure::Number;
    double value = 0; ///< as the process has it
};

/// Every value of the process that means something there, in the order of the model.
[[nodiscard]] std::vector<ProcessValue> valuesOf(const Process& process);

/// Errors: NotFound, with a suggestion.
[[nodiscard]] Result<ProcessValue> valueOf(const Process& process, std::string_view key);

/// Puts another number in its place; `problemsOf` says whether the process still makes sense. Errors: NotFound as `valueOf`;
/// OutOfRange for a count that is not a whole number from 0 to 4294967295, a time that cannot be stretched because it is 0, or what
/// is not finite.
[[nodiscard]] Result<void> setValue(Process& process, std::string_view key, double value);

/// A number as people say it: `1 min 30 s`, `4`, `0.95`.
[[nodiscard]] std::string inWords(ValueMeasure measure, double value);

/// The mean of a distribution in seconds; of a normal or lognormal one before it is cut.
[[nodiscard]] double meanTimeOf(const Distribution& distribution);

} // namespace millwright::plant
