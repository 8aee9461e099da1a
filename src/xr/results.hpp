#pragma once

#include <millwright/core/result.hpp>

#include <openxr/openxr.h>

#include <string_view>

namespace millwright::xr {

/// `XrResult` as an error a user can act on: what was being done, the result's name, and what to do where we know.
[[nodiscard]] Error errorOf(XrResult result, std::string_view doing);

/// Success, qualified successes included; otherwise the error.
[[nodiscard]] Result<void> check(XrResult result, std::string_view doing);

} // namespace millwright::xr
