#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <format>
#include <numbers>
#include <optional>
#include <span>
#include <vector>

namespace millwright::units {
namespace {

using Exponents = std::array<std::int8_t, 9>;

struct Atom {
    std::string_view code;
    bool metric; // takes SI prefixes
    double numerator;
    double denominator;
    int tenExponent;
    Exponents exponents;
    double offset = 0;      // of a temperature scale
    std::uint8_t scale = 0; // a scale of its own
};

//                              m  g  s  A  K cd rad mol bit
constexpr Exponents none{0, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr Exponents length{1, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr Exponents area{2, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr Exponents volume{3, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr Exponents mass{0, 1, 0, 0, 0, 0, 0, 0, 0};
constexpr Exponents second{0, 0, 1, 0, 0, 0, 0, 0, 0};
constexpr Exponents perSecond{0, 0, -1, 0, 0, 0, 0, 0, 0};
constexpr Exponents ampere{0, 0, 0, 1, 0, 0, 0, 0, 0};
constexpr Exponents coulomb{0, 0, 1, 1, 0, 0, 0, 0, 0};
constexpr Exponents kelvin{0, 0, 0, 0, 1, 0, 0, 0, 0};
constexpr Exponents candela{0, 0, 0, 0, 0, 1, 0, 0, 0};
constexpr Exponents lumen{0, 0, 0, 0, 0, 1, 2, 0, 0};
constexpr Exponents lux{-2, 0, 0, 0, 0, 1, 2, 0, 0};
constexpr Exponents angle{0, 0, 0, 0, 0, 0, 1, 0, 0};
constexpr Exponents solidAngle{0, 0, 0, 0, 0, 0, 2, 0, 0};
constexpr Exponents mole{0, 0, 0, 0, 0, 0, 0, 1, 0};
constexpr Exponents bit{0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr Exponents speed{1, 0, -1, 0, 0, 0, 0, 0, 0};
constexpr Exponents gravity{1, 0, -2, 0, 0, 0, 0, 0, 0};
constexpr Exponents force{1, 1, -2, 0, 0, 0, 0, 0, 0};
constexpr Exponents pressure{-1, 1, -2, 0, 0, 0, 0, 0, 0};
constexpr Exponents energy{2, 1, -2, 0, 0, 0, 0, 0, 0};
constexpr Exponents power{2, 1, -3, 0, 0, 0, 0, 0, 0};
constexpr Exponents volt{2, 1, -3, -1, 0, 0, 0, 0, 0};
constexpr Exponents ohm{2, 1, -3, -2, 0, 0, 0, 0, 0};
constexpr Exponents siemens{-2, -1, 3, 2, 0, 0, 0, 0, 0};
constexpr Exponents farad{-2, -1, 4, 2, 0, 0, 0, 0, 0};
constexpr Exponents henry{2, 1, -2, -2, 0, 0, 0, 0, 0};
constexpr Exponents weber{2, 1, -2, -1, 0, 0, 0, 0, 0};
constexpr Exponents tesla{0, 1, -2, -1, 0, 0, 0, 0, 0};
constexpr Exponents viscosity{-1, 1, -1, 0, 0, 0, 0, 0, 0};
constexpr Exponents kinematic{2, 0, -1, 0, 0, 0, 0, 0, 0};

// Factors from the UCUM 2.2 table, to m, g, s, A, K, cd, rad, mol, bit.
constexpr Atom atoms[] = {
    {"m", true, 1, 1, 0, length},
    {"g", true, 1, 1, 0, mass},
    {"s", true, 1, 1, 0, second},
    {"A", true, 1, 1, 0, ampere},
    {"K", true, 1, 1, 0, kelvin},
    {"cd", true, 1, 1, 0, candela},
    {"rad", true, 1, 1, 0, angle},
    {"mol", true, 1, 1, 0, mole},
    {"C", true, 1, 1, 0, coulomb},
    {"bit", true, 1, 1, 0, bit},
    {"bit_s", false, 1, 1, 0, bit},
    {"By", true, 8, 1, 0, bit},
    {"Bd", true, 1, 1, 0, perSecond},
    {"10*", false, 10, 1, 0, none},
    {"10^", false, 10, 1, 0, none},
    {"[pi]", false, std::numbers::pi, 1, 0, none},
    {"%", false, 1, 1, -2, none},
    {"[ppth]", false, 1, 1, -3, none},
    {"[ppm]", false, 1, 1, -6, none},
    {"[ppb]", false, 1, 1, -9, none},
    {"[pptr]", false, 1, 1, -12, none},
    {"min", false, 60, 1, 0, second},
    {"h", false, 3600, 1, 0, second},
    {"d", false, 86400, 1, 0, second},
    {"wk", false, 604800, 1, 0, second},
    {"mo", false, 2629800, 1, 0, second},
    {"a", false, 31557600, 1, 0, second},
    {"Hz", true, 1, 1, 0, perSecond},
    {"Bq", true, 1, 1, 0, perSecond},
    {"Ci", true, 37, 1, 9, perSecond},
    {"deg", false, std::numbers::pi, 180, 0, angle},
    {"'", false, std::numbers::pi, 10800, 0, angle},
    {"''", false, std::numbers::pi, 648000, 0, angle},
    {"gon", false, std::numbers::pi, 200, 0, angle},
    {"circ", false, 2 * std::numbers::pi, 1, 0, angle},
    {"sr", true, 1, 1, 0, solidAngle},
    {"N", true, 1, 1, 3, force},
    {"dyn", true, 1, 1, -2, force},
    {"gf", true, 980665, 1, -5, force},
    {"[lbf_av]", false, 44482216152605, 1, -10, force},
    {"Pa", true, 1, 1, 3, pressure},
    {"bar", true, 1, 1, 8, pressure},
    {"atm", false, 101325, 1, 3, pressure},
    {"att", false, 980665, 1, 2, pressure},
    {"[psi]", false, 6894757293168, 1, -6, pressure},
    {"m[Hg]", true, 133322, 1, 3, pressure},
    {"m[H2O]", true, 980665, 1, 1, pressure},
    {"[in_i'Hg]", false, 33863788, 1, -1, pressure},
    {"[in_i'H2O]", false, 2490889, 1, -1, pressure},
    {"J", true, 1, 1, 3, energy},
    {"eV", true, 1.602176634, 1, -16, energy},
    {"cal", true, 4184, 1, 0, energy},
    {"cal_IT", true, 41868, 1, -1, energy},
    {"[Btu_IT]", false, 105505585262, 1, -5, energy},
    {"[Btu]", false, 10550600, 1, -1, energy},
    {"W", true, 1, 1, 3, power},
    {"[HP]", false, 7456998715823, 1, -7, power},
    {"V", true, 1, 1, 3, volt},
    {"Ohm", true, 1, 1, 3, ohm},
    {"S", true, 1, 1, -3, siemens},
    {"F", true, 1, 1, -3, farad},
    {"H", true, 1, 1, 3, henry},
    {"Wb", true, 1, 1, 3, weber},
    {"T", true, 1, 1, 3, tesla},
    {"G", true, 1, 1, -1, tesla},
    {"lm", true, 1, 1, 0, lumen},
    {"lx", true, 1, 1, 0, lux},
    {"Cel", true, 1, 1, 0, kelvin, 273.15},
    {"[degF]", false, 5, 9, 0, kelvin, 459.67 * 5 / 9},
    {"[degR]", false, 5, 9, 0, kelvin},
    {"l", true, 1, 1, -3, volume},
    {"L", true, 1, 1, -3, volume},
    {"ar", true, 1, 1, 2, area},
    {"t", true, 1, 1, 6, mass},
    {"u", true, 1.66053906660, 1, -24, mass},
    {"P", true, 1, 1, 2, viscosity},
    {"St", true, 1, 1, -4, kinematic},
    {"Ao", false, 1, 1, -10, length},
    {"[in_i]", false, 254, 1, -4, length},
    {"[ft_i]", false, 3048, 1, -4, length},
    {"[yd_i]", false, 9144, 1, -4, length},
    {"[mi_i]", false, 1609344, 1, -3, length},
    {"[mil_i]", false, 254, 1, -7, length},
    {"[nmi_i]", false, 1852, 1, 0, length},
    {"[kn_i]", false, 1852, 3600, 0, speed},
    {"[sin_i]", false, 64516, 1, -8, area},
    {"[sft_i]", false, 9290304, 1, -8, area},
    {"[cin_i]", false, 16387064, 1, -12, volume},
    {"[cft_i]", false, 28316846592, 1, -12, volume},
    {"[gal_us]", false, 3785411784, 1, -12, volume},
    {"[qt_us]", false, 946352946, 1, -12, volume},
    {"[lb_av]", false, 45359237, 1, -5, mass},
    {"[oz_av]", false, 28349523125, 1, -9, mass},
    {"[ston_av]", false, 90718474, 1, -2, mass},
    {"[g]", true, 980665, 1, -5, gravity},
    {"[c]", true, 299792458, 1, 0, speed},
    {"[pH]", false, 1, 1, 0, none, 0, 1},
    {"[NTU]", false, 1, 1, 0, none, 0, 2},
    {"B", true, 1, 1, 0, none, 0, 3},
    {"Np", true, 1, 1, 0, none, 0, 4},
    {"B[SPL]", true, 1, 1, 0, none, 0, 5},
    {"B[V]", true, 1, 1, 0, none, 0, 6},
    {"B[mV]", true, 1, 1, 0, none, 0, 7},
    {"B[uV]", true, 1, 1, 0, none, 0, 8},
    {"B[W]", true, 1, 1, 0, none, 0, 9},
    {"B[kW]", true, 1, 1, 0, none, 0, 10},
    {"[FNU]", false, 1, 1, 0, none, 0, 11},
    {"[iU]", true, 1, 1, 0, none, 0, 12},
};

struct Prefix {
    std::string_view code;
    int tenExponent;
    double factor = 1; // binary prefixes
};
constexpr Prefix prefixes[] = {
    {"da", 1},
    {"Y", 24},
    {"Z", 21},
    {"E", 18},
    {"P", 15},
    {"T", 12},
    {"G", 9},
    {"M", 6},
    {"k", 3},
    {"h", 2},
    {"d", -1},
    {"c", -2},
    {"m", -3},
    {"u", -6},
    {"n", -9},
    {"p", -12},
    {"f", -15},
    {"a", -18},
    {"z", -21},
    {"y", -24},
    {"Ki", 0, 1024},
    {"Mi", 0, 1048576},
    {"Gi", 0, 1073741824},
    {"Ti", 0, 1099511627776},
};

// What people write that is not UCUM, and the code they mean.
struct Translation {
    std::string_view written;
    std::string_view code;
};
constexpr Translation translations[] = {
    {"rpm", "/min"},
    {"RPM", "/min"},
    {"rev/min", "{rev}/min"},
    {"rev", "{rev}"},
    {"rps", "/s"},
    {"°C", "Cel"},
    {"degC", "Cel"},
    {"celsius", "Cel"},
    {"°F", "[degF]"},
    {"degF", "[degF]"},
    {"°", "deg"},
    {"degrees", "deg"},
    {"degree", "deg"},
    {"deg/sec", "deg/s"},
    {"radians", "rad"},
    {"kWh", "kW.h"},
    {"Wh", "W.h"},
    {"MWh", "MW.h"},
    {"Ah", "A.h"},
    {"mAh", "mA.h"},
    {"Nm", "N.m"},
    {"kNm", "kN.m"},
    {"psi", "[psi]"},
    {"inHg", "[in_i'Hg]"},
    {"mmHg", "mm[Hg]"},
    {"ohm", "Ohm"},
    {"Ω", "Ohm"},
    {"kΩ", "kOhm"},
    {"mΩ", "mOhm"},
    {"µm", "um"},
    {"μm", "um"},
    {"µs", "us"},
    {"μs", "us"},
    {"micron", "um"},
    {"m²", "m2"},
    {"m³", "m3"},
    {"m3/hr", "m3/h"},
    {"m³/h", "m3/h"},
    {"m/s²", "m/s2"},
    {"m/s^2", "m/s2"},
    {"g/m²", "g/m2"},
    {"g/m^2", "g/m2"},
    {"g/cm³", "g/cm3"},
    {"sec", "s"},
    {"secs", "s"},
    {"seconds", "s"},
    {"mins", "min"},
    {"minutes", "min"},
    {"hr", "h"},
    {"hrs", "h"},
    {"hours", "h"},
    {"day", "d"},
    {"days", "d"},
    {"ton", "t"},
    {"inch", "[in_i]"},
    {"in", "[in_i]"},
    {"ft", "[ft_i]"},
    {"lb", "[lb_av]"},
    {"lbs", "[lb_av]"},
    {"lbf", "[lbf_av]"},
    {"gal", "[gal_us]"},
    {"gpm", "[gal_us]/min"},
    {"lpm", "L/min"},
    {"LPM", "L/min"},
    {"slpm", "L/min"},
    {"hp", "[HP]"},
    {"ppm", "[ppm]"},
    {"ppb", "[ppb]"},
    {"pH", "[pH]"},
    {"NTU", "[NTU]"},
    {"%RH", "%{RH}"},
    {"RH", "%{RH}"},
    {"%LEL", "%{LEL}"},
    {"LEL", "%{LEL}"},
    {"percent", "%"},
    {"pct", "%"},
    {"VA", "V.A"},
    {"kVA", "kV.A"},
    {"var", "V.A{reactive}"},
    {"kvar", "kV.A{reactive}"},
    {"Nm3", "m3{normal}"},
    {"Nm3/h", "m3{normal}/h"},
    {"pcs", "{piece}"},
    {"pieces", "{piece}"},
    {"parts", "{part}"},
    {"count", "{count}"},
    {"counts", "{count}"},
    {"cycles", "{cycle}"},
    {"dB(A)", "dB[SPL]"},
    {"Byte", "By"},
    {"bytes", "By"},
    {"Celsius", "Cel"},
    {"Fahrenheit", "[degF]"},
    {"kph", "km/h"},
    {"mph", "[mi_i]/h"},
    {"fpm", "[ft_i]/min"},
};

std::string advice(std::string_view code) {
    for (const Translation& translation : translations) {
        if (translation.written == code) return std::format(": write '{}'", translation.code);
    }
    std::vector<std::string_view> candidates;
    for (const Atom& atom : atoms) {
        if (atom.code.size() > 1) candidates.push_back(atom.code);
    }
    const std::string_view near = code.size() > 2 ? closestWord(code, candidates) : std::string_view{};
    return near.empty() ? std::string{": write a UCUM code such as mm, m/min, kW.h, Cel, % or {piece}"}
                        : std::format(": did you mean '{}'?", near);
}

const Atom* findAtom(std::string_view code) {
    const auto* found = std::ranges::find(atoms, code, &Atom::code);
    return found == std::end(atoms) ? nullptr : found;
}

// Recursive descent over the UCUM grammar (UCUM §§ 5-12). A failure is remembered once and makes everything after it a no-op.
class Parser {
public:
    explicit Parser(std::string_view code) : code_{code} {}

    Result<Unit> parse() {
        if (code_.empty()) return Unit{};
        if (code_.size() > 128) return failure(ErrorCode::Invalid, "unit code is longer than 128 characters");
        Unit unit;
        if (peek() == '/') {
            ++at_;
            raise(unit, component(), -1);
            unit = term(unit);
        } else {
            unit = term(component());
        }
        if (!failed_ && at_ != code_.size()) failed_ = true;
        if (failed_)
            return failure(ErrorCode::Invalid,
                           reason_.empty() ? std::format("'{}' is not a UCUM unit{}", code_, advice(code_)) : reason_);
        return unit;
    }

private:
    [[nodiscard]] char peek() const { return at_ < code_.size() ? code_[at_] : '\0'; }

    // What follows the first component: ('.' | '/') component ..., left to right.
    Unit term(Unit unit) {
        while (!failed_ && (peek() == '.' || peek() == '/')) {
            const int sign = code_[at_++] == '.' ? 1 : -1;
            raise(unit, component(), sign);
        }
        return unit;
    }

    Unit component() {
        if (++depth_ > 16) failed_ = true;
        Unit unit;
        if (failed_) return unit;
        if (peek() == '(') {
            ++at_;
            if (peek() == '/') {
                ++at_;
                raise(unit, component(), -1);
                unit = term(unit);
            } else {
                unit = term(component());
            }
            if (peek() == ')')
                ++at_;
            else
                failed_ = true;
        } else if (peek() == '{') {
            annotation();
        } else {
            unit = annotatable();
            if (peek() == '{') annotation();
        }
        --depth_;
        return unit;
    }

    void annotation() {
        const std::size_t end = code_.find('}', at_);
        const auto printable = [](char c) { return c > ' ' && c != '{' && static_cast<unsigned char>(c) < 0x7f; };
        if (end == std::string_view::npos || !std::ranges::all_of(code_.substr(at_ + 1, end - at_ - 1), printable))
            failed_ = true;
        else
            at_ = end + 1;
    }

    Unit annotatable() {
        // The symbol runs to the next operator, exponent or annotation; what is inside [ ] belongs to it whatever it is.
        const std::size_t begin = at_;
        if (code_.substr(at_).starts_with("10*") || code_.substr(at_).starts_with("10^")) {
            at_ += 3;
            return power(*findAtom("10*"), "10*", {});
        }
        bool bracket = false;
        while (at_ < code_.size()) {
            const char c = code_[at_];
            if (c == '[')
                bracket = true;
            else if (c == ']')
                bracket = false;
            else if (!bracket && (std::string_view{"./(){}+-"}.contains(c) || (c >= '0' && c <= '9')))
                break;
            ++at_;
        }
        const std::string_view symbol = code_.substr(begin, at_ - begin);
        if (symbol.empty()) return factor();
        if (const Atom* atom = findAtom(symbol)) return power(*atom, symbol, {});
        for (const Prefix& prefix : prefixes) {
            if (!symbol.starts_with(prefix.code)) continue;
            const Atom* atom = findAtom(symbol.substr(prefix.code.size()));
            if (atom != nullptr && atom->metric) return power(*atom, symbol, prefix);
        }
        failed_ = true;
        if (symbol != code_)
            reason_ = std::format("'{}' in '{}' is not a UCUM unit{}", symbol, code_, advice(hasTranslation() ? code_ : symbol));
        return {};
    }

    [[nodiscard]] bool hasTranslation() const {
        return std::ranges::any_of(translations, [&](const Translation& t) { return t.written == code_; });
    }

    Unit factor() {
        Unit unit;
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(code_.data() + at_, code_.data() + code_.size(), number);
        if (error != std::errc{} || number == 0) {
            failed_ = true;
            return unit;
        }
        at_ = static_cast<std::size_t>(end - code_.data());
        unit.numerator = number;
        return unit;
    }

    Unit power(const Atom& atom, std::string_view symbol, const Prefix& prefix) {
        Unit base{{atom.exponents, atom.scale},
                  atom.numerator * prefix.factor,
                  atom.denominator,
                  atom.tenExponent + prefix.tenExponent,
                  0};
        int exponent = 1;
        const char* from = code_.data() + at_ + (peek() == '+' ? 1 : 0);
        const auto [end, error] = std::from_chars(from, code_.data() + code_.size(), exponent);
        if (error == std::errc{})
            at_ = static_cast<std::size_t>(end - code_.data());
        else if (peek() == '+' || peek() == '-')
            failed_ = true;
        if (exponent < -40 || exponent > 40 || (exponent != 1 && (atom.scale != 0 || atom.offset != 0))) {
            failed_ = true;
            reason_ = std::format("'{}' cannot be raised to the power {} in a unit", symbol, exponent);
            return {};
        }
        // A temperature scale keeps its zero only when it is the whole code; in `Cel/min` it is a difference.
        if (atom.offset != 0 && symbol.size() == code_.substr(0, code_.find('{')).size()) base.offset = atom.offset;
        Unit unit;
        raise(unit, base, exponent);
        unit.offset = base.offset;
        return unit;
    }

    // unit *= other ^ exponent
    void raise(Unit& unit, const Unit& other, int exponent) {
        if (failed_) return;
        for (std::size_t i = 0; i < unit.dimension.exponents.size(); ++i) {
            const int sum = unit.dimension.exponents[i] + other.dimension.exponents[i] * exponent;
            if (sum < -100 || sum > 100)
                failed_ = true;
            else
                unit.dimension.exponents[i] = static_cast<std::int8_t>(sum);
        }
        if (other.dimension.scale != 0) {
            if (unit.dimension.scale != 0) failed_ = true;
            unit.dimension.scale = other.dimension.scale;
        }
        for (int i = 0; i < std::abs(exponent); ++i) {
            unit.numerator *= exponent > 0 ? other.numerator : other.denominator;
            unit.denominator *= exponent > 0 ? other.denominator : other.numerator;
        }
        unit.tenExponent += other.tenExponent * exponent;
        if (!std::isfinite(unit.numerator) || !std::isfinite(unit.denominator) || std::abs(unit.tenExponent) > 300) failed_ = true;
    }

    std::string_view code_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool failed_ = false;
    std::string reason_;
};

// x * 10^n with one rounding for the exact powers of ten (|n| <= 22), which covers what instruments use.
double timesPowerOfTen(double x, int n) {
    double exact = 1;
    for (; n > 22; n -= 22) x *= 1e22;
    for (; n < -22; n += 22) x /= 1e22;
    for (int i = 0; i < std::abs(n); ++i) exact *= 10;
    return n >= 0 ? x * exact : x / exact;
}

bool hasOnly(const Unit& unit, const Exponents& exponents) {
    return unit.dimension == Dimension{exponents, 0};
}

} // namespace

Result<Unit> parse(std::string_view code) {
    return Parser{code}.parse();
}

Result<Conversion> convert(std::string_view from, std::string_view to) {
    if (from == to || from.empty() || to.empty()) return Conversion{};
    const Result<Unit> a = parse(from);
    if (!a) return std::unexpected(a.error());
    const Result<Unit> b = parse(to);
    if (!b) return std::unexpected(b.error());
    if (a->dimension != b->dimension) {
        return failure(ErrorCode::Invalid,
                       std::format("values in '{}' cannot be converted to '{}': the units measure different things", from, to));
    }
    Conversion conversion;
    const double numerator = a->numerator * b->denominator;
    const double denominator = a->denominator * b->numerator;
    const int ten = a->tenExponent - b->tenExponent;
    // Multiplying before dividing keeps whole factors exact: 1 m/min = 1/60 m/s, 1 mm = 1/1000 m.
    conversion.scale = ten >= 0 ? timesPowerOfTen(numerator, ten) / denominator : numerator / timesPowerOfTen(denominator, -ten);
    const double perTarget = timesPowerOfTen(b->denominator / b->numerator, -b->tenExponent);
    if (a->offset != b->offset) conversion.offset = (a->offset - b->offset) * perTarget;
    if (!std::isfinite(conversion.scale) || conversion.scale == 0) {
        return failure(ErrorCode::Invalid, std::format("the factor from '{}' to '{}' is beyond a double's range", from, to));
    }
    return conversion;
}

bool isAngle(const Unit& unit) {
    return hasOnly(unit, angle);
}
bool isAngularSpeed(const Unit& unit) {
    return hasOnly(unit, {0, 0, -1, 0, 0, 0, 1, 0, 0});
}
bool isFrequency(const Unit& unit) {
    return hasOnly(unit, perSecond);
}
bool isLength(const Unit& unit) {
    return hasOnly(unit, length);
}
bool isDimensionless(const Unit& unit) {
    return hasOnly(unit, none);
}

std::string display(std::string_view code) {
    if (code.empty() || !parse(code)) return std::string{code};
    static constexpr Translation whole[] = {{"/min", "rpm"}, {"{rev}/min", "rpm"}, {"1", ""}};
    for (const Translation& translation : whole) {
        if (translation.written == code) return std::string{translation.code};
    }
    static constexpr Translation symbols[] = {
        {"Cel", "°C"},    {"[degF]", "°F"}, {"deg", "°"},      {"Ohm", "Ω"},        {"10*", "10^"},
        {"[in_i]", "in"}, {"[ft_i]", "ft"}, {"[lb_av]", "lb"}, {"[lbf_av]", "lbf"}, {"[gal_us]", "gal"},
    };
    static constexpr std::string_view superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text;
    for (std::size_t i = 0; i < code.size();) {
        const bool symbolStart = i == 0 || std::string_view{"./("}.contains(code[i - 1]);
        const auto* translation = std::ranges::find_if(symbols, [&](const Translation& t) {
            const std::size_t end = i + t.written.size();
            return code.substr(i).starts_with(t.written) &&
                   (end == code.size() || !((code[end] | 0x20) >= 'a' && (code[end] | 0x20) <= 'z'));
        });
        if (translation != std::end(symbols)) {
            text += translation->code;
            i += translation->written.size();
            continue;
        }
        const char c = code[i++];
        if (c == '{') {
            if (!text.empty() && text.back() != '/' && !text.ends_with("·")) text += ' ';
        } else if (c == '}' || c == '[' || c == ']') {
            continue;
        } else if (c == '.') {
            text += "·";
        } else if (c == 'u' && symbolStart && i < code.size() && (code[i] | 0x20) >= 'a' && (code[i] | 0x20) <= 'z') {
            text += "µ";
        } else if (c >= '0' && c <= '9' && !symbolStart && !text.empty()) {
            text += superscripts[c - '0'];
        } else if (c == '-' && !symbolStart) {
            text += "⁻";
        } else {
            text += c;
        }
    }
    return text;
}

} // namespace millwright::units
