#pragma once

#include "render/draw_list.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace millwright::render {

/// Opaque instances in groups of at most `cullThreads` that stand near one another and are drawn alike, so that the culling passes
/// look at a group first and at what is in it only where that may be seen. Who is with whom is decided once, from where things are
/// when the scene is set; a group is as large as its instances take it.
class InstanceGroups {
public:
    void build(const Placement& placement, std::span<const Bucket> buckets);
    /// Takes over what became of one instance. Returns whether it is drawn as it was when groups were made; if not, it belongs to
    /// `loose`.
    bool change(std::uint32_t instance, Bucket bucket);
    /// Lists all groups with anything in them, bucket by bucket and nearest first as far as shells of distance go. `placed`:
    /// parallel to instances.
    void list(const Placement& placement, std::span<const GpuPlaced> placed, std::span<const Bucket> buckets);

    /// Instances, group after group; as long as the scene is the same.
    [[nodiscard]] std::span<const std::uint32_t> members() const { return members_; }
    /// The same of groups marked `groupLoose`; of the newest list.
    [[nodiscard]] std::span<const std::uint32_t> loose() const { return loose_; }
    [[nodiscard]] std::span<const GpuGroup> listed() const { return listed_; }
    /// Where each bucket begins among `listed`, and the end.
    [[nodiscard]] const std::array<std::uint32_t, bucketCount + 1>& bucketFirst() const { return bucketFirst_; }
    /// How many can ever be listed.
    [[nodiscard]] std::uint32_t most() const;

private:
    static constexpr std::uint32_t shells = 192;
    struct Group {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
        Bucket bucket = Bucket::Plain;
        bool dirty = true; ///< its box is not known
        bool empty = false;
        glm::dvec3 centre{0}; ///< of a box around the spheres of its instances, world frame
        glm::vec3 half{0};
        float mostRadius = 0;
    };
    void measure(Group& group, const Placement& placement, std::span<const GpuPlaced> placed) const;
    void listLoose(std::span<const GpuPlaced> placed, std::span<const Bucket> buckets, std::span<std::uint32_t> bins);

    std::vector<std::uint32_t> members_;
    std::vector<std::uint32_t> groupOf_; ///< by instance
    std::vector<Group> groups_;
    std::vector<std::uint32_t> loose_; ///< instances, bucket by bucket
    std::vector<GpuGroup> looseGroups_;
    std::vector<Bucket> looseBuckets_; ///< parallel to the former
    std::vector<GpuGroup> listed_;
    std::vector<std::uint16_t> binOf_; ///< by group: bucket and shell
    std::array<std::uint32_t, bucketCount + 1> bucketFirst_{};
    bool anyLoose_ = false;
};

} // namespace millwright::render
