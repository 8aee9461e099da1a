#pragma once

#include <millwright/core/time.hpp>

#include <string>

namespace CLI {
class App;
}

namespace millwright::app {

/// The options `--from` and `--to` of commands that look at a part of a log.
struct WindowOptions {
    std::string from = "start";
    std::string to = "end";

    /// This must live as long as the command.
    void addTo(CLI::App& command);
    /// What they name, as `parseMoment` reads them. Errors: those; Invalid where the window is empty.
    [[nodiscard]] Result<TimeInterval> in(TimeInterval log) const;
};

} // namespace millwright::app
