#include <millwright/condition/learn.hpp>
#include <millwright/condition/monitor.hpp>
#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace millwright::condition {
namespace {

using telemetry::Sample;

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
const Options everySecond{.step = std::chrono::seconds{1}};

Time second(double s) {
    return timeFromNanoseconds(1'800'000'000'000'000'000) + durationFromSeconds(s);
}
Sample sample(double s, std::uint32_t signal, double value, Quality quality = Quality::Good) {
    return {second(s), Value::of(value), SignalIndex{signal}, ValueType::Float, quality};
}

/// A pump: pressure and flow go up and down together, temperature by itself.
Layout pump() {
    return {.signals = {{"pump/pressure", "p", "bar"}, {"pump/flow", "f", "l/min"}, {"pump/temperature", "t", "Cel"}},
            .equipment = {{"pump", {0, 1, 2}}}};
}

/// Seconds `from` up to `to` of the pump as it normally runs, by a random stream of its own.
std::vector<Sample> running(int from, int to, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::vector<Sample> samples;
    for (int s = from; s < to; ++s) {
        const double load = normal(random);
        samples.push_back(sample(s, 0, 4 + 0.2 * load + 0.02 * normal(random)));
        samples.push_back(sample(s, 1, 30 + 2 * load + 0.2 * normal(random)));
        samples.push_back(sample(s, 2, 60 + 0.5 * normal(random)));
    }
    return samples;
}

Result<Model> learnt(std::span<const Sample> samples, const Layout& layout = pump(), const Options& options = everySecond) {
    Survey survey{std::vector<telemetry::Conversion>(layout.signals.size())};
    survey.apply(samples);
    return Learner::create(layout, options, survey).and_then([&](Learner learner) {
        learner.apply(samples);
        return learner.finish();
    });
}

struct Judged {
    std::vector<Evaluation> evaluations;
    std::vector<Period> periods;
};
Judged judged(const Model& model, std::span<const Sample> samples, std::size_t batch = SIZE_MAX) {
    Monitor monitor{model, std::vector<telemetry::Conversion>(model.signals.size())};
    Judged all;
    const auto keep = [&](std::span<const Evaluation> some) {
        all.evaluations.insert(all.evaluations.end(), some.begin(), some.end());
    };
    for (std::size_t at = 0; at < samples.size(); at += std::min(batch, samples.size() - at))
        keep(monitor.apply(samples.subspan(at, std::min(batch, samples.size() - at))));
    keep(monitor.finish());
    all.periods.assign(monitor.periods().begin(), monitor.periods().end());
    return all;
}

TEST(Condition, LearnsWhereSignalsNormallyAre) {
    const auto model = learnt(running(0, 2000, 1));
    ASSERT_TRUE(model) << model.error().text();
    ASSERT_EQ(model->equipment.size(), 1u);
    EXPECT_EQ(model->equipment[0].steps, 1991u) << "a window of 20 is half full at the tenth step";
    ASSERT_EQ(model->equipment[0].groups.size(), 2u);
    const Group& levels = model->equipment[0].groups[0];
    ASSERT_EQ(levels.features.size(), 3u);
    EXPECT_NEAR(levels.features[0].normal(), 4, 0.02);
    EXPECT_NEAR(levels.features[1].normal(), 30, 0.2);
    EXPECT_NEAR(levels.features[1].scale, 2 / std::sqrt(20), 0.1) << "of a mean of 20";
    const Group& spreads = model->equipment[0].groups[1];
    EXPECT_NEAR(spreads.features[1].normal(), 2, 0.1);
    EXPECT_LT(levels.shrinkage, 0.3);
}

TEST(Condition, AlarmsAboutAsOftenAsStatedWhileAllIsNormal) {
    const auto model = learnt(running(0, 4000, 1));
    ASSERT_TRUE(model);
    const Judged normal = judged(*model, running(5000, 25000, 2));
    const auto above = std::ranges::count_if(normal.evaluations, [](const Evaluation& each) { return each.score > 1; });
    EXPECT_GT(above, 20'000 * 0.01 / 4);
    EXPECT_LT(above, 20'000 * 0.01 * 4);
}

TEST(Condition, SaysWhichSignalsAreNotAsTheyWere) {
    const auto model = learnt(running(0, 2000, 1));
    ASSERT_TRUE(model);
    auto samples = running(3000, 3600, 2);
    for (Sample& each : samples)
        if (each.time >= second(3300) && each.time < second(3400) && each.signal == SignalIndex{2})
            each.value = Value::of(each.value.number + 3);
    const Judged found = judged(*model, samples);
    ASSERT_EQ(found.periods.size(), 1u);
    const Period& period = found.periods[0];
    EXPECT_GT(period.interval.from, second(3300));
    EXPECT_LT(period.interval.from, second(3315));
    EXPECT_GT(period.interval.to, second(3400));
    EXPECT_LT(period.interval.to, second(3430)) << "a window and the steps that must be quiet later";
    EXPECT_FALSE(period.open);
    EXPECT_GT(period.peak, 2);
    ASSERT_EQ(period.contributions.size(), 3u);
    EXPECT_EQ(model->signals[period.contributions[0].signal].name, "pump/temperature");
    EXPECT_EQ(period.contributions[0].measure, Measure::Level);
    EXPECT_GT(period.contributions[0].share, 0.9);
    EXPECT_NEAR(period.contributions[0].value, 63, 1);
    EXPECT_NEAR(period.contributions[0].normal, 60, 0.1);
    EXPECT_GT(period.contributions[0].score, 1);
    double shares = 0;
    for (const Contribution& each : period.contributions) shares += each.share;
    EXPECT_NEAR(shares, 1, 1e-12);
}

// Each signal stays within what is normal for it; together they do not.
TEST(Condition, NoticesSignalsThatNoLongerGoTogether) {
    const auto model = learnt(running(0, 2000, 1));
    ASSERT_TRUE(model);
    auto samples = running(3000, 3600, 2);
    for (Sample& each : samples)
        if (each.time >= second(3300) && each.signal <= SignalIndex{1})
            each.value = Value::of(each.signal == SignalIndex{0} ? 4.03 : 29.3);
    const Judged found = judged(*model, samples);
    double largest = 0;
    for (const Evaluation& each : found.evaluations)
        if (each.time > second(3330)) largest = std::max(largest, each.score);
    EXPECT_GT(largest, 1.5);
    ASSERT_FALSE(found.periods.empty());
    EXPECT_TRUE(found.periods.back().open) << "it lasts to the end";
}

TEST(Condition, NoticesASignalThatGetsUnsteadyOrStandsStill) {
    const auto model = learnt(running(0, 2000, 1));
    ASSERT_TRUE(model);
    for (const double swing : {0.0, 1.5}) { // about the same level, whose deviation is 0.5
        auto samples = running(3000, 3600, 2);
        for (Sample& each : samples)
            if (each.time >= second(3300) && each.signal == SignalIndex{2})
                each.value = Value::of(nanoseconds(each.time) / 1'000'000'000 % 2 == 0 ? 60 + swing : 60 - swing);
        const Judged found = judged(*model, samples);
        ASSERT_FALSE(found.periods.empty());
        const Contribution& first = found.periods.back().contributions.front();
        EXPECT_EQ(first.measure, Measure::Spread);
        EXPECT_EQ(model->signals[first.signal].name, "pump/temperature");
        EXPECT_NEAR(first.value, swing, 1e-9);
    }
}

TEST(Condition, DoesNotDependOnBatches) {
    const auto model = learnt(running(0, 1000, 1));
    ASSERT_TRUE(model);
    const auto samples = running(2000, 2300, 3);
    const Judged whole = judged(*model, samples);
    ASSERT_EQ(whole.evaluations.size(), 291u);
    for (const std::size_t batch : {1u, 2u, 7u, 100u}) {
        const Judged parts = judged(*model, samples, batch);
        ASSERT_EQ(parts.evaluations.size(), whole.evaluations.size());
        for (std::size_t i = 0; i < whole.evaluations.size(); ++i) {
            EXPECT_EQ(parts.evaluations[i].score, whole.evaluations[i].score);
            EXPECT_EQ(parts.evaluations[i].time, whole.evaluations[i].time);
        }
    }
}

TEST(Condition, LearnsTheSameModelTwiceAndReadsItBack) {
    const auto samples = running(0, 1000, 1);
    const auto first = learnt(samples), second = learnt(samples);
    ASSERT_TRUE(first && second);
    const std::string text = writeModel(*first);
    EXPECT_EQ(text, writeModel(*second));
    const auto read = readModel(text, "m.json");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(writeModel(*read), text);
    const auto later = running(2000, 2200, 2);
    EXPECT_EQ(judged(*read, later).evaluations.back().score, judged(*first, later).evaluations.back().score);
}

/// A machine that hums at 90 Hz in noise, measured 1000 times a second; from `damaged` on, ten knocks a second ring at 400 Hz.
std::vector<Sample> humming(double from, double to, std::uint64_t seed, double damaged) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::vector<Sample> samples;
    for (int i = static_cast<int>(from * 1000); i < static_cast<int>(to * 1000); ++i) {
        const double s = i / 1000.0, sinceKnock = std::fmod(s, 0.1);
        double value = std::sin(2 * std::numbers::pi * 90 * s) + 0.2 * normal(random);
        if (s >= damaged) value += 1.2 * std::exp(-sinceKnock / 0.005) * std::sin(2 * std::numbers::pi * 400 * s);
        samples.push_back(sample(s, 0, value));
    }
    return samples;
}

TEST(Condition, HearsWhatAVibrationIsMadeOf) {
    const Layout layout{.signals = {{"motor/vibration", "v", "[g]"}}, .equipment = {{"motor", {0}}}};
    Options options = everySecond;
    options.window = 5;
    const auto model = learnt(humming(0, 200, 1, 1e9), layout, options);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ(model->signals[0].block, 512u);
    EXPECT_NEAR(model->signals[0].rate, 1000, 0.1);
    ASSERT_EQ(model->equipment[0].groups.size(), 3u);
    const Group& vibration = model->equipment[0].groups[2];
    ASSERT_EQ(vibration.kind, Kind::Vibration);
    ASSERT_EQ(vibration.features.size(), 4u + bands);
    EXPECT_NEAR(vibration.features[0].normal(), std::sqrt(0.5 + 0.04), 0.01) << "rms";
    EXPECT_NEAR(vibration.features[4 + 1].normal(), std::sqrt(0.5 + 0.04 / 8), 0.01) << "90 Hz is in the second band of 62.5 Hz";
    const auto later = humming(300, 340, 2, 320);
    const Judged found = judged(*model, later);
    ASSERT_EQ(found.periods.size(), 1u);
    EXPECT_GE(found.periods[0].interval.from, second(320));
    const auto& first = found.periods[0].contributions.front();
    EXPECT_EQ(kindOf(first.measure), Kind::Vibration);
    EXPECT_GT(first.value, first.normal);
    for (const Evaluation& each : judged(*model, later, 333).evaluations) EXPECT_TRUE(std::isfinite(each.score));
    EXPECT_EQ(judged(*model, later, 333).periods[0].peak, found.periods[0].peak);
    const auto read = readModel(writeModel(*model), "m.json");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(judged(*read, later).periods[0].peak, found.periods[0].peak);

    // With a tenth of the samples no step has a block: the vibration is not known, which is no anomaly.
    std::vector<Sample> thin;
    for (const Sample& each : humming(300, 340, 2, 1e9))
        if (nanoseconds(each.time) / 1'000'000 % 10 == 3) thin.push_back(each);
    for (const Period& period : judged(*model, thin).periods) EXPECT_NE(kindOf(period.contributions[0].measure), Kind::Vibration);
}

// What is missing or not usable is no anomaly by itself; it must not spoil what comes after.
TEST(Condition, BadValuesSpoilNothing) {
    auto samples = running(0, 2000, 1);
    for (std::size_t i = 0; i < samples.size(); i += 50) samples[i].value = Value::of(notANumber);
    for (std::size_t i = 7; i < samples.size(); i += 70) {
        samples[i].value = Value::of(1e300);
        samples[i].quality = Quality::Bad;
    }
    const auto model = learnt(samples);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_NEAR(model->equipment[0].groups[0].features[2].normal(), 60, 0.1);
    auto later = running(3000, 3400, 2);
    for (Sample& each : later) {
        if (each.time >= second(3100) && each.time < second(3200) && each.signal == SignalIndex{2}) each.quality = Quality::Bad;
        if (each.time == second(3250) && each.signal == SignalIndex{0})
            each.value = Value::of(std::numeric_limits<double>::infinity());
    }
    const Judged found = judged(*model, later);
    EXPECT_TRUE(found.periods.empty());
    for (const Evaluation& each : found.evaluations) EXPECT_TRUE(std::isfinite(each.score));
    later.push_back(sample(3400, 0, 1e308));
    later.push_back(sample(3401, 0, -1e308));
    EXPECT_TRUE(std::isfinite(judged(*model, later).evaluations.back().score));
}

// A sensor that says 1e200, or the largest number there is, where it has nothing to say: the model can be read again.
TEST(Condition, NumbersBeyondReckoningSpoilNoModel) {
    for (const double sentinel : {1e200, std::numeric_limits<double>::max()}) {
        auto samples = running(0, 1000, 1);
        for (Sample& each : samples)
            if (each.signal == SignalIndex{2})
                each.value = Value::of(each.time >= second(500) && each.time < second(505) ? sentinel : 60);
        const auto model = learnt(samples);
        ASSERT_TRUE(model) << model.error().text();
        ASSERT_EQ(model->leftOut.size(), 1u);
        EXPECT_EQ(model->leftOut[0].name, "pump/temperature");
        const auto read = readModel(writeModel(*model), "m.json");
        ASSERT_TRUE(read) << read.error().text();
        std::erase_if(samples, [](const Sample& each) { return each.signal == SignalIndex{2}; });
        for (const Evaluation& each : judged(*read, samples).evaluations) EXPECT_TRUE(std::isfinite(each.score));
    }
}

TEST(Condition, LeavesOutWhatHasNoLevelAndSaysWhy) {
    Layout layout = pump();
    layout.signals.push_back({"pump/made", "m", ""});
    layout.signals.push_back({"pump/setpoint", "s", ""});
    layout.signals.push_back({"pump/silent", "n", ""});
    layout.equipment[0].signals = {0, 1, 2, 3, 4, 5};
    auto samples = running(0, 1000, 1);
    for (int s = 0; s < 1000; ++s) {
        samples.push_back(sample(s + 0.5, 3, s));
        samples.push_back(sample(s + 0.5, 4, 12));
        samples.push_back(sample(s + 0.5, 5, notANumber));
    }
    std::ranges::stable_sort(samples, {}, &Sample::time);
    const auto model = learnt(samples, layout);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->signals.size(), 3u);
    ASSERT_EQ(model->leftOut.size(), 3u);
    EXPECT_EQ(model->leftOut[0].name, "pump/made");
    EXPECT_EQ(model->leftOut[0].reason, "only rises, as a running count does");
    EXPECT_EQ(model->leftOut[1].reason, "always the same");
    EXPECT_EQ(model->leftOut[2].reason, "no usable number");
}

TEST(Condition, BeginsAnewAfterAGap) {
    const auto model = learnt(running(0, 1000, 1));
    ASSERT_TRUE(model);
    auto samples = running(2000, 2100, 2);
    for (Sample& each : samples)
        if (each.signal == SignalIndex{2} && each.time > second(2050)) each.value = Value::of(75.0);
    const auto after = running(50'000, 50'100, 3); // a gap that is not walked through step by step
    samples.insert(samples.end(), after.begin(), after.end());
    const Judged found = judged(*model, samples);
    EXPECT_EQ(found.evaluations.size(), 91u + 91u) << "a window is half full at the tenth step";
    ASSERT_EQ(found.periods.size(), 1u);
    EXPECT_EQ(found.periods[0].interval.to, second(2099));
    EXPECT_FALSE(found.periods[0].open);
}

TEST(Condition, OfAPlantWatchesEachEquipmentByItself) {
    const auto plant = plant::loadText(R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "a"
signal = [{ id = "x", unit = "m" }, { id = "state", type = "integer", states = ["off", "on"] }, { id = "note", type = "string" }]
[[equipment]]
path = "b"
signal = [{ id = "y", topic = "feed/y" }, { id = "mode", type = "integer" }, { id = "made", type = "integer" }]
kpi = { state = "mode", produced = "made" }
[[equipment]]
path = "c"
)",
                                       ".", "plant.toml");
    ASSERT_TRUE(plant);
    const Layout layout = layoutOf(*plant);
    ASSERT_EQ(layout.signals.size(), 6u);
    EXPECT_EQ(layout.signals[3].topic, "feed/y");
    ASSERT_EQ(layout.equipment.size(), 2u);
    EXPECT_EQ(layout.equipment[0].name, "a");
    EXPECT_EQ(layout.equipment[0].signals, std::vector<std::uint32_t>{0}) << "states and texts have no level";
    EXPECT_EQ(layout.equipment[1].signals, std::vector<std::uint32_t>{3}) << "nor have the state and the counts of KPIs";
    ASSERT_EQ(layout.leftOut.size(), 4u);
    EXPECT_EQ(layout.leftOut[0].name, "a/state");
    EXPECT_EQ(layout.leftOut[0].reason, "its values are names of states");
    EXPECT_EQ(layout.leftOut[1].reason, "a text");
    EXPECT_EQ(layout.leftOut[2].reason, "a state of KPIs");
    EXPECT_EQ(layout.leftOut[3].reason, "a count of KPIs");
}

TEST(Condition, RefusesWhatCannotBeLearnt) {
    const auto few = learnt(running(0, 60, 1));
    ASSERT_FALSE(few);
    EXPECT_NE(few.error().message.find("51 steps of 1 s are too few"), std::string::npos) << few.error().message;
    const auto nothing = learnt(std::vector<Sample>{});
    ASSERT_FALSE(nothing);
    Options wrong = everySecond;
    wrong.falseAlarmRate = notANumber;
    EXPECT_FALSE(learnt(running(0, 60, 1), pump(), wrong));
    wrong = everySecond;
    wrong.raise = 11;
    EXPECT_FALSE(learnt(running(0, 60, 1), pump(), wrong));
    EXPECT_FALSE(learnt(running(0, 60, 1), pump(), Options{})) << "no step";
}

TEST(Survey, TakesAStepInWhichMostSignalsSaySomething) {
    Survey survey{std::vector<telemetry::Conversion>(3)};
    std::vector<Sample> samples;
    for (int i = 0; i < 100; ++i) samples.push_back(sample(5.001 * i, 0, i % 3));
    for (int i = 0; i < 100; ++i) samples.push_back(sample(5.2 * i, 1, i % 3));
    for (int i = 0; i < 100; ++i) samples.push_back(sample(0.1 * i, 2, i % 3));
    survey.apply(samples);
    EXPECT_EQ(survey.step(), std::chrono::seconds{5});
    EXPECT_EQ(Survey{{}}.step(), std::chrono::seconds{1});
}

TEST(ModelFile, IsReadOnlyIfItIsSound) {
    const auto model = learnt(running(0, 1000, 1));
    ASSERT_TRUE(model);
    const std::string text = writeModel(*model);
    const auto changed = [&](std::string_view what, std::string_view with) {
        std::string other = text;
        const std::size_t at = other.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return readModel(other.replace(at, what.size(), with), "m.json");
    };
    const auto refused = [&](std::string_view what, std::string_view with, std::string_view why) {
        const auto read = changed(what, with);
        ASSERT_FALSE(read) << why;
        EXPECT_NE(read.error().text().find(why), std::string::npos) << read.error().text();
        EXPECT_TRUE(read.error().text().starts_with("m.json: ")) << read.error().text();
    };
    refused("millwright-condition", "another", "'kind' is not 'millwright-condition'");
    refused("\"format\": 1", "\"format\": 2", "is of format 2, this program reads format 1");
    refused("\"window\": 20", "\"window\": 1", "a window of 1 steps");
    refused("\"window\": 20", "\"window\": -20", "'window' is not a whole number");
    refused("\"signal\": 1", "\"signal\": 3", "'signal' is not a whole number up to 2");
    refused("\"signal\": 1", "\"signal\": 0", "a feature is there twice");
    refused("\"scale\": ", "\"scale\": -", "above 0");
    refused("\"kind\": \"spread\"", "\"kind\": \"noise\"", "there is no kind 'noise'");
    refused("\"measure\": \"spread\"", "\"measure\": \"level\"", "a feature is not of the kind of its group");
    refused("\"measure\": \"spread\"", "\"measure\": \"crest\"", "a signal without 'block' is no vibration");
    refused("\"block\": 0", "\"block\": 100", "'block' is neither 0 nor a power of two");
    refused("\"whitening\": [", "\"whitening\": [1,", "'whitening' is not a square");
    refused("\"learntFrom\": \"2", "\"learntFrom\": \"x", "'learntFrom' is not a time");
    refused("{", "[", "is not a JSON object");
    EXPECT_FALSE(readModel("", "m.json"));
}

} // namespace
} // namespace millwright::condition
