#include <millwright/core/hash.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/replicate.hpp>
#include <millwright/sim/validation.hpp>

#include <cmath>
#include <format>
#include <span>

namespace millwright::sim {

Result<std::vector<TheoryComparison>> compareWithTheory(const KnownModel& known, std::uint64_t seed, const Progress& progress) {
    constexpr double confidence = 0.999;
    const auto model = Model::make(known.process);
    if (!model) return std::unexpected(model.error().front());
    // Numbers of its own: with the same ones for all, a rare draw of arrivals would make every queue differ at once.
    const std::uint64_t own = replicationSeed(seed, digest(std::as_bytes(std::span{known.name})).low);
    const Replications plan{.warmUp = known.warmUp, .length = known.length, .seed = own, .count = known.replications};
    const auto reports = replicate(*model, plan, progress);
    if (!reports) return std::unexpected(reports.error());
    std::vector<TheoryComparison> comparisons;
    for (const KnownQuantity& quantity : known.quantities) {
        std::vector<double> values;
        for (const Report& report : *reports) values.push_back(quantity.measure(report));
        TheoryComparison comparison{known.name, quantity.name, known.source, quantity.theory, estimate(values, confidence)};
        comparison.agrees = known.exact ? std::abs(comparison.ours.mean - quantity.theory) <= 1e-9 * std::abs(quantity.theory)
                                        : comparison.ours.contains(quantity.theory);
        comparisons.push_back(std::move(comparison));
    }
    return comparisons;
}

std::string validationTable(const std::vector<TheoryComparison>& comparisons) {
    std::string text =
        "| model | quantity | theory | ours | 99.9 % interval | replications | |\n| --- | --- | ---: | ---: | --- | ---: | --- |\n";
    for (const TheoryComparison& each : comparisons) {
        const Estimate& ours = each.ours;
        text += std::format("| {} | {} | {:.6g} | {:.6g} | {:.6g} to {:.6g} | {} | {} |\n", each.model, each.quantity, each.theory,
                            ours.mean, ours.mean - ours.halfWidth, ours.mean + ours.halfWidth, ours.observations,
                            each.agrees ? "agrees" : "**differs**");
    }
    return text;
}

} // namespace millwright::sim
