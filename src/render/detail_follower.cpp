#include "render/detail_follower.hpp"

#include <algorithm>
#include <limits>

namespace millwright::render {
namespace {

constexpr std::size_t instancesAFrame = 16384;
constexpr float aside = 4;      ///< by how many times coarser is enough for what is not in view, in advance
constexpr int roughFrames = 30; ///< after which shadows are drawn again though more is still to come

bool equal(const Frustum& a, const Frustum& b) {
    return a.planes == b.planes && a.eye == b.eye && a.pixelsPerRadian == b.pixelsPerRadian;
}

} // namespace

bool DetailFollower::moved(const Placement& placement, const Looking& looking) {
    if (placement.changedNodes().empty() && !wants_.empty() && origin_ == placement.origin() && squares_ == looking.squares &&
        detail_.pixelError == looking.detail.pixelError && detail_.minimumPixels == looking.detail.minimumPixels &&
        std::ranges::equal(frusta_, looking.frusta, equal))
        return false;
    frusta_.assign(looking.frusta.begin(), looking.frusta.end());
    squares_ = looking.squares;
    detail_ = looking.detail;
    origin_ = placement.origin();
    return true;
}

void DetailFollower::lookAtShadows(const Residency& residency, bool changed) {
    const bool satisfied = residency.satisfied();
    // Where all that is wanted is there, the maps show it, and what comes or goes beyond that changes nothing in them.
    changed_ |= changed && (shadowsRough_ || !satisfied);
    if (changed_ && (residency.idle() || ++framesRough_ >= roughFrames)) {
        shadowsOld_ = true;
        changed_ = shadowsRough_ = false;
        framesRough_ = 0;
    }
    shadowsRough_ |= !satisfied;
}

Result<void> DetailFollower::load(Residency& residency, const SceneStore& store, const Placement& placement,
                                  const Looking& looking) {
    next_ = 0;
    again_ = true;
    streams_ = false;
    const bool old = !residency.idle();
    if (!moved(placement, looking) && !old) return {};
    wants_.assign(store.meshes.size(), {});
    placement.collectWanted(store, 0, store.instances.size(), looking.frusta, looking.detail, looking.squares,
                            std::numeric_limits<float>::infinity(), wants_);
    const auto changed = residency.load(wants_);
    if (!changed) return std::unexpected(changed.error());
    lookAtShadows(residency, *changed);
    return {};
}

Result<void> DetailFollower::stream(Residency& residency, gpu::FrameInFlight& frame, const SceneStore& store,
                                    const Placement& placement, const Looking& looking) {
    again_ |= moved(placement, looking);
    streams_ = true;
    if (next_ > 0 || again_) {
        if (next_ == 0) {
            wants_.assign(store.meshes.size(), {});
            again_ = false;
        }
        const auto last = std::min(next_ + instancesAFrame, store.instances.size());
        placement.collectWanted(store, next_, last, looking.frusta, looking.detail, looking.squares, aside, wants_);
        next_ = last;
        if (next_ == store.instances.size()) {
            residency.plan(wants_);
            next_ = 0;
        }
    }
    const auto changed = residency.stream(frame);
    if (!changed) return std::unexpected(changed.error());
    lookAtShadows(residency, *changed);
    return {};
}

} // namespace millwright::render
