#pragma once

#include <millwright/core/value.hpp>
#include <millwright/history/history.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace millwright::history {

/// What `history` holds of the signals in `wanted` up to and including `until`, in the order of a log: for whoever reads logs and
/// is to read what was seen live. It has as many signals as the plant, `signals`, and no samples of those that are not wanted; of
/// what was forgotten it has none. `strings` is the table that the samples came with. A copy: the history may go on, and may go.
/// Thread: any; the history's writer need not wait.
[[nodiscard]] std::unique_ptr<telemetry::Source> recall(const History& history, std::size_t signals,
                                                        std::span<const SignalIndex> wanted, Time until,
                                                        std::shared_ptr<const StringTable> strings);

} // namespace millwright::history
