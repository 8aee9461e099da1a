#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/sim/sensitivity.hpp>

#include <optional>
#include <string>
#include <vector>

/// A sensitivity study as a page and as text for people, as a table and as JSON for programs.
namespace millwright::sim {

/// What a sensitivity study says of one metric.
struct SensitivityAnswer {
    std::string plant; ///< name, for people
    Sensitivity sensitivity;
    std::string metric, unit;
    std::vector<Effect> effects;          ///< OneAtATime, parallel to the factors
    std::optional<Regression> regression; ///< LatinHypercube
};

/// Errors: NotFound for a metric that the study does not have, with a suggestion; Invalid for one without a value at the model as
/// it is; those of `regressionOf`.
[[nodiscard]] Result<SensitivityAnswer> answerOf(std::string plant, Sensitivity sensitivity, std::string_view metric);

/// One HTML page that needs nothing else: a tornado chart with the intervals of paired differences, or standardised coefficients
/// with their intervals and the metric at all points against each factor; the tables behind them, and what all of it assumes.
[[nodiscard]] std::string sensitivityPage(const SensitivityAnswer& answer);

[[nodiscard]] std::string sensitivityText(const SensitivityAnswer& answer);

/// Every value of every replication with the factors it was run with, RFC 4180: `point`, a column for each factor (times in
/// seconds), `metric,unit,replication,seed,value`.
[[nodiscard]] std::string sensitivityTable(const SensitivityAnswer& answer);

/// The member `sensitivity` of an object that is open.
void writeSensitivity(JsonWriter& json, const SensitivityAnswer& answer);

} // namespace millwright::sim
