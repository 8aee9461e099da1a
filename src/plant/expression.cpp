#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>
#include <millwright/plant/expression.hpp>
#include <millwright/plant/plant.hpp>

#include <algorithm>
#include <charconv>
#include <format>
#include <optional>

namespace millwright::plant {
namespace {

using Op = Expression::Op;

constexpr std::size_t maximumBytes = 4096;
constexpr std::size_t maximumNesting = 64;

struct Token {
    enum class Kind : std::uint8_t { End, Number, Name, Quoted, Sign };
    Kind kind = Kind::End;
    std::size_t at = 0;
    std::string_view text; ///< of a Quoted: what is between the quotes
    double number = 0;
};

/// What is known of a value on the stack before it has one.
struct Operand {
    enum class Kind : std::uint8_t { Number, Boolean, Text, Signal };
    Kind kind = Kind::Number;
    std::optional<units::Unit> unit; ///< none: not stated, takes the unit of what it meets
    std::string code;                ///< UCUM, where the unit is one that was written
    SignalIndex signal = noSignal;   ///< of a String signal, and of a signal whose states have names
    std::string_view text;           ///< of a Text
    std::size_t at = 0;
};

bool startsName(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '{';
}
bool continuesName(char c) {
    return startsName(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '/' || c == ':' || c == '}';
}

/// Recursive descent: or, and, not, comparison, sum, product, sign, atom. The first problem ends it.
class Compiler {
public:
    Compiler(std::string_view text, std::span<const Signal> signals, const SignalFinder& find)
        : text_{text}, signals_{signals}, find_{find} {
        result_.text = text;
    }

    /// `wanted`: the unit that a number becomes; null: the one that it has.
    std::expected<Expression, ExpressionError> compile(const std::string_view* wanted = nullptr) {
        if (text_.size() > maximumBytes) return std::unexpected(ExpressionError{0, "an expression has at most 4096 characters"});
        next();
        Operand whole = value(disjunction());
        if (!error_ && token_.kind != Token::Kind::End) fail(token_.at, std::format("'{}' was not expected here", shown(token_)));
        if (wanted != nullptr && whole.kind == Operand::Kind::Number) become(*wanted, whole);
        if (error_) return std::unexpected(std::move(*error_));
        result_.type = whole.kind == Operand::Kind::Boolean ? ExpressionType::Boolean : ExpressionType::Number;
        if (whole.kind == Operand::Kind::Number && whole.unit) result_.unit = whole.code;
        std::ranges::sort(result_.signals);
        const auto repeated = std::ranges::unique(result_.signals);
        result_.signals.erase(repeated.begin(), repeated.end());
        return std::move(result_);
    }

private:
    // --- words -----------------------------------------------------------------------------------------------------------------
    static std::string shown(const Token& token) {
        return token.kind == Token::Kind::End ? std::string{"the end"} : std::string{token.text.substr(0, 40)};
    }

    void fail(std::size_t at, std::string message) {
        if (!error_) error_ = ExpressionError{std::min(at, text_.size()), std::move(message)};
        token_ = {Token::Kind::End, text_.size(), {}, 0};
        at_ = text_.size();
    }

    void next() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
        token_ = {Token::Kind::End, at_, {}, 0};
        if (at_ == text_.size()) return;
        const char c = text_[at_];
        std::size_t end = at_ + 1;
        if ((c >= '0' && c <= '9') || c == '.') return number();
        if (startsName(c)) {
            while (end < text_.size() && continuesName(text_[end])) ++end;
            token_.kind = Token::Kind::Name;
        } else if (c == '\'') {
            end = text_.find('\'', end);
            if (end == std::string_view::npos) return fail(at_, "this quote is not closed");
            token_ = {Token::Kind::Quoted, at_, text_.substr(at_ + 1, end - at_ - 1), 0};
            at_ = end + 1;
            return;
        } else {
            const std::string_view two = text_.substr(at_, 2);
            if (two == "==" || two == "!=" || two == "<=" || two == ">=")
                ++end;
            else if (!std::string_view{"<>+-*/(),"}.contains(c))
                return fail(at_, c == '=' ? "write == to compare" : "this character means nothing here");
            token_.kind = Token::Kind::Sign;
        }
        token_.text = text_.substr(at_, end - at_);
        at_ = end;
    }

    void number() {
        const char* begin = text_.data() + at_;
        double number = 0;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
        const auto length = static_cast<std::size_t>(end - begin);
        std::size_t name = 0;
        while (at_ + name < text_.size() && continuesName(text_[at_ + name])) ++name;
        if (error == std::errc::result_out_of_range) return fail(at_, "this number is beyond a double's range");
        if (error != std::errc{} || length < name) { // ids may begin with a digit: 1-line/speed
            token_ = {Token::Kind::Name, at_, text_.substr(at_, name), 0};
            at_ += name;
            return;
        }
        token_ = {Token::Kind::Number, at_, text_.substr(at_, length), number};
        at_ += length;
    }

    [[nodiscard]] bool isSign(std::string_view sign) const { return token_.kind == Token::Kind::Sign && token_.text == sign; }
    [[nodiscard]] bool isWord(std::string_view word) const { return token_.kind == Token::Kind::Name && token_.text == word; }
    bool take(std::string_view sign) {
        if (!isSign(sign)) return false;
        next();
        return true;
    }
    void require(std::string_view sign) {
        if (!take(sign)) fail(token_.at, std::format("'{}' is missing before '{}'", sign, shown(token_)));
    }

    // --- the program -----------------------------------------------------------------------------------------------------------
    void emit(Expression::Instruction instruction, int grows, std::size_t at) {
        if (error_) return;
        depth_ += grows;
        if (result_.code.size() == expressionLength)
            return fail(at, std::format("an expression has at most {} operations", expressionLength));
        if (depth_ > static_cast<int>(expressionDepth)) return fail(at, "this expression is nested too deeply");
        result_.code.push_back(instruction);
    }

    /// The operand as a number or boolean: a signal is read now.
    Operand value(Operand operand) {
        if (error_) return operand;
        if (operand.kind == Operand::Kind::Text) {
            fail(operand.at, std::format("'{}' is a text: it can only be compared with a signal by == and !=", operand.text));
        } else if (operand.kind == Operand::Kind::Signal) {
            const Signal& signal = signals_[index(operand.signal)];
            if (signal.type == ValueType::String) {
                fail(operand.at,
                     std::format("signal '{}' is a string: compare it with a text in quotes, by == or !=", signal.path));
                return operand;
            }
            emit({Op::Number, operand.signal}, 1, operand.at);
            operand.kind = signal.type == ValueType::Boolean ? Operand::Kind::Boolean : Operand::Kind::Number;
        }
        return operand;
    }

    Operand boolean(Operand operand) {
        operand = value(std::move(operand));
        if (operand.kind != Operand::Kind::Boolean) fail(operand.at, "this is a number: a condition is needed here");
        return operand;
    }
    Operand numeric(Operand operand) {
        operand = value(std::move(operand));
        if (operand.kind != Operand::Kind::Number) fail(operand.at, "this is a condition: a number is needed here");
        return operand;
    }

    /// Makes `right`, on top of the stack, a number in the unit of `left`; returns what both are in.
    Operand sameUnit(const Operand& left, const Operand& right, std::string_view what) {
        Operand result = left.unit ? left : right;
        if (!left.unit || !right.unit) return result;
        const auto conversion = units::convert(*right.unit, *left.unit);
        if (!conversion) {
            fail(right.at, std::format("{} needs equal kinds of quantity: '{}' and '{}' measure different things", what,
                                       unitText(left), unitText(right)));
        } else if (conversion->scale != 1 || conversion->offset != 0) {
            emit({Op::Convert, noSignal, conversion->scale, conversion->offset}, 0, right.at);
        }
        return result;
    }
    /// Makes the number on top of the stack one in the unit `code`.
    void become(std::string_view code, Operand& operand) {
        const auto unit = units::parse(code);
        if (error_ || !unit) return; // a signal's unit is checked with the signal
        if (operand.unit) {
            const auto conversion = units::convert(*operand.unit, *unit);
            const bool isOne = conversion && (operand.code.empty() || *conversion == units::Conversion{});
            if (code.empty() && !isOne)
                return fail(0,
                            std::format("this is a quantity in '{}': say in 'unit' which one the signal has", unitText(operand)));
            if (!conversion)
                return fail(0, std::format("the signal's unit '{}' and the expression's, '{}', measure different things", code,
                                           unitText(operand)));
            if (conversion->scale != 1 || conversion->offset != 0)
                emit({Op::Convert, noSignal, conversion->scale, conversion->offset}, 0, 0);
        }
        operand.unit = *unit;
        operand.code = code;
    }
    static std::string unitText(const Operand& operand) {
        if (!operand.code.empty()) return operand.code;
        return operand.unit && units::isDimensionless(*operand.unit) ? "1" : "a product of units";
    }

    // --- grammar ---------------------------------------------------------------------------------------------------------------
    Operand disjunction() {
        Operand left = conjunction();
        while (!error_ && isWord("or")) left = connective(std::move(left), Op::Or, &Compiler::conjunction);
        return left;
    }
    Operand conjunction() {
        Operand left = negation();
        while (!error_ && isWord("and")) left = connective(std::move(left), Op::And, &Compiler::negation);
        return left;
    }
    Operand connective(Operand left, Op op, Operand (Compiler::*right)()) {
        boolean(std::move(left));
        const std::size_t at = token_.at;
        next();
        boolean((this->*right)());
        emit({op}, -1, at);
        return {.kind = Operand::Kind::Boolean, .at = at};
    }
    Operand negation() {
        if (!isWord("not")) return comparison();
        const std::size_t at = token_.at;
        if (!enter(at)) return {};
        next();
        boolean(negation());
        emit({Op::Not}, 0, at);
        --nesting_;
        return {.kind = Operand::Kind::Boolean, .at = at};
    }

    [[nodiscard]] std::optional<Op> comparisonSign() const {
        if (token_.kind != Token::Kind::Sign) return std::nullopt;
        constexpr std::pair<std::string_view, Op> signs[] = {{"==", Op::Equal},  {"!=", Op::NotEqual},
                                                             {"<", Op::Less},    {"<=", Op::LessOrEqual},
                                                             {">", Op::Greater}, {">=", Op::GreaterOrEqual}};
        const auto* found = std::ranges::find(signs, token_.text, &std::pair<std::string_view, Op>::first);
        return found == std::end(signs) ? std::nullopt : std::optional{found->second};
    }

    Operand comparison() {
        Operand left = sum();
        const auto op = comparisonSign();
        if (!op || error_) return left;
        const std::size_t at = token_.at;
        next();
        // A state's name needs the signal, which is read only once it is known what it is compared with.
        const bool states = left.kind == Operand::Kind::Signal && token_.kind == Token::Kind::Quoted;
        if (states) return stateComparison(left, *op);
        left = value(std::move(left));
        Operand right = value(sum());
        if (!error_ && left.kind != right.kind) fail(right.at, "a number and a condition cannot be compared");
        if (!error_ && left.kind == Operand::Kind::Boolean && *op != Op::Equal && *op != Op::NotEqual)
            fail(at, "conditions can only be compared by == and !=");
        sameUnit(left, right, "a comparison");
        emit({*op}, -1, at);
        if (comparisonSign()) fail(token_.at, "comparisons cannot be chained: join them with 'and'");
        return {.kind = Operand::Kind::Boolean, .at = at};
    }

    Operand stateComparison(const Operand& left, Op op) {
        const Token state = token_;
        next();
        const Signal& signal = signals_[index(left.signal)];
        if (op != Op::Equal && op != Op::NotEqual) fail(state.at, "a state can only be compared by == and !=");
        const auto found = std::ranges::find(signal.states, state.text);
        const bool known = found != signal.states.end();
        if (!known && !(signal.type == ValueType::String && signal.states.empty())) {
            const std::vector<std::string_view> names{signal.states.begin(), signal.states.end()};
            fail(state.at, names.empty() ? std::format("signal '{}' has no named states: compare it with a number", signal.path)
                                         : std::format("signal '{}' has no state '{}'{}", signal.path, state.text.substr(0, 40),
                                                       didYouMean(state.text, names)));
        }
        if (error_) return {};
        if (signal.type == ValueType::String) {
            emit({Op::TextIs, left.signal, static_cast<double>(result_.texts.size())}, 1, state.at);
            result_.texts.emplace_back(state.text);
            if (op == Op::NotEqual) emit({Op::Not}, 0, state.at);
        } else {
            emit({Op::Number, left.signal}, 1, left.at);
            emit({Op::Constant, noSignal, static_cast<double>(found - signal.states.begin())}, 1, state.at);
            emit({op}, -1, state.at);
        }
        return {.kind = Operand::Kind::Boolean, .at = left.at};
    }

    Operand sum() {
        Operand left = product();
        while (!error_ && (isSign("+") || isSign("-"))) {
            const bool plus = isSign("+");
            const std::size_t at = token_.at;
            left = numeric(std::move(left));
            next();
            left = added(left, numeric(product()), plus, at);
        }
        return left;
    }

    /// A temperature has a zero of its own: its differences are K, and only differences can be added to it.
    Operand added(const Operand& left, const Operand& right, bool plus, std::size_t at) {
        const auto absolute = [](const Operand& operand) { return operand.unit && operand.unit->offset != 0; };
        Operand a = left, b = right;
        if (absolute(a) && b.unit && !absolute(b)) {
            const double offset = a.unit->offset;
            a.unit->offset = 0;
            Operand result = sameUnit(a, b, plus ? "a sum" : "a difference");
            emit({plus ? Op::Add : Op::Subtract}, -1, at);
            if (result.unit) result.unit->offset = offset;
            return result;
        }
        if (absolute(b) && (plus || (a.unit && !absolute(a)))) {
            fail(at, "temperatures cannot be added: add a difference in 'K'");
            return {};
        }
        Operand result = sameUnit(a, b, plus ? "a sum" : "a difference");
        emit({plus ? Op::Add : Op::Subtract}, -1, at);
        if (absolute(a) && absolute(b)) {
            result.unit->offset = 0;
            result.code.clear();
        }
        return result;
    }

    Operand product() {
        Operand left = signedAtom();
        while (!error_ && (isSign("*") || isSign("/"))) {
            const bool times = isSign("*");
            const std::size_t at = token_.at;
            left = numeric(std::move(left));
            next();
            const Operand right = numeric(signedAtom());
            if ((left.unit && left.unit->offset != 0) || (right.unit && right.unit->offset != 0))
                fail(at, "a temperature cannot be multiplied: subtract another one first");
            emit({times ? Op::Multiply : Op::Divide}, -1, at);
            left = multiplied(left, right, times, at);
        }
        return left;
    }

    Operand multiplied(const Operand& left, const Operand& right, bool times, std::size_t at) {
        Operand result{.at = left.at};
        if (!left.unit && !right.unit) return result;
        const auto unit = units::multiplied(left.unit.value_or(units::Unit{}), right.unit.value_or(units::Unit{}), times ? 1 : -1);
        if (!unit)
            fail(at, unit.error().message);
        else
            result.unit = *unit;
        if (!right.unit) result.code = left.code;
        if (!left.unit && times) result.code = right.code;
        return result;
    }

    Operand signedAtom() {
        if (!isSign("-")) return atom();
        const std::size_t at = token_.at;
        if (!enter(at)) return {};
        next();
        Operand operand = numeric(signedAtom());
        emit({Op::Negate}, 0, at);
        --nesting_;
        return operand;
    }

    bool enter(std::size_t at) {
        if (++nesting_ <= maximumNesting) return true;
        fail(at, "this expression is nested too deeply");
        return false;
    }

    Operand atom() {
        const Token token = token_;
        if (error_) return {};
        next();
        switch (token.kind) {
        case Token::Kind::Number: return literal(token);
        case Token::Kind::Quoted: return {.kind = Operand::Kind::Text, .text = token.text, .at = token.at};
        case Token::Kind::Name: return name(token);
        case Token::Kind::Sign:
            if (token.text == "(" && enter(token.at)) {
                Operand inside = disjunction();
                require(")");
                --nesting_;
                return inside;
            }
            break;
        case Token::Kind::End: break;
        }
        fail(token.at, std::format("a value is missing before '{}'", shown(token)));
        return {};
    }

    Operand literal(const Token& token) {
        Operand operand{.at = token.at};
        emit({Op::Constant, noSignal, token.number}, 1, token.at);
        if (token_.kind != Token::Kind::Quoted) return operand;
        const auto unit = units::parse(token_.text);
        if (!unit)
            fail(token_.at, unit.error().message);
        else
            operand.unit = *unit;
        operand.code = token_.text;
        next();
        return operand;
    }

    Operand name(const Token& token) {
        if (token.text == "true" || token.text == "false") {
            emit({Op::Constant, noSignal, token.text == "true" ? 1.0 : 0.0}, 1, token.at);
            return {.kind = Operand::Kind::Boolean, .at = token.at};
        }
        if (token.text == "and" || token.text == "or" || token.text == "not") {
            fail(token.at, std::format("a value is missing before '{}'", token.text));
            return {};
        }
        if (isSign("(")) return function(token);
        return signal(token);
    }

    Operand signal(const Token& token) {
        const auto found = find_(token.text);
        if (!found) {
            const bool digit = token.text.front() >= '0' && token.text.front() <= '9';
            const bool joined = token.text.find_first_of("-/") != std::string_view::npos;
            fail(token.at, found.error() + (digit    ? " (a unit is written in quotes after its number: 5 'm/min')"
                                            : joined ? " (between values, - and / need spaces around them)"
                                                     : ""));
            return {};
        }
        const Signal& signal = signals_[index(*found)];
        Operand operand{.kind = Operand::Kind::Signal, .code = std::string{signal.unit}, .signal = *found, .at = token.at};
        if (!signal.unit.empty()) {
            if (const auto unit = units::parse(signal.unit)) operand.unit = *unit;
        }
        result_.signals.push_back(*found);
        return operand;
    }

    Operand function(const Token& name) {
        next();
        if (!enter(name.at)) return {};
        Operand result;
        if (name.text == "good") {
            const Operand signal = atom();
            if (!error_ && signal.kind != Operand::Kind::Signal) fail(signal.at, "good(…) takes a signal");
            emit({Op::Usable, signal.signal}, 1, name.at);
            result = {.kind = Operand::Kind::Boolean, .at = name.at};
        } else if (name.text == "abs") {
            result = numeric(disjunction());
            emit({Op::Absolute}, 0, name.at);
        } else if (name.text == "min" || name.text == "max") {
            const Operand left = numeric(disjunction());
            require(",");
            result = sameUnit(left, numeric(disjunction()), name.text == "min" ? "min" : "max");
            emit({name.text == "min" ? Op::Minimum : Op::Maximum}, -1, name.at);
        } else if (name.text == "if") {
            boolean(disjunction());
            require(",");
            const Operand yes = value(disjunction());
            require(",");
            const Operand no = value(disjunction());
            if (!error_ && yes.kind != no.kind) fail(no.at, "both sides of if(…) must be numbers, or both conditions");
            result = sameUnit(yes, no, "if");
            emit({Op::Select}, -2, name.at);
        } else {
            constexpr std::string_view functions[] = {"abs", "min", "max", "if", "good"};
            const std::string advice = didYouMean(name.text, functions);
            fail(name.at, std::format("there is no function '{}'{}", name.text.substr(0, 40),
                                      advice.empty() ? ": there are abs, min, max, if and good" : advice));
        }
        require(")");
        --nesting_;
        return result;
    }

    std::string_view text_;
    std::span<const Signal> signals_;
    const SignalFinder& find_;
    std::size_t at_ = 0;
    Token token_;
    std::optional<ExpressionError> error_;
    Expression result_;
    int depth_ = 0;
    std::size_t nesting_ = 0;
};

} // namespace

std::expected<Expression, ExpressionError> compile(std::string_view text, std::span<const Signal> signals,
                                                   const SignalFinder& find) {
    return Compiler{text, signals, find}.compile();
}

std::expected<Expression, ExpressionError> compileTo(std::string_view unit, std::string_view text, std::span<const Signal> signals,
                                                     const SignalFinder& find) {
    return Compiler{text, signals, find}.compile(&unit);
}

} // namespace millwright::plant
