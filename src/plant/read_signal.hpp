#pragma once

#include "plant/reader.hpp"
#include "plant/template.hpp"

namespace millwright::plant {

[[nodiscard]] SignalTemplate readSignal(const Reader& reader, ReadContext& context);
[[nodiscard]] BindingTemplate readBinding(const Node& node, ReadContext& context);
[[nodiscard]] AlarmTemplate readAlarm(const Reader& reader, ReadContext& context);
[[nodiscard]] KpiTemplate readKpi(const Reader& reader, ReadContext& context);

} // namespace millwright::plant
