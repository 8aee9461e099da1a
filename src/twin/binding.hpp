#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/twin/frame.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Bindings made ready to evaluate: what can be worked out from the plant alone is worked out once.
namespace millwright::twin {

/// A signal as bindings read it at one time.
struct SignalView {
    SignalState state;     ///< in the plant's unit
    double held = 0;       ///< number in the plant's unit; the last usable one while quality is bad
    double integral = 0;   ///< ∫ value dt in unit-seconds, without the conversion's offset
    std::string_view text; ///< of String values
    bool usable = false;   ///< known, good or uncertain, and for Float a finite number
};

/// What a binding makes of its signal: the one number that decides its pose, colour or visibility. Made of IEEE additions,
/// multiplications and divisions only, so that it has the same bits on every machine (sines and cosines come after it).
struct BindingOutput {
    double value = 0;    ///< radians, metres, 0…1, position on the colour ramp, number of the state, 1 or 0 for a condition
    bool active = false; ///< false: the target stays as modelled
};

class CompiledBinding {
public:
    CompiledBinding(const plant::Binding& binding, const plant::Signal& signal);

    [[nodiscard]] const plant::Binding& source() const { return *binding_; }
    [[nodiscard]] BindingOutput output(const SignalView& signal) const;
    /// Adds this binding's effect to what earlier ones made of the target.
    void compose(const SignalView& signal, TargetState& target) const;

private:
    [[nodiscard]] std::string_view stateOf(const SignalView& signal) const;
    [[nodiscard]] bool holds(const SignalView& signal) const;
    [[nodiscard]] glm::vec4 colourAt(const BindingOutput& output) const;
    [[nodiscard]] glm::vec3 pointAt(double arcLength) const;
    [[nodiscard]] std::string format(const SignalView& signal) const;

    const plant::Binding* binding_;
    const plant::Signal* signal_;
    std::vector<double> arcLengths_; ///< metres from the path's start to each of its points
    bool stateTable_ = false;        ///< colours are chosen by state, not mixed along a ramp
    bool formatsInteger_ = false;    ///< textFormat takes the integer itself, not the number as a double
    bool formatUsable_ = false;
};

} // namespace millwright::twin
