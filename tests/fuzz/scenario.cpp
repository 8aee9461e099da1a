#include <millwright/plant/load.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[process]
[[process.source]]
id = "in"
every = 60
to = "queue"
[[process.buffer]]
id = "queue"
capacity = 5
to = "machine"
[[process.station]]
id = "machine"
cycle = 50
to = "done"
)";

} // namespace

// Any text is a scenario or a list of problems, within bounded time and memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto scenario = millwright::plant::loadScenarioText(
        plantText, "/nonexistent", text, "scenario.toml", {.maximumItems = 2000, .maximumBytes = 16u << 20, .checkFiles = false});
    if (!scenario && scenario.error().empty()) __builtin_trap();
    return 0;
}
