#pragma once

#include <millwright/cad/import.hpp>

#include <assimp/scene.h>

#include <string>

namespace millwright::cad {

/// The frame a file's numbers are in.
struct FileFrame {
    double metresPerUnit = 1;
    Axis upAxis = Axis::Y;
    bool unitFromFile = false; ///< said by the file or fixed by its format
    bool upAxisFromFile = false;
};

/// What the file or its format says about unit and up axis; metres and Y where they say nothing. `format` is the file name's
/// extension. Undoes what Assimp's FBX reader does to the root on its own account.
[[nodiscard]] FileFrame detectFrame(const std::filesystem::path& path, const std::string& format, aiScene& scene);

/// yUpFromFile: a rotation by quarter turns, right-handed to right-handed.
[[nodiscard]] glm::mat4 yUpFrom(Axis upAxis);

} // namespace millwright::cad
