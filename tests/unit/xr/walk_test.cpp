#include <millwright/scene/find.hpp>
#include <millwright/xr/props.hpp>
#include <millwright/xr/walk.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace millwright::xr {
namespace {

/// Standing at the stage's origin, looking along -Z, the right hand pointing forward and level.
HeadsetFrame standingFrame() {
    HeadsetFrame frame;
    frame.located = true;
    frame.render = true;
    frame.input = true;
    frame.stageFromHead.position = {0, 1.6f, 0};
    frame.hands[rightHand].stageFromGrip = Pose{{0.2f, 1.3f, -0.4f}};
    frame.hands[rightHand].stageFromAim = Pose{{0.2f, 1.3f, -0.4f}};
    return frame;
}

TEST(Walk, StartsWhereAskedWhateverTheRoom) {
    Walk walk;
    walk.startAt({20, 0, -4}, {1, 0, 0});
    auto frame = standingFrame();
    frame.stageFromHead.position = {1.2f, 1.7f, 0.4f};
    walk.update(frame, {}, {});
    EXPECT_LT(glm::distance(walk.headInWorld(), glm::dvec3(20, 1.7, -4)), 1e-5);
    // The hand that pointed along the stage's -Z now points along the world's +X.
    EXPECT_NEAR(walk.hands()[rightHand].rayDirection.x, 1, 1e-5);
}

TEST(Walk, NothingMovesWithoutInput) {
    Walk walk;
    walk.startAt({3, 0, 3}, {0, 0, -1});
    for (int i = 0; i < 50; ++i) {
        auto frame = standingFrame();
        frame.stageFromHead.position.x = 0.01f * static_cast<float>(i);
        walk.update(frame, {}, {});
    }
    EXPECT_EQ(walk.playSpace().origin, (glm::dvec3{3, 0, 3}));
    EXPECT_EQ(walk.playSpace().yaw, 0);
}

TEST(Walk, TeleportsToTheEndOfTheArcWhenTheStickIsLetGo) {
    Walk walk;
    auto frame = standingFrame();
    walk.update(frame, {}, {});
    frame.hands[rightHand].stick = {0, 1};
    EXPECT_FALSE(walk.update(frame, {}, {}).teleported);
    ASSERT_TRUE(walk.arc());
    const glm::dvec3 landing = walk.arc()->landing.value();
    EXPECT_EQ(walk.playSpace().origin, glm::dvec3{0}) << "aiming does not move";
    walk.update(frame, {}, {});
    EXPECT_EQ(walk.hands()[rightHand].rayLength, 0) << "the arc takes the ray's place";
    frame.hands[rightHand].stick = {};
    EXPECT_TRUE(walk.update(frame, {}, {}).teleported);
    EXPECT_LT(glm::distance(walk.headInWorld(), landing + glm::dvec3(0, 1.6, 0)), 1e-5);
    EXPECT_FALSE(walk.update(frame, {}, {}).teleported);
}

TEST(Walk, AJumpIntoAWallDoesNothing) {
    Walk walk;
    const FloorProbe wall = [](glm::dvec3 from, glm::dvec3) { return std::optional{FloorHit{from, {0, 0, 1}}}; };
    auto frame = standingFrame();
    frame.hands[rightHand].stick = {0, 1};
    walk.update(frame, wall, {});
    ASSERT_TRUE(walk.arc());
    EXPECT_FALSE(walk.arc()->landing);
    frame.hands[rightHand].stick = {};
    EXPECT_FALSE(walk.update(frame, wall, {}).teleported);
    EXPECT_EQ(walk.playSpace().origin, glm::dvec3{0});
}

TEST(Walk, ALostControllerForgetsTheJump) {
    Walk walk;
    auto frame = standingFrame();
    frame.hands[rightHand].stick = {0, 1};
    walk.update(frame, {}, {});
    frame.hands[rightHand] = {};
    EXPECT_FALSE(walk.update(frame, {}, {}).teleported);
    EXPECT_FALSE(walk.arc());
    frame = standingFrame();
    EXPECT_FALSE(walk.update(frame, {}, {}).teleported);
}

TEST(Walk, SnapTurnsThirtyDegreesAPushAboutTheHead) {
    Walk walk;
    auto frame = standingFrame();
    frame.stageFromHead.position = {0.5f, 1.6f, 0.5f};
    walk.update(frame, {}, {});
    const glm::dvec3 before = walk.headInWorld();
    frame.hands[rightHand].stick = {1, 0};
    EXPECT_TRUE(walk.update(frame, {}, {}).turned);
    EXPECT_FALSE(walk.update(frame, {}, {}).turned) << "held, not pushed again";
    EXPECT_NEAR(walk.playSpace().yaw, -std::numbers::pi / 6, 1e-6) << "to the right";
    EXPECT_LT(glm::distance(walk.headInWorld(), before), 1e-5);
}

TEST(Walk, TheTriggerSelectsWhatTheRayMeets) {
    Walk walk;
    auto frame = standingFrame();
    const RayProbe machine = [](glm::dvec3 from, glm::vec3 direction, double) -> std::optional<PointedAt> {
        return PointedAt{42, from + 3.0 * glm::dvec3{direction}, -direction};
    };
    walk.update(frame, {}, machine);
    EXPECT_NEAR(walk.hands()[rightHand].rayLength, 3, 1e-6) << "the ray ends where it meets something";
    frame.hands[rightHand].selectPressed = true;
    EXPECT_EQ(walk.update(frame, {}, machine).selected, 42u);
    const auto miss = walk.update(frame, {}, {});
    EXPECT_FALSE(miss.selected);
    EXPECT_TRUE(miss.deselected);
}

/// The right hand's aim, turned to a point of the panel: `at` from its top left, 0…1.
void aimAt(const Walk& walk, HeadsetFrame& frame, glm::vec2 at) {
    const PanelLayer panel = walk.panel().value();
    const glm::vec3 onPanel{(at.x - 0.5f) * panel.size.x, (0.5f - at.y) * panel.size.y, 0};
    const glm::vec3 target = panel.stageFromPanel.position + panel.stageFromPanel.orientation * onPanel;
    Pose& aim = *frame.hands[rightHand].stageFromAim;
    aim.orientation = glm::quatLookAt(glm::normalize(target - aim.position), glm::vec3{0, 1, 0});
}

TEST(Walk, TheRayMeetsThePanelBeforeThePlantAndTheTriggerPressesThere) {
    Walk walk{{.panelHeightOverWidth = 0.5f}};
    auto frame = standingFrame();
    const RayProbe machine = [](glm::dvec3 from, glm::vec3 direction, double) -> std::optional<PointedAt> {
        return PointedAt{42, from + 9.0 * glm::dvec3{direction}, -direction};
    };
    walk.update(frame, {}, machine);
    EXPECT_FALSE(walk.panelPointer()) << "it points past the panel";
    aimAt(walk, frame, {0.25f, 0.9f});
    walk.update(frame, {}, machine);
    ASSERT_TRUE(walk.panelPointer());
    EXPECT_NEAR(walk.panelPointer()->at.x, 0.25f, 1e-4f);
    EXPECT_NEAR(walk.panelPointer()->at.y, 0.9f, 1e-4f);
    EXPECT_FALSE(walk.panelPointer()->held);
    EXPECT_LT(walk.hands()[rightHand].rayLength, 2) << "the ray ends on the panel";
    EXPECT_FALSE(walk.hands()[rightHand].pointedAt) << "and lights up nothing behind it";

    frame.hands[rightHand].selectPressed = frame.hands[rightHand].selectHeld = true;
    const WalkEvents pressed = walk.update(frame, {}, machine);
    EXPECT_TRUE(pressed.panelPressed);
    EXPECT_FALSE(pressed.selected || pressed.deselected) << "what is behind the panel is not selected";
    EXPECT_TRUE(walk.panelPointer()->held);

    frame.hands[rightHand].selectPressed = false; // dragged off the panel
    frame.hands[rightHand].stageFromAim->orientation = {1, 0, 0, 0};
    walk.update(frame, {}, machine);
    ASSERT_TRUE(walk.panelPointer()) << "a held pointer stays the panel's";
    EXPECT_TRUE(walk.panelPointer()->held);
    frame.hands[rightHand].selectHeld = false;
    walk.update(frame, {}, machine);
    EXPECT_FALSE(walk.panelPointer());
}

TEST(Walk, AtThePanelTheStickScrollsAndElsewhereItTeleports) {
    Walk walk;
    auto frame = standingFrame();
    walk.update(frame, {}, {});
    aimAt(walk, frame, {0.5f, 0.5f});
    frame.hands[rightHand].stick = {0, 1};
    walk.update(frame, {}, {});
    ASSERT_TRUE(walk.panelPointer());
    EXPECT_EQ(walk.panelPointer()->scroll, 1);
    EXPECT_FALSE(walk.arc());
    frame.hands[rightHand].stick = {};
    EXPECT_FALSE(walk.update(frame, {}, {}).teleported);
    frame.hands[rightHand].stageFromAim->orientation = {1, 0, 0, 0};
    frame.hands[rightHand].stick = {0, 1};
    walk.update(frame, {}, {});
    EXPECT_TRUE(walk.arc());
}

TEST(Walk, ThePanelsBackIsNoPanel) {
    Walk walk;
    auto frame = standingFrame();
    walk.update(frame, {}, {});
    const PanelLayer panel = walk.panel().value();
    Pose& aim = *frame.hands[rightHand].stageFromAim;
    aim.position = panel.stageFromPanel.position - panel.stageFromPanel.orientation * glm::vec3{0, 0, 1};
    aim.orientation = panel.stageFromPanel.orientation * glm::quat{0, 0, 1, 0}; // half a turn about Y
    walk.update(frame, {}, {});
    EXPECT_FALSE(walk.panelPointer());
}

TEST(Walk, ASqueezeCutsWhereTheHandIsUntilTheNext) {
    Walk walk;
    walk.startAt({20, 0, -4}, {1, 0, 0}); // the stage's -Z is the world's +X
    auto frame = standingFrame();
    Hand& hand = frame.hands[rightHand];
    EXPECT_FALSE(walk.update(frame, {}, {}).cutToggled);
    EXPECT_FALSE(walk.cut());
    hand.squeezed = true;
    const WalkEvents squeezed = walk.update(frame, {}, {});
    EXPECT_TRUE(squeezed.cutToggled);
    EXPECT_EQ(squeezed.by, rightHand);
    ASSERT_TRUE(walk.cut());
    EXPECT_LT(glm::distance(walk.cut()->point, walk.hands()[rightHand].rayOrigin), 1e-5);
    EXPECT_LT(glm::distance(walk.cut()->direction, glm::vec3(1, 0, 0)), 1e-5f);

    hand.stageFromAim->position.z -= 0.5f; // it follows the hand …
    EXPECT_FALSE(walk.update(frame, {}, {}).cutToggled);
    EXPECT_NEAR(walk.cut()->point.x, walk.hands()[rightHand].rayOrigin.x, 1e-5);
    const glm::dvec3 held = walk.cut()->point;
    const auto aim = hand.stageFromAim; // … but not one that nobody sees
    hand.stageFromAim.reset();
    walk.update(frame, {}, {});
    ASSERT_TRUE(walk.cut());
    EXPECT_EQ(walk.cut()->point, held);
    hand.stageFromAim = aim;
    hand.squeezed = false; // let go, it stays …
    walk.update(frame, {}, {});
    hand.stageFromAim->position.z -= 0.5f;
    walk.update(frame, {}, {});
    ASSERT_TRUE(walk.cut());
    EXPECT_LT(glm::distance(walk.cut()->point, held), 1e-5);

    frame.hands[leftHand].squeezed = true; // … until either hand squeezes
    EXPECT_TRUE(walk.update(frame, {}, {}).cutToggled);
    EXPECT_FALSE(walk.cut());
    walk.update(frame, {}, {});
    EXPECT_FALSE(walk.cut()) << "the squeeze that takes a cut away begins none";
}

TEST(Walk, ThePanelHangsWithinComfortAndTheMenuButtonHidesIt) {
    Walk walk;
    auto frame = standingFrame();
    walk.update(frame, {}, {});
    const auto panel = walk.panel();
    ASSERT_TRUE(panel);
    const glm::vec3 offset = panel->stageFromPanel.position - frame.stageFromHead.position;
    const float distance = glm::length(offset);
    EXPECT_GE(distance, 1.0f);
    EXPECT_LE(distance, 2.0f);
    const float below = std::asin(-offset.y / distance);
    EXPECT_GE(below, glm::radians(10.0f));
    EXPECT_LE(below, glm::radians(20.0f));
    EXPECT_LE(2 * std::atan(panel->size.x / 2 / distance), glm::radians(50.0f));
    // It faces the eyes.
    EXPECT_GT(glm::dot(panel->stageFromPanel.orientation * glm::vec3(0, 0, 1), -offset / distance), 0.999f);
    // It is not locked to the head.
    frame.stageFromHead.orientation = glm::angleAxis(1.0f, glm::vec3{0, 1, 0});
    walk.update(frame, {}, {});
    EXPECT_EQ(walk.panel()->stageFromPanel.position, panel->stageFromPanel.position);

    frame.hands[rightHand].menuPressed = true;
    walk.update(frame, {}, {});
    EXPECT_FALSE(walk.panel());
    walk.update(frame, {}, {});
    EXPECT_TRUE(walk.panel());
}

TEST(Walk, WithoutTrackingNothingChanges) {
    Walk walk;
    walk.startAt({9, 0, 9}, {0, 0, 1});
    HeadsetFrame lost;
    walk.update(lost, {}, {});
    walk.update(standingFrame(), {}, {});
    EXPECT_LT(glm::distance(walk.headInWorld(), glm::dvec3(9, 1.6, 9)), 1e-5) << "the start waits for the first known pose";
}

TEST(Props, AreValidNodesThatFollowTheHands) {
    scene::Scene scene;
    scene.nodes.push_back({"plant", scene::none, glm::mat4{1}, {}});
    Props props{scene};
    EXPECT_EQ(props.firstNode(), 1u);
    ASSERT_TRUE(scene::validate(scene)) << scene::validate(scene).error().text();

    Walk walk;
    auto frame = standingFrame();
    walk.update(frame, {}, {});
    const auto visible = [&] { return std::ranges::count_if(props.place(walk), &PropPlacement::visible); };
    EXPECT_EQ(visible(), 2) << "one tracked hand: its controller and its ray";
    frame.hands[rightHand].stick = {0, 1};
    walk.update(frame, {}, {});
    EXPECT_GT(visible(), 5) << "the arc and its marker";
    const auto controller = std::ranges::find_if(props.place(walk), &PropPlacement::visible);
    EXPECT_EQ(glm::vec3{controller->worldFromNode[3]}, (glm::vec3{0.2f, 1.3f, -0.4f}));
    EXPECT_GT(scene.triangles(), 500u) << "a controller, not a box";
}

TEST(Props, ARayReachesFromTheHandToWhatItMeets) {
    scene::Scene scene;
    Props props{scene};
    Walk walk;
    const RayProbe far = [](glm::dvec3 from, glm::vec3 direction, double) -> std::optional<PointedAt> {
        return PointedAt{0, from + 7.0 * glm::dvec3{direction}, -direction};
    };
    walk.update(standingFrame(), {}, far);
    const auto placements = props.place(walk);
    const auto ray =
        std::ranges::find_if(placements, [&](const PropPlacement& p) { return scene.nodes[p.node].name == "right ray"; });
    ASSERT_NE(ray, placements.end());
    const glm::vec4 tip = ray->worldFromNode * glm::vec4{0, 0, -1, 1};
    EXPECT_LT(glm::distance(glm::vec3{tip}, glm::vec3(0.2f, 1.3f, -7.4f)), 1e-4f);
}

} // namespace
} // namespace millwright::xr
