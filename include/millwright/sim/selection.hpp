#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/sim/study.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// Ranking and selection: which of some systems is the best, with a stated probability of choosing rightly.
namespace millwright::sim {

enum class SelectionProcedure : std::uint8_t {
    /// The fully sequential procedure KN (Kim & Nelson, ACM Transactions on Modeling and Computer Simulation 11, 2001, with c = 1):
    /// after the first observations of all, one more of each that is left, and whoever lies behind another by more than what chance
    /// explains is out. For normal observations, with or without common random numbers, the probability of choosing the best is at
    /// least `confidence` whenever it is better than every other by `indifference` or more.
    Kn,
    /// Optimal computing budget allocation (Chen, Lin, Yucesan & Chick, Discrete Event Dynamic Systems 10, 2000): each system gets
    /// of
    /// the observations what its variance and its distance to the best so far are worth, (s_i / d_i)^2, and the best
    /// s_b sqrt(sum of (s_i / d_i^2)^2), where d_i is the distance enlarged by the indifference, until the estimated probability of
    /// a
    /// choice that is good to within it is `confidence` (Branke, Chick & Schmidt, Management Science 53, 2007). No guarantee, but
    /// fewer observations where many systems are far behind. Takes observations as independent: what common random numbers make
    /// surer is not made use of.
    Ocba,
};

struct SelectionPlan {
    double confidence = 0.95; ///< probability of choosing the best, when it is better than all others by `indifference`
    double indifference = 0;  ///< smallest difference of means that matters, above 0, in the observations' unit
    bool minimise = false;    ///< the least mean is the best, not the largest
    std::uint32_t first = 10; ///< observations of every system to begin with; two at least
    std::uint64_t budget = 0; ///< observations of all systems together at most; 0: as many as it takes
    /// Observations that are asked for in one go: of each system that is left, on which what KN decides does not depend; with OCBA
    /// of all together.
    std::uint32_t atOnce = 8;
    SelectionProcedure procedure = SelectionProcedure::Kn;
};

/// Gives observations `from` to `from + count` (from 0) of each of `systems`, one list a system. Observations of one number may
/// depend on each other across systems, as common random numbers make them; those of different numbers must not.
using Observe = std::function<Result<std::vector<std::vector<double>>>(std::span<const std::uint32_t> systems, std::uint32_t from,
                                                                       std::uint32_t count)>;

struct Candidate {
    std::vector<double> values; ///< all that were observed
    Estimate estimate;
    Estimate behind;                    ///< pair by pair, its value less the chosen one's
    std::uint32_t outAfter = 0;         ///< observations after which it was out; 0: it stayed to the end
    std::optional<std::uint32_t> outBy; ///< the system that put it out
};

struct Selection {
    std::uint32_t best = 0;
    bool decided = true;        ///< false: the budget ended first, and the best so far is named
    std::uint32_t left = 1;     ///< systems that were not out at the end; with OCBA none is ever out
    std::uint64_t observed = 0; ///< of all systems together
    /// Lower estimate of the probability that no other is better than the chosen one by the indifference or more: 1 less the sum
    /// over the others of the probability that they are, each Student's t of the paired differences (the bound of Chen and others,
    /// Discrete Event Dynamic Systems 10, 2000), or, with OCBA, Welch's t of independent ones. An estimate, not what a procedure
    /// guarantees.
    double probabilityGood = 0;
    std::vector<Candidate> candidates;
};

/// Selects as the plan's procedure says. Errors: Invalid for a plan without meaning; those of `observe`.
[[nodiscard]] Result<Selection> selectBest(std::uint32_t systems, const SelectionPlan& plan, const Observe& observe);

/// What a selection among scenarios came to.
struct SelectedScenario {
    Selection selection;
    Duration length{}, warmUp{}; ///< of the longest runs
    bool settled = true;         ///< false: MSER-5 found no end of some warm-up before the middle of its run
};

/// Selects the scenario with the best mean of a metric; observations are replications, number for number with the same random
/// numbers. `study.replications` is not used; the warm-up is stated, or the longest that MSER-5 finds. Errors: NotFound for a
/// metric that the scenarios do not have; Invalid for a run that has no value of it; those of `replicate` and `selectBest`.
[[nodiscard]] Result<SelectedScenario> selectScenario(const std::vector<Scenario>& scenarios, std::string_view metric,
                                                      const SelectionPlan& plan, const StudyPlan& study,
                                                      const Progress& progress = {});

} // namespace millwright::sim
