#include <algorithm>
#include <app/view/session.hpp>

namespace millwright::app {
namespace {

constexpr double eyeHeight = 1.7, walkSpeed = 1.5, fastWalkSpeed = 6; // metres, metres a second

} // namespace

/// What each intent does.
struct Session::Visitor {
    Session& s;
    double dt;

    void moved(const ui::Camera& camera) const {
        s.flight_.cancel();
        const double fieldOfView = s.camera_.verticalFov;
        s.camera_ = camera;
        s.camera_.verticalFov = fieldOfView;
        s.activeCamera_ = std::string::npos;
        s.changed_ = true;
    }
    void operator()(const ui::Select& i) const { s.state.selected = i.equipment; }
    void operator()(const ui::FlyTo& i) const {
        if (s.scene_) s.fly(i.equipment);
    }
    void operator()(const ui::FitView&) const {
        if (s.scene_) s.fly(s.state.selected);
    }
    void operator()(const ui::UseCamera& i) const {
        s.walking_ = false;
        s.flyTo(ui::cameraFrom(s.plant_.cameras[i.camera]));
        s.activeCamera_ = i.camera;
    }
    /// Time moves otherwise than by steps: what the last one found no longer counts.
    void head(std::optional<Time> to) const {
        s.headed_ = to;
        if (s.stepper_) s.stepper_->forget();
    }
    void operator()(const ui::SetPlaying& i) const {
        head(std::nullopt);
        if (s.replay_) s.replay_->setPlaying(i.playing);
    }
    void operator()(const ui::Seek& i) const {
        head(s.frame_ && !s.frame_->playing ? std::optional{i.time} : std::nullopt);
        if (s.replay_) s.replay_->seek(i.time);
    }
    void operator()(const ui::Step& i) const {
        if (s.frame_) head(s.now() + std::clamp(i.offset, s.frame_->log.from - s.now(), s.frame_->log.to - s.now()));
        if (s.replay_) s.replay_->step(i.offset);
    }
    void operator()(const ui::StepTo& i) const { s.stepTo(i); }
    void operator()(const ui::AddBookmark&) const {
        if (s.bookmarks_ && s.frame_) s.bookmarks_->add(s.frame_->time);
    }
    void operator()(const ui::RemoveBookmark& i) const {
        if (s.bookmarks_) s.bookmarks_->remove(i.bookmark);
    }
    void operator()(const ui::RenameBookmark& i) const {
        if (s.bookmarks_) s.bookmarks_->rename(i.bookmark, i.name);
    }
    void operator()(const ui::UndoBookmark&) const {
        if (s.bookmarks_) s.bookmarks_->undo();
    }
    void operator()(const ui::SetSpeed& i) const {
        if (s.replay_) s.replay_->setSpeed(i.speed);
    }
    void operator()(const ui::SetLooping& i) const {
        if (s.replay_ && s.replay_->setLooping(i.looping)) s.looping_ = i.looping;
    }
    void operator()(const ui::SetGrid& i) const {
        s.state.gridShown = i.shown;
        s.changed_ = true;
    }
    void operator()(const ui::CancelLoading&) const {
        if (s.loader_) s.loader_->cancel();
    }
    void operator()(const ui::Quit&) const { s.quit_ = true; }
    void operator()(const ui::Orbit& i) const {
        s.walking_ = false;
        moved(ui::orbited(s.seen(), glm::dvec2(i.drag), s.viewport()));
    }
    void operator()(const ui::Pan& i) const { moved(ui::panned(s.seen(), glm::dvec2(i.drag), s.viewport())); }
    void operator()(const ui::Look& i) const { moved(ui::looked(s.seen(), glm::dvec2(i.drag), s.viewport())); }
    void operator()(const ui::Zoom& i) const {
        const bool known = s.hovered_ && s.hovered_->hit && glm::distance(glm::vec2(s.hovered_->pixel), i.at) < 12;
        moved(ui::zoomed(s.seen(), i.notches,
                         known ? s.hovered_->position : ui::pointAtTargetDepth(s.seen(), glm::dvec2(i.at), s.viewport())));
    }
    void operator()(const ui::Walk& i) const {
        if (!s.walking_) { // set the feet on the floor first
            s.walking_ = true;
            ui::Camera feet = ui::standing(s.camera_, 0, eyeHeight);
            const glm::dvec3 eye = feet.eye();
            feet.pitch = std::clamp(feet.pitch, -0.15, 0.15);
            feet.distance = 4;
            feet.target = eye + feet.forward() * feet.distance;
            s.flyTo(feet);
            return;
        }
        if (s.flight_.active()) return;
        moved(ui::walked(s.camera_, glm::dvec3(i.direction) * ((i.fast ? fastWalkSpeed : walkSpeed) * dt)));
    }
    void operator()(const ui::PickAt& i) const {
        using enum Question::Why;
        if (s.scene_) s.question_ = Question{.at = i.at, .why = i.fly ? Fly : Select};
    }
    void operator()(const ui::MeasureAt& i) const {
        if (s.measuring_) s.measuring_->click(s.pointerAt(i.at), s.state.measureKind);
    }
    void operator()(const ui::MeasureUndo&) const {
        if (s.measuring_) s.measuring_->undo();
    }
    void operator()(const ui::MeasureClear&) const {
        if (s.measuring_) s.measuring_->clear();
    }
    void operator()(const ui::MeasureCancel&) const {
        if (s.measuring_) s.measuring_->cancel();
    }
    void operator()(const ui::Hide& i) const { s.hide(i.equipment, i.hidden); }
    void operator()(const ui::Isolate& i) const { s.isolate(i.equipment); }
    void operator()(const ui::ShowAll&) const { s.showAll(); }
    void operator()(const ui::ActOnAlarm& i) const {
        twin::OperatorAction action{
            .alarm = i.alarm, .kind = i.kind, .duration = i.duration, .user = "operator", .comment = i.comment};
        if (s.replay_)
            s.replay_->act(std::move(action));
        else if (s.options_.live)
            s.options_.live->act(std::move(action));
    }
    void operator()(const ui::Branch& i) const { s.branch(i); }
    void operator()(const ui::CancelBranch&) const {
        if (s.nextHours_) s.nextHours_->cancel();
    }
    void operator()(const ui::HoverAt& i) const {
        if (s.measuring_ && s.state.measuring) {
            if (s.pointer_ != i.at) s.measuring_->hover(s.pointerAt(i.at), s.state.measureKind);
            s.pointer_ = i.at;
            s.hoveredEquipment_ = noEquipment;
            return;
        }
        if (!s.scene_ || s.question_ || s.pointer_ == i.at) return;
        s.pointer_ = i.at;
        s.question_ = Question{.at = i.at};
    }
};

void Session::handle(const ui::Intents& intents, double dt) {
    const Visitor visitor{*this, dt};
    for (const ui::Intent& intent : intents) std::visit(visitor, intent);
    const auto points = [](const ui::Intent& intent) { return std::holds_alternative<ui::HoverAt>(intent); };
    if (std::ranges::none_of(intents, points)) { // the pointer is elsewhere, or busy dragging
        pointer_ = glm::vec2{-1};
        hoveredEquipment_ = noEquipment;
    }
}

} // namespace millwright::app
