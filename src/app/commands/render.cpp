#include <millwright/core/log.hpp>
#include <millwright/core/png.hpp>
#include <millwright/telemetry/bookmarks.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <app/section.hpp>

namespace millwright::app {
namespace {

struct Options {
    std::string plant;
    std::string output;
    std::string size = "1280x720";
    std::string camera;
    std::string at;
    std::string log;
    std::string gpu;
    std::string quality = "high";
    std::uint32_t memoryMebibytes = 0;
    Look look{.labels = true};
};

/// The twin at the moment asked for; null when there is no log and no moment was asked for.
Result<std::shared_ptr<const twin::Frame>> frameAt(const plant::Plant& plant, const Options& options) {
    auto replay = openReplayIfAny(plant, options.log);
    if (!replay) return std::unexpected(replay.error());
    if (!*replay) {
        if (options.at.empty()) return nullptr;
        return failure(ErrorCode::Invalid, "--at needs a log: name one with --log", options.plant);
    }
    if (!options.at.empty()) {
        const auto log = logOf(plant, options.log);
        const auto moment = telemetry::momentOf(options.at, (*replay)->log(), log.value_or(std::filesystem::path{}));
        if (!moment) return std::unexpected(moment.error());
        if (auto moved = (*replay)->seek(*moment); !moved) return std::unexpected(moved.error());
    }
    return (*replay)->frame();
}

ExitStatus renderToFile(const Options& options) {
    const auto size = parseSize(options.size);
    if (!size) return fail(size.error());
    if (const auto named = namesPng(options.output); !named) return fail(named.error());
    const auto quality = render::parseQuality(options.quality);
    if (!quality) return fail(quality.error());
    if (const auto sections = parseSections(options.look.sections, {}); !sections) return fail(sections.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    if (const auto camera = chooseCamera(*plant, options.camera); !camera) return fail(camera.error()); // before the long work
    const auto frame = frameAt(*plant, options);
    if (!frame) return fail(frame.error());

    const std::stop_token stop = interrupted();
    ProgressBar bar{"render"};
    auto studio =
        Studio::open(*plant, {.gpu = options.gpu, .quality = *quality, .size = *size, .memoryMebibytes = options.memoryMebibytes},
                     bar.progress());
    if (!studio) return fail(studio.error());
    const Error stopped{ErrorCode::Cancelled, "stopped before the picture was done", options.plant};
    if (stop.stop_requested()) return fail(stopped);
    const auto pixels = studio->picture(frame->get(), options.camera, options.look);
    if (!pixels) return fail(pixels.error());
    if (stop.stop_requested()) return fail(stopped);
    if (const auto reduced = reducedText(studio->renderer().memoryUse()); !reduced.empty()) log::warning("{}", reduced);
    if (const auto written = writePng(options.output, pixels->extent.width, pixels->extent.height, pixels->rgba); !written)
        return fail(written.error());
    return ExitStatus::Success;
}

} // namespace

void addRender(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("render", "Draw one picture of a plant or a model; needs no display");
    command->footer("Example: millwright render assets/plants/battery -o coater.png --size 1920x1080 --camera coater --at +10min");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder, or a model file")->required();
    command->add_option("-o,--output", options->output, "The PNG to write")->required();
    command->add_option("--size", options->size, "Width and height in pixels")->capture_default_str();
    command->add_option("--camera", options->camera,
                        "One of the plant's cameras; default: the plant's own choice, or all of the model");
    command->add_option("--at", options->at,
                        "Moment of the log: +10min, -30s, start, end, 2026-11-23T08:30:00Z, or a bookmark's name; default: start");
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    command->add_option("--gpu", options->gpu, "Index or part of the name of a GPU, as `millwright doctor` lists them");
    command->add_option("--quality", options->quality, "auto, low, medium or high")->capture_default_str();
    command
        ->add_option("--memory", options->memoryMebibytes,
                     "MiB of GPU memory for the model and its textures; with too little, detail is left out; default: four fifths "
                     "of what there is")
        ->check(CLI::Range(1u, 1u << 24));
    command
        ->add_option(
            "--section", options->look.sections,
            "Cut away what lies beyond a plane: x=1.2 (metres; also 1200mm, 47in, 50% of the whole), x=1.2,flip for the other "
            "side, or NX,NY,NZ,D for any direction; up to three times")
        ->type_name("PLANE")
        ->allow_extra_args(false);
    command
        ->add_option(
            "--xray", options->look.xray,
            "See through all but this part: an equipment's path, part of a part's name, or key=value of a property; any number "
            "of times")
        ->type_name("PART")
        ->allow_extra_args(false);
    command
        ->add_option("--explode", options->look.explode,
                     "Take assemblies apart, the outermost first: 0 not at all, 1 to the last part")
        ->check(CLI::Range(0.0, 1.0));
    command->add_flag("--edges", options->look.edges, "Draw lines where surfaces end or meet at an angle, as CAD systems do");
    command->add_flag("!--no-labels", options->look.labels,
                      "Leave out the values that text bindings show beside what they belong to");
    command->callback([&run, options] { run = [options] { return renderToFile(*options); }; });
}

} // namespace millwright::app
