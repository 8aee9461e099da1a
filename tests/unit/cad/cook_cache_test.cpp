#include "cad/cook/cache.hpp"
#include "cad/cook/entry.hpp"
#include "cook_fixture.hpp"

#include <millwright/cad/open_cooked.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/scene/find.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <thread>

/// Opening models through the cache, worker included.
namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

class CookCache : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = fs::temp_directory_path() / (std::string{"millwright-cook-"} + test->name() + "-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
        options_.cache.folder = folder_ / "cache";
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// Two named objects of one material: an OBJ file with `columns` x 2 triangles each.
    fs::path writeModel(const std::string& name, int columns = 40) {
        std::ofstream file{folder_ / name};
        file << "mtllib colours.mtl\n";
        int first = 1;
        for (const char* object : {"left", "right"}) {
            file << "o " << object << "\nusemtl steel\n";
            const float shift = first == 1 ? 0.0f : 5.0f;
            for (int i = 0; i <= columns; ++i)
                for (int j = 0; j < 2; ++j) file << "v " << shift + static_cast<float>(i % 7) << ' ' << j << ' ' << i << '\n';
            for (int i = 0; i < columns; ++i) {
                const int a = first + i * 2;
                file << "f " << a << ' ' << a + 1 << ' ' << a + 3 << "\nf " << a << ' ' << a + 3 << ' ' << a + 2 << '\n';
            }
            first += (columns + 1) * 2;
        }
        writeColour("0.5 0.5 0.5");
        return folder_ / name;
    }
    void writeColour(const std::string& colour) const {
        std::ofstream{folder_ / "colours.mtl"} << "newmtl steel\nKd " << colour << "\n";
    }

    [[nodiscard]] std::vector<fs::path> entries() const {
        std::vector<fs::path> found;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator{options_.cache.folder, error}) found.push_back(entry.path());
        std::ranges::sort(found);
        return found;
    }
    CookedScene open(const fs::path& path) {
        auto opened = openCooked(path, options_);
        EXPECT_TRUE(opened) << opened.error().text();
        return opened ? *opened : CookedScene{nullptr};
    }

    fs::path folder_;
    OpenOptions options_;
};

bool equal(const scene::CookedGeometry& a, const scene::CookedGeometry& b) {
    const auto same = [](auto x, auto y) {
        return x.size_bytes() == y.size_bytes() && (x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0);
    };
    return same(a.meshes, b.meshes) && same(a.levels, b.levels) && same(a.clusters, b.clusters) && same(a.vertices, b.vertices) &&
           same(a.attributes, b.attributes) && same(a.triangles, b.triangles);
}

TEST_F(CookCache, TheSecondOpeningGivesTheSameWithoutImporting) {
    const auto model = writeModel("model.obj");
    const auto first = open(model);
    EXPECT_FALSE(first.fromCache());
    ASSERT_EQ(entries().size(), 1u);
    const auto second = open(model);
    EXPECT_TRUE(second.fromCache());
    EXPECT_TRUE(equal(first.geometry(), second.geometry()));
    EXPECT_EQ(second.report().uniqueTriangles, first.report().uniqueTriangles);
    EXPECT_EQ(second.report().file, model.string());
    EXPECT_TRUE(scene::findNode(second.scene(), "right"));
    EXPECT_EQ(second.scene().triangles(), 160u);
    const auto bounds = second.scene().bounds();
    EXPECT_NEAR(bounds.size().z, 40, 1e-3f);
}

TEST_F(CookCache, WhatTheModelRefersToAndTheOptionsArePartOfTheName) {
    const auto model = writeModel("model.obj");
    static_cast<void>(open(model));
    writeColour("0.25 0.125 0.75");
    EXPECT_FALSE(open(model).fromCache());
    options_.import.metresPerUnit = 0.001;
    const auto small = open(model);
    EXPECT_FALSE(small.fromCache());
    EXPECT_NEAR(small.scene().bounds().size().z, 0.04f, 1e-5f);
    EXPECT_EQ(entries().size(), 3u);
}

TEST_F(CookCache, WithoutItNothingIsWritten) {
    const auto model = writeModel("model.obj");
    options_.cache.use = false;
    EXPECT_FALSE(open(model).fromCache());
    EXPECT_FALSE(open(model).fromCache());
    EXPECT_TRUE(entries().empty());
}

TEST_F(CookCache, AnUnwritableCacheDoesNotKeepAModelFromOpening) {
    const auto model = writeModel("model.obj");
    std::ofstream{folder_ / "in the way"} << "a file where the folder should be";
    options_.cache.folder = folder_ / "in the way" / "cache";
    EXPECT_EQ(open(model).scene().triangles(), 160u);
}

TEST_F(CookCache, EveryCutOrChangedEntryIsMadeAgain) {
    const auto model = writeModel("model.obj");
    const auto first = open(model);
    ASSERT_EQ(entries().size(), 1u);
    const fs::path entry = entries().front();
    const auto whole = readFile(entry);
    ASSERT_TRUE(whole);
    std::vector<std::string> broken;
    for (const std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{4096}, whole->size() / 2, whole->size() - 1})
        broken.push_back(whole->substr(0, length));
    for (const std::size_t at :
         {std::size_t{3}, std::size_t{9}, std::size_t{20}, std::size_t{60}, std::size_t{4100}, std::size_t{8200}}) {
        std::string changed = *whole;
        changed[at] = static_cast<char>(changed[at] ^ 0x40);
        broken.push_back(changed);
    }
    for (const std::string& bytes : broken) {
        fs::remove(entry); // the old file is mapped still: it must not change below that
        std::ofstream{entry, std::ios::binary} << bytes;
        const auto again = open(model);
        EXPECT_FALSE(again.fromCache());
        EXPECT_TRUE(equal(first.geometry(), again.geometry()));
        EXPECT_TRUE(open(model).fromCache()) << "it was not made again";
    }
}

