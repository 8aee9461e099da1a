#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <utility>

namespace millwright::telemetry {

/// How long a client of a server waits before it tries to connect again: from half a second, doubled up to half a minute, each shortened by
/// chance by up to a half, so that clients that lost one server do not all come back in the same instant. Thread: one.
class BackOff {
public:
    [[nodiscard]] std::chrono::milliseconds next() {
        const auto longest = std::exchange(pause_, std::min(pause_ * 2, longestPause));
        return std::chrono::milliseconds{
            std::uniform_int_distribution<std::int64_t>{longest.count() / 2, longest.count()}(random_)};
    }
    /// After a connection that was good for `length`. One that did not last is no success: two clients that throw each other out
    /// would do so without end.
    void lasted(std::chrono::steady_clock::duration length) {
        if (length > std::chrono::seconds{10}) pause_ = firstPause;
    }

private:
    static constexpr std::chrono::milliseconds firstPause{500}, longestPause{30'000};
    std::chrono::milliseconds pause_ = firstPause;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace millwright::telemetry
