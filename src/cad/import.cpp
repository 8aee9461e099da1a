#include "cad/wire.hpp"
#include "cad/worker_process.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <csignal>
#include <fstream>

namespace millwright::cad {

namespace fs = std::filesystem;

namespace {

/// Formats of whole CAD systems that this build has no reader for, with what to do instead.
bool isExactCad(const std::string& extension) {
    constexpr std::string_view names[]{"sldprt", "sldasm", "catpart", "catproduct", "jt",  "x_t",   "x_b", "sat",
                                       "ipt",    "iam",    "prt",     "asm",        "dwg", "3dxml", "par", "psm"};
    return std::ranges::find(names, extension) != std::end(names);
}

Result<void> checkFile(const fs::path& path, const std::string& extension) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) return failure(ErrorCode::NotFound, "no such model file", path.string());
    if (fs::is_directory(status))
        return failure(ErrorCode::Unreadable, "this is a folder: name the model file in it", path.string());
    if (!fs::is_regular_file(status)) return failure(ErrorCode::Unreadable, "this is not a regular file", path.string());
    if (isExactCad(extension))
        return failure(ErrorCode::Unsupported,
                       "." + extension + " files can be read by their CAD system only: export STEP (.step) from it", path.string());
    if (std::ranges::find(importExtensions(), extension) == importExtensions().end())
        return failure(ErrorCode::Unsupported,
                       extension.empty() ? "the file name has no extension that says its format: export glTF (.glb)"
                                         : "." + extension + " is not a model format that can be read: export glTF (.glb)",
                       path.string());
    if (fs::file_size(path, error) == 0) return failure(ErrorCode::Malformed, "the file is empty: export it again", path.string());
    if (!std::ifstream{path})
        return failure(ErrorCode::Unreadable, "the file cannot be opened: check its permissions", path.string());
    return {};
}

std::string lowerExtension(const fs::path& path) {
    std::string extension = path.extension().string();
    if (!extension.empty()) extension.erase(0, 1);
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

} // namespace

Result<Import> import(const fs::path& path, const ImportOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    if (auto ok = checkFile(path, lowerExtension(path)); !ok) return std::unexpected(ok.error());
    if (options.metresPerUnit && !(*options.metresPerUnit > 0 && std::isfinite(*options.metresPerUnit)))
        return failure(ErrorCode::Invalid, "the unit must be a positive length");
    const Tessellation& tolerance = options.tessellation;
    if (!(tolerance.relative > 0 && tolerance.relative < 1 && tolerance.angle > 0.01 && tolerance.angle < 1.6 &&
          tolerance.absoluteMetres.value_or(1) > 0 && std::isfinite(tolerance.absoluteMetres.value_or(1))))
        return failure(ErrorCode::Invalid, "the tolerance must be a positive length, or more than 0 % and less than 100 %");
    const auto worker = findWorker();
    if (!worker) return std::unexpected(worker.error());
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    const auto answer = runWorker(*worker, toArguments(absolute, options), options.limits.time, options.progress);
    if (!answer) {
        Error failed = answer.error();
        if (failed.place.empty()) failed.place = path.string();
        return std::unexpected(failed);
    }
    if (answer->signal == SIGXCPU || (answer->signal == SIGKILL && answer->bytes().empty()))
        return failure(ErrorCode::ResourceLimit, "the importer was ended on this file because it used too much time or memory",
                       path.string());
    if (answer->signal != 0)
        return failure(
            ErrorCode::Malformed,
            "the importer crashed on this file: it is broken, or hits a fault of the importer; export it again, or as glTF (.glb)",
            path.string());
    auto result = readAnswer(answer->bytes(), [&](std::span<const std::byte> part) { answer->giveBack(part); });
    if (!result) {
        if (result.error().place.empty() || result.error().place == absolute.string()) result.error().place = path.string();
        return result;
    }
    result->report.file = path.string();
    result->report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

const std::vector<std::string>& importExtensions() {
    // Those Assimp reads whole and whose content is a surface; motion-only and game-specific ones are left out.
    static const std::vector<std::string> extensions{
        "3ds",    "3mf",      "ac",   "amf", "ase", "blend",   "brep", "cob",  "dae", "dxf",  "fbx", "glb", "gltf",    "hmp", "ifc",
        "ifczip", "iges",     "igs",  "iqm", "irr", "irrmesh", "lwo",  "lws",  "lxo", "m3d",  "md2", "md3", "md5mesh", "mdc", "mdl",
        "mesh",   "mesh.xml", "ms3d", "ndo", "nff", "obj",     "off",  "ogex", "pcd", "ply",  "q3o", "q3s", "raw",     "sib", "smd",
        "step",   "stl",      "stp",  "ter", "vrm", "vta",     "wrl",  "x",    "x3d", "x3db", "xgl", "xml", "zae",     "zgl"};
    return extensions;
}

Result<double> parseUnit(std::string_view text) {
    constexpr std::pair<std::string_view, double> units[]{{"m", 1},     {"mm", 0.001},  {"cm", 0.01},     {"km", 1000},
                                                          {"um", 1e-6}, {"in", 0.0254}, {"inch", 0.0254}, {"ft", 0.3048}};
    for (const auto& [name, metres] : units)
        if (text == name) return metres;
    double metres = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), metres);
    if (error == std::errc{} && end == text.data() + text.size() && metres > 0 && std::isfinite(metres)) return metres;
    return failure(ErrorCode::Malformed,
                   "\"" + std::string{text} + "\" is not a unit: use m, cm, mm, um, km, in, ft, or a number of metres");
}

Result<Tessellation> parseTolerance(std::string_view text) {
    Tessellation tolerance;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit{end, text.data() + text.size()};
    const auto metres = unit == "%" ? Result<double>{0.01} : parseUnit(unit);
    if (error == std::errc{} && metres && number > 0 && std::isfinite(number)) {
        if (unit != "%")
            tolerance.absoluteMetres = number * *metres;
        else if (number < 100)
            tolerance.relative = number * *metres;
        if (unit != "%" || number < 100) return tolerance;
    }
    return failure(ErrorCode::Malformed,
                   "\"" + std::string{text} + "\" is not a tolerance: use a share of the part's size, 0.1%, or a length, 0.2mm");
}

Result<Axis> parseAxis(std::string_view text) {
    if (text == "x" || text == "X") return Axis::X;
    if (text == "y" || text == "Y") return Axis::Y;
    if (text == "z" || text == "Z") return Axis::Z;
    return failure(ErrorCode::Malformed, "\"" + std::string{text} + "\" is not an axis: use x, y or z");
}

} // namespace millwright::cad
