#include <millwright/core/time.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <limits>
#include <optional>

namespace millwright {
namespace {

using namespace std::chrono_literals;

/// Reads text from the left; every `take…` either consumes what it wants or leaves the cursor alone.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_{text} {}

    [[nodiscard]] bool atEnd() const { return rest_.empty(); }
    [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

    bool take(char c) {
        if (peek() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// Exactly `digits` decimal digits.
    std::optional<int> takeNumber(std::size_t digits) {
        if (rest_.size() < digits) return std::nullopt;
        int number = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            number = number * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return number;
    }

    /// Digits of a decimal fraction as nanoseconds; digits past the ninth are dropped.
    std::optional<std::int64_t> takeFraction() {
        std::int64_t nanos = 0;
        int digits = 0;
        for (; peek() >= '0' && peek() <= '9'; rest_.remove_prefix(1), ++digits)
            if (digits < 9) nanos = nanos * 10 + (peek() - '0');
        if (digits == 0) return std::nullopt;
        for (; digits < 9; ++digits) nanos *= 10;
        return nanos;
    }

    std::string_view takeLetters() {
        std::size_t length = 0;
        while (length < rest_.size() &&
               ((rest_[length] >= 'a' && rest_[length] <= 'z') || rest_[length] == '\xC2' || rest_[length] == '\xB5'))
            ++length;
        const std::string_view letters = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return letters;
    }

    std::optional<double> takeDecimal() {
        double number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number, std::chars_format::fixed);
        if (error != std::errc{}) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return number;
    }

private:
    std::string_view rest_;
};

std::unexpected<Error> notATime(std::string_view text) {
    return failure(ErrorCode::Malformed, std::format("'{}' is not a time; write it as 2026-11-23T08:30:00Z", text));
}

std::unexpected<Error> notADuration(std::string_view text) {
    return failure(ErrorCode::Malformed, std::format("'{}' is not a duration; write it as 90s, 10min, 1h30min or 250ms", text));
}

std::unexpected<Error> outsideOf(TimeInterval log, std::string_view text) {
    return failure(ErrorCode::OutOfRange, std::format("'{}' is outside the log, which runs from {} to {}", text,
                                                      formatTime(log.from), formatTime(log.to)));
}

/// `Z`, `+09:00`, `-0330` or nothing (UTC), as the offset to subtract.
std::optional<Duration> takeZone(Cursor& cursor) {
    if (cursor.atEnd()) return Duration::zero();
    if (cursor.take('Z') || cursor.take('z')) return cursor.atEnd() ? std::optional{Duration::zero()} : std::nullopt;
    const bool east = cursor.peek() == '+';
    if (!cursor.take('+') && !cursor.take('-')) return std::nullopt;
    const auto hours = cursor.takeNumber(2);
    cursor.take(':');
    const auto minutes = cursor.takeNumber(2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59 || !cursor.atEnd()) return std::nullopt;
    const Duration offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
    return east ? offset : -offset;
}

struct UnitName {
    std::string_view name;
    double seconds;
};

constexpr UnitName durationUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"\xC2\xB5s", 1e-6}, {"ms", 1e-3},
                                      {"s", 1},     {"min", 60},  {"h", 3600},         {"d", 86400}};

} // namespace

Duration durationFromSeconds(double seconds) {
    const double nanos = std::round(seconds * 1e9);
    if (std::isnan(nanos)) return Duration::zero();
    if (nanos >= 9.2233720368547748e18) return Duration::max();
    if (nanos <= -9.2233720368547748e18) return Duration::min();
    return Duration{static_cast<std::int64_t>(nanos)};
}

