#include "support/headset_test.hpp"

#include <millwright/render/renderer.hpp>
#include <millwright/xr/props.hpp>
#include <millwright/xr/walk.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace millwright::xr {
namespace {

using millwright::testing::RemoteState;

/// A red cube of 0.4 m, 2 m in front of the stage's origin at eye height.
scene::Scene cubeScene() {
    scene::Scene scene;
    scene::Mesh mesh;
    mesh.name = "cube";
    for (int face = 0; face < 6; ++face) {
        const int axis = face / 2;
        const float sign = face % 2 == 0 ? 1.0f : -1.0f;
        glm::vec3 n{0};
        n[axis] = sign;
        glm::vec3 u{0};
        u[(axis + 1) % 3] = 1;
        const glm::vec3 v = glm::cross(n, u);
        const auto first = static_cast<std::uint32_t>(mesh.vertices.size());
        for (const auto& [a, b] : {std::pair{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}) {
            scene::Vertex vertex;
            vertex.position = 0.2f * (n + static_cast<float>(a) * u + static_cast<float>(b) * v);
            vertex.normal = n;
            mesh.vertices.push_back(vertex);
            mesh.bounds.include(vertex.position);
        }
        for (const std::uint32_t i : {0u, 1u, 2u, 0u, 2u, 3u}) mesh.indices.push_back(first + i);
    }
    scene.meshes.push_back(std::move(mesh));
    scene::Material red;
    red.baseColour = {0.9f, 0.02f, 0.02f, 1};
    scene.materials.push_back(red);
    glm::mat4 place{1};
    place[3] = {0, 1.6f, -2, 1};
    scene.nodes.push_back({"cube", scene::none, place, {}});
    scene.instances.push_back({0, 0, 0});
    return scene;
}

/// Where the red things are in one eye's picture: their middle in pixels, and how many.
struct Red {
    glm::dvec2 middle{0};
    std::size_t pixels = 0;
};
Red redIn(const gpu::Pixels& picture, std::size_t layer) {
    Red red;
    const std::size_t size = std::size_t{picture.extent.width} * picture.extent.height;
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint8_t* const p = &picture.rgba[(layer * size + i) * 4];
        if (p[0] < 90 || p[0] < 2 * p[1] || p[0] < 2 * p[2]) continue;
        red.middle += glm::dvec2{i % picture.extent.width, i / picture.extent.width};
        ++red.pixels;
    }
    if (red.pixels > 0) red.middle /= static_cast<double>(red.pixels);
    return red;
}

/// The whole way from scripted sensors to pictures: session, walk, one multiview pass into the headset's images.
class PictureTest : public testing::HeadsetTest {
protected:
    void SetUp() override {
        startHeadset(0.3f);
        if (!device) return;
        auto renderer_ = render::Renderer::create(*device, {.quality = render::Quality::Low});
        ASSERT_TRUE(renderer_) << renderer_.error().text();
        renderer = std::move(*renderer_);
        scene::Scene scene = cubeScene();
        props.emplace(scene);
        const auto uploaded = renderer->setScene(scene);
        ASSERT_TRUE(uploaded) << uploaded.error().text();
        nodes.resize(scene.nodes.size());
        nodes[0].worldFromNode = scene.nodes[0].parentFromNode;
    }

    void TearDown() override {
        if (device) device->waitIdle();
        headset.reset();
        renderer.reset();
        HeadsetTest::TearDown();
    }

    /// Draws frames until one that was rendered is as `wanted`; its views stay in `views`.
    bool drawUntil(const std::function<bool(const HeadsetFrame&)>& wanted) {
        return turnUntil([&](const HeadsetFrame& frame) { return frame.render && frame.input && wanted(frame); });
    }

    void draw(const HeadsetFrame& frame) override {
        walk.update(frame, {}, {});
        for (std::size_t i = 0; i < 2; ++i) {
            const auto& eye = frame.eyes[i];
            const glm::quat worldFromEye = walk.playSpace().worldFromStageRotation() * eye.stageFromEye.orientation;
            views[i] = {walk.playSpace().worldFromStage(eye.stageFromEye.position), glm::mat4_cast(glm::conjugate(worldFromEye)),
                        render::projectionFromAngles(eye.fov.left, eye.fov.right, eye.fov.up, eye.fov.down, nearPlane)};
        }
        for (const auto& prop : props->place(walk)) {
            nodes[prop.node].worldFromNode = prop.worldFromNode;
            nodes[prop.node].visible = prop.visible;
        }
        const auto recording = device->beginFrame();
        ASSERT_TRUE(recording) << recording.error().text();
        const auto targets = headset->acquireEyes();
        ASSERT_TRUE(targets) << targets.error().text();
        const auto drawn = renderer->draw(**recording, *targets->colour, views, nodes, {}, targets->depth);
        ASSERT_TRUE(drawn) << drawn.error().text();
        const auto submitted = device->submit(**recording);
        ASSERT_TRUE(submitted) << submitted.error().text();
    }

