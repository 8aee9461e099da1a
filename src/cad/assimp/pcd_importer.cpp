#include "cad/assimp/pcd_importer.hpp"

#include "cad/points/pcd.hpp"

#include <millwright/core/mapped_file.hpp>

#include <assimp/BaseImporter.h>
#include <assimp/Exceptional.h>
#include <assimp/importerdesc.h>
#include <assimp/material.h>
#include <assimp/scene.h>

namespace millwright::cad {

namespace {

class PcdImporter : public Assimp::BaseImporter {
public:
    bool CanRead(const std::string& file, Assimp::IOSystem*, bool) const override { return GetExtension(file) == "pcd"; }
    const aiImporterDesc* GetInfo() const override {
        static const aiImporterDesc description{
            "Point cloud importer", "", "", "", aiImporterFlags_SupportBinaryFlavour, 0, 0, 0, 0, "pcd"};
        return &description;
    }

protected:
    void InternReadFile(const std::string& file, aiScene* scene, Assimp::IOSystem*) override {
        const auto bytes = MappedFile::open(file);
        if (!bytes) throw DeadlyImportError(bytes.error().message);
        const auto cloud = readPcd(bytes->bytes());
        if (!cloud) throw DeadlyImportError(cloud.error().message);
        auto mesh = std::make_unique<aiMesh>();
        mesh->mPrimitiveTypes = aiPrimitiveType_POINT;
        mesh->mNumVertices = static_cast<unsigned>(cloud->positions.size());
        mesh->mVertices = new aiVector3D[cloud->positions.size()];
        for (std::size_t i = 0; i < cloud->positions.size(); ++i)
            mesh->mVertices[i] = {cloud->positions[i].x, cloud->positions[i].y, cloud->positions[i].z};
        if (!cloud->colours.empty()) {
            mesh->mColors[0] = new aiColor4D[cloud->colours.size()];
            const auto channel = [](std::uint8_t value) { return static_cast<float>(value) / 255.0f; };
            for (std::size_t i = 0; i < cloud->colours.size(); ++i) {
                const auto& [r, g, b, a] = cloud->colours[i];
                mesh->mColors[0][i] = {channel(r), channel(g), channel(b), channel(a)};
            }
        }
        scene->mRootNode = new aiNode;
        scene->mRootNode->mNumMeshes = scene->mNumMeshes = scene->mNumMaterials = 1;
        scene->mRootNode->mMeshes = new unsigned[1]{0};
        scene->mMeshes = new aiMesh*[1]{mesh.release()};
        scene->mMaterials = new aiMaterial*[1]{new aiMaterial};
        const aiString name{AI_DEFAULT_MATERIAL_NAME};
        scene->mMaterials[0]->AddProperty(&name, AI_MATKEY_NAME);
    }
};

} // namespace

Assimp::BaseImporter* makePcdImporter() {
    return new PcdImporter;
}

} // namespace millwright::cad
