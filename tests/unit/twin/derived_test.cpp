#include "unit/twin/memory_source.hpp"

#include <millwright/core/time_edges.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/twin/derived_source.hpp>
#include <millwright/twin/replay.hpp>
#include <millwright/twin/selected_source.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <format>
#include <limits>
#include <random>
#include <set>
#include <unistd.h>

namespace millwright::twin {
namespace {

using telemetry::Sample;
using namespace testing;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

plant::Plant plantOf(std::string_view signals, std::string_view more = "") {
    auto plant = plant::loadText(
        std::format("format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'm'\nsignal = [{}]\n{}", signals, more), ".");
    EXPECT_TRUE(plant) << plant.error().front().text();
    return plant ? *std::move(plant) : plant::Plant{};
}

/// Everything that `source` has with derived signals added, asked for `maximum` at a time.
std::vector<Sample> allOf(telemetry::Source& source, std::size_t maximum = 1000) {
    std::vector<Sample> all;
    while (true) {
        const auto some = source.next(maximum);
        EXPECT_TRUE(some) << some.error().text();
        if (!some || some->empty()) return all;
        EXPECT_LE(some->size(), maximum);
        all.insert(all.end(), some->begin(), some->end());
    }
}

std::unique_ptr<telemetry::Source> derivedFrom(const plant::Plant& plant, std::vector<Sample> samples) {
    return withDerived(plant, std::make_unique<MemorySource>(plant.signals.size(), std::move(samples)));
}

/// The samples of one signal, as text: `ms value quality`.
std::string told(const std::vector<Sample>& samples, SignalIndex signal) {
    constexpr std::string_view qualities[] = {"", "?", " bad", " stale"};
    std::string text;
    for (const Sample& sample : samples)
        if (sample.signal == signal)
            text += std::format("{}{}:{}{}", text.empty() ? "" : ", ", (sample.time - at(0)).count() / 1'000'000,
                                sample.value.asNumber(sample.type), qualities[static_cast<std::size_t>(sample.quality)]);
    return text;
}

TEST(Derived, AreComputedAfterEveryInstantOfTheirInputs) {
    const plant::Plant plant = plantOf("{ id = 'sum', expression = 'a + b' }, { id = 'a' }, { id = 'b' }, { id = 'other' },"
                                       "{ id = 'twice', expression = 'sum * 2' }");
    const auto source = derivedFrom(plant, {number(0, 1, 1), number(10, 2, 5), number(10, 3, 0), number(20, 1, 2), number(20, 2, 6),
                                            number(20, 1, 3), number(30, 3, 1), number(40, 2, 7)});
    const std::vector<Sample> all = allOf(*source);
    EXPECT_EQ(told(all, SignalIndex{0}), "0:nan bad, 10:6, 20:9, 40:10") << "once an instant, of the last value in it";
    EXPECT_EQ(told(all, SignalIndex{4}), "0:nan bad, 10:12, 20:18, 40:20") << "not of a sum of before";
    EXPECT_EQ(all.size(), 8u + 8u);
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, [](const Sample& sample) { return std::pair{sample.time, sample.signal}; }));
    EXPECT_EQ(source->counters().delivered, all.size());
}

TEST(Derived, HaveAQualityOfTheirInputs) {
    using enum Quality;
    const plant::Plant plant = plantOf("{ id = 'a' }, { id = 'b' }, { id = 'ratio', expression = 'a / b' },"
                                       "{ id = 'any', type = 'boolean', expression = 'a > 5 or b > 5' }");
    const std::vector<Sample> all =
        allOf(*derivedFrom(plant, {number(0, 0, 6), number(10, 1, 2), number(20, 1, 3, Uncertain), number(30, 1, 4, Bad),
                                   number(40, 1, 4, Stale), number(50, 0, 1), number(60, 1, 0), number(70, 0, 1, Stale),
                                   number(80, 1, 2), number(90, 1, 2, Bad), number(100, 0, NAN)}));
    EXPECT_EQ(told(all, SignalIndex{2}), "0:nan bad, 10:3, 20:2?, 30:nan bad, 40:1.5 stale, 50:0.25 stale, 60:nan bad, 70:nan bad, "
                                         "80:0.5 stale, 90:nan bad, 100:nan bad");
    EXPECT_EQ(told(all, SignalIndex{3}),
              "0:1?, 10:1, 20:1?, 30:1?, 40:1?, 50:0 stale, 60:0, 70:0 stale, 80:0 stale, 90:0 bad, 100:0 bad")
        << "where one input decides alone, the other's quality only makes it uncertain";
}

