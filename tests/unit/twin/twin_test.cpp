#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/twin/twin.hpp>

#include <gtest/gtest.h>

#include <format>
#include <numbers>

namespace millwright::twin {
namespace {

using telemetry::Sample;
using namespace testing;

enum Signals : std::uint32_t { joint, slide, motor, state, door, level, count };
enum Targets : std::size_t { arm, carriage, pallet, shaft, lamp, sign, cover, tank, tankWall, counter };

class TwinTest : public ::testing::Test {
protected:
    TwinTest() : plant{onePlant()}, twin{plant}, conversions(plant.signals.size()), strings{std::make_shared<StringTable>()} {
        twin.connect(conversions, strings);
        twin.reset(at(0));
    }
    void apply(std::initializer_list<Sample> samples) { twin.apply(std::vector<Sample>{samples}); }
    Frame frame(std::int64_t milliseconds, std::vector<Sample> upcoming = {}) {
        if (!upcoming.empty()) upcoming.resize(twin.interpolated().size());
        twin.advance(at(milliseconds), upcoming);
        Frame frame;
        twin.write(frame);
        return frame;
    }
    Sample text(std::int64_t milliseconds, std::string_view value) {
        return {at(milliseconds), Value::of(strings->add(value)), SignalIndex{state}, ValueType::String, Quality::Good};
    }

