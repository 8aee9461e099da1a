#include "cad/points/pcd.hpp"
#include "cad/points/splats.hpp"
#include "support/folders.hpp"

#include <millwright/cad/import.hpp>
#include <millwright/scene/find.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>

namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span{text});
}

std::string header(const std::string& fields, std::size_t points, const std::string& data) {
    std::string ones, sizes, types;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(std::ranges::count(fields, ' ')); ++i) {
        ones += " 1";
        sizes += " 4";
        types += " F";
    }
    return "# .PCD v0.7\nVERSION 0.7\nFIELDS " + fields + "\nSIZE" + sizes + "\nTYPE" + types + "\nCOUNT" + ones + "\nWIDTH " +
           std::to_string(points) + "\nHEIGHT 1\nPOINTS " + std::to_string(points) + "\nDATA " + data + "\n";
}

std::string raw(const std::vector<float>& values) {
    std::string bytes(values.size() * 4, '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

TEST(PointClouds, TextBinaryAndCompressedFilesSayTheSame) {
    float red = 0;
    const std::uint32_t packed = 0xFF8000;
    std::memcpy(&red, &packed, 4);
    const std::string text = header("x y z rgb", 2, "ascii") + "1 2 3 " + std::to_string(0) + "\nnan nan nan 2.3418052e-38\n";
    const auto asText = readPcd(bytesOf(text));
    ASSERT_TRUE(asText) << asText.error().message;
    EXPECT_EQ(asText->positions[0], glm::vec3(1, 2, 3));
    EXPECT_TRUE(std::isnan(asText->positions[1].x));
    const auto binary = readPcd(bytesOf(header("x y z rgb", 2, "binary") + raw({1, 2, 3, red, 4, 5, 6, red})));
    ASSERT_TRUE(binary) << binary.error().message;
    EXPECT_EQ(binary->positions[1], glm::vec3(4, 5, 6));
    EXPECT_EQ(binary->colours[1], (std::array<std::uint8_t, 4>{255, 128, 0, 255}));
    // Compressed: fields one after the other, here as two literal runs.
    const std::string columns = raw({1, 4, 2, 5, 3, 6, red, red});
    const std::string packedRun = std::string(1, '\x0f') + columns.substr(0, 16) + std::string(1, '\x0f') + columns.substr(16);
    const std::uint32_t sizes[2]{static_cast<std::uint32_t>(packedRun.size()), static_cast<std::uint32_t>(columns.size())};
    const auto compressed = readPcd(
        bytesOf(header("x y z rgb", 2, "binary_compressed") + std::string(reinterpret_cast<const char*>(sizes), 8) + packedRun));
    ASSERT_TRUE(compressed) << compressed.error().message;
    EXPECT_EQ(compressed->positions, binary->positions);
    EXPECT_EQ(compressed->colours, binary->colours);
}

TEST(PointClouds, BrokenFilesAreErrorsWhateverTheyClaim) {
    const std::string good = header("x y z", 2, "binary") + raw({1, 2, 3, 4, 5, 6});
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(readPcd(bytesOf(good.substr(0, size)))) << size;
    for (const char* data : {"ascii", "binary", "binary_compressed", "zip"})
        EXPECT_FALSE(readPcd(bytesOf(header("x y z", 4'000'000'000'000, data) + raw({1, 2, 3, 4})))) << data;
    EXPECT_FALSE(readPcd(bytesOf(header("a b c", 1, "binary") + raw({1, 2, 3}))));
    const std::uint32_t sizes[2]{4, 12};
    const std::string head = header("x y z", 1, "binary_compressed") + std::string(reinterpret_cast<const char*>(sizes), 8);
    EXPECT_FALSE(readPcd(bytesOf(head + "\x20\xff\xff\xff"))) << "refers to what is before the beginning";
}

TEST(PointClouds, EveryPointBecomesAClosedSolid) {
    const Splats splats = splat({{0, 0, 0}, {1, 0, 0}, {NAN, 0, 0}, {0, 2, 1}}, {});
    EXPECT_EQ(splats.shown, 3u);
    EXPECT_EQ(splats.broken, 1u);
    EXPECT_EQ(splats.mesh.indices.size(), 3u * 12);
    for (std::size_t i = 0; i < splats.mesh.indices.size(); i += 3) {
        const auto at = [&](std::size_t k) { return splats.mesh.positions[splats.mesh.indices[i + k]]; };
        const glm::vec3 outwards = glm::cross(at(1) - at(0), at(2) - at(0));
        EXPECT_GT(glm::dot(outwards, splats.mesh.normals[splats.mesh.indices[i]]), 0);
    }
}

TEST(PointClouds, AScannedRoomIsShown) {
    const fs::path folder = millwright::test::sourceFolder() / "../shared/data/pointcloud/pcl_rooms";
    if (!fs::exists(folder)) GTEST_SKIP() << "not here: " << folder;
    const auto room = import(folder / "room_scan1.pcd");
    ASSERT_TRUE(room) << room.error().text();
    EXPECT_EQ(room->report.triangles, 4u * 112586);
    EXPECT_TRUE(scene::validate(room->scene));
    EXPECT_EQ(room->report.upAxis, "Z");
    const auto lamp = import(folder / "lamppost.pcd");
    ASSERT_TRUE(lamp) << lamp.error().text();
    EXPECT_EQ(lamp->report.triangles, 4u * 1771);
    const auto table = import(folder / "table_scene_mug_stereo_textured.pcd");
    ASSERT_TRUE(table) << table.error().text();
    EXPECT_GT(table->report.colours, 100u);
    ASSERT_FALSE(table->report.dropped.empty()) << "what the cameras did not see";
    EXPECT_EQ(table->report.triangles / 4 + table->report.dropped[0].count, 307200u);
}

} // namespace
} // namespace millwright::cad
