#include <millwright/core/log.hpp>
#include <millwright/core/png.hpp>

#include <algorithm>
#include <app/commands/xr_mirror.hpp>
#include <app/commands/xr_panel.hpp>
#include <app/commands/xr_visit.hpp>
#include <app/open.hpp>
#include <app/section.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

namespace millwright::app {
namespace {

constexpr float nearPlane = 0.05f;                // metres: closer than any comfortable thing
constexpr std::chrono::milliseconds idlePoll{10}; // while the headset shows something else
constexpr std::size_t keptFrameTimes = 100'000;
constexpr float knockStrength = 0.4f;
constexpr std::chrono::milliseconds knockLength{120};
constexpr double distanceFromPlant = 1.5;             // metres between the first place and the nearest machine
constexpr float labelAngle = 0.016f;                  // radians an em: some 0.9 degrees, as legible as a name tag at arm's length
constexpr std::chrono::milliseconds labelPeriod{200}; // labels keep their places meanwhile, so that they do not jump about

render::View viewOf(const xr::Eye& eye, const xr::PlaySpace& space) {
    const glm::quat worldFromEye = space.worldFromStageRotation() * eye.stageFromEye.orientation;
    return {space.worldFromStage(eye.stageFromEye.position), glm::mat4_cast(glm::conjugate(worldFromEye)),
            render::projectionFromAngles(eye.fov.left, eye.fov.right, eye.fov.up, eye.fov.down, nearPlane)};
}

/// Distance from `from` (inside `box`) along `direction` to the box's side, seen from above.
double toTheEdge(const scene::Aabb& box, glm::dvec3 from, glm::dvec3 direction) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const int axis : {0, 2}) {
        if (std::abs(direction[axis]) < 1e-9) continue;
        const double side = direction[axis] > 0 ? static_cast<double>(box.max[axis]) : static_cast<double>(box.min[axis]);
        nearest = std::min(nearest, std::max(0.0, (side - from[axis]) / direction[axis]));
    }
    return std::isfinite(nearest) ? nearest : 0;
}

xr::Props addProps(twin::PlantScene& scene) {
    std::optional<xr::Props> props;
    scene.extend([&](scene::Scene& plant) { props.emplace(plant); });
    return std::move(*props);
}

float heightOverWidth(const xr::Headset& headset) {
    const glm::vec2 panel{headset.info().panelPixels};
    return panel.y / panel.x;
}

const plant::Camera* firstCamera(const plant::Plant& plant) {
    if (const plant::Camera* chosen = plant.findCamera(plant.defaultCamera)) return chosen;
    return plant.cameras.empty() ? nullptr : &plant.cameras.front();
}

} // namespace

XrVisit::XrVisit(const plant::Plant& plant, twin::PlantScene& scene, FrameSource frames, xr::Headset& headset, gpu::Device& device)
    : plant_{plant},
      scene_{scene},
      frames_{std::move(frames)},
      headset_{headset},
      device_{device},
      props_{addProps(scene)},
      lookedAt_{plant, scene},
      picker_{scene.scene(), scene.geometry()},
      walk_{{.panelHeightOverWidth = heightOverWidth(headset)}},
      surveyor_{plant, scene} {}

XrVisit::~XrVisit() {
    device_.waitIdle();
}

Result<std::unique_ptr<XrVisit>> XrVisit::open(const plant::Plant& plant, twin::PlantScene& scene, FrameSource frames,
                                               xr::Headset& headset, gpu::Device& device, render::Quality quality,
                                               std::uint32_t memoryMebibytes) {
    std::unique_ptr<XrVisit> visit{new XrVisit{plant, scene, std::move(frames), headset, device}};
    auto renderer = render::Renderer::create(device, {.quality = quality, .sceneBytes = std::uint64_t{memoryMebibytes} << 20});
    if (!renderer) return std::unexpected(renderer.error());
    visit->renderer_ = std::move(*renderer);
    if (auto uploaded = visit->renderer_->setScene(scene.scene(), scene.geometry()); !uploaded)
        return std::unexpected(uploaded.error());
    visit->nodes_.resize(scene.scene().nodes.size());
    auto panel = XrPanel::create(device, plant, headset.info().panelPixels);
    if (!panel) return std::unexpected(panel.error());
    visit->panel_ = std::move(*panel);
    visit->picker_.prepare();
    visit->worldFromNode_.resize(scene.scene().nodes.size());
    visit->visible_.resize(scene.scene().nodes.size());
    visit->frameMilliseconds_.reserve(keptFrameTimes);
    auto& self = *visit;
    self.ray_ = [&self](glm::dvec3 from, glm::vec3 direction, double reach) -> std::optional<xr::PointedAt> {
        const auto hit = self.pick(from, glm::dvec3{direction}, reach);
        if (!hit) return std::nullopt;
        return xr::PointedAt{hit->node, hit->point, hit->normal};
    };
    self.floor_ = [&self](glm::dvec3 from, glm::dvec3 to) -> std::optional<xr::FloorHit> {
        const auto hit = self.pick(from, to - from, glm::distance(from, to));
        if (!hit) return std::nullopt;
        return xr::FloorHit{hit->point, hit->normal};
    };
    self.placeAtStart();
    return visit;
}

