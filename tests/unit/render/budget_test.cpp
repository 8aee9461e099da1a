#include "render/budget.hpp"
#include "render/mesh_list.hpp"
#include "render/ranges.hpp"
#include "unit/render/test_scene.hpp"

#include <millwright/cad/cook.hpp>

#include <gtest/gtest.h>

#include <random>
#include <set>

/// What of a scene should be in memory, without a GPU.
namespace {

using namespace millwright;
using namespace millwright::render;

scene::Mesh bumpy(std::uint32_t rings) {
    scene::Mesh mesh = test::sphere(1, rings);
    for (auto& vertex : mesh.vertices) {
        const glm::vec3 p = vertex.position;
        vertex.position *= 1 + 0.02f * std::sin(17 * p.x) * std::sin(23 * p.y) + 0.05f * std::max(0.0f, p.z) * std::sin(60 * p.x);
        mesh.bounds.include(vertex.position);
    }
    return mesh;
}

struct Listed {
    cad::Cooked cooked;
    scene::CookedGeometry geometry;
    SceneStore store;
};

/// Meshes as the renderer lists them.
std::unique_ptr<Listed> list(std::vector<scene::Mesh> meshes) {
    scene::Scene scene;
    for (auto& mesh : meshes) test::mesh(scene, std::move(mesh));
    auto cooked = cad::cook(scene);
    EXPECT_TRUE(cooked);
    auto listed = std::make_unique<Listed>();
    listed->cooked = std::move(*cooked);
    listed->geometry = listed->cooked.geometry();
    const auto done = listMeshes(scene, {&listed->geometry, 1}, listed->store);
    EXPECT_TRUE(done) << done.error().text();
    return listed;
}

/// The clusters of a cut that allows the same error everywhere.
std::set<std::uint32_t> cut(const scene::CookedGeometry& geometry, std::span<const std::uint32_t> of, float allowed) {
    std::set<std::uint32_t> chosen;
    for (const auto i : of)
        if (geometry.clusters[i].ownError <= allowed && geometry.clusters[i].parentError > allowed) chosen.insert(i);
    return chosen;
}

TEST(DetailSteps, HoldEveryClusterOfEveryCutThatTheyStandFor) {
    const auto listed = list({bumpy(200), test::box({1, 2, 3})});
    const auto& detail = listed->store.detail;
    for (const auto& mesh : listed->store.meshes) {
        std::vector<std::uint32_t> all;
        const auto& cooked = listed->geometry.meshes[mesh.cooked];
        for (const auto& level : listed->geometry.levels.subspan(cooked.firstLevel, cooked.levelCount))
            for (std::uint32_t i = 0; i < level.clusterCount; ++i) all.push_back(level.firstCluster + i);
        ASSERT_GE(mesh.stepCount, 1u);
        for (std::uint32_t n = 1; n <= mesh.stepCount; ++n) {
            const auto& last = detail.steps[mesh.firstStep + n - 1];
            const std::uint32_t first = detail.steps[mesh.firstStep].firstCluster;
            const auto there = std::span{detail.order}.subspan(first, last.firstCluster + last.clusterCount - first);
            const float finest = n < mesh.stepCount ? detail.steps[mesh.firstStep + n].error : 0;
            for (const float allowed : {finest, finest * 1.001f, finest * 1.7f, finest * 10}) {
                const auto whole = cut(listed->geometry, all, allowed);
                EXPECT_FALSE(whole.empty());
                EXPECT_EQ(cut(listed->geometry, there, allowed), whole) << n << " steps, " << allowed;
            }
        }
    }
    EXPECT_GE(listed->store.meshes[0].stepCount, 4u) << "a mesh of some size can be there in part";
    EXPECT_EQ(listed->store.meshes[1].stepCount, 1u);
}

TEST(DetailSteps, AreFewAndGrow) {
    const auto listed = list({bumpy(300)});
    const auto& mesh = listed->store.meshes[0];
    const auto& steps = listed->store.detail.steps;
    std::uint64_t before = 0, all = 0;
    for (const auto& step : steps) all += step.triangles;
    EXPECT_LT(steps[0].triangles, all / 100) << "the first is little: some of everything must have room";
    EXPECT_LE(mesh.stepCount, 12u);
    float error = std::numeric_limits<float>::infinity();
    for (const auto& step : steps) {
        EXPECT_LE(step.error, error);
        error = step.error;
        before += step.triangles;
        std::uint32_t triangles = 0;
        for (const auto& level : std::span{listed->store.detail.levels}.subspan(step.firstLevel, step.levelCount)) {
            EXPECT_EQ(level.firstTriangle, triangles);
            for (const auto i : std::span{listed->store.detail.order}.subspan(level.firstCluster, level.clusterCount)) {
                const auto& cluster = listed->geometry.clusters[i];
                triangles += cluster.triangleCount;
                EXPECT_LE(cluster.parentError, level.mostParentError);
                EXPECT_GE(cluster.ownError, level.leastError);
                EXPECT_TRUE(&step == &steps[0] || cluster.parentError <= step.error);
            }
        }
        EXPECT_EQ(triangles, step.triangles);
    }
    EXPECT_EQ(before, all);
}

/// Meshes of made-up steps, each half as far off as the one before and twice as large.
struct Made {
    std::vector<DetailStep> steps;
    std::vector<std::uint32_t> first;
    std::vector<Room> costs;
    std::vector<MeshWant> wants;
};

Made made(unsigned seed) {
    std::mt19937 random{seed};
    const auto number = [&](float from, float to) { return std::uniform_real_distribution<float>{from, to}(random); };
    Made m;
    for (std::uint32_t mesh = 0; mesh < 40; ++mesh) {
        m.first.push_back(static_cast<std::uint32_t>(m.steps.size()));
        float error = number(0.1f, 10);
        auto cost = static_cast<std::uint64_t>(number(1, 30));
        const bool attributed = random() % 4 == 0;
        for (auto count = random() % 9 + 1; count > 0; --count, error *= number(0.3f, 0.7f), cost *= 2) {
            m.steps.push_back({.mesh = mesh, .error = error});
            m.costs.push_back({cost, attributed ? cost : 0});
        }
        const float unit = number(0, 1) < 0.2f ? std::numeric_limits<float>::infinity() : std::exp(number(-5, 1));
        m.wants.push_back({number(0, 1) < 0.3f ? std::numeric_limits<float>::infinity() : unit, unit});
    }
    m.first.push_back(static_cast<std::uint32_t>(m.steps.size()));
    return m;
}

/// The largest error, in pixels, of what is wanted and not in the plan.
float worst(const Made& m, const Plan& plan) {
    float most = 0;
    for (std::size_t mesh = 0; mesh < m.wants.size(); ++mesh) {
        const auto next = m.first[mesh] + plan.steps[mesh];
        if (next == m.first[mesh + 1] || m.wants[mesh].error == std::numeric_limits<float>::infinity()) continue;
        if (plan.steps[mesh] == 0 || m.steps[next].error > m.wants[mesh].error)
            most = std::max({most, m.steps[next].error / m.wants[mesh].unit, 1.0f}); // what is wanted is missed by a pixel at least
    }
    return most;
}

TEST(Budget, IsNeverExceededAndMoreOfItNeverMakesThePictureWorse) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const Made m = made(seed);
        float before = std::numeric_limits<float>::infinity();
        for (const std::uint64_t bytes : {0, 1, 10, 50, 100, 300, 1000, 3000, 10000, 30000, 1000000}) {
            const Room room{bytes, bytes / 4};
            const Plan plan = distribute(m.steps, m.first, m.costs, m.wants, room);
            Room used;
            for (std::size_t mesh = 0; mesh < m.wants.size(); ++mesh)
                for (std::uint32_t s = 0; s < plan.steps[mesh]; ++s) used = used + m.costs[m.first[mesh] + s];
            EXPECT_TRUE(room.holds(used));
            EXPECT_EQ(used.blocks, plan.used.blocks);
            const float error = worst(m, plan);
            EXPECT_LE(error, before) << seed << ", " << bytes;
            EXPECT_EQ(plan.short_, error > 0);
            before = error;
        }
        EXPECT_EQ(before, 0) << "with room for all of it nothing is missed";
    }
}

