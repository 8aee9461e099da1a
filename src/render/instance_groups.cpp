#include "render/instance_groups.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace millwright::render {
namespace {

/// The lowest 16 bits, each followed by two zeros.
std::uint64_t spread(std::uint32_t bits) {
    std::uint64_t x = bits & 0xFFFFu;
    x = (x | x << 16) & 0x0000'0000'FF00'00FFull;
    x = (x | x << 8) & 0x0000'00F0'0F00'F00Full;
    x = (x | x << 4) & 0x0000'0C30'C30C'30C3ull;
    x = (x | x << 2) & 0x0000'2492'4924'9249ull;
    return x;
}

/// Along a curve that keeps near what is near (Morton 1966): 16 bits an axis.
std::uint64_t along(glm::dvec3 unit) {
    const auto steps = glm::uvec3{glm::clamp(unit, 0.0, 1.0) * 65535.0};
    return spread(steps.x) | spread(steps.y) << 1 | spread(steps.z) << 2;
}

/// Large things are not put into one group with small ones, which would be looked at as long as the large one is large enough.
std::uint64_t sizeClass(float radius) {
    constexpr float doublings = 2; // a class
    return static_cast<std::uint64_t>(std::clamp(std::log2(std::max(radius, 1e-9f)) / doublings + 8, 0.0f, 15.0f));
}

} // namespace

void InstanceGroups::build(const Placement& placement, std::span<const Bucket> buckets) {
    const auto count = static_cast<std::uint32_t>(buckets.size());
    glm::dvec3 low{std::numeric_limits<double>::infinity()}, high{-std::numeric_limits<double>::infinity()};
    for (std::uint32_t i = 0; i < count; ++i) {
        low = glm::min(low, placement.worldCentre(i));
        high = glm::max(high, placement.worldCentre(i));
    }
    const double extent = std::max({high.x - low.x, high.y - low.y, high.z - low.z, 1e-9});
    std::vector<std::uint64_t> keys(count); // bucket, class of size, place
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto bucket = static_cast<std::uint64_t>(buckets[i]);
        keys[i] = bucket << 52 | sizeClass(placement.radius(i)) << 48 | along((placement.worldCentre(i) - low) / extent);
    }
    members_.resize(count);
    std::iota(members_.begin(), members_.end(), 0u);
    std::ranges::stable_sort(members_, {}, [&](std::uint32_t i) { return keys[i]; });
    groups_.clear();
    groupOf_.resize(count);
    for (std::uint32_t k = 0; k < count; ++k) {
        const auto i = members_[k];
        const bool alike = k > 0 && keys[i] >> 48 == keys[members_[k - 1]] >> 48;
        if (!alike || groups_.back().count == cullThreads) groups_.push_back({.first = k, .bucket = buckets[i]});
        ++groups_.back().count;
        groupOf_[i] = static_cast<std::uint32_t>(groups_.size() - 1);
    }
    anyLoose_ = false;
}

std::uint32_t InstanceGroups::most() const {
    const std::size_t full = (members_.size() + cullThreads - 1) / cullThreads;
    return static_cast<std::uint32_t>(groups_.size() + full + bucketCount);
}

bool InstanceGroups::change(std::uint32_t instance, Bucket bucket) {
    auto& group = groups_[groupOf_[instance]];
    group.dirty = true;
    anyLoose_ |= bucket != group.bucket;
    return bucket == group.bucket;
}

void InstanceGroups::measure(Group& group, const Placement& placement, std::span<const GpuPlaced> placed) const {
    glm::dvec3 low{std::numeric_limits<double>::infinity()}, high{-std::numeric_limits<double>::infinity()};
    group.mostRadius = 0;
    for (const auto i : std::span{members_}.subspan(group.first, group.count)) {
        if (placed[i].flags & (placedHidden | placedLoose)) continue;
        const auto radius = static_cast<double>(placement.radius(i));
        low = glm::min(low, placement.worldCentre(i) - radius);
        high = glm::max(high, placement.worldCentre(i) + radius);
        group.mostRadius = std::max(group.mostRadius, placement.radius(i));
    }
    group.dirty = false;
    group.empty = low.x > high.x;
    if (group.empty) return;
    group.centre = (low + high) * 0.5;
    // Shaders take the centre, and where instances are, with a float's digits.
    group.half = glm::vec3{(high - low) * 0.5} * 1.00001f + glm::vec3{glm::abs(group.centre)} * 1e-6f;
}

void InstanceGroups::listLoose(std::span<const GpuPlaced> placed, std::span<const Bucket> buckets, std::span<std::uint32_t> bins) {
    loose_.clear();
    looseGroups_.clear();
    looseBuckets_.clear();
    if (!anyLoose_) return;
    for (std::uint32_t i = 0; i < placed.size(); ++i)
        if (placed[i].flags & placedLoose) loose_.push_back(i);
    anyLoose_ = !loose_.empty();
    std::ranges::stable_sort(loose_, {}, [&](std::uint32_t i) { return buckets[i]; });
    for (std::uint32_t k = 0; k < loose_.size(); ++k) {
        const Bucket bucket = buckets[loose_[k]];
        const bool full = !looseGroups_.empty() && (looseGroups_.back().count & ~groupLoose) == cullThreads;
        if (looseGroups_.empty() || full || looseBuckets_.back() != bucket) {
            looseGroups_.push_back({.first = k, .count = groupLoose});
            looseBuckets_.push_back(bucket);
            ++bins[static_cast<std::uint32_t>(bucket) * shells + 1];
        }
        ++looseGroups_.back().count;
    }
}

void InstanceGroups::list(const Placement& placement, std::span<const GpuPlaced> placed, std::span<const Bucket> buckets) {
    constexpr float shellsPerDoubling = 3;
    std::array<std::uint32_t, bucketCount * shells + 1> next{};
    listLoose(placed, buckets, next);
    binOf_.resize(groups_.size());
    std::size_t count = looseGroups_.size();
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        auto& group = groups_[g];
        if (group.dirty) measure(group, placement, placed);
        if (group.empty) continue;
        // By centre: floors and walls, whose nearest point is near, come after what stands before them.
        const float distance = static_cast<float>(glm::length(group.centre - placement.origin()));
        const float shell = std::clamp(std::log2(std::max(distance, 1e-9f)) * shellsPerDoubling + 96, 0.0f, shells - 1.0f);
        binOf_[g] =
            static_cast<std::uint16_t>(static_cast<std::uint32_t>(group.bucket) * shells + static_cast<std::uint32_t>(shell));
        ++next[binOf_[g] + 1u];
        ++count;
    }
    std::partial_sum(next.begin(), next.end(), next.begin());
    for (std::uint32_t b = 0; b <= bucketCount; ++b) bucketFirst_[b] = next[b * shells];
    listed_.resize(count);
    for (std::size_t k = 0; k < looseGroups_.size(); ++k)
        listed_[next[static_cast<std::uint32_t>(looseBuckets_[k]) * shells]++] = looseGroups_[k];
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        const auto& group = groups_[g];
        if (group.empty) continue;
        listed_[next[binOf_[g]]++] = {.centre = glm::vec3{group.centre},
                                      .mostRadius = group.mostRadius,
                                      .half = group.half,
                                      .first = group.first,
                                      .count = group.count};
    }
}

} // namespace millwright::render
