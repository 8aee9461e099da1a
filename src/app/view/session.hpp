#pragma once

#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>
#include <millwright/history/history.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/render/renderer.hpp>
#include <millwright/twin/live_thread.hpp>
#include <millwright/twin/plant_scene.hpp>
#include <millwright/twin/replay_thread.hpp>
#include <millwright/ui/camera.hpp>
#include <millwright/ui/dashboard.hpp>
#include <millwright/ui/log_overview.hpp>

#include <app/live.hpp>
#include <app/look.hpp>
#include <app/open.hpp>
#include <app/view/bookmarks.hpp>
#include <app/view/loader.hpp>
#include <app/view/measuring.hpp>
#include <app/view/next_hours.hpp>
#include <app/view/surveyor.hpp>
#include <app/view/trends.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::app {

struct SessionOptions {
    std::filesystem::path log;      ///< empty: the plant's own
    std::filesystem::path compare;  ///< another log to lay beside it; empty: none
    std::optional<Duration> offset; ///< by which the other is shown later than it was recorded; none: both begin together
    double tolerance = 0.05;        ///< part of a signal's range that they may be apart
    std::string at;                 ///< moment of the log, empty: its start
    std::string camera;             ///< empty: the plant's default, or everything
    double speed = 1;
    std::shared_ptr<twin::LiveThread> live;              ///< follows it instead of a log
    std::shared_ptr<const history::History> history;     ///< of what it brought; null without `live`
    std::shared_ptr<const twin::LearntCondition> learnt; ///< what a log is judged by, or null
    const telemetry::Recorder* recorder = nullptr;       ///< that records it; outlives the session
    const historian::Writer* historian = nullptr;        ///< that keeps what is recorded; outlives the session
    std::optional<historian::Options> older = {};        ///< the historian that has what was before the recording
    std::shared_ptr<const StringTable> strings = {};     ///< of the texts in `history`
    bool nextHours = false;                              ///< begins with a branch from the moment that is shown first
    bool play = true;                                    ///< starts playing as soon as everything is there
    std::uint32_t memoryMebibytes = 0;                   ///< of GPU memory for the scene; 0: as the renderer chooses
    bool waitForDetail = false;                          ///< pictures do not depend on time, see render::DrawOptions
};

/// A plant being looked at: what is loaded, where the clock and the camera are, and what the user's intents do to them. It draws
/// the 3D picture and fills the panels' model; the window around it belongs to the caller. Thread: the frame thread.
class Session {
public:
    /// Loading starts at once. `plant` and `device` must outlive the session.
    [[nodiscard]] static Result<std::unique_ptr<Session>> create(const plant::Plant& plant, gpu::Device& device,
                                                                 render::Quality quality, SessionOptions options);

    /// Takes over what has been loaded, moves camera and scene on by `dt` seconds. Errors: NotFound for the camera, those of the
    /// moment `at`, Device; problems of models and logs are shown in the window and kept in `problems`.
    [[nodiscard]] Result<void> advance(double dt);
    /// Makes the picture as large as the viewport.
    [[nodiscard]] Result<void> resize(gpu::Extent viewport);
    /// Records the 3D picture, unless it would look the same as the last one. Errors: Device.
    [[nodiscard]] Result<void> draw(gpu::FrameInFlight& frame);
    /// What the panels show; valid until the next `advance`.
    [[nodiscard]] ui::Model model() const;
    /// Does what the panels asked for.
    void handle(const ui::Intents& intents, double dt);

    /// True while nothing moves by itself: the window may wait for the user.
    [[nodiscard]] bool atRest() const;
    [[nodiscard]] bool loading() const { return loader_ != nullptr; }
    [[nodiscard]] bool hasScene() const { return scene_.has_value(); }
    [[nodiscard]] bool quitAsked() const { return quit_; }
    [[nodiscard]] const std::vector<Error>& problems() const { return problems_; }
    /// Blocks until plant, log and overview are complete and every order is carried out: for pictures. Errors: those of `advance`;
    /// Cancelled when `stop` says so.
    [[nodiscard]] Result<void> finishLoading(const std::stop_token& stop);
    /// Blocks until what the last frame asked for is read: for pictures.
    void settle() const;
    [[nodiscard]] const gpu::OffscreenTarget& picture() const { return target_; }

