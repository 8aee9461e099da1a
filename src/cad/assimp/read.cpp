#include "cad/assimp/context.hpp"
#include "cad/assimp/files.hpp"
#include "cad/assimp/importers.hpp"
#include "cad/assimp/large_glb.hpp"
#include "cad/assimp/materials.hpp"
#include "cad/assimp/units.hpp"
#include "cad/finish_mesh.hpp"
#include "cad/occt/importer.hpp"
#include "cad/points/splats.hpp"
#include "cad/reader.hpp"
#include "cad/share.hpp"

#include <millwright/scene/find.hpp>

#include <assimp/DefaultLogger.hpp>
#include <assimp/Importer.hpp>
#include <assimp/LogStream.hpp>
#include <assimp/ProgressHandler.hpp>
#include <assimp/postprocess.h>
#include <assimp/scene.h>

#include <algorithm>
#include <cmath>
#include <format>
#include <new>

namespace millwright::cad {

namespace {

class AssimpProgress : public Assimp::ProgressHandler {
public:
    /// Not `tells`: the reader tells by itself, in more detail.
    AssimpProgress(const Progress& progress, bool tells) : progress_{progress}, tells_{tells} {}
    bool Update(float fraction) override {
        if (tells_) progress_(0.7 * std::clamp(static_cast<double>(fraction), 0.0, 1.0), "reading");
        return !progress_.cancelled();
    }

private:
    const Progress& progress_;
    bool tells_;
};

/// While it lives, what Assimp's readers complain about goes into the report: they skip what they do not understand.
class ReaderComplaints {
public:
    explicit ReaderComplaints(Findings& findings) {
        Assimp::DefaultLogger::create(nullptr, Assimp::Logger::NORMAL, 0);
        Assimp::DefaultLogger::get()->attachStream(new Stream{findings},
                                                   Assimp::Logger::Warn | Assimp::Logger::Err); // owned by the logger
    }
    ReaderComplaints(const ReaderComplaints&) = delete;
    ReaderComplaints& operator=(const ReaderComplaints&) = delete;
    ~ReaderComplaints() { Assimp::DefaultLogger::kill(); }

private:
    struct Stream : Assimp::LogStream {
        explicit Stream(Findings& target) : findings{target} {}
        /// Lines look like `Warn,  T0: what it is about`.
        void write(const char* line) override {
            std::string_view text{line};
            if (const auto colon = text.find(": "); colon != std::string_view::npos && text.find(',') < colon)
                text.remove_prefix(colon + 2);
            while (text.ends_with('\n')) text.remove_suffix(1);
            if (!text.empty()) findings.warn("reader", "the reader says: {}", text);
        }
        Findings& findings;
    };
};

glm::vec3 toGlm(const aiVector3D& v) {
    return {v.x, v.y, v.z};
}

/// Assimp's matrices are row by row.
glm::mat4 toGlm(const aiMatrix4x4& m) {
    return {{m.a1, m.b1, m.c1, m.d1}, {m.a2, m.b2, m.c2, m.d2}, {m.a3, m.b3, m.c3, m.d3}, {m.a4, m.b4, m.c4, m.d4}};
}

bool usable(const glm::mat4& m) {
    for (int c = 0; c < 4; ++c)
        for (int r = 0; r < 4; ++r)
            if (!(std::abs(m[c][r]) <= largestCoordinate)) return false;
    return true;
}

/// `null` and nested groups become text too: metadata is for people and for matching, not for computing.
void appendMetadata(const aiMetadata& source, const std::string& prefix, int depth, scene::Metadata& into) {
    constexpr std::size_t mostEntries = 1000;
    for (unsigned i = 0; i < source.mNumProperties && into.size() < mostEntries; ++i) {
        const std::string key = prefix + source.mKeys[i].C_Str();
        const aiMetadataEntry& entry = source.mValues[i];
        if (!entry.mData) continue;
        const auto add = [&](auto value) { into.emplace_back(key, std::format("{}", value)); };
        switch (entry.mType) {
        case AI_BOOL: add(*static_cast<const bool*>(entry.mData)); break;
        case AI_INT32: add(*static_cast<const std::int32_t*>(entry.mData)); break;
        case AI_UINT32: add(*static_cast<const std::uint32_t*>(entry.mData)); break;
        case AI_INT64: add(*static_cast<const std::int64_t*>(entry.mData)); break;
        case AI_UINT64: add(*static_cast<const std::uint64_t*>(entry.mData)); break;
        case AI_FLOAT: add(*static_cast<const float*>(entry.mData)); break;
        case AI_DOUBLE: add(*static_cast<const double*>(entry.mData)); break;
        case AI_AISTRING: add(static_cast<const aiString*>(entry.mData)->C_Str()); break;
        case AI_AIVECTOR3D: {
            const auto& v = *static_cast<const aiVector3D*>(entry.mData);
            into.emplace_back(key, std::format("{} {} {}", v.x, v.y, v.z));
            break;
        }
        case AI_AIMETADATA:
            if (depth < 8) appendMetadata(*static_cast<const aiMetadata*>(entry.mData), key + ".", depth + 1, into);
            break;
        default: break;
        }
    }
}

/// Turns what Assimp read into a scene and its report.
class Conversion {
public:
    Conversion(aiScene& source, const std::filesystem::path& path, ReadContext& context, ImportReport& report)
        : source_{source},
          path_{path},
          context_{context},
          options_{context.options},
          report_{report},
          findings_{context.findings},
          images_{source, path, options_.textures, findings_} {}

