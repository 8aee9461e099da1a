#pragma once

#include <millwright/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace millwright {

/// A length of time: int64 nanoseconds.
using Duration = std::chrono::duration<std::int64_t, std::nano>;

/// A point in time: int64 nanoseconds since the Unix epoch, UTC.
using Time = std::chrono::sys_time<Duration>;

/// [from, to], both ends included.
struct TimeInterval {
    Time from{};
    Time to{};

    [[nodiscard]] Duration length() const { return to - from; }
    friend bool operator==(const TimeInterval&, const TimeInterval&) = default;
};

[[nodiscard]] constexpr Time timeFromNanoseconds(std::int64_t nanoseconds) {
    return Time{Duration{nanoseconds}};
}
[[nodiscard]] constexpr std::int64_t nanoseconds(Time time) {
    return time.time_since_epoch().count();
}
[[nodiscard]] constexpr double seconds(Duration duration) {
    return static_cast<double>(duration.count()) * 1e-9;
}
/// Nearest representable duration; saturates at the ends of int64.
[[nodiscard]] Duration durationFromSeconds(double seconds);

/// ISO 8601 UTC with nanoseconds, `2026-11-23T01:43:00.000000000Z`.
[[nodiscard]] std::string formatTime(Time time);
/// Shortest clear form for people: `1.5 s`, `2 min 05 s`, `3 h 02 min`, `250 ms`.
[[nodiscard]] std::string formatDuration(Duration duration);

/// Reads ISO 8601 (`2026-11-23`, `2026-11-23T01:43:00`, fractions to nanoseconds, `Z` or `+09:00`; no zone means UTC).
/// Errors: Malformed.
[[nodiscard]] Result<Time> parseTime(std::string_view text);
/// Reads `90`, `1.5s`, `250ms`, `10us`, `5ns`, `2min`, `3h`, `1d`, and sums such as `1h30min`; a bare number is seconds.
/// Errors: Malformed.
[[nodiscard]] Result<Duration> parseDuration(std::string_view text);
/// Reads a moment of a log the way a user types it: an absolute time as `parseTime`, `+DURATION` after the start of `log`,
/// `-DURATION` before its end, `start`, or `end`. Errors: Malformed; OutOfRange if outside `log`.
[[nodiscard]] Result<Time> parseMoment(std::string_view text, TimeInterval log);

} // namespace millwright
