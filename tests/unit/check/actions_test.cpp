#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/check/actions.hpp>
#include <millwright/twin/replay.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::check {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using twin::testing::at;
using twin::testing::number;

/// The slide is below 5 from 2 s to 6 s of ten: an alarm, `line/machine/low`.
class Actions : public ::testing::Test {
protected:
    Actions() : plant{twin::testing::onePlant()} { twin::testing::addLowAlarm(plant); }
    std::vector<std::string> problems(const std::string& body) {
        const auto read = parseActions("format = 1\n[[action]]\n" + body, "a.toml", plant);
        std::vector<std::string> texts;
        if (!read)
            for (const Error& error : read.error()) texts.push_back(error.text());
        return texts;
    }
    /// The replay with what stands in the file, at its end.
    twin::Replay replayed(const std::string& text) {
        const auto planned = parseActions("format = 1\n" + text, "a.toml", plant);
        EXPECT_TRUE(planned) << (planned ? "" : planned.error().front().text());
        auto source = std::make_unique<twin::testing::MemorySource>(
            7, std::vector{number(0, 1, 10), number(2000, 1, 3), number(6000, 1, 10), number(10'000, 1, 10)});
        auto actions = resolved(*planned, source->span());
        EXPECT_TRUE(actions);
        auto replay = twin::Replay::open(plant, std::move(source), {.actions = *std::move(actions)});
        EXPECT_TRUE(replay->runTo(at(10'000)));
        return *std::move(replay);
    }
    static std::string action(const std::string& when, const std::string& what) {
        return "[[action]]\nat = \"" + when + "\"\nalarm = \"line/machine/low\"\n" + what + "\n";
    }

    plant::Plant plant;
};

TEST_F(Actions, AreDoneAtTheirTime) {
    const twin::Replay replay = replayed(action("+3s", "do = \"acknowledge\"\nuser = \"kim\"\ncomment = \"seen\""));
    std::vector<std::string> journal;
    for (const twin::AlarmTransition& each : replay.transitions())
        journal.push_back(std::format("{} {}", (each.time - at(0)) / std::chrono::milliseconds{1}, wordOf(each.change)));
    EXPECT_THAT(journal, ElementsAre("2000 raised", "3000 acknowledged", "6000 returned"));
    EXPECT_EQ(replay.twin().alarms()[0].phase, twin::AlarmPhase::Normal);
    ASSERT_EQ(replay.actions().size(), 1u);
    EXPECT_EQ(replay.actions()[0].user, "kim");
    EXPECT_EQ(replay.refusals()[0], "");
}

TEST_F(Actions, ThatAreNotAllowedHaveNoEffectAndSayWhy) {
    const twin::Replay replay =
        replayed(action("+1s", "do = \"acknowledge\"") + action("+9s", "do = \"comment\"\ncomment = \"ok\""));
    EXPECT_THAT(replay.refusals()[0], HasSubstr("nothing to acknowledge"));
    EXPECT_EQ(replay.refusals()[1], "");
    EXPECT_EQ(replay.twin().alarms()[0].phase, twin::AlarmPhase::ReturnedUnacknowledged);
}

TEST_F(Actions, AreInputsWhicheverWayATimeIsReached) {
    const std::string text = action("+2500ms", "do = \"shelve\"\nfor = \"2s\"") + action("+7s", "do = \"out_of_service\"");
    twin::Replay replay = replayed(text);
    const Digest end = replay.stateHash();
    ASSERT_TRUE(replay.seek(at(3000)));
    EXPECT_EQ(replay.twin().alarms()[0].shelving, twin::Shelving::Timed);
    ASSERT_TRUE(replay.seek(at(5000)));
    EXPECT_EQ(replay.twin().alarms()[0].shelving, twin::Shelving::Unshelved);
    ASSERT_TRUE(replay.seek(at(10'000)));
    EXPECT_TRUE(replay.twin().alarms()[0].outOfService);
    EXPECT_EQ(replay.stateHash(), end);
    EXPECT_NE(replayed("").stateHash(), end);
}

TEST_F(Actions, AreReadWithCare) {
    const std::string rest = "at = \"+1s\"\nalarm = \"line/machine/low\"\n";
    EXPECT_THAT(problems(rest + "do = \"acknowlege\""),
                ElementsAre(HasSubstr("a.toml:5:6: 'acknowlege' is nothing that can be done")));
    EXPECT_THAT(problems("at = \"+1s\"\nalarm = \"line/machine/lwo\"\ndo = \"reset\""),
                ElementsAre(HasSubstr("did you mean 'line/machine/low'")));
    EXPECT_THAT(problems(rest + "do = \"reset\"\nfor = \"1s\""), ElementsAre(HasSubstr("'for' is how long an alarm is shelved")));
    EXPECT_THAT(problems(rest + "do = \"shelve\"\nfor = 0"), ElementsAre(HasSubstr("longer than nothing")));
    EXPECT_THAT(problems("do = \"reset\"\nwho = 1"),
                ElementsAre(HasSubstr("needs 'at'"), HasSubstr("needs 'alarm'"), HasSubstr("unknown key 'who'")));
    const auto planned = parseActions("format = 1\n" + action("+11s", "do = \"reset\""), "a.toml", plant);
    ASSERT_TRUE(planned);
    const auto far = resolved(*planned, {at(0), at(10'000)});
    ASSERT_FALSE(far);
    EXPECT_THAT(far.error().front().text(), HasSubstr("a.toml:3:6: "));
    EXPECT_FALSE(parseActions("[[action]]", "a.toml", plant));
}

} // namespace
} // namespace millwright::check
