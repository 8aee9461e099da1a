#include <millwright/kpi/lifetimes.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace millwright::kpi {

using plant::PackmlState;
using plant::TimeElement;

bool isWaiting(PackmlState state) {
    return state == PackmlState::Suspended || state == PackmlState::Suspending || state == PackmlState::Unsuspending;
}

namespace {

/// Follows one machine from failure to repair to failure.
class Follower {
public:
    Follower(const plant::KpiSource& source, const LifetimeRules& rules, Lifetimes& found)
        : source_{source}, rules_{rules}, found_{found} {}

    void follow(const Journal::Spell& spell) {
        const TimeElement element = source_.elementOf[index(spell.state)];
        if (element == TimeElement::Unknown) {
            cutOff();
            condition_ = Condition::Unseen;
        } else if (source_.isFailure[index(spell.state)]) {
            if (condition_ != Condition::Down) fail(spell.interval.from);
            extend(spell.interval, true);
        } else if (condition_ == Condition::Down && element != TimeElement::Production && !isWaiting(spell.state)) {
            if (isAway(element))
                cutOff();
            else
                extend(spell.interval, true);
        } else {
            if (condition_ != Condition::Up) recover(spell.interval.from);
            extend(spell.interval, rules_.clock == plant::FailureClock::Calendar || element == TimeElement::Production);
        }
    }

    /// At the end of what was seen.
    void cutOff() {
        if (!current_) return;
        current_->cutOff = true;
        close();
    }

private:
    enum class Condition : std::uint8_t { Unseen, Up, Down };

    [[nodiscard]] bool isAway(TimeElement element) const {
        return element == TimeElement::Unplanned || (rules_.hasShift && element == TimeElement::Down);
    }

    void extend(TimeInterval interval, bool counts) {
        if (!current_) return;
        current_->interval.to = interval.to;
        if (counts) current_->took += interval.length();
    }

    void close() {
        if (current_->took > Duration::zero())
            (condition_ == Condition::Up ? found_.toFailure : found_.repairs).push_back(*current_);
        current_.reset();
    }

    void begin(Time at, Condition condition, bool seen) {
        condition_ = condition;
        current_ = Lasting{.interval = {at, at}, .restOnly = !seen};
    }

    void fail(Time at) {
        const bool seen = condition_ == Condition::Up;
        if (current_) close();
        begin(at, Condition::Down, seen);
    }

    // After a repair of which the end was not seen, only a clock that stood still meanwhile tells how long it has been since.
    void recover(Time at) {
        const bool seen = condition_ == Condition::Down && (current_ || rules_.clock == plant::FailureClock::Working);
        if (current_) close();
        begin(at, Condition::Up, seen);
    }

    const plant::KpiSource& source_;
    const LifetimeRules& rules_;
    Lifetimes& found_;
    Condition condition_ = Condition::Unseen;
    std::optional<Lasting> current_; // what goes on; none: nothing, or a repair that was cut off
};

/// Time in production and without a known state, summed up to moments that only go forward.
class Clock {
public:
    Clock(const plant::KpiSource& source, const Journal& journal) : source_{source}, spells_{journal.spells} {}

    void moveTo(Time time) {
        for (; at_ < spells_.size() && spells_[at_].interval.from < time; ++at_) {
            const Journal::Spell& spell = spells_[at_];
            const Time from = std::max(spell.interval.from, now_), to = std::min(spell.interval.to, time);
            const TimeElement element = source_.elementOf[index(spell.state)];
            if (to > from && element == TimeElement::Production) production += to - from;
            if (to > from && element == TimeElement::Unknown) unknown += to - from;
            if (spell.interval.to > time) break;
        }
        now_ = time;
    }

    Duration production{}, unknown{};

private:
    const plant::KpiSource& source_;
    const std::vector<Journal::Spell>& spells_;
    std::size_t at_ = 0;
    Time now_ = Time::min();
};

/// Production time from rise to rise.
void readCycles(const plant::KpiSource& source, const Journal& journal, double itemsPerCycle, Lifetimes& found) {
    Clock clock{source, journal};
    std::optional<Time> last; // when a cycle was finished, if all has been seen since
    Duration production{}, unknown{}, counted{};
    double items = 0;
    const auto since = [&](Time now) {
        return Lasting{.took = clock.production - production, .interval = {last.value_or(now), now}};
    };
    for (const Journal::Rise& rise : journal.rises) {
        clock.moveTo(rise.time);
        const double amount = static_cast<double>(rise.amount) / 1e6;
        if (amount > 0 && last && clock.unknown == unknown) {
            const Lasting cycle = since(rise.time);
            ++found.rises;
            items += amount;
            counted += cycle.took;
            if (std::abs(amount / itemsPerCycle - 1) < 1e-3 && cycle.took > Duration::zero())
                found.cycles.push_back(cycle);
            else
                ++found.otherRises;
        }
        last = rise.time;
        production = clock.production;
        unknown = clock.unknown;
    }
    if (items > 0) found.secondsAnItem = seconds(counted) / items;
    if (!last || journal.spells.empty()) return;
    clock.moveTo(journal.spells.back().interval.to);
    Lasting open = since(journal.spells.back().interval.to);
    open.cutOff = true;
    if (open.took > Duration::zero() && clock.unknown == unknown) found.cycles.push_back(open);
}

} // namespace

Lifetimes lifetimesOf(const plant::KpiSource& source, const Journal& journal, const LifetimeRules& rules) {
    Lifetimes found;
    Follower follower{source, rules, found};
    for (const Journal::Spell& spell : journal.spells) follower.follow(spell);
    follower.cutOff();
    readCycles(source, journal, rules.itemsPerCycle, found);
    return found;
}

} // namespace millwright::kpi
