#include "cad/occt/importer.hpp"

#include "cad/occt/assembly.hpp"
#include "cad/occt/tessellate.hpp"

#include <assimp/BaseImporter.h>
#include <assimp/Exceptional.h>
#include <assimp/importerdesc.h>
#include <assimp/material.h>
#include <assimp/mesh.h>
#include <assimp/scene.h>

#include <Standard_Failure.hxx>
#include <Standard_OutOfMemory.hxx>
#include <map>
#include <new>
#include <utility>

namespace millwright::cad {

namespace {

constexpr double metresPerMillimetre = 0.001;

aiMatrix4x4 matrixOf(const gp_Trsf& t, double scale) {
    const auto at = [&](int row, int column) { return static_cast<float>(t.Value(row, column)); };
    const auto shift = [&](int row) { return static_cast<float>(t.Value(row, 4) * scale); };
    return {at(1, 1), at(1, 2), at(1, 3), shift(1), at(2, 1), at(2, 2), at(2, 3), shift(2),
            at(3, 1), at(3, 2), at(3, 3), shift(3), 0,        0,        0,        1};
}

/// Builds the `aiScene` of an unfolded assembly: lengths in the file's unit, one mesh for every colour of every part. A part that
/// is placed in several colours has its meshes once for each, as Assimp ties colour to mesh; equal meshes are found again later.
class SceneBuilder {
public:
    SceneBuilder(const ExactAssembly& assembly, double metresPerUnit, ReadContext& context)
        : assembly_{assembly}, context_{context}, scale_{metresPerMillimetre / metresPerUnit} {}

    void build(aiScene& scene) {
        std::vector<std::unique_ptr<aiNode>> nodes;
        std::vector<std::vector<aiNode*>> children(assembly_.nodes.size());
        for (std::size_t i = 0; i < assembly_.nodes.size(); ++i) {
            nodes.push_back(node(assembly_.nodes[i]));
            if (i > 0) children[assembly_.nodes[i].parent].push_back(nodes.back().get());
            context_.options.progress(0.7, "making triangles");
        }
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (!children[i].empty()) nodes[i]->addChildren(static_cast<unsigned>(children[i].size()), children[i].data());
        scene.mRootNode = nodes[0].release();
        for (std::size_t i = 1; i < nodes.size(); ++i) static_cast<void>(nodes[i].release()); // their parents own them now
        give(meshes_, scene.mMeshes, scene.mNumMeshes);
        give(materials_, scene.mMaterials, scene.mNumMaterials);
    }

private:
    static constexpr Colour noColour{-1, -1, -1, -1};
    static Colour keyOf(const std::optional<Colour>& colour) { return colour ? *colour : noColour; }

    template <typename T>
    static void give(std::vector<std::unique_ptr<T>>& from, T**& array, unsigned& count) {
        count = static_cast<unsigned>(from.size());
        array = new T*[from.size()];
        for (std::size_t i = 0; i < from.size(); ++i) array[i] = from[i].release();
    }

    std::unique_ptr<aiNode> node(const ExactNode& from) {
        auto made = std::make_unique<aiNode>(from.name);
        made->mTransformation = matrixOf(from.parentFromNode, scale_);
        if (!from.metadata.empty()) {
            made->mMetaData = aiMetadata::Alloc(static_cast<unsigned>(from.metadata.size()));
            unsigned index = 0;
            for (const auto& [key, value] : from.metadata) made->mMetaData->Set(index++, key, aiString{value});
        }
        if (!from.part) return made;
        const std::vector<unsigned>& meshes = meshesOfPart(*from.part, from.colour);
        if (meshes.empty()) return made;
        made->mNumMeshes = static_cast<unsigned>(meshes.size());
        made->mMeshes = new unsigned[meshes.size()];
        std::ranges::copy(meshes, made->mMeshes);
        return made;
    }

    const std::vector<unsigned>& meshesOfPart(std::size_t index, const std::optional<Colour>& colour) {
        const ExactPart& part = assembly_.parts[index];
        const bool usesColour = std::ranges::any_of(part.groups, [](const FaceGroup& group) { return !group.colour; });
        const auto [known, isNew] = meshesOf_.try_emplace({index, usesColour ? keyOf(colour) : noColour});
        if (!isNew) return known->second;
        std::vector<ExactMesh> groups = meshesOf(part);
        for (std::size_t g = 0; g < groups.size(); ++g) {
            if (groups[g].indices.empty()) continue;
            known->second.push_back(static_cast<unsigned>(meshes_.size()));
            meshes_.push_back(mesh(groups[g], part.name));
            meshes_.back()->mMaterialIndex = material(part.groups[g].colour ? part.groups[g].colour : colour);
            groups[g] = {};
        }
        return known->second;
    }

