#pragma once

#include <string_view>

/// Names by which Millwright's own logs are told from others (docs/log-format.md).
namespace millwright::telemetry::log_layout {

inline constexpr std::string_view profile = "millwright";
inline constexpr std::string_view library = "millwright 1";
inline constexpr std::string_view columnsTopic = "millwright/columns";
inline constexpr std::string_view keyframeTopic = "millwright/keyframe";
inline constexpr std::string_view jsonSchemaName = "millwright.Sample";
inline constexpr std::string_view metadataName = "millwright.log"; ///< keys samples, from, to (ns): written when a log is closed

} // namespace millwright::telemetry::log_layout
