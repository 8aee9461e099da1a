#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/import.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Texts of cells as times and numbers.
namespace millwright::telemetry {

[[nodiscard]] std::string_view trimmed(std::string_view text);

/// A time column, or a member, of which only the name and the first value are known.
struct TimeCandidate {
    std::string_view name, example;
};
/// Which one is the time: the one that is called so (`time`, `timestamp`, `ts` …), else the only one that clearly is one (a date,
/// or a number of seconds, ms, us or ns since 1970 between 2001 and 2100), preferably with a name that speaks of time, else the
/// only one whose name has the word `time`, `date` or `epoch`. Nothing if none is, or several may be.
[[nodiscard]] std::optional<std::size_t> guessTime(const std::vector<TimeCandidate>& candidates, const Mapping& mapping);

/// A finite number; `decimal` is the mark between whole and fraction. False for anything else, trailing text included.
[[nodiscard]] bool parseNumber(std::string_view text, char decimal, double& number);

/// Reads the time column of one file.
class TimeReader {
public:
    /// `format` as `Mapping::timeFormat`, not empty.
    TimeReader(std::string format, const Mapping& mapping);
    /// The format that `example` seems to have; empty when it is none that can be told.
    [[nodiscard]] static std::string guess(std::string_view example, const Mapping& mapping);

    [[nodiscard]] std::optional<Time> read(std::string_view text) const;
    [[nodiscard]] const std::string& format() const { return format_; }

private:
    std::string format_;
    char decimal_ = '.';
    std::int64_t unit_ = 0; ///< ns of 1, for numbers; 0 for texts
    Time start_{};
    Duration zone_{};
};

} // namespace millwright::telemetry
