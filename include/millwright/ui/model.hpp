#pragma once

#include <millwright/core/time.hpp>
#include <millwright/history/history.hpp>
#include <millwright/kpi/recent.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/scene/scene.hpp>
#include <millwright/telemetry/bookmarks.hpp>
#include <millwright/twin/frame.hpp>
#include <millwright/ui/attention.hpp>
#include <millwright/ui/layout.hpp>
#include <millwright/ui/log_comparison.hpp>
#include <millwright/ui/log_overview.hpp>
#include <millwright/ui/looking.hpp>
#include <millwright/ui/measuring.hpp>
#include <millwright/ui/next_hours.hpp>
#include <millwright/ui/stepping.hpp>
#include <millwright/ui/trend_reader.hpp>

#include <glm/glm.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// What panels show and what they ask for. Panels read a `Model`, keep what is theirs in a `ViewState`, and answer with intents;
/// they know neither Vulkan nor the twin, so the same panels serve the desktop and the headset.
namespace millwright::ui {

enum class LogStatus : std::uint8_t { None, Opening, Ready, Failed };

/// A text over the 3D picture, beside a point of it.
struct SceneLabel {
    glm::vec2 anchor{0}; ///< pixels of the viewport, from its top left
    std::string_view text;
    bool emphasised = false;             ///< of the selected equipment
    EquipmentIndex marker = noEquipment; ///< stands for an equipment that has no model; noEquipment: a text
};

/// A part of a machine as its CAD file has it.
struct Part {
    std::string name;
    std::vector<std::pair<std::string, std::string>> properties; ///< part number, layer, material …, as the file names them
};

/// Everything panels show in one frame; all of it is borrowed until the frame is drawn.
struct Model {
    const plant::Plant* plant = nullptr;     ///< null while there is none yet
    const twin::Frame* frame = nullptr;      ///< null while there is no log
    const AttentionMap* attention = nullptr; ///< of `plant` and `frame`
    const LogOverview* overview = nullptr;
    const twin::MachineStates* states = nullptr;   ///< of the whole log, or of live feeds up to now; null while they are not known
    const twin::Frame* compared = nullptr;         ///< of the other log at the same time; null while it tells nothing of it
    const LogOverview* comparedOverview = nullptr; ///< of the other log, shifted to lie beside this one; null without one
    const LogComparison* comparison = nullptr;     ///< of the two; null without another log
    std::string_view comparedName;                 ///< of the other log
    TrendReader* comparedTrends = nullptr;         ///< of the other log, as `trends`
    history::HistoryReader* history = nullptr;     ///< of what live feeds brought; null while a log is played
    TrendReader* trends = nullptr;       ///< finer than `overview`, or what `history` has forgotten; null where nothing can be read
    bool trendsReachBack = false;        ///< they also tell of the time before there were feeds
    const kpi::Bins* measured = nullptr; ///< of the log up to its cursor, or of what live feeds brought; null where nothing is
    std::span<const kpi::Row> kpiRows;   ///< the plant's equipment with KPIs
    std::span<const kpi::Characteristic> characteristics; ///< the plant's measured qualities

    const NextHours* nextHours = nullptr; ///< null until the panel is open, and where there is nothing to branch from

    LogStatus logStatus = LogStatus::None;
    std::string_view logName;
    std::span<const telemetry::Bookmark> bookmarks; ///< of the log, ascending by time
    std::string_view bookmarkProblem;               ///< why they are not kept; empty when all is well
    std::string_view logProblem;                    ///< why the log could not be opened or has stopped; empty when all is well
    std::string_view problem;                       ///< what kept the plant or model from opening; empty when all is well
    bool looping = false;
    std::string_view stepNote; ///< where the last step by what happened has led; empty: time has moved otherwise since

    bool loading = false; ///< models are being imported
    double loadingFraction = 0;
    std::string_view loadingStage;

    std::span<const std::uint8_t> partHits; ///< 1 where a part of the equipment fits `ViewState::search`, by name or property;
                                            ///< parallel to Plant::equipment, or empty
    const Part* part = nullptr;             ///< of the selected equipment, last picked in the viewport

    std::uintptr_t viewportImage = 0; ///< ImTextureID of the 3D picture; 0: none
    std::span<const SceneLabel> labels;
    bool withoutModels = false;                ///< no equipment has a model: labels are all there is to see
    std::span<const Measurement> measurements; ///< in the order they were taken
    std::span<const MeasureShape> measureShapes;
    std::string_view measureNote;                 ///< what to do next, or why the last click measured nothing
    bool measureBegun = false;                    ///< the first of two points is taken
    bool someHidden = false;                      ///< parts of the plant are not shown
    scene::Aabb bounds;                           ///< around the plant, world frame, metres; empty while there is none
    bool xrayKeeps = false;                       ///< something is selected or found, and so stays solid under x-ray
    std::size_t activeCamera = std::string::npos; ///< of Plant::cameras, while the camera has not been moved away
    bool walking = false;
    bool inHeadset = false; ///< hints then speak of the controller's ray, and the pointer is drawn

