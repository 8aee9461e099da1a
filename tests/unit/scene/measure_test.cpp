#include "scene/triangles.hpp"
#include "shapes.hpp"

#include <millwright/scene/measure.hpp>

#include <glm/gtc/matrix_transform.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace millwright::scene {
namespace {

constexpr double pi = std::numbers::pi;

/// Faces with normals of their own, each divided into `n` by `n` cells.
Mesh box(glm::vec3 size, std::uint32_t n = 1) {
    Mesh mesh;
    for (int axis = 0; axis < 3; ++axis)
        for (const float sign : {-1.0f, 1.0f}) {
            glm::vec3 normal{0}, u{0}, v{0};
            normal[axis] = sign;
            u[(axis + 1) % 3] = sign;
            v[(axis + 2) % 3] = 1;
            const auto first = static_cast<std::uint32_t>(mesh.vertices.size());
            for (std::uint32_t j = 0; j <= n; ++j)
                for (std::uint32_t i = 0; i <= n; ++i) {
                    const glm::vec2 at = glm::vec2{i, j} / static_cast<float>(n) * 2.0f - 1.0f;
                    Vertex vertex;
                    vertex.position = (normal + u * at.x + v * at.y) * size * 0.5f;
                    vertex.normal = normal;
                    mesh.vertices.push_back(vertex);
                    mesh.bounds.include(vertex.position);
                }
            for (std::uint32_t j = 0; j < n; ++j)
                for (std::uint32_t i = 0; i < n; ++i) {
                    const std::uint32_t a = first + j * (n + 1) + i;
                    for (const std::uint32_t k : {a, a + 1, a + n + 2, a, a + n + 2, a + n + 1}) mesh.indices.push_back(k);
                }
        }
    return mesh;
}

/// Poles on the Y axis and corners on X and Z, so that these lie exactly on the sphere.
Mesh sphere(float radius, std::uint32_t parts) {
    Mesh mesh;
    for (std::uint32_t j = 0; j <= parts; ++j)
        for (std::uint32_t i = 0; i <= 2 * parts; ++i) {
            const double polar = pi * j / parts, around = pi * i / parts;
            Vertex vertex;
            vertex.normal = {std::sin(polar) * std::cos(around), std::cos(polar), std::sin(polar) * std::sin(around)};
            vertex.position = vertex.normal * radius;
            mesh.vertices.push_back(vertex);
            mesh.bounds.include(vertex.position);
        }
    for (std::uint32_t j = 0; j < parts; ++j)
        for (std::uint32_t i = 0; i < 2 * parts; ++i) {
            const std::uint32_t a = j * (2 * parts + 1) + i, b = a + 2 * parts + 1;
            for (const std::uint32_t k : {a, a + 1, b + 1, a, b + 1, b}) mesh.indices.push_back(k);
        }
    return mesh;
}

/// Node 0 with the first mesh, node 1 with the second.
Scene two(Mesh first, Mesh second, const glm::mat4& secondAt) {
    Scene scene;
    scene.meshes = {std::move(first), std::move(second)};
    scene.materials.emplace_back();
    scene.nodes.push_back({"first", none, glm::mat4{1}, {}});
    scene.nodes.push_back({"second", none, secondAt, {}});
    scene.instances = {{0, 0, 0}, {1, 1, 0}};
    return scene;
}

Scene one(Mesh mesh, const glm::mat4& at = glm::mat4{1}) {
    Scene scene = two(std::move(mesh), {}, glm::mat4{1});
    scene.nodes[0].parentFromNode = at;
    return scene;
}

std::optional<Clearance> clearanceOf(const Scene& scene) {
    Measurer measurer{scene};
    constexpr std::array<std::uint32_t, 1> first{0}, second{1};
    return measurer.clearance(first, second, scene.worldTransforms()).value();
}

std::optional<Snap> snapTo(const Scene& scene, glm::dvec3 eye, glm::dvec3 at, double aperture = 0.01) {
    Measurer measurer{scene};
    return measurer.snap({eye, at - eye}, {.aperture = aperture}, scene.worldTransforms());
}

TEST(Clearance, OfTwoSpheresIsTheDistanceOfTheirCentresLessBothRadii) {
    const auto found = clearanceOf(two(sphere(1, 24), sphere(0.5f, 24), test::shift(0, 4, 0)));
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->distance, 4 - 1 - 0.5, 1e-6);
    EXPECT_NEAR(glm::distance(found->from, {0, 1, 0}), 0, 1e-6);
    EXPECT_NEAR(glm::distance(found->to, {0, 3.5, 0}), 0, 1e-6);
    // In any other direction the facets lie at most their sagitta inside the spheres.
    const glm::dvec3 aside = 4.0 * glm::normalize(glm::dvec3{1, 0.7, -0.4});
    const auto oblique =
        clearanceOf(two(sphere(1, 48), sphere(0.5f, 48), test::shift(float(aside.x), float(aside.y), float(aside.z))));
    EXPECT_GE(oblique->distance, 2.5 - 1e-6);
    EXPECT_LE(oblique->distance, 2.5 + 1.5 * 2 * (1 - std::cos(pi / 96)));
}

