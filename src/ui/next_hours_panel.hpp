#pragma once

#include "ui/panels.hpp"

#include <millwright/ui/next_hours.hpp>

#include <cstddef>

namespace millwright::ui {

/// Which of an answer's scenarios is laid beside "no change" in charts and tables; 0: there is none.
[[nodiscard]] std::size_t besideIn(const NextHours::Answer& answer, const std::string& wanted);

/// The tables of an answer, in a region that scrolls: what comes out, buffers, what was read and what was assumed.
void drawNextHoursTables(PanelArguments& arguments, const Rect& area, const NextHours::Answer& answer);

} // namespace millwright::ui
