#include <millwright/condition/model.hpp>

#include <cmath>
#include <format>

namespace millwright::condition {

std::string_view nameOf(Measure measure) {
    constexpr std::string_view names[measures] = {"level", "spread"};
    return names[static_cast<std::size_t>(measure)];
}

double Feature::compared(double value) const {
    return measure == Measure::Level ? value : std::log(value + floor);
}

double Feature::normal() const {
    return measure == Measure::Level ? location : std::exp(location) - floor;
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
