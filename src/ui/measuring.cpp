#include <millwright/ui/format.hpp>
#include <millwright/ui/measuring.hpp>

#include <cmath>
#include <format>
#include <numbers>

namespace millwright::ui {
namespace {

constexpr double degrees = 180 / std::numbers::pi;

struct UnitForm {
    double perMetre;
    int decimals;
    const char* symbol;
};

UnitForm formOf(LengthUnit unit) {
    switch (unit) {
    case LengthUnit::Millimetre: return {1000, 1, "mm"};
    case LengthUnit::Inch: return {1 / 0.0254, 3, "in"}; // exactly, since 1959
    case LengthUnit::Metre: break;
    }
    return {1, 4, "m"};
}

std::string signedLength(double metres, const UnitForm& form) {
    return formatNumber(metres * form.perMetre, form.decimals);
}

/// `x 1.0000  y 2.0000  z 3.0000 m`
std::string vectorText(glm::dvec3 v, LengthUnit unit, const char* before) {
    const UnitForm form = formOf(unit);
    return std::format("{}x {}  {}y {}  {}z {} {}", before, signedLength(v.x, form), before, signedLength(v.y, form), before,
                       signedLength(v.z, form), form.symbol);
}

} // namespace

std::string lengthText(double metres, LengthUnit unit) {
    const UnitForm form = formOf(unit);
    return std::format("{} {}", signedLength(metres, form), form.symbol);
}

std::string angleText(double radians) {
    const double angle = radians * degrees;
    if (angle > 89.995) return "90.00°";
    return std::format("{:.2f}° ({:.2f}°)", angle, 180 - angle);
}

std::string headline(const Measurement& m, LengthUnit unit) {
    if (m.kind == MeasureKind::Angle && m.angle) return angleText(*m.angle);
    if (m.kind == MeasureKind::Clearance && m.length == 0) return "touching";
    if (m.length) return lengthText(*m.length, unit);
    return vectorText(m.from, unit, "");
}

std::vector<std::string> details(const Measurement& m, LengthUnit unit) {
    std::vector<std::string> lines{headline(m, unit)};
    if (!m.parts.empty()) lines.push_back(m.parts);
    if (m.across.value_or(0) > 1e-6) lines.push_back(std::format("{} across, parallel", lengthText(*m.across, unit)));
    if (m.kind == MeasureKind::Distance) lines.push_back(vectorText(m.to - m.from, unit, "Δ"));
    return lines;
}

const char* name(MeasureKind kind) {
    switch (kind) {
    case MeasureKind::Point: return "Point, edge";
    case MeasureKind::Distance: return "Distance";
    case MeasureKind::Angle: return "Angle";
    case MeasureKind::Clearance: return "Clearance";
    }
    return "";
}

} // namespace millwright::ui
