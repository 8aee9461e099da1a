#pragma once

#include <millwright/core/result.hpp>
#include <millwright/kpi/meter.hpp>

#include <functional>
#include <span>
#include <string_view>

namespace millwright::app {

/// Gives `meter`, and `also` where there is one, the samples of `source` up to the end of `window` and the rest of the batch that
/// ends there, with a progress bar that says `what`. Errors: those of the source; Cancelled.
[[nodiscard]] Result<void> readWindow(telemetry::Source& source, TimeInterval window, kpi::Meter& meter, std::string_view what,
                                      const std::function<void(std::span<const telemetry::Sample>)>& also = {});

} // namespace millwright::app
