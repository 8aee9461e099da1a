#include <millwright/check/bless.hpp>
#include <millwright/check/report.hpp>
#include <millwright/core/log.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <app/open.hpp>
#include <app/picture.hpp>
#include <chrono>
#include <optional>

namespace millwright::app {
namespace {

struct Options {
    std::string plant;
    std::string log;
    std::string expect;
    std::string report;
    std::string gpu;
    std::string actions;
    bool bless = false;
    bool json = false;
};

/// Draws the pictures that checks ask for; models are imported when the first one does.
class Artist {
public:
    Artist(const plant::Plant& plant, std::string gpu) : plant_{plant}, gpu_{std::move(gpu)} {}

    Result<PngImage> draw(const twin::Frame& frame, const check::PictureCheck& check) {
        const gpu::Extent size{check.width, check.height};
        if (!studio_ || size.width != size_.width || size.height != size_.height) {
            studio_.reset(); // one device at a time
            StudioOptions options;
            options.gpu = gpu_;
            options.size = size;
            auto opened = Studio::open(plant_, options, Progress{.report = {}, .stop = interrupted()});
            if (!opened) return std::unexpected(opened.error().front());
            studio_.emplace(std::move(*opened));
            size_ = size;
        }
        auto pixels = studio_->picture(&frame, check.camera);
        if (!pixels) return std::unexpected(pixels.error());
        return PngImage{pixels->extent.width, pixels->extent.height, std::move(pixels->rgba)};
    }

private:
    const plant::Plant& plant_;
    std::string gpu_;
    std::optional<Studio> studio_;
    gpu::Extent size_{};
};

ExitStatus checkLog(const Options& options) {
    if (options.bless && options.report.empty())
        return fail({ErrorCode::Invalid, "--bless needs --report: what is taken as the reference must have been looked at", ""});
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    const auto expectations = check::load(options.expect, *plant);
    if (!expectations) return fail(expectations.error());
    const auto log = logOf(*plant, options.log);
    if (!log) return fail(log.error());
    auto replay = openReplay(*plant, *log, options.actions);
    if (!replay) return fail(replay.error());

    const Time started = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    Artist artist{*plant, options.gpu};
    auto verdict = [&] {
        ProgressBar bar{"check"};
        check::CheckOptions how;
        how.draw = [&artist](const twin::Frame& frame, const check::PictureCheck& check) { return artist.draw(frame, check); };
        how.reportFolder = options.report;
        how.progress = bar.progress();
        return check::run(*plant, *replay, *expectations, how);
    }();
    if (!verdict) return fail(verdict.error());
    warnOfRefusals(*plant, *replay);
    for (const Error& doubt : verdict->doubts) log::warning("{}", doubt.text());
    verdict->plantPath = options.plant;
    verdict->log = *log;
    verdict->expectations = options.expect;
    if (options.bless) {
        const auto changes = check::bless(*verdict, *expectations);
        if (!changes) return fail(changes.error());
        for (const std::string& change : *changes) log::warning("{}", change);
    }
    if (!options.report.empty()) {
        if (const auto written = check::writeReport(*verdict, started, options.report); !written) return fail(written.error());
    }
    print(options.json ? check::toJson(*verdict) : check::toText(*verdict));
    return verdict->failed() == 0 ? ExitStatus::Success : ExitStatus::CheckFailed;
}

} // namespace

void addCheck(CLI::App& program, Run& run) {
    CLI::App* command =
        program.add_subcommand("check", "Replay a log and decide whether it shows what it should; exit status 0 or 1");
    command->footer("Example: millwright check assets/plants/battery --expect tests/golden/battery.toml --report out/check");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    command->add_option("--expect", options->expect, "What the log must show (docs/check.md)")->required();
    command->add_option("--report", options->report, "Folder for check.html, junit.xml, check.json and the pictures of failures");
    command->add_option("--gpu", options->gpu, "Index or part of the name of a GPU, as `millwright doctor` lists them");
    command->add_option("--actions", options->actions, "What operators do meanwhile (docs/alarms.md)");
    command->add_flag("--bless", options->bless,
                      "Take pictures and state hashes that differ as the new references; look at --report first");
    command->add_flag("--json", options->json, "Print the verdict as JSON");
    command->callback([&run, options] { run = [options] { return checkLog(*options); }; });
}

} // namespace millwright::app
