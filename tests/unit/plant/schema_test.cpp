#include "support/folders.hpp"
#include "unit/plant/files.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace millwright::plant {
namespace {

const std::filesystem::path source = millwright::test::sourceFolder();

// Runs a command and returns what it printed.
std::string outputOf(const std::string& command) {
    std::string output;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return output;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
    ::pclose(pipe);
    return output;
}

// After a change of the format: MILLWRIGHT_WRITE_EXPECTED=1 plant_tests --gtest_filter='Schema*'.
TEST(Schema, IsPublished) {
    const auto file = source / "docs/plant.schema.json";
    if (std::getenv("MILLWRIGHT_WRITE_EXPECTED") != nullptr) {
        ASSERT_TRUE(writeFile(file, jsonSchema()).has_value());
    }
    EXPECT_EQ(jsonSchema(), textOf(file)) << "docs/plant.schema.json is out of date";
}

// Files named form-… break the form, which an editor with the schema marks; meaning-… ones only the loader can judge.
TEST(Schema, AgreesWithTheLoader) {
    if (std::system("python3 -c 'import jsonschema, tomllib' 2>/dev/null") != 0)
        GTEST_SKIP() << "python3 with jsonschema is missing";
    std::string command = "python3 '" + (source / "tests/unit/plant/validate_schema.py").string() + "' '" +
                          (source / "docs/plant.schema.json").string() + "'";
    for (const auto& file : filesIn(testData / "plants-valid", ".toml")) command += " '" + file.string() + "'";
    for (const auto& file : filesIn(testData / "plants-invalid", ".toml")) {
        const std::string name = file.filename().string();
        if (name.starts_with("form-") || name.starts_with("meaning-")) command += " '" + file.string() + "'";
    }
    for (const auto& entry : std::filesystem::directory_iterator{testData}) {
        if (std::filesystem::exists(entry.path() / "plant.toml")) command += " '" + (entry.path() / "plant.toml").string() + "'";
    }
    std::istringstream lines{outputOf(command)};
    std::string verdict;
    std::string path;
    int count = 0;
    while (lines >> verdict >> path) {
        ++count;
        const bool form = std::filesystem::path{path}.filename().string().starts_with("form-");
        EXPECT_EQ(verdict, form ? "rejected" : "accepted") << path;
    }
    EXPECT_GE(count, 20);
}

// Whoever adds a key tells the reader of the format's page.
TEST(Schema, EveryKeyIsDocumented) {
    const std::string page = textOf(source / "docs/plant-format.md");
    std::istringstream lines{jsonSchema()};
    std::string line;
    int keys = 0;
    while (std::getline(lines, line)) {
        const std::size_t begin = line.find('"');
        const std::size_t end = line.find("\": {");
        if (begin == std::string::npos || end == std::string::npos) continue;
        const std::string key = line.substr(begin + 1, end - begin - 1);
        if (key == "properties" || key == "items" || key == "if" || key == "then") continue;
        ++keys;
        EXPECT_TRUE(page.contains(key)) << key << " is not in docs/plant-format.md";
    }
    EXPECT_GE(keys, 50);
}

} // namespace
} // namespace millwright::plant
