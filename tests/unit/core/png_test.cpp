#include <millwright/core/mapped_file.hpp>
#include <millwright/core/png.hpp>

#include <gtest/gtest.h>

using namespace millwright;

namespace {

std::filesystem::path scratch(const char* name) { return std::filesystem::path{testing::TempDir()} / name; }

TEST(Png, ReadsBackWhatItWrote) {
    std::vector<std::uint8_t> rgba;
    for (int i = 0; i < 3 * 5 * 4; ++i) rgba.push_back(static_cast<std::uint8_t>(i * 4 + (i % 4 == 3 ? 200 : 0)));
    ASSERT_TRUE(writePng(scratch("millwright-a.png"), 3, 5, rgba));
    const auto image = readPng(scratch("millwright-a.png"));
    ASSERT_TRUE(image) << image.error().text();
    EXPECT_EQ(image->width, 3u);
    EXPECT_EQ(image->height, 5u);
    EXPECT_EQ(image->rgba, rgba);
}

TEST(Png, SaysWhatIsWrongWithBadInput) {
    EXPECT_EQ(writePng(scratch("millwright-b.png"), 3, 5, std::vector<std::uint8_t>(7)).error().code, ErrorCode::Invalid);
    EXPECT_EQ(readPng(scratch("millwright-no-such.png")).error().code, ErrorCode::NotFound);
    ASSERT_TRUE(writeFile(scratch("millwright-c.png"), std::string_view{"not a picture"}));
    EXPECT_EQ(readPng(scratch("millwright-c.png")).error().code, ErrorCode::Malformed);
    const std::vector<std::uint8_t> rgba(64 * 64 * 4, 9);
    ASSERT_TRUE(writePng(scratch("millwright-d.png"), 64, 64, rgba));
    const auto whole = readFile(scratch("millwright-d.png"));
    ASSERT_TRUE(whole);
    for (std::size_t cut = 0; cut < whole->size(); cut += 7) {
        ASSERT_TRUE(writeFile(scratch("millwright-d.png"), std::string_view{*whole}.substr(0, cut)));
        const auto image = readPng(scratch("millwright-d.png"));
        if (!image && cut > 0) { EXPECT_EQ(image.error().code, ErrorCode::Malformed); }
    }
}

} // namespace
