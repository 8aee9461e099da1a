#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/twin/alarm.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What operators did while feeds were recorded, as samples of a channel of its own: a replay does it again (docs/alarms.md).
namespace millwright::twin {

/// The channel's topic; its values are texts.
inline constexpr std::string_view actionTopic = "millwright/operator-actions";

/// `acknowledge`, `shelve` and so on, as files of actions call them; shelving for a time is `shelve` too.
[[nodiscard]] std::string_view wordOf(OperatorAction::Kind kind);

/// A JSON object with `alarm` (its path), `do`, `user`, `comment` and, of shelving for a time, `seconds`.
[[nodiscard]] std::string recordText(const plant::Plant& plant, const OperatorAction& action);
/// The action that was done at `time`. Errors: Malformed; NotFound for an alarm that the plant has not.
[[nodiscard]] Result<OperatorAction> fromRecord(const plant::Plant& plant, std::string_view text, Time time);

} // namespace millwright::twin
