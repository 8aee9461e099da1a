#pragma once

#include "render/draw_list.hpp"
#include "render/residency.hpp"

#include <utility>
#include <vector>

namespace millwright::render {

/// What a frame looks at, for which detail is brought in.
struct Looking {
    std::span<const Frustum> frusta;
    Detail detail;
    std::vector<ShadowSquare> squares;
};

/// Has the detail brought in that frames want, frame by frame. For one scene.
class DetailFollower {
public:
    /// Brings in all of it now. Errors: Device.
    [[nodiscard]] Result<void> load(Residency& residency, const SceneStore& store, const Placement& placement,
                                    const Looking& looking);
    /// Lets it come while frames are drawn; looks at some of the instances each frame. Errors: ResourceLimit.
    [[nodiscard]] Result<void> stream(Residency& residency, gpu::FrameInFlight& frame, const SceneStore& store,
                                      const Placement& placement, const Looking& looking);
    /// Whether shadow maps of frames before may show less than there is now; once.
    [[nodiscard]] bool takeShadowsOld() { return std::exchange(shadowsOld_, false); }

    /// Whether it has not yet looked at all that `stream` was shown.
    [[nodiscard]] bool looking() const { return streams_ && (next_ > 0 || again_); }

private:
    /// Whether anything is seen from elsewhere, or stands elsewhere, than when this was last asked.
    [[nodiscard]] bool moved(const Placement& placement, const Looking& looking);
    void lookAtShadows(const Residency& residency, bool changed);

    std::vector<MeshWant> wants_;
    std::size_t next_ = 0; ///< instance to be looked at
    bool again_ = true;    ///< something moved since instance 0 was
    bool streams_ = false; ///< the newest frame did
    std::vector<Frustum> frusta_;
    std::vector<ShadowSquare> squares_;
    Detail detail_;
    glm::dvec3 origin_{0};
    bool shadowsOld_ = false;
    bool shadowsRough_ = false; ///< drawn while something was missing
    bool changed_ = false;      ///< what they show has, since
    int framesRough_ = 0;       ///< since then
};

} // namespace millwright::render
