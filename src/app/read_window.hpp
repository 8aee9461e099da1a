#pragma once

#include <millwright/core/result.hpp>
#include <millwright/kpi/meter.hpp>

#include <string_view>

namespace millwright::app {

/// Gives `meter` the samples of `source` up to the end of `window`, with a progress bar that says `what`. Errors: those of the
/// source; Cancelled.
[[nodiscard]] Result<void> readWindow(telemetry::Source& source, TimeInterval window, kpi::Meter& meter, std::string_view what);

} // namespace millwright::app
