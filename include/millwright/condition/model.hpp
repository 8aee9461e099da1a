#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Condition monitoring: what normal operation looks like, learnt from logs, and how far from it an equipment is
/// (docs/condition.md).
namespace millwright::condition {

/// A signal that is watched.
struct Signal {
    std::string name;  ///< for people: its path in the plant, else its topic
    std::string topic; ///< of logs
    std::string unit;  ///< UCUM; what was learnt is in it
    std::uint32_t block =
        0;           ///< of a vibration: the samples of a step whose spectrum is taken, a power of two from 64 to 8192; else 0
    double rate = 0; ///< of a vibration: samples a second
};

/// What a window of a signal is described by. Those after spread are of vibrations, as means over the steps of the window.
enum class Measure : std::uint8_t {
    Level,    ///< mean over the window, in the signal's unit
    Spread,   ///< standard deviation in the window, in the signal's unit
    Rms,      ///< root mean square about the mean, in the signal's unit
    Kurtosis, ///< fourth moment over the squared second: 3 of noise, more of impacts
    Crest,    ///< crest factor: largest deviation over rms
    Envelope, ///< unsteadiness of the envelope of the upper half of the spectrum: 1 of noise, more of impacts
    Band,     ///< root mean square in one of `bands` equal bands from 0 to half the sampling rate, in the signal's unit
};
inline constexpr std::uint32_t bands = 8;
[[nodiscard]] std::string_view nameOf(Measure measure); ///< `level`, `spread`, `rms`, `kurtosis`, `crest`, `envelope`, `band`

/// Which measures are judged together.
enum class Kind : std::uint8_t { Level, Spread, Vibration };
inline constexpr std::size_t kinds = 3;
[[nodiscard]] std::string_view nameOf(Kind kind); ///< `level`, `spread`, `vibration`
[[nodiscard]] constexpr Kind kindOf(Measure measure) {
    return measure <= Measure::Spread ? static_cast<Kind>(measure) : Kind::Vibration;
}

/// One measure of one signal: where it normally is. Standardised, it is (x - location) / scale.
struct Feature {
    std::uint32_t signal = 0; ///< index in `Model::signals`
    Measure measure = Measure::Level;
    std::uint32_t band = 0; ///< of `Measure::Band`
    double location = 0;    ///< median; of the logarithm, unless it is a level
    double scale = 1;       ///< > 0: 1.4826 times the median absolute deviation (`robustScale`)
    double floor = 0;       ///< added before the logarithm is taken
    double limit = 1;       ///< > 0: the standardised value is within ± of this but for the false-alarm rate

    [[nodiscard]] double compared(double value) const; ///< the value as it is standardised
    /// The standardised value, within ±1e9 so that no square overflows; 0, which is normal, of one that is not known (NaN).
    [[nodiscard]] double standardised(double value) const;
    [[nodiscard]] double normal() const; ///< the location in the signal's unit
};

/// Features that are judged together by their Mahalanobis distance: y = whitening * standardised features, D² = y · y. As the
/// whitening is symmetric, y_i² is feature i's part in D² (complete decomposition, Alcala and Qin, Automatica 45, 2009).
struct Group {
    Kind kind = Kind::Level;
    std::vector<Feature> features;
    std::vector<double> whitening; ///< rows of the inverse square root of the covariance, as many as features, each as long
    double shrinkage = 0;          ///< Ledoit and Wolf's, in [0, 1]
    double limit = 1;              ///< > 0: of D²

    /// Fills `y`, as long as `z`, of standardised features; returns D².
    double whiten(std::span<const double> z, std::span<double> y) const;
};

/// A signal that is not watched, and why.
struct LeftOut {
    std::string name;
    std::string reason;
};

struct Equipment {
    std::string name; ///< its path in the plant; `log` where there is none
    std::vector<Group> groups;
    std::uint64_t steps = 0; ///< that were learnt from
};

/// How samples are condensed, and when to speak of an anomaly.
struct Options {
    Duration step{};              ///< > 0: one evaluation each, at whole multiples since 1970 UTC
    std::uint32_t window = 20;    ///< steps that a feature looks back on, this one included: 2 to 1000
    double falseAlarmRate = 0.01; ///< share of normal steps above the limit, in (0, 0.5]
    std::uint32_t raise = 5;      ///< an anomaly begins when at least so many …
    std::uint32_t of = 10;        ///< … of the last so many steps are above the limit, and ends when none is: 1 to 1000
};
/// Errors: Invalid, naming what is outside its bounds.
[[nodiscard]] Result<void> check(const Options& options);

struct Model {
    Options options;
    TimeInterval learnt; ///< first and last sample that was learnt from
    std::vector<Signal> signals;
    std::vector<Equipment> equipment;
    std::vector<LeftOut> leftOut;
};

/// What of the model is about one of its equipments, with the signals that it watches.
[[nodiscard]] Model narrowed(const Model& model, std::size_t equipment);

/// Of one group: what watching it costs grows by the square of its features, learning by the cube.
inline constexpr std::size_t mostFeaturesTogether = 256;
inline constexpr std::size_t mostCells = 50'000'000; ///< that `cellsOf` may count: 0.8 GB

/// What watching the signals holds, in numbers.
[[nodiscard]] std::size_t cellsOf(const std::vector<Signal>& signals, const Options& options);

/// The model as JSON; docs/condition.md describes the format.
[[nodiscard]] std::string writeModel(const Model& model);
/// Errors: Malformed and Invalid, saying what is wrong where. `name` is used in messages.
[[nodiscard]] Result<Model> readModel(std::string_view text, const std::string& name);

} // namespace millwright::condition
