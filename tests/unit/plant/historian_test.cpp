#include "unit/plant/files.hpp"

#include <millwright/plant/feed.hpp>
#include <millwright/plant/historian.hpp>

#include <format>
#include <fstream>

namespace millwright::plant {
namespace {

class Historians : public testing::Test {
protected:
    std::filesystem::path folder = std::filesystem::path{testing::TempDir()} / "plant-with-a-historian";

    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }

    auto load(std::string_view table) {
        std::ofstream{folder / "plant.toml"} << "format = 1\n[plant]\nid = 'p'\n" << table;
        return loadHistorian(folder);
    }
    std::string problem(std::string_view url) {
        const auto loaded = load(std::format("[historian]\nurl = '{}'\n", url));
        return loaded ? "none" : loaded.error().front().message;
    }
};

TEST_F(Historians, AUrlIsTakenApart) {
    const struct {
        std::string_view url, host, database;
        int port;
    } cases[] = {{"postgresql://db.example/history", "db.example", "history", 5432},
                 {"postgres://127.0.0.1:5433/a%20b", "127.0.0.1", "a b", 5433},
                 {"postgresql://[fe80::1]:6000/history", "fe80::1", "history", 6000},
                 {"postgresql://[::1]/history", "::1", "history", 5432},
                 {"postgresql://%2Fvar%2Frun%2Fpostgresql/history", "/var/run/postgresql", "history", 5432}};
    for (const auto& one : cases) {
        const auto loaded = load(std::format("[historian]\nurl = '{}'\n", one.url));
        ASSERT_TRUE(loaded && loaded->has_value()) << one.url;
        EXPECT_EQ((*loaded)->host, one.host);
        EXPECT_EQ((*loaded)->port, one.port);
        EXPECT_EQ((*loaded)->database, one.database);
        EXPECT_EQ((*loaded)->schema, "millwright");
    }
}

TEST_F(Historians, WhatIsWrongWithAUrlIsSaidAndNoSecretRepeated) {
    EXPECT_TRUE(problem("mysql://db/history").contains("postgresql://HOST[:5432]/DATABASE"));
    EXPECT_TRUE(problem("postgresql://db").contains("names no database"));
    EXPECT_TRUE(problem("postgresql://db/").contains("names no database"));
    EXPECT_TRUE(problem("postgresql:///history").contains("names no host"));
    EXPECT_TRUE(problem("postgresql://db:port/history").contains("'port' is no port"));
    EXPECT_TRUE(problem("postgresql://db/history?sslmode=disable").contains("no parameters"));
    EXPECT_TRUE(problem("postgresql://d%2/history").contains("two hexadecimal digits"));
    const std::string secret = problem("postgresql://clerk:hunter2@db/history");
    EXPECT_TRUE(secret.contains("user_env") && !secret.contains("hunter2")) << secret;
}

// A recording is looked at where the historian's secrets are not.
TEST_F(Historians, WhoeverOnlyReplaysNeedsNoSecrets) {
    constexpr std::string_view table = "[historian]\nurl = 'postgresql://db/history'\npassword_file = 'secret.txt'\n";
    const auto missing = load(table);
    ASSERT_FALSE(missing);
    EXPECT_TRUE(missing.error().front().text().contains("plant.toml:6:17: password_file 'secret.txt' does not exist"))
        << missing.error().front().text();
    EXPECT_TRUE(loadFeeds(folder));
    std::ofstream{folder / "secret.txt"} << "s\n";
    EXPECT_EQ((*load(table))->passwordFile, folder / "secret.txt");
    const auto none = load("");
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->has_value());
}

} // namespace
} // namespace millwright::plant
