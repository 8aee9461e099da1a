#include <millwright/core/json_writer.hpp>
#include <millwright/render/picture.hpp>

#include <CLI/CLI.hpp>

#include <app/commands/bench.hpp>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <numbers>
#include <vector>

namespace millwright::app {
namespace {

struct Options {
    std::string model = "assets/plants/battery";
    std::string size = "1280x720";
    std::string camera;
    std::vector<double> eye, target; ///< metres; empty: as `camera` says
    double fov = 40;                 ///< degrees, vertical
    std::string gpu;
    std::string quality = "auto";
    std::uint32_t memoryMebibytes = 0;
    std::uint32_t frames = 60;
    bool still = false;
    bool json = false;
};

/// From the place that was asked for, else as the camera looks.
Result<render::View> viewOf(const Options& options, const Studio& studio, gpu::Extent size) {
    if (options.eye.empty()) return studio.view(options.camera);
    const auto point = [](const std::vector<double>& numbers) { return glm::dvec3{numbers[0], numbers[1], numbers[2]}; };
    return render::lookAt(point(options.eye), point(options.target), options.fov * std::numbers::pi / 180,
                          static_cast<double>(size.width) / size.height);
}

ExitStatus benchRender(const Options& options) {
    const auto size = parseSize(options.size);
    if (!size) return fail(size.error());
    const auto quality = render::parseQuality(options.quality);
    if (!quality) return fail(quality.error());
    const auto plant = openPlant(options.model);
    if (!plant) return fail(plant.error());
    auto replay = openReplayIfAny(*plant, {});
    if (!replay) return fail(replay.error());

    ProgressBar bar{"bench render"};
    auto studio =
        Studio::open(*plant, {.gpu = options.gpu, .quality = *quality, .size = *size, .memoryMebibytes = options.memoryMebibytes},
                     bar.progress());
    if (!studio) return fail(studio.error());
    const auto view = viewOf(options, *studio, *size);
    if (!view) return fail(view.error());
    if (*replay) studio->scene().update(*(*replay)->frame());
    constexpr std::uint32_t warmUp = 5; // pipelines are made and memory is touched
    render::PictureOptions how;
    how.size = *size;
    how.quality = *quality;
    const Floor floor = floorOf(*plant, studio->scene());
    how.draw.groundHeight = floor.height;
    how.draw.gridSpacing = floor.gridSpacing;
    how.frames = warmUp + options.frames;
    how.progress = bar.progress();
    const bool moving = replay->has_value() && !options.still;
    if (moving) {
        // From its middle: plants tend to start their day slowly.
        const auto log = (*replay)->log();
        if (auto done = (*replay)->seek(log.from + (log.to - log.from) / 2); !done) return fail(done.error());
        how.beforeFrame = [&]() -> Result<void> {
            constexpr Duration frameTime{33'333'333};
            if (auto done = (*replay)->step(frameTime); !done) return done;
            studio->scene().update(*(*replay)->frame());
            return {};
        };
    }
    const auto picture = render::renderPicture(studio->device(), studio->renderer(), *view, studio->scene().nodes(), how);
    if (!picture) return fail(picture.error());
    const std::span<const double> measured =
        std::span{picture->frameMilliseconds}.subspan(std::min<std::size_t>(warmUp, picture->frameMilliseconds.size()));
    const render::FrameTimings timings = picture->timings.empty() ? render::FrameTimings{} : picture->timings.back();
    JsonWriter json;
    json.beginObject()
        .field("what", "render")
        .field("device", studio->device().description().name)
        .field("model", options.model)
        .field("size", options.size)
        .field("quality", render::describe(studio->renderer().quality()))
        .field("moving", moving)
        .field("frames", measured.size())
        .field("medianMs", quantile(measured, 0.5))
        .field("p99Ms", quantile(measured, 0.99))
        .field("triangles", timings.sceneTriangles)
        .field("drawnTriangles", timings.drawnTriangles)
        .field("drawCalls", timings.drawCalls)
        .field("peakBytes", peakResidentBytes());
    writeMemoryUse(json, studio->renderer().memoryUse());
    json.key("passes").beginObject();
    for (std::size_t i = 0; i < timings.passCount; ++i) json.field(timings.passes[i].name, timings.passes[i].milliseconds);
    json.endObject().endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchRender(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand("render", "Draw a plant or a model again and again");
    command->footer("Example: millwright bench render --model assets/plants/battery --quality high");
    auto options = std::make_shared<Options>();
    command->add_option("--model", options->model, "A plant's folder, or a model file")->capture_default_str();
    command->add_option("--size", options->size, "Width and height in pixels")->capture_default_str();
    command->add_option("--camera", options->camera, "One of the plant's cameras");
    CLI::Option* eye =
        command->add_option("--eye", options->eye, "Look from here instead: X,Y,Z in metres")->delimiter(',')->expected(3);
    CLI::Option* target =
        command->add_option("--target", options->target, "Look there: X,Y,Z in metres")->delimiter(',')->expected(3);
    eye->needs(target)->excludes("--camera");
    target->needs(eye);
    command->add_option("--fov", options->fov, "Vertical field of view with --eye, degrees")
        ->check(CLI::Range(1.0, 170.0))
        ->capture_default_str();
    command->add_option("--gpu", options->gpu, "Index or part of the name of a GPU, as `millwright doctor` lists them");
    command->add_option("--quality", options->quality, "auto, low, medium or high")->capture_default_str();
    command
        ->add_option("--memory", options->memoryMebibytes,
                     "MiB of GPU memory for the model and its textures; with too little, detail is left out; default: four fifths "
                     "of what there is")
        ->check(CLI::Range(1u, 1u << 24));
    command->add_option("--frames", options->frames, "How many are measured")
        ->check(CLI::Range(1u, 10'000u))
        ->capture_default_str();
    command->add_flag("--still", options->still,
                      "Draw one moment again and again; otherwise a plant with a log replays it, 33 ms a frame");
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchRender(*options); }; });
}

} // namespace millwright::app
