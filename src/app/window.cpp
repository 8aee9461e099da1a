#include <CLI/CLI.hpp>

#include <app/window.hpp>
#include <format>

namespace millwright::app {

void WindowOptions::addTo(CLI::App& command) {
    command.add_option("--from", from, "Moment of the log: +10min, -30s, start or 2026-11-23T08:30:00Z")->capture_default_str();
    command.add_option("--to", to, "Likewise")->capture_default_str();
}

Result<TimeInterval> WindowOptions::in(TimeInterval log) const {
    const auto begin = parseMoment(from, log), end = parseMoment(to, log);
    if (!begin) return std::unexpected(begin.error());
    if (!end) return std::unexpected(end.error());
    if (*begin >= *end)
        return failure(ErrorCode::Invalid,
                       std::format("--from ({}) is not before --to ({})", formatTime(*begin), formatTime(*end)));
    return TimeInterval{*begin, *end};
}

} // namespace millwright::app