    plant::Plant plant;
    Twin twin;
    std::vector<telemetry::Conversion> conversions;
    std::shared_ptr<StringTable> strings;
};

TEST_F(TwinTest, BeforeTheFirstSampleNothingIsKnownAndPartsStayAsModelled) {
    const Frame f = frame(10);
    EXPECT_FALSE(f.signals[slide].known);
    EXPECT_EQ(f.targets[carriage].translation, glm::vec3(0));
    EXPECT_EQ(f.targets[lamp].tint.a, 0);
    EXPECT_FALSE(f.targets[cover].visible) << "an unknown signal fulfils no condition";
    EXPECT_EQ(f.targets[sign].text, "–");
}

TEST_F(TwinTest, KeepsTheLatestValueWithItsTimeAndQuality) {
    apply({number(1, slide, 250), number(2, slide, 500, Quality::Uncertain)});
    const Frame f = frame(10);
    EXPECT_TRUE(f.signals[slide].known);
    EXPECT_EQ(f.signals[slide].value.number, 500);
    EXPECT_EQ(f.signals[slide].time, at(2));
    EXPECT_EQ(f.signals[slide].quality, Quality::Uncertain);
    EXPECT_EQ(f.samplesApplied, 2u);
    EXPECT_EQ(f.time, at(10));
}

TEST_F(TwinTest, ConvertsFromTheChannelsUnit) {
    conversions[slide] = {25.4, 0};
    conversions[count] = {10, 1};
    twin.connect(conversions, strings);
    apply({number(1, slide, 10), {at(1), Value::of(std::int64_t{5}), SignalIndex{count}, ValueType::Integer, Quality::Good}});
    const Frame f = frame(1);
    EXPECT_DOUBLE_EQ(f.signals[slide].value.number, 254);
    EXPECT_EQ(f.signals[count].value.integer, 51);
}

TEST_F(TwinTest, RunsStraightBetweenTwoNearGoodSamples) {
    apply({number(0, slide, 100)});
    EXPECT_DOUBLE_EQ(frame(250, {{}, number(1000, slide, 200)}).signals[slide].value.number, 125);
    EXPECT_DOUBLE_EQ(frame(500, {{}, number(3000, slide, 200)}).signals[slide].value.number, 100) << "a gap";
    EXPECT_DOUBLE_EQ(frame(500, {{}, number(1000, slide, 200, Quality::Bad)}).signals[slide].value.number, 100)
        << "bad quality ahead";
    EXPECT_DOUBLE_EQ(frame(500).signals[slide].value.number, 100) << "past the last sample";
}

TEST_F(TwinTest, AnglesTakeTheShortWayRound) {
    apply({number(0, joint, 350)});
    EXPECT_DOUBLE_EQ(frame(500, {number(1000, joint, 10)}).signals[joint].value.number, 360);
    apply({number(1000, joint, 10)});
    EXPECT_DOUBLE_EQ(frame(1500, {number(2000, joint, 350)}).signals[joint].value.number, 0);
}

TEST_F(TwinTest, MovesPartsByTheirBindings) {
    apply({number(0, joint, 90), number(0, slide, 1500)});
    const Frame f = frame(0);
    const glm::vec3 turned = f.targets[arm].rotation * glm::vec3{1, 0, 0};
    EXPECT_NEAR(turned.z, -1, 1e-6) << "a quarter turn about +Y takes +X to -Z";
    EXPECT_FLOAT_EQ(f.targets[carriage].translation.y, 1.5f);
    EXPECT_TRUE(f.targets[pallet].translationInParent);
    EXPECT_NEAR(glm::distance(f.targets[pallet].translation, glm::vec3(1, 0, 0.5f)), 0, 1e-6);
}

TEST_F(TwinTest, SpinAddsUpSpeedOverTimeAndStopsWhileQualityIsBad) {
    apply({number(0, motor, 2), number(1000, motor, 4, Quality::Bad)});
    const auto angle = [](const TargetState& target) { return 2 * std::atan2(target.rotation.y, target.rotation.w); };
    EXPECT_NEAR(angle(frame(5000).targets[shaft]), 2.0, 1e-6);
    apply({number(6000, motor, 1)});
    EXPECT_NEAR(angle(frame(6500).targets[shaft]), 2.5, 1e-6);
}

TEST_F(TwinTest, MovingPartsStayWhileQualityIsBad) {
    apply({number(0, slide, 700), number(10, slide, 0, Quality::Bad)});
    const Frame f = frame(20);
    EXPECT_EQ(f.signals[slide].quality, Quality::Bad);
    EXPECT_FLOAT_EQ(f.targets[carriage].translation.y, 0.7f);
}

TEST_F(TwinTest, NotANumberMovesNothingAndBreaksNoSpin) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    apply({number(0, slide, 700), number(10, slide, nan), number(0, motor, 1), number(1000, motor, nan), number(2000, motor, 1)});
    const Frame f = frame(3000);
    EXPECT_FLOAT_EQ(f.targets[carriage].translation.y, 0.7f);
    EXPECT_NEAR(2 * std::acos(f.targets[shaft].rotation.w), 2.0, 1e-5);
}

TEST_F(TwinTest, ColoursTextVisibilityAndFill) {
    apply({text(0, "Execute"),
           {at(0), Value::of(true), SignalIndex{door}, ValueType::Boolean, Quality::Good},
           number(0, level, 25),
           {at(0), Value::of(std::int64_t{12}), SignalIndex{count}, ValueType::Integer, Quality::Good}});
    const Frame f = frame(1);
    EXPECT_EQ(f.targets[lamp].tint, glm::vec4(0, 1, 0, 1));
    EXPECT_EQ(f.targets[sign].text, "state Execute");
    EXPECT_TRUE(f.targets[cover].visible);
    EXPECT_FLOAT_EQ(f.targets[tank].fill, 0.25f);
    EXPECT_EQ(f.targets[tankWall].tint, glm::vec4(0.25f, 0, 0.75f, 1));
    EXPECT_EQ(f.targets[counter].text, "12 pcs");
    apply({text(2, "Unheard of")});
    EXPECT_EQ(frame(3).targets[lamp].tint.a, 0) << "a state that the table does not list leaves the part as modelled";
}

TEST_F(TwinTest, ATableByValueColoursASignalWithoutNamedStates) {
    for (const char* type : {"boolean", "integer"}) {
        const auto described = plant::loadText(std::format(R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "lamp"
[[equipment.signal]]
id = "on"
type = "{}"
[[equipment.binding]]
signal = "on"
kind = "colour"
table = [{{ value = 1, colour = "#ff0000", strength = 1 }}]
)",
                                                           type),
                                               ".");
        ASSERT_TRUE(described) << described.error().front().text();
        const bool integer = type[0] == 'i';
        const auto tintAt = [&](int value) {
            Twin lit{*described};
            lit.connect(std::span{conversions}.first(1), strings);
            lit.reset(at(0));
            const Sample sample{at(0), integer ? Value::of(std::int64_t{value}) : Value::of(value != 0), SignalIndex{0},
                                integer ? ValueType::Integer : ValueType::Boolean, Quality::Good};
            lit.apply({&sample, 1});
            Frame f;
            lit.write(f);
            return f.targets[0].tint;
        };
        EXPECT_EQ(tintAt(1), glm::vec4(1, 0, 0, 1)) << type;
        EXPECT_EQ(tintAt(0).a, 0) << type << ": other states leave the part as modelled";
    }
}

