#pragma once

#include <millwright/plant/process.hpp>

#include <cstdint>

/// Process models that the benchmarks and the validation share.
namespace millwright::sim {

/// One queue with `servers` exponential servers of mean 1 s and Poisson arrivals, `load` of them busy on average (M/M/c).
[[nodiscard]] plant::Process queueModel(double load, std::uint32_t servers = 1);

/// `stations` exponential stations in a row with buffers of `capacity` between them, each failing by working time (mean 1 h, repair
/// 3 min, both exponential; cycles 10 s), fed by a source that always has a part.
[[nodiscard]] plant::Process lineModel(std::uint32_t stations, std::uint32_t capacity);

/// One machine with two shifts, breakdowns and inspection: 5 % rework, 2 % scrap; one part every 105 s of working time on average,
/// 200 000 in a year.
[[nodiscard]] plant::Process yearModel();

} // namespace millwright::sim
