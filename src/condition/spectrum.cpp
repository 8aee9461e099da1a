#include <algorithm>
#include <cmath>
#include <condition/spectrum.hpp>
#include <numbers>

namespace millwright::condition {

Spectrum::Spectrum(std::size_t length) : block_(length), roots_(length / 2), taper_(length) {
    const double turn = 2 * std::numbers::pi / static_cast<double>(length);
    for (std::size_t k = 0; k < roots_.size(); ++k)
        roots_[k] = {std::cos(turn * static_cast<double>(k)), -std::sin(turn * static_cast<double>(k))};
    // Hann's window, scaled so that noise keeps its power: strong lines do not leak into far bands.
    for (std::size_t k = 0; k < length; ++k) taper_[k] = std::sqrt(8.0 / 3) * 0.5 * (1 - std::cos(turn * static_cast<double>(k)));
}

/// Cooley and Tukey's, in place, radix 2.
void Spectrum::transform(bool inverse) {
    const std::size_t n = block_.size();
    for (std::size_t i = 1, j = 0; i < n; ++i) {
        std::size_t bit = n / 2;
        for (; j & bit; bit /= 2) j ^= bit;
        j |= bit;
        if (i < j) std::swap(block_[i], block_[j]);
    }
    for (std::size_t half = 1; half < n; half *= 2)
        for (std::size_t from = 0; from < n; from += 2 * half)
            for (std::size_t k = 0; k < half; ++k) {
                std::complex<double> root = roots_[k * (n / (2 * half))];
                if (inverse) root = std::conj(root);
                const std::complex<double> a = block_[from + k], b = block_[from + k + half];
                const std::complex<double> turned{b.real() * root.real() - b.imag() * root.imag(),
                                                  b.real() * root.imag() + b.imag() * root.real()};
                block_[from + k] = a + turned;
                block_[from + k + half] = a - turned;
            }
}

Vibration Spectrum::describe(std::span<const double> block) {
    const std::size_t n = block_.size();
    const double count = static_cast<double>(n);
    double mean = 0;
    for (const double x : block) mean += x / count;
    Vibration found;
    double second = 0, fourth = 0, largest = 0;
    for (const double x : block) {
        const double square = (x - mean) * (x - mean);
        second += square / count;
        fourth += square * square / count;
        largest = std::max(largest, square);
    }
    if (!(second > 0) || !std::isfinite(fourth)) return found;
    found.rms = std::sqrt(second);
    found.kurtosis = fourth / (second * second);
    found.crest = std::sqrt(largest / second);

    for (std::size_t i = 0; i < n; ++i) block_[i] = (block[i] - mean) * taper_[i];
    transform(false);
    for (std::size_t k = 1; k < n / 2; ++k)
        found.band[k * 2 * bands / n] += 2 * std::norm(block_[k]) / (count * count); // both halves of the spectrum (Parseval)
    for (double& power : found.band) power = std::sqrt(power);

    // The analytic signal of the upper half: impacts ring at high frequencies, however strong the rest is.
    for (std::size_t i = 0; i < n; ++i) block_[i] = block[i] - mean;
    transform(false);
    std::fill(block_.begin(), block_.begin() + static_cast<std::ptrdiff_t>(n / 4), 0.0);
    std::fill(block_.begin() + static_cast<std::ptrdiff_t>(n / 2), block_.end(), 0.0);
    transform(true);
    double sum = 0, squares = 0;
    for (const std::complex<double>& x : block_) sum += std::norm(x) / count;
    for (const std::complex<double>& x : block_) squares += (std::norm(x) - sum) * (std::norm(x) - sum) / count;
    found.envelope = sum > 0 ? std::sqrt(squares) / sum : 0;
    return found;
}

} // namespace millwright::condition
