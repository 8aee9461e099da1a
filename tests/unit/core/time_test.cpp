#include <millwright/core/time.hpp>
#include <millwright/core/time_edges.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace millwright {
namespace {

using namespace std::chrono_literals;

TEST(Time, ReadsAndWritesTheSameNanosecond) {
    for (const char* text : {"1970-01-01T00:00:00.000000000Z", "2026-11-23T01:43:00.123456789Z", "1969-12-31T23:59:59.999999999Z"})
        EXPECT_EQ(formatTime(*parseTime(text)), text);
    EXPECT_FALSE(parseTime("2262-06-01T00:00:00Z")) << "beyond int64 nanoseconds";
}

TEST(Time, UnderstandsTheFormsPeopleWrite) {
    const Time noon = *parseTime("2026-11-23T12:00:00Z");
    EXPECT_EQ(*parseTime("2026-11-23 12:00"), noon);
    EXPECT_EQ(*parseTime("2026-11-23T21:00:00+09:00"), noon);
    EXPECT_EQ(*parseTime("2026-11-23T07:00:00-0500"), noon);
    EXPECT_EQ(*parseTime("2026-11-23T12:00:00.5Z"), noon + 500ms);
    EXPECT_EQ(*parseTime("2026-11-23"), noon - 12h);
}

TEST(Time, RefusesWhatIsNotATime) {
    for (const char* text : {"", "now", "2026-13-01", "2026-02-30", "2026-11-23T25:00", "2026-11-23T12:00:00X",
                             "2026-11-23T12:00:00.", "20261123", "2026-11-23T12:00:00+9", "0000-01-01"})
        EXPECT_FALSE(parseTime(text)) << text;
}

TEST(Duration, ReadsUnitsAndSums) {
    EXPECT_EQ(*parseDuration("90"), 90s);
    EXPECT_EQ(*parseDuration("1.5s"), 1500ms);
    EXPECT_EQ(*parseDuration("1h30min"), 90min);
    EXPECT_EQ(*parseDuration("250ms"), 250ms);
    EXPECT_EQ(*parseDuration("2d"), 48h);
    EXPECT_EQ(*parseDuration("5ns"), 5ns);
    for (const char* text : {"", "s", "1 h", "1parsec", "1e400s", "--1s", "999999999999d", "1h-3min", "nan", "nans", "-nan", "inf"})
        EXPECT_FALSE(parseDuration(text)) << text;
}

TEST(Duration, OfAnySecondsIsRepresentable) {
    EXPECT_EQ(durationFromSeconds(1e300), Duration::max());
    EXPECT_EQ(durationFromSeconds(-std::numeric_limits<double>::infinity()), Duration::min());
    EXPECT_EQ(durationFromSeconds(std::numeric_limits<double>::quiet_NaN()), Duration::zero());
}

TEST(Duration, ReadsWellForPeople) {
    EXPECT_EQ(formatDuration(1500ms), "1.5 s");
    EXPECT_EQ(formatDuration(125s), "2 min 05 s");
    EXPECT_EQ(formatDuration(3h + 2min), "3 h 02 min");
    EXPECT_EQ(formatDuration(250ms), "250 ms");
    EXPECT_EQ(formatDuration(0ns), "0 s");
    EXPECT_EQ(formatDuration(-1500ms), "-1.5 s");
    EXPECT_EQ(formatDuration(Duration::min()), formatDuration(-Duration::max()));
}

TEST(Time, HasAnInstantBeforeItButForTheEarliest) {
    EXPECT_EQ(justBefore(timeFromNanoseconds(0)), timeFromNanoseconds(-1));
    EXPECT_EQ(justBefore(Time::min()), Time::min());
}

TEST(Time, OfAnIntervalFitsADurationUpToTwoHundredAndNinetyTwoYears) {
    EXPECT_TRUE(fitsDuration({Time{}, Time::max()}));
    EXPECT_TRUE(fitsDuration({Time::min(), timeFromNanoseconds(-1)}));
    EXPECT_FALSE(fitsDuration({Time::min(), Time{}}));
    EXPECT_FALSE(fitsDuration({timeFromNanoseconds(-1), Time::max()}));
}

TEST(Moment, IsRelativeToTheLog) {
    const TimeInterval log{*parseTime("2026-11-23T08:00:00Z"), *parseTime("2026-11-23T08:30:00Z")};
    EXPECT_EQ(*parseMoment("+10min", log), log.from + 10min);
    EXPECT_EQ(*parseMoment("-30s", log), log.to - 30s);
    EXPECT_EQ(*parseMoment("start", log), log.from);
    EXPECT_EQ(*parseMoment("end", log), log.to);
    EXPECT_EQ(*parseMoment("2026-11-23T08:15:00Z", log), log.from + 15min);
    EXPECT_EQ(parseMoment("+31min", log).error().code, ErrorCode::OutOfRange);
    for (const char* text : {"+9200000000", "-9200000000s", "+106000d", "-106000d"}) EXPECT_FALSE(parseMoment(text, log)) << text;
    EXPECT_EQ(parseMoment("noon", log).error().code, ErrorCode::Malformed);
}

} // namespace
} // namespace millwright
