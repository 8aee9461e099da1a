#pragma once

#include "historian/layout.hpp"

#include <millwright/telemetry/log_source.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

/// Writing samples, whoever brings them: each is there once, however often it is handed over.
namespace millwright::historian {

/// Samples on their way into the table. Texts are kept here, so where they came from may go.
class Batch {
public:
    /// `signal` is what the caller counts its signals by. False, and not taken: PostgreSQL cannot hold it.
    [[nodiscard]] bool add(const telemetry::Sample& sample, std::size_t signal, const StringTable& strings);
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    void clear();
    /// Takes out what `unwanted(signal, time)` says; how many those were.
    template <typename Unwanted>
    std::size_t drop(Unwanted&& unwanted) {
        return std::erase_if(rows_,
                             [&](const Entry& entry) { return unwanted(entry.signal, timeFromNanoseconds(entry.row.time)); });
    }

private:
    friend class Sink;
    struct Last {
        std::int64_t time = 0;
        std::int32_t ordinal = -1; ///< none yet
    };
    struct Entry {
        Row row;
        std::size_t signal;
    };
    std::vector<Entry> rows_;
    std::vector<Last> last_; ///< by signal; goes on from batch to batch
    std::unique_ptr<StringTable> texts_ = std::make_unique<StringTable>();
};

struct Written {
    std::uint64_t written = 0, present = 0, refused = 0;
};

/// One plant's way into the tables, over one connection.
class Sink {
public:
    /// The tables must be there. Both must outlive this.
    Sink(Database& database, const Options& options) : database_{database}, options_{options}, tables_{options.schema} {}

    /// Makes signals known; `topics` are all of the caller's, in the order in which it counts them, and only ever more of them. A
    /// topic that is kept with another type or unit is refused from then on, and a note says so.
    [[nodiscard]] Result<void> declare(const std::vector<telemetry::LogTopic>& topics, std::vector<std::string>& notes);
    /// Writes a batch, in one transaction: after an error it may be there or not, and can be written again.
    [[nodiscard]] Result<Written> write(const Batch& batch);

private:
    [[nodiscard]] Result<Written> writeNew(std::span<const Row> rows, bool& known);
    [[nodiscard]] Result<Written> writeMissing(std::span<const Row> rows);
    [[nodiscard]] Result<void> lock();

    Database& database_;
    const Options& options_;
    Tables tables_;
    std::vector<std::optional<std::int32_t>> ids_; ///< by the caller's signal; none: refused
    std::vector<Row> rows_;
};

} // namespace millwright::historian
