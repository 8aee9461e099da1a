#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/process.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/statistics.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// The simulation beside what queueing theory and Factory Physics say exactly.
namespace millwright::sim {

/// One quantity whose value is known.
struct KnownQuantity {
    std::string name; ///< with its unit
    double theory = 0;
    std::function<double(const Report&)> measure;
};

struct KnownModel {
    std::string name;
    std::string source; ///< where the theory stands
    plant::Process process;
    Duration warmUp{};
    Duration length{};
    std::uint32_t replications = 30;
    bool exact = false; ///< nothing is random: the value must be met to rounding
    std::vector<KnownQuantity> quantities;
};

/// Every model, in the order of docs/simulation-validation.md.
[[nodiscard]] std::vector<KnownModel> knownModels();

/// What the simulation found for one quantity.
struct TheoryComparison {
    std::string model, quantity, source;
    double theory = 0;
    Estimate ours;       ///< 99.9 %
    bool agrees = false; ///< theory lies in the interval, or is met to rounding where nothing is random
};

/// Runs one model; deterministic for a seed. Errors: as `replicate`.
[[nodiscard]] Result<std::vector<TheoryComparison>> compareWithTheory(const KnownModel& known, std::uint64_t seed,
                                                                      const Progress& progress = {});

/// The table of docs/simulation-validation.md.
[[nodiscard]] std::string validationTable(const std::vector<TheoryComparison>& comparisons);

} // namespace millwright::sim