    /// What the eyes saw last, drawn once more where it can be read.
    gpu::Pixels picture() {
        const gpu::Extent size{headset->info().eyePixels.x, headset->info().eyePixels.y};
        auto target = gpu::OffscreenTarget::create(*device, size, 2, "picture");
        if (!target) ADD_FAILURE() << target.error().text();
        const auto recording = device->beginFrame();
        if (!recording) ADD_FAILURE() << recording.error().text();
        const auto drawn = renderer->draw(**recording, target->image(), views, nodes);
        EXPECT_TRUE(drawn) << drawn.error().text();
        EXPECT_TRUE(device->submit(**recording));
        auto pixels = target->read();
        if (!pixels) ADD_FAILURE() << pixels.error().text();
        return std::move(*pixels);
    }

    static bool headIsAt(const HeadsetFrame& frame, glm::vec3 place) {
        return glm::distance(frame.stageFromHead.position, place) < 1e-3f;
    }

    std::unique_ptr<render::Renderer> renderer;
    std::optional<Props> props;
    Walk walk;
    std::vector<render::NodeState> nodes;
    std::array<render::View, 2> views;
};

TEST_F(PictureTest, EyesSeeTheCubeFromTwoPlacesAndItMovesWithTheHead) {
    RemoteState state;
    monado->send(state);
    ASSERT_TRUE(drawUntil([&](const HeadsetFrame& frame) { return headIsAt(frame, state.headPosition); }));
    const gpu::Pixels straight = picture();
    const Red left = redIn(straight, 0);
    const Red right = redIn(straight, 1);
    ASSERT_GT(left.pixels, 20u);
    ASSERT_GT(right.pixels, 20u);
    // The cube is nearer than infinity, so the left eye sees it farther to the right than the right eye does.
    EXPECT_GT(left.middle.x, right.middle.x + 1);
    EXPECT_NEAR(left.middle.y, right.middle.y, 1.5) << "no vertical disparity: that hurts";

    // One metre to the right: the cube goes to the left and gets smaller, as it is then farther away.
    state.headPosition.x = 1;
    monado->send(state);
    ASSERT_TRUE(drawUntil([&](const HeadsetFrame& frame) { return headIsAt(frame, state.headPosition); }));
    const Red aside = redIn(picture(), 0);
    const double tangentsPerPixel = 2.0 / (static_cast<double>(views[0].clipFromView[0][0]) * headset->info().eyePixels.x);
    EXPECT_NEAR((left.middle.x - aside.middle.x) * tangentsPerPixel, 0.5, 0.12) << "1 m at 2 m is a tangent of one half";

    // Half a turn of the head: it is behind us.
    state.headOrientation = glm::angleAxis(std::numbers::pi_v<float>, glm::vec3{0, 1, 0});
    monado->send(state);
    ASSERT_TRUE(drawUntil([&](const HeadsetFrame& frame) { return frame.stageFromHead.forward().z > 0.99f; }));
    EXPECT_EQ(redIn(picture(), 0).pixels, 0u);
}

TEST_F(PictureTest, ASnapTurnMovesTheCubeByThirtyDegrees) {
    RemoteState state;
    monado->send(state);
    ASSERT_TRUE(drawUntil([&](const HeadsetFrame& frame) { return headIsAt(frame, state.headPosition); }));
    const double before = redIn(picture(), 0).middle.x;
    state.right.thumbstick = {1, 0};
    monado->send(state);
    ASSERT_TRUE(drawUntil([&](const HeadsetFrame&) { return walk.playSpace().yaw != 0; }));
    const Red after = redIn(picture(), 0);
    ASSERT_GT(after.pixels, 0u);
    const double tangentsPerPixel = 2.0 / (static_cast<double>(views[0].clipFromView[0][0]) * headset->info().eyePixels.x);
    EXPECT_NEAR((before - after.middle.x) * tangentsPerPixel, std::tan(std::numbers::pi / 6), 0.08)
        << "turning right moves it to the left";
}

} // namespace
} // namespace millwright::xr
