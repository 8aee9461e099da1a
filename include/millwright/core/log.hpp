#pragma once

#include <format>
#include <string_view>

/// Diagnostics to standard error (never standard output, which belongs to a command's own answer). Thread: any.
namespace millwright::log {

enum class Level { Debug, Info, Warning, Error };

/// Messages below `level` are dropped. The default is Warning.
void setLevel(Level level);
void write(Level level, std::string_view message);

template <typename... Args>
void debug(std::format_string<Args...> format, Args&&... args) {
    write(Level::Debug, std::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(std::format_string<Args...> format, Args&&... args) {
    write(Level::Info, std::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(std::format_string<Args...> format, Args&&... args) {
    write(Level::Warning, std::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void error(std::format_string<Args...> format, Args&&... args) {
    write(Level::Error, std::format(format, std::forward<Args>(args)...));
}

} // namespace millwright::log
