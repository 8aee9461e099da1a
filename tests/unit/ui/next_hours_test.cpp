#include "unit/ui/bench.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/ui/next_hours.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using testing::Bench;
using ::testing::HasSubstr;

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "line"
[[process.source]]
id = "blanks"
to = "saw"
[[process.station]]
id = "saw"
cycle = { kind = "gamma", mean = 80, shape = 4 }
to = "rack"
[[process.buffer]]
id = "rack"
name = "Rack before the mill"
capacity = 6
to = "mill"
[[process.station]]
id = "mill"
cycle = { kind = "gamma", mean = 80, shape = 4 }
failure = [{ id = "tool", between = { kind = "exponential", mean = "1h" }, repair = { kind = "exponential", mean = "12min" } }]
to = "done"
)";

class NextHoursTest : public ::testing::Test {
protected:
    NextHoursTest() {
        std::filesystem::create_directories(folder_ / "scenarios");
        write("plant.toml", plantText);
        write(
            "scenarios/second-mill.toml",
            "format = 1\n[scenario]\nname = \"A second mill beside the first\"\n[[process.station]]\nid = \"mill\"\nservers = 2\n");
        write("scenarios/wrong.toml", "format = 1\n[[process.station]]\nid = \"mill\"\nto = \"nowhere\"\n");
        auto loaded = plant::load(folder_);
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().front().text());
        plant_ = *std::move(loaded);
    }
    ~NextHoursTest() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, std::string_view text) const { std::ofstream{folder_ / name} << text; }

    /// Both work, three parts between them.
    static Result<sim::Sighting> seen(Time at, const Progress&) {
        sim::Sighting sighting{.at = at, .sinceShiftsBegan = {}, .stations = {}, .buffers = {}};
        sighting.stations.assign(2, {.now = sim::Seen::Working,
                                     .since = 5min,
                                     .before = {},
                                     .cycle = 20s,
                                     .production = {},
                                     .worked = {},
                                     .up = {},
                                     .record = {}});
        sighting.stations[1].cycle.reset();
        sighting.buffers.assign(1, {.parts = 3});
        return sighting;
    }

    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / std::format("next-hours-{}", getpid());
    plant::Plant plant_;
};

TEST_F(NextHoursTest, LaysScenariosBesideNoChange) {
    NextHours hours{plant_, seen};
    hours.ask({.at = example::start, .length = 4h, .scenarios = {"second-mill"}, .target = 150});
    hours.wait();
    const NextHours::Status status = hours.status();
    EXPECT_EQ(status.problem, "");
    ASSERT_TRUE(status.answer);
    const NextHours::Answer& answer = *status.answer;
    ASSERT_EQ(answer.scenarios.size(), 2u);
    EXPECT_EQ(answer.scenarios[0].name, "No change");
    EXPECT_EQ(answer.scenarios[1].name, "A second mill beside the first");
    EXPECT_EQ(answer.present.state.buffers.at(0).parts, 3u);
    const auto& difference = answer.forecast.study.differences.at(0).metrics.front();
    EXPECT_EQ(difference.id, "throughput");
    EXPECT_GT(difference.estimate.mean, difference.estimate.halfWidth) << "the mill fails and is the bottleneck";
    ASSERT_TRUE(answer.forecast.scenarios[0].target && answer.forecast.scenarios[1].target);
    EXPECT_GT(answer.forecast.scenarios[1].target->share, answer.forecast.scenarios[0].target->share);

    // The same as `study --from` would say, however many threads there are.
    sim::ForecastPlan plan = answer.plan;
    plan.threads = 1;
    const auto again = sim::forecast(answer.scenarios, answer.present.state, plan);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->scenarios[1].courses.front().mean, answer.forecast.scenarios[1].courses.front().mean);
}

