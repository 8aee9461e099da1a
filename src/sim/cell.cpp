#include "sim/elementary.hpp"

#include <millwright/sim/cell.hpp>
#include <millwright/sim/random.hpp>

#include <algorithm>
#include <cmath>

namespace millwright::sim {
namespace {

using plant::RecipeStep;
using plant::RecipeStepKind;

constexpr double zeroCelsius = 273.15;
constexpr Duration longestStep = std::chrono::seconds{1};

// Three deviations at most, so that no cell is absurd.
double normal(std::uint64_t bits) {
    return std::clamp(inverseNormal(toOpenUniform(bits)), -3.0, 3.0);
}

double decay(double seconds, double constant) {
    return naturalExponential(-std::min(seconds / constant, 600.0));
}

} // namespace

CellSpecimen meanCell(const plant::Cell& cell) {
    return {.capacity = cell.capacity, .resistance = cell.resistance};
}

CellSpecimen drawCell(const plant::Cell& cell, std::uint64_t seed, std::uint32_t stream, std::uint64_t number) {
    const RandomBlock spread = randomBlock(seed, stream, number);
    CellSpecimen specimen{.capacity = cell.capacity + cell.capacityDeviation * normal(spread.first),
                          .resistance = cell.resistance * (1 + cell.resistanceDeviation * normal(spread.second))};
    double chance = toUniform(randomBlock(seed, stream, number, 1).first);
    for (std::size_t i = 0; i < cell.defects.size(); ++i) {
        const plant::CellDefect& defect = cell.defects[i];
        chance -= defect.share;
        if (chance > 0) continue;
        specimen.capacity *= defect.capacity;
        specimen.contact = defect.resistance;
        specimen.leak = defect.shortCircuit ? 1 / *defect.shortCircuit : 0;
        specimen.defect = i;
        break;
    }
    return specimen;
}

CellOnRecipe::CellOnRecipe(const plant::Cell& kind, const plant::Recipe& recipe, const CellSpecimen& specimen)
    : kind_{&kind}, recipe_{&recipe}, specimen_{specimen}, branches_(kind.branches.size()), temperature_{recipe.temperature} {
    voltage_ = openCircuit();
}

void CellOnRecipe::advance(Duration duration, bool working) {
    for (Duration left = duration; left > Duration::zero(); left -= longestStep) pass(std::min(left, longestStep), working);
}

double CellOnRecipe::openCircuit() const {
    if (!isNew_) return kind_->openCircuit.at(held_ / specimen_.capacity);
    const double all = specimen_.capacity / (1 - kind_->firstLoss);
    return (kind_->firstCharge.charge.empty() ? kind_->openCircuit : kind_->firstCharge).at(held_ / all);
}

void CellOnRecipe::nextStep() {
    const RecipeStep& ended = recipe_->steps[step_];
    if (ended.kind == RecipeStepKind::Discharge && (!ended.lasts || inStep_ < *ended.lasts)) capacity_ = given_;
    ++step_;
    inStep_ = Duration::zero();
    given_ = 0;
    if (isDone() || recipe_->steps[step_].kind != RecipeStepKind::Discharge || !isNew_) return;
    held_ *= 1 - kind_->firstLoss; // the rest is bound for good
    isNew_ = false;
}

// The current that the recipe wants now, going on to the step that wants one. `inner`: V without the series resistance's.
double CellOnRecipe::currentNow(double resistance, double inner) {
    for (; !isDone(); nextStep()) {
        const RecipeStep& step = recipe_->steps[step_];
        if (step.lasts && inStep_ >= *step.lasts) continue;
        if (step.kind == RecipeStepKind::Rest) return 0;
        const bool charges = step.kind == RecipeStepKind::Charge;
        const double wanted = charges ? step.current : -step.current;
        const double reached = inner + wanted * resistance;
        if (!step.voltage || (charges ? reached < *step.voltage : reached > *step.voltage)) return wanted;
        if (!step.cutOff) continue;
        const double held = (*step.voltage - inner) / resistance;
        if (held > *step.cutOff) return held;
    }
    return 0;
}

void CellOnRecipe::pass(Duration duration, bool working) {
    // Arrhenius, from what it is at 25 Cel.
    const double warmth = kind_->activation * (1 / (temperature_ + zeroCelsius) - 1 / (25 + zeroCelsius));
    const double resistance = specimen_.resistance * naturalExponential(std::clamp(warmth, -20.0, 20.0)) + specimen_.contact;
    double inner = openCircuit();
    for (const double volts : branches_) inner += volts;
    current_ = working ? currentNow(resistance, inner) : 0;
    voltage_ = inner + current_ * resistance;

    const double hours = seconds(duration) / 3600;
    const double lost = voltage_ * specimen_.leak + kind_->selfDischarge;
    double heat = current_ * current_ * resistance + voltage_ * voltage_ * specimen_.leak;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
        const plant::CellBranch& branch = kind_->branches[i];
        heat += branches_[i] * branches_[i] / branch.resistance;
        const double settled = current_ * branch.resistance;
        branches_[i] = settled + (branches_[i] - settled) * decay(seconds(duration), seconds(branch.time));
    }
    held_ = std::max(0.0, held_ + (current_ - lost) * hours);
    charge_ += current_ * hours;
    given_ -= std::min(0.0, current_) * hours;
    const double settled = recipe_->temperature + heat * kind_->thermalResistance;
    temperature_ = settled + (temperature_ - settled) * decay(seconds(duration), kind_->heatCapacity * kind_->thermalResistance);
    if (working) inStep_ += duration;
}

std::optional<Duration> lengthOf(const plant::Cell& kind, const plant::Recipe& recipe, Duration limit) {
    CellOnRecipe cell{kind, recipe, meanCell(kind)};
    constexpr Duration second = std::chrono::seconds{1};
    for (Duration passed{}; passed <= limit; passed += second) {
        if (cell.isDone()) return passed;
        cell.advance(second, true);
    }
    return std::nullopt;
}

} // namespace millwright::sim
