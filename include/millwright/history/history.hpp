#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

/// What a twin has seen so far, in memory: every sample bit for bit while the budget allows, and what stretches of them amount to
/// for long after. docs/history.md tells how it is kept.
namespace millwright::history {

struct HistoryStatus {
    std::uint64_t samples = 0;    ///< taken in
    std::uint64_t refused = 0;    ///< older than their signal's newest, of another type, or of no signal
    std::uint64_t packed = 0;     ///< samples that are in blocks now
    std::uint64_t forgotten = 0;  ///< samples of which only summaries are left
    std::size_t blockBytes = 0;   ///< of packed samples
    std::size_t summaryBytes = 0; ///< of the pyramids above them
    std::size_t openBytes = 0;    ///< of samples not packed yet, and of what every signal takes
    [[nodiscard]] std::size_t bytes() const { return blockBytes + summaryBytes + openBytes; }
};

/// Samples of a fixed set of signals, held in memory. Thread: one writes; readers are `HistoryReader`s, on any threads, at the same
/// time: no lock is held while either works.
class History {
public:
    /// Of signal i, samples are of `types[i]`. `budgetBytes` bounds all that is kept; what every signal takes at least (some 500
    /// bytes once it has samples) is kept beyond it.
    explicit History(std::span<const ValueType> types, std::size_t budgetBytes = std::size_t{256} << 20);
    ~History();
    History(const History&) = delete;
    History& operator=(const History&) = delete;

    /// Takes samples in; those of one signal in order of time, equal times in order of arrival. A sample older than its signal's
    /// newest is refused and counted, for what was packed does not change. Allocates only when a block is full or grows.
    /// String values keep the ids of the table they came with. Thread: the writer.
    void append(std::span<const telemetry::Sample> samples);

    /// How it was a moment ago. Thread: any.
    [[nodiscard]] HistoryStatus status() const;

private:
    friend class HistoryReader;
    struct State;
    std::unique_ptr<State> state_;
};

/// What a signal's samples in one column of a trend amount to. Numbers that are not finite, or of bad or stale quality, count for
/// nothing; strings have no numbers.
struct TrendColumn {
    double minimum, maximum, mean; ///< of the samples in it, every one weighing the same; NaN where none counts
    double first, last;            ///< numbers of the first and last sample in it; NaN where that does not count, or there is none
    std::uint64_t samples = 0;     ///< in it, whether they count or not
    bool coarse = false;           ///< detail was forgotten: tells of a stretch that reaches beyond the column
};

struct Trend {
    TimeInterval interval;
    std::vector<TrendColumn> columns; ///< of equal length, in order of time; a sample on a boundary is in the later one
    double before =
        0; ///< number of the last sample before the interval, which holds until the first in it; or NaN, if forgotten too
};

/// Reads a history. Every call sees all samples that were taken in before some moment during the call. Thread: one at a time; each
/// thread has its own.
class HistoryReader {
public:
    /// `history` must outlive this.
    explicit HistoryReader(const History& history);
    ~HistoryReader();
    HistoryReader(HistoryReader&&) noexcept;
    HistoryReader& operator=(HistoryReader&&) noexcept;

    /// Time of the oldest and of the newest sample, also of forgotten ones; both epoch before the first.
    [[nodiscard]] TimeInterval span(SignalIndex signal) const;
    /// What the samples in `interval` amount to in each of `columns` (at least 1). Takes about as long for a year as for a minute.
    /// Valid until the next call.
    [[nodiscard]] const Trend& trend(SignalIndex signal, TimeInterval interval, std::size_t columns);
    /// Appends the samples in `interval`, as they were taken in. False when some of them are forgotten.
    bool read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::history