    std::unique_ptr<aiMesh> mesh(const ExactMesh& from, const std::string& name) const {
        auto made = std::make_unique<aiMesh>();
        made->mName = name;
        made->mPrimitiveTypes = aiPrimitiveType_TRIANGLE;
        made->mNumVertices = static_cast<unsigned>(from.positions.size());
        made->mVertices = new aiVector3D[from.positions.size()];
        made->mNormals = new aiVector3D[from.positions.size()];
        for (std::size_t i = 0; i < from.positions.size(); ++i) {
            const auto& [x, y, z] = from.positions[i];
            made->mVertices[i] = {static_cast<float>(x * scale_), static_cast<float>(y * scale_), static_cast<float>(z * scale_)};
            made->mNormals[i] = {from.normals[i][0], from.normals[i][1], from.normals[i][2]};
        }
        made->mNumFaces = static_cast<unsigned>(from.indices.size() / 3);
        made->mFaces = new aiFace[made->mNumFaces];
        for (std::size_t f = 0; f < made->mNumFaces; ++f) {
            made->mFaces[f].mNumIndices = 3;
            made->mFaces[f].mIndices = new unsigned[3]{from.indices[3 * f], from.indices[3 * f + 1], from.indices[3 * f + 2]};
        }
        return made;
    }

    unsigned material(const std::optional<Colour>& colour) {
        const auto [known, isNew] = materialOf_.emplace(keyOf(colour), static_cast<unsigned>(materials_.size()));
        if (!isNew) return known->second;
        auto made = std::make_unique<aiMaterial>();
        aiString name{AI_DEFAULT_MATERIAL_NAME};
        if (colour) {
            const auto& [r, g, b, opacity] = *colour;
            const auto byte = [](float value) { return static_cast<int>(std::clamp(value, 0.0f, 1.0f) * 255.0f + 0.5f); };
            name = std::format("#{:02X}{:02X}{:02X}", byte(r), byte(g), byte(b));
            const aiColor3D diffuse{r, g, b};
            made->AddProperty(&diffuse, 1, AI_MATKEY_COLOR_DIFFUSE);
            made->AddProperty(&opacity, 1, AI_MATKEY_OPACITY);
        }
        made->AddProperty(&name, AI_MATKEY_NAME);
        materials_.push_back(std::move(made));
        return known->second;
    }

    const ExactAssembly& assembly_;
    ReadContext& context_;
    double scale_; ///< file units a millimetre
    std::vector<std::unique_ptr<aiMesh>> meshes_;
    std::vector<std::unique_ptr<aiMaterial>> materials_;
    std::map<std::pair<std::size_t, Colour>, std::vector<unsigned>> meshesOf_;
    std::map<Colour, unsigned> materialOf_;
};

class ExactImporter : public Assimp::BaseImporter {
public:
    explicit ExactImporter(ReadContext& context) : context_{context} {}

    bool CanRead(const std::string& file, Assimp::IOSystem*, bool) const override {
        std::string extension = GetExtension(file);
        return isExactFormat(extension);
    }
    const aiImporterDesc* GetInfo() const override {
        static const aiImporterDesc description{"Exact CAD importer (OpenCASCADE)",
                                                "",
                                                "",
                                                "",
                                                aiImporterFlags_SupportTextFlavour,
                                                0,
                                                0,
                                                0,
                                                0,
                                                "step stp iges igs brep"};
        return &description;
    }

protected:
    void InternReadFile(const std::string& file, aiScene* scene, Assimp::IOSystem*) override {
        try {
            read(file, *scene);
        } catch (const Standard_OutOfMemory&) {
            throw std::bad_alloc{};
        } catch (const Standard_Failure& failed) {
            const std::string_view message = failed.GetMessageString();
            throw DeadlyImportError(std::format("its shapes are broken ({}{}{})", failed.DynamicType()->Name(),
                                                message.empty() ? "" : ": ", utf8(message)));
        }
    }

private:
    void read(const std::filesystem::path& file, aiScene& scene) {
        std::string format = GetExtension(file.string());
        const ExactDocument document = readExactDocument(file, format, context_);
        const ExactAssembly assembly = unfold(document, file.stem().string(), context_);
        if (assembly.nodes.empty()) throw DeadlyImportError("it holds no shapes that are shown");
        context_.stages.begin("making triangles");
        tessellate(assembly, context_);
        SceneBuilder{assembly, document.metresPerUnit, context_}.build(scene);
        scene.mMetaData = aiMetadata::Alloc(2);
        scene.mMetaData->Set(0, metresPerUnitKey, document.metresPerUnit);
        scene.mMetaData->Set(1, unitFromFileKey, document.unitFromFile);
        if (scene.mNumMeshes == 0) scene.mFlags |= AI_SCENE_FLAGS_INCOMPLETE; // said in our own words later
    }

    ReadContext& context_;
};

} // namespace

Assimp::BaseImporter* makeExactImporter(ReadContext& context) {
    return new ExactImporter{context};
}

bool isExactFormat(std::string_view format) {
    constexpr std::string_view formats[]{"step", "stp", "iges", "igs", "brep"};
    return std::ranges::find(formats, format) != std::end(formats);
}

} // namespace millwright::cad