TEST_F(CookCache, AnEntryOfAnotherVersionIsMadeAgain) {
    const auto model = writeModel("model.obj");
    static_cast<void>(open(model));
    const fs::path entry = entries().front();
    auto bytes = *readFile(entry);
    bytes[8] = static_cast<char>(bytes[8] + 1);
    fs::remove(entry);
    std::ofstream{entry, std::ios::binary} << bytes;
    EXPECT_FALSE(open(model).fromCache());
    EXPECT_TRUE(open(model).fromCache());
}

TEST_F(CookCache, WhatWasNotUsedForLongestGoesFirst) {
    const auto a = writeModel("a.obj", 20), b = writeModel("b.obj", 30), c = writeModel("c.obj", 40);
    static_cast<void>(open(a));
    const auto ofA = entries();
    ASSERT_EQ(ofA.size(), 1u);
    static_cast<void>(open(b));
    for (const auto& entry : entries()) // b was opened yesterday, a the day before, then a again today
        fs::last_write_time(entry, fs::file_time_type::clock::now() - std::chrono::hours{entry == ofA.front() ? 48 : 24});
    EXPECT_TRUE(open(a).fromCache());
    std::uint64_t bytes = 0;
    for (const auto& entry : entries()) bytes += fs::file_size(entry);
    options_.cache.budgetBytes = bytes; // three do not fit
    static_cast<void>(open(c));
    EXPECT_EQ(entries().size(), 2u);
    EXPECT_TRUE(open(a).fromCache());
    EXPECT_TRUE(open(c).fromCache());
}

TEST_F(CookCache, WhatADeadWriterLeftBehindIsDeletedLater) {
    fs::create_directories(options_.cache.folder);
    const auto old = options_.cache.folder / "00.cooked.part1-0", fresh = options_.cache.folder / "00.cooked.part2-0";
    std::ofstream{old} << "half";
    std::ofstream{fresh} << "half";
    fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours{2});
    static_cast<void>(open(writeModel("model.obj")));
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(fs::exists(fresh)) << "another process may be writing it";
}

TEST_F(CookCache, ManyMayOpenTheSameModelAtOnce) {
    const auto model = writeModel("model.obj");
    std::vector<std::size_t> triangles(4);
    {
        std::vector<std::jthread> threads;
        for (std::size_t& count : triangles)
            threads.emplace_back([&] {
                const auto opened = openCooked(model, options_);
                if (opened) count = opened->scene().triangles();
            });
    }
    for (const std::size_t count : triangles) EXPECT_EQ(count, 160u);
    EXPECT_EQ(entries().size(), 1u);
    EXPECT_TRUE(open(model).fromCache());
}

TEST_F(CookCache, ACancelledOpeningLeavesNothing) {
    std::stop_source stop;
    stop.request_stop();
    options_.progress.stop = stop.get_token();
    const auto opened = openCooked(writeModel("model.obj"), options_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Cancelled);
    EXPECT_TRUE(entries().empty());
}

TEST_F(CookCache, AMissingModelIsSaidAsTheImportSaysIt) {
    const auto opened = openCooked(folder_ / "none.obj", options_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::NotFound);
}

/// Geometry that lies in each way a hostile entry could.
TEST(CookValidate, FindsEveryIndexOutOfRange) {
    const auto cooked = cook(test::sceneOf(test::torus(64, 32)));
    ASSERT_TRUE(cooked);
    EXPECT_TRUE(validate(cooked->geometry(), 1));
    const std::vector<std::pair<const char*, std::function<void(Cooked&)>>> lies{
        {"levels", [](Cooked& c) { c.meshes[0].levelCount += 1; }},
        {"fewer levels", [](Cooked& c) { c.meshes[0].levelCount -= 1; }},
        {"first level", [](Cooked& c) { c.meshes[0].firstLevel = ~0u; }},
        {"clusters", [](Cooked& c) { c.levels[0].clusterCount = ~0u; }},
        {"first cluster", [](Cooked& c) { c.levels[1].firstCluster = 0; }},
        {"vertices", [](Cooked& c) { c.clusters[2].firstVertex = static_cast<std::uint32_t>(c.vertices.size()); }},
        {"triangles", [](Cooked& c) { c.clusters[2].firstTriangle = ~0u; }},
        {"no triangle", [](Cooked& c) { c.clusters[2].triangleCount = 0; }},
        {"too many vertices", [](Cooked& c) { c.clusters[2].vertexCount = 129; }},
        {"corner", [](Cooked& c) { c.triangles[c.clusters[3].firstTriangle] |= 0xFF00u; }},
        {"sphere", [](Cooked& c) { c.clusters[3].own.x = std::numeric_limits<float>::quiet_NaN(); }},
        {"error", [](Cooked& c) { c.clusters[3].ownError = -1; }},
        {"attributes", [](Cooked& c) { c.meshes[0].firstAttributes = 0; }},
        {"grid", [](Cooked& c) { c.meshes[0].gridStep = std::numeric_limits<float>::infinity(); }}};
    for (const auto& [what, lie] : lies) {
        Cooked changed = *cooked;
        lie(changed);
        const auto ok = validate(changed.geometry(), 1);
        ASSERT_FALSE(ok) << what;
        EXPECT_EQ(ok.error().code, ErrorCode::Invalid) << what;
    }
}

} // namespace
} // namespace millwright::cad
