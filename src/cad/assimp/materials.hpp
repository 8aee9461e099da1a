#pragma once

#include "cad/assimp/images.hpp"

#include <assimp/material.h>

#include <string>

namespace millwright::cad {

/// IEC 61966-2-1 (sRGB) to linear, one channel or three.
[[nodiscard]] float linearFromSrgb(float value);
[[nodiscard]] glm::vec3 linearFromSrgb(glm::vec3 colour);
/// Linear to sRGB, 8 bits.
[[nodiscard]] std::uint8_t srgbFromLinear(float value);

/// Whether a format's colours are linear (the glTF family) rather than as picked on a screen (all the others).
[[nodiscard]] bool hasLinearColours(const std::string& format);

/// A metal-rough material with the look of `source`. Shininess becomes roughness as Walter et al. (EGSR 2007) relate Blinn-Phong
/// exponent and GGX width: alpha² = 2 / (n + 2).
[[nodiscard]] scene::Material convertMaterial(const aiMaterial& source, const std::string& format, Images& images,
                                              Findings& findings);

/// Which of a mesh's texture coordinate sets its material's images use; ours have one. Warns when the images do not agree, and of
/// shifted, scaled or turned images, which are shown as they are.
[[nodiscard]] unsigned textureCoordinates(const aiMaterial& source, Findings& findings);

} // namespace millwright::cad
