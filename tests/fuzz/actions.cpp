#include <millwright/check/actions.hpp>
#include <millwright/plant/load.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "m"
signal = [{ id = "speed" }]
alarm = [{ id = "slow", kind = "low", signal = "speed", limit = 1, priority = "low", action = "look" }]
)";

} // namespace

// Any text is a list of actions in order of time or a list of problems, within bounded time and memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace millwright;
    static const auto plant = plant::loadText(plantText, "/nonexistent", "plant.toml", {.checkFiles = false});
    if (!plant) __builtin_trap();
    const auto read = check::parseActions({reinterpret_cast<const char*>(data), size}, "/nonexistent/actions.toml", *plant);
    if (!read) {
        if (read.error().empty()) __builtin_trap();
        return 0;
    }
    const TimeInterval log{timeFromNanoseconds(1'800'000'000'000'000'000), timeFromNanoseconds(1'800'003'600'000'000'000)};
    const auto actions = check::resolved(*read, log);
    if (!actions) return 0;
    for (std::size_t i = 0; i < actions->size(); ++i) {
        const Time time = (*actions)[i].time;
        if (time < log.from || time > log.to || (i > 0 && time < (*actions)[i - 1].time)) __builtin_trap();
    }
    return 0;
}
