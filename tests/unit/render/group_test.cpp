#include "render/cluster_cut.hpp"
#include "render/frame_data.hpp"
#include "render_fixture.hpp"

#include <glm/gtc/matrix_transform.hpp>

#include <random>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{160, 120};
constexpr float minimumPixels = 2;
constexpr std::size_t things = 3000;

/// Boxes of all sizes all over a hall: culling looks at groups of them first.
class Groups : public RenderTest {
protected:
    void SetUp() override {
        std::mt19937 random{7};
        const auto between = [&](float low, float high) { return std::uniform_real_distribution<float>{low, high}(random); };
        const auto grey = material(scene, {0.6f, 0.6f, 0.6f, 1}), both = material(scene, {0.2f, 0.6f, 0.2f, 1});
        scene.materials[both].doubleSided = true;
        const auto small = mesh(scene, box({0.1f, 0.1f, 0.1f})), large = mesh(scene, box({3, 2, 1}));
        for (std::size_t i = 0; i < things; ++i) {
            const glm::vec3 at{between(-60, 60), between(0, 8), between(-60, 60)};
            place(scene, i % 4 == 0 ? large : small, i % 3 == 0 ? both : grey, at);
        }
        nodes = rest(scene);
        auto made = Renderer::create(*device, {.quality = Quality::Low});
        ASSERT_TRUE(made);
        renderer = std::move(*made);
        ASSERT_TRUE(renderer->setScene(scene));
    }

    /// Triangles of all that a view sees, each looked at by itself.
    std::uint64_t seenBy(const View& view) const {
        GpuFrame data{};
        std::array<Frustum, maximumViews> frusta;
        describeViews({&view, 1}, view.eye, size, data, frusta);
        std::uint64_t triangles = 0;
        for (const auto& instance : scene.instances) {
            const auto& state = nodes[instance.node];
            const auto& bounds = scene.meshes[instance.mesh].bounds;
            const glm::vec3 centre{glm::dvec3{state.worldFromNode[3]} - view.eye};
            const float radius = glm::length(bounds.size()) * 0.5f;
            if (state.visible && frusta[0].sees(centre, radius, minimumPixels))
                triangles += scene.meshes[instance.mesh].triangles();
        }
        return triangles;
    }
    void expectAllThatIsSeen(const View& view, const char* what) {
        const PictureOptions options{
            .size = size,
            .quality = Quality::Low,
            .draw = {.shadows = false, .minimumPixels = minimumPixels, .pixelError = 0.0f, .occlusionCulling = false}};
        const auto picture = renderPicture(*device, *renderer, view, nodes, options);
        ASSERT_TRUE(picture);
        // Triangles that face away are counted too: of boxes as modelled no cluster faces away as a whole.
        const auto expected = seenBy(view);
        EXPECT_EQ(picture->timings.back().drawnTriangles, expected) << what;
        EXPECT_GT(expected, 0u) << what;
    }

    scene::Scene scene;
    std::vector<NodeState> nodes;
    std::unique_ptr<Renderer> renderer;
};

TEST_F(Groups, NothingThatIsSeenIsLeftOutWithItsGroup) {
    for (int i = 0; i < 12; ++i) {
        const double turn = 0.7 * i;
        const glm::dvec3 eye{50 * std::cos(1.3 * i), 1 + 0.5 * i, 50 * std::sin(1.3 * i)};
        expectAllThatIsSeen(lookAt(eye, eye + glm::dvec3{std::cos(turn), -0.1, std::sin(turn)}, 0.5, 4.0 / 3), "at rest");
    }
}

TEST_F(Groups, TheyFollowWhatMovesHidesAndFills) {
    const View view = lookAt({0, 3, 70}, {0, 3, 0}, 0.3, 4.0 / 3);
    expectAllThatIsSeen(view, "at rest");
    for (std::size_t i = 0; i < things; i += 7)
        nodes[i].worldFromNode[3] += glm::vec4{static_cast<float>(i % 5) * 30 - 60, 0, 9, 0};
    expectAllThatIsSeen(view, "moved");
    for (std::size_t i = 0; i < things; i += 5) nodes[i].visible = false;
    expectAllThatIsSeen(view, "hidden");
    for (std::size_t i = 0; i < things; i += 3) nodes[i].fillPlane = {0, -1, 0, 100}; // below the level: drawn otherwise, but whole
    expectAllThatIsSeen(view, "filled");
    for (std::size_t i = 0; i < things; i += 3) nodes[i].worldFromNode[3].x += 11;
    expectAllThatIsSeen(view, "filled and moved");
    for (std::size_t i = 0; i < things; ++i) nodes[i].fillPlane = glm::vec4{0};
    for (std::size_t i = 0; i < things; i += 5) nodes[i].visible = true;
    expectAllThatIsSeen(view, "as before");
}

TEST_F(Groups, FarFromTheOriginTheyAreAsExact) {
    for (auto& node : nodes) node.worldFromNode[3] += glm::vec4{1'000'000, 0, -2'000'000, 0};
    for (int i = 0; i < 6; ++i) {
        const glm::dvec3 eye{1'000'000 + 20.0 * i - 50, 2, -2'000'000 + 30};
        expectAllThatIsSeen(lookAt(eye, eye + glm::dvec3{0.3 * i - 1, 0, -1}, 0.4, 4.0 / 3), "far away");
    }
}

} // namespace
