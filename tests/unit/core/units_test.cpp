#include <millwright/core/units.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>
#include <random>

namespace millwright::units {
namespace {

using ::testing::HasSubstr;

double scale(std::string_view from, std::string_view to) {
    const Result<Conversion> conversion = convert(from, to);
    EXPECT_TRUE(conversion.has_value()) << from << " -> " << to << ": " << (conversion ? "" : conversion.error().text());
    return conversion ? conversion->scale : 0;
}

struct Factor {
    const char* from;
    const char* to;
    double factor;
};

class Factors : public ::testing::TestWithParam<Factor> {};

// Exact: one double, not merely near.
TEST_P(Factors, AreExact) {
    EXPECT_EQ(scale(GetParam().from, GetParam().to), GetParam().factor);
}

INSTANTIATE_TEST_SUITE_P(
    Industry, Factors,
    ::testing::Values(Factor{"mm", "m", 0.001}, Factor{"m", "mm", 1000}, Factor{"um", "mm", 0.001}, Factor{"km", "m", 1000},
                      Factor{"m/min", "m/s", 1.0 / 60}, Factor{"mm/min", "m/s", 0.001 / 60}, Factor{"[in_i]", "mm", 25.4},
                      Factor{"[ft_i]", "m", 0.3048}, Factor{"[mil_i]", "um", 25.4}, Factor{"kN", "N", 1000},
                      Factor{"N/mm", "N/m", 1000}, Factor{"[lbf_av]", "N", 4.4482216152605}, Factor{"bar", "Pa", 1e5},
                      Factor{"mbar", "kPa", 0.1}, Factor{"[psi]", "Pa", 6894.757293168}, Factor{"mm[Hg]", "Pa", 133.322},
                      Factor{"atm", "Pa", 101325}, Factor{"kW.h", "J", 3.6e6}, Factor{"MW.h", "MJ", 3600}, Factor{"A.h", "C", 3600},
                      Factor{"mOhm", "Ohm", 0.001}, Factor{"uS/cm", "S/m", 1e-4}, Factor{"L/min", "m3/s", 0.001 / 60},
                      Factor{"m3/h", "L/min", 1000.0 / 60}, Factor{"g/m2", "kg/m2", 0.001}, Factor{"g/cm3", "kg/m3", 1000},
                      Factor{"t/h", "kg/s", 1000.0 / 3600}, Factor{"%", "1", 0.01}, Factor{"[ppm]", "%", 1e-4},
                      Factor{"%{LEL}", "%", 1}, Factor{"{rev}/min", "/s", 1.0 / 60}, Factor{"/min", "Hz", 1.0 / 60},
                      Factor{"kHz", "/min", 60000}, Factor{"mPa.s", "cP", 1}, Factor{"mm2/s", "cSt", 1}, Factor{"d", "h", 24},
                      Factor{"wk", "d", 7}, Factor{"a", "d", 365.25}, Factor{"KiBy", "bit", 8192}, Factor{"[g]", "m/s2", 9.80665},
                      Factor{"[Btu_IT]", "J", 1055.05585262}, Factor{"[gal_us]", "L", 3.785411784},
                      Factor{"[cft_i]", "L", 28.316846592}, Factor{"V.A", "W", 1}, Factor{"J/(kg.K)", "kJ/(kg.K)", 0.001},
                      Factor{"10*3.m", "km", 1}, Factor{"m.s-2", "m/s2", 1}, Factor{"Cel/min", "K/s", 1.0 / 60},
                      Factor{"deg", "rad", std::numbers::pi / 180}));

TEST(Units, KnowsEveryCodeOfTheReferenceSheet) {
    for (const char* code : {"m",        "mm",
                             "um",       "km",
                             "kg",       "g",
                             "t",        "Hz",
                             "kHz",      "[in_i]",
                             "[lb_av]",  "{rev}/min",
                             "[ft_i]",   "g/cm3",
                             "rad",      "deg",
                             "[mil_i]",  "kg/m3",
                             "mg/m3",    "rad/s",
                             "deg/s",    "m2",
                             "mm2",      "mol/L",
                             "mg/L",     "m/s",
                             "mm/s",     "m3",
                             "L",        "mL",
                             "s",        "ms",
                             "us",       "m/min",
                             "mm/min",   "min",
                             "h",        "d",
                             "mm/s2",    "[g]",
                             "[cft_i]",  "wk",
                             "a",        "m/s2",
                             "L/min",    "L/h",
                             "N",        "kN",
                             "N.m",      "J",
                             "kJ",       "MJ",
                             "m3/h",     "m3/s",
                             "W.h",      "kW.h",
                             "kg/h",     "t/h",
                             "Pa",       "kPa",
                             "MPa",      "MW.h",
                             "{part}/h", "{cycle}",
                             "bar",      "mbar",
                             "%",        "[ppth]",
                             "[ppm]",    "[ppb]",
                             "[psi]",    "W",
                             "kW",       "MW",
                             "1",        "{count}",
                             "mm[Hg]",   "[HP]",
                             "Cel",      "atm",
                             "V.A",      "kV.A",
                             "[degF]",   "mPa.s",
                             "cP",       "V",
                             "mV",       "kV",
                             "K",        "Cel/min",
                             "mm2/s",    "cSt",
                             "A",        "mA",
                             "A.h",      "[pH]",
                             "lx",       "lm",
                             "cd",       "Ohm",
                             "kOhm",     "uS/cm",
                             "dB[SPL]",  "W/m2",
                             "W/(m2.K)", "uF",
                             "mT",       "uT",
                             "%{RH}",    "{piece}",
                             "kJ/kg",    "J/(kg.K)",
                             "bit",      "By",
                             "KiBy",     "MBy",
                             "[NTU]",    "V.A{reactive}",
                             "Pa.s",     "mOhm",
                             "MOhm",     "mV/d",
                             "K/min",    "{rev}/h",
                             "mA.h/cm2", "/min"}) {
        EXPECT_TRUE(parse(code).has_value()) << code << ": " << (parse(code) ? "" : parse(code).error().text());
    }
}

TEST(Units, TemperaturesHaveTheirOwnZero) {
    const Conversion toKelvin = convert("Cel", "K").value();
    EXPECT_EQ(toKelvin.scale, 1);
    EXPECT_DOUBLE_EQ(toKelvin.offset, 273.15);
    const Conversion toCelsius = convert("[degF]", "Cel").value();
    EXPECT_NEAR(212 * toCelsius.scale + toCelsius.offset, 100, 1e-9);
    EXPECT_NEAR(-40 * toCelsius.scale + toCelsius.offset, -40, 1e-9);
    const Conversion toFahrenheit = convert("Cel", "[degF]").value();
    EXPECT_NEAR(100 * toFahrenheit.scale + toFahrenheit.offset, 212, 1e-9);
    EXPECT_EQ(convert("Cel/min", "K/min").value(), Conversion{}) << "a rate is a difference";
    EXPECT_DOUBLE_EQ(convert("Cel{surface}", "K").value().offset, 273.15) << "annotations change nothing";
}

TEST(Units, AnUnstatedUnitIsTakenAsItIs) {
    EXPECT_EQ(convert("", "mm").value(), Conversion{});
    EXPECT_EQ(convert("mm", "").value(), Conversion{});
    EXPECT_EQ(convert("m/min", "m/min").value(), Conversion{});
}

TEST(Units, RefusesUnitsThatMeasureDifferentThings) {
    for (const auto& [from, to] :
         {std::pair{"N", "mm"}, {"deg", "%"}, {"Hz", "rad/s"}, {"[pH]", "1"}, {"dB[SPL]", "[pH]"}, {"mol", "1"}, {"bit", "1"}}) {
        const auto conversion = convert(from, to);
        ASSERT_FALSE(conversion.has_value()) << from << " -> " << to;
        EXPECT_THAT(conversion.error().message, HasSubstr("different things"));
    }
}

TEST(Units, ExplainsWhatToWriteInstead) {
    const auto message = [](std::string_view code) {
        const auto unit = parse(code);
        EXPECT_FALSE(unit.has_value()) << code;
        return unit ? std::string{} : unit.error().message;
    };
    EXPECT_EQ(message("rpm"), "'rpm' is not a UCUM unit: write '/min'");
    EXPECT_EQ(message("kWh"), "'kWh' is not a UCUM unit: write 'kW.h'");
    EXPECT_EQ(message("°C"), "'°C' is not a UCUM unit: write 'Cel'");
    EXPECT_EQ(message("ppm"), "'ppm' is not a UCUM unit: write '[ppm]'");
    EXPECT_EQ(message("[in_j]"), "'[in_j]' is not a UCUM unit: did you mean '[in_i]'?");
    EXPECT_THAT(message("m/sec"), HasSubstr("'sec' in 'm/sec' is not a UCUM unit: write 's'"));
    EXPECT_THAT(message("Cel2"), HasSubstr("cannot be raised"));
    for (const char* code : {"m/", "/", "m..s", "(m", "m)", "{open", "m{a b}", "0", "m-", "2147483648000.m", "m999", "10*999", " m",
                             "mPsi", "((((((((((((((((((m))))))))))))))))))"}) {
        EXPECT_FALSE(message(code).empty()) << code;
    }
}

TEST(Units, TellsKindsApart) {
    EXPECT_TRUE(isAngle(parse("deg").value()));
    EXPECT_FALSE(isAngle(parse("%").value()));
    EXPECT_TRUE(isAngularSpeed(parse("deg/s").value()));
    EXPECT_TRUE(isFrequency(parse("{rev}/min").value()));
    EXPECT_FALSE(isFrequency(parse("rad/s").value()));
    EXPECT_TRUE(isLength(parse("mm").value()));
    EXPECT_TRUE(isDimensionless(parse("").value()));
    EXPECT_FALSE(isDimensionless(parse("[pH]").value()));
}

TEST(Units, AreShownAsPeopleWriteThem) {
    EXPECT_EQ(display("Cel"), "°C");
    EXPECT_EQ(display("m3/h"), "m³/h");
    EXPECT_EQ(display("um"), "µm");
    EXPECT_EQ(display("kW.h"), "kW·h");
    EXPECT_EQ(display("%{LEL}"), "% LEL");
    EXPECT_EQ(display("[ppm]"), "ppm");
    EXPECT_EQ(display("mOhm"), "mΩ");
    EXPECT_EQ(display("/min"), "rpm");
    EXPECT_EQ(display("deg/s"), "°/s");
    EXPECT_EQ(display("{part}/h"), "part/h");
    EXPECT_EQ(display("J/(kg.K)"), "J/(kg·K)");
    EXPECT_EQ(display("not a unit"), "not a unit");
    EXPECT_EQ(display(""), "");
}

TEST(Units, SurviveAnyText) {
    std::mt19937 random{7};
    constexpr std::string_view alphabet = "mgsAKN/.(){}[]0123456789-+*^%'uCel ";
    for (int i = 0; i < 100'000; ++i) {
        std::string code(random() % 14, ' ');
        for (char& c : code) c = alphabet[random() % alphabet.size()];
        const auto unit = parse(code);
        EXPECT_TRUE(unit ? convert(code, code).has_value() : !unit.error().message.empty()) << code;
        (void)display(code);
    }
}

} // namespace
} // namespace millwright::units