TEST(Derived, RulesMakeTheStateOfTheFirstThatHolds) {
    using enum Quality;
    const plant::Plant plant = plantOf("{ id = 'speed', unit = 'm/min' }, { id = 'stop', type = 'boolean' },"
                                       "{ id = 'state', rules = [{ state = 'Aborted', when = 'stop' },"
                                       "{ state = 'Execute', when = \"speed > 1 'm/min'\" }, { state = 'Idle' }] },"
                                       "{ id = 'half', rules = [{ state = 'Held', when = 'speed < 0' }] }");
    const auto flag = [](std::int64_t ms, bool value, Quality quality = Good) {
        return Sample{at(ms), Value::of(value), SignalIndex{1}, ValueType::Boolean, quality};
    };
    const std::vector<Sample> all =
        allOf(*derivedFrom(plant, {number(0, 0, 5), flag(10, false), number(20, 0, 0.5), flag(30, true), number(40, 0, 5, Bad),
                                   flag(50, false), flag(60, false, Stale), number(70, 0, 3), number(80, 0, -1)}));
    EXPECT_EQ(told(all, SignalIndex{2}), "0:-1 bad, 10:1, 20:2, 30:0, 40:0?, 50:-1 bad, 60:-1 bad, 70:1 stale, 80:2 stale")
        << "nobody knows while a rule before cannot be judged";
    EXPECT_EQ(told(all, SignalIndex{3}), "0:-1 bad, 20:-1 bad, 40:-1 bad, 70:-1 bad, 80:0") << "no rule holds: no state";
}

TEST(Derived, ReadTextsAndConvertedValues) {
    const plant::Plant plant = plantOf("{ id = 'length', unit = 'mm' }, { id = 'mode', type = 'string' },"
                                       "{ id = 'metres', unit = 'm', expression = \"if(mode == 'auto', length, 0)\" },"
                                       "{ id = 'count', type = 'integer' }, { id = 'dozen', expression = 'count / 12' }");
    auto inner = std::make_unique<MemorySource>(
        plant.signals.size(),
        std::vector<Sample>{number(0, 0, 10),
                            {at(0), Value::of(StringId{0}), SignalIndex{1}, ValueType::String, Quality::Good},
                            {at(10), Value::of(StringId{1}), SignalIndex{1}, ValueType::String, Quality::Good},
                            {at(20), Value::of(std::int64_t{7}), SignalIndex{3}, ValueType::Integer, Quality::Good}});
    static_cast<void>(inner->table.add("manual"));
    static_cast<void>(inner->table.add("auto"));
    inner->convert(0, {25.4, 0}); // the log's inches
    inner->convert(2, {1000, 0}); // of a derived signal's path: nothing is read of it
    inner->convert(3, {1.5, 0});
    const auto source = withDerived(plant, std::move(inner));
    const std::vector<Sample> all = allOf(*source);
    EXPECT_EQ(told(all, SignalIndex{2}), "0:0, 10:0.254");
    EXPECT_EQ(told(all, SignalIndex{4}), std::format("20:{}", 10.0 / 12)) << "an integer is rounded to the nearest, even";
    EXPECT_EQ(source->conversions()[2].scale, 1) << "it is in the plant's unit";
}

TEST(Derived, SamplesOfTheirPathsAreNotRead) {
    const plant::Plant plant = plantOf("{ id = 'a' }, { id = 'twice', expression = 'a * 2' }");
    const auto source = derivedFrom(plant, {number(0, 0, 1), number(0, 1, 99), number(10, 1, 98), number(20, 0, 2)});
    EXPECT_EQ(told(allOf(*source), SignalIndex{1}), "0:2, 20:4");
    EXPECT_EQ(source->counters().unmatched, 2u);
    EXPECT_EQ(source->counters().delivered, 4u);
    const auto keyframe = source->seek(at(10));
    ASSERT_TRUE(keyframe);
    ASSERT_EQ(keyframe->entries.size(), 2u);
    EXPECT_EQ(keyframe->entries[1].last.value.number, 2);
    EXPECT_EQ(keyframe->entries[1].last.time, at(0));
}

