#include "telemetry/import/cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace millwright::telemetry {
namespace {

using namespace std::chrono;

constexpr bool digit(char character) {
    return character >= '0' && character <= '9';
}

/// Takes up to `most` digits off the front of `text`; false if there is none.
bool takeNumber(std::string_view& text, std::size_t most, int& number) {
    number = 0;
    std::size_t count = 0;
    for (; count < most && count < text.size() && digit(text[count]); ++count) number = number * 10 + (text[count] - '0');
    text.remove_prefix(count);
    return count > 0;
}

bool take(std::string_view& text, char character) {
    if (!text.starts_with(character)) return false;
    text.remove_prefix(1);
    return true;
}

/// Digits after a decimal mark as nanoseconds; those beyond the ninth are cut off.
std::int64_t takeFraction(std::string_view& text) {
    std::int64_t value = 0;
    std::size_t count = 0;
    for (; count < text.size() && digit(text[count]); ++count)
        if (count < 9) value = value * 10 + (text[count] - '0');
    for (std::size_t i = count; i < 9; ++i) value *= 10;
    text.remove_prefix(count);
    return value;
}

struct Parts {
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    std::int64_t nanosecond = 0;
    bool afternoon = false;
    bool twelveHours = false;
    std::optional<Duration> zone;
};

std::optional<Time> timeOfParts(const Parts& parts, Duration zone) {
    const year_month_day date{year{parts.year}, month{static_cast<unsigned>(parts.month)}, day{static_cast<unsigned>(parts.day)}};
    int hour = parts.hour;
    if (parts.twelveHours) hour = hour % 12 + (parts.afternoon ? 12 : 0);
    // What int64 nanoseconds can hold.
    if (!date.ok() || parts.year < 1678 || parts.year > 2261 || hour > 23 || parts.minute > 59 || parts.second > 60)
        return std::nullopt;
    return Time{sys_days{date}} + hours{hour} + minutes{parts.minute} + std::chrono::seconds{parts.second} +
           Duration{parts.nanosecond} - parts.zone.value_or(zone);
}

/// `Z`, `+09:00`, `+0900`; `Z+0900`, as mosquitto_sub writes local time, is that zone, too.
bool takeZone(std::string_view& text, Parts& parts) {
    if (take(text, 'Z')) parts.zone = Duration{0};
    if (!text.starts_with('+') && !text.starts_with('-')) return true;
    const bool west = text.front() == '-';
    text.remove_prefix(1);
    int hour = 0;
    int minute = 0;
    if (!takeNumber(text, 2, hour)) return false;
    take(text, ':');
    takeNumber(text, 2, minute);
    const Duration offset = hours{hour} + minutes{minute};
    parts.zone = west ? -offset : offset;
    return true;
}

/// `2026-11-23`, `2026-11-23T01:43`, `2026-11-23 01:43:00.5+09:00`.
std::optional<Time> parseIso(std::string_view text, Duration zone) {
    Parts parts;
    if (!takeNumber(text, 4, parts.year) || !take(text, '-') || !takeNumber(text, 2, parts.month) || !take(text, '-') ||
        !takeNumber(text, 2, parts.day))
        return std::nullopt;
    if (take(text, 'T') || take(text, ' ')) {
        if (!takeNumber(text, 2, parts.hour) || !take(text, ':') || !takeNumber(text, 2, parts.minute)) return std::nullopt;
        if (take(text, ':') && !takeNumber(text, 2, parts.second)) return std::nullopt;
        if (take(text, '.') || take(text, ',')) parts.nanosecond = takeFraction(text);
    }
    if (!takeZone(text, parts) || !text.empty()) return std::nullopt;
    return timeOfParts(parts, zone);
}

bool takeMonthName(std::string_view& text, int& number) {
    constexpr std::array<std::string_view, 12> names{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
    if (text.size() < 3) return false;
    std::string lower;
    for (const char character : text.substr(0, 3)) lower.push_back(static_cast<char>(character | 0x20));
    const auto found = std::ranges::find(names, lower);
    if (found == names.end()) return false;
    number = static_cast<int>(found - names.begin()) + 1;
    text.remove_prefix(3);
    return true;
}

bool takeField(char field, std::string_view& text, Parts& parts) {
    switch (field) {
    case 'Y': return takeNumber(text, 4, parts.year);
    case 'y': {
        if (!takeNumber(text, 2, parts.year)) return false;
        parts.year += parts.year < 69 ? 2000 : 1900; // POSIX strptime
        return true;
    }
    case 'm': return takeNumber(text, 2, parts.month);
    case 'b': return takeMonthName(text, parts.month);
    case 'd': return takeNumber(text, 2, parts.day);
    case 'H': return takeNumber(text, 2, parts.hour);
    case 'I': parts.twelveHours = true; return takeNumber(text, 2, parts.hour);
    case 'p': {
        if (text.size() < 2 || (text[1] | 0x20) != 'm') return false;
        parts.afternoon = (text[0] | 0x20) == 'p';
        text.remove_prefix(2);
        return true;
    }
    case 'M': return takeNumber(text, 2, parts.minute);
    case 'S':
        if (!takeNumber(text, 2, parts.second)) return false;
        if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && digit(text[1])) {
            text.remove_prefix(1);
            parts.nanosecond = takeFraction(text);
        }
        return true;
    case 'f': parts.nanosecond = takeFraction(text); return true;
    case 'z': return takeZone(text, parts);
    case '%': return take(text, '%');
    default: return false;
    }
}

std::optional<Time> parsePattern(std::string_view pattern, std::string_view text, Duration zone) {
    Parts parts;
    while (!pattern.empty()) {
        const char character = pattern.front();
        pattern.remove_prefix(1);
        if (character == '%' && !pattern.empty()) {
            const char field = pattern.front();
            pattern.remove_prefix(1);
            if (!takeField(field, text, parts)) return std::nullopt;
        } else if (!take(text, character)) {
            return std::nullopt;
        }
    }
    return text.empty() ? timeOfParts(parts, zone) : std::nullopt;
}

std::string lowered(std::string_view text) {
    std::string lower;
    for (const char character : text)
        lower.push_back(character >= 'A' && character <= 'Z' ? static_cast<char>(character | 0x20) : character);
    return lower;
}

constexpr std::array<std::string_view, 3> timeWords{"time", "date", "epoch"};

bool speaksOfTime(std::string_view name) {
    const std::string lower = lowered(name);
    return std::ranges::any_of(timeWords, [&](std::string_view word) { return lower.contains(word); });
}

/// `test_time_second`, `Time [s]`; not `update`.
bool hasTimeWord(std::string_view name) {
    const std::string lower = lowered(name);
    for (std::string_view rest = lower; !rest.empty();) {
        std::size_t end = 0;
        while (end < rest.size() && rest[end] >= 'a' && rest[end] <= 'z') ++end;
        if (std::ranges::contains(timeWords, rest.substr(0, end))) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

bool isNamedTime(std::string_view name) {
    constexpr std::array<std::string_view, 11> names{"time",     "timestamp", "ts",        "t",          "tst",        "date",
                                                     "datetime", "date_time", "date time", "time_stamp", "source_time"};
    return std::ranges::contains(names, std::string_view{lowered(name)});
}

/// A date, or a number that is one since 1970.
bool isMoment(std::string_view text, const Mapping& mapping) {
    if (double number = 0; parseNumber(text, mapping.decimal, number)) {
        constexpr double from = 978'307'200; // 2001
        constexpr double to = 4'102'444'800; // 2100
        return std::ranges::any_of(std::array{1e0, 1e3, 1e6, 1e9},
                                   [&](double unit) { return number >= from * unit && number < to * unit; });
    }
    return parseIso(text, {}).has_value();
}

/// The number of the only candidate of which `is` holds.
template <typename Is>
std::optional<std::size_t> onlyOne(const std::vector<TimeCandidate>& candidates, Is is) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (!is(candidates[i])) continue;
        if (found) return std::nullopt;
        found = i;
    }
    return found;
}

/// A plain decimal as a whole number of ns, without going through a double, which would lose digits of ns since 1970.
std::optional<std::int64_t> scaledDecimal(std::string_view text, std::int64_t unit, char decimal) {
    const bool negative = take(text, '-');
    if (!negative) take(text, '+');
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error == std::errc::result_out_of_range || whole < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc{} && !text.starts_with(decimal)) return std::nullopt;
    std::int64_t fraction = 0;
    if (take(text, decimal)) fraction = takeFraction(text);
    if (!text.empty()) return std::nullopt;
    std::int64_t value = 0;
    if (__builtin_mul_overflow(whole, unit, &value)) return std::nullopt;
    const std::int64_t rest = fraction / (1'000'000'000 / unit);
    if (__builtin_add_overflow(value, rest, &value)) return std::nullopt;
    return negative ? -value : value;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

std::optional<std::size_t> guessTime(const std::vector<TimeCandidate>& candidates, const Mapping& mapping) {
    const auto named = std::ranges::find_if(candidates, [](const TimeCandidate& one) { return isNamedTime(one.name); });
    if (named != candidates.end()) return static_cast<std::size_t>(named - candidates.begin());
    const auto moment = [&](const TimeCandidate& one) { return isMoment(one.example, mapping); };
    const auto spoken = std::ranges::find_if(candidates, [&](const auto& one) { return speaksOfTime(one.name) && moment(one); });
    if (spoken != candidates.end()) return static_cast<std::size_t>(spoken - candidates.begin());
    if (const auto only = onlyOne(candidates, moment)) return only;
    return onlyOne(candidates, [](const TimeCandidate& one) { return hasTimeWord(one.name); });
}

bool parseNumber(std::string_view text, char decimal, double& number) {
    std::array<char, 64> copy{};
    if (text.starts_with('+')) text.remove_prefix(1);
    if (decimal != '.') {
        if (text.size() > copy.size() || text.find('.') != std::string_view::npos) return false;
        std::ranges::replace_copy(text, copy.begin(), decimal, '.');
        text = {copy.data(), text.size()};
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

TimeReader::TimeReader(std::string format, const Mapping& mapping)
    : format_{std::move(format)}, decimal_{mapping.decimal}, start_{mapping.timeStart.value_or(Time{})}, zone_{mapping.timeZone} {
    if (format_ == "s") unit_ = 1'000'000'000;
    if (format_ == "ms") unit_ = 1'000'000;
    if (format_ == "us") unit_ = 1'000;
    if (format_ == "ns") unit_ = 1;
}

std::string TimeReader::guess(std::string_view example, const Mapping& mapping) {
    double number = 0;
    if (parseNumber(example, mapping.decimal, number)) {
        if (mapping.timeStart) return "s";
        const double size = std::abs(number); // a date after 1973, in whatever unit makes it one
        return size > 1e17 ? "ns" : size > 1e14 ? "us" : size > 1e11 ? "ms" : "s";
    }
    return parseIso(example, {}) ? "iso" : "";
}

std::optional<Time> TimeReader::read(std::string_view text) const {
    if (unit_ > 0) {
        auto value = scaledDecimal(text, unit_, decimal_);
        if (double number = 0;
            !value && parseNumber(text, decimal_, number) && std::abs(number) * static_cast<double>(unit_) < 9e18)
            value = static_cast<std::int64_t>(number * static_cast<double>(unit_)); // 1.5e9
        std::int64_t sum = 0;
        if (!value || __builtin_add_overflow(nanoseconds(start_), *value, &sum)) return std::nullopt;
        return timeFromNanoseconds(sum);
    }
    return format_ == "iso" ? parseIso(text, zone_) : parsePattern(format_, text, zone_);
}

} // namespace millwright::telemetry