    Result<scene::Scene> run();

private:
    void settleFrame();
    void materials();
    void meshes();
    RawMesh takeRawMesh(aiMesh& mesh);
    RawMesh cloud(const aiMesh& mesh);
    [[nodiscard]] std::vector<std::array<std::uint8_t, 4>> vertexColours(const aiMesh& mesh) const;
    void whitenBelowVertexColours();
    void nodes();
    void addNode(const aiNode& node, std::uint32_t parent);
    void countAndCheck();
    void drop(const char* code, const char* what, std::uint64_t count, const char* why);
    void reportDropped();
    void warnAboutRepairs();
    void warnAboutSize();

    aiScene& source_;
    const std::filesystem::path& path_;
    ReadContext& context_;
    const ImportOptions& options_;
    ImportReport& report_;
    Findings& findings_;
    Images images_;
    FileFrame frame_;
    scene::Scene scene_;
    std::vector<std::uint32_t> meshFromSource_; ///< `scene::none` for those with nothing to draw
    Repairs repairs_;
    std::uint64_t pointsAndLines_ = 0;
    std::uint64_t brokenTransforms_ = 0;
    std::uint64_t danglingMeshes_ = 0;
};

std::string unitName(double metres) {
    constexpr std::pair<double, const char*> names[]{{1, "m"},       {0.001, "mm"},  {0.01, "cm"}, {1000, "km"},
                                                     {0.0254, "in"}, {0.3048, "ft"}, {1e-6, "um"}};
    for (const auto& [size, name] : names)
        if (std::abs(metres - size) <= 1e-6 * size) return name;
    return std::format("{} m", metres);
}

void Conversion::settleFrame() {
    frame_ = detectFrame(path_, report_.format, source_);
    if (options_.metresPerUnit) frame_.metresPerUnit = *options_.metresPerUnit;
    if (options_.upAxis) frame_.upAxis = *options_.upAxis;
    report_.unit = unitName(frame_.metresPerUnit);
    report_.upAxis = std::string{"XYZ"[static_cast<std::size_t>(frame_.upAxis)]};
    report_.unitFromFile = frame_.unitFromFile && !options_.metresPerUnit;
    report_.upAxisFromFile = frame_.upAxisFromFile && !options_.upAxis;
    if (!frame_.unitFromFile && !options_.metresPerUnit)
        findings_.warn("unit-assumed",
                       "{} files do not say their unit: {} assumed; give --unit mm (or in, cm, ...) if that is wrong",
                       report_.format, report_.unit);
    if (!frame_.upAxisFromFile && !options_.upAxis)
        findings_.warn("up-axis-assumed",
                       "{} files do not say which axis is up: {} assumed; give --up if the model lies on its side", report_.format,
                       report_.upAxis);
}

void Conversion::materials() {
    for (unsigned i = 0; i < source_.mNumMaterials; ++i)
        scene_.materials.push_back(convertMaterial(*source_.mMaterials[i], report_.format, images_, findings_));
    if (scene_.materials.empty()) scene_.materials.emplace_back();
}

/// Whether a mesh is what a scanner saw: points, and no face between them.
bool isCloud(const aiMesh& mesh, const std::string& format) {
    if (format != "ply" && format != "pcd") return false;
    return std::all_of(mesh.mFaces, mesh.mFaces + mesh.mNumFaces, [](const aiFace& face) { return face.mNumIndices < 2; });
}

/// Points become small solids: scanned surroundings to find one's way by.
RawMesh Conversion::cloud(const aiMesh& mesh) {
    std::vector<glm::vec3> points;
    points.reserve(mesh.mNumVertices);
    for (unsigned i = 0; i < mesh.mNumVertices; ++i)
        points.push_back(glm::vec3{glm::dvec3{toGlm(mesh.mVertices[i])} * frame_.metresPerUnit});
    Splats splats = splat(points, vertexColours(mesh));
    drop("", "point", splats.broken, "it is not a number: the scanner saw nothing there");
    drop("points-thinned", "point",
         points.size() - splats.broken - std::min<std::uint64_t>(splats.shown, points.size() - splats.broken),
         "clouds of more than a million points are thinned out");
    if (splats.shown > 0)
        findings_.warn("points-shown", "{} shown, each as a tetrahedron of {:.1f} mm", counted(splats.shown, "point"),
                       2000 * static_cast<double>(splats.radius));
    return std::move(splats.mesh);
}

/// Of a mesh: sRGB, one a vertex, or none.
std::vector<std::array<std::uint8_t, 4>> Conversion::vertexColours(const aiMesh& mesh) const {
    std::vector<std::array<std::uint8_t, 4>> colours;
    if (!mesh.mColors[0]) return colours;
    const bool linear = hasLinearColours(report_.format);
    const auto plain = [](float v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0f, 1.0f) * 255.0f + 0.5f); };
    const auto channel = [&](float v) { return linear ? srgbFromLinear(v) : plain(v); };
    colours.reserve(mesh.mNumVertices);
    for (unsigned i = 0; i < mesh.mNumVertices; ++i) {
        const aiColor4D& c = mesh.mColors[0][i];
        colours.push_back({channel(c.r), channel(c.g), channel(c.b), plain(c.a)});
    }
    return colours;
}

