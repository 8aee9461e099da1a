#include "support/folders.hpp"

#include <millwright/condition/learn.hpp>
#include <millwright/condition/monitor.hpp>
#include <millwright/telemetry/import.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace millwright::condition {
namespace {

using telemetry::Sample;

const std::filesystem::path skab = millwright::test::sourceFolder() / "../shared/data/sensor/skab_valve1";

/// One experiment: the measurements in order of time, and whether each row was labelled as anomalous.
struct Experiment {
    Layout layout{.signals = {}, .equipment = {{"testbed", {}}}};
    std::vector<Sample> samples;
    std::vector<std::pair<Time, bool>> rows;
};

Experiment experiment(const std::string& file) {
    Experiment read;
    auto import = telemetry::importText(skab / file);
    EXPECT_TRUE(import) << import.error().text();
    if (!import) return read;
    SignalIndex label = noSignal;
    for (std::uint32_t i = 0; i < import->channels.size(); ++i) {
        const std::string& topic = import->channels[i].topic;
        read.layout.signals.push_back({topic, topic, ""});
        if (topic == "anomaly")
            label = SignalIndex{i};
        else if (topic != "changepoint")
            read.layout.equipment[0].signals.push_back(i);
    }
    read.samples = std::move(import->samples);
    std::ranges::stable_sort(read.samples, {}, &Sample::time);
    for (const Sample& sample : read.samples)
        if (sample.signal == label) read.rows.emplace_back(sample.time, sample.value.asNumber(sample.type) > 0.5);
    return read;
}

/// F1 over the rows after the first 400, which are learnt from, as in SKAB's own baselines.
double f1(const std::string& file) {
    const Experiment read = experiment(file);
    constexpr std::size_t learntRows = 400;
    EXPECT_GT(read.rows.size(), 1000u);
    if (read.rows.size() <= learntRows) return 0;
    const auto later = std::ranges::lower_bound(read.samples, read.rows[learntRows].first, {}, &Sample::time);
    const std::span normal{read.samples.begin(), later};
    Survey survey{std::vector<telemetry::Conversion>(read.layout.signals.size())};
    survey.apply(normal);
    auto learner = Learner::create(read.layout, {.step = survey.step()}, survey);
    EXPECT_TRUE(learner);
    learner->apply(normal);
    const auto model = learner->finish();
    EXPECT_TRUE(model) << model.error().text();

    // Of the model's signals only, numbered as it does.
    std::vector<Sample> rest;
    for (Sample sample : std::span{later, read.samples.end()}) {
        const std::string& topic = read.layout.signals[index(sample.signal)].topic;
        const auto at = std::ranges::find(model->signals, topic, &Signal::topic);
        if (at == model->signals.end()) continue;
        sample.signal = SignalIndex{static_cast<std::uint32_t>(at - model->signals.begin())};
        rest.push_back(sample);
    }
    Monitor monitor{*model, std::vector<telemetry::Conversion>(model->signals.size())};
    monitor.apply(rest);
    monitor.finish();
    double hits = 0, wrong = 0, missed = 0;
    for (const auto& [time, anomalous] : std::span{read.rows}.subspan(learntRows)) {
        const bool found = std::ranges::any_of(
            monitor.periods(), [&](const Period& period) { return period.interval.from <= time && time <= period.interval.to; });
        hits += anomalous && found;
        wrong += !anomalous && found;
        missed += anomalous && !found;
    }
    return hits > 0 ? 2 * hits / (2 * hits + wrong + missed) : 0;
}

// What docs/condition.md measures, with room for a change of method; an alarm at every row would score about 0.7.
TEST(SkabData, ClosedValvesAreFound) {
    if (!std::filesystem::exists(skab)) GTEST_SKIP() << "missing " << skab;
    for (const auto& [file, least] : {std::pair{"valve1/3.csv", 0.75}, {"valve1/8.csv", 0.75}, {"valve1/13.csv", 0.75}}) {
        const double found = f1(file);
        std::printf("%s: F1 %.2f\n", file, found);
        EXPECT_GT(found, least) << file;
    }
}

} // namespace
} // namespace millwright::condition
