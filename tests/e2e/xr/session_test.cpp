#include "support/headset_test.hpp"

#include <millwright/xr/walk.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace millwright::xr {
namespace {

using enum SessionState;
using millwright::testing::RemoteState;
using ::testing::ElementsAre;

/// Submits flat pictures.
class SessionTest : public testing::HeadsetTest {
protected:
    void SetUp() override { startHeadset(0.25f); }

    bool turnUntilFocused() {
        return turnUntil([](const HeadsetFrame& frame) { return frame.input && frame.hands[rightHand].stageFromAim; });
    }

    void draw(const HeadsetFrame&) override {
        const auto recording = device->beginFrame();
        ASSERT_TRUE(recording) << recording.error().text();
        const auto targets = headset->acquireEyes();
        ASSERT_TRUE(targets) << targets.error().text();
        EXPECT_EQ(targets->colour->layers, 2u);
        gpu::beginOverlay(**recording, *targets->colour, glm::vec4{0.1f, 0.4f, 0.2f, 1});
        gpu::endOverlay(**recording, *targets->colour);
        const auto submitted = device->submit(**recording);
        ASSERT_TRUE(submitted) << submitted.error().text();
    }
};

TEST_F(SessionTest, ReachesFocusDrawsAndLeavesInGoodOrder) {
    ASSERT_TRUE(turnUntilFocused());
    EXPECT_EQ(headset->info().space, "STAGE");
    EXPECT_GT(headset->statistics().drawn, 0u);
    ASSERT_TRUE(headset->requestExit());
    for (int i = 0; i < manyFrames && turn([](const HeadsetFrame&) {}); ++i) {
    }
    EXPECT_EQ(headset->session().end(), SessionEnd::Exited);
    EXPECT_THAT(headset->session().passed(),
                ElementsAre(Idle, Ready, Synchronized, Visible, Focused, Visible, Synchronized, Stopping, Idle, Exiting));
    EXPECT_EQ(headset->session().unexpectedSteps(), 0u);
}

TEST_F(SessionTest, EyesAndHandsFollowTheScript) {
    RemoteState state;
    state.headPosition = {1.0f, 1.7f, -0.5f};
    state.right.position = {1.3f, 1.2f, -0.9f};
    monado->send(state);
    ASSERT_TRUE(turnUntil([&](const HeadsetFrame& frame) {
        return frame.input && glm::distance(frame.stageFromHead.position, state.headPosition) < 1e-3f;
    }));
    glm::vec3 apart{0};
    ASSERT_TRUE(turnUntil([&](const HeadsetFrame& frame) {
        apart = frame.eyes[1].stageFromEye.position - frame.eyes[0].stageFromEye.position;
        const auto& aim = frame.hands[rightHand].stageFromAim;
        return aim && glm::distance(aim->position, state.right.position) < 1e-3f;
    }));
    EXPECT_GT(apart.x, 0.05f) << "the right eye is to the right of the left one";
    EXPECT_LT(apart.x, 0.08f);
}

TEST_F(SessionTest, TheStickTurnsAndTeleports) {
    Walk walk;
    RemoteState state;
    monado->send(state);
    ASSERT_TRUE(turnUntilFocused());

    state.right.thumbstick = {1, 0};
    monado->send(state);
    ASSERT_TRUE(turnUntil([&](const HeadsetFrame& frame) { return walk.update(frame, {}, {}).turned; }));
    EXPECT_NEAR(walk.playSpace().yaw, -std::numbers::pi / 6, 1e-6);

    state.right.thumbstick = {0, 1};
    monado->send(state);
    ASSERT_TRUE(turnUntil([&](const HeadsetFrame& frame) {
        walk.update(frame, {}, {});
        return walk.arc().has_value();
    }));
    const glm::dvec3 landing = walk.arc()->landing.value();
    state.right.thumbstick = {0, 0};
    monado->send(state);
    ASSERT_TRUE(turnUntil([&](const HeadsetFrame& frame) { return walk.update(frame, {}, {}).teleported; }));
    EXPECT_LT(glm::distance(walk.headInWorld(), landing + glm::dvec3(0, 1.6, 0)), 0.01);
    EXPECT_GT(glm::length(walk.playSpace().origin), 2.0);
}

TEST_F(SessionTest, TriggerAndMenuArePressedOnce) {
    ASSERT_TRUE(turnUntilFocused());
    RemoteState state;
    state.right.trigger = 1;
    state.left.b = true;
    monado->send(state);
    int pulled = 0;
    int toggled = 0;
    ASSERT_TRUE(turnUntil([&](const HeadsetFrame& frame) {
        pulled += frame.hands[rightHand].selectPressed ? 1 : 0;
        toggled += frame.hands[leftHand].menuPressed ? 1 : 0;
        return pulled > 0 && toggled > 0;
    }));
    for (int i = 0; i < 10; ++i) {
        turn([&](const HeadsetFrame& frame) {
            pulled += frame.hands[rightHand].selectPressed ? 1 : 0;
            toggled += frame.hands[leftHand].menuPressed ? 1 : 0;
            EXPECT_GT(frame.hands[rightHand].select, 0.9f);
        });
    }
    EXPECT_EQ(pulled, 1) << "held is not pressed again";
    EXPECT_EQ(toggled, 1);
}

TEST_F(SessionTest, ASqueezeLastsUntilItIsLetGo) {
    ASSERT_TRUE(turnUntilFocused());
    RemoteState state;
    state.left.squeeze = 1;
    monado->send(state);
    const auto squeezed = [](const HeadsetFrame& frame) { return frame.hands[leftHand].squeezed; };
    ASSERT_TRUE(turnUntil(squeezed));
    for (int i = 0; i < 10; ++i)
        turn([&](const HeadsetFrame& frame) {
            EXPECT_TRUE(squeezed(frame));
            EXPECT_FALSE(frame.hands[rightHand].squeezed);
        });
    monado->send({});
    EXPECT_TRUE(turnUntil([&](const HeadsetFrame& frame) { return !squeezed(frame); }));
}

TEST_F(SessionTest, ARuntimeThatDiesEndsTheSessionWithoutACrash) {
    ASSERT_TRUE(turnUntilFocused());
    monado->stop();
    bool over = false;
    for (int i = 0; i < manyFrames && !over; ++i) {
        const auto alive = headset->pollEvents();
        if (!alive || !*alive) break;
        auto frame = headset->beginFrame();
        over = !frame || !*frame;
    }
    EXPECT_NE(headset->session().end(), SessionEnd::NotEnded);
}

TEST(NoRuntime, OneErrorSaysWhatToDo) {
    setenv("XR_RUNTIME_JSON", "/nonexistent/runtime.json", 1);
    const auto headset = Headset::connect();
    ASSERT_FALSE(headset);
    EXPECT_EQ(headset.error().code, ErrorCode::NotFound) << headset.error().text();
    EXPECT_THAT(headset.error().text(), ::testing::HasSubstr("XR_RUNTIME_JSON"));
    EXPECT_THAT(headset.error().text(), ::testing::HasSubstr("/nonexistent/runtime.json"));
}

} // namespace
} // namespace millwright::xr
