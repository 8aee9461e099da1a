#include <millwright/telemetry/live_source.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace millwright::telemetry {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Time start = timeFromNanoseconds(1'800'000'000'000'000'000);

/// Hands out what a test puts in.
class FakeFeed final : public Feed {
public:
    explicit FakeFeed(Arrivals& next) : next_{&next} {}
    void drain(Time, StringTable&, Arrivals& arrivals) override {
        for (auto silence : next_->silences) {
            silence.before += arrivals.samples.size();
            arrivals.silences.push_back(silence);
        }
        arrivals.samples.insert(arrivals.samples.end(), next_->samples.begin(), next_->samples.end());
        next_->clear();
    }
    [[nodiscard]] FeedStatus status() const override { return {}; }

private:
    Arrivals* next_;
};

class Ordering : public ::testing::Test {
protected:
    Arrivals next;
    LiveSource source{4, 100ms};
    Ordering() { source.add(std::make_unique<FakeFeed>(next)); }

    void arrive(unsigned signal, Time time, double value = 0) {
        next.samples.push_back({time, Value::of(value), static_cast<SignalIndex>(signal), ValueType::Float, Quality::Good});
    }
    void fallSilent(unsigned signal, Time since) {
        next.silences.push_back({next.samples.size(), static_cast<SignalIndex>(signal), since});
    }
    std::vector<double> values(Time now) {
        std::vector<double> list;
        for (const Sample& sample : source.poll(now)) list.push_back(sample.value.number);
        return list;
    }
};

TEST_F(Ordering, WaitsForTheWindowAndSortsWithinIt) {
    arrive(0, start + 50ms, 2);
    arrive(1, start + 20ms, 1);
    arrive(2, start + 60ms, 3);
    EXPECT_THAT(values(start + 70ms), ElementsAre());
    EXPECT_THAT(values(start + 150ms), ElementsAre(1, 2));
    EXPECT_THAT(values(start + 160ms), ElementsAre(3));
    EXPECT_EQ(source.counters().applied, 3u);
    EXPECT_EQ(source.counters().redated, 0u);
}

TEST_F(Ordering, BreaksTiesBySignalThenArrival) {
    arrive(1, start, 3);
    arrive(0, start, 1);
    arrive(0, start, 2);
    EXPECT_THAT(values(start + 1s), ElementsAre(1, 2, 3));
}

TEST_F(Ordering, DatesWhatComesAfterItsMomentHasSettled) {
    (void)source.poll(start + 10s);
    arrive(0, start, 1);
    arrive(0, start + 1s, 2);
    const auto samples = source.poll(start + 20s);
    ASSERT_EQ(samples.size(), 2u);
    EXPECT_GT(samples[0].time, start + 10s - 100ms);
    EXPECT_THAT((std::vector{samples[0].value.number, samples[1].value.number}), ElementsAre(1, 2));
    EXPECT_EQ(source.counters().redated, 2u);
    EXPECT_EQ(source.counters().late, 0u) << "a source whose clock is behind is not late";
}

TEST_F(Ordering, TellsHowLongSamplesTookFromTheirSourceUntilTheyWereShown) {
    arrive(0, start - 1h, 1); // a first value may be old
    (void)source.poll(start);
    source.shown(start);
    EXPECT_EQ(source.status().front().latency.samples, 0u);
    arrive(0, start + 900ms, 2);
    (void)source.poll(start + 1s); // it waits for the window
    source.shown(start + 1s);
    EXPECT_EQ(source.status().front().latency.samples, 1u) << "the window has passed";
    arrive(0, start + 1s, 3);
    arrive(0, start + 500ms, 4); // late: nobody waited for it
    fallSilent(0, start + 1500ms);
    (void)source.poll(start + 1600ms);
    source.shown(start + 1600ms);
    source.shown(start + 9s);
    const FeedLatency latency = source.status().front().latency;
    EXPECT_EQ(latency.samples, 2u) << "neither what is late nor what only says that nothing came";
    EXPECT_NEAR(seconds(latency.median), 0.1, 0.004);
    EXPECT_NEAR(seconds(latency.p99), 0.6, 0.02);
}

TEST_F(Ordering, CountsTheLatencyOfWhatIsRedatedFromItsOwnTime) {
    (void)source.poll(start);
    arrive(0, start, 1);
    (void)source.poll(start + 1s);
    arrive(0, start + 500ms, 2); // its moment has settled already
    (void)source.poll(start + 5s);
    source.shown(start + 5s);
    EXPECT_EQ(source.counters().redated, 1u);
    EXPECT_NEAR(seconds(source.status().front().latency.median), 4.5, 0.15);
}

