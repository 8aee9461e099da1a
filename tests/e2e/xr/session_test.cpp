#include "support/monado.hpp"

#include <millwright/gpu/native.hpp>
#include <millwright/xr/headset.hpp>
#include <millwright/xr/walk.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <thread>

namespace millwright::xr {
namespace {

using enum SessionState;
using millwright::testing::Monado;
using millwright::testing::MonadoOutput;
using millwright::testing::RemoteState;
using ::testing::ElementsAre;

/// A headset on its own service that submits flat pictures, and what the tests want to know of it.
class SessionTest : public ::testing::Test {
protected:
    static constexpr int manyFrames = 600;

    void SetUp() override {
        auto started = Monado::start(MonadoOutput::None);
        if (!started && started.error().code == ErrorCode::NotFound) GTEST_SKIP() << started.error().text();
        ASSERT_TRUE(started) << started.error().text();
        monado = std::move(*started);
        auto connected = Headset::connect({.resolutionScale = 0.25f});
        ASSERT_TRUE(connected) << connected.error().text();
        headset.emplace(std::move(*connected));
        auto made = headset->createDevice({.validation = true});
        ASSERT_TRUE(made) << made.error().text();
        device = std::move(*made);
        const auto session = headset->startSession(*device);
        ASSERT_TRUE(session) << session.error().text();
    }

    void TearDown() override {
        headset.reset();
        if (!device) return;
        device->waitIdle();
        for (const auto& message : device->validationMessages()) ADD_FAILURE() << message.text;
    }

    /// One turn of the frame loop. False when the session is over.
    bool turn(const std::function<void(const HeadsetFrame&)>& seen) {
        const auto alive = headset->pollEvents();
        EXPECT_TRUE(alive) << alive.error().text();
        if (!alive || !*alive) return false;
        if (!headset->session().running()) {
            std::this_thread::sleep_for(std::chrono::milliseconds{2}); // the runtime has no event to wait for
            return true;
        }
        const auto frame = headset->beginFrame();
        EXPECT_TRUE(frame) << frame.error().text();
        if (!frame || !*frame) return false;
        if ((*frame)->render) draw();
        const auto ended = headset->endFrame(**frame, 0.05f, std::nullopt);
        EXPECT_TRUE(ended) << ended.error().text();
        seen(**frame);
        return ended.has_value();
    }

    /// Frames until `reached` or the patience ends. Not by the clock: by frames.
    bool turnUntil(const std::function<bool(const HeadsetFrame&)>& reached) {
        bool done = false;
        for (int i = 0; i < manyFrames && !done; ++i) {
            if (!turn([&](const HeadsetFrame& frame) { done = reached(frame); })) break;
        }
        return done;
    }

    bool turnUntilFocused() {
        return turnUntil([](const HeadsetFrame& frame) { return frame.input && frame.hands[rightHand].stageFromAim; });
    }

    void draw() {
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

    std::unique_ptr<Monado> monado;
    std::unique_ptr<gpu::Device> device;
    std::optional<Headset> headset;
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
