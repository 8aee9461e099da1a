#include <millwright/plant/load.hpp>
#include <millwright/sim/calibrate.hpp>

#include <gmock/gmock.h>

#include <cmath>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using plant::DistributionKind;
using testing::HasSubstr;

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[process]
[[process.crew]]
id = "fitters"
[[process.source]]
id = "in"
to = "saw"
[[process.station]]
id = "saw"
cycle = 60
failure = [{ id = "jam", between = "100h", repair = { kind = "triangular", low = 10, mode = 20, high = 60 }, crew = "fitters" }]
to = "press"
[[process.station]]
id = "press"
cycle = 50
failure = [{ id = "die", between = "100h", repair = 50, crew = "fitters" }]
to = "oven"
[[process.station]]
id = "oven"
servers = 2
cycle = 70
to = "done"
)";

plant::Process process() {
    auto loaded = plant::loadText(plantText, ".", "plant.toml");
    EXPECT_TRUE(loaded.has_value() && loaded->process.has_value());
    return loaded && loaded->process ? *loaded->process : plant::Process{};
}

Time at(double seconds) {
    return Time{durationFromSeconds(seconds)};
}

/// Times to failure and cycles without a spread: what is tested is the rest.
StationRecord record(std::uint32_t station) {
    StationRecord record{.station = station, .toFailure = {}, .outages = {}, .cycles = {}, .noCycles = {}};
    for (int i = 0; i < 6; ++i) {
        record.toFailure.push_back({.seconds = 1000});
        record.cycles.push_back({.seconds = 61});
        const double began = 1000.0 * i + 100 * station;
        record.outages.push_back({.began = at(began), .ended = at(began + 50)});
    }
    return record;
}

const Finding& findingOf(const std::vector<Finding>& findings, std::uint32_t station, Estimated what) {
    for (const Finding& finding : findings)
        if (finding.station == station && finding.what == what) return finding;
    throw std::logic_error{"no such finding"};
}

TEST(Calibrate, SaysOfEveryStationWhatItCannotEstimate) {
    const plant::Process plant = process();
    StationRecord press = record(1);
    press.toFailure = {{.seconds = 3000, .cutOff = true}};
    press.outages.clear();
    press.noCycles = "no signal counts its cycles";
    const std::vector<StationRecord> records{press, record(2)};
    const auto findings = *calibrate(plant, records);
    ASSERT_EQ(findings.size(), 9u);
    EXPECT_THAT(findingOf(findings, 0, Estimated::Cycle).why, HasSubstr("no signal shows its state"));
    EXPECT_EQ(findingOf(findings, 1, Estimated::Cycle).why, "no signal counts its cycles");
    // 3000 s / 2.9957
    EXPECT_EQ(findingOf(findings, 1, Estimated::TimeToFailure).why,
              "no failure was seen in 50 min 00 s of production: the mean lies above 16 min 41 s (95 %, if exponential)");
    EXPECT_EQ(findingOf(findings, 1, Estimated::Repair).why, "0 complete times were seen, 5 are needed");
    EXPECT_EQ(findingOf(findings, 2, Estimated::Repair).why, "one state stands for 2 machines side by side");
    EXPECT_FALSE(scenarioText(plant, findings, "nothing").has_value());
}

// The second machine fails while the only fitter is at the first: what it waits is not part of its repair.
TEST(Calibrate, LeavesOutWhatARepairWaitedForItsCrew) {
    const plant::Process plant = process();
    StationRecord saw = record(0), press = record(1);
    press.outages.clear();
    for (int i = 0; i < 6; ++i) press.outages.push_back({.began = at(1000.0 * i + 20), .ended = at(1000.0 * i + 80)});
    const std::vector<StationRecord> both{saw, press};
    const auto findings = *calibrate(plant, both);
    EXPECT_DOUBLE_EQ(findingOf(findings, 0, Estimated::Repair).choice->best.mean, 50);
    EXPECT_DOUBLE_EQ(findingOf(findings, 1, Estimated::Repair).choice->best.mean, 30);
    EXPECT_THAT(findingOf(findings, 1, Estimated::Repair).notes,
                testing::ElementsAre(HasSubstr("6 outages waited for crew 'fitters'")));
    const std::vector<StationRecord> alone{press};
    const auto less = *calibrate(plant, alone);
    EXPECT_DOUBLE_EQ(findingOf(less, 1, Estimated::Repair).choice->best.mean, 60);
    EXPECT_THAT(findingOf(less, 1, Estimated::Repair).notes, testing::ElementsAre(HasSubstr("also serves 'saw'")));
}