TEST(Derived, NothingIsAddedWhereThereAreNone) {
    const plant::Plant plant = plantOf("{ id = 'a' }");
    auto inner = std::make_unique<MemorySource>(1, std::vector<Sample>{number(0, 0, 1)});
    const telemetry::Source* const same = inner.get();
    EXPECT_EQ(withDerived(plant, std::move(inner)).get(), same);
    const plant::Plant derived = plantOf("{ id = 'a' }, { id = 'b', expression = 'a' }");
    auto once = derivedFrom(derived, {number(0, 0, 1)});
    const telemetry::Source* const added = once.get();
    EXPECT_EQ(withDerived(derived, std::move(once)).get(), added) << "once is enough";
}

TEST(Derived, WhatComesBeforeAFaultIsToldFirst) {
    const plant::Plant plant = plantOf("{ id = 'a' }, { id = 'twice', expression = 'a * 2' }");
    auto inner = std::make_unique<MemorySource>(2, std::vector<Sample>{number(0, 0, 1), number(10, 0, 2), number(20, 0, 3)});
    inner->faultAt = 2;
    const auto source = withDerived(plant, std::move(inner));
    std::vector<Sample> all;
    auto some = source->next(100);
    for (; some && !some->empty(); some = source->next(100)) all.insert(all.end(), some->begin(), some->end());
    ASSERT_FALSE(some);
    EXPECT_EQ(some.error().place, "memory:1");
    EXPECT_EQ(told(all, SignalIndex{1}), "0:2, 10:4");
}

TEST(Derived, AreMeasuredByWhatTheyReadInTheEnd) {
    const plant::Plant plant = plantOf("{ id = 'a' }, { id = 'b' }, { id = 'c' }, { id = 'x', expression = 'a + y' },"
                                       "{ id = 'y', expression = 'c * 2' }");
    const std::vector<SignalIndex> wanted{SignalIndex{3}};
    EXPECT_EQ(measuredFor(plant, wanted), (std::vector{SignalIndex{0}, SignalIndex{2}}));
    const std::vector<SignalIndex> both{SignalIndex{4}, SignalIndex{1}};
    EXPECT_EQ(measuredFor(plant, both), (std::vector{SignalIndex{1}, SignalIndex{2}}));
}

// --- random plants and logs ----------------------------------------------------------------------------------------------------

constexpr std::uint32_t measured = 8; ///< f0 … f3 floats, i4 integer, b5 boolean, s6 text, f7 float
constexpr std::int64_t logMilliseconds = 20'000;

/// Thirty derived signals of numbers, conditions and states over measured ones and each other, declared in random order.
plant::Plant randomPlant(std::mt19937_64& random) {
    std::vector<std::string> numbers{"f0", "f1", "f2", "f3", "i4", "f7"}, conditions{"b5", "s6 == 'Held'", "good(f1)"};
    const auto pick = [&](const std::vector<std::string>& from) { return from[random() % from.size()]; };
    std::vector<std::string> signals;
    std::vector<std::string> ids;
    for (int i = 0; i < 30; ++i) {
        const std::string a = pick(numbers), b = pick(numbers), c = pick(conditions), d = pick(conditions);
        const std::string id = std::format("d{}", i);
        const std::string number = std::vector{a + " + " + b, a + " / " + b, "max(" + a + ", " + b + ")",
                                               "if(" + c + ", " + a + ", " + b + ")", a + " * 0.5 - " + b}[random() % 5];
        const std::string condition = std::vector{a + " > " + b, c + " and " + d, c + " or not " + d,
                                                  "good(" + (a[0] == 'd' ? a : "f2") + ") and " + c}[random() % 4];
        switch (random() % 3) {
        case 0:
            signals.push_back(std::format("{{ id = '{}', expression = \"{}\" }}", id, number));
            numbers.push_back(id);
            break;
        case 1:
            signals.push_back(std::format("{{ id = '{}', type = 'boolean', expression = \"{}\" }}", id, condition));
            conditions.push_back(id);
            break;
        default:
            signals.push_back(
                std::format("{{ id = '{}', rules = [{{ state = 'Held', when = \"{}\" }}, {{ state = 'Idle', when = \"{}\" }}, "
                            "{{ state = 'Execute'{} }}] }}",
                            id, condition, c, random() % 2 == 0 ? "" : ", when = \"" + d + "\""));
            conditions.push_back(id + " == 'Held'");
        }
        ids.push_back(id);
    }
    std::ranges::shuffle(signals, random);
    std::string text = "{ id = 'f0' }, { id = 'f1' }, { id = 'f2' }, { id = 'f3' }, { id = 'i4', type = 'integer' },"
                       "{ id = 'b5', type = 'boolean' }, { id = 's6', type = 'string' }, { id = 'f7' }";
    for (const std::string& signal : signals) text += ", " + signal;
    std::string bindings, alarms;
    for (const std::string& id : ids) // spins need a history of what they follow
        bindings += std::format("{{ signal = '{}', kind = 'spin', per_unit = 1 }}, ", id);
    alarms = std::format(
        "{{ id = 'x', kind = 'expression', priority = 'low', action = 'look', expression = \"good({}) and f0 > 50\" }}", ids[7]);
    return plantOf(text, std::format("binding = [{}]\nalarm = [{}]\n", bindings, alarms));
}

