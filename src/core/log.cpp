#include <millwright/core/log.hpp>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace millwright::log {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = std::make_shared<spdlog::logger>("millwright", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
        made->set_pattern("%^millwright: %l:%$ %v");
        made->set_level(spdlog::level::warn);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum translated(Level level) {
    switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Error: break;
    }
    return spdlog::level::err;
}

} // namespace

void setLevel(Level level) {
    logger().set_level(translated(level));
}
void write(Level level, std::string_view message) {
    logger().log(translated(level), message);
}

} // namespace millwright::log
