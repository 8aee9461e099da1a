#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/shard.hpp>

#include <gmock/gmock.h>

#include <bit>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Shards : public ::testing::Test {
protected:
    Shards() {
        plant::Process faster = everything();
        faster.stations[4].cycle.mean = 4;
        scenarios = {{"base", "As it is", *Model::make(everything())}, {"fast", "Fast assembly", *Model::make(faster)}};
        for (std::uint32_t i = 0; i < 3; ++i) {
            StudyPlan part = plan;
            part.shard = i;
            part.shards = 3;
            files.push_back({std::format("part-{}", i + 1), shardText(scenarios, part, *study(scenarios, part))});
        }
    }
    std::string refusal(std::vector<ShardFile> changed) {
        const auto merged = mergeShards(scenarios, changed);
        return merged ? "" : merged.error().text();
    }

    std::vector<Scenario> scenarios;
    StudyPlan plan{.length = 2h, .seed = 5, .replications = 8};
    std::vector<ShardFile> files;
};

TEST_F(Shards, MergeToTheVeryResultOfTheWhole) {
    const StudyResult whole = *study(scenarios, plan);
    const auto merged = mergeShards(scenarios, std::vector{files[2], files[0], files[1]}); // in any order
    ASSERT_TRUE(merged) << merged.error().text();
    ASSERT_EQ(merged->result.scenarios.size(), 2u);
    for (std::size_t s = 0; s < 2; ++s) {
        const ScenarioResult &a = merged->result.scenarios[s], &b = whole.scenarios[s];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.warmUp, b.warmUp);
        ASSERT_EQ(a.metrics.size(), b.metrics.size());
        for (std::size_t m = 0; m < a.metrics.size(); ++m) {
            EXPECT_THAT(a.metrics[m].values, testing::Pointwise(testing::NanSensitiveDoubleEq(), b.metrics[m].values));
            EXPECT_EQ(std::bit_cast<std::uint64_t>(a.metrics[m].estimate.halfWidth),
                      std::bit_cast<std::uint64_t>(b.metrics[m].estimate.halfWidth));
        }
    }
    EXPECT_EQ(merged->result.differences[0].metrics[0].estimate.mean, whole.differences[0].metrics[0].estimate.mean);
}

TEST_F(Shards, RefuseWhatDoesNotBelongTogether) {
    EXPECT_THAT(refusal({files[0], files[2]}), HasSubstr("part 2 of 3 is missing"));
    EXPECT_THAT(refusal({files[0], files[1], files[0]}), HasSubstr("part 1 of 3 is given twice"));
    auto other = files;
    other[1].text.replace(other[1].text.find("seed 5"), 6, "seed 6");
    EXPECT_THAT(refusal(other), HasSubstr("part-2: it has another seed"));
    other = files;
    other[2].text.resize(other[2].text.size() / 2);
    EXPECT_THAT(refusal(other), HasSubstr("part-3:"));
    other = files;
    const std::size_t value = other[0].text.find(' ', other[0].text.find("\nvalues ") + 1) + 1;
    other[0].text.replace(value, other[0].text.find_first_of(" \n", value) - value, "inf");
    EXPECT_THAT(refusal(other), HasSubstr("part-1:"));
    EXPECT_THAT(refusal({{"picture.png", "\x89PNG"}}), HasSubstr("picture.png:1: this is no part of a study"));
    std::swap(scenarios[1].id, scenarios[0].id);
    EXPECT_THAT(refusal(files), HasSubstr("part-1: it was made of another model or of other scenarios"));
    std::swap(scenarios[1].id, scenarios[0].id);
    scenarios[1].model = *Model::make(everything());
    EXPECT_THAT(refusal(files), HasSubstr("part-1: it was made of another model"));
    // Nor does a difference that nobody would read.
    plant::Process nearly = everything();
    nearly.stations[4].cycle.mean = 4.0000001;
    scenarios[1].model = *Model::make(nearly);
    EXPECT_THAT(refusal(files), HasSubstr("part-1: it was made of another model"));
}

} // namespace
} // namespace millwright::sim
