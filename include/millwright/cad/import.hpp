#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/scene/scene.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// CAD and mesh files -> `scene::Scene`: metres, right-handed, Y up, hierarchy, names and shared meshes kept. docs/cad.md.
namespace millwright::cad {

enum class Axis : std::uint8_t { X, Y, Z };

/// What an import may use before it is stopped.
struct ImportLimits {
    std::uint64_t memoryBytes = std::uint64_t{8} << 30; ///< address space of the import, result included
    std::chrono::seconds time{600};                     ///< wall clock
};

/// How closely triangles follow exact surfaces (STEP, IGES, BREP); meshes are taken as they are.
struct Tessellation {
    double relative = 0.001;              ///< farthest a triangle may be from its surface, as a share of its body's diagonal
    std::optional<double> absoluteMetres; ///< the same as a length; overrides `relative`
    double angle = 0.3491;                ///< radians (20°): most that a surface may turn between neighbouring corners
};

struct ImportOptions {
    Tessellation tessellation;
    std::optional<double> metresPerUnit; ///< length of the file's unit; overrides what the file says
    std::optional<Axis> upAxis;          ///< overrides what the file says
    float creaseAngle = 0.6981f;         ///< radians (40°); edges sharper than this stay sharp where normals are made
    bool textures = true;                ///< off: materials keep their colours, no image is decoded
    bool assimpAlone = false;            ///< large glTF meshes are read by Assimp too, which takes more memory: to compare with
    ImportLimits limits;
    Progress progress;
};

/// Something the user should know about: `code` is stable and for machines (docs/cad.md lists them), `message` for people.
struct ImportWarning {
    std::string code;
    std::string message;
    friend bool operator==(const ImportWarning&, const ImportWarning&) = default;
};

/// What one stage of the import took.
struct ImportStage {
    std::string stage;
    double seconds = 0;
    std::uint64_t peakBytes = 0; ///< most memory the import held during the stage
};

/// Something the file has and the scene does not.
struct ImportDrop {
    std::string what; ///< `face`, `point or line`, `animation`, `hidden part` ...
    std::uint64_t count = 0;
    std::string why;
};

/// Data that was put right, by what was wrong with it.
struct ImportRepairs {
    std::uint64_t degenerateTriangles = 0; ///< dropped: two corners in one place
    std::uint64_t brokenTriangles = 0;     ///< dropped: a corner that does not exist or is not a number
    std::uint64_t normalsMade = 0;         ///< corners whose normal was missing or useless
    std::uint64_t transformsReset = 0;     ///< nodes whose transform was not a number
    std::uint64_t danglingReferences = 0;  ///< references to meshes that are not in the file
};

/// What was found in the file and what was done to it. Lengths in metres.
struct ImportReport {
    std::string file;
    std::string format; ///< `gltf`, `glb`, `obj`, `stl`, `ply`, `dae`, `fbx`, `step`, … the file name's extension, lower case
    std::string unit;   ///< `m`, `mm`, `cm`, `in`, `ft`, or the metres of one unit, `0.3 m`
    std::string upAxis; ///< `X`, `Y`, `Z`: of the file, before it was turned to Y up
    bool unitFromFile = false;
    bool upAxisFromFile = false;
    std::uint64_t nodes = 0;
    std::uint64_t parts = 0;     ///< different shapes: sets of meshes that some node draws
    std::uint64_t instances = 0; ///< nodes that draw something: parts as placed
    std::uint64_t uniqueTriangles = 0;
    std::uint64_t triangles = 0;
    std::uint64_t vertices = 0;
    std::uint64_t faces = 0;        ///< exact surfaces (STEP, IGES, BREP), each once; 0 for meshes
    std::uint64_t meshesShared = 0; ///< repeated geometry that is now stored once though the file holds it several times
    std::uint64_t materials = 0;
    std::uint64_t images = 0;
    std::uint64_t colours = 0; ///< different colours, of materials that are drawn and of vertices
    std::uint64_t texturesMissing = 0;
    scene::Aabb bounds;
    ImportRepairs repaired;
    std::vector<ImportDrop> dropped;
    std::vector<ImportWarning> warnings;
    std::vector<ImportStage> stages;
    double seconds = 0;
    std::uint64_t peakBytes = 0; ///< most memory the import held
};

struct Import {
    scene::Scene scene; ///< passes `scene::validate`
    ImportReport report;
};

/// Reads a model file. The file is parsed in a process of its own (`millwright-import-worker`, docs/decisions/003), so that a file
/// that makes a parser crash, hang or eat memory is an error here and nothing else. Textures are found beside the model. Thread:
/// any; blocks. Errors: NotFound, Unreadable; Malformed (broken file, parser crashed); Unsupported (unknown or unhandled format);
/// Invalid (nothing drawable in it); ResourceLimit; Cancelled; Device (the worker program is missing).
[[nodiscard]] Result<Import> import(const std::filesystem::path& path, const ImportOptions& options = {});

/// File name extensions that `import` reads, lower case, without the dot, sorted.
[[nodiscard]] const std::vector<std::string>& importExtensions();

/// Reads `mm`, `cm`, `m`, `km`, `in`, `inch`, `ft`, `um`, or a number of metres. Errors: Malformed.
[[nodiscard]] Result<double> parseUnit(std::string_view text);
/// Reads a share of the body's size, `0.1%`, or a length, `0.2mm`, and leaves the angle alone. Errors: Malformed.
[[nodiscard]] Result<Tessellation> parseTolerance(std::string_view text);
/// Reads `x`, `y` or `z`, either case. Errors: Malformed.
[[nodiscard]] Result<Axis> parseAxis(std::string_view text);

/// The report as JSON with the fields of the command contract (docs/cad.md); ends in a newline.
[[nodiscard]] std::string toJson(const ImportReport& report);
/// The report as a short table for people; ends in a newline.
[[nodiscard]] std::string toTable(const ImportReport& report);

} // namespace millwright::cad
