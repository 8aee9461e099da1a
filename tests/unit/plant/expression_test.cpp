#include "unit/plant/files.hpp"

#include <millwright/plant/expression.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <random>

namespace millwright::plant {
namespace {

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "line/m"
signal = [
    { id = "tension", unit = "N" },
    { id = "speed", unit = "m/min" },
    { id = "width", unit = "mm" },
    { id = "oven", unit = "Cel" },
    { id = "count", type = "integer" },
    { id = "door", type = "boolean", states = ["shut", "open"] },
    { id = "mode", type = "integer", states = ["manual", "auto"] },
    { id = "state", type = "string", states = ["Execute", "Held"] },
    { id = "recipe", type = "string" },
    { id = "a-b" }, { id = "2nd" },
]
)";

const Plant& plantOfTest() {
    static const Plant plant = loaded(plantText);
    return plant;
}

std::expected<SignalIndex, std::string> find(std::string_view name) {
    const SignalIndex found = plantOfTest().findSignal(name.contains('/') ? std::string{name} : "line/m/" + std::string{name});
    if (found == noSignal) return std::unexpected(std::format("there is no signal '{}'", name));
    return found;
}

/// What signals have; those not listed have no usable value.
struct Values {
    std::map<std::string, double> numbers;
    std::map<std::string, std::string> texts;

