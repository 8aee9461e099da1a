#include <millwright/plant/load.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

// Any text is a plant or a list of problems, within bounded time and memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto plant = millwright::plant::loadText(text, "/nonexistent", "plant.toml", {.maximumItems = 2000, .maximumBytes = 16u << 20, .checkFiles = false});
    if (!plant && plant.error().empty()) __builtin_trap();
    return 0;
}
