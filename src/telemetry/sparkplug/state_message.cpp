#include "telemetry/sparkplug/payload.hpp"

#include <nlohmann/json.hpp>

#include <format>

namespace millwright::telemetry::sparkplug {

std::optional<StateMessage> readState(std::span<const std::byte> payload) {
    const std::string_view text{reinterpret_cast<const char*>(payload.data()), payload.size()};
    if (text.size() > 4096) return std::nullopt; // deep nesting of a hostile message would take the stack
    const auto document = nlohmann::json::parse(text, nullptr, false);
    if (!document.is_object()) return std::nullopt;
    const auto online = document.find("online");
    const auto timestamp = document.find("timestamp");
    if (online == document.end() || !online->is_boolean()) return std::nullopt;
    if (timestamp == document.end() || !timestamp->is_number_integer()) return std::nullopt;
    return StateMessage{online->get<bool>(), timestamp->get<std::int64_t>()};
}

std::string writeState(StateMessage message) {
    return std::format(R"({{"online":{},"timestamp":{}}})", message.online, message.timestamp);
}

} // namespace millwright::telemetry::sparkplug
