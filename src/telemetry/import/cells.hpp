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
