#pragma once

#include "telemetry/mtconnect/document.hpp"

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millwright::telemetry::mtconnect {

/// What of a data item a signal is.
enum class Part : std::uint8_t {
    Value, ///< all of it; the level of a condition
    X,
    Y,
    Z,
    Code, ///< of the worst active condition
    Text,
    Entry, ///< of a data set
};

/// The data items that somebody wants, and what an agent's observations say of them. Thread: one.
class Items {
public:
    /// Takes a value of the part that was wanted by `number`. Of bad quality there is none, and `text` is empty. `text` is valid
    /// during the call.
    using Taker = std::function<void(std::uint32_t number, Time time, Quality quality, std::string_view text)>;

    /// `key` of an entry.
    void want(std::string_view item, Part part, std::string_view key, std::uint32_t number);
    /// Nothing is wanted any more; which conditions are active is still known.
    void wantNothing();
    /// The agent has begun anew: no condition is known to be active.
    void forgetConditions();

    enum class Outcome : std::uint8_t {
        Told,
        Unwanted,
        TimeSeries, ///< which is not read
    };
    /// `time` is what the values are dated.
    Outcome observed(const Observation& seen, Time time, const Taker& tell);

private:
    struct Target {
        Part part = Part::Value;
        std::string key;
        std::uint32_t number = 0;
    };
    struct Active {
        std::string occurrence, code, text;
        ConditionLevel level = ConditionLevel::Normal;
    };
    struct Item {
        std::vector<Target> targets;
        std::vector<Active> active; ///< of a condition
    };
    static void observedCondition(Item& item, const Observation& seen, Time time, const Taker& tell);

    std::unordered_map<std::string, Item, TextHash, std::equal_to<>> items_; ///< by id
};

} // namespace millwright::telemetry::mtconnect
