#include "check/text.hpp"
#include "unit/check/check_fixture.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

namespace millwright::check {
namespace {

using namespace testing;
using ::testing::HasSubstr;

TEST_F(CheckTest, AlarmsAreCountedAndMissed) {
    addAlarm();
    EXPECT_TRUE(outcome(low("expect = \"raised\"")).passed);
    EXPECT_TRUE(outcome(low("expect = \"raised\"\ncount = 2")).passed);
    const Outcome once = outcome(low("expect = \"raised\"\ncount = 1"));
    EXPECT_FALSE(once.passed);
    EXPECT_EQ(once.expected, "alarm line/machine/low raised exactly 1 time");
    EXPECT_EQ(once.found, "raised 2 times, first at " + timeText(at(2000)));
    EXPECT_EQ(once.time, at(2000));
    EXPECT_TRUE(outcome(low("expect = \"raised\"\ncount = 1\nfrom = \"+3s\"")).passed);
    const Outcome none = outcome(low("expect = \"raised\"\nfrom = \"+7s\""));
    EXPECT_FALSE(none.passed);
    EXPECT_EQ(none.found, "not raised");
    EXPECT_TRUE(outcome(low("expect = \"returned\"\ncount = 2")).passed);
    EXPECT_FALSE(outcome(low("expect = \"returned\"\nto = \"+3s\"")).passed);
    EXPECT_TRUE(outcome(low("expect = \"never\"\nto = \"+1s\"")).passed);
    EXPECT_TRUE(outcome(low("expect = \"never\"\nfrom = \"+4s\"\nto = \"+5s\"")).passed);
    const Outcome standing = outcome(low("expect = \"never\"\nfrom = \"+3s\"\nto = \"+3500ms\""));
    EXPECT_FALSE(standing.passed);
    EXPECT_EQ(standing.found, "active from the start of the window");
    EXPECT_FALSE(outcome(low("expect = \"never\"\nfrom = \"+5s\"")).passed);
}

// A check counts as the replay goes: it does not need the journal of the whole run.
TEST_F(CheckTest, AlarmsAreCountedWhateverTheJournalHasRoomFor) {
    addAlarm();
    replaying.journalTransitions = 1;
    for (const bool raised : {true, false}) {
        const Outcome counted = outcome(low(raised ? "expect = \"raised\"\ncount = 3" : "expect = \"returned\"\ncount = 3"));
        EXPECT_FALSE(counted.passed);
        EXPECT_THAT(counted.found, HasSubstr("2 times, first at " + timeText(at(raised ? 2000 : 4000))));
    }
}

TEST_F(CheckTest, AlarmsMustExist) {
    addAlarm();
    const auto problem = [&](const std::string& body) { return run(body).error().front().message; };
    EXPECT_EQ(problem("alarm = \"line/machine/lwo\"\nexpect = \"raised\""),
              "plant 'test' has no alarm 'line/machine/lwo': did you mean 'line/machine/low'?");
    EXPECT_EQ(problem(low("expect = \"rised\"")),
              "'rised' is nothing to expect of an alarm: use raised, returned or never: did you mean 'raised'?");
    EXPECT_THAT(problem(low("expect = \"never\"\ncount = 1")), HasSubstr("count"));
    EXPECT_THAT(problem(low("")), HasSubstr("expect"));
}

TEST_F(CheckTest, KpisAreMeasuredOverTheWindow) {
    addKpis();
    EXPECT_TRUE(outcome(kpi("availability", "least = 0.8\nmost = 0.8")).passed);
    const Outcome low = outcome(kpi("availability", "least = 0.81"));
    EXPECT_FALSE(low.passed);
    EXPECT_EQ(low.expected, "availability of line/machine at least 81.0 %");
    EXPECT_EQ(low.found, "80.0 %");
    EXPECT_EQ(low.time, at(10'000));
    EXPECT_TRUE(outcome(kpi("availability", "least = 1\nto = \"+8s\"")).passed);
    EXPECT_TRUE(outcome(kpi("availability", "most = 0.5\nfrom = \"+6s\"")).passed) << "the state before the window counts";
    EXPECT_TRUE(outcome(kpi("mttr", "most = \"2s\"")).passed);
    EXPECT_FALSE(outcome(kpi("mttr", "most = 1.9")).passed);
    EXPECT_EQ(outcome(kpi("mttf", "least = \"5s\"\nmost = \"7s\"")).expected, "mttf of line/machine 5 s to 7 s");
    EXPECT_TRUE(outcome("kpi = \"availability\"\nequipment = \"line\"\nleast = 0.8").passed) << "the sum of its machines";
}

TEST_F(CheckTest, AKpiWithoutAValueIsWithinNoBounds) {
    addKpis();
    const Outcome quality = outcome(kpi("qualityRatio", "least = 0\nmost = 1"));
    EXPECT_FALSE(quality.passed);
    EXPECT_THAT(quality.found, HasSubstr("no value"));
}

TEST_F(CheckTest, KpiChecksAreReadWithCare) {
    addKpis();
    const auto problem = [&](const std::string& body) { return run(body).error().front().message; };
    EXPECT_EQ(problem(kpi("availabilty", "least = 1")),
              "'availabilty' is no KPI; docs/kpi.md lists them: did you mean 'availability'?");
    EXPECT_EQ(problem("kpi = \"oee\"\nequipment = \"line/machne\"\nleast = 1"),
              "plant 'test' has no equipment 'line/machne' that is measured by a 'kpi' table: did you mean 'line/machine'?");
    EXPECT_THAT(problem(kpi("oee", "")), HasSubstr("needs 'least', 'most' or both"));
    EXPECT_THAT(problem(kpi("oee", "least = 2\nmost = 1")), HasSubstr("'least' must not be above 'most'"));
    EXPECT_THAT(problem(kpi("oee", "least = \"5s\"")), HasSubstr("'least' must be a number"));
    EXPECT_THAT(problem("kpi = \"oee\"\nleast = 1"), HasSubstr("'equipment'"));
    EXPECT_THAT(problem(kpi("oee", "least = 1\nfrom = \"+5s\"\nto = \"+5s\"")), HasSubstr("the same moment"));
}

/// Knows the slide at 10 mm; a millimetre off is half the limit. Steps of a second, windows of two, every step above is an anomaly.
class LearntCheckTest : public CheckTest {
protected:
    LearntCheckTest() {
        condition::Model model;
        model.options = {.step = std::chrono::seconds{1}, .window = 2, .falseAlarmRate = 0.01, .raise = 1, .of = 1};
        model.signals = {{.name = "line/machine/slide", .topic = "slide", .unit = "cm"},
                         {.name = "other/x", .topic = "x", .unit = ""}};
        const condition::Feature level{.signal = 0, .location = 1, .scale = 0.1};
        const condition::Feature foreign{.signal = 1, .location = 1, .scale = 0.1};
        model.equipment.push_back({.name = "line/machine", .groups = {{.features = {level}, .whitening = {1}, .limit = 4}}});
        model.equipment.push_back({.name = "line", .groups = {{.features = {foreign}, .whitening = {1}, .limit = 4}}});
        std::ofstream{folder / name} << condition::writeModel(model);
    }
    ~LearntCheckTest() override { std::filesystem::remove(folder / name); }
    std::string learnt(const std::string& rest) { return "model = \"" + name + "\"\nequipment = \"line/machine\"\n" + rest; }

    const std::string name = "check_test.condition.json";
};

TEST_F(LearntCheckTest, AnomaliesAreCountedAndExplained) {
    EXPECT_TRUE(outcome(learnt("anomalies = 2")).passed);
    EXPECT_TRUE(outcome(learnt("anomalies = 0\nto = \"+1900ms\"")).passed);
    const Outcome some = outcome(learnt("anomalies = 0"));
    EXPECT_FALSE(some.passed);
    EXPECT_EQ(some.expected, "exactly 0 anomalies of line/machine");
    EXPECT_EQ(some.found, "2 anomalies, first at " + timeText(at(2000)) + "; highest score 4.00 at " + timeText(at(6000)) +
                              "; 100 % line/machine/slide level 0.2, normally 1 cm");
    EXPECT_EQ(some.time, at(2000));
    EXPECT_THAT(some.signals, ::testing::ElementsAre("line/machine/slide"));
    EXPECT_EQ(outcome(learnt("anomalies = 0\nfrom = \"+6500ms\"")).time, at(7000)) << "one that the window begins with counts";
}

TEST_F(LearntCheckTest, TheScoreIsHeldBelowALimit) {
    EXPECT_TRUE(outcome(learnt("score = 4.01")).passed);
    const Outcome above = outcome(learnt("score = 3.6"));
    EXPECT_FALSE(above.passed);
    EXPECT_EQ(above.expected, "score of line/machine at most 3.6 at every step");
    EXPECT_THAT(above.found, HasSubstr("above it first at " + timeText(at(6000))));
    EXPECT_EQ(above.time, at(6000));
    EXPECT_TRUE(outcome(learnt("score = 3.6\nto = \"+5s\"")).passed);
}

TEST_F(LearntCheckTest, AWindowWithoutAStepProvesNothing) {
    const Outcome nothing = outcome(learnt("anomalies = 0\nfrom = \"+8s\"\nto = \"+9s\""));
    EXPECT_FALSE(nothing.passed);
    EXPECT_THAT(nothing.found, HasSubstr("no step"));
}

TEST_F(LearntCheckTest, ModelsAreReadWithCare) {
    const auto problem = [&](const std::string& body) { return run(body).error().front().message; };
    EXPECT_THAT(problem("model = \"none.json\"\nequipment = \"line/machine\"\nanomalies = 0"), HasSubstr("none.json"));
    EXPECT_THAT(problem("equipment = \"line/machine\"\nanomalies = 0"), HasSubstr("'model'"));
    EXPECT_THAT(problem("model = \"" + name + "\"\nscore = 1"), HasSubstr("'equipment'"));
    EXPECT_THAT(problem(learnt("score = 0")), HasSubstr("above 0"));
    EXPECT_THAT(problem(learnt("anomalies = 0\nscore = 1")), HasSubstr("make it two checks"));
    EXPECT_THAT(problem("model = \"" + name + "\"\nequipment = \"line\"\nscore = 1"), HasSubstr("watches 'other/x'"));
    plant.equipment.push_back({.id = "b", .path = "line/machina"});
    EXPECT_EQ(problem("model = \"" + name + "\"\nequipment = \"line/machina\"\nscore = 1"),
              "the model does not know 'line/machina': did you mean 'line/machine'?");
    plant.signals[1].unit = "kg";
    EXPECT_THAT(problem(learnt("score = 1")), HasSubstr("signal 'line/machine/slide'"));
}

TEST_F(CheckTest, QualityNamesTheSignalsAtFault) {
    const Outcome several = outcome("equipment = \"line/machine\"\nquality = \"good\"\nfrom = \"+1s\"\nto = \"+9s\"");
    EXPECT_FALSE(several.passed);
    EXPECT_THAT(several.found, HasSubstr("; 6 of 7 signals: line/machine/"));
    EXPECT_THAT(several.found, HasSubstr("line/machine/slide (once)"));
    EXPECT_THAT(several.found, HasSubstr(" and 1 more"));
    EXPECT_EQ(several.signals.size(), 6u);
}

TEST_F(CheckTest, AlwaysTellsTheFirstViolation) {
    EXPECT_TRUE(outcome(slide("when = {op = \">\", value = 5}\nexpect = \"always\"\nto = \"+1s\"")).passed);
    const Outcome failed = outcome(slide("when = {op = \">\", value = 5}\nexpect = \"always\""));
    EXPECT_FALSE(failed.passed);
    EXPECT_EQ(failed.time, at(2000));
    EXPECT_EQ(failed.expected, "line/machine/slide > 5 mm all the time");
    EXPECT_EQ(failed.found, "3 mm at " + timeText(at(2000)));
    const Outcome bad = outcome(slide("when = {op = \">\", value = -1}\nexpect = \"always\""));
    EXPECT_FALSE(bad.passed) << "without a good value no condition holds";
    EXPECT_EQ(bad.time, at(5000));
    EXPECT_THAT(bad.found, HasSubstr("quality bad"));
}

TEST_F(CheckTest, AWindowSeesTheValueFromBeforeItsStart) {
    const Outcome failed = outcome(slide("when = {op = \">\", value = 5}\nexpect = \"always\"\nfrom = \"+3s\"\nto = \"+3.5s\""));
    EXPECT_FALSE(failed.passed);
    EXPECT_EQ(failed.time, at(3000));
    EXPECT_TRUE(outcome(slide("when = {op = \"<\", value = 5}\nexpect = \"always\"\nfrom = \"+2s\"\nto = \"+3.5s\"")).passed)
        << "a value counts from the very time of its sample";
}

TEST_F(CheckTest, NeverAndSometimes) {
    EXPECT_TRUE(outcome(slide("when = {op = \"<\", value = 2}\nexpect = \"never\"")).passed) << "the bad 0 is no value";
    const Outcome held = outcome(slide("when = {op = \"<=\", value = 2}\nexpect = \"never\""));
    EXPECT_FALSE(held.passed);
    EXPECT_EQ(held.time, at(6000));
    EXPECT_TRUE(outcome(slide("when = {op = \"<=\", value = 2}\nexpect = \"sometimes\"")).passed);
    const Outcome missed = outcome(slide("when = {op = \"<\", value = 2}\nexpect = \"sometimes\""));
    EXPECT_FALSE(missed.passed);
    EXPECT_EQ(missed.found, "never; its values were 2 mm to 10 mm");
}

TEST_F(CheckTest, CountsHowOftenAConditionBegins) {
    const std::string below = "when = {op = \"<\", value = 5}\nexpect = \"count\"\n";
    const Outcome two = outcome(slide(below + "count = 2"));
    EXPECT_TRUE(two.passed);
    EXPECT_EQ(two.found, "2: at " + timeText(at(2000)) + ", " + timeText(at(6000)));
    EXPECT_TRUE(outcome(slide(below + "count = 1\nfrom = \"+2.5s\"")).passed) << "it held already at the window's start";
    EXPECT_TRUE(outcome(slide(below + "count = 1\nfrom = \"+2s\"\nto = \"+5s\"")).passed);
    EXPECT_TRUE(outcome(slide(below + "count = [1, 3]")).passed);
    EXPECT_FALSE(outcome(slide(below + "count = 1")).passed);
    EXPECT_TRUE(outcome(slide("when = {op = \">\", value = 5}\nexpect = \"count\"\ncount = 2")).passed)
        << "neither holding from the first sample nor a spell of bad quality is a beginning";
}

TEST_F(CheckTest, LastsLooksForTheLongestSpell) {
    const std::string above = "when = {op = \">\", value = 5}\nexpect = \"lasts\"\n";
    EXPECT_TRUE(outcome(slide(above + "for = \"3s\"")).passed);
    const Outcome shorter = outcome(slide(above + "for = \"3.5s\""));
    EXPECT_FALSE(shorter.passed);
    EXPECT_THAT(shorter.found, HasSubstr("at most 3 s, from " + timeText(at(7000))));
    EXPECT_FALSE(outcome(slide(above + "for = \"2s\"\nfrom = \"+1s\"\nto = \"+6s\"")).passed)
        << "only the part within the window counts";
}

TEST_F(CheckTest, AtAMoment) {
    EXPECT_TRUE(outcome(slide("when = {op = \"==\", value = 3}\nexpect = \"at\"\nat = \"+2s\"")).passed);
    const Outcome failed = outcome(slide("when = {op = \"==\", value = 3}\nexpect = \"at\"\nat = \"+1.9s\""));
    EXPECT_FALSE(failed.passed);
    EXPECT_EQ(failed.found, "10 mm");
}

TEST_F(CheckTest, TextsAndBooleans) {
    EXPECT_TRUE(outcome("signal = \"line/machine/state\"\nwhen = {op = \"==\", state = \"Aborted\"}\nexpect = \"count\"\ncount = 1")
                    .passed);
    EXPECT_TRUE(outcome("signal = \"line/machine/state\"\nvalue = \"Execute\"\nat = \"+7s\"").passed);
    EXPECT_TRUE(outcome("signal = \"line/machine/door\"\nvalue = true\nat = \"+3s\"").passed);
    const Outcome unknown = outcome("signal = \"line/machine/door\"\nvalue = true\nat = \"+1s\"");
    EXPECT_FALSE(unknown.passed);
    EXPECT_EQ(unknown.found, "no value yet");
}

TEST_F(CheckTest, ConditionsInWordsReadManySignals) {
    const Outcome low = outcome("when = \"line/machine/slide < 5 and line/machine/state == 'Execute'\"\nexpect = \"never\"");
    EXPECT_FALSE(low.passed);
    EXPECT_EQ(low.time, at(2000));
    EXPECT_EQ(low.found, "line/machine/slide = 3 mm, line/machine/state = 'Execute' at " + timeText(at(2000)));
    EXPECT_EQ(low.evidence.equipmentPath, "line/machine");
    const std::string own = "equipment = \"line/machine\"\nwhen = \"slide < 5\"\n";
    EXPECT_TRUE(outcome(own + "expect = \"count\"\ncount = 2").passed);
    EXPECT_TRUE(outcome(own + "expect = \"never\"\nto = \"+1s\"").passed);
    EXPECT_TRUE(outcome("equipment = \"line/machine\"\nwhen = \"not good(slide)\"\nexpect = \"at\"\nat = \"+5500ms\"").passed);
}

TEST_F(CheckTest, UntilAnotherConditionHolds) {
    const std::string head = "equipment = \"line/machine\"\nwhen = \"slide > 5\"\nexpect = \"until\"\n";
    const Outcome fell = outcome(head + "until = \"slide == 3\"");
    EXPECT_TRUE(fell.passed) << "it need not hold any more when the other does";
    EXPECT_EQ(fell.time, at(2000));
    const Outcome before = outcome(head + "until = \"slide == 2\"");
    EXPECT_FALSE(before.passed);
    EXPECT_EQ(before.found, "3 mm at " + timeText(at(2000)) + ", before it");
    const Outcome never = outcome(head + "until = \"slide == 99\"\nto = \"+1s\"");
    EXPECT_FALSE(never.passed);
    EXPECT_EQ(never.found, "slide == 99 holds at no time");
    EXPECT_EQ(never.expected, "slide > 5 until slide == 99");
}

TEST_F(CheckTest, ThenAnotherConditionHoldsInTime) {
    const std::string head = "equipment = \"line/machine\"\nwhen = \"slide < 5\"\nexpect = \"then\"\nthen = \"slide > 5\"\n";
    const Outcome answered = outcome(head + "within = \"2s\"");
    EXPECT_TRUE(answered.passed) << "at the very end of its time";
    EXPECT_EQ(answered.found, "2 times, the slowest after 2 s");
    EXPECT_EQ(answered.expected, "whenever slide < 5 begins, slide > 5 within 2 s");
    const Outcome late = outcome(head + "within = \"1999ms\"");
    EXPECT_FALSE(late.passed);
    EXPECT_EQ(late.time, at(2000));
    EXPECT_TRUE(outcome(head + "within = \"1s\"\nfrom = \"+5s\"").passed);
    const std::string end =
        "equipment = \"line/machine\"\nwhen = \"state == 'Aborted'\"\nexpect = \"then\"\nthen = \"slide < 5\"\n";
    EXPECT_FALSE(outcome(end + "within = \"2s\"").passed) << "its time is over as the log ends";
    const Outcome open = outcome(end + "within = \"3s\"");
    EXPECT_TRUE(open.passed);
    EXPECT_THAT(open.found, HasSubstr("still open"));
    EXPECT_EQ(outcome(head + "within = \"1s\"\nto = \"+1s\"").found, "it never begins");
}

TEST_F(CheckTest, ChecksThatCannotFailOrPassAreDoubted) {
    const auto doubts = [&](const std::string& body) {
        const auto verdict = run(body);
        EXPECT_TRUE(verdict) << (verdict ? "" : verdict.error().front().text());
        return verdict ? verdict->doubts : std::vector<Error>{};
    };
    const std::string low = slide("when = { op = \"<\", value = 5 }\n");
    const auto tooLong = doubts(low + "expect = \"lasts\"\nfor = \"3s\"\nfrom = \"+2s\"\nto = \"+4s\"");
    ASSERT_EQ(tooLong.size(), 1u);
    EXPECT_EQ(tooLong[0].message, "'it' can never pass: 'for' (3 s) is longer than the window");
    EXPECT_THAT(tooLong[0].place, HasSubstr("e.toml:2"));
    EXPECT_TRUE(doubts(low + "expect = \"lasts\"\nfor = \"2s\"\nfrom = \"+2s\"\nto = \"+4s\"").empty());
    EXPECT_EQ(doubts(low + "expect = \"lasts\"\nfor = 0").size(), 1u);
    const std::string then = low + "expect = \"then\"\nthen = \"line/machine/slide > 5\"\n";
    EXPECT_THAT(doubts(then + "within = \"10s\"").at(0).message, HasSubstr("can never fail"));
    EXPECT_TRUE(doubts(then + "within = \"9s\"").empty());
    EXPECT_THAT(doubts("picture = \"none.png\"\ntolerance = 1").at(0).message, HasSubstr("can never fail"));
    addKpis();
    EXPECT_EQ(doubts(kpi("effectiveness", "least = 0.8")).at(0).message,
              "'it' can never pass: effectiveness of line/machine is not measured (docs/kpi.md says what it needs)");
    EXPECT_THAT(doubts(kpi("allocationRatio", "least = 0")).at(0).message, HasSubstr("is not measured")) << "of orders only";
    EXPECT_EQ(doubts(kpi("availability", "least = 80")).at(0).message,
              "'it' can never pass: availability is at most 1, which is 100 %");
    for (const auto* const measured : {"availability", "mttr", "mtbf", "coverage", "setUpRate"})
        EXPECT_TRUE(doubts(kpi(measured, "least = 0.8")).empty()) << measured;
}

TEST_F(CheckTest, ValuesThatStatesDoNotListAreTold) {
    plant.signals[3].states = {"Execute", "Held"};
    plant.signals[4].states = {"closed", ""};
    const auto verdict = run("signal = \"line/machine/state\"\nvalue = \"Execute\"\nat = \"+1s\"");
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->failed(), 0u) << "they are taken as they came";
    ASSERT_EQ(verdict->doubts.size(), 2u);
    EXPECT_THAT(verdict->doubts[0].message,
                HasSubstr("line/machine/state: 'Aborted' (once), which its 'states' in plant.toml do not list"));
    EXPECT_THAT(verdict->doubts[1].message, HasSubstr("line/machine/door: 1 (once)"));
}

TEST_F(CheckTest, RatesAreTakenFromSampleToSample) {
    EXPECT_TRUE(outcome(slide("rate = 8")).passed);
    const Outcome fast = outcome(slide("rate = [-3.5, 7.9]"));
    EXPECT_FALSE(fast.passed);
    EXPECT_EQ(fast.time, at(7000));
    EXPECT_EQ(fast.expected, "line/machine/slide changes by -3.5 mm/s to 7.9 mm/s");
    EXPECT_EQ(fast.found, "-3.5 mm/s to 8 mm/s; beyond it first at " + timeText(at(7000)));
    EXPECT_TRUE(outcome(slide("rate = 3.5\nto = \"+6s\"")).passed) << "from a bad value to the next there is no rate";
    plant.signals[1].maxGap = std::chrono::seconds{1};
    EXPECT_EQ(outcome(slide("rate = 0\nto = \"+6s\"")).found, "it has no two samples to go by");
}

TEST_F(CheckTest, MonotoneSignalsDoNotComeBack) {
    const Outcome fell = outcome(slide("monotone = \"rising\""));
    EXPECT_FALSE(fell.passed);
    EXPECT_EQ(fell.found, "it fell from 10 mm to 3 mm at " + timeText(at(2000)));
    EXPECT_TRUE(outcome(slide("monotone = \"rising\"\ntolerance = 8")).passed);
    EXPECT_TRUE(outcome(slide("monotone = \"rising\"\nfrom = \"+2s\"\nto = \"+4s\"")).passed == false)
        << "it begins with what was before the window";
    EXPECT_TRUE(outcome(slide("monotone = \"rising\"\nfrom = \"+2500ms\"\nto = \"+4s\"")).passed);
    EXPECT_FALSE(outcome(slide("monotone = \"falling\"")).passed);
    EXPECT_TRUE(outcome(slide("monotone = \"falling\"\nto = \"+3s\"")).passed);
}

TEST_F(CheckTest, SequencesAreExact) {
    const auto sequence = [&](const std::string& states, const std::string& rest = "") {
        return outcome("signal = \"line/machine/state\"\nsequence = [" + states + "]\n" + rest);
    };
    EXPECT_TRUE(sequence("\"Execute\", \"Aborted\"").passed);
    const Outcome more = sequence("\"Execute\"");
    EXPECT_FALSE(more.passed);
    EXPECT_EQ(more.time, at(8000));
    EXPECT_EQ(more.found, "Execute, Aborted; 'Aborted' at " + timeText(at(8000)) + " was not expected");
    const Outcome less = sequence("\"Execute\", \"Aborted\", \"Stopped\"");
    EXPECT_FALSE(less.passed);
    EXPECT_EQ(less.found, "Execute, Aborted; 'Stopped' does not follow");
    EXPECT_TRUE(sequence("\"Aborted\"", "from = \"+9s\"").passed);
    EXPECT_TRUE(sequence("\"Execute\"", "to = \"+7999ms\"").passed);
    EXPECT_FALSE(sequence("\"Aborted\", \"Execute\"").passed);
}

TEST_F(CheckTest, QualityIsJudgedAllTheTime) {
    const Outcome bad = outcome(slide("quality = \"good\""));
    EXPECT_FALSE(bad.passed);
    EXPECT_EQ(bad.time, at(5000));
    EXPECT_EQ(bad.found, "once, first line/machine/slide bad at " + timeText(at(5000)));
    EXPECT_TRUE(outcome(slide("quality = \"usable\"\nfrom = \"+6s\"")).passed);
    EXPECT_FALSE(outcome(slide("quality = \"good\"\nfrom = \"+5500ms\"\nto = \"+5900ms\"")).passed)
        << "the value before the window goes on into it";
    const Outcome silent = outcome(slide("quality = \"good\"\nsilence = \"2s\"\nfrom = \"+6s\""));
    EXPECT_FALSE(silent.passed);
    EXPECT_EQ(silent.found, "once, first line/machine/slide silent for 3 s from " + timeText(at(7000)));
    EXPECT_TRUE(outcome(slide("quality = \"good\"\nsilence = \"3s\"\nfrom = \"+6s\"")).passed);
    const Outcome unknown = outcome("quality = \"good\"\nequipment = \"line/machine\"");
    EXPECT_FALSE(unknown.passed);
    EXPECT_THAT(unknown.found, HasSubstr("has no value at"));
}

TEST_F(CheckTest, ValuesAreReadWithinATolerance) {
    EXPECT_TRUE(outcome(slide("value = 3.05\ntolerance = 0.1\nat = \"+3s\"")).passed);
    const Outcome failed = outcome(slide("value = 3.05\ntolerance = 0.01\nat = \"+3s\""));
    EXPECT_FALSE(failed.passed);
    EXPECT_EQ(failed.expected, "line/machine/slide = 3.05 mm ± 0.01");
    EXPECT_EQ(failed.found, "3 mm");
    plant.signals[1].interpolation = plant::Interpolation::Linear;
    EXPECT_TRUE(outcome(slide("value = 6.5\nat = \"+3s\"")).passed) << "between samples where the signal asks for it";
}

TEST_F(CheckTest, CountsSamples) {
    EXPECT_TRUE(outcome("samples = 10").passed) << "the first sample of the log counts too";
    EXPECT_TRUE(outcome(slide("samples = 7")).passed);
    EXPECT_TRUE(outcome(slide("samples = 3\nfrom = \"+2s\"\nto = \"+5s\"")).passed) << "both ends of the window belong to it";
    EXPECT_FALSE(outcome(slide("samples = [8, 100]")).passed);
}

TEST_F(CheckTest, ComparesTheStateHash) {
    const Outcome wrong = outcome("state_hash = \"00000000000000000000000000000000\"");
    EXPECT_FALSE(wrong.passed);
    EXPECT_TRUE(outcome("state_hash = \"" + wrong.found + "\"").passed);
    EXPECT_FALSE(outcome("state_hash = \"" + wrong.found + "\"\nat = \"+5s\"").passed);
}

TEST_F(CheckTest, ManyChecksAreDecidedInOnePass) {
    const auto verdict =
        run(slide("value = 3\nat = \"+3s\"") + "\n[[check]]\nname = \"b\"\nsamples = 10\n[[check]]\nname = \"c\"\n" +
            slide("value = 10\nat = \"+1s\"") + "\n[[check]]\nname = \"d\"\nsamples = 11\n");
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->passed(), 3u);
    EXPECT_EQ(verdict->failed(), 1u);
    EXPECT_EQ(verdict->outcomes[3].name, "d");
    EXPECT_EQ(verdict->samples, 10u);
}

TEST_F(CheckTest, MomentsOutsideTheLogAreErrorsAtTheirPlace) {
    const auto verdict = run(slide("value = 3\nat = \"+3h\""));
    ASSERT_FALSE(verdict);
    EXPECT_THAT(verdict.error().front().place, HasSubstr("e.toml:6:6"));
    const auto turned = run(slide("when = {op = \"<\", value = 5}\nexpect = \"never\"\nfrom = \"+5s\"\nto = \"+1s\""));
    ASSERT_FALSE(turned);
    EXPECT_THAT(turned.error().front().message, HasSubstr("lies after"));
}

class PictureCheckTest : public CheckTest {
protected:
    PictureCheckTest() {
        folder = std::filesystem::path{::testing::TempDir()} / "millwright-picture-check";
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        options.reportFolder = folder / "report";
        options.draw = [this](const twin::Frame& frame, const PictureCheck& check) -> Result<PngImage> {
            drawnAt = frame.time;
            return flat(check.width, check.height, shade);
        };
    }
    ~PictureCheckTest() override { std::filesystem::remove_all(folder); }
    static PngImage flat(std::uint32_t width, std::uint32_t height, std::uint8_t grey) {
        return {width, height, std::vector<std::uint8_t>(std::size_t{4} * width * height, grey)};
    }
    CheckOptions options;
    Time drawnAt{};
    std::uint8_t shade = 100;
    std::string body = "picture = \"ref.png\"\ncamera = \"overview\"\nat = \"+4s\"\nsize = [32, 16]";
};

TEST_F(PictureCheckTest, PassesWhenThePictureLooksTheSame) {
    const PngImage reference = flat(32, 16, 102);
    ASSERT_TRUE(writePng(folder / "ref.png", 32, 16, reference.rgba));
    const Outcome same = outcome(body, options);
    EXPECT_TRUE(same.passed) << same.found;
    EXPECT_EQ(drawnAt, at(4000));
    EXPECT_TRUE(same.attachments.empty());
}

TEST_F(PictureCheckTest, LeavesThePicturesOfAFailure) {
    const PngImage reference = flat(32, 16, 180);
    ASSERT_TRUE(writePng(folder / "ref.png", 32, 16, reference.rgba));
    const Outcome failed = outcome(body, options);
    EXPECT_FALSE(failed.passed);
    EXPECT_EQ(failed.found, "100.00 % different");
    ASSERT_EQ(failed.attachments.size(), 3u);
    for (const auto& attachment : failed.attachments) EXPECT_TRUE(readPng(attachment)) << attachment;
}

TEST_F(PictureCheckTest, AMissingReferenceSaysWhereToTakeOne) {
    const Outcome failed = outcome(body, options);
    EXPECT_FALSE(failed.passed);
    EXPECT_THAT(failed.found, HasSubstr("run again with --bless"));
    ASSERT_EQ(failed.attachments.size(), 1u);
    options.draw = nullptr;
    EXPECT_THAT(outcome(body, options).found, HasSubstr("nothing here can draw"));
}

} // namespace
} // namespace millwright::check
