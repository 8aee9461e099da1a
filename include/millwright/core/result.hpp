#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace millwright {

/// What kind of thing went wrong with something from outside (file, broker, driver, headset). Programmer mistakes assert instead.
enum class ErrorCode {
    NotFound,      ///< the file, object or name does not exist
    Unreadable,    ///< it exists but could not be read (permission, I/O)
    Malformed,     ///< its bytes or text do not follow the format
    Invalid,       ///< well formed, but its meaning is wrong (dangling reference, unit mismatch …)
    Unsupported,   ///< valid, but not something this build or device can do
    OutOfRange,    ///< a time, index or size outside what is there
    ResourceLimit, ///< it would need more memory, time or space than allowed
    Device,        ///< a GPU, headset or display refused
    Cancelled,     ///< the user asked to stop
};

/// One problem, said once, in words a user can act on.
struct Error {
    ErrorCode code = ErrorCode::Invalid;
    std::string message; ///< what is wrong and what to do about it; no trailing full stop needed
    std::string place;   ///< `file:line:column`, topic, node id …; empty when there is none

    /// `place: message`, as printed to the user.
    [[nodiscard]] std::string text() const { return place.empty() ? message : place + ": " + message; }
};

template <typename T>
using Result = std::expected<T, Error>;

/// Makes the failed side of any `Result`: `return failure(ErrorCode::NotFound, "no such file", path);`
[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, std::string message, std::string place = {}) {
    return std::unexpected(Error{code, std::move(message), std::move(place)});
}

} // namespace millwright