TEST(Clearance, OfBoxesIsAcrossTheirFacesEdgesOrCorners) {
    const Mesh cube = box(glm::vec3{2});
    EXPECT_NEAR(clearanceOf(two(cube, cube, test::shift(2.003f, 0.4f, 0)))->distance, 0.003, 1e-6) << "face to face";
    EXPECT_NEAR(clearanceOf(two(cube, cube, test::shift(5, 6, 0)))->distance, 5, 1e-6) << "edge to edge: 3, 4, 5";
    EXPECT_NEAR(clearanceOf(two(cube, cube, test::shift(3, 4, 4)))->distance, 3, 1e-6) << "corner to corner: 1, 2, 2";
    const glm::mat4 turned = test::shift(4, 0, 0) * glm::rotate(glm::mat4{1}, float(pi / 4), glm::vec3{0, 0, 1});
    EXPECT_NEAR(clearanceOf(two(cube, cube, turned))->distance, 4 - 1 - std::sqrt(2.0), 1e-6) << "edge to face";
}

TEST(Clearance, IsZeroForWhatTouchesOrCutsAndGreaterForWhatLiesInside) {
    const Mesh cube = box(glm::vec3{2});
    EXPECT_EQ(clearanceOf(two(cube, cube, test::shift(2, 0, 0)))->distance, 0);
    EXPECT_EQ(clearanceOf(two(cube, cube, test::shift(0.7f, 0.9f, -0.3f)))->distance, 0);
    EXPECT_NEAR(clearanceOf(two(cube, box(glm::vec3{1}), test::shift(0.1f, 0, 0)))->distance, 0.4, 1e-6)
        << "a shaft in its housing";
    EXPECT_FALSE(clearanceOf(two(cube, {}, glm::mat4{1}))) << "nothing to measure to";
}

TEST(Clearance, OfScaledAndTurnedPartsIsWhatEveryPairOfTrianglesSays) {
    const glm::mat4 at =
        glm::rotate(glm::scale(test::shift(1.9f, 1.2f, 0.4f), glm::vec3{0.5f, 1.5f, 0.8f}), 0.7f, glm::vec3{1, 2, 3});
    const Scene scene = two(sphere(1, 9), box(glm::vec3{1}, 4), at);
    const auto world = scene.worldTransforms();
    double smallest = std::numeric_limits<double>::infinity();
    const auto triangle = [&](std::size_t part, std::size_t t) {
        const Mesh& mesh = scene.meshes[part];
        Triangle corners;
        for (std::size_t c = 0; c < 3; ++c)
            corners[c] = glm::dvec3{glm::dmat4{world[part]} * glm::dvec4{mesh.vertices[mesh.indices[3 * t + c]].position, 1}};
        return corners;
    };
    for (std::size_t a = 0; a < scene.meshes[0].triangles(); ++a)
        for (std::size_t b = 0; b < scene.meshes[1].triangles(); ++b)
            smallest = std::min(smallest, closestPoints(triangle(0, a), triangle(1, b)).squared);
    const auto found = clearanceOf(scene);
    ASSERT_GT(smallest, 0) << "the case is meant to have a gap";
    EXPECT_DOUBLE_EQ(found->distance, std::sqrt(smallest));
    EXPECT_NEAR(glm::distance(found->from, found->to), found->distance, 1e-12);
}

