#include "telemetry/opcua/units.hpp"

#include <millwright/core/units.hpp>

#include <algorithm>
#include <format>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::string_view cefact = "http://www.opcfoundation.org/UA/units/un/cefact";

// Of UN/CEFACT Recommendation 20, what sensors and machines measure in.
constexpr std::pair<std::string_view, std::string_view> table[] = {
    // length, area, volume
    {"MTR", "m"},
    {"KMT", "km"},
    {"CMT", "cm"},
    {"MMT", "mm"},
    {"4H", "um"},
    {"C45", "nm"},
    {"INH", "[in_i]"},
    {"FOT", "[ft_i]"},
    {"MTK", "m2"},
    {"CMK", "cm2"},
    {"MMK", "mm2"},
    {"MTQ", "m3"},
    {"CMQ", "cm3"},
    {"MMQ", "mm3"},
    {"LTR", "L"},
    {"MLT", "mL"},
    {"HLT", "hL"},
    {"4G", "uL"},
    // angle
    {"C81", "rad"},
    {"C25", "mrad"},
    {"DD", "deg"},
    // time and frequency
    {"SEC", "s"},
    {"MIN", "min"},
    {"HUR", "h"},
    {"DAY", "d"},
    {"C26", "ms"},
    {"B98", "us"},
    {"C47", "ns"},
    {"HTZ", "Hz"},
    {"KHZ", "kHz"},
    {"MHZ", "MHz"},
    {"A86", "GHz"},
    {"RPM", "/min"},
    {"RPS", "/s"},
    {"C94", "/min"},
    {"C97", "/s"},
    // motion
    {"MTS", "m/s"},
    {"KMH", "km/h"},
    {"2M", "cm/s"},
    {"C16", "mm/s"},
    {"2X", "m/min"},
    {"MSK", "m/s2"},
    {"2A", "rad/s"},
    // mass, density, flow
    {"KGM", "kg"},
    {"GRM", "g"},
    {"MGM", "mg"},
    {"MC", "ug"},
    {"TNE", "t"},
    {"LBR", "[lb_av]"},
    {"KMQ", "kg/m3"},
    {"23", "g/cm3"},
    {"A93", "g/m3"},
    {"GL", "g/L"},
    {"M1", "mg/L"},
    {"KGS", "kg/s"},
    {"F31", "kg/min"},
    {"E93", "kg/h"},
    {"MQH", "m3/h"},
    {"MQS", "m3/s"},
    {"G51", "L/s"},
    {"L2", "L/min"},
    {"E32", "L/h"},
    // force, torque, pressure, viscosity
    {"NEW", "N"},
    {"B47", "kN"},
    {"B73", "MN"},
    {"NU", "N.m"},
    {"B48", "kN.m"},
    {"PAL", "Pa"},
    {"KPA", "kPa"},
    {"MPA", "MPa"},
    {"A97", "hPa"},
    {"BAR", "bar"},
    {"MBR", "mbar"},
    {"PS", "[psi]"},
    {"C65", "Pa.s"},
    {"C24", "mPa.s"},
    // energy and power
    {"JOU", "J"},
    {"KJO", "kJ"},
    {"3B", "MJ"},
    {"WHR", "W.h"},
    {"KWH", "kW.h"},
    {"MWH", "MW.h"},
    {"WTT", "W"},
    {"KWT", "kW"},
    {"MAW", "MW"},
    {"D46", "V.A"},
    {"KVA", "kV.A"},
    // electricity and magnetism
    {"AMP", "A"},
    {"4K", "mA"},
    {"B84", "uA"},
    {"AMH", "A.h"},
    {"E09", "mA.h"},
    {"VLT", "V"},
    {"2Z", "mV"},
    {"KVT", "kV"},
    {"OHM", "Ohm"},
    {"B49", "kOhm"},
    {"B75", "MOhm"},
    {"SIE", "S"},
    {"FAR", "F"},
    {"COU", "C"},
    {"D33", "T"},
    // temperature, light, and what is counted
    {"KEL", "K"},
    {"CEL", "Cel"},
    {"FAH", "[degF]"},
    {"LUX", "lx"},
    {"CDL", "cd"},
    {"LUM", "lm"},
    {"P1", "%"},
    {"59", "[ppm]"},
    {"C62", "1"},
    {"Q30", "[pH]"},
    {"H87", "{piece}"},
};

/// The three characters that its number is made of.
std::string commonCode(UA_Int32 unitId) {
    std::string code;
    for (int shift = 24; shift >= 0; shift -= 8)
        if (const char c = static_cast<char>((unitId >> shift) & 0xFF); c != 0) code += c;
    return code;
}

} // namespace

std::span<const std::pair<std::string_view, std::string_view>> commonCodes() {
    return table;
}

std::string_view ucumOfCommonCode(std::string_view code) {
    const auto* const found = std::ranges::find(table, code, [](const auto& one) { return one.first; });
    return found == std::end(table) ? std::string_view{} : found->second;
}

std::string ucumOf(const UA_EUInformation& units) {
    if (units.unitId > 0 && view(units.namespaceUri) == cefact)
        if (const std::string_view code = ucumOfCommonCode(commonCode(units.unitId)); !code.empty()) return std::string{code};
    const std::string_view name = view(units.displayName.text);
    if (name.empty()) return {};
    if (units::parse(name)) return std::string{name};
    for (const auto& [common, code] : table)
        if (units::display(code) == name) return std::string{code};
    return {};
}

std::string unitName(const UA_EUInformation& units) {
    for (const UA_LocalizedText* text : {&units.displayName, &units.description})
        if (text->text.length > 0) return std::string{view(text->text)};
    return units.unitId > 0 && view(units.namespaceUri) == cefact ? commonCode(units.unitId) : std::string{};
}

} // namespace millwright::telemetry::opcua
