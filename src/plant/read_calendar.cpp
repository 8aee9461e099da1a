#include "plant/read_calendar.hpp"

#include "plant/reader.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <format>
#include <set>
#include <string_view>
#include <vector>

namespace millwright::plant {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 7> dayWords{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr Duration day = 24h, week = 7 * day;

/// `06:00` up to `24:00`.
std::optional<Duration> clockTime(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
    const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
    if (hours > 24 || minutes > 59 || (hours == 24 && minutes > 0)) return std::nullopt;
    return std::chrono::hours{hours} + std::chrono::minutes{minutes};
}

/// `+09:00`, `-03:30`.
std::optional<Duration> offsetOf(std::string_view text) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    const auto length = clockTime(text.substr(1));
    if (!length || *length > 14h) return std::nullopt;
    return text.front() == '-' ? -*length : *length;
}

/// When somebody works, after the beginning of a week, and where the file says so.
struct Stretch {
    Duration from{}, to{};
    std::string_view shift;
    Position at;
};

/// Stretches of a week that reach into the next overlap with its beginning.
void reportOverlaps(std::vector<Stretch> stretches, ReadContext& context) {
    for (std::size_t i = 0, count = stretches.size(); i < count; ++i) {
        Stretch next = stretches[i];
        next.from += week;
        next.to += week;
        stretches.push_back(next);
    }
    std::ranges::stable_sort(stretches, {}, &Stretch::from);
    for (std::size_t i = 1; i < stretches.size(); ++i) {
        const Stretch &before = stretches[i - 1], &after = stretches[i];
        if (after.from >= before.to) continue;
        context.problems.add(
            after.at, std::format("shift '{}' begins before shift '{}' ends: shifts do not overlap", after.shift, before.shift));
        return;
    }
}

class CalendarReader {
public:
    CalendarReader(ReadContext& context, Calendar& calendar) : context_{context}, calendar_{calendar} {}

    void shift(const Node& table) {
        const Reader reader{table};
        Shift shift{.id = reader.text("id"), .period = week, .hours = {}};
        if (!ids_.insert(shift.id).second)
            context_.problems.add(reader.at("id"), std::format("shift '{}' was already declared", shift.id));
        const auto from = clock(reader, "from"), to = clock(reader, "to");
        if (!from || !to) return;
        for (std::size_t d = 0; d < dayWords.size(); ++d) {
            if (!worksOn(reader, d)) continue;
            const Duration begin = static_cast<std::int64_t>(d) * day + *from;
            const Duration end = static_cast<std::int64_t>(d) * day + *to + (*to <= *from ? day : Duration{});
            shift.hours.push_back({begin, end});
            stretches_.push_back(
                {begin, end, reader.find("id") != nullptr ? reader.find("id")->text : std::string_view{}, table.at});
        }
        calendar_.shifts.push_back(std::move(shift));
    }

    void finish() { reportOverlaps(stretches_, context_); }

private:
    std::optional<Duration> clock(const Reader& reader, std::string_view key) {
        const Node* node = reader.find(key, Node::Kind::String);
        if (node == nullptr) return std::nullopt; // the structure check has said so
        const auto time = clockTime(node->text);
        if (!time)
            context_.problems.add(node->at, std::format("'{}' is no time of the day: write hours and minutes, such as \"06:00\"",
                                                        node->text.substr(0, 80)));
        return time;
    }

    bool worksOn(const Reader& reader, std::size_t d) {
        const Node* days = reader.find("days", Node::Kind::Array);
        if (days == nullptr) return true;
        bool found = false;
        for (const Node& word : days->children) {
            if (word.kind != Node::Kind::String) continue;
            found = found || word.text == dayWords[d];
            if (d == 0 && !std::ranges::contains(dayWords, word.text))
                context_.problems.add(
                    word.at, std::format("'{}' is no day of the week{}", word.text.substr(0, 80), didYouMean(word.text, dayWords)));
        }
        return found;
    }

    ReadContext& context_;
    Calendar& calendar_;
    std::set<std::string> ids_;
    std::vector<Stretch> stretches_;
};

} // namespace

Calendar readCalendar(const Node& root, ReadContext& context) {
    Calendar calendar;
    const Node* table = root.find("calendar");
    if (table == nullptr || table->kind != Node::Kind::Table) return calendar;
    const Reader reader{*table};
    if (const Node* offset = reader.find("utc_offset", Node::Kind::String)) {
        const auto read = offsetOf(offset->text);
        calendar.utcOffset = read.value_or(Duration{});
        if (!read)
            context.problems.add(offset->at, std::format("'{}' is no offset from UTC: write it such as \"+09:00\" or \"-03:30\"",
                                                         offset->text.substr(0, 80)));
    }
    CalendarReader shifts{context, calendar};
    for (const Node& each : Reader::tables(table, "shift")) shifts.shift(each);
    shifts.finish();
    return calendar;
}

} // namespace millwright::plant
