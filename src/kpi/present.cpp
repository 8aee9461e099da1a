#include <millwright/kpi/present.hpp>

#include <algorithm>
#include <iterator>

namespace millwright::kpi {
namespace {

using plant::PackmlState;
using plant::TimeElement;

/// A state that says what the machine has in hand.
bool tellsTheHand(const plant::KpiSource& source, PackmlState state) {
    const TimeElement element = source.elementOf[index(state)];
    return !source.isFailure[index(state)] &&
           (element == TimeElement::Production || element == TimeElement::SetUp || isWaiting(state));
}

// Backwards from the end, through failures and time in which nobody was there, to where production began.
void readProduction(const plant::KpiSource& source, const Journal& journal, Present& present) {
    const Time end = journal.spells.back().interval.to;
    Duration production{};
    for (auto spell = journal.spells.rbegin(); spell != journal.spells.rend(); ++spell) {
        const TimeElement element = source.elementOf[index(spell->state)];
        if (element == TimeElement::Unknown) return;
        if (element == TimeElement::Production) production += spell->interval.length();
        if (element == TimeElement::SetUp || isWaiting(spell->state)) {
            present.production = production;
            present.busyFor = end - spell->interval.to;
            return;
        }
        present.busyFor = end - spell->interval.from;
    }
}

// The last of what goes on when the journal ends.
std::optional<Lasting> goingOn(const std::vector<Lasting>& all, Time end) {
    if (all.empty() || !all.back().cutOff || all.back().interval.to != end) return std::nullopt;
    return all.back();
}

} // namespace

Present presentOf(const plant::KpiSource& source, const Journal& journal, const LifetimeRules& rules) {
    Present present;
    if (journal.spells.empty()) return present;
    const Journal::Spell& last = journal.spells.back();
    const Time end = last.interval.to;
    present.state = last.state;
    present.inState = last.interval.length();
    const auto before = std::next(journal.spells.rbegin());
    present.beginningSeen = before != journal.spells.rend() && source.elementOf[index(before->state)] != TimeElement::Unknown;
    if (!tellsTheHand(source, last.state)) {
        const auto told = std::ranges::find_if(journal.spells.rbegin(), journal.spells.rend(), [&](const Journal::Spell& spell) {
            return tellsTheHand(source, spell.state) || source.elementOf[index(spell.state)] == TimeElement::Unknown;
        });
        if (told != journal.spells.rend() && tellsTheHand(source, told->state)) present.before = told->state;
    }
    readProduction(source, journal, present);
    if (!journal.rises.empty()) present.busyFor = std::min(present.busyFor, end - journal.rises.back().time);

    for (const auto clock : {plant::FailureClock::Working, plant::FailureClock::Calendar}) {
        LifetimeRules byClock = rules;
        byClock.clock = clock;
        const Lifetimes found = lifetimesOf(source, journal, byClock);
        std::optional<Lasting>& age = clock == plant::FailureClock::Working ? present.worked : present.up;
        age = goingOn(found.toFailure, end);
        present.outage = goingOn(found.repairs, end);
        const bool justRepaired = !age && !present.outage && !found.repairs.empty() && !found.repairs.back().cutOff;
        if (justRepaired) age = Lasting{.interval = {end, end}};
        if (clock == plant::FailureClock::Calendar) continue;
        if (const auto cycle = goingOn(found.cycles, end)) present.cycle = cycle->took;
        if (!present.cycle && !journal.rises.empty() && journal.rises.back().time >= end - present.busyFor)
            present.cycle = Duration::zero();
    }
    return present;
}

} // namespace millwright::kpi
