// Cells against what can be worked out by hand.
#include <millwright/sim/cell.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using plant::Cell;
using plant::Recipe;
using plant::RecipeStep;
using plant::RecipeStepKind;

constexpr RecipeStepKind charge = RecipeStepKind::Charge, discharge = RecipeStepKind::Discharge;

// 10 A.h, 3 V empty and 4 V full with a straight line between.
Cell straight() {
    return {.id = "c",
            .capacity = 10,
            .openCircuit = {{0, 1}, {3, 4}},
            .resistance = 0.01,
            .branches = {{0.004, 10s}, {0.002, 100s}},
            .heatCapacity = 500,
            .thermalResistance = 2};
}

Recipe doing(std::vector<RecipeStep> steps) {
    return {.id = "r", .temperature = 25, .steps = std::move(steps)};
}

TEST(CellOnRecipe, FollowsTheEquivalentCircuit) {
    // V(t) = OCV(I t / Q) + I R + sum I Ri (1 - exp(-t / tau i)): Plett, Battery Management Systems I, 2.5.
    const Cell kind = straight();
    const Recipe recipe = doing({{.kind = charge, .current = 5, .lasts = 1h}});
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    cell.advance(120s, true);
    const double t = 119; // the last step's voltage is that at its beginning
    const double expected =
        3 + 5 * t / 3600 / 10 + 5 * 0.01 + 5 * 0.004 * (1 - std::exp(-t / 10)) + 5 * 0.002 * (1 - std::exp(-t / 100));
    EXPECT_NEAR(cell.voltage(), expected, 1e-12);
    EXPECT_EQ(cell.current(), 5);
    EXPECT_NEAR(cell.charge(), 5 * 120 / 3600.0, 1e-12);
}

TEST(CellOnRecipe, StepsOfOneSecondMakeNoDifferenceToSamplesFartherApart) {
    const Cell kind = straight();
    const Recipe recipe =
        doing({{.kind = charge, .current = 5, .voltage = 4, .cutOff = 0.5}, {.kind = discharge, .current = 5, .voltage = 3}});
    CellOnRecipe often{kind, recipe, meanCell(kind)}, seldom = often;
    for (int i = 0; i < 9000; ++i) often.advance(1s, true);
    for (int i = 0; i < 150; ++i) seldom.advance(60s, true);
    EXPECT_EQ(often.voltage(), seldom.voltage());
    EXPECT_EQ(often.temperature(), seldom.temperature());
}

TEST(CellOnRecipe, ChargesWithFallingCurrentAtTheVoltage) {
    const Cell kind = straight();
    const Recipe recipe = doing({{.kind = charge, .current = 5, .voltage = 4, .cutOff = 0.5}, {.lasts = 10h}});
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    double before = 5, most = 0;
    int held = 0;
    while (cell.current() > 0 || cell.charge() == 0) {
        cell.advance(1s, true);
        EXPECT_LE(cell.current(), before);
        if (cell.current() > 0 && cell.current() < 5) {
            ++held;
            EXPECT_NEAR(cell.voltage(), 4, 1e-9);
            EXPECT_GT(cell.current(), 0.5);
        }
        before = cell.current();
        most = std::max(most, cell.voltage());
    }
    EXPECT_GT(held, 60);
    EXPECT_LE(most, 4 + 1e-9);
    // At the end the voltage falls off the resistances by 0.5 A * 16 mOhm: 8 mV of 1 V are not in the cell; its branches lag.
    EXPECT_NEAR(cell.charge(), 10 * (1 - 0.008), 0.02);
}

TEST(CellOnRecipe, ANewCellKeepsPartOfItsFirstCharge) {
    Cell kind = straight();
    kind.firstLoss = 0.12;
    kind.firstCharge = {{0, 0.05, 1}, {0.2, 3, 4}};
    const RecipeStep slowly{.kind = charge, .current = 0.5, .voltage = 4, .cutOff = 0.01};
    const RecipeStep empty{.kind = discharge, .current = 0.5, .voltage = 3};
    const Recipe recipe = doing({slowly, empty, slowly, empty});
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    EXPECT_EQ(cell.voltage(), 0.2);
    double in = 0;
    while (!cell.capacity()) {
        cell.advance(1s, true);
        in = std::max(in, cell.charge());
    }
    const double first = *cell.capacity();
    EXPECT_NEAR(in, 10 / 0.88, 0.01);
    EXPECT_NEAR(first / in, 0.88, 0.01);
    while (!cell.isDone()) cell.advance(1s, true);
    EXPECT_NEAR(*cell.capacity(), first, 0.005); // the second charge is kept whole
    EXPECT_NEAR(cell.charge(), in - first, 0.02);
}

