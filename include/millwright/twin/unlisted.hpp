#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/feed.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace millwright::twin {

/// Counts usable values that the `states` of their signal do not list: texts of a string, numbers without a name. Such a value is
/// taken as it came, as the source means it; that the plant does not know it is worth telling. Thread: one at a time.
class UnlistedStates {
public:
    /// Both must outlive it.
    UnlistedStates(const plant::Plant& plant, const StringTable& strings);

    void add(std::span<const telemetry::Sample> samples);
    /// Each signal's values, in the order in which they came first. Of one signal's, no more than a hundred.
    [[nodiscard]] std::span<const telemetry::UnlistedState> found() const { return found_; }
    /// One warning a signal: `line/press/state: 'Runing' (12 times), 'X' (once): 'states' does not list it`; the place is empty.
    [[nodiscard]] std::vector<Error> warnings() const;

private:
    struct Watched {
        SignalIndex signal = noSignal;
        bool known = false; ///< `last` is one
        bool listed = true; ///< what `last` is
        Value last;
        std::map<std::string, std::size_t> places; ///< of those that are not, in `found_`
    };
    [[nodiscard]] bool isListed(const plant::Signal& signal, const telemetry::Sample& sample) const;
    [[nodiscard]] std::string textOf(const telemetry::Sample& sample) const;

    const plant::Plant& plant_;
    const StringTable& strings_;
    std::vector<Watched> watched_;       ///< signals that have `states`
    std::vector<std::uint32_t> placeOf_; ///< by signal: its place there; none: the highest number
    std::vector<telemetry::UnlistedState> found_;
};

} // namespace millwright::twin
