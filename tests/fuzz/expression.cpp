#include <millwright/plant/expression.hpp>
#include <millwright/plant/load.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace millwright;

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "m"
signal = [
    { id = "speed", unit = "m/min" },
    { id = "oven", unit = "Cel" },
    { id = "door", type = "boolean" },
    { id = "mode", type = "integer", states = ["manual", "auto"] },
    { id = "state", type = "string" },
]
)";

struct Reader {
    bool known;
    [[nodiscard]] double number(SignalIndex) const { return known ? 1e308 : std::numeric_limits<double>::quiet_NaN(); }
    [[nodiscard]] bool usable(SignalIndex) const { return known; }
    [[nodiscard]] std::string_view text(SignalIndex) const { return "Held"; }
};

} // namespace

// Any text is a program or a problem within it; every program ends, within its stack, with a finite number or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto plant = plant::loadText(plantText, "/nonexistent", "plant.toml", {.checkFiles = false});
    if (!plant) __builtin_trap();
    const plant::SignalFinder find = [](std::string_view name) -> std::expected<SignalIndex, std::string> {
        const SignalIndex found = plant->findSignal("m/" + std::string{name});
        if (found == noSignal) return std::unexpected("unknown");
        return found;
    };
    const auto expression = plant::compile({reinterpret_cast<const char*>(data), size}, plant->signals, find);
    if (!expression) {
        if (expression.error().offset > size || expression.error().message.empty()) __builtin_trap();
        return 0;
    }
    for (const bool known : {false, true}) {
        const double value = plant::evaluate(*expression, Reader{known});
        if (std::isinf(value)) __builtin_trap();
        if (expression->type == plant::ExpressionType::Boolean && value == value && value != 0 && value != 1 && value != 1e308)
            __builtin_trap();
    }
    return 0;
}