TEST_F(TwinTest, SeveralTurnsAboutDifferentPivotsComposeLikeALinkage) {
    plant::Plant two = onePlant();
    two.bindings.resize(1);
    two.bindings[0].mapping = {0, 180, 0, std::numbers::pi, false};
    two.bindings[0].pivot = {1, 0, 0};
    two.bindings.push_back(two.bindings[0]);
    two.bindings[1].pivot = {2, 0, 0};
    Twin linkage{two};
    linkage.connect(conversions, strings);
    linkage.reset(at(0));
    const Sample sample = number(0, joint, 90);
    linkage.apply({&sample, 1});
    Frame f;
    linkage.write(f);
    const TargetState& t = f.targets[0];
    const glm::vec3 p{3, 0, 0};
    const glm::vec3 got = t.translation + t.pivot + t.rotation * (p - t.pivot);
    const auto quarter = [](glm::vec3 point, glm::vec3 pivot) {
        const glm::vec3 d = point - pivot;
        return pivot + glm::vec3{d.z, d.y, -d.x};
    };
    EXPECT_NEAR(glm::distance(got, quarter(quarter(p, {2, 0, 0}), {1, 0, 0})), 0, 1e-5);
}

TEST_F(TwinTest, TheStateHashTellsStatesApartAndNothingElse) {
    const auto hashOf = [&](std::vector<Sample> samples, std::int64_t milliseconds) {
        Twin fresh{plant};
        fresh.connect(conversions, strings);
        fresh.reset(at(0));
        fresh.apply(samples);
        fresh.advance(at(milliseconds));
        return fresh.stateHash();
    };
    const Digest reference = hashOf({number(1, slide, 5)}, 10);
    EXPECT_EQ(hashOf({number(1, slide, 5)}, 10), reference);
    EXPECT_EQ(hashOf({number(0, slide, 4), number(1, slide, 5)}, 10), reference) << "how it got there does not count";
    EXPECT_NE(hashOf({number(1, slide, 5)}, 11), reference);
    EXPECT_NE(hashOf({number(1, slide, 6)}, 10), reference);
    EXPECT_NE(hashOf({number(2, slide, 5)}, 10), reference);
    EXPECT_NE(hashOf({number(1, slide, 5, Quality::Uncertain)}, 10), reference);
    EXPECT_NE(hashOf({number(1, level, 5)}, 10), reference);
    EXPECT_NE(hashOf({number(1, motor, 5), number(2, motor, 0)}, 10), hashOf({number(1, motor, 6), number(2, motor, 0)}, 10))
        << "the angle turned so far is part of the state";
    strings->add("padding");
    const StringId second = strings->add("Execute");
    auto other = std::make_shared<StringTable>();
    const StringId first = other->add("Execute");
    ASSERT_NE(first, second);
    const auto textHash = [&](const std::shared_ptr<StringTable>& table, StringId id) {
        Twin fresh{plant};
        fresh.connect(conversions, table);
        const Sample sample{at(0), Value::of(id), SignalIndex{state}, ValueType::String, Quality::Good};
        fresh.reset(at(0));
        fresh.apply({&sample, 1});
        return fresh.stateHash();
    };
    EXPECT_EQ(textHash(other, first), textHash(strings, second)) << "strings count by their text, not by their place in a table";
}

TEST_F(TwinTest, TheStateHashIsTheSameOnEveryMachine) {
    apply({number(0, joint, 12.5),
           number(0, slide, 0.1),
           number(0, motor, 1.0 / 3),
           text(0, "Execute"),
           {at(0), Value::of(true), SignalIndex{door}, ValueType::Boolean, Quality::Good},
           number(0, level, 1e-300),
           {at(0), Value::of(std::int64_t{-7}), SignalIndex{count}, ValueType::Integer, Quality::Stale}});
    twin.advance(at(777), std::vector<Sample>{number(1000, joint, 13), number(1000, slide, 0.7)});
    EXPECT_EQ(twin.stateHash().hex(), "ff21e7ed6a4d4011fe72fddffba99fe8");
}

} // namespace
} // namespace millwright::twin
