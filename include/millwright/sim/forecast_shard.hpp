#pragma once

#include <millwright/core/result.hpp>
#include <millwright/sim/forecast.hpp>
#include <millwright/sim/shard.hpp>

#include <span>
#include <string>
#include <vector>

/// Parts of a branch from one present state, as `shard.hpp` has them of a study.
namespace millwright::sim {

/// What one part found, as text: the plan, digests of the state and of each scenario's model, and every number, which reads back to
/// the same bits. The target is not in it: it is asked of the whole.
[[nodiscard]] std::string forecastShardText(const std::vector<Scenario>& scenarios, const InitialState& state,
                                            const ForecastPlan& plan, const std::vector<ScenarioRuns>& runs);

struct MergedForecast {
    ForecastPlan plan; ///< of the whole, without a target
    std::vector<ScenarioRuns> runs;
};

/// Puts all parts together to the very runs of the whole; `forecastOf` works out what they show. `scenarios` and `state` must be
/// those that the parts were made of. Errors, with the file's name as place: Malformed; Invalid for parts of different forecasts,
/// of another model or state, one given twice or one missing.
[[nodiscard]] Result<MergedForecast> mergeForecastShards(const std::vector<Scenario>& scenarios, const InitialState& state,
                                                         std::span<const ShardFile> files);

} // namespace millwright::sim
