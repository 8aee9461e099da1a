#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/twin/state_history.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::twin {
namespace {

using namespace std::chrono_literals;
using plant::PackmlState;
using telemetry::Sample;
using testing::at;

constexpr SignalIndex stateSignal{3};

/// A machine on a line with a second one beside it, which has alarms only.
class StateHistoryTest : public ::testing::Test {
protected:
    StateHistoryTest() : plant{testing::onePlant()} {
        plant.signals.push_back(testing::signalNamed("reason", ValueType::String));
        plant.equipment[1].signals.push_back(SignalIndex{7});
        plant::Equipment other;
        other.id = "other";
        other.path = "line/other";
        other.parent = EquipmentIndex{0};
        plant.equipment.push_back(other);
        own = alarm("own", EquipmentIndex{1});
        lines = alarm("lines", EquipmentIndex{2});
    }

    AlarmIndex alarm(const std::string& id, EquipmentIndex equipment, std::string group = {}) {
        plant::Alarm& made = plant.alarms.emplace_back();
        made.id = made.name = id;
        made.path = plant.at(equipment).path + "/" + id;
        made.equipment = equipment;
        made.kind = plant::AlarmKind::Low;
        made.signal = SignalIndex{1};
        made.firstOut = std::move(group);
        return static_cast<AlarmIndex>(plant.alarms.size() - 1);
    }
    Sample text(std::int64_t milliseconds, std::string_view word, SignalIndex signal = stateSignal,
                Quality quality = Quality::Good) {
        return {at(milliseconds), Value::of(strings.add(std::string{word})), signal, ValueType::String, quality};
    }
    static AlarmTransition raised(std::int64_t milliseconds, AlarmIndex alarm, AlarmChange change = AlarmChange::Raised) {
        return {.time = at(milliseconds), .alarm = alarm, .change = change};
    }
    StateHistory history(std::size_t mostSpells = 100) {
        return StateHistory{plant, std::vector<telemetry::Conversion>(plant.signals.size()), strings, at(0), mostSpells};
    }
    /// `Held from 2 to 5: why`, in seconds.
    std::vector<std::string> told(const StateHistory& history) {
        std::vector<std::string> texts;
        for (const StateSpell& spell : history.spells(0)) {
            const std::string_view reason = reasonOf(plant, spell);
            texts.push_back(std::format("{} from {:g} to {:g}{}{}", plant::nameOf(spell.state), seconds(spell.interval.from - at(0)),
                                        seconds(spell.interval.to - at(0)), reason.empty() ? "" : ": ", reason));
        }
        return texts;
    }