TEST(Budget, WhatIsWantedComesFirstAndInOrder) {
    const Made m = made(3);
    const Plan plan = distribute(m.steps, m.first, m.costs, m.wants, {1000000, 1000000});
    std::vector<std::uint32_t> next = m.first;
    bool wanted = true;
    for (const auto step : plan.order) {
        const auto mesh = m.steps[step].mesh;
        EXPECT_EQ(step, next[mesh]++) << "a step is of no use without those before it";
        const auto& want = m.wants[mesh];
        const bool now =
            want.error < std::numeric_limits<float>::infinity() && (step == m.first[mesh] || m.steps[step].error > want.error);
        EXPECT_TRUE(wanted || !now);
        wanted = now;
    }
    for (std::size_t mesh = 0; mesh < m.wants.size(); ++mesh) EXPECT_GE(plan.steps[mesh], 1u) << "something of everything";
    const Plan now = distribute(m.steps, m.first, m.costs, m.wants, {1000000, 1000000}, false);
    EXPECT_LT(now.order.size(), plan.order.size());
    EXPECT_TRUE(std::ranges::equal(now.order, std::span{plan.order}.first(now.order.size()))) << "without what may be wanted later";
    EXPECT_EQ(worst(m, now), 0);
}

TEST(Ranges, GiveOutWhatIsFreeAndJoinWhatIsGivenBack) {
    Ranges ranges{1000};
    std::mt19937 random{7};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;
    std::uint64_t sum = 0;
    for (int i = 0; i < 5000; ++i) {
        if (random() % 2 == 0) {
            const std::uint64_t size = random() % 60 + 1;
            if (const auto start = ranges.take(size)) {
                EXPECT_LE(*start + size, 1000u);
                for (const auto& [from, length] : taken) EXPECT_TRUE(*start + size <= from || from + length <= *start);
                taken.emplace_back(*start, size);
                sum += size;
            }
        } else if (!taken.empty()) {
            std::swap(taken[random() % taken.size()], taken.back());
            ranges.give(taken.back().first, taken.back().second);
            sum -= taken.back().second;
            taken.pop_back();
        }
        ASSERT_EQ(ranges.taken(), sum);
    }
    for (const auto& [start, size] : taken) ranges.give(start, size);
    EXPECT_EQ(ranges.take(1000), 0u) << "all of it is one gap again";
    EXPECT_FALSE(ranges.take(1));
}

} // namespace
