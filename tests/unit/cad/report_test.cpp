#include <millwright/cad/import.hpp>

#include <gtest/gtest.h>

namespace millwright::cad {
namespace {

TEST(ImportReport, JsonHasTheFieldsOfTheContract) {
    ImportReport report;
    report.format = "glb";
    report.bounds.include({1, 2, 3});
    report.warnings.push_back({"unit-assumed", "say \"mm\""});
    const std::string json = toJson(report);
    for (const char* field :
         {"format", "unit", "upAxis", "nodes", "parts", "instances", "uniqueTriangles", "triangles", "materials", "colours",
          "bounds", "min", "max", "warnings", "code", "message", "seconds", "peakBytes"})
        EXPECT_NE(json.find("\"" + std::string{field} + "\":"), std::string::npos) << field;
    EXPECT_NE(json.find(R"("say \"mm\"")"), std::string::npos);
}

TEST(ImportOptions, UnitsAndAxesAsPeopleTypeThem) {
    EXPECT_EQ(parseUnit("mm"), 0.001);
    EXPECT_EQ(parseUnit("in"), 0.0254);
    EXPECT_EQ(parseUnit("0.5"), 0.5);
    for (const char* wrong : {"", "MM", "parsec", "-1", "0", "1e999", "1 m", "nan"}) EXPECT_FALSE(parseUnit(wrong)) << wrong;
    EXPECT_DOUBLE_EQ(parseTolerance("0.5%")->relative, 0.005);
    EXPECT_DOUBLE_EQ(*parseTolerance("0.2mm")->absoluteMetres, 0.0002);
    for (const char* wrong : {"", "1", "0%", "-1mm", "100%", "mm", "0.1 %", "1e999mm", "nan%"})
        EXPECT_FALSE(parseTolerance(wrong)) << wrong;
    EXPECT_EQ(parseAxis("z"), Axis::Z);
    EXPECT_FALSE(parseAxis("w"));
}

} // namespace
} // namespace millwright::cad
