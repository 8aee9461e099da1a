#pragma once

#include <millwright/historian/historian.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/recorder.hpp>
#include <millwright/ui/trend_reader.hpp>

#include <optional>

namespace millwright::app {

/// Reads what the curves of live feeds need and memory has forgotten: from the files of `recorder`, which may be null and outlives
/// the reader, as `plant` does; what is older than they are, from the historian, where there is one, which has no derived signals.
[[nodiscard]] ui::TrendReader::Read trendsOfFeeds(const plant::Plant& plant, const telemetry::Recorder* recorder,
                                                  std::optional<historian::Options> historian);

} // namespace millwright::app
