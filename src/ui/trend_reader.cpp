#include <millwright/telemetry/shifted_source.hpp>
#include <millwright/twin/selected_source.hpp>
#include <millwright/ui/trend_reader.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace millwright::ui {
namespace {

constexpr std::size_t mostColumns = 300'000; // of all signals together
constexpr std::int64_t leastBehind = 256;
constexpr std::size_t soonColumns = 32;

/// Whether `grid`, as far as `within` reaches, lies in what was read.
bool covers(const history::TimeGrid& read, const history::TimeGrid& grid, TimeInterval within) {
    const TimeInterval has = read.interval(), wants = grid.interval();
    return read.column == grid.column && std::max(wants.from, within.from) >= has.from && std::min(wants.to, within.to) <= has.to;
}

/// With something before it, and more behind it, for where the view will go next.
history::TimeGrid widened(const history::TimeGrid& grid, TimeInterval within) {
    const auto columns = static_cast<std::int64_t>(grid.columns);
    const auto whole = [&](Duration length) { return length / grid.column; };
    const std::int64_t before = std::min(columns / 4, std::max(whole(grid.from - within.from) + 1, -columns));
    const std::int64_t behind =
        std::min(std::max(columns / 2, leastBehind), std::max(whole(within.to - grid.interval().to) + 1, 1 - columns - before));
    return {grid.from - grid.column * before, grid.column,
            static_cast<std::size_t>(std::max<std::int64_t>(1, columns + before + behind))};
}

} // namespace

struct TrendReader::State {
    struct Kept {
        Question question;
        Answer answer;
    };

    Read read;
    mutable std::mutex mutex; // guards what follows
    mutable std::condition_variable_any changed;
    std::optional<Question> next;    ///< to be read
    std::optional<Question> current; ///< being read
    std::stop_source currentStop;
    std::shared_ptr<const Kept> kept;
    std::optional<Question> failed; ///< what was asked when it failed
    std::optional<Error> problem;
    std::shared_ptr<const Kept> shown; ///< the caller's: what `find` last pointed into
    std::jthread thread;               ///< last: it uses all of the above

    explicit State(Read function) : read{std::move(function)}, thread{[this](const std::stop_token& stop) { work(stop); }} {}
    void work(const std::stop_token& stop) {
        std::unique_lock lock{mutex};
        while (changed.wait(lock, stop, [this] { return next.has_value(); })) {
            current = std::exchange(next, std::nullopt);
            currentStop = {};
            const Question question = *current;
            std::stop_source mine = currentStop;
            lock.unlock();
            const std::stop_callback end{stop, [&mine] { mine.request_stop(); }};
            auto answer = read(question, mine.get_token());
            lock.lock();
            current.reset();
            if (answer) {
                kept = std::make_shared<const Kept>(question, *std::move(answer));
                problem = kept->answer.problem;
                failed.reset();
            } else if (answer.error().code != ErrorCode::Cancelled) {
                problem = answer.error();
                failed = question;
            }
            changed.notify_all();
        }
    }

    void giveUp() {
        next.reset();
        currentStop.request_stop();
    }
};

TrendReader::TrendReader(Read read) : state_{std::make_unique<State>(std::move(read))} {}
TrendReader::~TrendReader() = default;

void TrendReader::want(std::span<const SignalIndex> signals, const history::TimeGrid& grid, TimeInterval within) {
    const history::TimeGrid wide = widened(grid, within);
    signals = signals.first(std::min(signals.size(), std::max<std::size_t>(1, mostColumns / wide.columns)));
    const auto answers = [&](const std::optional<Question>& question, const history::TimeGrid& part) {
        return question && covers(question->grid, part, within) && std::ranges::equal(question->signals, signals);
    };
    // Where little is left of what was read beyond the view, more is read before it is needed.
    history::TimeGrid soon = grid;
    soon.columns += soonColumns;
    const std::scoped_lock lock{state_->mutex};
    const bool has = state_->kept && answers(state_->kept->question, soon);
    if (has) return state_->giveUp();
    if (answers(state_->next, grid) || answers(state_->failed, grid)) return;
    if (answers(state_->current, grid) && !state_->currentStop.stop_requested()) return state_->next.reset();
    state_->giveUp();
    state_->next = Question{{signals.begin(), signals.end()}, wide};
    state_->changed.notify_all();
}

void TrendReader::wantNothing() {
    const std::scoped_lock lock{state_->mutex};
    state_->giveUp();
}

TrendReader::Found TrendReader::find(SignalIndex signal, const history::TimeGrid& grid) {
    {
        const std::scoped_lock lock{state_->mutex};
        state_->shown = state_->kept;
    }
    if (!state_->shown) return {};
    const auto& [question, answer] = *state_->shown;
    const auto place = std::ranges::find(question.signals, signal);
    const TimeInterval has = question.grid.interval(), wants = grid.interval();
    if (place == question.signals.end() || question.grid.column != grid.column || has.to < wants.from || has.from > wants.to)
        return {};
    return {.trend = &answer.trends[static_cast<std::size_t>(place - question.signals.begin())],
            .first = (grid.from - question.grid.from) / grid.column,
            .known = answer.known};
}

const history::TrendColumn* TrendReader::Found::column(const history::TimeGrid& grid, std::size_t i) const {
    const std::ptrdiff_t at = first + static_cast<std::ptrdiff_t>(i);
    if (!exists(grid, i) || at < 0 || at >= static_cast<std::ptrdiff_t>(trend->columns.size())) return nullptr;
    return &trend->columns[static_cast<std::size_t>(at)];
}

bool TrendReader::busy() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->next || state_->current;
}

std::optional<Error> TrendReader::problem() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->problem;
}

void TrendReader::wait() const {
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [this] { return !state_->next && !state_->current; });
}

TrendReader::Read trendsOfLog(const plant::Plant& plant, std::filesystem::path log, Duration by) {
    return [&plant, log = std::move(log), by](const TrendReader::Question& question,
                                              const std::stop_token& stop) -> Result<TrendReader::Answer> {
        auto opened = twin::openSelected(plant, log, question.signals);
        if (!opened) return std::unexpected(opened.error());
        auto source = telemetry::shifted(std::move(*opened), by);
        if (!source) return std::unexpected(source.error());
        auto trends = history::trendsOf(**source, question.grid, stop);
        if (!trends) return std::unexpected(trends.error());
        return TrendReader::Answer{*std::move(trends), (*source)->span()};
    };
}

} // namespace millwright::ui
