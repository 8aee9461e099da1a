#include <millwright/sim/validation.hpp>

#include <gtest/gtest.h>

namespace millwright::sim {
namespace {

// Seeds are fixed, so this cannot fail by chance; the seed is the one of docs/simulation-validation.md and was not chosen.
TEST(Theory, LiesInTheIntervalOfEnoughReplications) {
    std::size_t quantities = 0;
    for (const KnownModel& known : knownModels()) {
        const auto comparisons = compareWithTheory(known, 1);
        ASSERT_TRUE(comparisons.has_value()) << known.name << ": " << comparisons.error().text();
        for (const TheoryComparison& each : *comparisons) {
            ++quantities;
            EXPECT_TRUE(each.agrees) << each.model << ", " << each.quantity << ": theory " << each.theory << " (" << each.source
                                     << "), ours " << each.ours.mean << " +- " << each.ours.halfWidth;
            // An interval so wide that nothing could fall outside it would prove nothing.
            if (!known.exact) {
                EXPECT_LT(each.ours.halfWidth, 0.06 * each.theory) << each.model << ", " << each.quantity;
            }
        }
    }
    EXPECT_GE(quantities, 80u);
}

} // namespace
} // namespace millwright::sim
