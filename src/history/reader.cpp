#include "history/state.hpp"

#include <cassert>

namespace millwright::history {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::span<const Stretch> stretchesOf(const Node* node) {
    return node != nullptr ? std::span<const Stretch>{node->stretches} : std::span<const Stretch>{};
}

} // namespace

struct HistoryReader::State {
    const History::State& history;
    BlockReader block;
    Trend trend;

    // Of the trend being made.
    ValueType type = ValueType::Float;
    std::int64_t from = 0, to = 0;  ///< the interval
    std::vector<std::int64_t> ends; ///< of each column, the first instant no longer in it
    std::vector<Summary> columns;
    std::vector<bool> coarse;
    std::size_t column = 0; ///< the one that holds the sample last looked at

    [[nodiscard]] std::shared_ptr<const View> view(SignalIndex signal) const {
        return index(signal) < history.signals ? history.slots[index(signal)].view.load(std::memory_order_acquire) : nullptr;
    }
    void begin(TimeInterval interval, std::size_t count);
    /// Whether an instant of the interval is in the column or before it: `to` is in the last one.
    [[nodiscard]] bool within(std::int64_t time) const { return time < ends[column] || column + 1 == ends.size(); }
    void moveTo(std::int64_t time) {
        while (!within(time)) ++column;
    }
    void add(const Stretch& stretch, int level);
    void addBlock();
    void addOpen(const Columns& samples);
    void addCoarse(const Summary& summary);
    void finish();
};

void HistoryReader::State::begin(TimeInterval interval, std::size_t count) {
    from = nanoseconds(interval.from);
    to = nanoseconds(interval.to);
    trend.interval = interval;
    trend.before = none;
    column = 0;
    columns.assign(count, {});
    coarse.assign(count, false);
    ends.resize(count);
    const auto begin = static_cast<std::uint64_t>(from), length = static_cast<std::uint64_t>(to) - begin;
    for (std::size_t i = 0; i < count; ++i)
        ends[i] = static_cast<std::int64_t>(begin + length / count * (i + 1) + length % count * (i + 1) / count);
}

void HistoryReader::State::add(const Stretch& stretch, int level) {
    const Summary& summary = stretch.summary;
    const std::int64_t first = nanoseconds(summary.from), last = nanoseconds(summary.to);
    if (first > to) return;
    if (last < from) {
        trend.before = summary.last;
        return;
    }
    if (first >= from && last <= to) {
        moveTo(first);
        if (within(last)) {
            columns[column].add(summary);
            return;
        }
    }
    if (stretch.below == nullptr) {
        if (first < from) trend.before = none; // which of its samples is the last before the interval is forgotten
        addCoarse(summary);
    } else if (level > 0) {
        for (const Stretch& below : static_cast<const Node*>(stretch.below.get())->stretches) add(below, level - 1);
    } else {
        block.open(static_cast<const std::byte*>(stretch.below.get()), type);
        addBlock();
    }
}

void HistoryReader::State::addBlock() {
    std::size_t at = block.before(from);
    if (at > 0) {
        Summary earlier;
        block.addTo(earlier, at - 1, at);
        trend.before = earlier.last;
    }
    const std::size_t end = block.until(to);
    while (at < end) {
        moveTo(block.time(at));
        const std::size_t first = at;
        at = within(block.time(end - 1)) ? end : block.before(ends[column]);
        block.addTo(columns[column], first, at);
    }
}

void HistoryReader::State::addOpen(const Columns& samples) {
    for (std::size_t i = 0; i < samples.times.size() && samples.times[i] <= to; ++i) {
        if (samples.times[i] < from) {
            trend.before = numberOf(samples.values[i], type, samples.qualities[i]);
            continue;
        }
        moveTo(samples.times[i]);
        columns[column].add(samples.values[i], type, samples.qualities[i]);
    }
}

/// What is left of a stretch that reaches over several columns, or out of the interval: each column it touches shows all of it.
void HistoryReader::State::addCoarse(const Summary& summary) {
    const std::int64_t last = std::min(to, nanoseconds(summary.to));
    moveTo(std::max(from, nanoseconds(summary.from)));
    while (true) {
        columns[column].add(summary);
        coarse[column] = true;
        if (within(last)) return;
        ++column;
    }
}

void HistoryReader::State::finish() {
    trend.columns.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) trend.columns[i] = columnOf(columns[i], coarse[i]);
}

HistoryReader::HistoryReader(const History& history) : state_{std::make_unique<State>(*history.state_)} {}
HistoryReader::~HistoryReader() = default;
HistoryReader::HistoryReader(HistoryReader&&) noexcept = default;
HistoryReader& HistoryReader::operator=(HistoryReader&&) noexcept = default;

TimeInterval HistoryReader::span(SignalIndex signal) const {
    const auto view = state_->view(signal);
    if (view == nullptr) return {};
    const std::size_t count = view->open->count.load(std::memory_order_acquire);
    const auto sealed = stretchesOf(view->sealed.get());
    if (count == 0 && sealed.empty()) return {};
    return {sealed.empty() ? timeFromNanoseconds(view->open->times[0]) : sealed.front().summary.from,
            count > 0 ? timeFromNanoseconds(view->open->times[count - 1]) : sealed.back().summary.to};
}

const Trend& HistoryReader::trend(SignalIndex signal, TimeInterval interval, std::size_t columns) {
    assert(interval.from <= interval.to && columns > 0 && columns < 1u << 20);
    State& s = *state_;
    s.begin(interval, columns);
    if (const auto view = s.view(signal)) {
        s.type = s.history.slots[index(signal)].type;
        for (const Stretch& stretch : stretchesOf(view->sealed.get())) s.add(stretch, view->sealed->level);
        s.addOpen(view->open->columns(view->open->count.load(std::memory_order_acquire)));
    }
    s.finish();
    return s.trend;
}

namespace {

/// Samples in an interval, as they were taken in.
struct Collector {
    SignalIndex signal;
    ValueType type;
    std::int64_t from, to;
    BlockReader& block;
    std::vector<telemetry::Sample>& out;
    bool complete = true;

    void add(const Stretch& stretch, int level) {
        if (nanoseconds(stretch.summary.to) < from || nanoseconds(stretch.summary.from) > to) return;
        if (stretch.below == nullptr) {
            complete = false;
        } else if (level > 0) {
            for (const Stretch& below : static_cast<const Node*>(stretch.below.get())->stretches) add(below, level - 1);
        } else {
            block.open(static_cast<const std::byte*>(stretch.below.get()), type);
            add(block.columns());
        }
    }
    void add(const Columns& samples) {
        const auto first = std::ranges::lower_bound(samples.times, from) - samples.times.begin();
        const auto last = std::ranges::upper_bound(samples.times, to) - samples.times.begin();
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
            telemetry::Sample& sample = out.emplace_back();
            sample.time = timeFromNanoseconds(samples.times[i]);
            sample.value.bits = samples.values[i];
            sample.signal = signal;
            sample.type = type;
            sample.quality = samples.qualities[i];
        }
    }
};

} // namespace

bool HistoryReader::read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out) {
    const auto view = state_->view(signal);
    if (view == nullptr) return true;
    Collector collector{.signal = signal,
                        .type = state_->history.slots[index(signal)].type,
                        .from = nanoseconds(interval.from),
                        .to = nanoseconds(interval.to),
                        .block = state_->block,
                        .out = out};
    for (const Stretch& stretch : stretchesOf(view->sealed.get())) collector.add(stretch, view->sealed->level);
    collector.add(view->open->columns(view->open->count.load(std::memory_order_acquire)));
    return collector.complete;
}

} // namespace millwright::history
