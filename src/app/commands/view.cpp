#include <millwright/core/log.hpp>
#include <millwright/core/png.hpp>
#include <millwright/gpu/native.hpp>
#include <millwright/ui/painter.hpp>
#include <millwright/ui/window.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/historian.hpp>
#include <app/live.hpp>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <app/view/session.hpp>
#include <app/view/settings.hpp>
#include <chrono>
#include <format>

namespace millwright::app {
namespace {

struct Options {
    std::string plant;
    SessionOptions session;
    std::string size = "1440x900";
    std::string gpu;
    std::string quality = "auto";
    std::string select;
    bool alarms = false;
    bool bookmarks = false;
    bool differences = false;
    std::vector<std::string> scenarios;
    std::string offset = "start";
    std::string screenshot;
    double scale = 1;
    int frames = 0;
    bool paused = false;
    bool live = false;
    std::string record; ///< empty: nothing
    std::size_t historyMebibytes = 256;
};

constexpr glm::vec4 ground{0.878f, 0.878f, 0.878f, 1};

/// Frame times as a person wants to read them: a mean over the last half second or so.
class FrameClock {
public:
    /// Seconds since the last call, at most a quarter: a window that was stopped does not jump.
    double tick() {
        const auto now = std::chrono::steady_clock::now();
        const double dt = std::clamp(std::chrono::duration<double>(now - last_).count(), 1e-4, 0.25);
        last_ = now;
        return dt;
    }
    double smoothed(double seconds) { return mean_ = mean_ == 0 ? seconds : std::lerp(mean_, seconds, 0.06); }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
    double mean_ = 0;
};

gpu::Extent viewportOf(glm::vec2 window, const Session& session, const ui::Context& context) {
    const ui::Rect viewport = ui::layoutOf(window, session.state, context.scale()).viewport;
    return {static_cast<std::uint32_t>(viewport.width()), static_cast<std::uint32_t>(viewport.height())};
}

/// Draws one frame: panels decide what they want, then the 3D picture, then the panels over it.
class Desk {
public:
    Desk(ui::Context& context, Session& session, gpu::Device& device, ui::Painter& painter)
        : context_{context}, session_{session}, device_{device}, painter_{painter} {}

