#pragma once

#include "historian/database.hpp"

#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

/// The tables, which docs/historian.md describes.
namespace millwright::historian {

inline constexpr int layoutVersion = 1;

/// Where they are, as statements name them.
struct Tables {
    explicit Tables(const std::string& schemaName);
    std::string schema, version, signals, samples, readings, writers;
    std::string schemaText; ///< the schema's name between quotes, as a text
};

/// Number that stands for `purpose` and the plant, for locks of the server. No two writers of a plant hold one at once.
[[nodiscard]] std::string lockKey(const Options& options, std::string_view purpose);

/// Makes the tables where they are missing, as a hypertable where the database has TimescaleDB. Returns their version and what was
/// found. Errors: those of the server; Unsupported for tables of a later version.
[[nodiscard]] Result<Info> prepare(Database& database, const Options& options);
/// What is there, without making anything; `samplesAbout`, `span` and so on are left out. Errors: also Unsupported, as above.
[[nodiscard]] Result<Info> inspect(Database& database, const Options& options);
/// Connected, for reading: the tables are there. Errors: those of the server; NotFound without tables; Unsupported, as above.
[[nodiscard]] Result<std::unique_ptr<Database>> openFilled(const Options& options);

/// A signal of the plant in the table of signals.
struct KeptSignal {
    std::int32_t id = 0;
    std::string topic;
    ValueType type = ValueType::Float;
    std::string unit;
};
/// Those of the plant, by id.
[[nodiscard]] Result<std::vector<KeptSignal>> signalsOf(Database& database, const Options& options);

/// A row as a sample of `signal`, which is of `type`.
[[nodiscard]] telemetry::Sample sampleOf(const Row& row, SignalIndex signal, ValueType type, StringTable& strings);

/// Deletes what is older than `before`, in small steps: true when there may be more. Errors: those of the server.
[[nodiscard]] Result<bool> deleteBefore(Database& database, const Options& options, bool hypertable, Time before);

} // namespace millwright::historian
