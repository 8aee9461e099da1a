#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/describe.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/shard.hpp>
#include <millwright/sim/shown.hpp>
#include <millwright/sim/study_report.hpp>

#include <gmock/gmock.h>

#include <charconv>
#include <sim/chart.hpp>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

plant::Process line(double cycle) {
    plant::Process process;
    process.length = 200h;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .to = toStation(0)}};
    process.buffers = {{.id = "between", .capacity = 3, .to = takenBy(1)}};
    process.stations = {{.id = "saw", .name = "Saw", .cycle = exponentialOf(60), .to = toBuffer(0)},
                        {.id = "mill", .name = "Mill <2>", .cycle = exponentialOf(cycle), .to = toDone()}};
    return process;
}

struct Studied {
    std::vector<Scenario> scenarios;
    StudyPlan plan{.warmUp = 10h, .seed = 7, .replications = 12};
    StudyResult result;
};

Studied studied() {
    Studied all;
    all.scenarios = {{"base", "As it is", *Model::make(line(60))},
                     {"fast", "Fast <mill> & \"more\"", *Model::make(line(40)), "Cycle 40 s: assumed.\nAll else as <before>.\n"},
                     {"same", "Nothing changed", *Model::make(line(60))}};
    all.result = *study(all.scenarios, all.plan);
    return all;
}

TEST(StudyReport, SaysWhatIsBetterAndWhatIsNotShown) {
    const Studied all = studied();
    const std::string page = studyPage("Line <1>", all.scenarios, all.plan, all.result);
    EXPECT_THAT(page, HasSubstr("What-if study: Line &lt;1&gt;"));
    const double more = all.result.differences[0].metrics[0].estimate.mean;
    ASSERT_GT(more, 1);
    EXPECT_THAT(page, HasSubstr("<b>Fast &lt;mill&gt; &amp; &quot;more&quot;</b>: <span class=\"good\">"));
    EXPECT_THAT(page, HasSubstr("<b>Nothing changed</b>: no difference shown"));
    EXPECT_THAT(
        page, HasSubstr("<td>station mill</td><td>cycle</td><td>exponential, mean 1 min 00 s</td><td>exponential, mean 40 s</td>"));
    EXPECT_THAT(page, HasSubstr("<li>Cycle 40 s: assumed.</li>\n<li>All else as &lt;before&gt;.</li>"));
    EXPECT_THAT(page, Not(HasSubstr("<mill>")));
    EXPECT_THAT(page, Not(HasSubstr("nan")));
    EXPECT_THAT(page, Not(HasSubstr("inf")));
    for (const char* outside : {"http:", "https:", "<script"}) EXPECT_THAT(page, Not(HasSubstr(outside)));
    EXPECT_EQ(page, studyPage("Line <1>", all.scenarios, all.plan, all.result));
}

// As many parts in less time is a difference, and runs of other lengths are not passed over.
TEST(StudyReport, SaysWhatElseDiffersAndHowLongEachRunIs) {
    Studied all;
    plant::Process before = line(30), after = line(10);
    before.sources[0].every = after.sources[0].every = exponentialOf(120);
    after.length = 300h;
    all.scenarios = {{"base", "As it is", *Model::make(before)}, {"fast", "Fast", *Model::make(after)}};
    all.result = *study(all.scenarios, all.plan);
    const std::string page = studyPage("Line", all.scenarios, all.plan, all.result);
    EXPECT_THAT(page, HasSubstr("Time in system: <span class=\"good\">-"));
    EXPECT_THAT(page,
                HasSubstr("As it is: runs of 8 d 08 h, of which the first 10 h 00 min are not counted; Fast: runs of 12 d 12 h"));
    EXPECT_THAT(page, Not(testing::ContainsRegex(">-0[.]0+ ")));
    EXPECT_EQ(withDigits(-0.0004, 0.055, true), "0.000");
    EXPECT_EQ(withDigits(-0.0604, 0.055, true), "-0.060");
    EXPECT_EQ(interval(0, 0, 1), "0 \u00b1 0");
    EXPECT_EQ(withDigits(0.0604, 0.055, true), "+0.060");
}

TEST(StudyText, IsForPeople) {
    const Studied all = studied();
    const std::string text = studyText(all.plan, all.result);
    EXPECT_THAT(text, HasSubstr("\nGood parts, per hour\n"));
    EXPECT_THAT(text, HasSubstr("\nTime in system, min\n"));
    EXPECT_THAT(text, HasSubstr("better in 12 of 12 runs"));
    EXPECT_THAT(text, HasSubstr("no difference shown"));
    EXPECT_THAT(text, HasSubstr("\nStations at work, %"));
    EXPECT_THAT(text, Not(HasSubstr("throughput")));
    // Names as the planner gave them, and the ids that JSON uses.
    EXPECT_THAT(text, HasSubstr("Fast <mill> & \"more\"  fast: runs of "));
}

