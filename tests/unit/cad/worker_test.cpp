#include "support/folders.hpp"

#include <millwright/cad/import.hpp>
#include <millwright/scene/find.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>
#include <set>
#include <unistd.h>

/// What happens to the real import worker on real files: stopped, killed, starved of memory, fed damaged bytes.
namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

const fs::path data = millwright::test::sourceFolder() / "../shared/data/cad";
const fs::path largeStep = data / "nist_pmi_ctc/nist_ctc_02_asme1_ap242-e2.stp";

#define MILLWRIGHT_NEEDS(path)                                                                                                     \
    if (!fs::exists(path)) GTEST_SKIP() << "not here: " << (path)

std::string contentOf(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

class Worker : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = fs::temp_directory_path() / (std::string{"millwright-worker-"} + test->name() + "-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }
    fs::path write(const std::string& name, std::string_view content) {
        std::ofstream{folder_ / name, std::ios::binary} << content;
        return folder_ / name;
    }

    /// Flips one bit at a time, spread over the file, and cuts it off: a valid scene or one clear line each time.
    void expectSafeWhenDamaged(const fs::path& path, std::size_t times) {
        const std::string content = contentOf(path);
        ImportOptions options;
        options.limits.time = std::chrono::seconds{60};
        options.limits.memoryBytes = std::uint64_t{2} << 30;
        for (std::size_t i = 0; i < times; ++i) {
            std::string damaged = content;
            const std::size_t at = content.size() / times * i + i % (content.size() / times);
            if (i % 8 == 7)
                damaged.resize(at);
            else
                damaged[at] = static_cast<char>(damaged[at] ^ (1 << i % 7));
            const auto result = import(write("damaged" + path.extension().string(), damaged), options);
            if (result) {
                EXPECT_TRUE(scene::validate(result->scene)) << at;
            } else {
                EXPECT_NE(result.error().code, ErrorCode::Device) << at;
                EXPECT_FALSE(result.error().message.empty()) << at;
                EXPECT_EQ(result.error().text().find('\n'), std::string::npos) << at << result.error().text();
            }
        }
    }

    fs::path folder_;
};

TEST_F(Worker, TellsHowFarAStepFileIs) {
    MILLWRIGHT_NEEDS(largeStep);
    ImportOptions options;
    std::set<std::string> stages;
    double last = 0;
    options.progress.report = [&](double fraction, std::string_view stage) {
        EXPECT_GE(fraction, last) << stage;
        EXPECT_LE(fraction, 1);
        last = fraction;
        stages.emplace(stage);
    };
    const auto result = import(largeStep, options);
    ASSERT_TRUE(result) << result.error().text();
    for (const char* stage : {"reading STEP", "translating", "making triangles", "preparing meshes"})
        EXPECT_TRUE(stages.contains(stage)) << stage;
    EXPECT_EQ(last, 1);
    ASSERT_GE(result->report.stages.size(), 4u);
    double seconds = 0;
    for (const ImportStage& stage : result->report.stages) {
        seconds += stage.seconds;
        EXPECT_GT(stage.peakBytes, 1u << 20) << stage.stage;
        EXPECT_LE(stage.peakBytes, result->report.peakBytes) << stage.stage;
    }
    EXPECT_LE(seconds, result->report.seconds);
}

TEST_F(Worker, StopsInTheMiddleOfAStepFile) {
    MILLWRIGHT_NEEDS(largeStep);
    std::stop_source stop;
    ImportOptions options;
    options.progress.stop = stop.get_token();
    options.progress.report = [&](double fraction, std::string_view) {
        if (fraction > 0.1) stop.request_stop();
    };
    const auto result = import(largeStep, options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

TEST_F(Worker, KilledByTheSystemIsAnError) {
    MILLWRIGHT_NEEDS(largeStep);
    ImportOptions options;
    options.progress.report = [&](double fraction, std::string_view) {
        if (fraction < 0.1) return;
        std::ifstream children{"/proc/self/task/" + std::to_string(::gettid()) + "/children"};
        for (pid_t child = 0; children >> child;) ::kill(child, SIGKILL);
    };
    const auto result = import(largeStep, options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::ResourceLimit) << result.error().text();
    EXPECT_NE(result.error().place.find("nist_ctc_02"), std::string::npos);
}

TEST_F(Worker, StarvedOfMemoryIsAnError) {
    MILLWRIGHT_NEEDS(largeStep);
#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
    GTEST_SKIP() << "the worker's memory is not limited under the sanitizers";
#endif
    ImportOptions options;
    for (const std::uint64_t megabytes : {40, 120}) {
        options.limits.memoryBytes = megabytes << 20;
        const auto result = import(largeStep, options);
        ASSERT_FALSE(result) << megabytes;
        EXPECT_TRUE(result.error().code == ErrorCode::ResourceLimit || result.error().code == ErrorCode::Malformed)
            << megabytes << ": " << result.error().text();
        EXPECT_NE(result.error().place.find("nist_ctc_02"), std::string::npos);
    }
}

/// A wavy sheet of cells x cells squares, as glTF beside its buffer; how many bytes that has.
std::uint64_t writeSheet(const fs::path& path, std::uint32_t cells) {
    const std::uint32_t side = cells + 1;
    std::vector<glm::vec3> positions, normals(std::size_t{side} * side, glm::vec3{0, 1, 0});
    std::vector<std::uint32_t> indices;
    for (std::uint32_t j = 0; j < side; ++j)
        for (std::uint32_t i = 0; i < side; ++i)
            positions.emplace_back(static_cast<float>(i) * 0.01f, std::sin(static_cast<float>(i + j)) * 0.01f,
                                   static_cast<float>(j) * 0.01f);
    for (std::uint32_t j = 0; j < cells; ++j)
        for (std::uint32_t i = 0; i < cells; ++i) {
            const std::uint32_t a = j * side + i, c = a + side;
            indices.insert(indices.end(), {a, c, c + 1, a, c + 1, a + 1});
        }
    const std::size_t vertexBytes = positions.size() * sizeof(glm::vec3), indexBytes = indices.size() * sizeof(std::uint32_t);
    std::ofstream binary{fs::path{path}.replace_extension(".bin"), std::ios::binary};
    binary.write(reinterpret_cast<const char*>(positions.data()), static_cast<std::streamsize>(vertexBytes));
    binary.write(reinterpret_cast<const char*>(normals.data()), static_cast<std::streamsize>(vertexBytes));
    binary.write(reinterpret_cast<const char*>(indices.data()), static_cast<std::streamsize>(indexBytes));
    const std::uint64_t bytes = vertexBytes * 2 + indexBytes;
    std::ofstream{path} << std::format(
        R"({{"asset":{{"version":"2.0"}},"scene":0,"scenes":[{{"nodes":[0]}}],"nodes":[{{"mesh":0}}],)"
        R"("meshes":[{{"primitives":[{{"attributes":{{"POSITION":0,"NORMAL":1}},"indices":2}}]}}],"accessors":[)"
        R"({{"bufferView":0,"componentType":5126,"count":{0},"type":"VEC3"}},{{"bufferView":1,"componentType":5126,"count":{0},"type":"VEC3"}},)"
        R"({{"bufferView":2,"componentType":5125,"count":{1},"type":"SCALAR"}}],"bufferViews":[{{"buffer":0,"byteLength":{2}}},)"
        R"({{"buffer":0,"byteOffset":{2},"byteLength":{2}}},{{"buffer":0,"byteOffset":{3},"byteLength":{4}}}],)"
        R"("buffers":[{{"byteLength":{5},"uri":"{6}"}}]}})",
        positions.size(), indices.size(), vertexBytes, vertexBytes * 2, indexBytes, bytes,
        fs::path{path}.replace_extension(".bin").filename().string());
    return bytes;
}

TEST_F(Worker, ALargeMeshTakesThreeAndAHalfTimesItsOwnSizeAtMost) {
#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
    GTEST_SKIP() << "sanitizers need memory of their own";
#endif
    static_cast<void>(writeSheet(folder_ / "small.gltf", 2));
    const std::uint64_t bytes = writeSheet(folder_ / "large.gltf", 1000);
    const auto small = import(folder_ / "small.gltf"), large = import(folder_ / "large.gltf");
    ASSERT_TRUE(small && large);
    EXPECT_EQ(large->scene.triangles(), 2'000'000u);
    EXPECT_LT(static_cast<double>(large->report.peakBytes - small->report.peakBytes), 3.5 * static_cast<double>(bytes))
        << "of " << bytes << " bytes";
}

TEST_F(Worker, DamagedStepFilesAreSafe) {
    const fs::path path = data / "step_units_colors/cube-fcstd/cube.step";
    MILLWRIGHT_NEEDS(path);
    expectSafeWhenDamaged(path, 16);
    expectSafeWhenDamaged(data / "cax_if_ap214/as1-oc-214.stp", 4);
}

TEST_F(Worker, DamagedIgesFilesAreSafe) {
    const fs::path path = data / "step_units_colors/cube-10x10mm/Cube 10x10.igs";
    MILLWRIGHT_NEEDS(path);
    expectSafeWhenDamaged(path, 8);
}

TEST_F(Worker, DamagedBinaryGltfFilesAreSafe) {
    const fs::path path = data / "twinmaker_cookiefactory/workspaces/cookiefactory/scenes/CookieFactoryWaterTank.glb";
    MILLWRIGHT_NEEDS(path);
    expectSafeWhenDamaged(path, 8);
}

TEST_F(Worker, AStepFileThatRefersToItselfEnds) {
    const fs::path path = data / "cax_if_ap214/s1-c5-214/TAIL.stp";
    MILLWRIGHT_NEEDS(path);
    // Both its parts are now this very file.
    std::string content = contentOf(path);
    for (const std::string name : {"TAIL_TURBINE.stp", "TAIL_MIDDLE_PART.stp"})
        for (auto at = content.find(name); at != std::string::npos; at = content.find(name))
            content.replace(at, name.size(), "LOOP.stp");
    const auto result = import(write("LOOP.stp", content));
    if (result) {
        EXPECT_TRUE(scene::validate(result->scene));
    } else {
        EXPECT_FALSE(result.error().message.empty());
    }
}

} // namespace
} // namespace millwright::cad