    plant::Plant plant;
    StringTable strings;
    AlarmIndex own{}, lines{};
};

TEST_F(StateHistoryTest, StatesLastUntilTheNext) {
    StateHistory it = history();
    ASSERT_EQ(it.sources().size(), 1u);
    EXPECT_EQ(it.sources()[0].reason, SignalIndex{7});
    it.apply(std::vector{text(1000, "Execute"), text(2000, "Execute"), text(3000, "Held"), text(3000, "Aborted"),
                         text(5000, "?", stateSignal, Quality::Bad), text(6000, "running")});
    it.advance(at(9000));
    EXPECT_THAT(told(it),
                ::testing::ElementsAre("Execute from 1 to 3", "Aborted from 3 to 5", "Unknown from 5 to 6", "Execute from 6 to 9"));
    EXPECT_EQ(it.spells(0).back().word, "running");
}

TEST_F(StateHistoryTest, AStopIsExplainedByTheAlarmThatWasRaisedFirst) {
    StateHistory it = history();
    it.apply(std::vector{text(0, "Execute"), text(60'000, "Holding"), text(63'000, "Held"), text(200'000, "Unholding"),
                         text(203'000, "Execute")});
    it.note(std::vector{raised(30'000, own), raised(59'000, own, AlarmChange::Returned), raised(60'200, own), raised(61'000, own)});
    it.advance(at(300'000));
    EXPECT_THAT(told(it), ::testing::ElementsAre("Execute from 0 to 60", "Holding from 60 to 63: own", "Held from 63 to 200: own",
                                                 "Unholding from 200 to 203", "Execute from 203 to 300"));
    EXPECT_EQ(it.spells(0)[1].raised, at(60'200)) << "what was raised half a minute before is no reason, nor is a return";
}

TEST_F(StateHistoryTest, ItsOwnAlarmCountsBeforeThatOfItsLine) {
    StateHistory it = history();
    it.apply(std::vector{text(0, "Execute"), text(60'000, "Held")});
    it.note(std::vector{raised(58'000, lines)});
    EXPECT_EQ(told(it).back(), "Held from 60 to 60: lines");
    it.note(std::vector{raised(61'000, own)});
    EXPECT_EQ(told(it).back(), "Held from 60 to 60: own");
}

TEST_F(StateHistoryTest, AFirstOutGroupThatItSharesIsAsNearAsItsOwn) {
    alarm("grouped", EquipmentIndex{1}, "web");
    const AlarmIndex first = alarm("first", EquipmentIndex{2}, "web");
    StateHistory it = history();
    it.apply(std::vector{text(0, "Execute"), text(60'000, "Held")});
    it.note(std::vector{raised(59'000, first), raised(59'500, own)});
    EXPECT_EQ(told(it).back(), "Held from 60 to 60: first");
}

TEST_F(StateHistoryTest, ThatItStandsIsNoReasonWhyItStands) {
    plant.alarms[0].kind = plant::AlarmKind::State;
    plant.alarms[0].signal = stateSignal;
    StateHistory it = history();
    it.apply(std::vector{text(0, "Execute"), text(60'000, "Aborted")});
    it.note(std::vector{raised(60'000, own)});
    EXPECT_EQ(told(it).back(), "Aborted from 60 to 60");
}

TEST_F(StateHistoryTest, WhatTheReasonSignalSaysComesFirst) {
    const SignalIndex reason{7};
    StateHistory it = history();
    it.apply(std::vector{text(0, "Execute"), text(0, "", reason), text(60'000, "Held"), text(64'000, "reel empty", reason)});
    it.note(std::vector{raised(60'000, own)});
    it.apply(std::vector{text(70'000, "Aborted"), text(80'000, "Execute"), text(80'000, "", reason), text(90'000, "Held")});
    EXPECT_THAT(told(it),
                ::testing::ElementsAre("Execute from 0 to 60", "Held from 60 to 70: reel empty",
                                       "Aborted from 70 to 80: reel empty", "Execute from 80 to 90", "Held from 90 to 90"));
}

TEST_F(StateHistoryTest, ItDoesNotDependOnHowSamplesAreDivided) {
    const std::vector samples{text(0, "Execute"), text(60'000, "Holding"), text(63'000, "Held"), text(64'000, "Execute"),
                              text(66'000, "Held")};
    const std::vector transitions{raised(59'000, lines), raised(63'500, own), raised(67'000, lines)};
    StateHistory whole = history(), piecewise = history();
    whole.apply(samples);
    whole.note(transitions);
    std::size_t told = 0;
    for (const Sample& sample : samples) {
        for (; told < transitions.size() && transitions[told].time < sample.time; ++told) piecewise.note({&transitions[told], 1});
        piecewise.apply({&sample, 1});
    }
    piecewise.note(std::span{transitions}.subspan(told));
    EXPECT_EQ(whole.spells(0), piecewise.spells(0));
}

TEST_F(StateHistoryTest, OnlyTheLastSpellsAreKept) {
    StateHistory it = history(8);
    for (int i = 0; i < 100; ++i) it.apply(std::vector{text(i * 1000, i % 2 == 0 ? "Execute" : "Idle")});
    EXPECT_LE(it.spells(0).size(), 8u);
    EXPECT_EQ(told(it).back(), "Idle from 99 to 99");
}

} // namespace
} // namespace millwright::twin
