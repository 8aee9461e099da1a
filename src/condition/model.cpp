#include <millwright/condition/model.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::condition {

std::string_view nameOf(Measure measure) {
    constexpr std::string_view names[] = {"level", "spread", "rms", "kurtosis", "crest", "envelope", "band"};
    return names[static_cast<std::size_t>(measure)];
}

std::string_view nameOf(Kind kind) {
    constexpr std::string_view names[kinds] = {"level", "spread", "vibration"};
    return names[static_cast<std::size_t>(kind)];
}

std::size_t cellsOf(const std::vector<Signal>& signals, const Options& options) {
    std::size_t cells = 0;
    for (const Signal& signal : signals) {
        cells += options.window;
        if (signal.block > 0) cells += signal.block + options.window * (bands + 4) / 2; // half a cell each
    }
    return cells;
}

double Feature::compared(double value) const {
    return measure == Measure::Level ? value : std::log(value + floor);
}

double Feature::standardised(double value) const {
    constexpr double farthest = 1e9;
    return std::isnan(value) ? 0 : std::clamp((compared(value) - location) / scale, -farthest, farthest);
}

double Feature::normal() const {
    return measure == Measure::Level ? location : std::exp(location) - floor;
}

double Group::whiten(std::span<const double> z, std::span<double> y) const {
    const std::size_t size = z.size();
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const double* row = whitening.data() + i * size;
        y[i] = 0;
        for (std::size_t j = 0; j < size; ++j) y[i] += row[j] * z[j];
        sum += y[i] * y[i];
    }
    return sum;
}

Model narrowed(const Model& model, std::size_t equipment) {
    Model narrow;
    narrow.options = model.options;
    narrow.learnt = model.learnt;
    narrow.equipment.push_back(model.equipment[equipment]);
    std::vector<std::uint32_t> placeOf(model.signals.size(), static_cast<std::uint32_t>(model.signals.size()));
    for (Group& group : narrow.equipment.front().groups)
        for (Feature& feature : group.features) {
            std::uint32_t& place = placeOf[feature.signal];
            if (place == model.signals.size()) {
                place = static_cast<std::uint32_t>(narrow.signals.size());
                narrow.signals.push_back(model.signals[feature.signal]);
            }
            feature.signal = place;
        }
    return narrow;
}

Result<void> check(const Options& options) {
    const auto wrong = [](std::string message) { return failure(ErrorCode::Invalid, std::move(message)); };
    if (options.step < std::chrono::microseconds{1} || options.step > std::chrono::days{36500})
        return wrong(std::format("a step of {} is not between 1 µs and 36500 days", formatDuration(options.step)));
    if (options.window < 2 || options.window > 1000)
        return wrong(std::format("a window of {} steps is not 2 to 1000", options.window));
    if (!(options.falseAlarmRate > 0 && options.falseAlarmRate <= 0.5))
        return wrong(std::format("a false-alarm rate of {} is not above 0 and up to 0.5", options.falseAlarmRate));
    if (options.of < 1 || options.of > 1000 || options.raise < 1 || options.raise > options.of)
        return wrong(std::format("to raise at {} of {} steps is not possible: 1/1 to 1000/1000", options.raise, options.of));
    return {};
}

} // namespace millwright::condition
