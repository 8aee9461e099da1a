#include <millwright/core/shared_text.hpp>

#include <gtest/gtest.h>

#include <format>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace millwright {
namespace {

TEST(SharedText, IsReadLikeAString) {
    const std::string word = "kN";
    const SharedText unit = word;
    EXPECT_EQ(unit, "kN");
    EXPECT_EQ(unit, word);
    EXPECT_NE(unit, SharedText{"N"});
    EXPECT_LT(unit, SharedText{"mm"});
    EXPECT_EQ(unit.size(), 2u);
    EXPECT_EQ(std::format("[{:>4}]", unit), "[  kN]");
    const std::map<std::string, int, std::less<>> counts{{"kN", 3}};
    EXPECT_TRUE(counts.contains(unit));
}

TEST(SharedText, CopiesShareTheirCharactersUntilTheLastOneGoes) {
    auto first = std::make_unique<SharedText>("a text longer than a string keeps inside");
    const SharedText copy = *first;
    EXPECT_EQ(copy.view().data(), first->view().data());
    SharedText moved = std::move(*first);
    first.reset();
    EXPECT_EQ(copy, "a text longer than a string keeps inside");
    moved = "another";
    EXPECT_EQ(copy, "a text longer than a string keeps inside");
    EXPECT_EQ(moved, "another");
    moved = SharedText{moved};
    EXPECT_EQ(moved, "another");
}

TEST(SharedText, AnEmptyOneIsEmptyHoweverItWasMade) {
    EXPECT_TRUE(SharedText{}.empty());
    EXPECT_TRUE(SharedText{""}.empty());
    EXPECT_EQ(SharedText{}, SharedText{""});
    EXPECT_EQ(SharedText{}.view(), "");
    EXPECT_EQ(SharedText{std::string_view("a\0b", 3)}.size(), 3u);
}

TEST(SharedText, IsCopiedByManyThreads) {
    const SharedText shared = "spindle-speed";
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([mine = shared] {
            for (int k = 0; k < 10'000; ++k) {
                const SharedText copy = mine;
                ASSERT_EQ(copy.size(), 13u);
            }
        });
    threads.clear();
    EXPECT_EQ(shared, "spindle-speed");
}

} // namespace
} // namespace millwright