std::string formatTime(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return std::format("{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}.{:09d}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string formatDuration(Duration duration) {
    if (duration < Duration::zero()) return "-" + formatDuration(duration == Duration::min() ? Duration::max() : -duration);
    if (duration == Duration::zero()) return "0 s";
    if (duration < 1us) return std::format("{} ns", duration.count());
    if (duration < 1ms) return std::format("{:.3g} us", seconds(duration) * 1e6);
    if (duration < 1s) return std::format("{:.3g} ms", seconds(duration) * 1e3);
    if (duration < 1min) return std::format("{:.3g} s", seconds(duration));
    const Duration half = 500ms; // chrono's own rounding overflows at the longest durations
    const auto whole = std::chrono::floor<std::chrono::seconds>(duration - half).count() + 1;
    if (whole < 3600) return std::format("{} min {:02d} s", whole / 60, whole % 60);
    const auto wholeMinutes = whole / 60;
    if (whole < 86400) return std::format("{} h {:02d} min", wholeMinutes / 60, wholeMinutes % 60);
    return std::format("{} d {:02d} h", wholeMinutes / 1440, wholeMinutes % 1440 / 60);
}

Result<Time> parseTime(std::string_view text) {
    Cursor cursor{text};
    const auto year = cursor.takeNumber(4);
    const bool dash1 = cursor.take('-');
    const auto month = cursor.takeNumber(2);
    const bool dash2 = cursor.take('-');
    const auto day = cursor.takeNumber(2);
    if (!year || !month || !day || !dash1 || !dash2) return notATime(text);
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *year < 1678 || *year > 2261) return notATime(text);
    Time time = std::chrono::sys_days{date};
    if (cursor.atEnd()) return time;

    if (!cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) return notATime(text);
    const auto hour = cursor.takeNumber(2);
    const bool colon = cursor.take(':');
    const auto minute = cursor.takeNumber(2);
    if (!hour || !colon || !minute || *hour > 23 || *minute > 59) return notATime(text);
    time += std::chrono::hours{*hour} + std::chrono::minutes{*minute};
    if (cursor.take(':')) {
        const auto second = cursor.takeNumber(2);
        if (!second || *second > 60) return notATime(text); // 60: a leap second counts as the next minute's first
        time += std::chrono::seconds{*second};
        if (cursor.take('.') || cursor.take(',')) {
            const auto fraction = cursor.takeFraction();
            if (!fraction) return notATime(text);
            time += Duration{*fraction};
        }
    }
    const auto zone = takeZone(cursor);
    if (!zone) return notATime(text);
    return time - *zone;
}

Result<Duration> parseDuration(std::string_view text) {
    Cursor cursor{text};
    double total = 0;
    if (cursor.atEnd()) return notADuration(text);
    const bool negative = cursor.take('-');
    while (!cursor.atEnd()) {
        const auto number = cursor.takeDecimal();
        if (!number || *number < 0) return notADuration(text);
        const std::string_view unit = cursor.takeLetters();
        if (unit.empty()) { // a bare number is seconds, and only as the last part
            if (!cursor.atEnd()) return notADuration(text);
            total += *number;
            break;
        }
        const auto known = std::ranges::find(durationUnits, unit, &UnitName::name);
        if (known == std::end(durationUnits)) return notADuration(text);
        total += *number * known->seconds;
    }
    if (!(total <= 9.2e9)) return notADuration(text); // `nan` is a number to from_chars
    return durationFromSeconds(negative ? -total : total);
}

Result<Time> parseMoment(std::string_view text, TimeInterval log) {
    Time moment{};
    if (text == "start")
        moment = log.from;
    else if (text == "end")
        moment = log.to;
    else if (text.starts_with('+') || text.starts_with('-')) {
        const auto offset = parseDuration(text.substr(1));
        if (!offset) return std::unexpected(offset.error());
        // An offset beyond the log's other end is outside of it; adding it could leave the range of times.
        const bool forward = text.front() == '+';
        const auto length = static_cast<std::uint64_t>(nanoseconds(log.to)) - static_cast<std::uint64_t>(nanoseconds(log.from));
        if (*offset < Duration::zero() || static_cast<std::uint64_t>(offset->count()) > length) return outsideOf(log, text);
        moment = forward ? log.from + *offset : log.to - *offset;
    } else {
        const auto absolute = parseTime(text);
        if (!absolute)
            return failure(ErrorCode::Malformed,
                           std::format("'{}' is not a moment; write +10min, -30s, start, end or 2026-11-23T08:30:00Z", text));
        moment = *absolute;
    }
    if (moment < log.from || moment > log.to) return outsideOf(log, text);
    return moment;
}

} // namespace millwright
