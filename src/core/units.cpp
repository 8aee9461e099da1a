#include "core/unit_table.hpp"
#include "core/unit_words.hpp"

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

// unit *= other ^ exponent; false when no unit holds the result.
bool raiseBy(Unit& unit, const Unit& other, int exponent) {
    for (std::size_t i = 0; i < unit.dimension.exponents.size(); ++i) {
        const int sum = unit.dimension.exponents[i] + other.dimension.exponents[i] * exponent;
        if (sum < -100 || sum > 100) return false;
        unit.dimension.exponents[i] = static_cast<std::int8_t>(sum);
    }
    if (other.dimension.scale != 0) {
        if (unit.dimension.scale != 0) return false;
        unit.dimension.scale = other.dimension.scale;
    }
    for (int i = 0; i < std::abs(exponent); ++i) {
        unit.numerator *= exponent > 0 ? other.numerator : other.denominator;
        unit.denominator *= exponent > 0 ? other.denominator : other.numerator;
    }
    unit.tenExponent += other.tenExponent * exponent;
    return std::isfinite(unit.numerator) && std::isfinite(unit.denominator) && std::abs(unit.tenExponent) <= 300;
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

    void raise(Unit& unit, const Unit& other, int exponent) {
        if (!failed_ && !raiseBy(unit, other, exponent)) failed_ = true;
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

Result<Conversion> convert(const Unit& from, const Unit& to) {
    if (from.dimension != to.dimension) return failure(ErrorCode::Invalid, "the units measure different things");
    Conversion conversion;
    const double numerator = from.numerator * to.denominator;
    const double denominator = from.denominator * to.numerator;
    const int ten = from.tenExponent - to.tenExponent;
    // Multiplying before dividing keeps whole factors exact: 1 m/min = 1/60 m/s, 1 mm = 1/1000 m.
    conversion.scale = ten >= 0 ? timesPowerOfTen(numerator, ten) / denominator : numerator / timesPowerOfTen(denominator, -ten);
    const double perTarget = timesPowerOfTen(to.denominator / to.numerator, -to.tenExponent);
    if (from.offset != to.offset) conversion.offset = (from.offset - to.offset) * perTarget;
    if (!std::isfinite(conversion.scale) || conversion.scale == 0)
        return failure(ErrorCode::Invalid, "the factor between the units is beyond a double's range");
    return conversion;
}

Result<Conversion> convert(std::string_view from, std::string_view to) {
    if (from == to || from.empty() || to.empty()) return Conversion{};
    const Result<Unit> a = parse(from);
    if (!a) return std::unexpected(a.error());
    const Result<Unit> b = parse(to);
    if (!b) return std::unexpected(b.error());
    auto conversion = convert(*a, *b);
    if (!conversion)
        return failure(ErrorCode::Invalid,
                       std::format("values in '{}' cannot be converted to '{}': {}", from, to, conversion.error().message));
    return conversion;
}

Result<Unit> multiplied(const Unit& unit, const Unit& other, int exponent) {
    Unit product = unit;
    product.offset = 0;
    if (!raiseBy(product, other, exponent)) return failure(ErrorCode::Invalid, "no unit measures this product");
    return product;
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
