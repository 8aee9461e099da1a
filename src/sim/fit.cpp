#include "sim/elementary.hpp"
#include "sim/family.hpp"
#include "sim/sampler.hpp"

#include <millwright/sim/fit.hpp>
#include <millwright/sim/statistics.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <limits>
#include <optional>

namespace millwright::sim {
namespace {

using plant::DistributionKind;
using Point = std::array<double, 2>;

constexpr DistributionKind families[] = {DistributionKind::Exponential, DistributionKind::Weibull, DistributionKind::Lognormal,
                                         DistributionKind::Gamma};
constexpr double narrow = 0.01;           // of the mean: what lies so close to it is constant
constexpr double shortest = 1e-9;         // seconds: a complete time of nothing, in the resolution of a log
constexpr std::size_t testedAtMost = 500; // a test of more refuses every model of something real
constexpr std::uint32_t bootstrapSamples = 199;
constexpr std::uint64_t bootstrapSeed = 1;

/// What a likelihood needs of the observations.
struct Times {
    std::vector<double> complete, cutOff;
};

Times timesOf(std::span<const Lifetime> lifetimes, bool withRests) {
    Times times;
    for (const Lifetime& each : lifetimes) {
        if (each.restOnly && !withRests) continue;
        if (!each.cutOff)
            times.complete.push_back(std::max(each.seconds, shortest));
        else if (each.seconds > 0)
            times.cutOff.push_back(each.seconds);
    }
    return times;
}

double sumOf(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
}

double logLikelihood(const Family& family, const Times& times) {
    double sum = 0;
    for (const double t : times.complete) sum += family.logDensity(t);
    for (const double t : times.cutOff) sum += family.logSurvival(t);
    return sum;
}

/// Slope and curvature of a function of two parameters, by central differences.
struct Surface {
    double value = 0;
    Point slope{};
    double xx = 0, xy = 0, yy = 0;