template <typename T, typename Convert>
std::vector<T> converted(unsigned count, const Convert& convert) {
    std::vector<T> items;
    items.reserve(count);
    for (unsigned i = 0; i < count; ++i) items.push_back(convert(i));
    return items;
}

template <typename T>
void release(T*& array) {
    delete[] std::exchange(array, nullptr);
}

/// Takes a mesh's arrays over one by one and gives each back at once, the largest first, so that a large file is not held twice.
RawMesh Conversion::takeRawMesh(aiMesh& mesh) {
    RawMesh raw;
    if (!mesh.mVertices) return raw;
    if (isCloud(mesh, report_.format)) return cloud(mesh);
    const auto uvSet = [&] {
        return mesh.mMaterialIndex < source_.mNumMaterials ? textureCoordinates(*source_.mMaterials[mesh.mMaterialIndex], findings_)
                                                           : 0u;
    };
    if (context_.large && context_.large->isMark(mesh)) return context_.large->read(mesh, uvSet(), frame_.metresPerUnit);
    raw.indices.reserve(std::size_t{mesh.mNumFaces} * 3);
    for (unsigned f = 0; f < mesh.mNumFaces; ++f) {
        const aiFace& face = mesh.mFaces[f];
        if (face.mNumIndices == 3)
            raw.indices.insert(raw.indices.end(), face.mIndices, face.mIndices + 3);
        else
            ++pointsAndLines_;
    }
    mesh.mNumFaces = 0;
    release(mesh.mFaces);
    unsigned set = uvSet();
    if (!mesh.mTextureCoords[set]) set = 0;
    // Assimp counts v from the bottom, images and glTF from the top.
    if (mesh.mTextureCoords[set])
        raw.uvs = converted<glm::vec2>(mesh.mNumVertices, [&](unsigned i) {
            return glm::vec2{mesh.mTextureCoords[set][i].x, 1 - mesh.mTextureCoords[set][i].y};
        });
    for (aiVector3D*& coordinates : mesh.mTextureCoords) release(coordinates);
    if (mesh.mTangents && mesh.mBitangents && mesh.mNormals)
        raw.tangents = converted<glm::vec4>(mesh.mNumVertices, [&](unsigned i) {
            const glm::vec3 tangent = toGlm(mesh.mTangents[i]);
            const bool mirrored = glm::dot(glm::cross(toGlm(mesh.mNormals[i]), tangent), toGlm(mesh.mBitangents[i])) < 0;
            return glm::vec4{tangent, mirrored ? -1.0f : 1.0f};
        });
    release(mesh.mTangents);
    release(mesh.mBitangents);
    // An STL facet's normal says nothing its corners do not, and makes every curved surface look faceted.
    if (mesh.mNormals && report_.format != "stl")
        raw.normals = converted<glm::vec3>(mesh.mNumVertices, [&](unsigned i) { return toGlm(mesh.mNormals[i]); });
    release(mesh.mNormals);
    raw.colours = vertexColours(mesh);
    for (aiColor4D*& colours : mesh.mColors) release(colours);
    raw.positions = converted<glm::vec3>(
        mesh.mNumVertices, [&](unsigned i) { return glm::vec3{glm::dvec3{toGlm(mesh.mVertices[i])} * frame_.metresPerUnit}; });
    release(mesh.mVertices);
    return raw;
}