std::unique_ptr<MemorySource> randomSource(const plant::Plant& plant, std::uint64_t seed, std::size_t batch = 1000) {
    std::mt19937_64 random{seed};
    std::vector<Sample> samples;
    StringTable table;
    const StringId states[] = {table.add("Execute"), table.add("Held")};
    for (std::int64_t ms = 0; ms <= logMilliseconds; ms += static_cast<std::int64_t>(random() % 3) * 20) {
        const auto signal = static_cast<std::uint32_t>(random() % measured);
        const Quality quality = random() % 5 == 0 ? static_cast<Quality>(random() % 4) : Quality::Good;
        Sample sample{at(ms), {}, SignalIndex{signal}, plant.signals[signal].type, quality};
        switch (sample.type) {
        case ValueType::String: sample.value = Value::of(states[random() % 2]); break;
        case ValueType::Boolean: sample.value = Value::of(random() % 2 == 0); break;
        case ValueType::Integer: sample.value = Value::of(static_cast<std::int64_t>(random() % 100)); break;
        case ValueType::Float: sample.value = Value::of(random() % 30 == 0 ? NAN : static_cast<double>(random() % 9));
        }
        samples.push_back(sample);
    }
    auto source = std::make_unique<MemorySource>(plant.signals.size(), std::move(samples));
    source->table = std::move(table);
    source->largestBatch = batch;
    source->convert(1, {10, 1});
    return source;
}

/// The values of all signals, as a person would work them out: everything anew, every time.
struct BruteForce {
    const plant::Plant& plant;
    const telemetry::Source& source;
    std::vector<std::optional<Sample>> last = std::vector<std::optional<Sample>>(plant.signals.size());
    bool stale = false;

    [[nodiscard]] bool usable(SignalIndex signal) const {
        const auto& sample = last[index(signal)];
        if (!sample || (!isUsable(sample->quality) && !(stale && sample->quality == Quality::Stale))) return false;
        return sample->type == ValueType::String || std::isfinite(sample->value.asNumber(sample->type));
    }
    [[nodiscard]] double number(SignalIndex signal) const {
        if (!usable(signal)) return none;
        const Sample& sample = *last[index(signal)];
        const auto [scale, offset] = plant.at(signal).derived ? telemetry::Conversion{} : source.conversions()[index(signal)];
        return scale * sample.value.asNumber(sample.type) + offset;
    }
    [[nodiscard]] std::string_view text(SignalIndex signal) const {
        return source.strings().text(last[index(signal)]->value.string);
    }

    [[nodiscard]] double valueOf(const plant::Derived& derived) const {
        if (!derived.value.empty()) return plant::evaluate(derived.value, *this);
        for (const plant::StateRule& rule : derived.rules) {
            const double holds = rule.when.empty() ? 1 : plant::evaluate(rule.when, *this);
            if (holds != 0) return std::isnan(holds) ? none : static_cast<double>(rule.state);
        }
        return none;
    }