TEST(Clearance, StopsWhenAsked) {
    const Scene scene = two(sphere(1, 9), sphere(1, 9), test::shift(3, 0, 0));
    Measurer measurer{scene};
    std::stop_source stop;
    stop.request_stop();
    constexpr std::array<std::uint32_t, 1> first{0}, second{1};
    const auto answer = measurer.clearance(first, second, scene.worldTransforms(), {.report = {}, .stop = stop.get_token()});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Cancelled);
}

/// No pair of points, sampled densely over both triangles, is closer than what is called closest, and one is nearly as close.
TEST(Triangles, TheClosestPointsAreTheClosest) {
    std::mt19937 random{7};
    std::uniform_real_distribution<double> number{-1, 1};
    const auto triangle = [&](double spread) {
        Triangle t;
        for (auto& corner : t) corner = glm::dvec3{number(random), number(random), number(random)} * spread;
        return t;
    };
    constexpr int steps = 12;
    const auto sampled = [](const Triangle& t, int i, int j) {
        return t[0] + (t[1] - t[0]) * (double(i) / steps) + (t[2] - t[0]) * (double(j) / steps);
    };
    for (int round = 0; round < 60; ++round) {
        const Triangle a = triangle(1), b = triangle(round % 2 == 0 ? 1 : 0.3);
        const ClosestPoints found = closestPoints(a, b);
        double smallest = 1e9;
        for (int i = 0; i <= steps; ++i)
            for (int j = 0; i + j <= steps; ++j)
                for (int k = 0; k <= steps; ++k)
                    for (int l = 0; k + l <= steps; ++l)
                        smallest = std::min(smallest, glm::distance(sampled(a, i, j), sampled(b, k, l)));
        EXPECT_LE(std::sqrt(found.squared), smallest + 1e-12);
        EXPECT_GE(std::sqrt(found.squared), smallest - 4.0 / steps);
        EXPECT_NEAR(glm::distance(found.first, closestPoint(found.first, a)), 0, 1e-9) << "it lies on the first";
        EXPECT_NEAR(glm::distance(found.second, closestPoint(found.second, b)), 0, 1e-9) << "it lies on the second";
    }
}

TEST(Snap, TakesACornerBeforeAnEdgeBeforeAFace) {
    const Scene scene = one(box({2, 2, 2}));
    const glm::dvec3 eye{3, 4, 10};
    const auto corner = snapTo(scene, eye, {0.97, 0.96, 1});
    ASSERT_TRUE(corner);
    EXPECT_EQ(corner->feature, Feature::Vertex);
    EXPECT_EQ(corner->point, (glm::dvec3{1, 1, 1}));
    const auto edge = snapTo(scene, eye, {0.97, 0.2, 1});
    EXPECT_EQ(edge->feature, Feature::Edge);
    EXPECT_NEAR(edge->point.x, 1, 1e-9);
    EXPECT_NEAR(edge->point.y, 0.2, 0.01);
    const auto face = snapTo(scene, eye, {0.3, 0.2, 1});
    EXPECT_EQ(face->feature, Feature::Face);
    EXPECT_NEAR(glm::distance(face->point, {0.3, 0.2, 1}), 0, 1e-9);
    EXPECT_NEAR(face->normal.z, 1, 1e-9);
    EXPECT_FALSE(snapTo(scene, eye, {30, 4, 0}));
}

TEST(Snap, CatchesAnOutlineThatTheRayJustMisses) {
    const Scene scene = one(box({2, 2, 2}));
    const auto beside = snapTo(scene, {0, 0, 10}, {1.03, 0.1, 1});
    ASSERT_TRUE(beside);
    EXPECT_EQ(beside->feature, Feature::Edge);
    EXPECT_NEAR(beside->point.x, 1, 1e-9);
}

