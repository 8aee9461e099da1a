#pragma once

#include <millwright/plant/plant.hpp>

#include <cstdint>
#include <optional>
#include <vector>

/// Process capability of a measured quality: how well what varies by itself fits between the specification limits.
namespace millwright::kpi {

/// Sums of integers that hold products of two int64.
__extension__ using Wide = __int128;

/// What was measured of one quality in an interval: sums of deviations from the middle of the specification, in millionths of the
/// tolerance, so that those of intervals that follow each other add up to that of the whole, exactly.
struct Spread {
    std::uint64_t measured = 0; ///< measurements
    Wide sum = 0;               ///< of deviations
    Wide squares = 0;
    std::uint64_t groups = 0; ///< whole subgroups that ended in the interval
    Wide groupSum = 0;        ///< of the deviations in them
    Wide groupScatter = 0;    ///< of n * sum of squares - square of the sum, of each

    Spread& operator+=(const Spread& later);
    friend bool operator==(const Spread&, const Spread&) = default;
};

/// A signal with a specification.
struct Characteristic {
    static constexpr std::uint32_t always = 0xFFFFFFFF;
    SignalIndex signal = noSignal;
    /// Index in `Plant::kpis` of the equipment that it is measured at, or the nearest above it with KPIs: a measurement counts
    /// while that produces. `always`: there is none, every measurement counts.
    std::uint32_t machine = always;
    double middle = 0; ///< in the signal's unit; the one limit where there is no other
    double unit = 1;   ///< what deviations are divided by: a millionth of the tolerance, or of the one limit

    /// In the unit of `Spread`; nothing for what is no number.
    [[nodiscard]] std::optional<std::int64_t> deviation(double value) const;
};
/// The plant's, in the order of its signals.
[[nodiscard]] std::vector<Characteristic> characteristicsOf(const plant::Plant& plant);

/// Collects measurements into subgroups of the specification's size.
class Subgroup {
public:
    void measure(std::int64_t deviation, std::uint32_t size, Spread& spread);
    /// What comes next is measured of something else.
    void interrupt() { *this = {}; }

private:
    std::uint32_t count_ = 0;
    Wide sum_ = 0, squares_ = 0;
};

/// Without a value where too little was measured, where nothing varies, or where a limit is missing. In the signal's unit.
struct Capability {
    std::uint64_t measured = 0, groups = 0;
    std::optional<double> mean;            ///< of all measurements
    std::optional<double> deviation;       ///< s, standard deviation of all measurements, n - 1
    std::optional<double> groupMean;       ///< mean of the subgroups' means
    std::optional<double> withinDeviation; ///< sigma, estimated from within the subgroups: root of the mean of their variances
    std::optional<double> cp;              ///< (USL - LSL) / (6 sigma): ISO 22400-2:2014, "process capability index"
    std::optional<double> cpk; ///< min(USL - mean of means, mean of means - LSL) / (3 sigma): "critical process capability index"
    std::optional<double> pp;  ///< (USL - LSL) / (6 s): the formula of "machine capability index"; ISO 22514-2 calls it Pp
    std::optional<double> ppk; ///< min(USL - mean, mean - LSL) / (3 s): "critical machine capability index"; ISO 22514-2: Ppk
};
/// `spread` is that of `characteristic`, whose signal has `specification`. Thread: any.
[[nodiscard]] Capability capabilityOf(const Characteristic& characteristic, const plant::Specification& specification,
                                      const Spread& spread);

} // namespace millwright::kpi