    Sample sampleOf(const plant::Derived& derived, Time time) {
        stale = false;
        double value = valueOf(derived);
        Quality quality = Quality::Good;
        if (std::isnan(value)) {
            stale = true;
            value = valueOf(derived);
            stale = false;
            quality = std::isnan(value) ? Quality::Bad : Quality::Stale;
        } else {
            for (const SignalIndex input : derived.inputs)
                if (!last[index(input)] || last[index(input)]->quality != Quality::Good) quality = Quality::Uncertain;
        }
        const ValueType type = plant.at(derived.signal).type;
        Sample sample{time, {}, derived.signal, type, quality};
        switch (type) {
        case ValueType::Float: sample.value = Value::of(value); break;
        case ValueType::Boolean: sample.value = Value::of(value == 1); break;
        default: sample.value = Value::of(std::isnan(value) ? std::int64_t{-1} : static_cast<std::int64_t>(value));
        }
        last[index(derived.signal)] = sample;
        return sample;
    }
};

std::vector<Sample> byBruteForce(const plant::Plant& plant, MemorySource& source) {
    const std::vector<Sample> raw = allOf(source, 1'000'000);
    BruteForce values{plant, source};
    std::vector<Sample> all;
    for (std::size_t from = 0, to = 0; from < raw.size(); from = to) {
        std::set<SignalIndex> changed;
        for (; to < raw.size() && raw[to].time == raw[from].time; ++to) {
            values.last[index(raw[to].signal)] = raw[to];
            changed.insert(raw[to].signal);
        }
        std::vector<Sample> instant{raw.begin() + static_cast<std::ptrdiff_t>(from), raw.begin() + static_cast<std::ptrdiff_t>(to)};
        for (const plant::Derived& derived : plant.derived)
            if (std::ranges::any_of(derived.inputs, [&](SignalIndex input) { return changed.contains(input); })) {
                changed.insert(derived.signal);
                instant.push_back(values.sampleOf(derived, raw[from].time));
            }
        std::ranges::stable_sort(instant, {}, &Sample::signal);
        all.insert(all.end(), instant.begin(), instant.end());
    }
    return all;
}

void expectEqual(const std::vector<Sample>& a, const std::vector<Sample>& b, const plant::Plant& plant) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].time, b[i].time) << i;
        ASSERT_EQ(a[i].signal, b[i].signal) << i;
        const bool nan = a[i].type == ValueType::Float && std::isnan(a[i].value.number) && std::isnan(b[i].value.number);
        ASSERT_TRUE(nan || a[i].value.bits == b[i].value.bits) << i << " " << plant.at(a[i].signal).path.view();
        ASSERT_EQ(a[i].quality, b[i].quality) << i << " " << plant.at(a[i].signal).path.view();
    }
}

