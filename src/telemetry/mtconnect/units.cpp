#include "telemetry/mtconnect/units.hpp"

#include <algorithm>
#include <utility>

namespace millwright::telemetry::mtconnect {
namespace {

// The enumeration UnitsType of the MTConnect schemas, in its alphabetical order.
constexpr std::pair<std::string_view, std::string_view> table[] = {
    {"AMPERE", "A"},
    {"AMPERE_HOUR", "A.h"},
    {"CELSIUS", "Cel"},
    {"COUNT", "1"},
    {"COULOMB", "C"},
    {"COUNT/SECOND", "/s"},
    {"CUBIC_METER", "m3"},
    {"CUBIC_MILLIMETER", "mm3"},
    {"CUBIC_MILLIMETER/SECOND", "mm3/s"},
    {"CUBIC_MILLIMETER/SECOND^2", "mm3/s2"},
    {"DEGREE", "deg"},
    {"DEGREE/SECOND", "deg/s"},
    {"DEGREE/SECOND^2", "deg/s2"},
    {"DEGREE_3D", "deg"},
    {"GRAM", "g"},
    {"GRAM/CUBIC_METER", "g/m3"},
    {"HERTZ", "Hz"},
    {"JOULE", "J"},
    {"KILOGRAM", "kg"},
    {"KILOGRAM/CUBIC_METER", "kg/m3"},
    {"LITER", "L"},
    {"LITER/SECOND", "L/s"},
    {"METER", "m"},
    {"METER/SECOND", "m/s"},
    {"METER/SECOND^2", "m/s2"},
    {"MICRO_RADIAN", "urad"},
    {"MILLIGRAM", "mg"},
    {"MILLIGRAM/CUBIC_MILLIMETER", "mg/mm3"},
    {"MILLILITER", "mL"},
    {"MILLIMETER", "mm"},
    {"MILLIMETER/REVOLUTION", "mm"},
    {"MILLIMETER/SECOND", "mm/s"},
    {"MILLIMETER/SECOND^2", "mm/s2"},
    {"MILLIMETER_3D", "mm"},
    {"MINUTE", "min"},
    {"NEWTON", "N"},
    {"NEWTON_METER", "N.m"},
    {"OHM", "Ohm"},
    {"PASCAL", "Pa"},
    {"PASCAL/SECOND", "Pa/s"},
    {"PASCAL_SECOND", "Pa.s"},
    {"PERCENT", "%"},
    {"PH", "[pH]"},
    {"REVOLUTION/MINUTE", "/min"},
    {"REVOLUTION/SECOND", "/s"},
    {"REVOLUTION/SECOND^2", "/s2"},
    {"SECOND", "s"},
    {"SIEMENS/METER", "S/m"},
    {"SQUARE_MILLIMETER", "mm2"},
    {"UNIT_VECTOR_3D", "1"},
    {"VOLT", "V"},
    {"VOLT_AMPERE", "V.A"},
    {"VOLT_AMPERE_REACTIVE", "V.A"},
    {"WATT", "W"},
    {"WATT_SECOND", "W.s"},
};

} // namespace

std::string_view ucumOf(std::string_view units) {
    const auto* const found = std::ranges::find(table, units, [](const auto& one) { return one.first; });
    return found == std::end(table) ? std::string_view{} : found->second;
}

} // namespace millwright::telemetry::mtconnect
