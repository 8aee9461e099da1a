#include <millwright/ui/colour.hpp>

#include <algorithm>
#include <cmath>

namespace millwright::ui {

double luminance(Colour colour) {
    const auto linear = [](std::uint8_t byte) {
        const double v = byte / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double contrast(Colour a, Colour b) {
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

const std::array<TextOnGround, 17>& textPairs() {
    using namespace palette;
    static constexpr std::array<TextOnGround, 17> pairs{{
        {text, ground},
        {text, raised},
        {text, sunken},
        {text, field},
        {text, hover},
        {text, selected},
        {text, paper},
        {text, live},
        {dim, ground},
        {dim, raised},
        {dim, sunken},
        {dim, field},
        {dim, hover},
        {dim, selected},
        {white, urgent},
        {black, high},
        {white, accent},
    }};
    return pairs;
}

} // namespace millwright::ui