// A reader of the table gets the very numbers of the study.
TEST(StudyReport, TableHoldsEveryValue) {
    const Studied all = studied();
    const std::string table = studyTable(all.plan, all.result);
    EXPECT_TRUE(table.starts_with("scenario,metric,unit,replication,seed,value\r\nbase,throughput,/h,1,"));
    double sum = 0;
    int rows = 0;
    for (std::size_t at = 0; (at = table.find("\nfast,throughput,/h,", at)) != std::string::npos; ++at) {
        const std::size_t end = table.find("\r\n", at + 1), comma = table.rfind(',', end);
        double value = 0;
        std::from_chars(table.data() + comma + 1, table.data() + end, value);
        sum += value;
        ++rows;
    }
    EXPECT_EQ(rows, 12);
    EXPECT_NEAR(sum / rows, all.result.scenarios[1].metrics[0].estimate.mean, 1e-12);
}

TEST(StudyReport, ProbabilitiesOfWhatIsCertainAndWhatIsTheSame) {
    const StudyResult result = studied().result;
    EXPECT_GT(result.differences[0].metrics[0].probabilityHigher, 0.9999);
    EXPECT_EQ(result.differences[0].metrics[0].shareHigher, 1);
    EXPECT_EQ(result.differences[1].metrics[0].probabilityHigher, 0.5);
    EXPECT_EQ(result.differences[1].metrics[0].shareEqual, 1);
}

// A run that makes nothing has no time in system, rather than 0 s.
TEST(StudyReport, LeavesOutWhatThereIsNoneOf) {
    Studied all;
    all.plan = {.length = 100s, .warmUp = 0s, .seed = 7, .replications = 12};
    all.scenarios = {{"base", "As it is", *Model::make(line(60))}, {"never", "Never done", *Model::make(line(1e9))}};
    all.result = *study(all.scenarios, all.plan);
    const MetricResult &some = all.result.scenarios[0].metrics[2], &none = all.result.scenarios[1].metrics[2];
    ASSERT_EQ(some.id, "timeInSystem");
    const auto made = static_cast<std::size_t>(
        std::ranges::count_if(all.result.scenarios[0].metrics[0].values, [](double throughput) { return throughput > 0; }));
    ASSERT_GT(made, 0u);
    ASSERT_LT(made, 12u);
    EXPECT_EQ(some.estimate.observations, made);
    EXPECT_GT(some.estimate.mean, 1);
    EXPECT_EQ(none.estimate.observations, 0u);
    EXPECT_EQ(all.result.differences[0].metrics[2].estimate.observations, 0u);
    EXPECT_THAT(studyTable(all.plan, all.result),
                HasSubstr("never,timeInSystem,s,1," + std::to_string(replicationSeed(7, 0)) + ",\r\n"));
    EXPECT_THAT(studyPage("Line", all.scenarios, all.plan, all.result), Not(HasSubstr("nan")));
    const std::vector<ShardFile> part{{"part", shardText(all.scenarios, all.plan, all.result)}};
    EXPECT_EQ(mergeShards(all.scenarios, part)->result.scenarios[0].metrics[2].estimate.observations, made);
}

TEST(Describe, FindsWhatDiffers) {
    plant::Process before = line(60), after = before;
    EXPECT_TRUE(changesOf(before, after).empty());
    after.buffers[0].capacity = 9;
    after.stations[0].failures = {{.id = "blade", .between = exponentialOf(3600), .repair = constantOf(300)}};
    after.stations[1].servers = 2;
    const std::vector<Change> changes = changesOf(before, after);
    ASSERT_EQ(changes.size(), 4u);
    EXPECT_EQ(changes[0].before + " -> " + changes[0].after, "3 parts -> 9 parts");
    EXPECT_EQ(changes[1].what + ": " + changes[1].after, "failure blade, between: exponential, mean 1 h 00 min, working time");
    EXPECT_EQ(changes[2].after, "always 5 min 00 s");
    EXPECT_EQ(changes[3].element + ": " + changes[3].after, "station mill: 2");
    EXPECT_EQ(changesOf(after, before).size(), 4u);
}

TEST(Chart, StepsAreNice) {
    EXPECT_DOUBLE_EQ(niceStep(10), 2);
    EXPECT_DOUBLE_EQ(niceStep(4), 1);
    EXPECT_DOUBLE_EQ(niceStep(0.0303), 0.005);
    for (double length = 0.001; length < 1e6; length *= 1.37) {
        EXPECT_GE(length / niceStep(length), 2.99) << length;
        EXPECT_LE(length / niceStep(length), 7.51) << length;
    }
}

} // namespace
} // namespace millwright::sim
