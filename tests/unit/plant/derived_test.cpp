#include "unit/plant/files.hpp"

#include <gmock/gmock.h>

#include <format>
#include <random>

namespace millwright::plant {
namespace {

using ::testing::ElementsAre;

Plant plantOf(std::string_view signals) {
    return loaded(std::format("format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'line/m'\nsignal = [{}]\n", signals));
}

std::vector<std::string> orderOf(const Plant& plant) {
    std::vector<std::string> ids;
    for (const Derived& derived : plant.derived) ids.emplace_back(plant.at(derived.signal).id.view());
    return ids;
}

TEST(DerivedSignal, HasItsExpressionAndInputs) {
    const Plant plant = plantOf("{ id = 'speed', unit = 'm/min' }, { id = 'width', unit = 'mm' },"
                                "{ id = 'area', unit = 'm2/h', expression = 'speed * width' },"
                                "{ id = 'fast', type = 'boolean', states = ['no', 'yes'], expression = \"area > 50 'm2/h'\" }");
    ASSERT_EQ(plant.derived.size(), 2u);
    const Derived& area = plant.derived[0];
    EXPECT_EQ(plant.at(area.signal).path, "line/m/area");
    EXPECT_TRUE(plant.at(area.signal).derived);
    EXPECT_FALSE(plant.signals[0].derived);
    EXPECT_EQ(area.value.text, "speed * width");
    EXPECT_EQ(area.value.unit, "m2/h");
    EXPECT_THAT(area.inputs, ElementsAre(SignalIndex{0}, SignalIndex{1}));
    EXPECT_TRUE(area.rules.empty());
    EXPECT_EQ(plant.derived[1].value.type, ExpressionType::Boolean);
    EXPECT_THAT(plant.derived[1].inputs, ElementsAre(area.signal));

    struct Values {
        [[nodiscard]] static double number(SignalIndex signal) { return signal == SignalIndex{0} ? 30 : 500; }
        [[nodiscard]] static bool usable(SignalIndex) { return true; }
        [[nodiscard]] static std::string_view text(SignalIndex) { return {}; }
    };
    EXPECT_DOUBLE_EQ(evaluate(area.value, Values{}), 900) << "30 m/min of a web 0.5 m wide";
}

TEST(DerivedSignal, IsInTheUnitThatItSays) {
    const auto last = [](std::string_view signal) {
        return plantOf(
                   std::format(
                       "{{ id = 'a', unit = 'mm' }}, {{ id = 'b', unit = 'm' }}, {{ id = 't', unit = 'Cel' }}, {{ id = 'x', {} }}",
                       signal))
            .derived.at(0)
            .value;
    };
    EXPECT_EQ(last("expression = 'a / b'").unit, "") << "a length by a length is a number";
    EXPECT_EQ(last("expression = 'a / b'").code.back().op, Expression::Op::Convert) << "of which 1 mm / 1 m is a thousandth";
    EXPECT_EQ(last("unit = 'm', expression = 'a'").code.back().number, 0.001);
    EXPECT_EQ(last("unit = 'K', expression = 't'").code.back().offset, 273.15);
    EXPECT_EQ(last("unit = 'mm', expression = 'a'").code.size(), 1u) << "nothing to convert";
    EXPECT_EQ(last("unit = 'N', expression = 'if(a > b, 1, 0)'").unit, "N") << "a number without unit takes the signal's";
}

TEST(DerivedSignal, OfRulesIsAStateSignal) {
    const Plant plant =
        plantOf("{ id = 'speed', unit = 'm/min' },"
                "{ id = 'state', rules = [{ state = 'Aborted', when = 'not good(speed)' },"
                "  { state = 'Execute', when = 'speed > 1' }, { state = 'Aborted', when = 'speed < 0' }, { state = 'Idle' }] }");
    const Signal& state = plant.signals[1];
    EXPECT_EQ(state.type, ValueType::Integer);
    EXPECT_THAT(state.states, ElementsAre("Aborted", "Execute", "Idle"));
    EXPECT_EQ(state.interpolation, Interpolation::Hold);
    ASSERT_EQ(plant.derived.size(), 1u);
    const auto& rules = plant.derived[0].rules;
    ASSERT_EQ(rules.size(), 4u);
    EXPECT_EQ(rules[1].when.text, "speed > 1");
    EXPECT_EQ(rules[1].state, 1);
    EXPECT_EQ(rules[2].state, 0) << "two rules may be of one state";
    EXPECT_TRUE(rules[3].when.empty());
    EXPECT_TRUE(plant.derived[0].value.empty());
}

TEST(DerivedSignal, StatesMayBeListedInAnotherOrder) {
    const Plant plant = plantOf("{ id = 'speed' }, { id = 'state', states = ['Idle', '', 'Execute', 'Held'],"
                                "rules = [{ state = 'Execute', when = 'speed > 1' }, { state = 'Idle' }] }");
    EXPECT_EQ(plant.signals[1].states.size(), 4u);
    EXPECT_EQ(plant.derived[0].rules[0].state, 2);
    EXPECT_EQ(plant.derived[0].rules[1].state, 0);
}

TEST(DerivedSignal, ComesAfterThoseItReads) {
    EXPECT_THAT(
        orderOf(plantOf("{ id = 'd', expression = 'c + b' }, { id = 'c', expression = 'a' }, { id = 'b', expression = 'm' },"
                        "{ id = 'a', expression = 'm' }, { id = 'm' }")),
        ElementsAre("b", "a", "c", "d"));
}

// Whatever the plant, each is computed after its inputs.
TEST(DerivedSignal, IsInOrderInRandomPlants) {
    std::mt19937 random{7};
    for (int round = 0; round < 50; ++round) {
        std::vector<std::string> signals{"{ id = 'm' }"};
        for (unsigned i = 0; i < 40; ++i) {
            std::string sum = "m";
            for (unsigned k = random() % 4; i > 0 && k > 0; --k) sum += std::format(" + s{}", random() % i);
            signals.push_back(std::format("{{ id = 's{}', expression = '{}' }}", i, sum));
        }
        std::ranges::shuffle(signals, random);
        std::string text;
        for (const std::string& signal : signals) text += signal + ", ";
        const Plant plant = plantOf(text);
        ASSERT_EQ(plant.derived.size(), 40u);
        std::vector<bool> known(plant.signals.size());
        for (std::size_t i = 0; i < plant.signals.size(); ++i) known[i] = !plant.signals[i].derived;
        for (const Derived& derived : plant.derived) {
            for (const SignalIndex input : derived.inputs) EXPECT_TRUE(known[index(input)]) << text;
            known[index(derived.signal)] = true;
        }
    }
}

TEST(DerivedSignal, OfAPatternReadsItsOwnEquipment) {
    const Plant plant = loaded("format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'line/m'\nrepeat = { count = 3 }\n"
                               "signal = [{ id = 'v' }, { id = 'double', expression = 'v * 2 + line/m-{i}/v' }]\n");
    ASSERT_EQ(plant.derived.size(), 3u);
    for (const Derived& derived : plant.derived) {
        ASSERT_EQ(derived.inputs.size(), 1u);
        EXPECT_EQ(plant.at(derived.inputs[0]).equipment, plant.at(derived.signal).equipment);
    }
}

// Neither the order nor a circle is found by recursion.
TEST(DerivedSignal, MayFormALongChain) {
    const std::string_view one = "format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'e'\nsignal = [{{ id = 's' }}]\n"
                                 "[[equipment]]\npath = 'm-0'\nsignal = [{{ id = 's', expression = '{}' }}]\n{}";
    std::string rest;
    for (int i = 1; i < 5000; ++i)
        rest += std::format("[[equipment]]\npath = 'm-{}'\nsignal = [{{ id = 's', expression = 'm-{}/s' }}]\n", i, i - 1);
    const Plant plant = loaded(std::vformat(one, std::make_format_args("e/s", rest)));
    EXPECT_EQ(plant.derived.size(), 5000u);
    const std::string problems = problemsOf(std::vformat(one, std::make_format_args("m-4999/s", rest)));
    EXPECT_TRUE(problems.starts_with("9:36: signals are computed from each other: 'm-0/s' reads 'm-4999/s' reads ")) << problems;
    EXPECT_TRUE(problems.ends_with("reads … (4984 more) reads 'm-0/s'\n")) << problems;
    EXPECT_EQ(std::ranges::count(problems, '\n'), 1);
}

TEST(DerivedSignal, CanBeUsedLikeAnyOther) {
    const Plant plant =
        loaded("format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'line/m'\nkpi = { state = 'state' }\n"
               "signal = [{ id = 'v', unit = 'N' }, { id = 'half', unit = 'N', limits = { high = 5 }, expression = 'v / 2' },"
               "{ id = 'state', rules = [{ state = 'Held', when = 'half > 4' }, { state = 'Execute' }] }]\n"
               "alarm = [{ id = 'held', kind = 'state', signal = 'state', state = 'Held', priority = 'low', action = 'look' },"
               "{ id = 'high', kind = 'high', signal = 'half', priority = 'low', action = 'look' }]\n"
               "binding = [{ signal = 'state', kind = 'colour', table = [{ state = 'Held', colour = '#ff0000' }] }]\n");
    ASSERT_EQ(plant.kpis.size(), 1u);
    EXPECT_EQ(plant.kpis[0].meanings.size(), 2u);
    EXPECT_EQ(plant.alarms.size(), 2u);
    EXPECT_EQ(plant.bindings.size(), 1u);
}

} // namespace
} // namespace millwright::plant