TEST(CellOnRecipe, WarmsUpByWhatItsResistancesTurnIntoHeat) {
    const Cell kind = straight();
    const Recipe recipe = doing({{.kind = charge, .current = 5, .lasts = 2h}});
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    cell.advance(1000s, true); // one thermal time constant
    EXPECT_NEAR(cell.temperature(), 25 + 25 * 0.016 * 2 * (1 - std::exp(-1)), 0.03);
    cell.advance(6000s, true);
    EXPECT_NEAR(cell.temperature(), 25 + 25 * 0.016 * 2, 0.001);
}

TEST(CellOnRecipe, ResistsLessWhenWarm) {
    Cell kind = straight();
    kind.branches.clear();
    kind.activation = 2500;
    Recipe recipe = doing({{.kind = charge, .current = 5, .lasts = 1h}});
    recipe.temperature = 45;
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    cell.advance(1s, true);
    EXPECT_NEAR(cell.voltage(), 3 + 5 * 0.01 * std::exp(2500 * (1 / 318.15 - 1 / 298.15)), 1e-12);
}

TEST(CellOnRecipe, StandsStillWhileTheStationDoes) {
    const Cell kind = straight();
    const Recipe recipe = doing({{.lasts = 60s}, {.kind = charge, .current = 5, .lasts = 60s}});
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    cell.advance(90s, true);
    EXPECT_EQ(cell.current(), 5);
    cell.advance(1000s, false);
    EXPECT_EQ(cell.current(), 0);
    cell.advance(29s, true);
    EXPECT_EQ(cell.current(), 5);
    EXPECT_FALSE(cell.isDone());
    cell.advance(3s, true);
    EXPECT_TRUE(cell.isDone());
    EXPECT_NEAR(cell.charge(), 5 * 60 / 3600.0, 1e-12);
}

TEST(CellOnRecipe, AShortCircuitTakesChargeAndAWornPinVoltage) {
    const Cell kind = straight();
    const Recipe recipe = doing({{.kind = charge, .current = 1, .voltage = 3.5}, {.lasts = 1h}});
    const auto charged = [&](const CellSpecimen& specimen, double* first) {
        CellOnRecipe cell{kind, recipe, specimen};
        cell.advance(1s, true);
        *first = cell.voltage();
        while (cell.current() > 0) cell.advance(1s, true);
        return cell.charge();
    };
    CellSpecimen sound = meanCell(kind), shorted = sound, pin = sound;
    shorted.leak = 1 / 100.0; // 33 to 35 mA of 1 A
    pin.contact = 0.02;
    double v0 = 0, v1 = 0, v2 = 0;
    const double normal = charged(sound, &v0), more = charged(shorted, &v1), less = charged(pin, &v2);
    EXPECT_NEAR(more / normal, 1 / (1 - 0.0325), 0.001);
    EXPECT_NEAR(v2 - v0, 0.02, 1e-9);
    EXPECT_NEAR(normal - less, 0.02 * 10, 0.001); // 20 mV of 1 V earlier
}

TEST(Cell, SpecimensHaveTheSpreadAndDefectsOfTheirKind) {
    Cell kind = straight();
    kind.capacityDeviation = 0.2;
    kind.resistanceDeviation = 0.03;
    kind.defects = {{.id = "short", .share = 0.02, .shortCircuit = 100.0}, {.id = "pin", .share = 0.05, .resistance = 0.01}};
    constexpr int n = 20'000;
    double sum = 0, squares = 0, ohms = 0, shorts = 0, pins = 0;
    for (int i = 0; i < n; ++i) {
        const CellSpecimen one = drawCell(kind, 7, 3, static_cast<std::uint64_t>(i));
        sum += one.capacity;
        squares += (one.capacity - 10) * (one.capacity - 10);
        ohms += one.resistance;
        shorts += one.leak > 0;
        pins += one.contact > 0;
        EXPECT_FALSE(one.leak > 0 && one.contact > 0);
    }
    EXPECT_NEAR(sum / n, 10, 5 * 0.2 / std::sqrt(n));
    EXPECT_NEAR(std::sqrt(squares / n), 0.2, 5 * 0.2 / std::sqrt(2.0 * n) + 0.003); // cut at three deviations
    EXPECT_NEAR(ohms / n, 0.01, 5 * 0.0003 / std::sqrt(n));
    EXPECT_NEAR(shorts, 0.02 * n, 5 * std::sqrt(0.02 * n));
    EXPECT_NEAR(pins, 0.05 * n, 5 * std::sqrt(0.05 * n));
}

TEST(Cell, SaysHowLongARecipeTakes) {
    const Cell kind = straight();
    const auto length = lengthOf(kind, doing({{.lasts = 600s}, {.kind = charge, .current = 5, .lasts = 900s}}), 1h);
    ASSERT_TRUE(length);
    EXPECT_NEAR(seconds(*length), 1500, 2);
    EXPECT_FALSE(lengthOf(kind, doing({{.lasts = 2h}}), 1h));
}

} // namespace
} // namespace millwright::sim
