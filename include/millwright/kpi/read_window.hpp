#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/kpi/meter.hpp>

#include <functional>
#include <span>

namespace millwright::kpi {

/// Gives `meter`, and `also` where there is one, the samples of `source` up to the end of `window` and the rest of the batch that
/// ends there. Errors: those of the source; Cancelled.
[[nodiscard]] Result<void> readWindow(telemetry::Source& source, TimeInterval window, Meter& meter, const Progress& progress,
                                      const std::function<void(std::span<const telemetry::Sample>)>& also = {});

} // namespace millwright::kpi
