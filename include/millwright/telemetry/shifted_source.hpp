#pragma once

#include <millwright/telemetry/source.hpp>

#include <memory>

namespace millwright::telemetry {

/// The same feed as if everything had happened `by` later (earlier, where it is negative): to lay two logs on one axis of time.
/// Errors: OutOfRange where that is beyond what a time can tell.
[[nodiscard]] Result<std::unique_ptr<Source>> shifted(std::unique_ptr<Source> source, Duration by);

} // namespace millwright::telemetry
