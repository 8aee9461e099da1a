#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/value.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// `millwright.keyframe.v1`: the last sample and the running integral of every signal of a log (docs/log-format.md).
namespace millwright::telemetry {

inline constexpr std::string_view keyframeEncoding = "millwright.keyframe.v1";

struct StoredEntry {
    std::uint16_t channel = 0;
    ValueType type = ValueType::Float;
    Quality quality = Quality::Good;
    std::int64_t time = 0;   ///< of the last sample, ns
    double total = 0;        ///< value-seconds up to then
    double held = 0;         ///< RunningIntegral::value: the last usable number; unless a string
    Value value;             ///< unless a string
    std::string_view text{}; ///< of a string
};

struct StoredKeyframe {
    std::int64_t time = 0;
    std::vector<StoredEntry> entries; ///< texts are views into the message
};

void encodeKeyframe(const StoredKeyframe& keyframe, std::vector<std::byte>& out);
/// Errors: Malformed; the place is left to the caller.
[[nodiscard]] Result<StoredKeyframe> decodeKeyframe(std::span<const std::byte> message);

} // namespace millwright::telemetry
