#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/sim/study.hpp>

#include <string>
#include <vector>

/// What studies and forecasts share.
namespace millwright::sim {

/// Every quantity of the runs, in the order of the model, without estimates.
[[nodiscard]] std::vector<MetricResult> metricsOf(const plant::Process& process, const std::vector<Report>& reports);

/// The work of a part of a study, as a part of the whole bar. `whole` must outlive it.
[[nodiscard]] Progress partOf(const Progress& whole, double from, double to, const std::string& what);

[[nodiscard]] Error inScenario(Error error, const std::string& id);

} // namespace millwright::sim
