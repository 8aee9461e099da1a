#include "unit/plant/files.hpp"

#include <millwright/plant/feed.hpp>

#include <fstream>

namespace millwright::plant {
namespace {

// Recordings are looked at where the broker's secrets are not: only who follows the feeds needs them.
TEST(Feeds, WhoeverOnlyReplaysNeedsNoSecrets) {
    const auto folder = std::filesystem::path{testing::TempDir()} / "feeds-without-secrets";
    std::filesystem::create_directories(folder);
    const auto file = folder / "plant.toml";
    std::ofstream{file} << "format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'press'\n"
                           "[[feed]]\nid = 'a'\nkind = 'mqtt'\nurl = 'mqtts://broker'\nuser_env = 'U'\n"
                           "password_file = 'secret.txt'\nca = 'ca.pem'\n";
    const auto plant = load(file);
    ASSERT_TRUE(plant.has_value()) << plant.error().front().text();

    const auto missing = loadFeeds(file);
    ASSERT_FALSE(missing.has_value());
    ASSERT_EQ(missing.error().size(), 2u);
    EXPECT_TRUE(missing.error()[0].text().contains(":11:17: password_file 'secret.txt' does not exist"))
        << missing.error()[0].text();
    EXPECT_TRUE(missing.error()[1].text().contains(":12:6: ca 'ca.pem' does not exist")) << missing.error()[1].text();

    std::ofstream{folder / "secret.txt"} << "s\n";
    std::ofstream{folder / "ca.pem"} << "c\n";
    const auto feeds = loadFeeds(file);
    ASSERT_TRUE(feeds.has_value()) << feeds.error().front().text();
    EXPECT_EQ(feeds->front().passwordFile, folder / "secret.txt");
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace millwright::plant
