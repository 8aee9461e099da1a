#include "support/folders.hpp"

#include <millwright/cad/import.hpp>
#include <millwright/scene/find.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

/// Files against what other tools say of them (EXPECTED_CAD.tsv beside the data). STEP and IGES, by OpenCASCADE's own tools: tree,
/// units, sizes, volumes, areas, faces, colours; meshes, by Assimp's: triangles and boxes.
namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

const fs::path data = millwright::test::sourceFolder() / "../shared/data";

/// One line of the table, `key=value` words.
struct Expected {
    std::string file;
    std::map<std::string, std::string> facts;
    [[nodiscard]] double number(const std::string& key) const { return std::stod(facts.at(key)); }
};

/// The lines of the table about files below cad/ that `tool` has read.
std::vector<Expected> expectedBy(std::string_view tool) {
    std::vector<Expected> rows;
    std::ifstream table{data / "EXPECTED_CAD.tsv"};
    for (std::string line; std::getline(table, line);) {
        const auto first = line.find('\t');
        const auto second = line.find('\t', first + 1);
        if (second == std::string::npos || !line.starts_with("cad/") || !line.substr(first + 1).starts_with(tool)) continue;
        Expected row{line.substr(0, first), {}};
        std::string key;
        std::istringstream words{line.substr(second + 1)};
        for (std::string word; words >> word;) {
            if (const auto equals = word.find('='); equals != std::string::npos) {
                key = word.substr(0, equals);
                row.facts[key] = word.substr(equals + 1);
            } else {
                row.facts[key] += " " + word;
            }
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

struct Solid {
    double volume = 0; ///< mm³, positive when the triangles face outwards
    double area = 0;   ///< mm²
};

Solid measure(const scene::Scene& scene) {
    Solid solid;
    const auto worldFromNode = scene.worldTransforms();
    const glm::dvec3 origin{scene.bounds().centre()};
    for (const scene::Instance& instance : scene.instances) {
        const scene::Mesh& mesh = scene.meshes[instance.mesh];
        const glm::dmat4 transform{worldFromNode[instance.node]};
        const auto corner = [&](std::size_t i) {
            return (glm::dvec3{transform * glm::dvec4{glm::dvec3{mesh.vertices[mesh.indices[i]].position}, 1}} - origin) * 1000.0;
        };
        for (std::size_t i = 0; i < mesh.indices.size(); i += 3) {
            const glm::dvec3 a = corner(i), b = corner(i + 1), c = corner(i + 2);
            solid.volume += glm::dot(a, glm::cross(b, c)) / 6;
            solid.area += glm::length(glm::cross(b - a, c - a)) / 2;
        }
    }
    return solid;
}

std::size_t leaves(const scene::Scene& scene) {
    std::vector<bool> hasChild(scene.nodes.size(), false);
    for (const scene::Node& node : scene.nodes)
        if (node.parent != scene::none) hasChild[node.parent] = true;
    return static_cast<std::size_t>(std::ranges::count(hasChild, false));
}

/// The share of drawn corners whose normal looks away from the side their triangle faces.
double shareOfTurnedNormals(const scene::Scene& scene) {
    std::size_t turned = 0, corners = 0;
    for (const scene::Mesh& mesh : scene.meshes)
        for (std::size_t i = 0; i < mesh.indices.size(); i += 3) {
            const auto at = [&](std::size_t k) { return mesh.vertices[mesh.indices[i + k]]; };
            const glm::vec3 facing = glm::cross(at(1).position - at(0).position, at(2).position - at(0).position);
            for (std::size_t k = 0; k < 3; ++k, ++corners) turned += glm::dot(at(k).normal, facing) < 0 ? 1 : 0;
        }
    return corners > 0 ? static_cast<double>(turned) / static_cast<double>(corners) : 0;
}

std::uint64_t dropped(const ImportReport& report, std::string_view what) {
    const auto found = std::ranges::find(report.dropped, what, &ImportDrop::what);
    return found == report.dropped.end() ? 0 : found->count;
}

class ExactFile : public testing::TestWithParam<Expected> {};

TEST_P(ExactFile, IsReadAsOpenCascadeReadsIt) {
    const Expected& expected = GetParam();
    const fs::path path = data / expected.file;
    if (!fs::exists(path)) GTEST_SKIP() << "not here: " << path;
    double x = 0, y = 0, z = 0;
    ASSERT_EQ(std::sscanf(expected.facts.at("size_mm").c_str(), "%lf x %lf x %lf", &x, &y, &z), 3);
    ImportOptions options;
    // As the table was made, but for a bearing that is smaller than its tolerance.
    const bool asTable = x == 0 || x > 1;
    if (asTable) options.tessellation = {.absoluteMetres = 0.0001, .angle = 0.5};
    const auto result = import(path, options);
    if (expected.number("faces") == 0) {
        // An assembly of parts that are in files of their own.
        ASSERT_TRUE(result) << result.error().text();
        EXPECT_GT(result->report.faces, 0u);
        return;
    }
    ASSERT_TRUE(result) << result.error().text();
    const auto& [scene, report] = *result;
    const bool step = !path.extension().string().starts_with(".ig");
    const std::map<std::string, std::string> units{
        {"millimetre", "mm"}, {"MILLIMETRE", "mm"}, {"INCH", "in"}, {"metre", "m"}, {"foot", "ft"}};
    const std::string unit = expected.facts.at("fileUnits").substr(1, expected.facts.at("fileUnits").find(',') - 1);
    if (step && units.contains(unit)) {
        EXPECT_EQ(report.unit, units.at(unit));
    }
    EXPECT_TRUE(report.unitFromFile);
    EXPECT_EQ(report.upAxis, "Z");
    const double hidden = static_cast<double>(dropped(report, "hidden part"));
    // The table counts the faces of every placing, and what the file hides.
    if (expected.number("parts") == expected.number("leafInst") && hidden == 0) {
        EXPECT_EQ(static_cast<double>(report.faces), expected.number("uniqFaces"));
    }
    EXPECT_LE(static_cast<double>(report.faces), expected.number("uniqFaces"));
    EXPECT_LE(static_cast<double>(report.parts), expected.number("parts"));
    EXPECT_LE(static_cast<double>(report.instances), expected.number("leafInst"));
    EXPECT_LE(static_cast<double>(leaves(scene)), expected.number("leafInst"));
    EXPECT_GE(static_cast<double>(leaves(scene)), expected.number("leafInst") - hidden);
    EXPECT_LE(static_cast<double>(report.colours), expected.number("colors") + 1) << "and one for what has none";
    if (asTable) {
        // The table's mesher was another version, which cut curved surfaces up to a third finer or coarser.
        EXPECT_LT(static_cast<double>(report.triangles), 1.4 * expected.number("tri@0.1mm"));
        EXPECT_GT(static_cast<double>(report.triangles), 0.7 * expected.number("tri@0.1mm"));
    }
    const glm::dvec3 size = glm::dvec3{report.bounds.size()} * 1000.0;
    const double close = asTable ? std::max(0.25, 1e-4 * (x + y + z)) : 0.01 * (x + y + z);
    const auto expectSize = [&](double found, double told) {
        EXPECT_LE(found, told + close);
        // The table's boxes hold notes and loose curves too.
        if (dropped(report, "loose curve") == 0 && hidden == 0) {
            EXPECT_GE(found, told - close);
        }
    };
    expectSize(size.x, x);
    expectSize(size.z, y); // z is up
    expectSize(size.y, z);
    const Solid solid = measure(scene);
    if (hidden == 0) {
        EXPECT_NEAR(solid.area, expected.number("area_mm2"), 0.01 * expected.number("area_mm2"));
    }
    if (expected.number("solids") > 0 && hidden == 0) {
        EXPECT_NEAR(solid.volume, expected.number("vol_mm3"), 0.01 * expected.number("vol_mm3"));
    }
    EXPECT_LT(shareOfTurnedNormals(scene), 0.005);
}

std::string testName(const testing::TestParamInfo<Expected>& info) {
    std::string name = info.param.file.substr(4);
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExactFile);
INSTANTIATE_TEST_SUITE_P(Data, ExactFile, testing::ValuesIn(expectedBy("OCCT")), testName);

class MeshFile : public testing::TestWithParam<Expected> {};

TEST_P(MeshFile, IsReadAsTheTableHasIt) {
    const Expected& expected = GetParam();
    const fs::path path = data / expected.file;
    if (!fs::exists(path)) GTEST_SKIP() << "not here: " << path;
    const auto result = import(path);
    if (path.extension() == ".ifc") { // all are newer than Assimp's reader
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::Unsupported);
        EXPECT_NE(result.error().message.find("IFC4"), std::string::npos) << result.error().text();
        return;
    }
    if (!expected.facts.contains("nodes")) { // Assimp failed, or crashed
        EXPECT_FALSE(result);
        return;
    }
    ASSERT_TRUE(result) << result.error().text();
    const ImportReport& report = result->report;
    const std::uint64_t dropped = report.repaired.degenerateTriangles + report.repaired.brokenTriangles;
    if (report.meshesShared == 0) {
        EXPECT_EQ(static_cast<double>(report.uniqueTriangles + dropped), expected.number("unique_faces"));
    }
    EXPECT_LE(static_cast<double>(report.nodes), expected.number("nodes"));
    if (expected.number("meshes") > 1) return; // the table's boxes do not place their parts
    glm::dvec3 min{0}, max{0};
    ASSERT_EQ(std::sscanf(expected.facts.at("bbox").c_str(), "(%lf %lf %lf)..(%lf %lf %lf)", &min.x, &min.y, &min.z, &max.x, &max.y,
                          &max.z),
              6);
    for (int i = 0; i < 3; ++i) {
        EXPECT_NEAR(report.bounds.min[i], min[i], 1e-4);
        EXPECT_NEAR(report.bounds.max[i], max[i], 1e-4);
    }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MeshFile);
INSTANTIATE_TEST_SUITE_P(Data, MeshFile, testing::ValuesIn(expectedBy("assimp")), testName);

Import imported(const fs::path& path, const ImportOptions& options = {}) {
    auto result = import(path, options);
    EXPECT_TRUE(result) << result.error().text();
    return result ? std::move(*result) : Import{};
}

#define MILLWRIGHT_NEEDS(path)                                                                                                     \
    if (!fs::exists(path)) GTEST_SKIP() << "not here: " << (path)

std::string valueOf(const scene::Node& node, std::string_view key) {
    const auto found = std::ranges::find(node.metadata, key, &std::pair<std::string, std::string>::first);
    return found == node.metadata.end() ? std::string{} : found->second;
}

TEST(ExactFiles, AnAssemblyKeepsItsTreeNamesAndSharedParts) {
    const fs::path path = data / "cad/cax_if_ap214/as1-oc-214.stp";
    MILLWRIGHT_NEEDS(path);
    const auto [scene, report] = imported(path);
    ASSERT_TRUE(scene::findNode(scene, "as1/rod-assembly_1/nut_2"));
    const auto bolt = scene::findNode(scene, "l-bracket-assembly_2/nut-bolt-assembly_3/bolt_1");
    ASSERT_TRUE(bolt);
    EXPECT_EQ(valueOf(scene.nodes[*bolt], "part number"), "bolt");
    EXPECT_EQ(valueOf(scene.nodes[*bolt], "layer"), "256");
    EXPECT_EQ(report.parts, 5u);
    EXPECT_EQ(report.instances, 18u);
    EXPECT_EQ(report.colours, 5u);
    EXPECT_EQ(scene.meshes.size(), 5u) << "eight nuts are one mesh";
    EXPECT_GT(report.triangles, 2 * report.uniqueTriangles);
    EXPECT_EQ(valueOf(scene.nodes[0], "schema").substr(0, 17), "AUTOMOTIVE_DESIGN");
    EXPECT_TRUE(report.warnings.empty()) << report.warnings[0].message;
}

TEST(ExactFiles, PartsInFilesOfTheirOwnAreBroughtTogether) {
    const fs::path path = data / "cad/cax_if_ap214/s1-c5-214/s1-c5-214.stp";
    MILLWRIGHT_NEEDS(path);
    const auto [scene, report] = imported(path);
    EXPECT_EQ(report.unit, "in");
    EXPECT_EQ(report.parts, 8u);
    EXPECT_EQ(report.instances, 11u);
    EXPECT_EQ(report.faces, 136u) << "all parts' own: 13 + 13 + 12 + 5 + 31 + 22 + 20 + 20";
    EXPECT_TRUE(scene::findNode(scene, "TAIL/TAIL_MIDDLE_PART"));
}

TEST(ExactFiles, CubesInMillimetresInchesAndMetresHaveOneSize) {
    const fs::path folder = data / "cad/step_units_colors/cube-units";
    MILLWRIGHT_NEEDS(folder);
    for (const char* unit : {"mm", "in", "m"}) {
        const auto [scene, report] = imported(folder / (std::string{"cube-"} + unit + ".step"));
        EXPECT_EQ(report.unit, unit);
        for (int i = 0; i < 3; ++i) EXPECT_NEAR(report.bounds.size()[i], 1, 1e-5) << unit;
        // The unit that the user gives replaces the file's: the same numbers, other lengths.
        ImportOptions options;
        options.metresPerUnit = 0.01;
        const double numbers = unit == std::string{"mm"} ? 1000 : unit == std::string{"in"} ? 1 / 0.0254 : 1;
        const auto other = imported(folder / (std::string{"cube-"} + unit + ".step"), options);
        EXPECT_NEAR(other.report.bounds.size().x, numbers * 0.01, 1e-4 * numbers * 0.01) << unit;
    }
}

TEST(ExactFiles, FacesHaveTheirOwnColours) {
    const fs::path path = data / "cad/step_units_colors/cube-fcstd/cube.step";
    MILLWRIGHT_NEEDS(path);
    const auto [scene, report] = imported(path);
    std::map<std::string, std::size_t> trianglesOf;
    for (const scene::Instance& instance : scene.instances)
        trianglesOf[scene.materials[instance.material].name] += scene.meshes[instance.mesh].triangles();
    const std::map<std::string, std::size_t> expected{{"#CCCCCC", 6}, {"#FF0000", 2}, {"#0000FF", 2}, {"#00AA00", 2}};
    EXPECT_EQ(trianglesOf, expected) << "three faces of six have a colour of their own";
}

TEST(ExactFiles, ATighterToleranceCutsFiner) {
    const fs::path path = data / "cad/cax_if_ap214/io1-cm-214.stp";
    MILLWRIGHT_NEEDS(path);
    ImportOptions fine;
    fine.tessellation.relative = 0.0001;
    fine.tessellation.angle = 0.1;
    EXPECT_GT(imported(path, fine).report.triangles, 2 * imported(path).report.triangles);
    const auto again = imported(path);
    EXPECT_EQ(again.report.triangles, imported(path).report.triangles);
}

TEST(ExactFiles, RoundSurfacesAreSmoothAcrossTheirSeams) {
    const fs::path path = data / "cad/cax_if_ap214/io1-cm-214.stp";
    MILLWRIGHT_NEEDS(path);
    const auto [scene, report] = imported(path);
    // Where two corners share a place and lie within the smooth angle, they are one vertex.
    for (const scene::Mesh& mesh : scene.meshes) {
        std::multimap<std::array<float, 3>, glm::vec3> normals;
        for (const scene::Vertex& v : mesh.vertices) {
            const std::array<float, 3> place{v.position.x, v.position.y, v.position.z};
            const auto [begin, end] = normals.equal_range(place);
            for (auto other = begin; other != end; ++other) EXPECT_LT(glm::dot(other->second, v.normal), 0.9995f);
            normals.emplace(place, v.normal);
        }
    }
}

} // namespace
} // namespace millwright::cad
