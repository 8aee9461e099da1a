#include "twin/alarm_table.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>
#include <string_view>

namespace millwright::twin {
namespace {

using P = AlarmPhase;
using E = AlarmEvent;
using R = Refusal;

constexpr P phases[] = {
    P::Normal, P::Unacknowledged, P::Acknowledged, P::ReturnedUnacknowledged, P::LatchedUnacknowledged, P::LatchedAcknowledged};
constexpr E events[] = {E::Activate, E::Return, E::Acknowledge, E::Reset, E::ReAlarm, E::Unmask};

struct Case {
    P from;
    E event;
    P to;
    bool annunciates;
    R refusal;
    const char* clause;
};

// Every state x event of an alarm that does not latch and needs acknowledgement, with where it is said.
constexpr Case plain[] = {
    {P::Normal, E::Activate, P::Unacknowledged, true, R::None, "ISA-18.2 state diagram, A to B"},
    {P::Normal, E::Return, P::Normal, false, R::None, "it is normal"},
    {P::Normal, E::Acknowledge, P::Normal, false, R::AlreadyAcknowledged,
     "OPC 10000-9, Acknowledge: BadConditionBranchAlreadyAcked"},
    {P::Normal, E::Reset, P::Normal, false, R::InvalidState, "OPC 10000-9, 5.8.5: only a latched alarm"},
    {P::Normal, E::ReAlarm, P::Normal, false, R::None, "OPC 10000-9, 5.8.2: ReAlarmTime counts while active"},
    {P::Normal, E::Unmask, P::Normal, false, R::None, "ISA-18.2 state diagram, G, H, I to A"},
    {P::Unacknowledged, E::Activate, P::Unacknowledged, false, R::None, "it is active"},
    {P::Unacknowledged, E::Return, P::ReturnedUnacknowledged, false, R::None, "ISA-18.2 state diagram, B to D"},
    {P::Unacknowledged, E::Acknowledge, P::Acknowledged, false, R::None, "ISA-18.2 state diagram, B to C"},
    {P::Unacknowledged, E::Reset, P::Unacknowledged, false, R::InvalidState, "OPC 10000-9, 5.8.5"},
    {P::Unacknowledged, E::ReAlarm, P::Unacknowledged, true, R::None, "OPC 10000-9, 5.8.2: ReAlarmTime"},
    {P::Unacknowledged, E::Unmask, P::Unacknowledged, true, R::None, "ISA-18.2 state diagram, G, H, I to B"},
    {P::Acknowledged, E::Activate, P::Acknowledged, false, R::None, "it is active"},
    {P::Acknowledged, E::Return, P::Normal, false, R::None, "ISA-18.2 state diagram, C to A"},
    {P::Acknowledged, E::Acknowledge, P::Acknowledged, false, R::AlreadyAcknowledged,
     "OPC 10000-9, Acknowledge: BadConditionBranchAlreadyAcked"},
    {P::Acknowledged, E::Reset, P::Acknowledged, false, R::InvalidState, "OPC 10000-9, 5.8.5"},
    {P::Acknowledged, E::ReAlarm, P::Unacknowledged, true, R::None, "OPC 10000-9, 5.8.2: raised again"},
    {P::Acknowledged, E::Unmask, P::Unacknowledged, true, R::None, "ISA-18.2 state diagram, G, H, I to B"},
    {P::ReturnedUnacknowledged, E::Activate, P::Unacknowledged, true, R::None, "ISA-18.2 state diagram, D to B"},
    {P::ReturnedUnacknowledged, E::Return, P::ReturnedUnacknowledged, false, R::None, "it has returned"},
    {P::ReturnedUnacknowledged, E::Acknowledge, P::Normal, false, R::None, "ISA-18.2 state diagram, D to A"},
    {P::ReturnedUnacknowledged, E::Reset, P::ReturnedUnacknowledged, false, R::InvalidState, "OPC 10000-9, 5.8.5"},
    {P::ReturnedUnacknowledged, E::ReAlarm, P::ReturnedUnacknowledged, false, R::None, "OPC 10000-9, 5.8.2: only while active"},
    {P::ReturnedUnacknowledged, E::Unmask, P::ReturnedUnacknowledged, false, R::None, "not active: nothing new to say"},
    {P::LatchedUnacknowledged, E::Activate, P::Unacknowledged, true, R::None, "ISA-18.2 state diagram, latched to B"},
    {P::LatchedUnacknowledged, E::Return, P::LatchedUnacknowledged, false, R::None, "it has returned"},
    {P::LatchedUnacknowledged, E::Acknowledge, P::LatchedAcknowledged, false, R::None, "ISA-18.2 state diagram, E to F"},
    {P::LatchedUnacknowledged, E::Reset, P::LatchedUnacknowledged, false, R::InvalidState,
     "OPC 10000-9, 5.8.5: not before it is acknowledged"},
    {P::LatchedUnacknowledged, E::ReAlarm, P::LatchedUnacknowledged, false, R::None, "OPC 10000-9, 5.8.2: only while active"},
    {P::LatchedUnacknowledged, E::Unmask, P::LatchedUnacknowledged, false, R::None, "not active: nothing new to say"},
    {P::LatchedAcknowledged, E::Activate, P::Unacknowledged, true, R::None, "ISA-18.2 state diagram, latched to B"},
    {P::LatchedAcknowledged, E::Return, P::LatchedAcknowledged, false, R::None, "it has returned"},
    {P::LatchedAcknowledged, E::Acknowledge, P::LatchedAcknowledged, false, R::AlreadyAcknowledged,
     "OPC 10000-9, Acknowledge: BadConditionBranchAlreadyAcked"},
    {P::LatchedAcknowledged, E::Reset, P::Normal, false, R::None, "OPC 10000-9, 5.8.5: Reset"},
    {P::LatchedAcknowledged, E::ReAlarm, P::LatchedAcknowledged, false, R::None, "OPC 10000-9, 5.8.2: only while active"},
    {P::LatchedAcknowledged, E::Unmask, P::LatchedAcknowledged, false, R::None, "not active: nothing new to say"},
};

/// Where a standard says it; a row that changes nothing may say in words why.
constexpr bool namesAClause(std::string_view text) {
    return text.starts_with("ISA-18.2 ") || text.starts_with("OPC 10000-9, ");
}
constexpr bool everyTransitionNamesItsClause() {
    for (const Case& each : plain) {
        const bool happens = each.to != each.from || each.annunciates || each.refusal != R::None;
        if (std::string_view{each.clause}.empty() || (happens && !namesAClause(each.clause))) return false;
    }
    return true;
}
static_assert(everyTransitionNamesItsClause());

std::string nameOf(P phase) {
    return std::string{textOf(static_cast<AlarmDisplay>(phase))};
}

TEST(AlarmTable, EveryStateAndEventIsAsTheStandardSays) {
    static_assert(std::size(plain) == std::size(phases) * std::size(events));
    for (const Case& each : plain) {
        const AlarmStep expected{each.to, each.annunciates, each.refusal};
        EXPECT_EQ(step(each.from, each.event, false, true), expected)
            << nameOf(each.from) << ", event " << static_cast<int>(each.event) << ": " << each.clause;
    }
}

// ISA-18.2 state diagram, B to E and C to F (OPC 10000-9, 5.8.5): a latching alarm differs in its return to normal alone.
TEST(AlarmTable, LatchingChangesTheReturnAlone) {
    for (const P phase : phases) {
        for (const E event : events) {
            const AlarmStep latching = step(phase, event, true, true);
            if (event == E::Return && phase == P::Unacknowledged)
                EXPECT_EQ(latching, (AlarmStep{P::LatchedUnacknowledged, false, R::None}));
            else if (event == E::Return && phase == P::Acknowledged)
                EXPECT_EQ(latching, (AlarmStep{P::LatchedAcknowledged, false, R::None}));
            else
                EXPECT_EQ(latching, step(phase, event, false, true)) << nameOf(phase);
        }
    }
}

// Without the need to be acknowledged an alarm is never unacknowledged.
TEST(AlarmTable, WithoutAcknowledgementItIsNeverUnacknowledged) {
    P phase = P::Normal;
    for (const E event : {E::Activate, E::ReAlarm, E::Unmask, E::Return}) {
        const AlarmStep next = step(phase, event, false, false);
        EXPECT_EQ(next.annunciates, event != E::Return);
        phase = next.to;
        EXPECT_EQ(phase, event == E::Return ? P::Normal : P::Acknowledged);
    }
}

// OPC 10000-9, B.1: acknowledged before and after the return, raised again, latched, raised again by time.
TEST(AlarmTable, RunsThroughItsLife) {
    const auto run = [](bool latching, std::initializer_list<E> sequence) {
        P phase = P::Normal;
        for (const E event : sequence) phase = step(phase, event, latching, true).to;
        return phase;
    };
    EXPECT_EQ(run(false, {E::Activate, E::Acknowledge, E::Return}), P::Normal);
    EXPECT_EQ(run(false, {E::Activate, E::Return, E::Acknowledge}), P::Normal);
    EXPECT_EQ(run(false, {E::Activate, E::Return, E::Activate}), P::Unacknowledged);
    EXPECT_EQ(run(true, {E::Activate, E::Return, E::Reset}), P::LatchedUnacknowledged) << "reset before acknowledgement fails";
    EXPECT_EQ(run(true, {E::Activate, E::Return, E::Acknowledge, E::Reset}), P::Normal);
    EXPECT_EQ(run(false, {E::Activate, E::Acknowledge, E::ReAlarm}), P::Unacknowledged);
}

// OPC 10000-9, 5.8.17: the ShelvedStateMachine, every state x event.
TEST(AlarmTable, ShelvingIsAsOpcUaHasIt) {
    using S = Shelving;
    using V = ShelvingEvent;
    const struct {
        S from;
        V event;
        S to;
        R refusal;
        std::string_view clause;
    } cases[] = {
        {S::Unshelved, V::ShelveOneShot, S::OneShot, R::None,
         "ISA-18.2 state diagram, to G; OPC 10000-9, 5.8.17: UnshelvedToOneShotShelved"},
        {S::Unshelved, V::ShelveTimed, S::Timed, R::None,
         "ISA-18.2 state diagram, to G; OPC 10000-9, 5.8.17: UnshelvedToTimedShelved"},
        {S::Unshelved, V::Unshelve, S::Unshelved, R::NotShelved, "OPC 10000-9, 5.8.17, Unshelve: BadConditionNotShelved"},
        {S::Unshelved, V::Expire, S::Unshelved, R::None, "it is not shelved"},
        {S::Unshelved, V::Return, S::Unshelved, R::None, "it is not shelved"},
        {S::OneShot, V::ShelveOneShot, S::OneShot, R::AlreadyShelved,
         "OPC 10000-9, 5.8.17, OneShotShelve: BadConditionAlreadyShelved"},
        {S::OneShot, V::ShelveTimed, S::Timed, R::None, "OPC 10000-9, 5.8.17: OneShotShelvedToTimedShelved"},
        {S::OneShot, V::Unshelve, S::Unshelved, R::None,
         "ISA-18.2 state diagram, from G; OPC 10000-9, 5.8.17: OneShotShelvedToUnshelved"},
        {S::OneShot, V::Expire, S::Unshelved, R::None, "OPC 10000-9, 5.8.2: MaxTimeShelved ends one shot too"},
        {S::OneShot, V::Return, S::Unshelved, R::None, "OPC 10000-9, 5.8.17: one shot ends with the alarm"},
        {S::Timed, V::ShelveOneShot, S::OneShot, R::None, "OPC 10000-9, 5.8.17: TimedShelvedToOneShotShelved"},
        {S::Timed, V::ShelveTimed, S::Timed, R::AlreadyShelved, "OPC 10000-9, 5.8.17, TimedShelve: BadConditionAlreadyShelved"},
        {S::Timed, V::Unshelve, S::Unshelved, R::None,
         "ISA-18.2 state diagram, from G; OPC 10000-9, 5.8.17: TimedShelvedToUnshelved"},
        {S::Timed, V::Expire, S::Unshelved, R::None, "OPC 10000-9, 5.8.17: its time is over"},
        {S::Timed, V::Return, S::Timed, R::None, "OPC 10000-9, 5.8.17: counted from the call, however often the alarm returns"},
    };
    for (const auto& each : cases) {
        const bool happens = each.to != each.from || each.refusal != R::None;
        EXPECT_TRUE(!happens || namesAClause(each.clause)) << each.clause;
        EXPECT_EQ(step(each.from, each.event), (ShelvingStep{each.to, each.refusal})) << each.clause;
    }
}

} // namespace
} // namespace millwright::twin