TEST_F(NextHoursTest, ListsScenariosAndWhyOneCannotBeRun) {
    NextHours hours{plant_, seen};
    hours.wait();
    const auto list = hours.status().whatIfs;
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 2u);
    EXPECT_EQ((*list)[0].problem, "");
    EXPECT_THAT((*list)[1].problem, HasSubstr("nowhere"));
    for (const auto& [id, why] : {std::pair{"wrong", "nowhere"}, {"gone", "scenarios/gone.toml"}}) {
        hours.ask({.at = example::start, .scenarios = {id}, .target = {}});
        hours.wait();
        EXPECT_THAT(hours.status().problem, HasSubstr(why));
        EXPECT_FALSE(hours.status().answer);
    }
    // A file that was put right meanwhile is read again.
    write("scenarios/wrong.toml", "format = 1\n[[process.station]]\nid = \"mill\"\nservers = 3\n");
    hours.ask({.at = example::start, .length = 1h, .scenarios = {"wrong"}, .target = {}});
    hours.wait();
    EXPECT_EQ(hours.status().problem, "");
    EXPECT_TRUE(hours.status().answer);
}

TEST_F(NextHoursTest, GivesUpAndTakesTheNextQuestion) {
    std::atomic<int> begun = 0;
    NextHours hours{plant_, [&](Time at, const Progress& progress) -> Result<sim::Sighting> {
                        if (++begun > 1) return seen(at, progress);
                        while (!progress.cancelled()) std::this_thread::yield(); // a log without end
                        return failure(ErrorCode::Cancelled, "stopped");
                    }};
    hours.ask({.at = example::start, .scenarios = {}, .target = {}});
    while (begun == 0) std::this_thread::yield();
    EXPECT_TRUE(hours.busy());
    hours.cancel();
    hours.wait();
    EXPECT_FALSE(hours.status().answer);
    EXPECT_EQ(hours.status().problem, "");
    hours.ask({.at = example::start, .length = 1h, .scenarios = {}, .target = {}});
    hours.wait();
    EXPECT_TRUE(hours.status().answer);
}

TEST_F(NextHoursTest, WhatIsGivenUpAtOnceIsNotWaitedFor) {
    NextHours hours{plant_, [](Time, const Progress&) -> Result<sim::Sighting> { return failure(ErrorCode::Unreadable, "no"); }};
    for (int i = 0; i < 500; ++i) { // mostly before it has begun
        hours.ask({.at = example::start, .scenarios = {}, .target = {}});
        hours.cancel();
        hours.wait();
    }
    EXPECT_FALSE(hours.busy());
}

TEST_F(NextHoursTest, SaysWhyNothingCouldBeRead) {
    NextHours hours{plant_, [](Time, const Progress&) -> Result<sim::Sighting> {
                        return failure(ErrorCode::Unreadable, "nothing was heard yet");
                    }};
    hours.ask({.at = example::start, .scenarios = {}, .target = {}});
    hours.wait();
    EXPECT_THAT(hours.status().problem, HasSubstr("nothing was heard yet"));
}

/// The panel over the example plant, which is given the process of the line.
class NextHoursPanelTest : public NextHoursTest {
protected:
    void open(Bench& bench, const NextHours* hours) {
        if (hours != nullptr) bench.world.plant.process = plant_.process;
        bench.model = bench.world.model();
        bench.model->nextHours = hours;
        bench.state.nextHours.shown = true;
        bench.frames(3);
    }
};

TEST_F(NextHoursPanelTest, SaysWhatItNeeds) {
    Bench bench;
    open(bench, nullptr);
    EXPECT_TRUE(bench.find("This plant has no process model"));
    bench.expectTidy();
    bench.world.plant.process = plant_.process;
    bench.model->logStatus = LogStatus::None;
    bench.frames(2);
    EXPECT_TRUE(bench.find("Nothing is measured yet"));
}

