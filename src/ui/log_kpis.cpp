#include "ui/log_kpis.hpp"

#include <millwright/core/time_edges.hpp>

#include <algorithm>

namespace millwright::ui {
namespace {

constexpr std::int64_t steps = 256;
constexpr std::size_t checkpointBytes = 8u << 20, batch = 16'384;

} // namespace

LogKpis::LogKpis(const plant::Plant& plant, telemetry::Source& source)
    : source_{source},
      span_{source.span()},
      meter_{plant, source.conversions(), source.strings(), span_,
             kpi::Cuts{std::max(Duration{1}, span_.length() / steps)}.withShifts(plant.calendar)} {
    checkpoints_.push_back({justBefore(span_.from), meter_.checkpoint()});
    const auto most = static_cast<std::int64_t>(checkpointBytes / checkpoints_.front().meter.bytes());
    between_ = span_.length() / std::clamp<std::int64_t>(most, 1, steps);
}

void LogKpis::apply(std::span<const telemetry::Sample> samples) {
    if (samples.back().time - between_ > checkpoints_.back().time) {
        // What comes after a checkpoint is later than it: the last time may not be complete yet.
        const auto last = std::ranges::lower_bound(samples, samples.back().time, {}, &telemetry::Sample::time);
        const auto before = static_cast<std::size_t>(last - samples.begin());
        meter_.apply(samples.first(before));
        if (before > 0) checkpoints_.push_back({samples[before - 1].time, meter_.checkpoint()});
        samples = samples.subspan(before);
    }
    meter_.apply(samples);
}

void LogKpis::finish() {
    for (kpi::Bin& bin : meter_.finish()) all_.push_back(std::make_shared<const kpi::Bin>(std::move(bin)));
}

/// Reads some more samples towards `to`. Whether all up to it are in.
Result<bool> LogKpis::step(Time to) {
    const auto later = std::ranges::upper_bound(checkpoints_, to, {}, &Checkpoint::time);
    const Checkpoint& nearest = later == checkpoints_.begin() ? *later : *std::prev(later);
    if (position_ > to || position_ < nearest.time) {
        meter_.resume(nearest.meter);
        pending_ = {};
        const auto moved = source_.seek(nearest.time);
        if (!moved) return std::unexpected(moved.error());
        position_ = nearest.time;
    }
    if (pending_.empty()) {
        const auto samples = source_.next(batch);
        if (!samples) return std::unexpected(samples.error());
        pending_ = *samples;
        if (pending_.empty()) return true;
    }
    const auto beyond = std::ranges::upper_bound(pending_, to, {}, &telemetry::Sample::time);
    const auto count = static_cast<std::size_t>(beyond - pending_.begin());
    meter_.apply(pending_.first(count));
    if (count > 0) position_ = pending_[count - 1].time;
    pending_ = pending_.subspan(count);
    return !pending_.empty();
}

void LogKpis::serve(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    while (changed_.wait(lock, stop, [this] { return waiting(); })) {
        const Time to = *asked_;
        lock.unlock();
        const auto done = step(to);
        std::shared_ptr<const kpi::Bin> bin;
        if (done && *done) {
            (void)meter_.takeClosed(to);
            bin = std::make_shared<const kpi::Bin>(meter_.open());
            position_ = to;
        }
        lock.lock();
        if (bin) answer_ = std::move(bin);
        failed_ = !done;
        if (!waiting()) changed_.notify_all();
    }
}

std::shared_ptr<const kpi::Bins> LogKpis::upTo(Time time) {
    time = std::clamp(time, span_.from, span_.to);
    std::shared_ptr<const kpi::Bin> last;
    {
        const std::scoped_lock lock{mutex_};
        if (asked_ != time) {
            asked_ = time;
            changed_.notify_all();
        }
        last = answer_;
    }
    const auto later =
        std::ranges::upper_bound(all_, time, {}, [](const std::shared_ptr<const kpi::Bin>& bin) { return bin->interval.to; });
    const auto whole = static_cast<std::size_t>(later - all_.begin());
    const Time begin = whole > 0 ? all_[whole - 1]->interval.to : span_.from;
    if (last && (last->interval.from != begin || last->interval.to > time || (whole > 0 && last->interval.length() == Duration{})))
        last = nullptr;
    if (shown_ && shownWhole_ == whole && shownLast_ == last.get()) return shown_;
    auto bins = std::make_shared<kpi::Bins>(all_.begin(), later);
    if (last) bins->push_back(last);
    if (bins->empty()) bins->push_back(all_.front());
    shown_ = std::move(bins);
    shownWhole_ = whole;
    shownLast_ = last.get();
    return shown_;
}

bool LogKpis::busy() const {
    const std::scoped_lock lock{mutex_};
    return waiting();
}

void LogKpis::wait() const {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !waiting(); });
}

} // namespace millwright::ui
