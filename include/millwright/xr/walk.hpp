#pragma once

#include <millwright/xr/headset.hpp>
#include <millwright/xr/locomotion.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

namespace millwright::xr {

/// What a controller's ray meets, world frame.
struct PointedAt {
    std::uint32_t node = 0; ///< index into the scene's nodes
    glm::dvec3 position{0};
    glm::vec3 normal{0, 1, 0};
};
/// First thing from `from` towards `direction` (unit length) within `reach` metres, or nothing.
using RayProbe = std::function<std::optional<PointedAt>(glm::dvec3 from, glm::vec3 direction, double reach)>;

struct WalkOptions {
    float snapTurnRadians = std::numbers::pi_v<float> / 6;
    double rayReach = 40;               ///< metres
    float idleRayLength = 2.5f;         ///< metres drawn where a ray meets nothing
    float panelWidth = 0.6f;            ///< metres, at `panelDistance`: 27 degrees wide
    float panelDistance = 1.25f;        ///< metres from the head
    float panelBelowEyeRadians = 0.26f; ///< of its centre: 15 degrees
    float panelAsideRadians = 0.5f;     ///< to the right: clear of what one looks at and of a hand that points ahead
    float panelHeightOverWidth = 1;
    ArcLimits arc;
};

/// One hand as it is drawn, world frame.
struct WalkHand {
    bool tracked = false;
    glm::dvec3 gripPosition{0};
    glm::quat worldFromGrip{1, 0, 0, 0};
    glm::dvec3 rayOrigin{0};
    glm::vec3 rayDirection{0, 0, -1};
    double rayLength = 0; ///< metres; 0: not drawn
    std::optional<PointedAt> pointedAt;
    std::optional<glm::vec2> panelPoint; ///< where its ray meets the panel: 0…1, from the top left; then it meets nothing else
};

/// What one hand does on the panel: a pointer like a mouse's.
struct PanelPointer {
    glm::vec2 at{0};   ///< 0…1, from the picture's top left
    bool held = false; ///< the trigger was pulled there and has not been let go
    float scroll = 0;  ///< -1…1, the stick's forward deflection: up
    Side by = rightHand;
};

/// A plane across the plant, world frame: what is nearer than it is cut away.
struct WalkCut {
    glm::dvec3 point{0};
    glm::vec3 direction{0, 0, -1}; ///< towards what is left, unit length
};

/// What happened in one frame, for counting, knocking and selecting.
struct WalkEvents {
    bool teleported = false;
    bool turned = false;
    bool panelToggled = false;
    bool cutToggled = false;               ///< begun or taken away
    std::optional<std::uint32_t> selected; ///< node that the trigger was pulled at
    bool deselected = false;               ///< trigger pulled at nothing
    bool panelPressed = false;             ///< trigger pulled at the panel
    Side by = rightHand;                   ///< the hand that did it
};

/// The wearer in the plant: reads the hands of a frame and keeps the play space, the rays, the arc and the panel's place. Pure but
/// for what the probes look at. Thread: the frame thread.
class Walk {
public:
    explicit Walk(const WalkOptions& options = {})
        : options_{options}, turns_{SnapTurn{options.snapTurnRadians}, SnapTurn{options.snapTurnRadians}} {}

    /// The first frame puts the wearer onto `floorPoint` (world), looking along `direction`.
    void startAt(glm::dvec3 floorPoint, glm::dvec3 direction);
    /// Probes may be empty; both are asked in the world frame.
    WalkEvents update(const HeadsetFrame& frame, const FloorProbe& floor, const RayProbe& ray);

    [[nodiscard]] const PlaySpace& playSpace() const { return space_; }
    [[nodiscard]] const std::array<WalkHand, 2>& hands() const { return hands_; }
    /// While a teleport is aimed.
    [[nodiscard]] const std::optional<TeleportArc>& arc() const { return arc_; }
    /// The cut that a squeeze has made. It follows the hand while that is held, and stays until the next squeeze.
    [[nodiscard]] const std::optional<WalkCut>& cut() const { return cut_; }
    /// Where the panel hangs, if it is shown. It stays where it was opened.
    [[nodiscard]] std::optional<PanelLayer> panel() const;
    /// The hand that points at the panel; of two the one that used it last. While it holds the trigger it keeps the pointer, also
    /// beyond the panel's border.
    [[nodiscard]] const std::optional<PanelPointer>& panelPointer() const { return panelPointer_; }
    [[nodiscard]] glm::dvec3 headInWorld() const { return space_.worldFromStage(stageFromHead_.position); }

private:
    void point(std::size_t side, const Hand& hand, const RayProbe& ray);
    [[nodiscard]] std::optional<glm::vec2> meetPanel(const Pose& stageFromAim, double& distance) const;
    void select(std::size_t side, const Hand& hand, WalkEvents& events);
    void usePanel(const HeadsetFrame& frame);
    void move(std::size_t side, const Hand& hand, const FloorProbe& floor, WalkEvents& events);
    void makeCut(std::size_t side, const Hand& hand, WalkEvents& events);
    void hangPanel();

    WalkOptions options_;
    PlaySpace space_;
    Pose stageFromHead_;
    std::array<WalkHand, 2> hands_;
    std::array<SnapTurn, 2> turns_;
    std::array<TeleportTrigger, 2> triggers_;
    std::optional<TeleportArc> arc_;
    std::optional<Side> aiming_;
    std::optional<WalkCut> cut_;
    std::optional<Side> cutter_;     ///< whose squeeze began it and goes on
    std::array<bool, 2> squeezed_{}; ///< in the frame before
    std::optional<std::pair<glm::dvec3, glm::dvec3>> start_;
    std::optional<Pose> stageFromPanel_;
    std::optional<PanelPointer> panelPointer_;
    std::optional<Side> panelHolder_; ///< whose trigger was pulled on the panel and is still down
    Side panelHand_ = rightHand;      ///< that used the panel last
    bool panelOpened_ = false;
};

} // namespace millwright::xr