/// Vertex colours multiply the material's. Readers of formats without materials invent a grey one, which would darken them.
void Conversion::whitenBelowVertexColours() {
    if (hasLinearColours(report_.format)) return;
    std::vector<bool> plain(scene_.materials.size(), false);
    std::vector<bool> coloured(scene_.materials.size(), false);
    for (const scene::Instance& instance : scene_.instances)
        (scene_.meshes[instance.mesh].colours.empty() ? plain : coloured)[instance.material] = true;
    for (std::size_t i = 0; i < scene_.materials.size(); ++i)
        if (coloured[i] && !plain[i]) scene_.materials[i].baseColour = glm::vec4{1, 1, 1, scene_.materials[i].baseColour.a};
}

void Conversion::meshes() {
    meshFromSource_.assign(source_.mNumMeshes, scene::none);
    for (unsigned i = 0; i < source_.mNumMeshes; ++i) {
        aiMesh& mesh = *source_.mMeshes[i];
        const bool hasMaterial = mesh.mMaterialIndex < scene_.materials.size();
        const scene::Material& material = scene_.materials[hasMaterial ? mesh.mMaterialIndex : 0];
        scene::Mesh finished = finishMesh(takeRawMesh(mesh), {options_.creaseAngle, material.normalImage != scene::none}, repairs_);
        options_.progress(0.7 + 0.3 * (i + 1) / source_.mNumMeshes, "preparing meshes");
        if (finished.indices.empty()) continue;
        finished.name = mesh.mName.C_Str();
        meshFromSource_[i] = static_cast<std::uint32_t>(scene_.meshes.size());
        scene_.meshes.push_back(std::move(finished));
    }
}

