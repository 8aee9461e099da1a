#include "plant/text_index.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>

namespace millwright::plant {
namespace {

TEST(TextIndex, FindsEachOfManyTextsAndNoOther) {
    std::vector<std::string> texts;
    const auto textOf = [&](std::uint32_t number) { return std::string_view{texts[number]}; };
    TextIndex index;
    EXPECT_EQ(index.find("hall/m-1/force", textOf), std::nullopt) << "of none";
    for (std::uint32_t i = 0; i < 20'000; ++i) {
        const std::string text = std::format("hall/m-{}/signal-{}", i / 100, i % 100);
        const auto [number, added] = index.emplace(text, i, textOf);
        ASSERT_TRUE(added);
        ASSERT_EQ(number, i);
        texts.push_back(text);
    }
    for (std::uint32_t i = 0; i < texts.size(); ++i) ASSERT_EQ(index.find(texts[i], textOf), i);
    EXPECT_EQ(index.find("hall/m-200/signal-0", textOf), std::nullopt);
    EXPECT_EQ(index.find("", textOf), std::nullopt);
}

TEST(TextIndex, KeepsTheFirstOfEquals) {
    const std::vector<std::string> texts{"force", "speed", "force"};
    const auto textOf = [&](std::uint32_t number) { return std::string_view{texts[number]}; };
    TextIndex index;
    EXPECT_TRUE(index.emplace("force", 0, textOf).second);
    EXPECT_TRUE(index.emplace("speed", 1, textOf).second);
    EXPECT_EQ(index.emplace("force", 2, textOf), (std::pair<std::uint32_t, bool>{0, false}));
}

} // namespace
} // namespace millwright::plant
