#include "cad/cook/collapse.hpp"
#include "cook_fixture.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

/// Collapsing edges without changing what is connected.
namespace millwright::cad {
namespace {

using Indices = std::vector<std::uint32_t>;

struct Surface {
    std::vector<glm::vec3> places;
    Indices indices;
};

Surface surfaceOf(const scene::Mesh& mesh) {
    Surface surface{.places = {}, .indices = mesh.indices};
    for (const auto& vertex : mesh.vertices) surface.places.push_back(vertex.position);
    return surface;
}

/// A flat sheet of cells with a square hole in the middle.
Surface holedSheet(std::uint32_t cells) {
    Surface sheet;
    for (std::uint32_t j = 0; j <= cells; ++j)
        for (std::uint32_t i = 0; i <= cells; ++i) sheet.places.emplace_back(static_cast<float>(i), static_cast<float>(j), 0.0f);
    const std::uint32_t first = cells / 3, last = cells - cells / 3;
    for (std::uint32_t j = 0; j < cells; ++j) {
        for (std::uint32_t i = 0; i < cells; ++i) {
            if (i >= first && i < last && j >= first && j < last) continue;
            const std::uint32_t a = j * (cells + 1) + i, b = a + 1, c = a + cells + 1, d = c + 1;
            sheet.indices.insert(sheet.indices.end(), {a, b, d, a, d, c});
        }
    }
    return sheet;
}

/// How often each directed edge is used.
std::map<std::pair<std::uint32_t, std::uint32_t>, int> edgesOf(const Indices& indices) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> edges;
    for (std::size_t i = 0; i < indices.size(); i += 3)
        for (std::size_t k = 0; k < 3; ++k) ++edges[{indices[i + k], indices[i + (k + 1) % 3]}];
    return edges;
}

/// Corners less edges plus triangles; of a surface whose edges are used once in each direction at most.
int characteristic(const Indices& indices) {
    const std::set<std::uint32_t> corners{indices.begin(), indices.end()};
    std::set<std::pair<std::uint32_t, std::uint32_t>> edges;
    for (const auto& [edge, count] : edgesOf(indices)) {
        EXPECT_EQ(count, 1) << "two triangles on one side of an edge";
        edges.insert(std::minmax(edge.first, edge.second));
    }
    return static_cast<int>(corners.size()) - static_cast<int>(edges.size()) + static_cast<int>(indices.size() / 3);
}

std::size_t openEdges(const Indices& indices) {
    const auto edges = edgesOf(indices);
    return static_cast<std::size_t>(
        std::ranges::count_if(edges, [&](const auto& entry) { return !edges.contains({entry.first.second, entry.first.first}); }));
}

float areaOf(const Surface& surface, const Indices& indices) {
    float area = 0;
    for (std::size_t i = 0; i < indices.size(); i += 3) {
        const glm::vec3 a = surface.places[indices[i]];
        area += glm::length(glm::cross(surface.places[indices[i + 1]] - a, surface.places[indices[i + 2]] - a)) / 2;
    }
    return area;
}

Collapsed collapsed(const std::vector<glm::vec3>& places, const Indices& indices, std::span<const std::uint8_t> locks,
                    std::size_t target) {
    return collapseEdges(places, {indices, facingsOf(places, indices)}, locks, target);
}

TEST(Collapse, AClosedSurfaceStaysWhatItIsDownToAHandfulOfTriangles) {
    for (const auto& mesh : {test::torus(60, 24), test::torus(200, 9)}) {
        const Surface surface = surfaceOf(mesh);
        const int before = characteristic(surface.indices);
        for (const std::size_t target : {surface.indices.size() / 6, std::size_t{200}, std::size_t{20}, std::size_t{0}}) {
            const Collapsed coarse = collapsed(surface.places, surface.indices, {}, target);
            EXPECT_EQ(openEdges(coarse.indices), 0u);
            EXPECT_EQ(characteristic(coarse.indices), before) << "at " << target;
            EXPECT_LE(coarse.indices.size() / 3, std::max<std::size_t>(target, 60)) << "at " << target;
            EXPECT_GT(coarse.indices.size(), 0u);
        }
    }
}

TEST(Collapse, AFlatSheetKeepsItsOutlineAndItsHole) {
    const Surface sheet = holedSheet(12);
    const Collapsed coarse = collapsed(sheet.places, sheet.indices, {}, 8);
    EXPECT_EQ(characteristic(coarse.indices), 0) << "a sheet with a hole";
    EXPECT_LE(coarse.indices.size() / 3, 10u);
    EXPECT_FLOAT_EQ(areaOf(sheet, coarse.indices), 144 - 16);
    EXPECT_LT(coarse.error, 1e-3f);
}

TEST(Collapse, LockedPlacesStayAndWhatIsGoneIsFoundAgain) {
    const Surface surface = surfaceOf(test::torus(40, 16));
    std::vector<std::uint8_t> locks(surface.places.size(), 0);
    for (std::size_t i = 0; i < locks.size(); i += 5) locks[i] = 1;
    const Collapsed coarse = collapsed(surface.places, surface.indices, locks, surface.indices.size() / 6);
    const std::set<std::uint32_t> used{coarse.indices.begin(), coarse.indices.end()};
    EXPECT_EQ(coarse.indices.size(), surface.indices.size() / 2);
    for (std::uint32_t place = 0; place < locks.size(); ++place) {
        if (locks[place] != 0) {
            EXPECT_TRUE(used.contains(place));
        }
        EXPECT_TRUE(used.contains(coarse.wentTo[place]));
        EXPECT_EQ(used.contains(place), coarse.wentTo[place] == place);
    }
}

TEST(Collapse, WhatCannotBeSimplerStays) {
    const std::vector<glm::vec3> places{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
    const std::pair<const char*, Indices> cases[]{{"nothing", {}},
                                                  {"a triangle", {0, 1, 2}},
                                                  {"a tetrahedron", {0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3}},
                                                                                            {"both sides of a triangle", {0, 1, 2, 0, 2, 1}},
                                                  {"one triangle twice", {0, 1, 2, 0, 1, 2}}};
    for (const auto& [name, indices] : cases) EXPECT_EQ(collapsed(places, indices, {}, 0).indices, indices) << name;
    const Indices threeAtOneEdge{0, 1, 2, 0, 1, 3, 0, 1, 4};
    EXPECT_FALSE(collapsed(places, threeAtOneEdge, {}, 0).indices.empty());
}

} // namespace
} // namespace millwright::cad
