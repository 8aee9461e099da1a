#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/twin/live_thread.hpp>
#include <millwright/twin/replay_thread.hpp>

#include <CLI/CLI.hpp>

#include <app/alarm_memory.hpp>
#include <app/command.hpp>
#include <app/commands/xr_mirror.hpp>
#include <app/commands/xr_visit.hpp>
#include <app/historian.hpp>
#include <app/live.hpp>
#include <app/open.hpp>
#include <chrono>
#include <cmath>
#include <format>
#include <numbers>
#include <print>

namespace millwright::app {
namespace {

struct Options {
    std::string plant;
    std::string log;
    std::string at;
    std::string gpu;
    std::string quality = "auto";
    std::uint32_t memoryMebibytes = 0;
    std::string mirror;
    std::string select;
    double speed = 1;
    float scale = 1;
    std::uint64_t frames = 0;
    bool json = false;
    bool noWindow = false;
    bool live = false;
    std::string record; ///< empty: nothing
};

std::string_view word(xr::SessionEnd end) {
    switch (end) {
    case xr::SessionEnd::Exited: return "exited";
    case xr::SessionEnd::SessionLost: return "session lost";
    case xr::SessionEnd::InstanceLost: return "runtime lost";
    case xr::SessionEnd::NotEnded: break;
    }
    return "running";
}

double degrees(double radians) {
    return radians * 180 / std::numbers::pi;
}

void writePoint(JsonWriter& json, std::string_view name, glm::dvec3 point) {
    json.key(name).beginArray().value(point.x).value(point.y).value(point.z).endArray();
}

std::string asJson(const plant::Plant& plant, const xr::Headset& headset, const VisitReport& report) {
    const auto& info = headset.info();
    const auto& statistics = headset.statistics();
    JsonWriter json;
    json.beginObject()
        .field("plant", plant.name)
        .field("runtime", info.runtime)
        .field("headset", info.system)
        .field("space", info.space);
    json.key("eye").beginObject().field("width", info.eyePixels.x).field("height", info.eyePixels.y).endObject();
    json.field("depthLayer", info.depth).key("frames").beginObject();
    json.field("drawn", statistics.drawn).field("waited", statistics.waited).field("missed", statistics.missed);
    json.field("discarded", statistics.discarded).field("medianMilliseconds", report.medianFrameMilliseconds).endObject();
    json.key("states").beginArray();
    for (const auto state : headset.session().passed()) json.value(xr::name(state));
    json.endArray()
        .field("end", word(headset.session().end()))
        .field("teleports", report.teleports)
        .field("turns", report.turns)
        .field("cuts", report.cuts);
    json.key("selected");
    if (report.selected == noEquipment)
        json.null();
    else
        json.value(plant.equipment[index(report.selected)].path);
    json.key("worldFromStage").beginObject();
    writePoint(json, "origin", report.playSpace.origin);
    json.field("yawDegrees", degrees(report.playSpace.yaw)).endObject();
    writePoint(json, "head", report.head);
    return json.endObject().text();
}

std::string asText(const plant::Plant& plant, const xr::Headset& headset, const VisitReport& report) {
    const auto& info = headset.info();
    const auto& statistics = headset.statistics();
    std::string states;
    for (const auto state : headset.session().passed()) states += (states.empty() ? "" : " > ") + std::string{xr::name(state)};
    return std::format("{} on {} ({})\n"
                       "eyes       {} x {} pixels each, {} space, {}\n"
                       "frames     {} drawn of {}, {} display periods missed, {:.1f} ms a frame (median)\n"
                       "session    {}\n"
                       "walk       {} teleports, {} snap turns, ended at ({:.2f}, {:.2f}, {:.2f})\n",
                       plant.name, info.system, info.runtime, info.eyePixels.x, info.eyePixels.y, info.space,
                       info.depth ? "with depth" : "without depth", statistics.drawn, statistics.waited, statistics.missed,
                       report.medianFrameMilliseconds, states, report.teleports, report.turns, report.head.x, report.head.y,
                       report.head.z);
}

/// The plant's log on a thread of its own, playing from the moment asked for; null when there is no log.
Result<std::unique_ptr<twin::ReplayThread>> startReplay(const plant::Plant& plant, const Options& options) {
    auto replay = openReplayIfAny(plant, options.log);
    if (!replay) return std::unexpected(replay.error());
    if (!*replay) return nullptr;
    const auto log = logOf(plant, options.log);
    auto scout = log ? scoutFor(plant, *log, **replay) : std::nullopt;
    if (!options.at.empty()) {
        const auto moment = parseMoment(options.at, (*replay)->log());
        if (!moment) return std::unexpected(moment.error());
        if (auto moved = (*replay)->seek(*moment); !moved) return std::unexpected(moved.error());
    }
    (*replay)->setSpeed(options.speed);
    (*replay)->setLoop(true);
    (*replay)->play();
    return std::make_unique<twin::ReplayThread>(std::move(**replay), std::chrono::milliseconds{8}, std::move(scout));
}

/// The plant's feeds, recorded if asked for, and what is told of them while somebody has a headset on.
class LiveVisit {
public:
    /// Errors: those of `openLive`, `historianOf` and `recordLive`.
    static Result<std::unique_ptr<LiveVisit>> start(const plant::Plant& plant, const Options& options) {
        auto live = openLive(plant, options.plant);
        if (!live) return std::unexpected(live.error());
        auto visit = std::make_unique<LiveVisit>();
        if (!options.record.empty()) {
            auto historian = historianOf(plant, options.plant); // first, so that no log is begun in vain
            if (!historian) return std::unexpected(historian.error().front());
            auto recorder = recordLive(plant, *live, {.path = options.record, .channels = {}});
            if (!recorder) return std::unexpected(recorder.error());
            visit->recorder_ = std::move(*recorder);
            if (*historian) visit->historian_ = writeToHistorian(std::move(**historian), *visit->recorder_);
        }
        visit->thread_ = std::make_unique<twin::LiveThread>(std::move(*live));
        return visit;
    }

