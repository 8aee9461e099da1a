#include "unit/plant/files.hpp"

#include <cstdlib>
#include <format>
#include <fstream>

namespace millwright::plant {
namespace {

// Every file of tests/data/plants-invalid has its problems, word for word, in a `.expected` file beside it.
// After a change of wording: MILLWRIGHT_WRITE_EXPECTED=1 plant_tests --gtest_filter='InvalidPlants*', then read the difference.
TEST(InvalidPlants, AreReportedWithPlaceAndAdvice) {
    const auto files = filesIn(testData / "plants-invalid", ".toml");
    ASSERT_GE(files.size(), 25u);
    for (const auto& file : files) {
        auto expectedFile = file;
        expectedFile.replace_extension(".expected");
        std::string found = problemsOf(textOf(file), file.parent_path());
        // Machine-specific part of the advice.
        const std::string folder = file.parent_path().lexically_normal().string();
        for (auto at = found.find(folder); at != std::string::npos; at = found.find(folder))
            found.replace(at, folder.size(), "FOLDER");
        if (std::getenv("MILLWRIGHT_WRITE_EXPECTED") != nullptr) std::ofstream{expectedFile} << found;
        EXPECT_NE(found, "") << file.filename() << " loads";
        EXPECT_EQ(found, textOf(expectedFile)) << file.filename();
    }
}

TEST(InvalidPlants, AreRefusedByTheFileToo) {
    const auto missing = load("/nonexistent/plant");
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().front().code, ErrorCode::NotFound);
    const auto folder = load(testData);
    ASSERT_FALSE(folder.has_value());
    EXPECT_EQ(folder.error().front().message, "this folder has no plant.toml: name a plant's folder or its plant.toml");
    const auto broken = load(testData / "plants-invalid/meaning-limits.toml");
    ASSERT_FALSE(broken.has_value());
    EXPECT_TRUE(broken.error().front().text().ends_with(
        "plants-invalid/meaning-limits.toml:8:9: 'range' is [300, 0]: the first must be less than the second"))
        << broken.error().front().text();
}

TEST(InvalidPlants, HaveTheRightKindOfError) {
    const auto codeOf = [](std::string_view text, const LoadOptions& options = {}) {
        return loadText(text, ".", "", options).error().front().code;
    };
    EXPECT_EQ(codeOf("format = "), ErrorCode::Malformed);
    EXPECT_EQ(codeOf("format = 2"), ErrorCode::Unsupported);
    EXPECT_EQ(codeOf("format = 1\n[plant]\nid='p'\nlog='none'"), ErrorCode::NotFound);
    EXPECT_EQ(codeOf("format = 1\n[plant]\nid='p'\n[[equipment]]\npath='a'\nrepeat={count=4}", {.maximumItems = 3}),
              ErrorCode::ResourceLimit);
    EXPECT_EQ(codeOf(std::string(17u << 20, '#')), ErrorCode::ResourceLimit);
}

// Small texts that would ask for much memory or time are refused at once.
TEST(InvalidPlants, HostileSizesAreRefused) {
    const std::string header = "format = 1\n[plant]\nid = 'p'\n";
    const std::string longText(100'000, 'x');
    EXPECT_TRUE(problemsOf(header + "[[equipment]]\npath = 'a'\ndescription = '" + longText + "'\nrepeat = { count = 900000 }\n")
                    .contains("more than 1024 MiB of memory"));
    std::string like = header + "[[pattern]]\nid = 'k'\ndescription = '" + longText + "'\n";
    for (int i = 0; i < 20'000; ++i) like += std::format("[[equipment]]\npath = 'e{}'\nlike = 'k'\n", i);
    EXPECT_TRUE(problemsOf(like).contains("more than 1024 MiB of memory"));
    std::string states = header + "[[equipment]]\npath = 'a'\n[[equipment.signal]]\nid = 's'\ntype = 'string'\nstates = [";
    for (int i = 0; i < 1000; ++i) states += std::format("'{}', ", i);
    EXPECT_EQ(problemsOf(states + "]\n"), "9:10: 1000 states are more than the 256 a signal may have\n");
    std::string signals = header + "[[equipment]]\npath = 'a'\n";
    for (int i = 0; i < 50'000; ++i) signals += std::format("[[equipment.signal]]\nid = 's{}'\n", i);
    EXPECT_EQ(problemsOf(signals), "") << "many is not hostile";
}

TEST(InvalidPlants, ManyProblemsAreCutShort) {
    std::string text = "format = 1\n[plant]\nid = 'p'\n";
    for (int i = 0; i < 3000; ++i) text += std::format("[[equipment]]\npath = 'e{}'\nnope = 1\n", i);
    const auto plant = loadText(text, ".");
    ASSERT_FALSE(plant.has_value());
    EXPECT_EQ(plant.error().size(), 1001u);
    EXPECT_EQ(plant.error().back().message, "2000 more problems are not listed: mend these first");
}

// Power loss while saving: any prefix of a good file is a plant or a list of problems.
TEST(InvalidPlants, ATruncatedFileNeverCrashes) {
    const std::string text = textOf(testData / "plants-valid/everything.toml");
    for (std::size_t length = 0; length < text.size(); length += 7) {
        const auto plant = loadText(std::string_view{text}.substr(0, length), testData / "plants-valid");
        if (!plant) {
            EXPECT_FALSE(plant.error().empty());
        }
    }
}

} // namespace
} // namespace millwright::plant
