#include <millwright/telemetry/bookmarks.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <random>

namespace millwright::telemetry {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class BookmarksTest : public ::testing::Test {
protected:
    BookmarksTest() {
        folder = std::filesystem::temp_directory_path() / std::format("bookmarks-{}", std::random_device{}());
        std::filesystem::create_directories(folder);
        log = folder / "night shift.mcap";
    }
    ~BookmarksTest() override { std::filesystem::remove_all(folder); }
    Error problemOf(std::string_view text) {
        std::ofstream{bookmarkFile(log)} << text;
        return readBookmarks(log).error();
    }

    std::filesystem::path folder, log;
    const Time start = *parseTime("2026-11-23T08:00:00Z");
    const TimeInterval span{start, start + 1h};
};

TEST_F(BookmarksTest, WhatIsWrittenIsRead) {
    EXPECT_TRUE(readBookmarks(log)->empty());
    const std::vector<Bookmark> bookmarks{{start + 5min, "the \"web\" \\ break"}, {start + 7min + 1ns, "Bahnriß, 破断"}};
    ASSERT_TRUE(writeBookmarks(log, bookmarks));
    EXPECT_EQ(*readBookmarks(log), bookmarks);
    ASSERT_TRUE(writeBookmarks(log, {}));
    EXPECT_FALSE(std::filesystem::exists(bookmarkFile(log))) << "no file says that there are none";
    ASSERT_TRUE(writeBookmarks(log, {})) << "there is nothing to remove";
}

TEST_F(BookmarksTest, AMomentMayBeABookmark) {
    ASSERT_TRUE(writeBookmarks(log, std::vector<Bookmark>{{start + 5min, "break"}, {start + 2h, "later"}, {start + 9min, "end"}}));
    EXPECT_EQ(momentOf("break", span, log), start + 5min);
    EXPECT_EQ(momentOf("+1min", span, log), start + 1min);
    EXPECT_EQ(momentOf("end", span, log), span.to) << "what moments are called is never a bookmark";
    EXPECT_EQ(momentOf("+2h", span, log).error().code, ErrorCode::OutOfRange);
    EXPECT_EQ(momentOf("later", span, log).error().code, ErrorCode::OutOfRange);
    EXPECT_THAT(momentOf("braek", span, log).error().message, HasSubstr("did you mean 'break'?"));
}

TEST_F(BookmarksTest, MistakesAreToldWithTheirPlace) {
    EXPECT_THAT(problemOf("[[bookmark]]\nname = \"a\"\n").message, HasSubstr("format = 1"));
    EXPECT_THAT(problemOf("format = 1\n[[bookmark]]\nname = \"a\"\n").place, HasSubstr("bookmarks.toml:2:1"));
    EXPECT_THAT(problemOf("format = 1\n[[bookmark]]\nname = \"\"\ntime = \"2026-11-23T08:00:00Z\"\n").message, HasSubstr("'name'"));
    EXPECT_THAT(problemOf("format = 1\n[[bookmark]]\nname = \"a\"\ntime = \"noon\"\n").message, HasSubstr("'time'"));
    EXPECT_THAT(problemOf("format = 1\n[[bookmark]]\nnmae = \"a\"\n").message, HasSubstr("'nmae'"));
    EXPECT_THAT(problemOf("format = 1\ncolour = 2\n").message, HasSubstr("'colour'"));
    const std::string one = "[[bookmark]]\nname = \"a\"\ntime = \"2026-11-23T08:00:00Z\"\n";
    EXPECT_THAT(problemOf("format = 1\n" + one + one).message, HasSubstr("two bookmarks"));
    EXPECT_EQ(problemOf("format = ").code, ErrorCode::Malformed);
}

} // namespace
} // namespace millwright::telemetry
