#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The documents of an MTConnect agent (ANSI/MTC 1.x and 2.x), as its REST interface hands them out.
namespace millwright::telemetry::mtconnect {

enum class DocumentKind : std::uint8_t { Devices, Streams, Error };

/// A data item that a device declares.
struct DataItem {
    std::string id, name;
    std::string units;   ///< as MTConnect writes them, `MILLIMETER/SECOND`
    bool sample = false; ///< of the category SAMPLE: a number
    bool condition = false;
    bool dataSet = false;              ///< its values are entries
    std::array<std::string, 3> device; ///< what it is called by: name, uuid, id
};

struct Answer {
    DocumentKind kind = DocumentKind::Error;
    std::uint64_t instance = 0; ///< another one: the agent has begun anew, and counts its observations anew
    std::uint64_t next = 0;     ///< the sequence number to go on from
    Time created = Time::min(); ///< by the agent's clock; `Time::min()` where it does not say
    std::vector<DataItem> items;
    std::string errorCode, error; ///< `OUT_OF_RANGE`
    std::uint64_t unreadable = 0; ///< observations without an item or a time
};

enum class ConditionLevel : std::uint8_t { Normal, Warning, Fault, Unavailable };
[[nodiscard]] std::string_view name(ConditionLevel level); ///< `normal`, `warning`, `fault`, `unavailable`

/// What an agent saw of a data item. The texts are valid while it is handed over.
struct Observation {
    struct Entry {
        std::string_view key, text;
        bool removed = false;
    };
    std::string_view item;                  ///< its id
    std::string_view name;                  ///< its name, where it has one
    std::array<std::string_view, 2> device; ///< what its device is called by: name, uuid
    std::uint64_t sequence = 0;             ///< 0: not said
    std::size_t offset = 0;                 ///< where in the document it begins
    Time time{};
    Quality quality = Quality::Good; ///< Bad where it is unavailable
    std::string_view text;
    bool timeSeries = false;
    std::span<const Entry> entries; ///< of a data set
    bool condition = false;
    // Of a condition:
    ConditionLevel level{};
    std::string_view code;       ///< its native code
    std::string_view occurrence; ///< what tells it from others of the item that are active
};

/// Takes observations; of the answer, what its header says is known by then.
using Observer = std::function<void(const Answer&, const Observation&)>;

/// Reads a document, hands over its observations in its order, and returns the rest. `document` is used up. Errors: Malformed for
/// what is no XML or no document of MTConnect. Thread: any.
[[nodiscard]] Result<Answer> readDocument(std::string& document, const Observer& observed);

} // namespace millwright::telemetry::mtconnect
