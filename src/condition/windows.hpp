#pragma once

#include <millwright/condition/model.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <array>
#include <condition/spectrum.hpp>
#include <cstdint>
#include <span>
#include <vector>

namespace millwright::condition {

/// Condenses the samples of several equipments into steps and looks back over the last ones. A signal without a sample in a step
/// keeps its last value while its quality is usable. A step in which none of an equipment's signals has a sample is no step of it;
/// after more than a window of those it begins anew. Allocates nothing once made.
class Windows {
public:
    /// `equipmentOf`: by signal, the equipment it belongs to, or `none`.
    static constexpr std::uint32_t none = 0xFFFF'FFFFu;
    Windows(const Options& options, std::span<const Signal> signals, std::vector<std::uint32_t> equipmentOf, std::size_t equipments,
            std::vector<telemetry::Conversion> conversions);

    /// Takes samples in order of time up to the first that belongs to a later step; returns how many. When fewer than given, and at
    /// the end of all samples, call `complete`.
    std::size_t take(std::span<const telemetry::Sample> samples);

    struct Step {
        std::uint32_t equipment;
        Time time; ///< of its newest sample
        bool anew; ///< the first of the equipment, or after a gap longer than a window
    };
    /// Ends the step under way: the equipments that had a sample in it and have enough of a window behind them, ascending.
    std::span<const Step> complete();

    /// A measure of a signal over the window, as of the step that was completed; NaN where it is known of fewer than half of the
    /// steps. Of a vibration it is known of steps with a block of samples.
    [[nodiscard]] double value(std::uint32_t signal, Measure measure, std::uint32_t band) const;

private:
    struct Cell {
        double mean = 0;
        double variance = -1; ///< below zero: not usable
    };
    struct SignalState {
        std::uint32_t equipment = none;
        std::uint32_t count = 0; ///< of the step under way
        double mean = 0, squares = 0;
        double last = 0;
        bool usable = false;
        std::uint32_t vibration = none; ///< index in `vibrations_`
    };
    /// The last samples of the step under way, and of each step of the window what its block was described by.
    struct VibrationState {
        std::vector<double> block;                            ///< ring
        std::size_t taken = 0;                                ///< samples of the step
        std::size_t spectrum = 0;                             ///< index in `spectra_`
        std::vector<std::array<double, bands + 4>> described; ///< ring over the window; NaN: not known
    };
    struct EquipmentState {
        std::vector<std::uint32_t> signals;
        std::vector<std::uint8_t> present; ///< ring over the window
        std::int64_t index = 0;            ///< of the newest step, since 1970
        Time newest{};
        bool touched = false, ever = false, anew = false;
    };

    void close(std::uint32_t equipment);
    void describe(VibrationState& vibration);
    [[nodiscard]] double vibrationOf(std::uint32_t signal, std::size_t column) const;
    [[nodiscard]] std::size_t slot(std::int64_t index) const {
        return static_cast<std::size_t>((index % window_ + window_) % window_);
    }

    std::int64_t step_;
    std::int64_t window_;
    std::int64_t index_ = 0; ///< of the step under way
    bool running_ = false;
    std::vector<telemetry::Conversion> conversions_;
    std::vector<SignalState> signals_;
    std::vector<VibrationState> vibrations_;
    std::vector<Spectrum> spectra_;
    std::vector<double> inOrder_; ///< a block from its beginning
    std::vector<EquipmentState> equipments_;
    std::vector<Cell> cells_; ///< ring over the window, of all signals
    std::vector<std::uint32_t> touched_;
    std::vector<Step> steps_;
};

} // namespace millwright::condition
