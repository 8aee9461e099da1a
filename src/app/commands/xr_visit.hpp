#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/render/renderer.hpp>
#include <millwright/scene/pick.hpp>
#include <millwright/twin/plant_scene.hpp>
#include <millwright/ui/model.hpp>
#include <millwright/xr/headset.hpp>
#include <millwright/xr/props.hpp>
#include <millwright/xr/walk.hpp>

#include <app/labels.hpp>
#include <app/look.hpp>
#include <app/view/surveyor.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace millwright::app {

class XrMirror;
class XrPanel;

/// The newest frame of the twin, asked for once a picture: of a log or of live feeds.
using FrameSource = std::function<std::shared_ptr<const twin::Frame>()>;

/// What a visit amounted to.
struct VisitReport {
    std::uint64_t teleports = 0;
    std::uint64_t turns = 0;
    std::uint64_t cuts = 0;
    EquipmentIndex selected = noEquipment; ///< last one
    double medianFrameMilliseconds = 0;    ///< of our own work, without waiting for the display
    xr::PlaySpace playSpace;               ///< where the wearer's floor stood at the end
    glm::dvec3 head{0};                    ///< world, metres, at the end
};

/// A walk through a plant with a headset on, replayed, live or at rest: the frame thread of `millwright xr`. The headset's session
/// must have been started on `device`. Everything given must outlive the visit. Thread: one.
class XrVisit {
public:
    /// Uploads the plant with the props of the headset. Without `frames` the plant is at rest. Errors: Device, ResourceLimit.
    [[nodiscard]] static Result<std::unique_ptr<XrVisit>> open(const plant::Plant& plant, twin::PlantScene& scene,
                                                               FrameSource frames, xr::Headset& headset, gpu::Device& device,
                                                               render::Quality quality, std::uint32_t memoryMebibytes);
    ~XrVisit();
    XrVisit(const XrVisit&) = delete;
    XrVisit& operator=(const XrVisit&) = delete;

    /// A window to show the left eye in; closing it ends the visit. It must outlive the visit.
    void setMirror(XrMirror* mirror) { mirror_ = mirror; }
    /// Shows an equipment on the panel and outlines it; `noEquipment`: none.
    void select(EquipmentIndex equipment);
    /// Runs the frame loop until the session is over; asks for its end after `frames` drawn frames (0: never) or when `stop` says
    /// so.
    [[nodiscard]] Result<VisitReport> run(std::uint64_t frames, std::stop_token stop);
    /// Both eyes of the last drawn frame side by side, as a PNG. Errors: Device, Unreadable; Invalid when nothing was drawn.
    [[nodiscard]] Result<void> writeMirror(const std::filesystem::path& path);

private:
    XrVisit(const plant::Plant& plant, twin::PlantScene& scene, FrameSource frames, xr::Headset& headset, gpu::Device& device);
    [[nodiscard]] Result<void> drawFrame();
    void animate();
    void readHands(const xr::HeadsetFrame& frame);
    [[nodiscard]] std::optional<scene::Hit> pick(glm::dvec3 from, glm::dvec3 direction, double reach);
    void obey(const ui::Intents& intents);
    void look(const xr::HeadsetFrame& frame);
    [[nodiscard]] Result<void> arrangeLabels();
    void placeAtStart();

    const plant::Plant& plant_;
    twin::PlantScene& scene_;
    FrameSource frames_;
    xr::Headset& headset_;
    gpu::Device& device_;
    XrMirror* mirror_ = nullptr;
    std::unique_ptr<render::Renderer> renderer_;
    xr::Props props_;
    std::unique_ptr<XrPanel> panel_;
    LookedAt lookedAt_;
    scene::Picker picker_;
    xr::Walk walk_;
    xr::FloorProbe floor_;
    xr::RayProbe ray_;
    std::shared_ptr<const twin::Frame> frame_;
    std::vector<render::NodeState> nodes_; ///< the plant's with the props at their end
    std::vector<glm::mat4> worldFromNode_; ///< for picking
    std::vector<std::uint8_t> visible_;    ///< parallel
    std::array<render::View, 2> views_;
    Surveyor surveyor_; ///< which labels can be seen
    std::vector<std::uint8_t> seenLabels_;
    Labels labels_;
    render::DrawOptions options_;
    std::chrono::steady_clock::time_point labelsArranged_;
    std::vector<double> frameMilliseconds_;
    bool drawn_ = false;
    VisitReport report_;
};

} // namespace millwright::app
