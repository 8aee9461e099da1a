#include "cad/assimp/units.hpp"

#include "cad/assimp/context.hpp"
#include "cad/assimp/zip.hpp"
#include "cad/occt/importer.hpp"

#include <millwright/core/mapped_file.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>

namespace millwright::cad {

namespace {

constexpr std::size_t headBytes = 64 * 1024; // COLLADA, AMF and 3MF name their unit in the first element or two

std::string headOf(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string head(headBytes, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return head;
}

/// The value of `attribute` in the first `<element ...>` of an XML text.
std::optional<std::string_view> attributeOf(std::string_view xml, std::string_view element, std::string_view attribute) {
    const std::size_t start = xml.find("<" + std::string{element});
    if (start == std::string_view::npos) return {};
    const std::string_view tag = xml.substr(start, xml.find('>', start) - start);
    const std::size_t name = tag.find(" " + std::string{attribute} + "=");
    if (name == std::string_view::npos) return {};
    const std::size_t open = name + attribute.size() + 2;
    if (open >= tag.size()) return {};
    const std::size_t close = tag.find(tag[open], open + 1);
    if (close == std::string_view::npos) return {};
    return tag.substr(open + 1, close - open - 1);
}

void readCollada(const std::filesystem::path& path, FileFrame& frame) {
    const std::string head = headOf(path);
    // The format's own defaults: one metre, Y up.
    frame.unitFromFile = frame.upAxisFromFile = true;
    if (const auto meter = attributeOf(head, "unit", "meter")) {
        double value = 0;
        const auto [end, error] = std::from_chars(meter->data(), meter->data() + meter->size(), value);
        if (error == std::errc{} && value > 0) frame.metresPerUnit = value;
    }
    if (head.find("<up_axis>Z_UP") != std::string::npos) frame.upAxis = Axis::Z;
    if (head.find("<up_axis>X_UP") != std::string::npos) frame.upAxis = Axis::X;
}

/// 3MF core specification 1.3, 3.4: `unit` of the model element, millimetres when absent; Z is up by the build plate (2.1.1).
/// AMF (ISO/ASTM 52915) uses the same words.
void readPrintable(std::string_view head, std::string_view element, FileFrame& frame) {
    frame.metresPerUnit = 0.001;
    frame.upAxis = Axis::Z;
    frame.unitFromFile = frame.upAxisFromFile = true;
    const auto unit = attributeOf(head, element, "unit");
    if (unit == "micron" || unit == "micrometer") frame.metresPerUnit = 1e-6;
    if (unit == "centimeter") frame.metresPerUnit = 0.01;
    if (unit == "meter") frame.metresPerUnit = 1;
    if (unit == "inch") frame.metresPerUnit = 0.0254;
    if (unit == "foot" || unit == "feet") frame.metresPerUnit = 0.3048;
}

void readFbx(aiScene& scene, FileFrame& frame) {
    frame.metresPerUnit = 0.01; // FBX counts in centimetres, UnitScaleFactor of them a unit
    frame.unitFromFile = frame.upAxisFromFile = true;
    if (scene.mMetaData) {
        double centimetres = 1;
        float single = 1;
        if (!scene.mMetaData->Get("UnitScaleFactor", centimetres) && scene.mMetaData->Get("UnitScaleFactor", single))
            centimetres = single;
        if (centimetres > 0 && std::isfinite(centimetres)) frame.metresPerUnit = 0.01 * centimetres;
        std::int32_t up = 1;
        if (scene.mMetaData->Get("UpAxis", up) && up >= 0 && up <= 2) frame.upAxis = static_cast<Axis>(up);
    }
    // The root of an FBX has no transform of its own: what is there is the reader's conversion, which is done once, elsewhere.
    if (scene.mRootNode) scene.mRootNode->mTransformation = aiMatrix4x4{};
}

/// Our own readers of exact formats say in the scene what they found. CAD systems draw with Z up.
void readExact(const aiScene& scene, FileFrame& frame) {
    frame.upAxis = Axis::Z;
    frame.upAxisFromFile = true;
    frame.metresPerUnit = 0.001;
    if (!scene.mMetaData) return;
    scene.mMetaData->Get(metresPerUnitKey, frame.metresPerUnit);
    scene.mMetaData->Get(unitFromFileKey, frame.unitFromFile);
}

} // namespace

FileFrame detectFrame(const std::filesystem::path& path, const std::string& format, aiScene& scene) {
    FileFrame frame;
    if (format == "ifc" || format == "ifczip") {
        frame.unitFromFile = frame.upAxisFromFile = true; // its reader applies the project's unit and turns Z to Y
    } else if (isExactFormat(format)) {
        readExact(scene, frame);
    } else if (format == "gltf" || format == "glb" || format == "vrm") {
        frame.unitFromFile = frame.upAxisFromFile = true;
    } else if (format == "pcd") {
        frame.upAxis = Axis::Z; // scanners count up in z, though the format does not say so
    } else if (format == "dae") {
        readCollada(path, frame);
    } else if (format == "3mf") {
        if (const auto file = MappedFile::open(path))
            readPrintable(headOfZipEntry(file->bytes(), ".model", headBytes), "model", frame);
    } else if (format == "amf") {
        readPrintable(headOf(path), "amf", frame);
    } else if (format == "fbx") {
        readFbx(scene, frame);
    }
    return frame;
}

glm::mat4 yUpFrom(Axis upAxis) {
    // Columns: where the file's x, y and z go.
    switch (upAxis) {
    case Axis::X: return {{0, 1, 0, 0}, {-1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    case Axis::Z: return {{1, 0, 0, 0}, {0, 0, -1, 0}, {0, 1, 0, 0}, {0, 0, 0, 1}};
    case Axis::Y: break;
    }
    return glm::mat4{1};
}

} // namespace millwright::cad