    /// `begin` starts the context's frame, `target` yields what to draw to in it (null: nothing).
    template <typename Begin, typename Target>
    Result<void> frame(glm::vec2 window, double dt, Begin&& begin, Target&& target) {
        if (auto advanced = session_.advance(dt); !advanced) return advanced;
        if (auto resized = session_.resize(viewportOf(window, session_, context_)); !resized) return resized;

        begin();
        ui::Model model = session_.model();
        if (session_.hasScene()) model.viewportImage = painter_.image(session_.picture());
        intents_.clear();
        ui::drawDashboard(context_, model, session_.state, intents_);
        context_.endFrame();

        auto gpuFrame = device_.beginFrame();
        if (!gpuFrame) return std::unexpected(gpuFrame.error());
        if (auto drawn = session_.draw(**gpuFrame); !drawn) return drawn;
        auto image = target(**gpuFrame);
        if (!image) return std::unexpected(image.error());
        if (*image) painter_.draw(**gpuFrame, **image, ground);
        if (auto submitted = device_.submit(**gpuFrame); !submitted) return submitted;
        session_.handle(intents_, dt);
        return {};
    }

private:
    ui::Context& context_;
    Session& session_;
    gpu::Device& device_;
    ui::Painter& painter_;
    ui::Intents intents_;
};

ExitStatus finish(const Session& session, const gpu::Device& device) {
    for (const gpu::ValidationMessage& message : device.validationMessages()) log::error("Vulkan validation: {}", message.text);
    if (!session.problems().empty()) return fail(session.problems());
    return device.validationMessages().empty() ? ExitStatus::Success : ExitStatus::CheckFailed;
}

void selectFirst(const Options& options, const plant::Plant& plant, Session& session) {
    session.state.alarmsShown = options.alarms;
    session.state.bookmarksShown = options.bookmarks;
    session.state.differencesShown = options.differences;
    session.state.nextHours.shown = options.session.nextHours;
    session.state.nextHours.chosen = options.scenarios;
    if (options.select.empty()) return;
    session.state.selected = plant.findEquipment(options.select);
    session.state.revealSelected = true;
}

/// The window as a picture, without a window: nothing moves by itself, so the same command gives the same picture.
ExitStatus screenshot(const Options& options, const plant::Plant& plant, gpu::Extent size, render::Quality quality) {
    auto device = gpu::Device::create({.gpu = options.gpu});
    if (!device) return fail(device.error());
    const auto context = ui::Context::create({.scale = static_cast<float>(options.scale)});
    const gpu::Extent pixels{static_cast<std::uint32_t>(std::lround(size.width * options.scale)),
                             static_cast<std::uint32_t>(std::lround(size.height * options.scale))};
    auto target = gpu::OffscreenTarget::create(**device, pixels, 1, "window");
    if (!target) return fail(target.error());
    auto painter = ui::Painter::create(*context, **device, gpu::offscreenFormat);
    if (!painter) return fail(painter.error());
    SessionOptions sessionOptions = options.session;
    sessionOptions.play = false;
    sessionOptions.waitForDetail = true;
    auto session = Session::create(plant, **device, quality, std::move(sessionOptions));
    if (!session) return fail(session.error());
    const glm::vec2 window{pixels.width, pixels.height};
    if (auto resized = (*session)->resize(viewportOf(window, **session, *context)); !resized) return fail(resized.error());
    const std::stop_token stop = interrupted();
    if (auto loaded = (*session)->finishLoading(stop); !loaded) return fail(loaded.error());
    selectFirst(options, plant, **session);
    Desk desk{*context, **session, **device, **painter};
    constexpr double dt = 1.0 / 60;
    for (int i = 0; i < std::max(3, options.frames); ++i) {
        if (stop.stop_requested()) return fail(Error{ErrorCode::Cancelled, "stopped before the picture was done", options.plant});
        const auto drawn = desk.frame(
            window, dt, [&] { context->beginFrame(window, dt); },
            [&](gpu::FrameInFlight&) -> Result<const gpu::TargetImage*> { return &target->image(); });
        if (!drawn) return fail(drawn.error());
        (*session)->settle();
    }
    const auto picture = target->read();
    if (!picture) return fail(picture.error());
    if (auto written = writePng(options.screenshot, picture->extent.width, picture->extent.height, picture->rgba); !written)
        return fail(written.error());
    return finish(**session, **device);
}

ExitStatus show(const Options& options, const plant::Plant& plant, gpu::Extent size, render::Quality quality) {
    const auto context = ui::Context::create({.scale = static_cast<float>(options.scale)});
    auto window = ui::Window::create(std::format("{} — Millwright", plant.name.empty() ? plant.id : plant.name), size, *context);
    if (!window) {
        Error error = window.error();
        error.message += "; `millwright render` and `millwright view --screenshot` draw pictures without a display";
        return fail(error);
    }
    auto device =
        gpu::Device::create({.gpu = options.gpu, .presentation = true, .instanceExtensions = ui::Window::instanceExtensions()});
    if (!device) return fail(device.error());
    auto swapchain = (*window)->createSwapchain(**device);
    if (!swapchain) return fail(swapchain.error());
    auto painter = ui::Painter::create(*context, **device, gpu::format(*swapchain));
    if (!painter) return fail(painter.error());
    auto session = Session::create(plant, **device, quality, options.session);
    if (!session) return fail(session.error());
    selectFirst(options, plant, **session);
    const std::filesystem::path settings = windowSettingsFile();
    const ui::Splits before = (*session)->state.splits = loadSplits(settings);

    Desk desk{*context, **session, **device, **painter};
    FrameClock clock;
    const std::stop_token stop = interrupted();
    int calmFrames = 0, frames = 0;
    std::uint64_t events = 0;
    while (!stop.stop_requested() && !(*window)->wantsToClose() && !(*session)->quitAsked()) {
        // A window in which nothing moves draws ten frames more for the panels to settle, then waits for the user.
        calmFrames = (*session)->atRest() && events == (*window)->eventCount() ? calmFrames + 1 : 0;
        events = (*window)->eventCount();
        (*window)->pollEvents((*window)->pixels().width == 0 || calmFrames > 10 ? 0.1 : 0);
        const gpu::Extent pixels = (*window)->pixels();
        if (pixels.width == 0) continue; // minimised
        context->setScale((*window)->contentScale() * static_cast<float>(options.scale));
        const double dt = clock.tick();
        (*session)->frameMilliseconds = clock.smoothed(dt) * 1e3;
        const auto drawn = desk.frame(
            {pixels.width, pixels.height}, dt, [&] { (*window)->beginFrame(dt); },
            [&](gpu::FrameInFlight& frame) { return swapchain->acquire(frame, (*window)->pixels()); });
        if (!drawn) return fail(drawn.error());
        if (options.frames > 0 && !(*session)->loading() && ++frames >= options.frames) break;
    }
    (*device)->waitIdle();
    if (!((*session)->state.splits == before)) saveSplits(settings, (*session)->state.splits);
    return finish(**session, **device);
}

ExitStatus view(Options options) {
    const auto size = parseSize(options.size, {320, 180}); // less has no room for the panels
    if (!size) return fail(size.error());
    if (const auto named = namesPng(options.screenshot); !named) return fail(named.error());
    const auto quality = render::parseQuality(options.quality);
    if (!quality) return fail(quality.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    if (const auto camera = chooseCamera(*plant, options.session.camera); !camera) return fail(camera.error());
    if (!options.select.empty() && plant->findEquipment(options.select) == noEquipment)
        return fail(Error{ErrorCode::NotFound, std::format("has no equipment '{}'", options.select), options.plant});
    options.session.play = !options.paused;
    if (!options.session.compare.empty()) {
        if (const auto other = openLog(*plant, options.session.compare); !other) return fail(other.error());
        if (options.offset != "start") {
            const bool back = options.offset.starts_with('-');
            const auto offset = parseDuration(std::string_view{options.offset}.substr(back ? 1 : 0));
            if (!offset) return fail(Error{offset.error().code, offset.error().message, "--offset"});
            options.session.offset = back ? -*offset : *offset;
        }
    }
    const auto learnt = twin::loadCondition(*plant);
    if (!learnt) return fail(learnt.error());
    options.session.learnt = *learnt;
    std::unique_ptr<telemetry::Recorder> recorder;
    std::unique_ptr<historian::Writer> historian;
    if (options.live) {
        auto live = openLive(*plant, options.plant);
        if (!live) return fail(live.error());
        auto keeper = historianOf(*plant, options.plant); // first, so that no log is begun in vain
        if (!keeper && !options.record.empty()) return fail(keeper.error());
        if (!keeper) log::warning("curves reach back no further than the window: {}", keeper.error().front().text());
        if (keeper) options.session.older = *keeper;
        if (!options.record.empty()) {
            auto made = recordLive(*plant, *live, {.path = options.record, .channels = {}}, true);
            if (!made) return fail(made.error());
            recorder = std::move(*made);
            if (*keeper) historian = writeToHistorian(std::move(**keeper), *recorder);
            options.session.recorder = recorder.get();
            options.session.historian = historian.get();
        }
        if (options.session.learnt) live->watch(options.session.learnt);
        options.session.strings = live->source().strings();
        options.session.history = keepHistory(*plant, *live, options.historyMebibytes << 20);
        options.session.live = std::make_shared<twin::LiveThread>(std::move(*live));
    }
    const ExitStatus status =
        options.screenshot.empty() ? show(options, *plant, *size, *quality) : screenshot(options, *plant, *size, *quality);
    options.session.live.reset(); // it hands samples to the recorder
    if (recorder)
        if (const auto closed = recorder->close(); !closed) return fail(closed.error());
    return finishHistorian(historian.get()) ? status : ExitStatus::CheckFailed;
}

} // namespace

void addView(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("view", "Open a window on a plant or a model: 3D, values, timeline");
    command->footer("Example: millwright view assets/plants/battery --at +10min --speed 5\n"
                    "Keys are listed in the window: press ? or F1.");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder, or a model file")->required();
    auto* log = command->add_option("--log", options->session.log, "Sensor log to replay; default: the plant's own");
    auto* at = command->add_option(
        "--at", options->session.at,
        "Moment to begin at: +10min, -30s, start, end, 2026-11-23T08:30:00Z, or a bookmark's name; default: start");
    auto* speed = command->add_option("--speed", options->session.speed, "Log time per real time")
                      ->check(CLI::Range(0.001, 1e6))
                      ->capture_default_str();
    auto* paused = command->add_flag("--paused", options->paused, "Do not start playing");
    auto* compare =
        command->add_option("--compare", options->session.compare, "Another log, shown dashed beside the first on the same cursor");
    command
        ->add_option("--offset", options->offset,
                     "By how much the other log is shown later than it was recorded; "
                     "start: both begin together")
        ->needs(compare)
        ->capture_default_str();
    command->add_option("--tolerance", options->session.tolerance, "Part of a signal's range that both logs may be apart")
        ->needs(compare)
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_flag("--differences", options->differences, "Begin with the list of differences open")->needs(compare);
    auto* live = command->add_flag("--live", options->live, "Follow the plant's feeds instead of a log");
    for (auto* ofALog : {log, at, speed, paused, compare}) live->excludes(ofALog);
    command->add_option("--record", options->record, "With --live: log to write what arrives to; never overwrites one")
        ->needs(live);
    command->add_option("--history", options->historyMebibytes, "With --live: MiB of memory for what was seen, which curves show")
        ->needs(live)
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--camera", options->session.camera,
                        "One of the plant's cameras; default: the plant's own choice, or everything");
    command->add_option("--select", options->select, "Path of the equipment to select first");
    command->add_flag("--alarms", options->alarms, "Begin with the list of alarms open");
    command->add_flag("--bookmarks", options->bookmarks, "Begin with the list of bookmarks open");
    CLI::Option* nextHours = command->add_flag("--next-hours", options->session.nextHours,
                                               "Begin with what may come next, branched from the moment that is shown first");
    command
        ->add_option("--scenario", options->scenarios, "One of the plant's scenarios, by its file's name, to lay beside no change")
        ->needs(nextHours);
    command->add_option("--size", options->size, "Width and height of the window at scale 1")->capture_default_str();
    command->add_option("--scale", options->scale, "Size of texts and panels, times what the display asks for")
        ->check(CLI::Range(0.5, 4.0))
        ->capture_default_str();
    command->add_option("--gpu", options->gpu, "Index or part of the name of a GPU, as `millwright doctor` lists them");
    command->add_option("--quality", options->quality, "auto, low, medium or high")->capture_default_str();
    command
        ->add_option("--memory", options->session.memoryMebibytes,
                     "MiB of GPU memory for the model and its textures; with too little, detail is left out; default: four fifths "
                     "of what there is")
        ->check(CLI::Range(1u, 1u << 24));
    command->add_option("--screenshot", options->screenshot, "Write the window as a PNG and leave; needs no display");
    command->add_option("--frames", options->frames, "Leave after this many frames; 0: stay")->check(CLI::Range(0, 1'000'000));
    command->callback([&run, options] { run = [options] { return view(*options); }; });
}

} // namespace millwright::app
