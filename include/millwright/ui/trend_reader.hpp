#pragma once

#include <millwright/core/result.hpp>
#include <millwright/history/trends.hpp>
#include <millwright/plant/plant.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace millwright::ui {

/// Reads what curves need and memory does not have, on a thread of its own: of a log, or of what the history of live feeds has
/// forgotten. It keeps what it read last, and reads somewhat beyond what is wanted, so that a view that moves on finds it there.
/// Holds at most some 32 MB. Thread: one at a time.
class TrendReader {
public:
    struct Question {
        std::vector<SignalIndex> signals;
        history::TimeGrid grid;
        friend bool operator==(const Question&, const Question&) = default;
    };
    struct Answer {
        std::vector<history::Trend> trends; ///< parallel to the question's signals, on its grid
        TimeInterval known;                 ///< what they tell of
        std::optional<Error> problem = {};  ///< why it is less than there might be
    };
    /// Called on the reader's thread; ends soon after `stop` says so. Errors: shown to the user, but for Cancelled.
    using Read = std::function<Result<Answer>(const Question&, const std::stop_token& stop)>;

    explicit TrendReader(Read read);
    /// Stops reading.
    ~TrendReader();
    TrendReader(const TrendReader&) = delete;
    TrendReader& operator=(const TrendReader&) = delete;

    /// What is about to be drawn, of which only what lies in `within` can be read. Begins to read where that is not at hand, and
    /// gives up reading what is no longer wanted. Of more signals than there is room for, the first are read.
    void want(std::span<const SignalIndex> signals, const history::TimeGrid& grid, TimeInterval within);
    /// Gives up what is being read.
    void wantNothing();

    struct Found {
        const history::Trend* trend = nullptr; ///< null: not at hand. Valid until the next `find`
        std::ptrdiff_t first = 0; ///< the grid's first column is this one of the trend's; those it does not have were not read
        TimeInterval known;

        /// Whether the i-th of the grid's columns lies in what there is to be known.
        [[nodiscard]] bool exists(const history::TimeGrid& grid, std::size_t i) const {
            return trend != nullptr && grid.startOf(i + 1) > known.from && grid.startOf(i) <= known.to;
        }
        /// The i-th of the grid's columns; null where it does not exist, or was not read.
        [[nodiscard]] const history::TrendColumn* column(const history::TimeGrid& grid, std::size_t i) const;
    };
    /// What was read of the signal with columns as long as the grid's and overlaps it.
    [[nodiscard]] Found find(SignalIndex signal, const history::TimeGrid& grid);

    [[nodiscard]] bool busy() const;
    /// Why the last question has no answer, or less than it might.
    [[nodiscard]] std::optional<Error> problem() const;
    /// Blocks until nothing is being read: for pictures and tests.
    void wait() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads a log of the plant's signals that is shown `by` later than it was recorded. `plant` must outlive the reader.
[[nodiscard]] TrendReader::Read trendsOfLog(const plant::Plant& plant, std::filesystem::path log, Duration by = {});

} // namespace millwright::ui