void Conversion::addNode(const aiNode& node, std::uint32_t parent) {
    const auto index = static_cast<std::uint32_t>(scene_.nodes.size());
    scene::Node& added = scene_.nodes.emplace_back();
    added.name = node.mName.C_Str();
    added.parent = parent;
    glm::mat4 transform = toGlm(node.mTransformation);
    // Every node's own frame is in metres: lengths are scaled where they are, no transform carries the unit.
    transform[3] = glm::vec4{glm::vec3{glm::dvec3{transform[3]} * frame_.metresPerUnit}, transform[3].w};
    if (usable(transform))
        added.parentFromNode = transform;
    else
        ++brokenTransforms_;
    if (parent == scene::none) {
        added.parentFromNode = yUpFrom(frame_.upAxis) * added.parentFromNode;
        // Readers of formats without a hierarchy name the root after themselves.
        if (added.name.empty() || added.name.starts_with('<') || added.name == path_.filename().string() ||
            added.name == path_.string())
            added.name = path_.stem().string();
    }
    if (node.mMetaData) appendMetadata(*node.mMetaData, "", 0, added.metadata);
    for (unsigned i = 0; i < node.mNumMeshes; ++i) {
        if (node.mMeshes[i] >= meshFromSource_.size()) {
            ++danglingMeshes_;
            continue;
        }
        const std::uint32_t mesh = meshFromSource_[node.mMeshes[i]];
        if (mesh == scene::none) continue;
        const unsigned material = source_.mMeshes[node.mMeshes[i]]->mMaterialIndex;
        scene_.instances.push_back({index, mesh, material < scene_.materials.size() ? material : 0});
        if (added.name.empty()) added.name = scene_.meshes[mesh].name;
    }
    if (added.name.empty()) added.name = std::format("node-{}", index);
}

void Conversion::nodes() {
    // Not recursive: hierarchies may be nested deeper than a stack.
    std::vector<std::pair<const aiNode*, std::uint32_t>> open{{source_.mRootNode, scene::none}};
    while (!open.empty()) {
        const auto [node, parent] = open.back();
        open.pop_back();
        const auto index = static_cast<std::uint32_t>(scene_.nodes.size());
        addNode(*node, parent);
        for (unsigned i = node->mNumChildren; i > 0; --i)
            if (node->mChildren[i - 1]) open.emplace_back(node->mChildren[i - 1], index);
    }
}

/// Something that is in the file and not in the scene: counted in the report, and warned about where there is a code for it.
void Conversion::drop(const char* code, const char* what, std::uint64_t count, const char* why) {
    if (count == 0) return;
    report_.dropped.push_back({what, count, why});
    if (*code) findings_.warn(code, "{} dropped: {}", counted(count, what), why);
}

void Conversion::reportDropped() {
    const ExactCounts& exact = context_.exact;
    report_.faces = exact.faces;
    drop("faces-dropped", "face", exact.lostFaces, "its surface is broken; repair the model in its CAD system");
    drop("hidden-dropped", "hidden part", exact.hiddenParts, "the file says that it is not to be shown");
    drop("curves-dropped", "loose curve", exact.looseEdges, "only surfaces are shown");
    drop("lines-dropped", "point or line", pointsAndLines_, "only surfaces are shown");
    drop("animation-ignored", "animation", source_.mNumAnimations, "motion comes from signals");
    const auto skinned =
        std::count_if(source_.mMeshes, source_.mMeshes + source_.mNumMeshes, [](const aiMesh* mesh) { return mesh->HasBones(); });
    drop("skin-ignored", "skin", static_cast<std::uint64_t>(skinned), "its mesh is shown in the pose it was modelled in");
    drop("", "light", source_.mNumLights, "plants are lit by their hall");
    drop("", "camera", source_.mNumCameras, "views are those of plant.toml");
}

