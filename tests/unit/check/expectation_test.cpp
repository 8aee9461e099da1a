#include "unit/twin/plants.hpp"

#include <millwright/check/expectation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::check {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Every problem of a file, as text; nothing when it is right.
std::vector<std::string> problems(const std::string& text) {
    const auto parsed = parse(text, "e.toml", twin::testing::onePlant());
    std::vector<std::string> messages;
    if (!parsed) {
        for (const Error& error : parsed.error()) messages.push_back(error.text());
    }
    return messages;
}

TEST(Expectation, ReadsEveryKind) {
    const auto parsed = parse(R"(format = 1
[[check]]
name = "break"
signal = "line/machine/slide"
when = { op = "<", value = 5 }
expect = "count"
count = [1, 2]
from = "+10min"
[[check]]
name = "hash"
state_hash = "0123456789abcdef0123456789abcdef"
at = "start"
[[check]]
name = "value"
signal = "line/machine/slide"
value = 2
tolerance = 0.5
at = "+1s"
[[check]]
name = "samples"
samples = 3
[[check]]
name = "picture"
picture = "refs/a.png"
)",
                              "/plants/p/checks/e.toml", twin::testing::onePlant());
    ASSERT_TRUE(parsed) << parsed.error().front().text();
    ASSERT_EQ(parsed->size(), 5u);
    const auto& condition = std::get<ConditionCheck>((*parsed)[0].what);
    EXPECT_THAT(condition.when.signals, ElementsAre(SignalIndex{1}));
    EXPECT_EQ(condition.when.code.back().op, plant::Expression::Op::Less);
    EXPECT_EQ(condition.limit, 5);
    EXPECT_EQ(condition.count.most, 2u);
    EXPECT_EQ(condition.window.from.text, "+10min");
    EXPECT_EQ(condition.window.to.text, "end");
    EXPECT_EQ((*parsed)[0].line, 2u);
    EXPECT_EQ(std::get<StateHashCheck>((*parsed)[1].what).at.text, "start");
    EXPECT_EQ(std::get<PictureCheck>((*parsed)[4].what).reference, "/plants/p/checks/refs/a.png");
}

TEST(Expectation, ReportsEveryProblemWithItsPlaceAndASuggestion) {
    EXPECT_THAT(problems(R"(format = 1
[[check]]
name = "a"
signal = "line/machine/slid"
when = { op = "<", valeu = 5 }
expect = "cuont"
[[check]]
name = "a"
samples = -1
cuont = 3
)"),
                ElementsAre("e.toml:4:10: plant 'test' has no signal 'line/machine/slid': did you mean 'line/machine/slide'?",
                            HasSubstr("e.toml:5:8: 'when' needs either 'value'"),
                            "e.toml:5:20: unknown key 'valeu': did you mean 'value'?",
                            HasSubstr("e.toml:6:10: 'cuont' is nothing to expect: use always, never, sometimes, count, lasts, at, "
                                      "until or then: did you mean 'count'?"),
                            HasSubstr("e.toml:8:8: two checks are named 'a'"),
                            HasSubstr("e.toml:9:11: 'samples' must be 0 or more"), HasSubstr("e.toml:10:1: unknown key 'cuont'")));
}

TEST(Expectation, AFileThatExpectsNothingIsAnError) {
    EXPECT_THAT(problems("format = 1"), ElementsAre(HasSubstr("a run that expects nothing proves nothing")));
    EXPECT_THAT(problems("[[check]]\nname=\"a\"\nsamples=1"), ElementsAre(HasSubstr("an expectation file needs 'format'")));
    EXPECT_THAT(problems("format = 2\n[[check]]\nname=\"a\"\nsamples=1"),
                ElementsAre(HasSubstr("e.toml:1:10: format 2 is not known")));
    EXPECT_THAT(problems("format = 1\n[[check]]\nname=\"a\""), ElementsAre(HasSubstr("a check needs one of")));
    EXPECT_THAT(problems("format = 1\n[[check]]\nname=\"a\"\nsamples=1\npicture=\"b\""),
                ElementsAre(HasSubstr("make it two checks")));
}

TEST(Expectation, TypesAreCheckedAgainstThePlant) {
    const std::string head = "format = 1\n[[check]]\nname = \"a\"\n";
    EXPECT_THAT(problems(head + "signal = \"line/machine/state\"\nwhen = {op = \"<\", state = \"x\"}\nexpect = \"never\""),
                ElementsAre(HasSubstr("can only be compared by == and !=")));
    EXPECT_THAT(problems(head + "signal = \"line/machine/state\"\nwhen = {op = \"==\", value = 1}\nexpect = \"never\""),
                ElementsAre(HasSubstr("compare it with a 'state'")));
    EXPECT_THAT(problems(head + "signal = \"line/machine/slide\"\nwhen = {op = \"==\", state = \"x\"}\nexpect = \"never\""),
                ElementsAre(HasSubstr("has no named states")));
    EXPECT_THAT(problems(head + "signal = \"line/machine/slide\"\nvalue = \"x\"\nat = \"end\""),
                ElementsAre(HasSubstr("is a number")));
    EXPECT_THAT(problems(head + "signal = \"line/machine/slide\"\nvalue = nan\nat = \"end\""),
                ElementsAre(HasSubstr("'value' must be a number, not nan or inf")));
    EXPECT_THAT(problems(head + "picture = \"a.png\"\ncamera = \"nowhere\""), ElementsAre(HasSubstr("has no camera 'nowhere'")));
    EXPECT_THAT(problems(head + "state_hash = \"12\""), ElementsAre(HasSubstr("32 hexadecimal digits")));
}