TEST(Snap, DoesNotTakeWhatIsHidden) {
    Scene scene = two(box({2, 2, 2}), box({20, 20, 0.1f}), test::shift(0, 0, 3)); // a wall before the cube
    const auto face = snapTo(scene, {0, 0, 10}, {1, 1, 1});
    ASSERT_TRUE(face);
    EXPECT_EQ(face->node, 1u);
    EXPECT_EQ(face->feature, Feature::Face);
}

TEST(Snap, AnEdgeIsWholeHoweverFinelyItsFacesAreDivided) {
    const Scene scene = one(box({2, 3, 4}, 5), glm::rotate(test::shift(7, 0, 0), 0.3f, glm::vec3{0, 1, 0}));
    const glm::dmat4 world{scene.worldTransforms()[0]};
    const glm::dvec3 eye{world * glm::dvec4{3, 2, 12, 1}}, at{world * glm::dvec4{1, 0.2, 2, 1}};
    const auto edge = snapTo(scene, eye, at);
    ASSERT_TRUE(edge);
    ASSERT_EQ(edge->feature, Feature::Edge) << "the cells' borders are neither edges nor corners";
    EXPECT_NEAR(edgeLength(*edge), 3, 1e-5);
}

TEST(Snap, ARoundSurfaceHasNoEdges) {
    const auto face = snapTo(one(sphere(1, 16)), {0.3, 0.2, 10}, {0.19, 0.39, 0.9});
    ASSERT_TRUE(face);
    EXPECT_EQ(face->feature, Feature::Face);
}

TEST(Angle, OfTiltedPlanesIsTheirTilt) {
    for (const double tilt : {0.0, 0.2, 0.9, pi / 2}) {
        const Snap level{Feature::Face, 0, {}, {0, 1, 0}, {}, {}};
        const Snap tilted{Feature::Face, 0, {}, {std::sin(tilt), std::cos(tilt), 0}, {}, {}};
        EXPECT_NEAR(angleBetween(level, tilted).value(), tilt, 1e-12);
        const Snap underside{Feature::Face, 0, {}, -tilted.normal, {}, {}};
        EXPECT_NEAR(angleBetween(level, underside).value(), tilt, 1e-12) << "from below it is the same plane";
        const Snap edge{Feature::Edge, 0, {}, {0, 1, 0}, {0, 0, 0}, {std::cos(tilt), std::sin(tilt), 0}};
        EXPECT_NEAR(angleBetween(edge, level).value(), tilt, 1e-12) << "an edge that rises from the plane";
        EXPECT_NEAR(angleBetween(level, edge).value(), tilt, 1e-12);
    }
    EXPECT_FALSE(angleBetween({Feature::Vertex, 0, {}, {}, {}, {}}, {Feature::Face, 0, {}, {0, 1, 0}, {}, {}}));
}

TEST(ParallelDistance, IsAcrossAndNotBetweenThePointsTaken) {
    const Snap floor{Feature::Face, 0, {5, 0, 3}, {0, 1, 0}, {}, {}}, ceiling{Feature::Face, 0, {-2, 4, 9}, {0, -1, 0}, {}, {}};
    EXPECT_NEAR(parallelDistance(floor, ceiling).value(), 4, 1e-12);
    const Snap rail{Feature::Edge, 0, {1, 2, 0}, {}, {-3, 2, 0}, {8, 2, 0}},
        other{Feature::Edge, 0, {6, 2, 1.5}, {}, {0, 2, 1.5}, {9, 2, 1.5}};
    EXPECT_NEAR(parallelDistance(rail, other).value(), 1.5, 1e-12);
    EXPECT_NEAR(parallelDistance(rail, floor).value(), 2, 1e-12);
    const Snap tilted{Feature::Face, 0, {0, 4, 0}, glm::normalize(glm::dvec3{0.01, 1, 0}), {}, {}};
    EXPECT_FALSE(parallelDistance(floor, tilted));
}

} // namespace
} // namespace millwright::scene
