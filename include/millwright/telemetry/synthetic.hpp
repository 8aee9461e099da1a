#pragma once

#include <millwright/core/result.hpp>

#include <cstdint>
#include <filesystem>

namespace millwright::telemetry {

/// Writes a columnar log of about `samples` samples of `signals` signals named `bench/0000` … for benchmarks and tests. It looks
/// like a plant: of ten signals, seven are measured quantities with noise (three decimals), one is a full-precision float, one a
/// counter and one a switch, sampled at 1 to 20 Hz with jitter, from 2026-01-01. Equal arguments give equal bytes. Errors:
/// Unreadable; Invalid for zero signals.
[[nodiscard]] Result<void> writeSyntheticLog(const std::filesystem::path& path, std::size_t signals, std::uint64_t samples,
                                             std::uint64_t seed);

} // namespace millwright::telemetry
