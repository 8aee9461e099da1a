#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Samples in a PostgreSQL database, for years and for many readers; with TimescaleDB where the database has it. docs/historian.md
/// tells what stands in it.
namespace millwright::historian {

/// How to reach the database.
struct Access {
    std::string host; ///< a name, an address, or the folder of a socket
    int port = 5432;
    std::string database;
    std::string user, password;                 ///< empty: what PostgreSQL's own variables and files say
    std::filesystem::path ca, certificate, key; ///< PEM; empty: the machine's authorities, no certificate
    bool verify = true;                         ///< TLS to the very host; not asked of this machine itself unless `ca` is given
};

struct Options {
    Access access;
    std::string plant; ///< its id: the samples of several plants can lie in one schema
    std::string schema = "millwright";
    std::size_t batchSize = 50'000; ///< samples written at once
    Duration batchInterval = std::chrono::seconds{1};
    std::optional<Duration> retention; ///< samples older than this are deleted; none: never
};

/// `postgresql://HOST:PORT/DATABASE`, for people.
[[nodiscard]] std::string describe(const Access& access);

/// What was found.
struct Info {
    std::string server;    ///< `PostgreSQL 17.5`
    std::string timescale; ///< version of TimescaleDB in this database; empty: it is not there
    bool hypertable = false;
    std::string note;                 ///< what would make it better; empty: nothing
    int version = 0;                  ///< of the tables; 0: there are none yet
    std::size_t signals = 0;          ///< of the plant
    std::uint64_t samplesAbout = 0;   ///< of all plants in the schema, as the server estimates
    std::optional<TimeInterval> span; ///< of the plant; none without a sample
    std::uint64_t bytes = 0;          ///< of all plants, on the server's disk
};

/// Looks without changing anything. Errors: those of the server.
[[nodiscard]] Result<Info> look(const Options& options);

struct ImportReport {
    std::uint64_t samples = 0; ///< in the logs, of the plant's signals
    std::uint64_t written = 0;
    std::uint64_t present = 0; ///< were there already
    std::uint64_t refused = 0; ///< that PostgreSQL cannot hold, or of signals that are kept with another type or unit
    TimeInterval span{};       ///< of the samples
    std::vector<std::string> notes;
};

/// Writes the samples that logs have of the topics, and of those that came late (`late/TOPIC`), where they are not there yet. What
/// is there is never changed. `topics` are the plant's. Errors: those of the logs and the server; Cancelled; Invalid where a log
/// has none of the topics. What was written before stays.
[[nodiscard]] Result<ImportReport> importLogs(const Options& options, const std::vector<telemetry::Subscription>& topics,
                                              const std::vector<std::filesystem::path>& logs, const Progress& progress = {});

struct ExportReport {
    std::uint64_t samples = 0, channels = 0;
    TimeInterval span{};
    std::uint64_t bytes = 0;
};

/// Writes a log of what the historian has of the plant between two moments (as `parseMoment` reads them, both included), sample for
/// sample what was recorded. The log appears only when all went well. Errors: those of the server and of the file; NotFound without
/// a sample; Cancelled.
[[nodiscard]] Result<ExportReport> exportLog(const Options& options, const std::vector<telemetry::Subscription>& topics,
                                             const std::string& from, const std::string& to, const std::filesystem::path& output,
                                             const telemetry::LogWriterOptions& writer, const Progress& progress = {});

} // namespace millwright::historian