TEST_F(Ordering, NeverDatesAnythingInTheFuture) {
    arrive(0, start + 1h, 1);
    (void)source.poll(start);
    const auto samples = source.poll(start + 1s);
    ASSERT_EQ(samples.size(), 1u);
    EXPECT_EQ(samples[0].time, start);
}

TEST_F(Ordering, CallsASampleOlderThanItsSignalsNewestLate) {
    std::vector<Sample> tapped, late;
    source.setTap([&](auto arrived, auto tooLate) {
        tapped.assign(arrived.begin(), arrived.end());
        late.assign(tooLate.begin(), tooLate.end());
    });
    arrive(0, start, 1);
    arrive(0, start - 5s, 2);
    arrive(1, start - 5s, 3);
    EXPECT_THAT(values(start + 1s), ElementsAre(3, 1));
    ASSERT_EQ(late.size(), 1u);
    EXPECT_EQ(late[0].time, start - 5s) << "as it came";
    EXPECT_EQ(tapped.size(), 2u);
    EXPECT_EQ(source.counters().late, 1u);
}

TEST_F(Ordering, FollowsAClockThatWasSetBack) {
    arrive(0, start, 0);
    (void)source.poll(start);
    std::size_t applied = 0;
    for (int i = 1; i <= 50; ++i) {
        arrive(0, start - 1h + i * 100ms, i);
        applied += values(start + i * 100ms).size();
    }
    EXPECT_EQ(source.counters().late, 20u) << "two seconds of proof";
    EXPECT_EQ(source.counters().redated, 30u);
    EXPECT_GT(applied, 25u);
}

TEST_F(Ordering, CallsASourceStaleWhoseClockIsAhead) {
    arrive(0, start + 1h, 1);
    (void)source.poll(start);
    fallSilent(0, start + 1s);
    const auto samples = source.poll(start + 2s);
    ASSERT_EQ(samples.size(), 2u);
    EXPECT_EQ(samples[1].quality, Quality::Stale);
    EXPECT_EQ(samples[1].time, start + 1s);
    arrive(0, start + 1h + 3s, 2);
    (void)source.poll(start + 4s);
    EXPECT_THAT(values(start + 5s), ElementsAre(2)) << "and is followed again";
}

TEST_F(Ordering, SaysOfASilentSignalWhatItWasAndNotWhatCameLate) {
    arrive(0, start, 111);
    arrive(0, start - 60s, 222);
    fallSilent(0, start + 1s);
    fallSilent(1, start + 1s); // never heard of
    arrive(0, start + 2s, 333);
    fallSilent(0, start + 3s);
    fallSilent(0, start + 4s); // is so already
    EXPECT_THAT(values(start + 10s), ElementsAre(111, 111, 333, 333));
    EXPECT_EQ(source.counters().late, 1u);
    EXPECT_EQ(source.counters().redated, 0u);
}

TEST_F(Ordering, ASourceThatCallsItsOldSamplesStaleIsLateAllTheSame) {
    arrive(0, start, 1);
    next.samples.push_back({start - 60s, Value::of(2.0), SignalIndex{0}, ValueType::Float, Quality::Stale});
    EXPECT_THAT(values(start + 1s), ElementsAre(1));
    EXPECT_EQ(source.counters().late, 1u);
}

TEST_F(Ordering, DoesNotTakeABacklogForAClock) {
    arrive(0, start, 0);
    (void)source.poll(start);
    for (int i = 1; i <= 50; ++i) { // a minute of the past each tenth of a second
        arrive(0, start - 1h + i * 1min, i);
        (void)source.poll(start + i * 100ms);
    }
    EXPECT_EQ(source.counters().late, 50u);
}

TEST_F(Ordering, HandsOutAscendingTimesWhateverArrives) {
    std::mt19937 random{7};
    Time last = Time::min(), now = start;
    std::size_t total = 0;
    for (int i = 0; i < 2000; ++i) {
        for (auto n = random() % 5; n-- > 0;)
            arrive(static_cast<unsigned>(random() % 4), now + std::chrono::milliseconds{static_cast<int>(random() % 4000) - 3000});
        now += std::chrono::milliseconds{static_cast<int>(random() % 200)};
        for (const Sample& sample : source.poll(now)) {
            ASSERT_GE(sample.time, last);
            ASSERT_LE(sample.time, now - 100ms);
            last = sample.time;
            ++total;
        }
        ASSERT_LE(last, source.settled());
    }
    total += source.finish(now + 1s).size();
    EXPECT_EQ(total, source.counters().applied);
}

} // namespace
} // namespace millwright::telemetry