    [[nodiscard]] static std::string id(SignalIndex signal) { return std::string{plantOfTest().at(signal).id}; }
    [[nodiscard]] double number(SignalIndex signal) const {
        const auto found = numbers.find(id(signal));
        return found == numbers.end() ? std::nan("") : found->second;
    }
    [[nodiscard]] bool usable(SignalIndex signal) const { return numbers.contains(id(signal)) || texts.contains(id(signal)); }
    [[nodiscard]] std::string_view text(SignalIndex signal) const { return texts.at(id(signal)); }
};

Expression compiled(std::string_view text) {
    auto expression = compile(text, plantOfTest().signals, find);
    EXPECT_TRUE(expression) << text << ": " << expression.error().message;
    return expression ? *std::move(expression) : Expression{};
}

double valueOf(std::string_view text, const Values& values = {}) {
    const Expression expression = compiled(text);
    return expression.empty() ? -999 : evaluate(expression, values);
}

std::string problemOf(std::string_view text) {
    const auto expression = compile(text, plantOfTest().signals, find);
    return expression ? std::string{"compiles"} : std::format("{}: {}", expression.error().offset, expression.error().message);
}

TEST(Expression, CalculatesAsWritten) {
    EXPECT_EQ(valueOf("1 + 2 * 3 - 4 / 2"), 5);
    EXPECT_EQ(valueOf("(1 + 2) * -3"), -9);
    EXPECT_EQ(valueOf("10 - 3 - 2"), 5) << "left to right";
    EXPECT_EQ(valueOf("min(3, 2) + max(3, 2) + abs(-4)"), 9);
    EXPECT_EQ(valueOf("if(1 < 2, 10, 20)"), 10);
    EXPECT_EQ(valueOf("1 < 2 and not 2 <= 1 or false"), 1);
    EXPECT_EQ(valueOf("true == (1 != 1)"), 0);
    EXPECT_EQ(valueOf("1.5e3"), 1500);
    EXPECT_EQ(valueOf("not 1 == 2"), 1) << "not binds less than a comparison";
}

TEST(Expression, ReadsSignals) {
    const Values values{.numbers = {{"tension", 5}, {"a-b", 7}, {"2nd", 3}, {"door", 1}, {"mode", 1}, {"count", 12}},
                        .texts = {{"state", "Held"}, {"recipe", "A7"}}};
    EXPECT_EQ(valueOf("tension", values), 5);
    EXPECT_EQ(valueOf("line/m/tension / 2", values), 2.5);
    EXPECT_EQ(valueOf("a-b - 2nd", values), 4);
    EXPECT_EQ(valueOf("door and mode == 'auto'", values), 1);
    EXPECT_EQ(valueOf("door == 'shut'", values), 0);
    EXPECT_EQ(valueOf("state == 'Held' and recipe != 'B1'", values), 1);
    EXPECT_EQ(valueOf("count * 2", values), 24);
    const Expression expression = compiled("tension > 1 and door or tension < 0");
    EXPECT_EQ(expression.signals.size(), 2u) << "each once";
    EXPECT_EQ(expression.type, ExpressionType::Boolean);
    EXPECT_EQ(compiled("tension * 2").unit, "N");
}

TEST(Expression, ConvertsUnits) {
    const Values values{.numbers = {{"speed", 6}, {"width", 500}, {"oven", 30}, {"tension", 5}}};
    EXPECT_EQ(valueOf("speed > 0.09 'm/s'", values), 1);
    EXPECT_EQ(valueOf("speed < 0.11 'm/s'", values), 1);
    EXPECT_EQ(valueOf("width + 1 'cm'", values), 510) << "in the unit on the left";
    EXPECT_EQ(valueOf("width < 600", values), 1) << "a number without a unit takes the signal's";
    EXPECT_EQ(valueOf("speed * width == 3 'm2/min'", values), 1);
    EXPECT_EQ(valueOf("speed / width == 0.2 '/s'", values), 1);
    EXPECT_EQ(valueOf("oven > 80 '[degF]'", values), 1) << "30 °C are 86 °F";
    EXPECT_EQ(valueOf("oven + 5 'K' == 35 'Cel'", values), 1);
    EXPECT_EQ(valueOf("oven - 20 'Cel' > 9 'K'", values), 1) << "a difference of temperatures is one of kelvins";
    EXPECT_EQ(valueOf("if(true, width, 1 'm') == 500", values), 1);
    EXPECT_EQ(valueOf("if(false, width, 1 'm') == 1000", values), 1);
}

TEST(Expression, WhatHasNoValueIsDefined) {
    EXPECT_TRUE(std::isnan(valueOf("tension + 1")));
    EXPECT_TRUE(std::isnan(valueOf("1 / 0")));
    EXPECT_TRUE(std::isnan(valueOf("0 / 0")));
    EXPECT_TRUE(std::isnan(valueOf("1e308 * 10"))) << "beyond a double";
    EXPECT_TRUE(std::isnan(valueOf("tension > 5")));
    EXPECT_TRUE(std::isnan(valueOf("not tension > 5")));
    EXPECT_TRUE(std::isnan(valueOf("min(tension, 1)")));
    EXPECT_TRUE(std::isnan(valueOf("min(1, tension)")));
    EXPECT_TRUE(std::isnan(valueOf("max(tension, 1)")));
    EXPECT_TRUE(std::isnan(valueOf("if(tension > 5, 1, 2)")));
    EXPECT_EQ(valueOf("if(true, 1, tension)"), 1) << "only the chosen side counts";
    EXPECT_TRUE(std::isnan(valueOf("state == 'Held'")));
    EXPECT_TRUE(std::isnan(valueOf("state != 'Held'")));
    EXPECT_EQ(valueOf("good(tension)"), 0);
    EXPECT_EQ(valueOf("good(tension)", {.numbers = {{"tension", 1}}, .texts = {}}), 1);
    // Kleene's logic, every combination of true, false and none.
    const std::pair<const char*, double> three[] = {{"1 < 2", 1}, {"1 > 2", 0}, {"tension > 5", std::nan("")}};
    for (const auto& [a, x] : three) {
        for (const auto& [b, y] : three) {
            const double both = x == 0 || y == 0 ? 0 : std::isnan(x) || std::isnan(y) ? std::nan("") : 1;
            const double either = x == 1 || y == 1 ? 1 : std::isnan(x) || std::isnan(y) ? std::nan("") : 0;
            const double conjunction = valueOf(std::format("{} and {}", a, b));
            const double disjunction = valueOf(std::format("{} or {}", a, b));
            EXPECT_TRUE(conjunction == both || (std::isnan(conjunction) && std::isnan(both))) << a << " and " << b;
            EXPECT_TRUE(disjunction == either || (std::isnan(disjunction) && std::isnan(either))) << a << " or " << b;
        }
    }
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
    EXPECT_EQ(problemOf("tension > 5 'm'"), "10: a comparison needs equal kinds of quantity: 'N' and 'm' measure different things");
    EXPECT_EQ(problemOf("tension + speed > 5"),
              "10: a sum needs equal kinds of quantity: 'N' and 'm/min' measure different things");
    EXPECT_EQ(problemOf("tensoin > 5"), "0: there is no signal 'tensoin'");
    EXPECT_EQ(problemOf("tension-speed > 5"),
              "0: there is no signal 'tension-speed' (between values, - and / need spaces around them)");
    EXPECT_EQ(problemOf("speed > 5m"), "8: there is no signal '5m' (a unit is written in quotes after its number: 5 'm/min')");
    EXPECT_EQ(problemOf("speed > 5 'rpm'"), "10: 'rpm' is not a UCUM unit: write '/min'");
    EXPECT_EQ(problemOf("state > 5"), "0: signal 'line/m/state' is a string: compare it with a text in quotes, by == or !=");
    EXPECT_EQ(problemOf("state == 'Hold'"), "9: signal 'line/m/state' has no state 'Hold': did you mean 'Held'?");
    EXPECT_EQ(problemOf("state < 'Held'"), "8: a state can only be compared by == and !=");
    EXPECT_EQ(problemOf("tension == 'Held'"), "11: signal 'line/m/tension' has no named states: compare it with a number");
    EXPECT_EQ(problemOf("tension = 5"), "8: write == to compare");
    EXPECT_EQ(problemOf("1 < 2 < 3"), "6: comparisons cannot be chained: join them with 'and'");
    EXPECT_EQ(problemOf("tension and door"), "0: this is a number: a condition is needed here");
    EXPECT_EQ(problemOf("door + 1"), "0: this is a condition: a number is needed here");
    EXPECT_EQ(problemOf("door == 1"), "8: a number and a condition cannot be compared");
    EXPECT_EQ(problemOf("oven * 2"), "5: a temperature cannot be multiplied: subtract another one first");
    EXPECT_EQ(problemOf("oven + oven"), "5: temperatures cannot be added: add a difference in 'K'");
    EXPECT_EQ(problemOf("mix(1, 2)"), "0: there is no function 'mix': did you mean 'min'?");
    EXPECT_EQ(problemOf("good(5)"), "5: good(…) takes a signal");
    EXPECT_EQ(problemOf("min(1)"), "5: ',' is missing before ')'");
    EXPECT_EQ(problemOf("(1 + 2"), "6: ')' is missing before 'the end'");
    EXPECT_EQ(problemOf(""), "0: a value is missing before 'the end'");
    EXPECT_EQ(problemOf("1 +"), "3: a value is missing before 'the end'");
    EXPECT_EQ(problemOf("1 2"), "2: '2' was not expected here");
    EXPECT_EQ(problemOf("'Held'"), "0: 'Held' is a text: it can only be compared with a signal by == and !=");
    EXPECT_EQ(problemOf("1 $ 2"), "2: this character means nothing here");
    EXPECT_EQ(problemOf("state == 'Held"), "9: this quote is not closed");
    EXPECT_TRUE(problemOf(std::string(1000, '(')).ends_with("nested too deeply"));
    EXPECT_TRUE(problemOf([] {
                    std::string sum = "1";
                    for (int i = 0; i < 300; ++i) sum += " + 1";
                    return sum;
                }())
                    .ends_with("at most 256 operations"));
    EXPECT_TRUE(problemOf([] {
                    std::string sum;
                    for (int i = 0; i < 40; ++i) sum += "1 + (";
                    return sum + "1" + std::string(40, ')');
                }())
                    .ends_with("nested too deeply"));
}

// A place in a TOML string: plain, behind escapes, in several lines.
TEST(Expression, PlacesInThePlantFileAreExact) {
    const std::string header =
        std::format("{}[[equipment.alarm]]\nid = 'x'\nkind = 'expression'\npriority = 'low'\naction = 'a'\n", plantText);
    const auto place = [&](const std::string& line) {
        const std::string found = problemsOf(header + line);
        return found.substr(0, found.find(": "));
    };
    const auto line = std::ranges::count(header, '\n') + 1;
    EXPECT_EQ(place("expression = \"tension > 5 'm'\""), std::format("{}:{}", line, 25));
    EXPECT_EQ(place("expression = '''tension > nope'''"), std::format("{}:{}", line, 27));
    EXPECT_EQ(place("expression = \"tension\\t>\\u0020nope\""), std::format("{}:{}", line, 31));
    EXPECT_EQ(place("expression = \"\"\"\ntension > 5 and\n  speed > nope\"\"\""), std::format("{}:{}", line + 2, 11));
    EXPECT_EQ(place("expression = \"\"\"tension > 5 and \\\n     nope > 1\"\"\""), std::format("{}:{}", line + 1, 6));
    EXPECT_EQ(place("expression = \"tension + 1\""), std::format("{}:{}", line, 14)) << "no condition: the whole";
}

// Random programs made of every part of the grammar agree with a calculation of their own over the same tree.
TEST(Expression, AgreesWithATreeOfItsOwn) {
    std::mt19937_64 random{11};
    struct Tree {
        std::string text;
        double value;
    };
    const auto none = std::nan("");
    const auto finite = [&](double x) { return std::isfinite(x) ? x : none; };
    const std::function<Tree(int)> number = [&](int depth) -> Tree {
        if (depth == 0 || random() % 4 == 0) {
            if (random() % 5 == 0) return {"tension", none};
            const auto n = static_cast<double>(random() % 7);
            return {std::format("{}", n), n};
        }
        const Tree a = number(depth - 1), b = number(depth - 1);
        switch (random() % 6) {
        case 0: return {std::format("({} + {})", a.text, b.text), finite(a.value + b.value)};
        case 1: return {std::format("({} - {})", a.text, b.text), finite(a.value - b.value)};
        case 2: return {std::format("({} * {})", a.text, b.text), finite(a.value * b.value)};
        case 3: return {std::format("(-{} / {})", a.text, b.text), finite(-a.value / b.value)};
        case 4:
            return {std::format("min({}, {})", a.text, b.text),
                    std::isnan(a.value) || std::isnan(b.value) ? none : std::min(a.value, b.value)};
        default:
            return {std::format("if({} < {}, {}, abs({}))", a.text, b.text, a.text, b.text),
                    std::isnan(a.value) || std::isnan(b.value) ? none
                    : a.value < b.value                        ? a.value
                                                               : std::abs(b.value)};
        }
    };
    for (int round = 0; round < 2000; ++round) {
        // Without units: what is multiplied with N is no N any more.
        Tree tree = number(4);
        for (auto at = tree.text.find("tension"); at != std::string::npos; at = tree.text.find("tension"))
            tree.text.replace(at, 7, "a-b");
        const double found = valueOf(tree.text);
        EXPECT_TRUE(found == tree.value || (std::isnan(found) && std::isnan(tree.value))) << tree.text << " = " << found;
    }
}

} // namespace
} // namespace millwright::plant
