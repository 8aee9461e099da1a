#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/sparkplug/payload.hpp"

#include <charconv>
#include <format>

namespace millwright::telemetry::sparkplug {

std::optional<StateMessage> readState(std::span<const std::byte> payload) {
    const std::string_view text{reinterpret_cast<const char*>(payload.data()), payload.size()};
    const std::string onlinePlace[] = {"online"}, timestampPlace[] = {"timestamp"};
    const JsonToken online = jsonAt(text, onlinePlace), timestamp = jsonAt(text, timestampPlace);
    if (online.kind != JsonKind::Boolean || timestamp.kind != JsonKind::Number) return std::nullopt;
    StateMessage message{online.text == "true", 0};
    const char* const end = timestamp.text.data() + timestamp.text.size();
    const auto parsed = std::from_chars(timestamp.text.data(), end, message.timestamp);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional{message} : std::nullopt;
}

std::string writeState(StateMessage message) {
    return std::format(R"({{"online":{},"timestamp":{}}})", message.online, message.timestamp);
}

} // namespace millwright::telemetry::sparkplug