void Conversion::warnAboutRepairs() {
    report_.repaired = {repairs_.degenerateTriangles, repairs_.brokenTriangles, repairs_.normalsMade, brokenTransforms_,
                        danglingMeshes_};
    // Exact surfaces have a point where their sides meet (the tip of a cone): nothing to repair in the file.
    if (repairs_.degenerateTriangles > 0 && !isExactFormat(report_.format))
        findings_.warn("degenerate-dropped", "{} without area dropped", counted(repairs_.degenerateTriangles, "triangle"));
    if (repairs_.brokenTriangles > 0)
        findings_.warn("broken-dropped", "{} dropped whose corners do not exist or are not numbers",
                       counted(repairs_.brokenTriangles, "triangle"));
    if (repairs_.meshesWithoutNormals > 0)
        findings_.warn("normals-made", "{} without usable normals: made with edges at {:.0f} degrees",
                       counted(repairs_.meshesWithoutNormals, "mesh part"),
                       static_cast<double>(glm::degrees(options_.creaseAngle)));
    else if (repairs_.normalsMade > 0)
        findings_.warn("normals-repaired", "{} without a usable normal repaired", counted(repairs_.normalsMade, "corner"));
    if (brokenTransforms_ > 0)
        findings_.warn("transform-reset", "{} with a transform that is not a number put at its parent",
                       counted(brokenTransforms_, "node"));
    if (danglingMeshes_ > 0)
        findings_.warn("mesh-missing", "{} to meshes that the file does not have dropped", counted(danglingMeshes_, "reference"));
}

void Conversion::warnAboutSize() {
    const glm::vec3 size = report_.bounds.size();
    const float longest = std::max({size.x, size.y, size.z});
    const float limit = report_.unitFromFile ? 500.0f : 100.0f;
    if (!options_.metresPerUnit && longest > limit)
        findings_.warn("size-implausible", "the model is {:.0f} m long: its numbers are probably millimetres, give --unit mm",
                       longest);
    if (longest < 0.0005f)
        findings_.warn("size-implausible", "the model is only {:.2g} m long: check its unit, and give --unit", longest);
}

void Conversion::countAndCheck() {
    report_.nodes = scene_.nodes.size();
    report_.uniqueTriangles = scene_.uniqueTriangles();
    report_.triangles = scene_.triangles();
    for (const scene::Mesh& mesh : scene_.meshes) report_.vertices += mesh.vertices.size();
    report_.images = scene_.images.size();
    report_.bounds = scene_.bounds();
    std::set<std::vector<std::uint32_t>> parts;
    std::set<std::uint32_t> materials;
    std::set<std::array<std::uint8_t, 4>> colours;
    for (std::size_t i = 0; i < scene_.instances.size();) {
        std::vector<std::uint32_t> part;
        const std::uint32_t node = scene_.instances[i].node;
        for (; i < scene_.instances.size() && scene_.instances[i].node == node; ++i) {
            part.push_back(scene_.instances[i].mesh);
            materials.insert(scene_.instances[i].material);
        }
        parts.insert(std::move(part));
        ++report_.instances;
    }
    report_.parts = parts.size();
    report_.materials = materials.size();
    for (const std::uint32_t material : materials) {
        const glm::vec4 c = scene_.materials[material].baseColour;
        colours.insert({srgbFromLinear(c.r), srgbFromLinear(c.g), srgbFromLinear(c.b),
                        static_cast<std::uint8_t>(std::clamp(c.a, 0.0f, 1.0f) * 255)});
    }
    for (const scene::Mesh& mesh : scene_.meshes) colours.insert(mesh.colours.begin(), mesh.colours.end());
    report_.colours = colours.size();
}

