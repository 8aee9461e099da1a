#include "unit/check/check_fixture.hpp"

#include <cmath>

namespace millwright::check {
namespace {

using namespace testing;

/// Folders of reports that are gone with their test.
class ReportedCheckTest : public CheckTest {
protected:
    ReportedCheckTest() : report{folder / "millwright-reported-check"} {}
    ~ReportedCheckTest() override { std::filesystem::remove_all(report); }
    std::filesystem::path report;
};

TEST_F(ReportedCheckTest, EvidenceShowsTheTrendOfTheSignal) {
    const auto verdict =
        run(slide("when = { op = \"<\", value = 5 }\nexpect = \"never\"\nfrom = \"+1s\""), {.reportFolder = report});
    ASSERT_TRUE(verdict);
    const Evidence& evidence = verdict->outcomes.at(0).evidence;
    EXPECT_EQ(evidence.window, (TimeInterval{at(1000), at(10'000)}));
    EXPECT_EQ(evidence.limit, 5);
    EXPECT_EQ(evidence.equipmentPath, "line/machine");
    ASSERT_EQ(evidence.trend, 0u);
    const Trend& trend = verdict->trends.at(0);
    EXPECT_EQ(trend.path, "line/machine/slide");
    ASSERT_EQ(trend.slices.size(), 600u);
    const auto slice = [&](double second) { return trend.slices[static_cast<std::size_t>(second * 60)]; };
    EXPECT_EQ(slice(1).low, 10);
    EXPECT_EQ(slice(1).high, 10);
    EXPECT_EQ(slice(2).low, 3) << "both values of the slice in which it changes";
    EXPECT_EQ(slice(2).high, 10);
    EXPECT_EQ(slice(3).high, 3) << "held";
    EXPECT_TRUE(std::isnan(slice(5.5).low)) << "of bad quality";
    EXPECT_EQ(slice(6.5).low, 2);
    EXPECT_FALSE(evidence.detail) << "ten seconds need no closer look";
}

TEST_F(ReportedCheckTest, EvidenceShowsStatesAsSpells) {
    const auto verdict = run("signal = \"line/machine/state\"\nvalue = \"Execute\"\nat = \"end\"", {.reportFolder = report});
    ASSERT_TRUE(verdict);
    const auto& spells = verdict->trends.at(0).spells;
    ASSERT_EQ(spells.size(), 2u);
    EXPECT_EQ(spells[0].text, "Execute");
    EXPECT_EQ(spells[0].to, at(8000));
    EXPECT_EQ(spells[1].text, "Aborted");
    EXPECT_EQ(spells[1].to, at(10'000));
}

TEST_F(ReportedCheckTest, AFailureShowsWhatItsMachinesDidAndWhy) {
    twin::testing::addLowAlarm(plant);
    plant.alarms[0].name = "Slide low";
    plant.alarms[0].measure =
        *plant::compile("slide < 3", plant.signals, [&](std::string_view name) -> std::expected<SignalIndex, std::string> {
            return plant.findSignal("line/machine/" + std::string{name});
        });
    plant.alarms[0].kind = plant::AlarmKind::Expression;
    const std::string never = slide("when = { op = \"<\", value = 5 }\nexpect = \"never\"");
    const auto verdict = run(never, {.reportFolder = report});
    ASSERT_TRUE(verdict);
    ASSERT_EQ(verdict->outcomes.at(0).evidence.bands, std::vector<std::size_t>{0});
    const StateBand& band = verdict->bands.at(0);
    EXPECT_EQ(band.path, "line/machine");
    EXPECT_EQ(band.signal, "line/machine/state");
    ASSERT_EQ(band.spells.size(), 2u);
    EXPECT_EQ(band.spells[0].text, "Execute");
    EXPECT_FALSE(band.spells[0].stands);
    EXPECT_EQ(band.spells[1].interval, (TimeInterval{at(8000), at(10'000)}));
    EXPECT_EQ(band.spells[1].state, plant::PackmlState::Aborted);
    EXPECT_EQ(band.spells[1].why, "Slide low (alarm line/machine/low)") << "raised at 6 s";
    EXPECT_TRUE(run(slide("when = { op = \">\", value = 1 }\nexpect = \"sometimes\""), {.reportFolder = report})->bands.empty())
        << "nothing to explain";
    EXPECT_EQ(run("signal = \"line/machine/state\"\nvalue = \"Aborted\"\nat = \"end\"", {.reportFolder = report})->bands.size(), 1u)
        << "it is about the state";
    EXPECT_TRUE(run(never)->bands.empty()) << "without a report nothing is followed";
}

// A long log is looked at once more around the failure: what is drawn there is the samples themselves.
TEST_F(ReportedCheckTest, AFailureIsLookedAtMoreClosely) {
    std::vector<Sample> samples;
    for (int second = 0; second <= 1000; ++second) samples.push_back(number(second * 1000, 1, second == 500 ? 1 : 10));
    const auto expectations =
        parse("format = 1\n[[check]]\nname = \"it\"\n" + slide("when = { op = \"<\", value = 5 }\nexpect = \"never\""),
              folder / "e.toml", plant);
    ASSERT_TRUE(expectations);
    auto replay = twin::Replay::open(plant, std::make_unique<MemorySource>(7, std::move(samples)), replaying);
    ASSERT_TRUE(replay);
    const auto verdict = check::run(plant, *replay, *expectations, {.reportFolder = report});
    ASSERT_TRUE(verdict);
    const auto& detail = verdict->outcomes.at(0).evidence.detail;
    ASSERT_TRUE(detail);
    EXPECT_EQ(detail->interval, (TimeInterval{at(470'000), at(530'000)}));
    const auto slice = [&](double second) { return detail->slices[static_cast<std::size_t>((second - 470) * 10)]; };
    EXPECT_EQ(slice(470).low, 10) << "what was before it holds";
    EXPECT_EQ(slice(500.5).high, 1);
    EXPECT_EQ(slice(501.5).low, 10);
    EXPECT_EQ(verdict->samples, 1001u) << "samples are counted once";
}

} // namespace
} // namespace millwright::check