TEST(Derived, AreWhatBruteForceSays) {
    std::mt19937_64 random{5};
    for (std::uint64_t round = 0; round < 20; ++round) {
        const plant::Plant plant = randomPlant(random);
        ASSERT_EQ(plant.derived.size(), 30u);
        const auto raw = randomSource(plant, round);
        const std::vector<Sample> expected = byBruteForce(plant, *raw);
        ASSERT_GT(expected.size(), 3000u);
        for (const std::size_t batch : {std::size_t{1}, std::size_t{17}, std::size_t{100'000}}) {
            const auto source = withDerived(plant, randomSource(plant, round, batch));
            expectEqual(allOf(*source, 1 + random() % 500), expected, plant);
        }
    }
}

// A keyframe tells what reading from the start would have come to, with the integrals, wherever one was before.
TEST(Derived, KeyframesTellWhatReadingDoes) {
    std::mt19937_64 random{6};
    const plant::Plant plant = randomPlant(random);
    std::vector<Sample> all = byBruteForce(plant, *randomSource(plant, 1));
    auto wanderer = withDerived(plant, randomSource(plant, 1, 37));
    for (int round = 0; round < 200; ++round) {
        if (round == 100) wanderer = withDerived(plant, randomSource(plant, 1, 37), 5); // of more points than are kept
        const Time time = at(static_cast<std::int64_t>(random() % (logMilliseconds + 100)) - 50);
        const auto keyframe = wanderer->seek(time);
        ASSERT_TRUE(keyframe);
        EXPECT_TRUE(keyframe->complete);
        MemorySource reference{plant.signals.size(), all};
        const auto expected = reference.seek(time);
        ASSERT_EQ(keyframe->entries.size(), expected->entries.size());
        for (std::size_t i = 0; i < expected->entries.size(); ++i) {
            const auto &a = keyframe->entries[i], &b = expected->entries[i];
            expectEqual({a.last}, {b.last}, plant);
            EXPECT_EQ(a.integral.at(time), b.integral.at(time)) << plant.at(a.last.signal).path.view();
            EXPECT_EQ(a.integral.value, b.integral.value);
        }
        std::vector<Sample> after;
        for (std::size_t i = random() % 3; i > 0; --i) {
            const auto some = wanderer->next(1 + random() % 300);
            ASSERT_TRUE(some);
            after.insert(after.end(), some->begin(), some->end());
        }
        const auto first = std::ranges::upper_bound(all, time, {}, &Sample::time);
        ASSERT_LE(after.size(), static_cast<std::size_t>(all.end() - first));
        expectEqual(after, {first, first + static_cast<std::ptrdiff_t>(after.size())}, plant);
    }
}

// Some signals of a log, in the order they are asked for, with what those computed among them need and nothing else.
TEST(Derived, CanBeReadOfALogByThemselves) {
    const plant::Plant plant = plantOf("{ id = 'sum', expression = 'a + twice' }, { id = 'a' }, { id = 'b' }, { id = 'c' },"
                                       "{ id = 'twice', expression = 'b * 2' }, { id = 'of-c', expression = 'c' }");
    const auto path = std::filesystem::temp_directory_path() / ("derived-" + std::to_string(::getpid()) + ".mcap");
    auto writer = telemetry::LogWriter::create(path, {{"m/a", ValueType::Float, "", {}},
                                                      {"m/b", ValueType::Float, "", {}},
                                                      {"m/c", ValueType::Float, "", {}},
                                                      {"m/sum", ValueType::Float, "", {}}});
    ASSERT_TRUE(writer);
    for (int ms = 0; ms < 100; ms += 10)
        ASSERT_TRUE(writer->write(std::vector{number(ms, 0, ms), number(ms, 1, 1), number(ms, 2, 7), number(ms, 3, 1000)}));
    ASSERT_TRUE(writer->close());
    const std::vector wanted{SignalIndex{1}, SignalIndex{0}};
    const auto source = openSelected(plant, path, wanted);
    ASSERT_TRUE(source) << source.error().text();
    EXPECT_EQ((*source)->found(), (std::vector{true, true}));
    const auto keyframe = (*source)->seek(at(75));
    ASSERT_TRUE(keyframe);
    ASSERT_EQ(keyframe->entries.size(), 2u);
    EXPECT_EQ(keyframe->entries[1].last.value.number, 72) << "not the 1000 of the log";
    const std::vector<Sample> rest = allOf(**source);
    EXPECT_EQ(told(rest, SignalIndex{0}), "80:80, 90:90");
    EXPECT_EQ(told(rest, SignalIndex{1}), "80:82, 90:92");
    EXPECT_EQ(rest.size(), 4u);
    const std::vector measuredOnly{SignalIndex{3}, SignalIndex{1}};
    const auto plain = openSelected(plant, path, measuredOnly);
    ASSERT_TRUE(plain);
    EXPECT_EQ(allOf(**plain).size(), 20u);
    std::filesystem::remove(path);
}

Replay replayOf(const plant::Plant& plant, std::size_t batch) {
    auto replay = Replay::open(plant, randomSource(plant, 3, batch), {.checkpointSamples = 500});
    EXPECT_TRUE(replay);
    return std::move(*replay);
}

TEST(Derived, EveryWayToATimeGivesTheSameState) {
    std::mt19937_64 random{8};
    for (const bool alarms : {true, false}) {
        plant::Plant plant = randomPlant(random);
        if (!alarms) plant.alarms.clear(); // then a seek takes the source's keyframe
        Replay wanderer = replayOf(plant, 37);
        for (int round = 0; round < 60; ++round) {
            const Time target = at(static_cast<std::int64_t>(random() % (logMilliseconds + 1)));
            switch (random() % 4) {
            case 0: ASSERT_TRUE(wanderer.runTo(target)); break;
            case 1: ASSERT_TRUE(wanderer.step(target - wanderer.time())); break;
            case 2: ASSERT_TRUE(wanderer.advance(wanderer.log().to)); break;
            default: ASSERT_TRUE(wanderer.seek(target));
            }
            if (random() % 2 == 0) static_cast<void>(wanderer.frame());
            Replay runner = replayOf(plant, 1 + random() % 3000);
            ASSERT_TRUE(runner.runTo(wanderer.time()));
            ASSERT_EQ(wanderer.stateHash(), runner.stateHash()) << "round " << round;
        }
    }
}

} // namespace
} // namespace millwright::twin