Result<scene::Scene> Conversion::run() {
    if (!source_.mRootNode) return failure(ErrorCode::Malformed, "the file has no content that can be read", path_.string());
    settleFrame();
    materials();
    meshes();
    nodes();
    whitenBelowVertexColours();
    context_.stages.begin("finding repeated parts");
    report_.meshesShared = shareEqualMeshes(scene_);
    report_.texturesMissing = images_.missing();
    scene_.images = images_.take();
    warnAboutRepairs();
    reportDropped();
    if (scene_.instances.empty())
        return failure(ErrorCode::Invalid,
                       pointsAndLines_ > 0 ? "nothing to show: the file holds only points or lines; export surfaces (triangles)"
                                           : "nothing to show: the file holds no triangles",
                       path_.string());
    countAndCheck();
    warnAboutSize();
    if (auto ok = scene::validate(scene_); !ok)
        return std::unexpected(Error{ErrorCode::Malformed, ok.error().message, path_.string()});
    return std::move(scene_);
}

Result<Import> readWithAssimp(const std::filesystem::path& path, const ImportOptions& options) {
    Import result;
    result.report.file = path.string();
    result.report.format = path.extension().string();
    if (!result.report.format.empty()) result.report.format.erase(0, 1);
    for (char& c : result.report.format) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    Findings findings;
    Stages stages;
    ReadContext context{options, findings, stages, {}};
    std::optional<LargeGlb> large;
    if (!options.assimpAlone && result.report.format == "glb") large = LargeGlb::open(path);
    if (large) context.large = &*large;
    const ReaderComplaints complaints{findings};
    Assimp::Importer importer;
    registerImporters(importer, result.report.format, context);
    configure(importer);
    importer.SetIOHandler(
        new ModelFiles{path, large ? std::string_view{large->standIn()} : std::string_view{}, findings}); // owned by the importer
    importer.SetProgressHandler(new AssimpProgress{options.progress, !isExactFormat(result.report.format)}); // likewise
    if (!isExactFormat(result.report.format)) stages.begin("reading"); // those tell their own stages
    if (!importer.ReadFile(path.string(), aiProcess_Triangulate)) {
        const std::string said = importer.GetErrorString();
        if (said.find("bad_alloc") != std::string::npos || said.find("vector::_M_default_append") != std::string::npos)
            return failure(ErrorCode::ResourceLimit,
                           "importing this file needs more memory than allowed: it is broken, or larger than this machine",
                           path.string());
        if (const auto schema = said.find("Unrecognized file schema: "); schema != std::string::npos)
            return failure(ErrorCode::Unsupported,
                           said.substr(schema + 26) +
                               " files are not read, only IFC2X3: export IFC2X3, or glTF (.glb), from the building model",
                           path.string());
        return failure(ErrorCode::Malformed, "this file cannot be read: " + (said.empty() ? "it does not follow its format" : said),
                       path.string());
    }
    const std::unique_ptr<aiScene> source{importer.GetOrphanedScene()};
    if (large) large->dropStandIn();
    stages.begin("preparing meshes");
    auto scene = Conversion{*source, path, context, result.report}.run();
    if (!scene) return std::unexpected(scene.error());
    result.scene = std::move(*scene);
    result.report.warnings = findings.take();
    result.report.stages = stages.take();
    for (const ImportStage& stage : result.report.stages)
        result.report.peakBytes = std::max(result.report.peakBytes, stage.peakBytes);
    return result;
}

} // namespace

Result<Import> readModel(const std::filesystem::path& path, const ImportOptions& options) {
    try {
        return readWithAssimp(path, options);
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::ResourceLimit,
                       "importing this file needs more memory than allowed: it is broken, or larger than this machine",
                       path.string());
    } catch (const std::exception& e) {
        return failure(ErrorCode::Malformed, std::string{"this file cannot be read: "} + e.what(), path.string());
    }
}

} // namespace millwright::cad