/// What a ray meets first, within `reach` metres, of what is not cut away.
std::optional<scene::Hit> XrVisit::pick(glm::dvec3 from, glm::dvec3 direction, double reach) {
    direction = glm::normalize(direction);
    glm::dvec3 start = from;
    if (!enterSections(options_.sections, start, direction)) return std::nullopt;
    const auto hit = picker_.pick({start, direction}, worldFromNode_, visible_);
    if (!hit || glm::distance(from, hit->point) > reach || !isLeft(options_.sections, hit->point)) return std::nullopt;
    return hit;
}

/// Beside the plant on the side its first camera looks from, facing what that camera looks at.
void XrVisit::placeAtStart() {
    const scene::Aabb box = scene_.bounds(noEquipment);
    const glm::dvec3 centre = box.empty() ? glm::dvec3{0} : glm::dvec3{box.centre()};
    const plant::Camera* camera = firstCamera(plant_);
    const glm::dvec3 target = camera ? camera->target : centre;
    glm::dvec3 away = (camera ? camera->eye : centre + glm::dvec3{0, 0, 1}) - target;
    away.y = 0;
    away = glm::length(away) > 1e-6 ? glm::normalize(away) : glm::dvec3{0, 0, 1};
    glm::dvec3 place = target + away * (box.empty() ? 2.0 : toTheEdge(box, target, away) + distanceFromPlant);
    place.y = 0;
    walk_.startAt(place, -away);
}

Result<VisitReport> XrVisit::run(std::uint64_t frames, std::stop_token stop) {
    bool leaving = false;
    while (true) {
        const auto alive = headset_.pollEvents();
        if (!alive) return std::unexpected(alive.error());
        if (!*alive) break;
        const bool enough = frames != 0 && headset_.statistics().drawn >= frames;
        if (mirror_) mirror_->pollEvents();
        const bool closed = mirror_ && mirror_->wantsToClose();
        if (!leaving && (enough || closed || stop.stop_requested())) {
            leaving = true;
            if (auto asked = headset_.requestExit(); !asked) return std::unexpected(asked.error());
            continue;
        }
        if (!headset_.session().running()) {
            std::this_thread::sleep_for(idlePoll); // OpenXR has no call that waits for an event
            continue;
        }
        if (auto done = drawFrame(); !done) {
            const auto gone =
                headset_.pollEvents(); // any call fails once the headset or its runtime is gone: then that is the reason
            if (gone && !*gone) break;
            return std::unexpected(done.error());
        }
    }
    if (!frameMilliseconds_.empty()) {
        const auto middle = frameMilliseconds_.begin() + static_cast<std::ptrdiff_t>(frameMilliseconds_.size() / 2);
        std::ranges::nth_element(frameMilliseconds_, middle);
        report_.medianFrameMilliseconds = *middle;
    }
    report_.playSpace = walk_.playSpace();
    report_.head = walk_.headInWorld();
    return report_;
}

Result<void> XrVisit::drawFrame() {
    auto frame = headset_.beginFrame();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) return {};
    const auto started = std::chrono::steady_clock::now();
    animate();
    readHands(**frame);
    std::optional<xr::PanelLayer> layer;
    if ((*frame)->render) {
        look(**frame);
        if (auto arranged = arrangeLabels(); !arranged) return arranged;
        auto recording = device_.beginFrame();
        if (!recording) return std::unexpected(recording.error());
        auto eyes = headset_.acquireEyes();
        if (!eyes) return std::unexpected(eyes.error());
        options_.waitForDetail = false; // a headset waits for nobody
        if (auto done = renderer_->draw(**recording, *eyes->colour, views_, nodes_, options_, eyes->depth); !done) return done;
        layer = walk_.panel();
        if (layer && panel_->due(report_.selected)) {
            obey(panel_->draw(**recording, report_.selected, frame_.get()));
            if (auto shown = headset_.showPanel(**recording, panel_->picture()); !shown) return shown;
        }
        if (mirror_) {
            if (auto shown = mirror_->show(**recording, headset_, *eyes); !shown) return shown;
        }
        if (auto done = device_.submit(**recording); !done) return done;
        drawn_ = true;
    }
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - started;
    if ((*frame)->render && frameMilliseconds_.size() < keptFrameTimes) frameMilliseconds_.push_back(spent.count());
    return headset_.endFrame(**frame, nearPlane, layer);
}

/// The plant as the newest frame of the twin has it.
void XrVisit::animate() {
    if (frames_) {
        frame_ = frames_();
        scene_.update(*frame_);
    }
    const auto plantNodes = lookedAt_.nodes({.cut = !options_.sections.empty()});
    std::ranges::copy(plantNodes, nodes_.begin());
    for (std::size_t i = 0; i < plantNodes.size(); ++i) {
        worldFromNode_[i] = plantNodes[i].worldFromNode;
        visible_[i] = plantNodes[i].visible && i < props_.firstNode() ? 1 : 0; // one does not point at one's own hands
    }
}

