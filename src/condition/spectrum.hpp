#pragma once

#include <millwright/condition/model.hpp>

#include <array>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace millwright::condition {

/// What a block of a vibration is described by. Everything but kurtosis, crest factor and envelope is in the signal's unit.
struct Vibration {
    double rms = 0;      ///< about the mean
    double kurtosis = 0; ///< fourth moment over the squared second: 3 of noise, 1.5 of a sine, more of impacts
    double crest = 0;    ///< largest deviation over rms
    double envelope = 0; ///< of the upper half of the spectrum: deviation of the squared envelope over its mean, 1 of noise
    std::array<double, bands> band{}; ///< root mean square in equal bands from 0 to half the sampling rate
};

/// Describes blocks of a fixed length, sampled evenly. Allocates nothing once made. Thread: one at a time.
class Spectrum {
public:
    /// `length` is a power of two from 64.
    explicit Spectrum(std::size_t length);

    [[nodiscard]] std::size_t length() const { return block_.size(); }
    /// Of finite numbers, as many as the length.
    [[nodiscard]] Vibration describe(std::span<const double> block);

private:
    void transform(bool inverse);

    std::vector<std::complex<double>> block_;
    std::vector<std::complex<double>> roots_; ///< e^(-2 pi i k / length)
    std::vector<double> taper_;
};

} // namespace millwright::condition