    double frameMilliseconds = 0;
    std::string_view gpuName;
    std::uint64_t triangles = 0;
    std::string_view memoryNote; ///< what lacks for lack of GPU memory; empty: nothing
};

// Intents. Positions in the viewport are pixels from its top left.
struct Select {
    EquipmentIndex equipment = noEquipment;
}; ///< noEquipment: select nothing
struct FlyTo {
    EquipmentIndex equipment = noEquipment;
};                 ///< noEquipment: to everything
struct FitView {}; ///< all of the selection, or of everything
struct UseCamera {
    std::size_t camera = 0;
}; ///< index into Plant::cameras
struct SetPlaying {
    bool playing = false;
};
struct Seek {
    Time time{};
};
struct Step {
    Duration offset{};
};
struct AddBookmark {}; ///< at the time that is shown
struct RemoveBookmark {
    std::size_t bookmark = 0;
}; ///< place in `Model::bookmarks`
struct RenameBookmark {
    std::size_t bookmark = 0;
    std::string name;
};
struct UndoBookmark {}; ///< takes back the last of these three
struct SetSpeed {
    double speed = 1;
};
struct SetLooping {
    bool looping = false;
};
struct SetGrid {
    bool shown = true;
};
struct CancelLoading {};
struct Quit {};
struct Orbit {
    glm::vec2 drag{0};
};
struct Pan {
    glm::vec2 drag{0};
};
struct Look {
    glm::vec2 drag{0};
};
struct Zoom {
    float notches = 0;
    glm::vec2 at{0};
};
struct Walk {
    glm::vec3 direction{0};
    bool fast = false;
}; ///< right, up, forward; -1…1
struct PickAt {
    glm::vec2 at{0};
    bool fly = false;
}; ///< select what is there; `fly`: go there too
struct HoverAt {
    glm::vec2 at{0};
};
struct MeasureAt {
    glm::vec2 at{0};
};                       ///< takes the point there
struct MeasureUndo {};   ///< the last measurement, or the point that was taken for one
struct MeasureClear {};  ///< all of them
struct MeasureCancel {}; ///< the point that was taken
struct Hide {
    EquipmentIndex equipment = noEquipment;
    bool hidden = true; ///< false: shows it again
};                      ///< it and all below it
struct Isolate {
    EquipmentIndex equipment = noEquipment;
}; ///< hides everything else
struct ShowAll {};
struct ActOnAlarm {
    plant::AlarmIndex alarm = plant::noAlarm;
    twin::OperatorAction::Kind kind = twin::OperatorAction::Kind::Acknowledge;
    Duration duration{}; ///< ShelveTimed
    std::string comment; ///< for people
};                       ///< what the operator does, at the time that is shown

struct Branch {
    Duration length{};
    std::vector<std::string> scenarios; ///< ids, as `NextHours` lists them
    std::optional<std::uint64_t> target;
};                      ///< from the time that is shown: simulates what may come next
struct CancelBranch {}; ///< gives that up

using Intent =
    std::variant<Select, FlyTo, FitView, UseCamera, SetPlaying, Seek, Step, StepTo, SetSpeed, SetLooping, SetGrid, CancelLoading,
                 Quit, Orbit, Pan, Look, Zoom, Walk, PickAt, HoverAt, MeasureAt, MeasureUndo, MeasureClear, MeasureCancel, Hide,
                 Isolate, ShowAll, ActOnAlarm, AddBookmark, RemoveBookmark, RenameBookmark, UndoBookmark, Branch, CancelBranch>;
using Intents = std::vector<Intent>;

/// What the interface itself remembers from frame to frame.
struct ViewState {
    EquipmentIndex selected = noEquipment;
    SignalIndex signal = noSignal;        ///< chosen in the inspector; it counts while its equipment is selected
    SignalIndex explained = noSignal;     ///< a derived one, which the inspector says the origin of
    EquipmentIndex hovered = noEquipment; ///< under the pointer in the tree
    Splits splits;
    bool gridShown = true;
    bool helpShown = false;
    bool measuring = false; ///< clicks in the viewport measure instead of selecting
    MeasureKind measureKind = MeasureKind::Distance;
    LengthUnit lengthUnit = LengthUnit::Millimetre;
    bool lookShown = false;                   ///< the look panel
    bool alarmsShown = false;                 ///< the list of alarms
    bool alarmsAside = false;                 ///< it lists what is shelved, suppressed or out of service
    plant::AlarmIndex alarm = plant::noAlarm; ///< chosen in it
    bool differencesShown = false;            ///< the list of differences of two logs
    std::string alarmComment;                 ///< being typed, for the chosen alarm
    bool bookmarksShown = false;              ///< the list of bookmarks
    std::size_t renaming = std::string::npos; ///< the bookmark whose name is being typed
    std::string newName;
    bool renameFocused = false; ///< what is typed goes there
    NextHoursView nextHours;
    Looking look;
    std::vector<bool> hidden; ///< parallel to Plant::equipment; empty: nothing is; shown as such in the tree
    std::string search;
    std::vector<bool> collapsed;                   ///< parallel to Plant::equipment
    Duration trendReach = std::chrono::minutes{5}; ///< how far back curves reach, unless the timeline shows only a part of the log
    kpi::Period kpiPeriod = kpi::Period::Everything; ///< how far back KPIs reach
    TimeInterval visibleTime;                        ///< part of the log the timeline shows; empty: all of it
    Time followedTime{};                             ///< that the timeline has last shown
    bool revealSelected = false;                     ///< scroll the tree to the selection once
};

} // namespace millwright::ui
