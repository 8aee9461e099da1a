#pragma once

#include <millwright/core/value.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Expressions over signals: total (no loop, no recursion, every operation defined for every value), without side effects, units
/// checked when compiled. docs/expressions.md describes the language.
namespace millwright::plant {

struct Signal;

enum class ExpressionType : std::uint8_t { Number, Boolean };

/// A compiled expression: a short program for a stack of numbers. Booleans are 1 and 0; not a number stands for "no value".
struct Expression {
    enum class Op : std::uint8_t {
        Constant, ///< pushes `number`
        Number,   ///< pushes a signal's value, in its own unit; no value while it is unusable
        Usable,   ///< pushes whether a signal has a usable value
        TextIs,   ///< pushes whether a String signal's text is `texts[number]`
        Convert,  ///< top * number + offset: from one unit to another
        Negate,
        Absolute,
        Not,
        Add,
        Subtract,
        Multiply,
        Divide,
        Minimum,
        Maximum,
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        And,
        Or,
        Select, ///< condition, a, b: a while the condition holds, b while it does not
    };
    struct Instruction {
        Op op = Op::Constant;
        SignalIndex signal = noSignal;
        double number = 0;
        double offset = 0; ///< of Convert
    };

    std::string text; ///< as written
    std::vector<Instruction> code;
    std::vector<SignalIndex> signals; ///< those it reads, ascending, each once
    std::vector<std::string> texts;
    ExpressionType type = ExpressionType::Boolean;
    std::string unit; ///< UCUM code of a number, where it is that of a signal or literal; else empty

    [[nodiscard]] bool empty() const { return code.empty(); }
};

/// What is wrong with an expression, and at which byte of its text.
struct ExpressionError {
    std::size_t offset = 0;
    std::string message;
};

/// A signal by the name an expression uses, or why there is none.
using SignalFinder = std::function<std::expected<SignalIndex, std::string>(std::string_view name)>;

/// Most values an expression may have on its stack, and most operations.
inline constexpr std::size_t expressionDepth = 32;
inline constexpr std::size_t expressionLength = 256;

/// Compiles `text`; `signals` is `Plant::signals`, what `find` returns an index into. Thread: any.
[[nodiscard]] std::expected<Expression, ExpressionError> compile(std::string_view text, std::span<const Signal> signals,
                                                                 const SignalFinder& find);
/// The same of what becomes a signal in `unit`, a UCUM code or empty for none: a number is converted to it, and one that measures
/// something else, or a quantity that is to have no unit, is a mistake.
[[nodiscard]] std::expected<Expression, ExpressionError> compileTo(std::string_view unit, std::string_view text,
                                                                   std::span<const Signal> signals, const SignalFinder& find);

/// Evaluates an expression: a number in its unit, or 1 and 0, or not a number for "no value". `Reader` has
/// `double number(SignalIndex)` (not a number while unusable), `bool usable(SignalIndex)` and
/// `std::string_view text(SignalIndex)` (of a usable String). Allocates nothing; the same bits on every machine.
template <typename Reader>
[[nodiscard]] double evaluate(const Expression& expression, const Reader& reader) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    const auto value = [none](double x) { return std::isfinite(x) ? x : none; };
    double stack[expressionDepth + 1];
    double* top = stack; // the first value goes above it
    const auto compared = [&](bool holds) {
        --top;
        top[0] = std::isnan(top[0]) || std::isnan(top[1]) ? none : holds ? 1 : 0;
    };
    for (const Expression::Instruction& at : expression.code) {
        using enum Expression::Op;
        switch (at.op) {
        case Constant: *++top = at.number; break;
        case Number: *++top = value(reader.number(at.signal)); break;
        case Usable: *++top = reader.usable(at.signal) ? 1 : 0; break;
        case TextIs:
            *++top = !reader.usable(at.signal)                                                         ? none
                     : reader.text(at.signal) == expression.texts[static_cast<std::size_t>(at.number)] ? 1
                                                                                                       : 0;
            break;
        case Convert: *top = value(*top * at.number + at.offset); break;
        case Negate: *top = -*top; break;
        case Absolute: *top = std::abs(*top); break;
        case Not: *top = 1 - *top; break;
        case Add: --top, top[0] = value(top[0] + top[1]); break;
        case Subtract: --top, top[0] = value(top[0] - top[1]); break;
        case Multiply: --top, top[0] = value(top[0] * top[1]); break;
        case Divide: --top, top[0] = value(top[0] / top[1]); break; // by zero: no value
        case Minimum: --top, top[0] = std::isnan(top[1]) || top[1] < top[0] ? top[1] : top[0]; break;
        case Maximum: --top, top[0] = std::isnan(top[1]) || top[1] > top[0] ? top[1] : top[0]; break;
        case Equal: compared(top[-1] == top[0]); break;
        case NotEqual: compared(top[-1] != top[0]); break;
        case Less: compared(top[-1] < top[0]); break;
        case LessOrEqual: compared(top[-1] <= top[0]); break;
        case Greater: compared(top[-1] > top[0]); break;
        case GreaterOrEqual: compared(top[-1] >= top[0]); break;
        // Kleene's three values: what decides alone decides whether or not the other side has a value.
        case And: --top, top[0] = top[0] == 0 || top[1] == 0 ? 0 : top[0] * top[1]; break;
        case Or: --top, top[0] = top[0] == 1 || top[1] == 1 ? 1 : top[0] + top[1]; break;
        case Select: top -= 2, top[0] = std::isnan(top[0]) ? none : top[0] != 0 ? top[1] : top[2]; break;
        }
    }
    return top[0];
}

} // namespace millwright::plant
