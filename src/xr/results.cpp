#include "results.hpp"

#include <openxr/openxr_reflection.h>

#include <cstdlib>
#include <format>
#include <string>

namespace millwright::xr {
namespace {

std::string nameOf(XrResult result) {
    switch (result) {
#define MILLWRIGHT_CASE(NAME, VALUE)                                                                                               \
    case NAME: return #NAME;
        XR_LIST_ENUM_XrResult(MILLWRIGHT_CASE)
#undef MILLWRIGHT_CASE
    }
    return std::format("XrResult {}", static_cast<int>(result));
}

std::string noRuntimeHelp() {
    const char* const chosen = std::getenv("XR_RUNTIME_JSON"); // NOLINT(concurrency-mt-unsafe): nothing here sets the environment
    if (chosen != nullptr) {
        return std::format("XR_RUNTIME_JSON names '{}': check that the file exists and that its runtime is running "
                           "(for Monado: start monado-service)",
                           chosen);
    }
    return "no OpenXR runtime answers: install and start one (SteamVR, the headset maker's own, or Debian's libopenxr1-monado and "
           "monado-service), or name its manifest in XR_RUNTIME_JSON";
}

std::string helpFor(XrResult result) {
    switch (result) {
    case XR_ERROR_RUNTIME_UNAVAILABLE:
    case XR_ERROR_RUNTIME_FAILURE:
    case XR_ERROR_FILE_ACCESS_ERROR: return noRuntimeHelp();
    case XR_ERROR_INSTANCE_LOST: return "the OpenXR runtime ended: start it, then Millwright again";
    case XR_ERROR_FORM_FACTOR_UNAVAILABLE: return "no headset is connected: plug it in, switch it on, then try again";
    case XR_ERROR_FORM_FACTOR_UNSUPPORTED: return "the runtime has no head-mounted display: choose another with XR_RUNTIME_JSON";
    case XR_ERROR_API_VERSION_UNSUPPORTED: return "the runtime is older than OpenXR 1.0: update it";
    case XR_ERROR_SESSION_LOST: return "the headset was disconnected: connect it and start again";
    case XR_ERROR_GRAPHICS_DEVICE_INVALID: return "the headset hangs on another GPU than the one chosen: leave --gpu out";
    case XR_ERROR_LIMIT_REACHED: return "another program holds the headset: close it";
    default: return {};
    }
}

} // namespace

Error errorOf(XrResult result, std::string_view doing) {
    const bool absent = result == XR_ERROR_RUNTIME_UNAVAILABLE || result == XR_ERROR_FORM_FACTOR_UNAVAILABLE;
    const std::string help = helpFor(result);
    return {absent ? ErrorCode::NotFound : ErrorCode::Device,
            help.empty() ? std::format("{} failed ({})", doing, nameOf(result))
                         : std::format("{} ({} while: {})", help, nameOf(result), doing),
            "headset"};
}

Result<void> check(XrResult result, std::string_view doing) {
    if (XR_SUCCEEDED(result)) return {};
    return std::unexpected(errorOf(result, doing));
}

} // namespace millwright::xr