TEST(Expectation, ConditionsInWordsAreCheckedWhereTheyStand) {
    const std::string head = "format = 1\n[[check]]\nname = \"a\"\nexpect = \"never\"\n";
    EXPECT_THAT(problems(head + "when = \"line/machine/slide < 5 'kg'\""), ElementsAre(HasSubstr("e.toml:5:")));
    EXPECT_THAT(
        problems(head + "when = \"line/machine/slid < 5\""),
        ElementsAre(HasSubstr("e.toml:5:9: plant 'test' has no signal 'line/machine/slid': did you mean 'line/machine/slide'?")));
    EXPECT_THAT(problems(head + "equipment = \"line/machine\"\nwhen = \"1 < 2 and slid < 5\""),
                ElementsAre(HasSubstr("e.toml:6:19: ")));
    EXPECT_THAT(problems(head + "when = \"1 < 2\""), ElementsAre(HasSubstr("reads no signal")));
    EXPECT_THAT(problems(head + "when = \"line/machine/slide\""), ElementsAre(HasSubstr("is a number")));
    EXPECT_THAT(problems(head + "signal = \"line/machine/slide\"\nwhen = \"line/machine/slide < 5\""),
                ElementsAre(HasSubstr("leave 'signal' out")));
    const std::string then = "format = 1\n[[check]]\nname = \"a\"\nwhen = \"line/machine/slide < 5\"\nexpect = \"then\"\n";
    EXPECT_THAT(problems(then), ElementsAre(HasSubstr("needs 'then'"), HasSubstr("needs 'within'")));
    EXPECT_THAT(problems(then + "then = \"line/machine/slide > 5\"\nwithin = -1"), ElementsAre(HasSubstr("must not be negative")));
}

TEST(Expectation, SignalChecksAreReadWithCare) {
    const std::string head = "format = 1\n[[check]]\nname = \"a\"\n", slide = head + "signal = \"line/machine/slide\"\n",
                      state = head + "signal = \"line/machine/state\"\n";
    EXPECT_THAT(problems(slide + "rate = [2, 1]"), ElementsAre(HasSubstr("[least, most]")));
    EXPECT_THAT(problems(slide + "rate = \"fast\""), ElementsAre(HasSubstr("'rate' must be a number")));
    EXPECT_THAT(problems(state + "rate = 2"), ElementsAre(HasSubstr("is no number")));
    EXPECT_THAT(problems(slide + "monotone = \"up\""), ElementsAre(HasSubstr("'up' is no way")));
    EXPECT_THAT(problems(slide + "sequence = [\"a\"]"), ElementsAre(HasSubstr("has no states")));
    EXPECT_THAT(problems(state + "sequence = []"), ElementsAre(HasSubstr("a list of states")));
    EXPECT_THAT(problems(state + "sequence = [\"a\", \"a\"]"), ElementsAre(HasSubstr("cannot follow itself")));
    EXPECT_THAT(problems(state + "sequence = [1]"), ::testing::Contains(HasSubstr("a list of texts")));
    EXPECT_THAT(problems(slide + "quality = \"fine\""), ElementsAre(HasSubstr("cannot be expected")));
    EXPECT_THAT(problems(head + "quality = \"good\"\nequipment = \"lin\""), ElementsAre(HasSubstr("has no equipment 'lin'")));
}

TEST(Expectation, HostileTextIsOneError) {
    EXPECT_EQ(problems("format = = 1").size(), 1u);
    EXPECT_EQ(problems(std::string(5u << 20, 'a')).size(), 1u);
    std::string dots = "a";
    for (int i = 0; i < 100'000; ++i) dots += ".a";
    EXPECT_THAT(problems(dots + " = 1"), ElementsAre(HasSubstr("dotted parts")));
    EXPECT_THAT(problems("a = " + std::string(10'000, '[')), ::testing::SizeIs(1));
    EXPECT_THAT(problems(std::string("format = 1\n\0\n", 13)), ::testing::SizeIs(1));
    EXPECT_THAT(problems("\xff\xfe"), ::testing::SizeIs(1));
    EXPECT_FALSE(load("/nonexistent/e.toml", twin::testing::onePlant()));
}

} // namespace
} // namespace millwright::check
