#include <millwright/telemetry/differences.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace millwright::telemetry {
namespace {

constexpr std::size_t blockSamples = 4096;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// One of the two feeds, and the last sample of each of its signals.
class Side {
public:
    Side(Source& source, std::size_t signals) : source_{source}, last_(signals) {}

    Result<void> fill() {
        if (!block_.empty() || ended_) return {};
        const auto read = source_.next(blockSamples);
        if (!read) return std::unexpected(read.error());
        block_ = *read;
        ended_ = block_.empty();
        return {};
    }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] Time head() const { return ended_ ? Time::max() : block_.front().time; }
    /// Takes the samples at `time`, the last of each signal counting, and notes whose they are.
    Result<void> take(Time time, std::vector<std::size_t>& touched) {
        while (true) {
            if (auto filled = fill(); !filled) return filled;
            if (ended_ || block_.front().time != time) return {};
            const std::size_t i = index(block_.front().signal);
            last_[i] = block_.front();
            touched.push_back(i);
            block_ = block_.subspan(1);
        }
    }
    [[nodiscard]] const Sample& last(std::size_t i) const { return last_[i]; }
    [[nodiscard]] double number(std::size_t i) const {
        const auto [scale, offset] = source_.conversions()[i];
        return scale * last_[i].value.asNumber(last_[i].type) + offset;
    }
    [[nodiscard]] std::string_view text(std::size_t i) const { return source_.strings().text(last_[i].value.string); }
    [[nodiscard]] const Source& source() const { return source_; }

private:
    Source& source_;
    std::span<const Sample> block_;
    std::vector<Sample> last_;
    bool ended_ = false;
};

class Sweep {
public:
    Sweep(Source& first, Source& second, const DifferenceOptions& options)
        : options_{options},
          first_{first, options.tolerances.size()},
          second_{second, options.tolerances.size()},
          open_(options.tolerances.size()),
          latest_(options.tolerances.size(), none),
          both_{std::max(first.span().from, second.span().from), std::min(first.span().to, second.span().to)} {}

    Result<std::vector<DifferenceSpell>> run(const Progress& progress) {
        const double length = std::max(1e-9, seconds(both_.length()));
        std::uint64_t rounds = 0;
        while (true) {
            if (auto filled = first_.fill(); !filled) return std::unexpected(filled.error());
            if (auto filled = second_.fill(); !filled) return std::unexpected(filled.error());
            const Time time = std::min(first_.head(), second_.head());
            if ((first_.ended() && second_.ended()) || time > both_.to) break;
            touched_.clear();
            if (auto taken = first_.take(time, touched_); !taken) return std::unexpected(taken.error());
            if (auto taken = second_.take(time, touched_); !taken) return std::unexpected(taken.error());
            for (const std::size_t i : touched_) judge(i, std::max(time, both_.from));
            if (++rounds % blockSamples != 0) continue;
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while comparing");
            progress(std::clamp(seconds(time - both_.from) / length, 0.0, 1.0), "comparing");
        }
        for (std::size_t i = 0; i < open_.size(); ++i) close(i, both_.to);
        std::ranges::stable_sort(spells_, {}, [](const DifferenceSpell& spell) { return spell.interval.from; });
        if (spells_.size() > options_.most) spells_.resize(options_.most);
        return std::move(spells_);
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};

    /// How far apart they are, 0 for equal ones.
    [[nodiscard]] double apart(std::size_t i) const {
        const Sample &a = first_.last(i), &b = second_.last(i);
        if (a.signal == noSignal || b.signal == noSignal) return 0;
        if (isUsable(a.quality) != isUsable(b.quality)) return infinity;
        if (!isUsable(a.quality)) return 0;
        if (a.type == ValueType::String || b.type == ValueType::String)
            return a.type == b.type && first_.text(i) == second_.text(i) ? 0 : infinity;
        const double x = first_.number(i), y = second_.number(i);
        if (x == y || (std::isnan(x) && std::isnan(y))) return 0;
        const double difference = std::abs(x - y);
        return std::isnan(difference) ? infinity : difference;
    }

    void judge(std::size_t i, Time time) {
        const double difference = apart(i);
        if (!(difference > options_.tolerances[i])) {
            close(i, time);
            return;
        }
        auto& spell = open_[i];
        if (!spell) spell = DifferenceSpell{.signal = static_cast<SignalIndex>(i), .interval = {time, time}, .worst = time};
        if (difference <= spell->largest) return;
        spell->largest = difference;
        spell->worst = time;
    }

    /// Ends a spell; one that follows another of its signal closely goes on with that.
    void close(std::size_t i, Time time) {
        auto& spell = open_[i];
        if (!spell) return;
        spell->interval.to = std::max(time, spell->interval.from);
        if (spell->interval.length() < options_.shortest) {
            spell.reset();
            return;
        }
        DifferenceSpell* const before = latest_[i] == none ? nullptr : &spells_[latest_[i]];
        if (before != nullptr && spell->interval.from - before->interval.to <= options_.join) {
            before->interval.to = spell->interval.to;
            if (spell->largest > before->largest) before->largest = spell->largest, before->worst = spell->worst;
        } else if (spells_.size() < 16 * options_.most) {
            latest_[i] = spells_.size();
            spells_.push_back(*spell);
        }
        spell.reset();
    }

    const DifferenceOptions& options_;
    Side first_, second_;
    std::vector<std::optional<DifferenceSpell>> open_; ///< by signal
    std::vector<std::size_t> latest_;                  ///< by signal: its last one among `spells_`
    std::vector<DifferenceSpell> spells_;
    std::vector<std::size_t> touched_;
    TimeInterval both_; ///< what both tell of
};

} // namespace

Result<std::vector<DifferenceSpell>> differencesOf(Source& first, Source& second, const DifferenceOptions& options,
                                                   const Progress& progress) {
    return Sweep{first, second, options}.run(progress);
}

} // namespace millwright::telemetry
