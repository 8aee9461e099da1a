#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace millwright::telemetry {

/// A signal's values of two feeds were further apart than its tolerance.
struct DifferenceSpell {
    SignalIndex signal = noSignal;
    TimeInterval interval; ///< from the first sample that made it so to the one that ended it, or the end of what both tell
    double largest = 0;    ///< of numbers: how far apart they were at most; infinite where one had no usable value, or texts differ
    Time worst{};          ///< when they were that far apart first
    friend bool operator==(const DifferenceSpell&, const DifferenceSpell&) = default;
};

struct DifferenceOptions {
    std::vector<double> tolerances; ///< parallel to the subscriptions, in the caller's unit: numbers no further apart are equal
    Duration shortest = std::chrono::seconds{3}; ///< what is over sooner is none: noise, and machines that never switch at the same moment
    Duration join = std::chrono::seconds{5};     ///< of one signal, those no further apart than this are one
    std::size_t most = 10'000;                   ///< of more, the rest is left out
};

/// Compares what two feeds tell over time, not sample by sample as `diffLogs` does: a value holds until the next sample, and two
/// runs need not have samples at the same times. Both are of the same subscriptions, on one axis of time, and are read through from
/// where they stand. A signal counts once both have told it. In order of their beginning. Errors: those of the sources; Cancelled.
[[nodiscard]] Result<std::vector<DifferenceSpell>> differencesOf(Source& first, Source& second, const DifferenceOptions& options,
                                                                 const Progress& progress = {});

} // namespace millwright::telemetry
