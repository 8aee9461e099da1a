#include "opened.hpp"
#include "support/folders.hpp"
#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/check/report.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/log_tools.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace millwright {
namespace {

using telemetry::Sample;
namespace fs = std::filesystem;

const fs::path repository = millwright::test::sourceFolder();
const fs::path sharedData = repository / "../shared/data";

/// A folder of this test's own, gone afterwards.
class ReplayLogs : public ::testing::Test {
protected:
    ReplayLogs() {
        folder = fs::path{::testing::TempDir()} /
                 ("millwright-replay-" + std::string{::testing::UnitTest::GetInstance()->current_test_info()->name()});
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    ~ReplayLogs() override { fs::remove_all(folder); }

    static plant::Plant plantIn(const fs::path& path) {
        auto plant = plant::load(path);
        if (plant) return std::move(*plant);
        for (const Error& error : plant.error()) ADD_FAILURE() << error.text();
        return {};
    }
    /// Converts text files with a mapping file into one log.
    void convert(const std::vector<fs::path>& inputs, const fs::path& mapping, const fs::path& output) {
        telemetry::ConvertOptions options;
        if (!mapping.empty()) {
            auto read = telemetry::loadMapping(mapping);
            ASSERT_TRUE(read) << read.error().text();
            options.mapping = std::move(*read);
        }
        options.writer.samplesPerKeyframe = 20'000;
        const auto done = telemetry::convertLogs(inputs, output, options);
        ASSERT_TRUE(done) << done.error().text();
    }
    /// Runs an expectation file, of this folder when it is a name; every failed check is a failure of the test.
    void expectAll(const plant::Plant& plant, const fs::path& log, const fs::path& file) {
        const auto expectations = check::load(repository / "tests/replay" / file, plant);
        ASSERT_TRUE(expectations) << expectations.error().front().text();
        auto replay = opened(plant, log);
        ASSERT_TRUE(replay);
        const auto verdict = check::run(plant, *replay, *expectations);
        ASSERT_TRUE(verdict) << verdict.error().front().text();
        EXPECT_EQ(verdict->failed(), 0u) << check::toText(*verdict);
    }
    /// Jumps about at random and compares with replaying from the start.
    void expectSameStateHoweverReached(const plant::Plant& plant, const fs::path& log, int jumps = 12) {
        auto wanderer = opened(plant, log), walker = opened(plant, log);
        ASSERT_TRUE(wanderer && walker);
        std::mt19937_64 random{3};
        std::vector<Time> times{wanderer->log().from, wanderer->log().to};
        for (int i = 0; i < jumps; ++i)
            times.push_back(wanderer->log().from + Duration{static_cast<std::int64_t>(
                                                       random() % static_cast<std::uint64_t>(wanderer->log().length().count()))});
        std::map<Time, Digest> walked;
        for (const Time time : std::set<Time>{times.begin(), times.end()}) {
            ASSERT_TRUE(walker->runTo(time));
            walked[time] = walker->stateHash();
        }
        std::ranges::shuffle(times, random);
        for (const Time time : times) {
            ASSERT_TRUE(wanderer->seek(time));
            EXPECT_EQ(wanderer->stateHash(), walked[time]) << "at " << formatTime(time);
        }
    }
    fs::path folder;
};

TEST_F(ReplayLogs, ALogGivesTheSameStatesAsItsSamplesInMemory) {
    const plant::Plant plant = twin::testing::onePlant();
    std::mt19937_64 random{11};
    std::vector<Sample> samples;
    StringTable strings;
    const StringId states[] = {strings.add("Execute"), strings.add("Held")};
    for (std::int64_t ms = 0; ms < 200'000; ms += static_cast<std::int64_t>(random() % 8)) {
        const auto signal = static_cast<std::uint32_t>(random() % 7);
        const Quality quality = random() % 10 == 0 ? static_cast<Quality>(random() % 4) : Quality::Good;
        Sample sample = twin::testing::number(ms, signal, static_cast<double>(random() % 10'000) / 7, quality);
        sample.type = plant.signals[signal].type;
        if (sample.type == ValueType::String) sample.value = Value::of(states[random() % 2]);
        if (sample.type == ValueType::Boolean) sample.value = Value::of(random() % 2 == 0);
        if (sample.type == ValueType::Integer) sample.value = Value::of(static_cast<std::int64_t>(random() % 99));
        samples.push_back(sample);
    }
    std::vector<telemetry::LogChannel> channels;
    for (const plant::Signal& signal : plant.signals)
        channels.push_back({std::string{signal.topic}, signal.type, std::string{signal.unit}, {}});
    telemetry::LogWriterOptions options;
    options.samplesPerChunk = 500;
    options.samplesPerKeyframe = 2000;
    const fs::path log = folder / "busy.mcap";
    auto writer = telemetry::LogWriter::create(log, channels, options);
    ASSERT_TRUE(writer) << writer.error().text();
    ASSERT_TRUE(writer->write(samples, strings));
    ASSERT_TRUE(writer->close());

    auto memory = std::make_unique<twin::testing::MemorySource>(7, samples);
    memory->table = std::move(strings);
    auto fromMemory = twin::Replay::open(plant, std::move(memory));
    auto fromLog = opened(plant, log);
    ASSERT_TRUE(fromMemory && fromLog);
    EXPECT_EQ(fromLog->log(), fromMemory->log());
    for (int i = 0; i < 25; ++i) {
        const Time time = twin::testing::at(static_cast<std::int64_t>(random() % 200'000));
        ASSERT_TRUE(fromMemory->seek(time));
        ASSERT_TRUE(fromLog->seek(time));
        ASSERT_EQ(fromLog->stateHash(), fromMemory->stateHash()) << "at " << formatTime(time);
    }
    expectSameStateHoweverReached(plant, log);
}

TEST_F(ReplayLogs, MachineShop) {
    const fs::path raw = sharedData / "sensor/nist_sms_mazak_daily/raw", description = repository / "tests/data/nist_shop";
    if (!fs::exists(raw)) GTEST_SKIP() << raw << " is missing";
    std::vector<fs::path> parts;
    for (const std::string machine : {"Mazak01", "Mazak03", "GFAgie01"}) {
        parts.push_back(folder / (machine + ".mcap"));
        convert({raw / machine / (machine + "-20161020-20161021.txt")}, description / (machine + ".mapping.toml"), parts.back());
    }
    const fs::path log = folder / "shop.mcap";
    convert(parts, {}, log);
    const plant::Plant plant = plantIn(description);
    expectAll(plant, log, "nist_shop.toml");
    expectSameStateHoweverReached(plant, log);
}

TEST_F(ReplayLogs, WaterLoop) {
    const fs::path csv = sharedData / "sensor/skab_valve1/valve1/6.csv", description = repository / "tests/data/skab";
    if (!fs::exists(csv)) GTEST_SKIP() << csv << " is missing";
    const fs::path log = folder / "skab.mcap";
    convert({csv}, description / "skab.mapping.toml", log);
    const plant::Plant plant = plantIn(description);
    expectAll(plant, log, "skab.toml");
    expectSameStateHoweverReached(plant, log);
}

TEST_F(ReplayLogs, WeldingRobot) {
    const fs::path meshes = sharedData / "cad/robot_abb_irb6640", description = repository / "tests/data/irb6640";
    if (!fs::exists(meshes)) GTEST_SKIP() << meshes << " is missing";
    const fs::path log = folder / "irb6640.mcap";
    convert({description / "motion.csv"}, description / "irb6640.mapping.toml", log);
    const plant::Plant plant = plantIn(description);
    expectAll(plant, log, "irb6640.toml");
    expectSameStateHoweverReached(plant, log);

    // Every joint's link is turned by that joint's angle, and by no other.
    auto replay = opened(plant, log);
    ASSERT_TRUE(replay && replay->seek(replay->log().from + std::chrono::seconds{14}));
    const auto frame = replay->frame();
    ASSERT_EQ(plant.targets.size(), 6u);
    const std::map<std::string, double> angles{{"link-1", -1.15}, {"link-2", 0.6}, {"link-3", 0.05},
                                               {"link-4", -0.5},  {"link-5", 0.8}, {"link-6", -1.6}};
    for (std::size_t i = 0; i < plant.targets.size(); ++i) {
        const std::string& link = plant.equipment[index(plant.targets[i].equipment)].id;
        const glm::quat turned = frame->targets[i].rotation;
        EXPECT_NEAR(2 * std::atan2(turned.x + turned.y + turned.z, turned.w), angles.at(link), 1e-6) << link;
    }
}

TEST_F(ReplayLogs, AutoPartsShift) {
    const fs::path description = repository / "assets/plants/autoparts";
    const plant::Plant plant = plantIn(description);
    expectAll(plant, plant.defaultLog, "autoparts.toml");
    expectAll(plant, plant.defaultLog, description / "checks/shift.toml");
    expectSameStateHoweverReached(plant, plant.defaultLog, 6);
}

} // namespace
} // namespace millwright