    ui::ViewState state;
    double frameMilliseconds = 0; ///< shown in the status bar

private:
    Session(const plant::Plant& plant, gpu::Device& device, std::unique_ptr<render::Renderer> renderer, gpu::OffscreenTarget target,
            SessionOptions options);

    struct Visitor;
    [[nodiscard]] Result<void> takeLoaded(Loaded loaded);
    [[nodiscard]] Result<void> placeCamera();
    void follow(std::shared_ptr<const twin::Frame> frame);
    void followLive(double dt);
    /// Begins to look where the step leads, from where the clock was sent before.
    void stepTo(const ui::StepTo& step);
    /// Where the clock is, or was sent: keys follow each other faster than frames.
    [[nodiscard]] Time now() const;
    /// Goes there once it is found.
    void followStep();
    /// Has the other log show the same time.
    void followCompared();
    /// Has it at hand while its panel is open, and does what was asked for on the command line.
    void prepareNextHours();
    void branch(const ui::Branch& what);
    void answerPick();
    void flyTo(const ui::Camera& destination);
    void fly(EquipmentIndex equipment);
    /// The camera with the field of view that this viewport needs.
    [[nodiscard]] ui::Camera seen() const;
    /// Where `from` would have to be to see all of the box.
    [[nodiscard]] ui::Camera fitted(const ui::Camera& from, const scene::Aabb& box) const;
    void showTouched();
    void updateLabels();
    /// Where machines stand that no model shows, if none is shown at all.
    void placeMarkers();
    [[nodiscard]] const glm::dvec3* markerOf(EquipmentIndex equipment) const;
    /// Asks again which labels can be seen, at most a few times a second, and takes the answers.
    void updateSight(double dt);
    void askSight();
    [[nodiscard]] bool sightIsOld() const;
    [[nodiscard]] std::shared_ptr<const Poses> poses();
    [[nodiscard]] Measuring::Pointer pointerAt(glm::vec2 pixel);
    void measure();
    /// What is drawn: the scene's nodes as the user wants to look at them.
    [[nodiscard]] std::span<const render::NodeState> nodes();
    /// Takes over what the user wants to see otherwise.
    void updateLook();
    void keepUnderXray();
    /// Whether its labels are shown: it is neither seen through nor cut away there.
    [[nodiscard]] bool isShown(const twin::SceneLabel& label) const;
    /// Where a label stands, also in what was taken apart.
    [[nodiscard]] glm::dvec3 placeOf(const twin::SceneLabel& label) const;
    [[nodiscard]] glm::vec3 offsetOf(EquipmentIndex equipment) const;
    [[nodiscard]] scene::Aabb boundsOf(EquipmentIndex equipment) const;
    [[nodiscard]] bool someHidden() const;
    [[nodiscard]] bool isHidden(EquipmentIndex equipment) const;
    void hide(EquipmentIndex equipment, bool hidden);
    void isolate(EquipmentIndex equipment);
    void showAll();
    void searchParts();
    void pickPart(std::uint32_t node);
    /// Whether it is as large as a hall and the camera is inside it: the hall one stands in is not lit up under the pointer.
    [[nodiscard]] bool surrounds(EquipmentIndex equipment) const;
    [[nodiscard]] double aspect() const;
    [[nodiscard]] glm::dvec2 viewport() const;

    const plant::Plant& plant_;
    gpu::Device& device_;
    SessionOptions options_;
    std::optional<twin::PlantScene> scene_;
    std::unique_ptr<render::Renderer> renderer_; ///< goes before `scene_`, whose geometry it brings in as it is wanted
    gpu::OffscreenTarget target_;
    std::unique_ptr<Loader> loader_;
    Time begin_{}; ///< moment of the log that is shown first
    Loader::Status loadingStatus_;
    std::string logName_;
    LiveNews news_;
    double untilNews_ = 0; ///< seconds
    std::string logProblem_;
    std::string problem_;
    std::vector<Error> problems_;