// What became of a repair that was cut off in the middle of the log is not known: it keeps nobody from all later ones.
TEST(Calibrate, ARepairThatIsCutOffDoesNotHoldItsCrewForGood) {
    plant::Process plant = process();
    StationRecord saw = record(0), press = record(1);
    saw.outages.insert(saw.outages.begin(), {.began = at(-500), .ended = at(-400), .cutOff = true});
    press.outages.clear();
    for (int i = 0; i < 6; ++i) press.outages.push_back({.began = at(1000.0 * i + 20), .ended = at(1000.0 * i + 80)});
    const std::vector<StationRecord> records{saw, press};
    for (const std::uint32_t size : {1u, 4'000'000'000u}) { // and a crew of any size takes no more room than it has work
        plant.crews[0].size = size;
        const auto findings = *calibrate(plant, records);
        EXPECT_DOUBLE_EQ(findingOf(findings, 1, Estimated::Repair).choice->best.mean, size == 1 ? 30 : 60);
        if (size == 1) {
            EXPECT_THAT(findingOf(findings, 1, Estimated::Repair).notes,
                        testing::ElementsAre(HasSubstr("6 outages waited for crew 'fitters'")));
        }
    }
}

// Repaired while the only fitter was still at the other machine: the model does not hold, and the whole outage counts.
TEST(Calibrate, TellsWhenSomebodyElseRepairs) {
    StationRecord press = record(1);
    for (std::size_t i = 0; i < 6; ++i)
        press.outages[i] = {.began = at(1000.0 * static_cast<double>(i) + 20), .ended = at(1000.0 * static_cast<double>(i) + 40)};
    const std::vector<StationRecord> both{record(0), press};
    const auto findings = *calibrate(process(), both);
    EXPECT_DOUBLE_EQ(findingOf(findings, 1, Estimated::Repair).choice->best.mean, 20);
    EXPECT_THAT(findingOf(findings, 1, Estimated::Repair).notes, testing::Contains(HasSubstr("somebody else repairs too")));
}

TEST(Calibrate, StopsWhenToldTo) {
    std::stop_source stop;
    stop.request_stop();
    const std::vector<StationRecord> records{record(0)};
    const auto findings = calibrate(process(), records, 0.95, {.report = {}, .stop = stop.get_token()});
    ASSERT_FALSE(findings);
    EXPECT_EQ(findings.error().code, ErrorCode::Cancelled);
}

TEST(Calibrate, WritesAScenarioThatLoadsAsItWasEstimated) {
    const plant::Process before = process();
    StationRecord saw = record(0), press = record(1);
    for (std::size_t i = 0; i < 6; ++i) {
        saw.toFailure[i].seconds = 500.0 * std::pow(1.5, static_cast<double>(i));
        saw.outages[i].ended = saw.outages[i].began; // no repair of any length: only the time between is known
    }
    saw.outages.resize(2);
    press.noCycles = "its \"count\" did not rise\ntwice";
    const std::vector<StationRecord> records{saw, press};
    const auto findings = *calibrate(before, records);
    const auto text = scenarioText(before, findings, R"(a "quoted" \log.mcap)");
    ASSERT_TRUE(text.has_value());
    const auto scenario = plant::loadScenarioText(plantText, ".", *text, "calibrated.toml");
    ASSERT_TRUE(scenario.has_value()) << scenario.error().front().text() << "\n" << *text;
    EXPECT_EQ(scenario->description, R"(Estimated by maximum likelihood from a "quoted" \log.mcap.)");
    const plant::Station& sawNow = scenario->process.stations[0];
    EXPECT_DOUBLE_EQ(sawNow.cycle.mean, 61);
    ASSERT_EQ(sawNow.failures.size(), 1u);
    const Fit& best = findingOf(findings, 0, Estimated::TimeToFailure).choice->best;
    EXPECT_EQ(sawNow.failures[0].between.kind, best.distribution.kind);
    EXPECT_NEAR(meanOf(sawNow.failures[0].between), best.mean, best.mean * 1e-5);
    EXPECT_EQ(sawNow.failures[0].repair.kind, DistributionKind::Triangular) << "too few repairs: the plant's stays";
    EXPECT_DOUBLE_EQ(sawNow.failures[0].repair.high, 60);
    EXPECT_EQ(sawNow.failures[0].crew, std::optional{0u});
    const plant::Station& pressNow = scenario->process.stations[1];
    EXPECT_DOUBLE_EQ(pressNow.cycle.mean, 50) << "not estimated";
    EXPECT_DOUBLE_EQ(pressNow.failures[0].between.mean, 1000);
    EXPECT_THAT(*text, HasSubstr("# Station oven stays as it is."));
    EXPECT_THAT(*text, HasSubstr("# time to failure: always 16 min 40 s"));
}

TEST(Calibrate, ComparesWithWhereSingleRunsLie) {
    plant::Process plant = process();
    plant.stations[0].failures[0].between = {.kind = DistributionKind::Exponential, .mean = 600};
    const auto model = Model::make(plant);
    ASSERT_TRUE(model.has_value());
    const Replications runs{.warmUp = 0s, .length = 4h, .seed = 1, .count = 39, .threads = 1};
    // Another run of the same model, and a conduct that none has.
    const auto other = replicate(*model, {.warmUp = 0s, .length = 4h, .seed = 77, .count = 1, .threads = 1});
    ASSERT_TRUE(other.has_value());
    const StationReport& saw = other->front().stations[0];
    const std::vector<StationConduct> conducts{
        {.station = 0, .working = saw.working, .down = saw.down, .cyclesPerHour = static_cast<double>(saw.finished) / 4},
        {.station = 1, .working = 0.01, .down = 0, .cyclesPerHour = {}}};
    const auto compared = compare(*model, conducts, runs);
    ASSERT_TRUE(compared.has_value()) << compared.error().text();
    ASSERT_EQ(compared->size(), 5u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE((*compared)[i].agrees()) << (*compared)[i].what;
    EXPECT_LT((*compared)[0].low, (*compared)[0].mean);
    EXPECT_FALSE((*compared)[3].agrees());
    Replications fewer = runs;
    fewer.count = 38;
    const auto refused = compare(*model, conducts, fewer);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().text(), HasSubstr("39 are needed"));
}

} // namespace
} // namespace millwright::sim