/// Moves the wearer, selects, and puts controllers, rays and arc into the scene.
void XrVisit::readHands(const xr::HeadsetFrame& frame) {
    const xr::WalkEvents events = walk_.update(frame, floor_, ray_);
    report_.teleports += events.teleported ? 1 : 0;
    report_.turns += events.turned ? 1 : 0;
    if (events.selected || events.deselected) select(events.selected ? scene_.equipmentOf(*events.selected) : noEquipment);
    report_.cuts += events.cutToggled && walk_.cut() ? 1 : 0;
    options_.sections.clear();
    if (const auto& cut = walk_.cut())
        options_.sections = {{-glm::dvec3{cut->direction}, -glm::dot(glm::dvec3{cut->direction}, cut->point)}};
    panel_->point(walk_.panelPointer());
    if (events.teleported || events.selected || events.panelPressed || events.cutToggled)
        headset_.pulse(events.by, knockStrength, knockLength);
    const auto& pointing = walk_.hands()[xr::rightHand].pointedAt ? walk_.hands()[xr::rightHand] : walk_.hands()[xr::leftHand];
    scene_.hover(pointing.pointedAt ? scene_.equipmentOf(pointing.pointedAt->node) : noEquipment);
    for (const xr::PropPlacement& prop : props_.place(walk_)) {
        render::NodeState& node = nodes_[prop.node];
        node.worldFromNode = prop.worldFromNode;
        node.tint = prop.tint;
        node.visible = prop.visible;
        node.whole = true;
    }
}

void XrVisit::select(EquipmentIndex equipment) {
    report_.selected = equipment;
    scene_.select(equipment);
}

/// What was asked for on the panel.
void XrVisit::obey(const ui::Intents& intents) {
    for (const ui::Intent& intent : intents) {
        const auto* chosen = std::get_if<ui::Select>(&intent);
        if (chosen) select(chosen->equipment);
    }
}

void XrVisit::look(const xr::HeadsetFrame& frame) {
    for (std::size_t i = 0; i < views_.size(); ++i) views_[i] = viewOf(frame.eyes[i], walk_.playSpace());
}

/// Chooses which labels are shown where, a few times a second. Both eyes show them alike, at the distance of what they belong to.
Result<void> XrVisit::arrangeLabels() {
    if (!frame_ || scene_.labels().empty()) return {};
    if (auto seen = surveyor_.takeSight()) seenLabels_ = std::move(*seen);
    const auto now = std::chrono::steady_clock::now();
    if (now - labelsArranged_ < labelPeriod) return {};
    const render::View& view = views_.front();
    if (!surveyor_.busy()) {
        SightQuestion question{.eye = view.eye, .marks = {}, .poses = std::make_shared<Poses>(worldFromNode_, visible_)};
        for (const twin::SceneLabel& label : scene_.labels()) question.marks.push_back({label.position, label.equipment});
        surveyor_.ask(std::move(question));
    }
    labelsArranged_ = now;
    const gpu::Extent eye{headset_.info().eyePixels.x, headset_.info().eyePixels.y};
    options_.labelHeight = labelAngle * std::abs(view.clipFromView[1][1]) * 0.5f * static_cast<float>(eye.height);
    const auto arranged = labels_.arrange(scene_.labels(), view, eye, *renderer_,
                                          {.height = options_.labelHeight, .emphasised = report_.selected, .seen = seenLabels_});
    if (!arranged) return std::unexpected(arranged.error());
    options_.labels = *arranged;
    return {};
}

Result<void> XrVisit::writeMirror(const std::filesystem::path& path) {
    if (!drawn_) return failure(ErrorCode::Invalid, "the headset asked for no picture, so there is none to mirror", path.string());
    const gpu::Extent eye{headset_.info().eyePixels.x, headset_.info().eyePixels.y};
    auto target = gpu::OffscreenTarget::create(device_, eye, 2, "mirror");
    if (!target) return std::unexpected(target.error());
    auto recording = device_.beginFrame();
    if (!recording) return std::unexpected(recording.error());
    render::DrawOptions options = options_;
    options.waitForDetail = true;
    if (auto done = renderer_->draw(**recording, target->image(), views_, nodes_, options); !done) return done;
    if (auto done = device_.submit(**recording); !done) return done;
    const auto pixels = target->read();
    if (!pixels) return std::unexpected(pixels.error());
    const std::size_t row = std::size_t{eye.width} * 4;
    std::vector<std::uint8_t> both(2 * row * eye.height);
    for (std::size_t y = 0; y < eye.height; ++y)
        for (std::size_t i = 0; i < 2; ++i) std::memcpy(&both[(2 * y + i) * row], &pixels->rgba[(i * eye.height + y) * row], row);
    return writePng(path, 2 * eye.width, eye.height, both);
}

} // namespace millwright::app
