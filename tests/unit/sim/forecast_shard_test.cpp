#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/forecast_shard.hpp>

#include <gmock/gmock.h>

#include <bit>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class ForecastShards : public ::testing::Test {
protected:
    ForecastShards() {
        plant::Process faster = everything();
        faster.stations[4].cycle.mean = 4;
        scenarios = {{"base", "No change", *Model::make(everything())}, {"fast", "Fast assembly", *Model::make(faster)}};
        for (std::uint32_t i = 0; i < 3; ++i) {
            ForecastPlan part = plan;
            part.shard = i;
            part.shards = 3;
            files.push_back(
                {std::format("part-{}", i + 1), forecastShardText(scenarios, state, part, *forecastRuns(scenarios, state, part))});
        }
    }
    std::string refusal(const std::vector<ShardFile>& changed) {
        const auto merged = mergeForecastShards(scenarios, state, changed);
        return merged ? "" : merged.error().text();
    }
    std::vector<ShardFile> with(std::string_view was, std::string_view is, std::size_t part = 1) const {
        auto changed = files;
        changed[part].text.replace(changed[part].text.find(was), was.size(), is);
        return changed;
    }

    std::vector<Scenario> scenarios;
    InitialState state{.stations = {{"saw", {{.hand = Hand::Work, .inHand = {Elapsed::Known::Exactly, 3s}}, {}}}},
                       .buffers = {{"in", 11}, {"oven-queue", 4}},
                       .sources = {{.id = "bolts"}},
                       .sinceShiftsBegan = 700s};
    ForecastPlan plan{.length = 30min, .steps = 6, .seed = 5, .replications = 40, .target = 100};
    std::vector<ShardFile> files;
};

void expectSame(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(std::bit_cast<std::uint64_t>(a[i]), std::bit_cast<std::uint64_t>(b[i]));
}

TEST_F(ForecastShards, MergeToTheVeryForecastOfTheWhole) {
    const Forecast whole = *forecast(scenarios, state, plan);
    auto merged = mergeForecastShards(scenarios, state, std::vector{files[2], files[0], files[1]}); // in any order
    ASSERT_TRUE(merged) << merged.error().text();
    EXPECT_EQ(merged->plan.replications, 40u);
    EXPECT_FALSE(merged->plan.target);
    merged->plan.target = plan.target;
    const Forecast put = forecastOf(scenarios, merged->plan, merged->runs);
    for (std::size_t s = 0; s < 2; ++s) {
        const ScenarioForecast &a = put.scenarios[s], &b = whole.scenarios[s];
        ASSERT_EQ(a.courses.size(), b.courses.size());
        for (std::size_t c = 0; c < a.courses.size(); ++c) {
            EXPECT_EQ(a.courses[c].id, b.courses[c].id);
            expectSame(a.courses[c].mean, b.courses[c].mean);
            expectSame(a.courses[c].low, b.courses[c].low);
            expectSame(a.courses[c].high, b.courses[c].high);
        }
        ASSERT_EQ(a.turns.size(), b.turns.size());
        ASSERT_GT(a.turns.size(), 3u);
        for (std::size_t t = 0; t < a.turns.size(); ++t) {
            EXPECT_EQ(a.turns[t].median, b.turns[t].median);
            EXPECT_EQ(a.turns[t].within.share, b.turns[t].within.share);
        }
        EXPECT_EQ(a.target->share, b.target->share);
        const auto &x = put.study.scenarios[s].metrics, &y = whole.study.scenarios[s].metrics;
        ASSERT_EQ(x.size(), y.size());
        for (std::size_t m = 0; m < x.size(); ++m) {
            EXPECT_THAT(x[m].values, testing::Pointwise(testing::NanSensitiveDoubleEq(), y[m].values));
            expectSame({x[m].estimate.mean, x[m].estimate.halfWidth}, {y[m].estimate.mean, y[m].estimate.halfWidth});
        }
    }
    EXPECT_EQ(put.study.differences[0].metrics[0].estimate.mean, whole.study.differences[0].metrics[0].estimate.mean);
}

TEST_F(ForecastShards, RefuseWhatDoesNotBelongTogether) {
    EXPECT_EQ(refusal(files), "");
    EXPECT_THAT(refusal({files[0], files[2]}), HasSubstr("part 2 of 3 is missing"));
    EXPECT_THAT(refusal({files[0], files[1], files[0]}), HasSubstr("part-1: part 1 of 3 is given twice"));
    EXPECT_THAT(refusal(with("seed 5", "seed 6")), HasSubstr("part-2: it has another seed"));
    EXPECT_THAT(refusal(with("\nmade ", "\nmade inf ")), HasSubstr("part-2:"));
    EXPECT_THAT(refusal(with("steps 6", "steps 7")), HasSubstr("a scenario's runs are damaged"));
    EXPECT_THAT(refusal(with("shards 3", "shards 0")), HasSubstr("the plan is damaged"));
    auto cut = files;
    cut[2].text.resize(cut[2].text.size() / 2);
    EXPECT_THAT(refusal(cut), HasSubstr("part-3:"));
    EXPECT_THAT(refusal({{"study", "millwright study shard 1\n"}}), HasSubstr("study:1: this is no part of a branch from now"));
    EXPECT_THAT(mergeShards(scenarios, files).error().text(), HasSubstr("parts with --from are merged with --from"));
    std::swap(scenarios[0], scenarios[1]);
    EXPECT_THAT(refusal(files), HasSubstr("part-1: it was made of another model or of other scenarios"));
    std::swap(scenarios[0], scenarios[1]);
    state.buffers[0].parts = 12;
    EXPECT_THAT(refusal(files), HasSubstr("part-1: it begins in another state of the plant"));
    state.buffers[0].parts = 11;
    state.stations[0].machines[0].inHand.time = 4s;
    EXPECT_THAT(refusal(files), HasSubstr("part-1: it begins in another state of the plant"));
}

} // namespace
} // namespace millwright::sim
