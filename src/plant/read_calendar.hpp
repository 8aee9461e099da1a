#pragma once

#include "plant/template.hpp"

#include <millwright/plant/calendar.hpp>

namespace millwright::plant {

/// Reads `[calendar]`, and reports times that are none and shifts that overlap.
[[nodiscard]] Calendar readCalendar(const Node& root, ReadContext& context);

} // namespace millwright::plant
