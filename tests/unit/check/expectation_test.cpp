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
    EXPECT_EQ(condition.signal, SignalIndex{1});
    EXPECT_EQ(condition.condition.comparison, plant::Comparison::Less);
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
                            HasSubstr("e.toml:6:10: 'cuont' is nothing to expect: use always, never, sometimes, count, lasts or "
                                      "at: did you mean 'count'?"),
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
