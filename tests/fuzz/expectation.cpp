#include <millwright/check/expectation.hpp>
#include <millwright/plant/load.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
name = "P"
[[equipment]]
path = "m"
[[equipment.signal]]
id = "speed"
type = "float"
[[equipment.signal]]
id = "state"
type = "integer"
states = ["Stopped", "Execute"]
[[equipment.signal]]
id = "recipe"
type = "string"
[[equipment.alarm]]
id = "slow"
kind = "low"
signal = "speed"
limit = 1
action = "look"
priority = "low"
[equipment.kpi]
state = "state"
)";

} // namespace

// Any text is a list of expectations or a list of problems, within bounded time and memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace millwright;
    static const auto plant = plant::loadText(plantText, "/nonexistent", "plant.toml", {.checkFiles = false});
    if (!plant) __builtin_trap();
    const auto read = check::parse({reinterpret_cast<const char*>(data), size}, "/nonexistent/check.toml", *plant);
    if (!read) {
        if (read.error().empty()) __builtin_trap();
        return 0;
    }
    const TimeInterval log{timeFromNanoseconds(1'800'000'000'000'000'000), timeFromNanoseconds(1'800'003'600'000'000'000)};
    for (const check::Expectation& each : *read)
        if (const auto* value = std::get_if<check::ValueCheck>(&each.what)) (void)parseMoment(value->at.text, log);
    return 0;
}
