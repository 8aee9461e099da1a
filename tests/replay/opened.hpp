#pragma once
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

namespace millwright {

/// A replay of a log; nothing, and a failed test, where it cannot be had. `plant` must outlive it.
inline std::optional<twin::Replay> opened(const plant::Plant& plant, const std::filesystem::path& log) {
    auto source = telemetry::LogSource::open(log, twin::subscriptions(plant));
    EXPECT_TRUE(source) << source.error().text();
    if (!source) return std::nullopt;
    auto replay = twin::Replay::open(plant, std::move(*source));
    EXPECT_TRUE(replay) << replay.error().text();
    return replay ? std::optional{std::move(*replay)} : std::nullopt;
}

} // namespace millwright