    /// The newest; now and then it tells what became of the feeds.
    std::shared_ptr<const twin::Frame> frame() {
        if (const auto now = std::chrono::steady_clock::now(); now - told_ > newsPeriod) {
            told_ = now;
            const auto recorded = recorder_ ? recorder_->status() : telemetry::RecorderStatus{};
            const auto kept = historian_ ? std::optional{historian_->status()} : std::nullopt;
            for (const std::string& text : news_.since(*thread_->feeds(), recorded, kept ? &*kept : nullptr))
                std::println(stderr, "millwright: {}", text);
        }
        return thread_->frame();
    }
    /// Ends the feeds, then the recording. Errors: those of the recorder.
    Result<void> close() {
        thread_.reset(); // it hands samples to the recorder
        if (!recorder_) return {};
        auto closed = recorder_->close().transform([](const telemetry::RecorderStatus&) {});
        static_cast<void>(finishHistorian(historian_.get()));
        return closed;
    }

private:
    std::unique_ptr<telemetry::Recorder> recorder_; // outlives the others
    std::unique_ptr<historian::Writer> historian_;
    std::unique_ptr<twin::LiveThread> thread_;
    static constexpr std::chrono::milliseconds newsPeriod{250};
    std::chrono::steady_clock::time_point told_;
    LiveNews news_;
};

/// What brings the plant to life: its feeds, its log, or nothing.
struct Life {
    std::unique_ptr<LiveVisit> live;
    std::unique_ptr<twin::ReplayThread> replay;

