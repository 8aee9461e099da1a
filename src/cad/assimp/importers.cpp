#include "cad/assimp/importers.hpp"

#include "cad/assimp/pcd_importer.hpp"
#include "cad/occt/importer.hpp"

#include <assimp/BaseImporter.h>
#include <assimp/config.h>

namespace millwright::cad {

void registerImporters(Assimp::Importer& importer, const std::string& format, ReadContext& context) {
    if (format == "pcd") importer.RegisterLoader(makePcdImporter());
    if (!isExactFormat(format)) return;
    // Assimp's IFC reader claims STEP's extensions too, and refuses all but buildings.
    for (const char* claimed : {"step", "stp"})
        while (Assimp::BaseImporter* other = importer.GetImporter(claimed)) {
            importer.UnregisterLoader(other);
            delete other;
        }
    importer.RegisterLoader(makeExactImporter(context));
}

void configure(Assimp::Importer& importer) {
    importer.SetPropertyBool(AI_CONFIG_IMPORT_COLLADA_IGNORE_UP_DIRECTION, true);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_COLLADA_IGNORE_UNIT_SIZE, true);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_COLLADA_USE_COLLADA_NAMES, true);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_FBX_PRESERVE_PIVOTS, false);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_FBX_READ_ANIMATIONS, false);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_FBX_READ_CAMERAS, false);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_FBX_READ_LIGHTS, false);
    importer.SetPropertyBool(AI_CONFIG_IMPORT_NO_SKELETON_MESHES, true);
}

} // namespace millwright::cad
