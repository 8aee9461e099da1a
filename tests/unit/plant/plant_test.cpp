#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

namespace millwright::plant {
namespace {

TEST(Plant, Smoke) {
    const auto plant = loadText("format = 1\n[plant]\nid='a'\n", ".");
    ASSERT_TRUE(plant.has_value());
}

} // namespace
} // namespace millwright::plant
