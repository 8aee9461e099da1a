#pragma once

#include <millwright/condition/model.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millwright::condition {

/// What may be learnt: signals, and which of them belong to one equipment. Signals of no equipment are not watched.
struct Layout {
    struct Members {
        std::string name;
        std::vector<std::uint32_t> signals; ///< indices in `signals`
    };
    std::vector<Signal> signals;
    std::vector<Members> equipment;
    std::vector<LeftOut> leftOut; ///< what is of no equipment, and why
};

/// The plant's signals, in its order, each with its own equipment's. Left out are texts, those whose values are names of states,
/// and the states and counts of KPIs.
[[nodiscard]] Layout layoutOf(const plant::Plant& plant);

/// Looks through a log before it is learnt from: how often each signal has a sample, and which cannot be watched. Thread: one at a
/// time.
class Survey {
public:
    /// `conversions`: of the signals, to their units.
    explicit Survey(std::vector<telemetry::Conversion> conversions)
        : conversions_{std::move(conversions)}, seen_(conversions_.size()) {}

    /// Samples in order of time.
    void apply(std::span<const telemetry::Sample> samples);

    /// The median over signals of the mean time between samples, but a second or more: a step in which most signals say something
    /// new.
    [[nodiscard]] Duration step() const;
    /// Why the signal cannot be watched, empty if it can: no usable number, always the same, or only ever rising (a running count
    /// has no level).
    [[nodiscard]] std::string_view unfit(std::size_t signal) const;
    /// Says of a signal that has enough samples a step (64 in nine tenths of it) that it is a vibration.
    void describe(Signal& signal, std::size_t index, Duration step) const;

private:
    struct Seen {
        std::uint64_t usable = 0, rises = 0, falls = 0;
        double last = 0;
        Time from{}, to{};
    };
    std::vector<telemetry::Conversion> conversions_;
    std::vector<Seen> seen_;
    friend class Learner; // which converts likewise
};

/// Learns a model from samples of normal operation. Holds one row of features a step, thinned out evenly beyond 20 000 rows of an
/// equipment or `mostBytes` of all (but not below 1000 rows), and knows no wall clock: equal samples give equal models. Thread: one
/// at a time.
class Learner {
public:
    static constexpr std::size_t mostBytes = 512u << 20;

    /// `survey` has seen the samples that are to come, which are converted likewise. Errors: Invalid for options out of bounds;
    /// ResourceLimit for an equipment with more than `mostFeaturesTogether` features of a kind.
    [[nodiscard]] static Result<Learner> create(Layout layout, const Options& options, const Survey& survey);
    Learner(Learner&&) noexcept;
    Learner& operator=(Learner&&) noexcept;
    ~Learner();

    /// Samples in order of time, signals as indices of the layout.
    void apply(std::span<const telemetry::Sample> samples);
    /// The model, once all samples are in. Equipments with too few steps are left out. It takes no more afterwards.
    /// Errors: Invalid when nothing could be learnt, with the reason.
    [[nodiscard]] Result<Model> finish();

private:
    struct State;
    explicit Learner(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::condition