    [[nodiscard]] double determinant() const { return xx * yy - xy * xy; }
    [[nodiscard]] bool isHill() const { return xx < 0 && determinant() > 0; }
};

template <typename Function>
Surface surfaceAt(const Function& f, Point at) {
    constexpr double h = 1e-4;
    const auto moved = [&](double x, double y) { return f(Point{at[0] + x * h, at[1] + y * h}); };
    const double here = f(at), right = moved(1, 0), left = moved(-1, 0), up = moved(0, 1), down = moved(0, -1);
    Surface surface{.value = here, .slope = {(right - left) / (2 * h), (up - down) / (2 * h)}};
    surface.xx = (right - 2 * here + left) / (h * h);
    surface.yy = (up - 2 * here + down) / (h * h);
    surface.xy = (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / (4 * h * h);
    return surface;
}

/// The maximum of a function by Newton's method, uphill where it is not curved like a hill, in steps of no more than 1 that are
/// halved until they go up. Nothing where it does not come to rest.
template <typename Function>
std::optional<Point> maximum(const Function& f, Point at) {
    constexpr double still = 1e-7;
    for (int i = 0; i < 200; ++i) {
        const Surface here = surfaceAt(f, at);
        if (!std::isfinite(here.value)) return std::nullopt;
        Point step = here.slope;
        if (here.isHill())
            step = {(here.xy * here.slope[1] - here.yy * here.slope[0]) / here.determinant(),
                    (here.xy * here.slope[0] - here.xx * here.slope[1]) / here.determinant()};
        const double length = std::hypot(step[0], step[1]);
        if (!std::isfinite(length)) return std::nullopt;
        if (length < still) return here.isHill() ? std::optional{at} : std::nullopt;
        double share = std::min(1.0, 1 / length);
        const auto moved = [&] { return Point{at[0] + share * step[0], at[1] + share * step[1]}; };
        const double rounding = 1e-13 * std::abs(here.value);
        while (share * length > still / 10 && !(f(moved()) >= here.value - rounding)) share /= 2;
        at = moved();
    }
    return std::nullopt;
}

/// Where the search begins: mean and variation of ln t of all times, as if none were cut off.
Point startOf(DistributionKind kind, const Times& times) {
    double sum = 0, squares = 0;
    for (const double t : times.complete) sum += std::log(t);
    const auto n = static_cast<double>(times.complete.size());
    const double middle = sum / n;
    for (const double t : times.complete) squares += (std::log(t) - middle) * (std::log(t) - middle);
    const double deviation = std::clamp(std::sqrt(squares / n), 1e-4, 10.0);
    switch (kind) {
    case DistributionKind::Lognormal: return {middle, std::log(deviation)};
    // ln t of a Weibull variate has the deviation pi / (sqrt 6 shape) and the mean ln scale - 0.5772 / shape.
    case DistributionKind::Weibull: return {middle + 0.45 * deviation, std::log(1.2825 / deviation)};
    default: return {std::log(sumOf(times.complete) / n), -2 * std::log(deviation)};
    }
}

/// The deviation of the estimated ln mean: the delta method with the inverse of the observed information.
double deviationOfLogMean(const Family& family, const Times& times) {
    const Surface surface = surfaceAt([&](Point at) { return logLikelihood({family.kind, at}, times); }, family.at);
    const Point slope = surfaceAt([&](Point at) { return Family{family.kind, at}.logMean(); }, family.at).slope;
    const double variance =
        -(surface.yy * slope[0] * slope[0] - 2 * surface.xy * slope[0] * slope[1] + surface.xx * slope[1] * slope[1]) /
        surface.determinant();
    return std::sqrt(std::max(variance, 0.0));
}

Fit constantFit(const Times& times, double confidence) {
    const Estimate found = estimate(times.complete, confidence);
    return {.distribution = {.mean = found.mean},
            .mean = found.mean,
            .meanLow = found.mean - found.halfWidth,
            .meanHigh = found.mean + found.halfWidth,
            .confidence = confidence};
}

Fit exponentialFit(const Times& times, double confidence) {
    const double total = sumOf(times.complete) + sumOf(times.cutOff);
    const auto ended = static_cast<double>(times.complete.size());
    const double mean = total / ended;
    Fit fit{.distribution = {.kind = DistributionKind::Exponential, .mean = mean}, .mean = mean, .confidence = confidence};
    // Observation that ends at a stated time: between the exact intervals of r and r + 1 failures.
    const double extra = times.cutOff.empty() ? 0 : 2;
    fit.meanLow = 2 * total / chiSquaredQuantile(0.5 + confidence / 2, 2 * ended + extra);
    fit.meanHigh = 2 * total / chiSquaredQuantile(0.5 - confidence / 2, 2 * ended);
    fit.logLikelihood = -ended * (std::log(mean) + 1);
    return fit;
}

std::optional<Fit> searchedFit(DistributionKind kind, const Times& times, double confidence) {
    const auto at = maximum([&](Point point) { return logLikelihood({kind, point}, times); }, startOf(kind, times));
    if (!at) return std::nullopt;
    const Family family{kind, *at};
    const double deviation = deviationOfLogMean(family, times);
    const double reach = inverseNormal(0.5 + confidence / 2) * deviation, logMean = family.logMean();
    if (!std::isfinite(std::exp(logMean + reach))) return std::nullopt;
    return Fit{.distribution = family.distribution(),
               .mean = std::exp(logMean),
               .meanLow = std::exp(logMean - reach),
               .meanHigh = std::exp(logMean + reach),
               .confidence = confidence,
               .logLikelihood = logLikelihood(family, times)};
}

std::optional<Fit> fitTimes(DistributionKind kind, const Times& times, double confidence) {
    std::optional<Fit> fit;
    if (kind == DistributionKind::Constant)
        fit = constantFit(times, confidence);
    else if (kind == DistributionKind::Exponential)
        fit = exponentialFit(times, confidence);
    else
        fit = searchedFit(kind, times, confidence);
    if (!fit) return fit;
    const double parameters = kind == DistributionKind::Exponential ? 1 : 2;
    const auto n = static_cast<double>(times.complete.size());
    if (kind != DistributionKind::Constant)
        fit->aicc = 2 * parameters - 2 * fit->logLikelihood + 2 * parameters * (parameters + 1) / (n - parameters - 1);
    fit->complete = times.complete.size();
    fit->cutOff = times.cutOff.size();
    return fit;
}

/// One that goes on for longer than the others took shows that they are not.
bool isConstant(const Times& times) {
    const auto [least, most] = std::ranges::minmax(times.complete);
    const double mean = sumOf(times.complete) / static_cast<double>(times.complete.size());
    const bool longer = std::ranges::any_of(times.cutOff, [&](double t) { return t - mean > narrow * mean; });
    return most - mean <= narrow * mean && mean - least <= narrow * mean && !longer;
}

std::string tooFew(std::size_t found) {
    return std::format("{} complete {} seen, {} are needed", found, found == 1 ? "time was" : "times were", fewestComplete);
}

double distanceOf(std::vector<double> times, const plant::Distribution& distribution) {
    std::ranges::sort(times);
    const Family family = familyOf(distribution);
    const auto n = static_cast<double>(times.size());
    double most = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const double below = -std::expm1(family.logSurvival(times[i]));
        most = std::max({most, below - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - below});
    }
    return most;
}

// Nothing, too, when it is stopped.
std::optional<GoodnessOfFit> testOf(const Fit& fit, const Times& times, const Progress& progress) {
    if (times.cutOff.size() * 10 > times.complete.size() + times.cutOff.size()) return std::nullopt;
    const std::size_t stride = (times.complete.size() + testedAtMost - 1) / testedAtMost;
    Times tested;
    for (std::size_t i = 0; i < times.complete.size(); i += stride) tested.complete.push_back(times.complete[i]);
    const DistributionKind kind = fit.distribution.kind;
    const auto distance = [&](const Times& sample) -> std::optional<double> {
        const auto own = fitTimes(kind, sample, fit.confidence);
        return own ? std::optional{distanceOf(sample.complete, own->distribution)} : std::nullopt;
    };
    const auto found = distance(tested);
    if (!found) return std::nullopt;
    std::vector<double> tables;
    const Sampler sampler = makeSampler(fit.distribution, 0, 0, tables);
    std::uint32_t asFar = 1, drawn = 1; // the observed one is one of them
    for (std::uint32_t i = 0; i < bootstrapSamples; ++i) {
        if (progress.cancelled()) return std::nullopt;
        progress(static_cast<double>(i) / bootstrapSamples, std::format("{} of {} samples", i, bootstrapSamples));
        Stream stream;
        Times again;
        for (std::size_t j = 0; j < tested.complete.size(); ++j)
            again.complete.push_back(std::max(
                static_cast<double>(sample(sampler, stream, replicationSeed(bootstrapSeed, i), tables.data())) * 1e-9, shortest));
        const auto far = distance(again);
        if (!far) continue;
        ++drawn;
        asFar += *far >= *found ? 1 : 0;
    }
    return GoodnessOfFit{*found, static_cast<double>(asFar) / drawn};
}

} // namespace

std::string_view nameOf(DistributionKind kind) {
    constexpr std::array<std::string_view, 12> names{"constant",   "exponential", "erlang",  "gamma", "normal",    "lognormal",
                                                     "triangular", "uniform",     "weibull", "beta",  "empirical", "discrete"};
    return names[static_cast<std::size_t>(kind)];
}

double meanOf(const plant::Distribution& distribution) {
    return distribution.kind == DistributionKind::Constant ? distribution.mean : std::exp(familyOf(distribution).logMean());
}

double meanAbove(std::span<const Lifetime> lifetimes, double confidence) {
    double sum = 0;
    for (const Lifetime& each : lifetimes) sum += each.seconds;
    return -sum / std::log1p(-confidence);
}

std::expected<Fit, std::string> fitOf(DistributionKind kind, std::span<const Lifetime> lifetimes, double confidence) {
    const Times times = timesOf(lifetimes, kind == DistributionKind::Exponential);
    if (times.complete.size() < fewestComplete) return std::unexpected(tooFew(times.complete.size()));
    const auto fit = fitTimes(kind, times, confidence);
    if (!fit) return std::unexpected("the likelihood has no maximum: the times differ too little or too much for this kind");
    return *fit;
}

std::expected<Choice, std::string> chooseFit(std::span<const Lifetime> lifetimes, double confidence, const Progress& progress) {
    const Times times = timesOf(lifetimes, false);
    // Where too few began under our eyes, the rests of others can still give the one distribution without memory.
    if (times.complete.size() < fewestComplete) {
        auto only = fitOf(DistributionKind::Exponential, lifetimes, confidence);
        if (!only) return std::unexpected(std::move(only.error()));
        return Choice{.best = *only, .others = {}, .test = std::nullopt};
    }
    if (isConstant(times))
        return Choice{.best = *fitTimes(DistributionKind::Constant, times, confidence), .others = {}, .test = {}};
    std::vector<Fit> fits;
    for (const DistributionKind kind : families)
        if (auto fit = fitTimes(kind, times, confidence)) fits.push_back(*std::move(fit));
    std::ranges::stable_sort(fits, {}, &Fit::aicc);
    Choice choice{.best = fits.front(), .others = {fits.begin() + 1, fits.end()}, .test = testOf(fits.front(), times, progress)};
    if (choice.best.distribution.kind != DistributionKind::Exponential) return choice;
    const double comparable = choice.best.aicc; // of the same times as the others'
    choice.best = *fitOf(DistributionKind::Exponential, lifetimes, confidence);
    choice.best.aicc = comparable;
    return choice;
}

} // namespace millwright::sim
