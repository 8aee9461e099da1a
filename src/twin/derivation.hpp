#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace millwright::twin {

/// Computes a plant's derived signals as samples of the others come: after every instant in which one of its inputs has a sample, a
/// derived signal has one too, made of what its inputs are at the end of that instant. What it is depends on the inputs' last
/// samples alone, so that it is the same however a time is reached (docs/expressions.md). Thread: one at a time.
class Derivation {
public:
    /// `plant`, `conversions` (parallel to its signals) and `strings` must outlive this.
    Derivation(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions, const StringTable& strings);

    /// Forgets every sample.
    void clear();
    /// Appends `samples`, and those of derived signals among them in the total order, to `out`. `samples` are whole instants, all
    /// later than those before. Allocates nothing but what `out` grows by.
    void add(std::span<const telemetry::Sample> samples, std::vector<telemetry::Sample>& out);
    /// Becomes what `add` of everything up to `keyframe.time` would have made of it, and adds the derived signals' entries, in
    /// their place; their integrals begin there.
    void restore(telemetry::Keyframe& keyframe);

private:
    static constexpr auto nowhere = std::numeric_limits<std::uint32_t>::max();

    /// A signal that others are computed from, at its last sample.
    struct Input {
        double number = std::numeric_limits<double>::quiet_NaN(); ///< in the plant's unit, usable or not; of a String not a number
        StringId text{};
        Time time{};
        Quality quality = Quality::Bad;
        bool known = false;
        bool sound = false; ///< a text or a finite number
    };
    struct Values;

    void take(const telemetry::Sample& sample);
    void set(std::uint32_t place, const telemetry::Sample& sample);
    void compute(Time time);
    [[nodiscard]] telemetry::Sample made(const plant::Derived& derived, Time time) const;
    [[nodiscard]] const Input& input(SignalIndex signal) const { return inputs_[placeOf_[index(signal)]]; }

    const plant::Plant& plant_;
    std::span<const telemetry::Conversion> conversions_;
    const StringTable& strings_;
    std::vector<std::uint32_t> placeOf_; ///< in `inputs_`, by signal
    std::vector<Input> inputs_;
    std::vector<std::uint32_t> readersFrom_; ///< by input: where its readers begin; one more at the end
    std::vector<std::uint32_t> readers_;     ///< places in `Plant::derived`
    std::vector<std::uint32_t> due_;         ///< a heap of places in `Plant::derived`, the first to be computed on top
    std::vector<bool> isDue_;
    std::vector<telemetry::Sample> made_; ///< of this instant
};

} // namespace millwright::twin
