#include <algorithm>
#include <app/section.hpp>
#include <array>
#include <charconv>
#include <cmath>
#include <format>
#include <optional>

namespace millwright::app {
namespace {

std::unexpected<Error> notASection(std::string_view text) {
    return failure(ErrorCode::Malformed,
                   std::format("'{}' is no section plane: write it as x=1.2, y=300mm, z=50%, x=1.2,flip or NX,NY,NZ,D", text));
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0;;) {
        const std::size_t comma = text.find(',', at);
        parts.push_back(text.substr(at, comma - at));
        if (comma == std::string_view::npos) return parts;
        at = comma + 1;
    }
}

/// A number and what follows it.
std::optional<std::pair<double, std::string_view>> leadingNumber(std::string_view text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
    return std::pair{value, std::string_view{after, static_cast<std::size_t>(end - after)}};
}

/// Metres along an axis.
std::optional<double> place(std::string_view text, double low, double high) {
    const auto number = leadingNumber(text);
    if (!number) return std::nullopt;
    const auto [value, unit] = *number;
    if (unit.empty() || unit == "m") return value;
    if (unit == "mm") return value / 1000;
    if (unit == "in") return value * 0.0254;
    if (unit == "%") return low + (high - low) * value / 100;
    return std::nullopt;
}

/// How far beyond the plane, metres; negative where something is left.
double beyond(const render::SectionPlane& plane, glm::dvec3 point) {
    return glm::dot(glm::normalize(plane.normal), point) - plane.offset;
}

} // namespace

Result<render::SectionPlane> parseSection(std::string_view text, const scene::Aabb& bounds) {
    const auto parts = split(text);
    if (parts.size() == 4) {
        std::array<double, 4> values{};
        for (std::size_t i = 0; i < 4; ++i) {
            const auto number = leadingNumber(parts[i]);
            if (!number || !number->second.empty()) return notASection(text);
            values[i] = number->first;
        }
        const glm::dvec3 normal{values[0], values[1], values[2]};
        if (normal == glm::dvec3{0})
            return failure(ErrorCode::Malformed, std::format("'{}': a plane's direction cannot be 0,0,0", text));
        return render::SectionPlane{normal, values[3]};
    }
    const bool flip = parts.size() == 2 && parts[1] == "flip";
    const std::string_view first = parts[0];
    if ((parts.size() != 1 && !flip) || first.size() < 3 || first[1] != '=' || first[0] < 'x' || first[0] > 'z')
        return notASection(text);
    const int axis = first[0] - 'x';
    const auto at = place(first.substr(2), bounds.empty() ? 0 : bounds.min[axis], bounds.empty() ? 0 : bounds.max[axis]);
    if (!at) return notASection(text);
    render::SectionPlane plane{glm::dvec3{0}, flip ? -*at : *at};
    plane.normal[axis] = flip ? -1 : 1;
    return plane;
}

Result<std::vector<render::SectionPlane>> parseSections(std::span<const std::string> texts, const scene::Aabb& bounds) {
    if (texts.size() > render::maximumSections)
        return failure(ErrorCode::OutOfRange,
                       std::format("{} section planes: at most {} cut at once", texts.size(), render::maximumSections));
    std::vector<render::SectionPlane> planes;
    for (const std::string& text : texts) {
        const auto plane = parseSection(text, bounds);
        if (!plane) return std::unexpected(plane.error());
        planes.push_back(*plane);
    }
    return planes;
}

bool enterSections(std::span<const render::SectionPlane> sections, glm::dvec3& from, glm::dvec3 direction) {
    double enter = 0;
    for (const auto& plane : sections) {
        const double outside = beyond(plane, from);
        if (outside <= 0) continue;
        const double approach = -glm::dot(glm::normalize(plane.normal), direction);
        if (approach <= 0) return false;
        enter = std::max(enter, outside / approach);
    }
    from += direction * enter;
    const double rounding = 1e-9 * (1 + glm::length(from));
    return std::ranges::all_of(sections, [&](const auto& plane) { return beyond(plane, from) <= rounding; });
}

bool isLeft(std::span<const render::SectionPlane> sections, glm::dvec3 point) {
    return std::ranges::all_of(sections, [&](const auto& plane) { return beyond(plane, point) <= 0; });
}

} // namespace millwright::app
