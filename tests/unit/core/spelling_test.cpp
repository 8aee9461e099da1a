#include <millwright/core/spelling.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace millwright {
namespace {

const std::vector<std::string_view> keys{"interpolation", "limits", "unit", "id", "name", "position", "rotation"};

TEST(Spelling, FindsTheNearestWord) {
    EXPECT_EQ(closestWord("intrepolation", keys), "interpolation");
    EXPECT_EQ(closestWord("Unit", keys), "unit");
    EXPECT_EQ(closestWord("units", keys), "unit");
    EXPECT_EQ(closestWord("postion", keys), "position");
    EXPECT_EQ(closestWord("nmae", keys), "name") << "a swap is one mistake";
}

TEST(Spelling, StaysSilentWhenNothingIsNear) {
    EXPECT_EQ(closestWord("temperature", keys), "");
    EXPECT_EQ(closestWord("", keys), "");
    EXPECT_EQ(closestWord("xy", keys), "");
    EXPECT_EQ(closestWord(std::string(1000, 'u'), keys), "");
    EXPECT_EQ(didYouMean("temperature", keys), "");
    EXPECT_EQ(didYouMean("limit", keys), ": did you mean 'limits'?");
}

} // namespace
} // namespace millwright
