#include <millwright/xr/session_state.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::xr {
namespace {

using enum SessionState;
using testing::ElementsAre;

/// Does what the machine asks, as a well-behaved application would.
void follow(SessionMachine& machine, SessionState next) {
    switch (machine.enter(next)) {
    case SessionDuty::Begin: machine.began(); break;
    case SessionDuty::End: machine.ended(); break;
    default: break;
    }
}

TEST(SessionMachine, FollowsAVisitFromStartToExit) {
    SessionMachine machine;
    EXPECT_FALSE(machine.running());
    for (const auto state : {Idle, Ready, Synchronized, Visible, Focused}) follow(machine, state);
    EXPECT_TRUE(machine.running());
    EXPECT_TRUE(machine.focused());
    for (const auto state : {Visible, Synchronized, Stopping}) follow(machine, state);
    EXPECT_FALSE(machine.running()) << "no frame call is allowed after xrEndSession";
    EXPECT_EQ(machine.end(), SessionEnd::NotEnded);
    for (const auto state : {Idle, Exiting}) follow(machine, state);
    EXPECT_EQ(machine.end(), SessionEnd::Exited);
    EXPECT_EQ(machine.unexpectedSteps(), 0u);
    EXPECT_THAT(machine.passed(),
                ElementsAre(Idle, Ready, Synchronized, Visible, Focused, Visible, Synchronized, Stopping, Idle, Exiting));
}

TEST(SessionMachine, BeginsOnlyWhenReadyAndEndsOnlyWhenStopping) {
    SessionMachine machine;
    EXPECT_EQ(machine.enter(Idle), SessionDuty::None);
    EXPECT_EQ(machine.enter(Ready), SessionDuty::Begin);
    machine.began();
    EXPECT_EQ(machine.enter(Synchronized), SessionDuty::None);
    EXPECT_EQ(machine.enter(Visible), SessionDuty::None);
    EXPECT_EQ(machine.enter(Synchronized), SessionDuty::None);
    EXPECT_EQ(machine.enter(Stopping), SessionDuty::End);
}

TEST(SessionMachine, TakenOffAndPutOnAgainRunsASecondTime) {
    SessionMachine machine;
    for (const auto state : {Idle, Ready, Synchronized, Stopping, Idle, Ready, Synchronized, Visible}) follow(machine, state);
    EXPECT_TRUE(machine.running());
    EXPECT_EQ(machine.end(), SessionEnd::NotEnded);
    EXPECT_EQ(machine.unexpectedSteps(), 0u);
}

TEST(SessionMachine, LossEndsItFromEveryRunningState) {
    for (const auto last : {Ready, Synchronized, Visible, Focused}) {
        SessionMachine machine;
        for (const auto state : {Idle, Ready, Synchronized, Visible, Focused}) {
            follow(machine, state);
            if (state == last) break;
        }
        EXPECT_EQ(machine.enter(LossPending), SessionDuty::Destroy);
        EXPECT_FALSE(machine.running()) << name(last);
        EXPECT_EQ(machine.end(), SessionEnd::SessionLost) << name(last);
    }
}

TEST(SessionMachine, ARuntimeThatSkipsAStepIsFollowedAndCounted) {
    SessionMachine machine;
    for (const auto state : {Idle, Ready, Focused}) follow(machine, state);
    EXPECT_TRUE(machine.focused());
    EXPECT_EQ(machine.unexpectedSteps(), 1u);
}

TEST(SessionMachine, InstanceLossOutranksSessionLoss) {
    SessionMachine machine;
    for (const auto state : {Idle, Ready}) follow(machine, state);
    machine.lost(SessionEnd::SessionLost);
    machine.lost(SessionEnd::InstanceLost);
    EXPECT_EQ(machine.end(), SessionEnd::InstanceLost);
}

} // namespace
} // namespace millwright::xr