    static Result<Life> begin(const plant::Plant& plant, const Options& options) {
        if (options.live)
            return LiveVisit::start(plant, options).transform([](auto&& live) {
                return Life{.live = std::move(live), .replay = {}};
            });
        return startReplay(plant, options).transform([](auto&& replay) { return Life{.live = {}, .replay = std::move(replay)}; });
    }
    [[nodiscard]] FrameSource frames() const {
        if (live) return [from = live.get()] { return from->frame(); };
        if (replay) return [from = replay.get()] { return from->frame(); };
        return {};
    }
};

/// The window for those who stand by. A display that refuses one keeps nobody out of the headset.
std::unique_ptr<XrMirror> openMirror(const plant::Plant& plant, const Options& options) {
    if (options.noWindow) return nullptr;
    auto mirror = XrMirror::open(plant.name.empty() ? plant.id : plant.name);
    if (mirror) return std::move(*mirror);
    log::warning("no window shows what the headset shows: {}", mirror.error().text());
    return nullptr;
}

ExitStatus walkThrough(const Options& options) {
    const auto quality = render::parseQuality(options.quality);
    if (!quality) return fail(quality.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    const EquipmentIndex selected = options.select.empty() ? noEquipment : plant->findEquipment(options.select);
    if (!options.select.empty() && selected == noEquipment)
        return fail(Error{ErrorCode::NotFound, std::format("has no equipment '{}'", options.select), options.plant});
    // The device must outlive everything drawn with it, the headset's own images included.
    std::unique_ptr<gpu::Device> device;
    auto headset = xr::Headset::connect({.resolutionScale = options.scale});
    if (!headset) return fail(headset.error());
    const std::unique_ptr<XrMirror> mirror = openMirror(*plant, options);
    auto made = headset->createDevice({.gpu = options.gpu,
                                       .presentation = mirror != nullptr,
                                       .instanceExtensions = mirror ? mirror->instanceExtensions() : std::vector<std::string>{}});
    if (!made) return fail(made.error());
    device = std::move(*made);
    auto scene = [&] {
        ProgressBar bar{"models"};
        return twin::PlantScene::load(*plant, bar.progress());
    }();
    if (!scene) return fail(scene.error());
    auto life = Life::begin(*plant, options);
    if (!life) return fail(life.error());
    if (auto started = headset->startSession(*device); !started) return fail(started.error());

    auto visit = XrVisit::open(*plant, *scene, life->frames(), *headset, *device, *quality, options.memoryMebibytes);
    if (!visit) return fail(visit.error());
    (*visit)->select(selected);
    if (mirror) {
        if (auto attached = mirror->attach(*device, headset->info().eyePixels); !attached) return fail(attached.error());
        (*visit)->setMirror(mirror.get());
    }
    const auto stop = interrupted();
    const auto report = (*visit)->run(options.frames, stop);
    if (life->live)
        if (const auto closed = life->live->close(); !closed) return fail(closed.error());
    if (!report) return fail(report.error());
    if (!options.mirror.empty()) {
        if (auto written = (*visit)->writeMirror(options.mirror); !written) return fail(written.error());
    }
    print(options.json ? asJson(*plant, *headset, *report) : asText(*plant, *headset, *report));
    for (const auto& message : device->validationMessages()) log::error("Vulkan: {}", message.text);
    if (!device->validationMessages().empty()) return ExitStatus::CheckFailed;
    if (headset->session().end() == xr::SessionEnd::SessionLost)
        return fail(Error{ErrorCode::Device, "the headset went away during the visit: connect it, then start again", "headset"});
    if (headset->session().end() == xr::SessionEnd::InstanceLost)
        return fail(
            Error{ErrorCode::Device, "the OpenXR runtime ended during the visit: start it, then Millwright again", "headset"});
    return stop.stop_requested() ? ExitStatus::Interrupted : ExitStatus::Success;
}

} // namespace

void addXr(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("xr", "Walk through a plant with a headset on (OpenXR)");
    command->footer("Stick forward: teleport. Stick sideways: turn. Trigger: select, or press on the panel. Squeeze: cut away what "
                    "is nearer than the\n"
                    "hand, squeeze again: whole. Menu or B: show or hide the panel.\n"
                    "Example: millwright xr assets/plants/battery --at +10min");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder, or a model file")->required();
    auto* log = command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    auto* at = command->add_option("--at", options->at,
                                   "Moment of the log to start from: +10min, -30s, start, end or 2026-11-23T08:30:00Z");
    auto* speed = command->add_option("--speed", options->speed, "Log time per real time")
                      ->check(CLI::Range(0.001, 1e6))
                      ->capture_default_str();
    auto* live = command->add_flag("--live", options->live, "Follow the plant's feeds instead of a log");
    for (auto* ofALog : {log, at, speed}) live->excludes(ofALog);
    command->add_option("--record", options->record, "With --live: log to write what arrives to; never overwrites one")
        ->needs(live);
    command->add_option("--gpu", options->gpu, "Index or part of the name of a GPU; must be the one the headset is plugged into");
    command->add_option("--quality", options->quality, "auto, low, medium or high")->capture_default_str();
    command
        ->add_option("--memory", options->memoryMebibytes,
                     "MiB of GPU memory for the model and its textures; with too little, detail is left out; default: four fifths "
                     "of what there is")
        ->check(CLI::Range(1u, 1u << 24));
    command->add_option("--scale", options->scale, "Resolution, of what the headset recommends")
        ->check(CLI::Range(0.1, 2.0))
        ->capture_default_str();
    command->add_option("--select", options->select, "Path of the equipment to select first");
    command->add_option("--frames", options->frames, "Leave after so many drawn frames; 0: stay");
    command->add_option("--mirror", options->mirror, "Write the last picture of both eyes to this PNG");
    command->add_flag("--no-window", options->noWindow, "Do not show the left eye in a window where there is a display");
    command->add_flag("--json", options->json,
                      "Answer as JSON: plant, runtime, headset, eye, frames, states, end, worldFromStage, …");
    command->callback([&run, options] { run = [options] { return walkThrough(*options); }; });
}

} // namespace millwright::app
