#include <millwright/xr/locomotion.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace millwright::xr {
namespace {

constexpr glm::vec3 head{0.4f, 1.6f, -0.3f};
constexpr double degrees = std::numbers::pi / 180;

void expectNear(glm::dvec3 actual, glm::dvec3 expected, double tolerance = 1e-5) {
    EXPECT_LT(glm::distance(actual, expected), tolerance) << "(" << actual.x << ", " << actual.y << ", " << actual.z << ") is not ("
                                                          << expected.x << ", " << expected.y << ", " << expected.z << ")";
}

TEST(Teleport, PutsTheHeadOverTheLandingAndKeepsTheHeading) {
    const PlaySpace before{{10, 0, 5}, 40 * degrees};
    const PlaySpace after = teleported(before, head, {-3, 2.5, 7});
    expectNear(after.worldFromStage(head), {-3, 2.5 + 1.6, 7});
    EXPECT_EQ(after.yaw, before.yaw);
}

TEST(Teleport, StaysExactFarFromTheOrigin) {
    const PlaySpace after = teleported({{250'000, 0, 250'000}, 1}, head, {250'003.25, 0, 249'998.5});
    expectNear(after.worldFromStage(head), {250'003.25, 1.6, 249'998.5}, 1e-6);
}

TEST(SnapTurning, TurnsAboutTheHeadWithoutMovingIt) {
    const PlaySpace before{{10, 0, 5}, 0.3};
    const PlaySpace after = turned(before, head, 30 * degrees);
    expectNear(after.worldFromStage(head), before.worldFromStage(head));
    // Positive angles turn to the left: someone who looked along -Z now looks towards -X.
    const PlaySpace left = turned({}, head, 90 * degrees);
    const glm::vec3 looking = left.worldFromStageRotation() * glm::vec3{0, 0, -1};
    EXPECT_NEAR(looking.x, -1, 1e-5);
    EXPECT_NEAR(looking.y, 0, 1e-5);
}

TEST(SnapTurning, TwelveStepsAreAFullTurn) {
    PlaySpace space{{1, 0, 2}, 0};
    for (int i = 0; i < 12; ++i) space = turned(space, head, 30 * degrees);
    expectNear(space.origin, {1, 0, 2});
    EXPECT_NEAR(std::remainder(space.yaw, 2 * std::numbers::pi), 0, 1e-9);
}

TEST(SnapTurning, MatrixAndFunctionsAgree) {
    const PlaySpace space = turned({{3, 1, -4}, 0.7}, head, 1.1);
    expectNear(glm::dvec3{space.worldFromStage() * glm::dvec4{head, 1}}, space.worldFromStage(head));
    expectNear(glm::dvec3{space.worldFromStageRotation() * glm::vec3{1, 2, 3}} + space.origin, space.worldFromStage({1, 2, 3}));
}

TEST(SnapTurning, OnePushIsOneStepHoweverLongItIsHeld) {
    SnapTurn turn;
    float total = 0;
    for (const float x : {0.f, 0.5f, 0.9f, 1.f, 1.f, 0.6f, 0.9f}) total += turn.update(x);
    EXPECT_FLOAT_EQ(total, -std::numbers::pi_v<float> / 6) << "to the right, once: 0.6 is not let go";
    for (const float x : {0.2f, 1.f}) total += turn.update(x);
    EXPECT_FLOAT_EQ(total, -std::numbers::pi_v<float> / 3);
    for (const float x : {0.f, -1.f, -1.f}) total += turn.update(x);
    EXPECT_FLOAT_EQ(total, -std::numbers::pi_v<float> / 6) << "and back to the left";
}

TEST(Standing, PutsTheWearerAtAPlaceLookingTheWayAsked) {
    const Pose stageFromHead{head, glm::angleAxis(0.8f, glm::vec3{0, 1, 0})};
    const PlaySpace space = standing(stageFromHead, {12, 0, -8}, {1, -5, 0});
    expectNear(space.worldFromStage(head), {12, 1.6, -8});
    const glm::vec3 looking = space.worldFromStageRotation() * stageFromHead.forward();
    EXPECT_NEAR(looking.x, 1, 1e-5);
    EXPECT_NEAR(looking.z, 0, 1e-5);
}

TEST(Arc, IsBallisticAndEndsOnTheFloor) {
    const ArcLimits limits;
    const TeleportArc arc = teleportArc({0, 1.3, 0}, {0, 0, -1}, {}, limits);
    ASSERT_TRUE(arc.landing);
    EXPECT_EQ(arc.landing->y, 0);
    // Thrown level from 1.3 m: flight time sqrt(2h/g), range v t.
    EXPECT_NEAR(arc.landing->z, -limits.speed * std::sqrt(2 * 1.3 / limits.gravity), 0.02);
    EXPECT_EQ(arc.path().front(), (glm::dvec3{0, 1.3, 0}));
    EXPECT_EQ(arc.path().back(), *arc.landing);
}

TEST(Arc, HigherAimReachesFartherUpTo45DegreesAndNeverBeyondEightMetres) {
    double previous = 0;
    for (const double angle : {0.0, 15.0, 30.0, 40.0}) {
        const glm::vec3 direction{0, std::sin(angle * degrees), -std::cos(angle * degrees)};
        const auto arc = teleportArc({0, 1.3, 0}, direction, {});
        ASSERT_TRUE(arc.landing) << angle;
        EXPECT_GT(-arc.landing->z, previous);
        previous = -arc.landing->z;
    }
    EXPECT_LT(previous, 8.0);
}

TEST(Arc, LandsOnAPlatformButNotOnAWallOrSteepSlope) {
    const auto platform = [](glm::dvec3 from, glm::dvec3 to) -> std::optional<FloorHit> {
        if (from.y < 0.5 || to.y > 0.5) return std::nullopt;
        return FloorHit{from + (to - from) * ((from.y - 0.5) / (from.y - to.y)), {0, 1, 0}};
    };
    EXPECT_NEAR(teleportArc({0, 1.3, 0}, {0, 0, -1}, platform).landing.value().y, 0.5, 1e-9);

    const auto wall = [](glm::dvec3 from, glm::dvec3 to) -> std::optional<FloorHit> {
        if (from.z < -2 || to.z > -2) return std::nullopt;
        return FloorHit{from + (to - from) * ((from.z + 2) / (from.z - to.z)), {0, 0, 1}};
    };
    const auto stopped = teleportArc({0, 1.3, 0}, {0, 0, -1}, wall);
    EXPECT_FALSE(stopped.landing);
    EXPECT_NEAR(stopped.path().back().z, -2, 1e-9) << "the arc is drawn up to the wall";

    const auto slope = [](glm::dvec3 from, glm::dvec3 to) -> std::optional<FloorHit> {
        if (from.y < 0.5 || to.y > 0.5) return std::nullopt;
        return FloorHit{to, glm::normalize(glm::vec3{0, 1, 1})};
    };
    EXPECT_FALSE(teleportArc({0, 1.3, 0}, {0, 0, -1}, slope).landing);
}

TEST(Arc, PointingAtNothingOrNowhereHasNoLanding) {
    EXPECT_FALSE(teleportArc({0, 1.3, 0}, {0, 0, 0}, {}).landing);
    EXPECT_FALSE(teleportArc({0, 60, 0}, {0, 1, 0}, {}).landing) << "falls for longer than the arc is followed";
}

TEST(TeleportAim, JumpsOnceOnLettingGo) {
    using Phase = TeleportTrigger::Phase;
    TeleportTrigger trigger;
    EXPECT_EQ(trigger.update({0, 0.5f}, false), Phase::Off);
    EXPECT_EQ(trigger.update({0, 0.9f}, false), Phase::Aiming);
    EXPECT_EQ(trigger.update({0.5f, 0.5f}, false), Phase::Aiming) << "a thumb that wanders keeps aiming";
    EXPECT_EQ(trigger.update({0, 0.1f}, false), Phase::Jump);
    EXPECT_EQ(trigger.update({0, 0.1f}, false), Phase::Off);
}

TEST(TeleportAim, SidewaysIsATurnNotAJump) {
    TeleportTrigger trigger;
    EXPECT_EQ(trigger.update({0.9f, 0.75f}, false), TeleportTrigger::Phase::Off);
}

TEST(TeleportAim, AButtonServesWhereThereIsNoStickAndALostControllerDoesNotJump) {
    using Phase = TeleportTrigger::Phase;
    TeleportTrigger trigger;
    EXPECT_EQ(trigger.update({}, true), Phase::Aiming);
    EXPECT_EQ(trigger.update({}, false), Phase::Jump);
    EXPECT_EQ(trigger.update({}, true), Phase::Aiming);
    trigger.cancel();
    EXPECT_EQ(trigger.update({}, false), Phase::Off);
}

} // namespace
} // namespace millwright::xr