TEST_F(NextHoursPanelTest, AsksForWhatIsTicked) {
    NextHours hours{plant_, seen};
    hours.wait();
    Bench bench;
    open(bench, &hours);
    bench.save("next-hours-begin");
    bench.expectTidy();
    bench.clickAt(bench.find("8 h")->box.centre());
    const DrawnText* scenario = bench.find("A second mill beside the first");
    ASSERT_TRUE(scenario);
    const glm::vec2 there = scenario->box.centre();
    bench.clickAt(there);
    EXPECT_THAT(bench.state.nextHours.chosen, ::testing::ElementsAre("second-mill"));
    bench.state.nextHours.target = "150";
    bench.clickAt(bench.find("wrong")->box.centre()); // cannot be run
    const DrawnText* branch = bench.find("Branch from 14:14:00");
    ASSERT_TRUE(branch);
    const glm::vec2 button = branch->box.centre();
    bench.clickAt(button);
    const auto asked = bench.asked<Branch>();
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->length, Duration{8h});
    EXPECT_THAT(asked->scenarios, ::testing::ElementsAre("second-mill"));
    EXPECT_EQ(asked->target, 150u);
    bench.clickAt(there);
    EXPECT_TRUE(bench.state.nextHours.chosen.empty());
    bench.state.nextHours.target = "-5";
    bench.clickAt(button);
    ASSERT_TRUE(bench.asked<Branch>());
    EXPECT_FALSE(bench.asked<Branch>()->target);
}

TEST_F(NextHoursPanelTest, ShowsWhatMayCome) {
    NextHours hours{plant_, seen};
    hours.ask({.at = example::start + 14min, .length = 4h, .scenarios = {"second-mill"}, .target = 150});
    hours.wait();
    for (const auto& [size, scale] :
         {std::pair{glm::vec2{1280, 720}, 1.0f}, {glm::vec2{1920, 1400}, 1.0f}, {glm::vec2{1920, 1080}, 1.5f}}) {
        Bench bench{size, scale};
        open(bench, &hours);
        bench.save(std::format("next-hours-{}-{}", size.x, scale));
        bench.expectTidy();
        EXPECT_TRUE(bench.shows("branched from 14:14:00"));
        EXPECT_TRUE(bench.find("Good parts by 18:14:00"));
        EXPECT_TRUE(bench.find("150 or more"));
        const double more = hours.status().answer->forecast.study.differences[0].metrics.front().estimate.mean * 4;
        EXPECT_TRUE(bench.shows(std::format("+{:.0f}", std::floor(more)))) << more;
    }
    Bench bench{{1280, 1400}};
    open(bench, &hours);
    EXPECT_TRUE(bench.find("Good parts made"));
    const DrawnText* rack = bench.find("Rack before the mill");
    ASSERT_TRUE(rack);
    bench.clickAt(rack->box.centre());
    EXPECT_EQ(bench.state.nextHours.course, "content/rack");
    bench.frames(2);
    bench.save("next-hours-rack");
    EXPECT_TRUE(bench.find("Parts in Rack before the mill"));
    EXPECT_TRUE(bench.find("is full at some time"));
    EXPECT_TRUE(bench.find("Not shown by any signal, so assumed"));
    bench.expectTidy();
}

TEST_F(NextHoursPanelTest, CanBeGivenUp) {
    NextHours hours{plant_, [](Time, const Progress& progress) -> Result<sim::Sighting> {
                        while (!progress.cancelled()) std::this_thread::yield();
                        return failure(ErrorCode::Cancelled, "stopped");
                    }};
    hours.wait();
    Bench bench;
    open(bench, &hours);
    hours.ask({.at = example::start, .scenarios = {}, .target = {}});
    bench.frames(2);
    bench.expectTidy();
    const DrawnText* cancel = bench.find("Cancel");
    ASSERT_TRUE(cancel);
    bench.clickAt(cancel->box.centre());
    EXPECT_TRUE(bench.asked<CancelBranch>());
    hours.cancel();
    hours.wait();
    bench.frames(2);
    EXPECT_TRUE(bench.find("Branch from 14:14:00"));
}

} // namespace
} // namespace millwright::ui