    scene::Aabb plantBounds_; ///< as modelled
    struct Marker {
        EquipmentIndex equipment = noEquipment;
        glm::dvec3 at{0}; ///< metres, world frame
        std::string_view name;
    };
    std::vector<Marker> markers_; ///< of a plant without models
    std::unique_ptr<twin::ReplayThread> replay_;
    std::unique_ptr<ui::LogOverview> overview_;
    std::unique_ptr<ui::Stepper> stepper_;      ///< of the log, once somebody steps
    std::optional<Time> headed_;                ///< where the clock was sent, which frames may not show yet; none: it runs
    std::unique_ptr<ui::TrendReader> trends_;   ///< of the log, or of what live feeds brought
    std::shared_ptr<const kpi::Bins> measured_; ///< up to the cursor, or to now
    std::vector<kpi::Row> kpiRows_;
    std::vector<kpi::Characteristic> characteristics_;
    std::unique_ptr<twin::ReplayThread> comparedReplay_; ///< of the other log, which follows this one
    std::unique_ptr<ui::LogOverview> comparedOverview_;
    std::unique_ptr<ui::TrendReader> comparedTrends_;
    std::unique_ptr<ui::LogComparison> comparison_;
    std::shared_ptr<const twin::Frame> compared_; ///< null while the other log tells nothing of the time
    TimeInterval comparedSpan_;
    std::string comparedName_;
    std::unique_ptr<ui::NextHours> nextHours_;        ///< once its panel was open, where there is something to branch from
    std::optional<Bookmarks> bookmarks_;              ///< once there is a log
    std::unique_ptr<history::HistoryReader> history_; ///< null without live feeds
    std::unique_ptr<Surveyor> surveyor_;              ///< asks `scene_`
    std::unique_ptr<Measuring> measuring_;            ///< asks `surveyor_`
    std::vector<ui::MeasureShape> measureShapes_;
    std::vector<std::uint8_t> partHits_; ///< parallel to Plant::equipment: what `searched_` fits
    std::string searched_;
    ui::Part picked_;
    EquipmentIndex pickedOf_ = noEquipment;      ///< whose part `picked_` is
    std::unique_ptr<LookedAt> lookedAt_;         ///< what is in `scene_`
    ui::Looking shownLook_;                      ///< as it is drawn
    EquipmentIndex keptSelection_ = noEquipment; ///< what `kept_` was marked for
    std::string keptSearch_;
    std::vector<render::SectionPlane> sections_;
    std::vector<std::uint8_t> kept_;       ///< by node, under x-ray; empty: nothing is seen through
    std::vector<std::uint8_t> hidden_;     ///< by node; empty: nothing is
    std::vector<std::uint8_t> seenLabels_; ///< parallel to the scene's labels, as of the last answer
    glm::dvec3 sightEye_{0};               ///< what was last asked for
    std::uint64_t sightFrame_ = 0;
    bool sightChanged_ = false; ///< what hides labels is otherwise than when it was asked
    double sightAge_ = 0;       ///< seconds since then
    std::shared_ptr<const twin::Frame> frame_;
    ui::AttentionMap attention_;
    std::vector<ui::SceneLabel> labels_;

    ui::Camera camera_;
    ui::Flight flight_;
    std::size_t activeCamera_ = std::string::npos;
    bool walking_ = false;
    bool looping_ = false;
    bool quit_ = false;
    Floor floor_;
    bool changed_ = true;      ///< the 3D picture must be drawn again
    std::string_view reduced_; ///< what the status bar says of detail that memory lacks for

    /// One question about a pixel at a time: the renderer answers some frames later.
    struct Question {
        glm::vec2 at{0};
        enum class Why { Hover, Select, Fly } why = Why::Hover;
        int age = 0;
        bool asked = false;
    };
    std::optional<Question> question_;
    glm::vec2 pointer_{-1};               ///< where the pointer was last hovering
    std::optional<render::Pick> hovered_; ///< what the last answered hover found
    EquipmentIndex hoveredEquipment_ = noEquipment;
    glm::dvec3 hoverEye_{0};                                                 ///< where the camera was when the hover was last shown
    EquipmentIndex shownSelection_ = noEquipment, shownHover_ = noEquipment; ///< as the scene draws them
};

} // namespace millwright::app
