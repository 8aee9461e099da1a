#include "render/budget.hpp"

#include <algorithm>

namespace millwright::render {
namespace {

// How much a step is missed, in pixels of error: at least one where it is wanted.
constexpr float leastInAdvance = 0.2f; ///< what is missed less than this is not loaded before it is wanted
constexpr float mostInAdvance = 0.98f;

/// The first step of what is not seen: before everything that is not wanted, the largest first.
float missedUnseen(float size) {
    return 0.99f + 0.009f * size / (1 + size);
}

struct Candidate {
    float missed;
    std::uint32_t mesh;
    std::uint32_t step;
};

} // namespace

Plan distribute(std::span<const DetailStep> steps, std::span<const std::uint32_t> firstSteps, std::span<const Room> costs,
                std::span<const MeshWant> wants, Room room, bool ahead) {
    Plan plan;
    plan.steps.assign(wants.size(), 0);
    std::vector<Candidate> candidates;
    for (std::uint32_t mesh = 0; mesh < wants.size(); ++mesh) {
        const auto& want = wants[mesh];
        float before = std::numeric_limits<float>::max(); // a step is of no use without those before it
        for (std::uint32_t s = firstSteps[mesh]; s < firstSteps[mesh + 1]; ++s) {
            const bool first = s == firstSteps[mesh];
            const bool wanted = want.error < std::numeric_limits<float>::infinity() && (first || steps[s].error > want.error);
            if (wanted) plan.wanted = plan.wanted + costs[s];
            float missed = want.unit > 0 ? steps[s].error / want.unit : std::numeric_limits<float>::max();
            if (wanted)
                missed = std::max(missed, 1.0f);
            else if (first)
                missed = missedUnseen(steps[s].error);
            else
                missed = std::min(missed, mostInAdvance);
            before = missed = std::min(missed, before);
            if (!(missed >= leastInAdvance) || (missed <= mostInAdvance && !ahead)) break; // later steps are missed less
            candidates.push_back({missed, mesh, s});
        }
    }
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        if (a.missed != b.missed) return a.missed > b.missed;
        return a.step < b.step; // which is also by mesh
    });
    for (const auto& c : candidates) {
        if (firstSteps[c.mesh] + plan.steps[c.mesh] == c.step && room.holds(plan.used + costs[c.step])) {
            plan.used = plan.used + costs[c.step];
            ++plan.steps[c.mesh];
            plan.order.push_back(c.step);
        } else if (c.missed >= 1) {
            plan.short_ = true;
        }
    }
    return plan;
}

} // namespace millwright::render
