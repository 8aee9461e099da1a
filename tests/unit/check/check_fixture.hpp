#pragma once

#include "unit/twin/memory_source.hpp"
#include "unit/twin/plants.hpp"

#include <millwright/check/check.hpp>

#include <gtest/gtest.h>

#include <filesystem>

namespace millwright::check::testing {

using telemetry::Sample;
using twin::testing::at;
using twin::testing::MemorySource;
using twin::testing::number;

/// Ten seconds of slide: 10 until 2 s, 3 until 4 s, 10 until 6 s (bad from 5 s), 2 until 7 s, then 10; a text and a door besides.
inline std::unique_ptr<MemorySource> source() {
    std::vector<Sample> samples{number(0, 1, 10),   number(2000, 1, 3),  number(4000, 1, 10),  number(5000, 1, 0, Quality::Bad),
                                number(6000, 1, 2), number(7000, 1, 10), number(10'000, 1, 10)};
    auto made = std::make_unique<MemorySource>(7, std::vector<Sample>{});
    StringTable table;
    samples.push_back({at(0), Value::of(table.add("Execute")), SignalIndex{3}, ValueType::String, Quality::Good});
    samples.push_back({at(8000), Value::of(table.add("Aborted")), SignalIndex{3}, ValueType::String, Quality::Good});
    samples.push_back({at(3000), Value::of(true), SignalIndex{4}, ValueType::Boolean, Quality::Good});
    made = std::make_unique<MemorySource>(7, std::move(samples));
    made->table = std::move(table);
    return made;
}

class CheckTest : public ::testing::Test {
protected:
    CheckTest() : plant{twin::testing::onePlant()} {
        plant.signals[1].interpolation = plant::Interpolation::Hold;
        plant.cameras.push_back({.id = "overview", .name = "Overview", .eye = {}, .target = {}});
    }

    /// The outcome of one check, given as what stands under its heading.
    Outcome outcome(const std::string& body, const CheckOptions& options = {}) {
        const auto verdict = run(body, options);
        EXPECT_TRUE(verdict) << (verdict ? "" : verdict.error().front().text());
        return verdict ? verdict->outcomes.at(0) : Outcome{};
    }
    std::expected<Verdict, std::vector<Error>> run(const std::string& body, const CheckOptions& options = {}) {
        auto expectations = parse("format = 1\n[[check]]\nname = \"it\"\n" + body, folder / "e.toml", plant);
        if (!expectations) return std::unexpected(expectations.error());
        auto replay = twin::Replay::open(plant, source(), replaying);
        return check::run(plant, *replay, *expectations, options);
    }
    std::string slide(const std::string& rest) { return "signal = \"line/machine/slide\"\n" + rest; }

    /// An alarm while the slide is below 5: from 2 s to 4 s, kept through the bad quality from 5 s, and from 6 s to 7 s.
    void addAlarm() { twin::testing::addLowAlarm(plant); }
    /// The machine executes until 8 s and is aborted from then on.
    void addKpis() {
        plant::KpiSource source;
        source.equipment = EquipmentIndex{1};
        source.state = SignalIndex{3};
        source.elementOf = plant::usualElements();
        source.isFailure = plant::usualFailures();
        plant.kpis.push_back(source);
    }
    std::string kpi(const std::string& name, const std::string& rest) {
        return "kpi = \"" + name + "\"\nequipment = \"line/machine\"\n" + rest;
    }
    std::string low(const std::string& rest) { return "alarm = \"line/machine/low\"\n" + rest; }

    plant::Plant plant;
    twin::ReplayOptions replaying;
    std::filesystem::path folder = std::filesystem::temp_directory_path();
};

} // namespace millwright::check::testing
