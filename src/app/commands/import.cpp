#include <millwright/cad/import.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>

namespace millwright::app {
namespace {

struct Options {
    std::string model;
    std::string unit;
    std::string up;
    std::string tolerance;
    double seconds = 600;
    bool json = false;
};

Result<cad::ImportOptions> importOptions(const Options& chosen) {
    cad::ImportOptions options;
    if (!chosen.unit.empty()) {
        const auto unit = cad::parseUnit(chosen.unit);
        if (!unit) return std::unexpected(unit.error());
        options.metresPerUnit = *unit;
    }
    if (!chosen.up.empty()) {
        const auto axis = cad::parseAxis(chosen.up);
        if (!axis) return std::unexpected(axis.error());
        options.upAxis = *axis;
    }
    if (!chosen.tolerance.empty()) {
        const auto tolerance = cad::parseTolerance(chosen.tolerance);
        if (!tolerance) return std::unexpected(tolerance.error());
        options.tessellation = *tolerance;
    }
    options.limits.time = std::chrono::seconds{static_cast<std::int64_t>(chosen.seconds)};
    return options;
}

ExitStatus importModel(const Options& chosen) {
    auto options = importOptions(chosen);
    if (!options) return fail(options.error());
    const auto imported = [&] {
        ProgressBar bar{"import"};
        options->progress = bar.progress();
        return cad::import(chosen.model, *options);
    }();
    if (!imported) return fail(imported.error());
    print(chosen.json ? cad::toJson(imported->report) : cad::toTable(imported->report));
    return ExitStatus::Success;
}

} // namespace

void addImport(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("import", "Read a CAD model and say what is in it");
    command->footer("Example: millwright import models/robot.step --tolerance 0.2mm");
    auto options = std::make_shared<Options>();
    command->add_option("MODEL", options->model, "A STEP, IGES, glTF, GLB, FBX, DAE, OBJ, STL, PLY, 3MF … file")->required();
    command->add_option("--unit", options->unit,
                        "Length of the file's unit: m, cm, mm, in, ft, or metres; default: what the file says");
    command->add_option("--up", options->up, "The file's up axis: x, y or z; default: what the file says");
    command->add_option("--tolerance", options->tolerance,
                        "How far triangles may be from exact surfaces: a share of the body's size, 0.1%, or a length, 0.2mm");
    command->add_option("--time-limit", options->seconds, "Seconds after which the import is given up")
        ->check(CLI::Range(1.0, 86400.0))
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print the report as JSON");
    command->callback([&run, options] { run = [options] { return importModel(*options); }; });
}

} // namespace millwright::app
