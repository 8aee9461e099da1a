#include "cad/assimp/materials.hpp"

#include <assimp/GltfMaterial.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

namespace millwright::cad {

namespace {

using scene::AlphaMode;
using scene::Material;

std::optional<float> number(const aiMaterial& m, const char* key, unsigned type, unsigned index) {
    float value = 0;
    if (m.Get(key, type, index, value) != aiReturn_SUCCESS || !std::isfinite(value)) return {};
    return value;
}

std::optional<glm::vec4> colour(const aiMaterial& m, const char* key, unsigned type, unsigned index) {
    aiColor4D c;
    if (m.Get(key, type, index, c) != aiReturn_SUCCESS || !std::isfinite(c.r + c.g + c.b + c.a)) return {};
    return glm::max(glm::vec4{c.r, c.g, c.b, c.a}, 0.0f);
}

/// The first texture of the first of `types` that the material has.
std::optional<aiString> texture(const aiMaterial& m, std::initializer_list<aiTextureType> types) {
    for (const aiTextureType type : types) {
        aiString path;
        if (m.GetTextureCount(type) > 0 && m.GetTexture(type, 0, &path) == aiReturn_SUCCESS && path.length > 0) return path;
    }
    return {};
}

float roughnessOf(const aiMaterial& m) {
    const float unknown = Material{}.roughness;
    const auto shininess = number(m, AI_MATKEY_SHININESS);
    if (!shininess || *shininess <= 0) return unknown;
    const float rough = std::clamp(std::pow(2.0f / (*shininess + 2.0f), 0.25f), 0.2f, 0.95f);
    // No highlight colour means a matt surface, whatever its exponent.
    const auto specular = colour(m, AI_MATKEY_COLOR_SPECULAR);
    const bool matt = specular && std::max({specular->r, specular->g, specular->b}) <= 0;
    return matt ? std::max(rough, 0.8f) : rough;
}

void metalRough(const aiMaterial& source, bool linear, Material& material) {
    const auto roughness = number(source, AI_MATKEY_ROUGHNESS_FACTOR);
    const auto metallic = number(source, AI_MATKEY_METALLIC_FACTOR);
    if (roughness || metallic || linear) {
        material.roughness = std::clamp(roughness.value_or(1), 0.0f, 1.0f);
        material.metallic = std::clamp(metallic.value_or(roughness || !linear ? 0.0f : 1.0f), 0.0f, 1.0f);
    } else {
        material.roughness = roughnessOf(source);
    }
    // KHR_materials_pbrSpecularGlossiness: a highlight above that of dielectrics (4 %) is a metal's.
    const auto gloss = number(source, AI_MATKEY_GLOSSINESS_FACTOR);
    if (!gloss || roughness) return;
    material.roughness = std::clamp(1 - *gloss, 0.0f, 1.0f);
    const auto specular = colour(source, AI_MATKEY_COLOR_SPECULAR).value_or(glm::vec4{1});
    const float highlight = std::max({specular.r, specular.g, specular.b});
    material.metallic = std::clamp((highlight - 0.04f) / 0.4f, 0.0f, 1.0f);
    if (material.metallic > 0.5f) material.baseColour = glm::vec4{glm::vec3{specular}, material.baseColour.a};
}

void opacity(const aiMaterial& source, bool linear, const Images& images, Material& material, Findings& findings) {
    if (linear) {
        aiString mode;
        if (source.Get(AI_MATKEY_GLTF_ALPHAMODE, mode) == aiReturn_SUCCESS) {
            if (std::string_view{mode.C_Str()} == "BLEND") material.alphaMode = AlphaMode::Blend;
            if (std::string_view{mode.C_Str()} == "MASK") material.alphaMode = AlphaMode::Mask;
        }
        material.alphaCutoff = number(source, AI_MATKEY_GLTF_ALPHACUTOFF).value_or(0.5f);
        return;
    }
    material.baseColour.a = std::clamp(number(source, AI_MATKEY_OPACITY).value_or(1), 0.0f, 1.0f);
    if (material.baseColour.a <= 0) {
        // Nobody models invisible machines: exporters that mean "not transparent" write 0 where the format wants 1.
        findings.warn("opacity-zero", "material \"{}\" says it is fully transparent; it is shown opaque", material.name);
        material.baseColour.a = 1;
    }
    if (material.baseColour.a < 1)
        material.alphaMode = AlphaMode::Blend;
    else if (material.baseColourImage != scene::none && images.hasHoles(material.baseColourImage))
        material.alphaMode = AlphaMode::Mask;
}

void textures(const aiMaterial& source, bool linear, Images& images, Material& material, Findings& findings) {
    if (const auto path = texture(source, {aiTextureType_BASE_COLOR, aiTextureType_DIFFUSE})) {
        material.baseColourImage = images.use(*path, true);
        // Outside glTF the picture replaces the colour, which exporters leave at anything.
        if (!linear && material.baseColourImage != scene::none) material.baseColour = glm::vec4{1, 1, 1, material.baseColour.a};
    }
    const auto metal = texture(source, {aiTextureType_METALNESS});
    const auto rough = texture(source, {aiTextureType_DIFFUSE_ROUGHNESS});
    if (linear) {
        if (const auto path = texture(source, {aiTextureType_METALNESS, aiTextureType_DIFFUSE_ROUGHNESS, aiTextureType_UNKNOWN}))
            material.metallicRoughnessImage = images.use(*path, false);
    } else if (metal && rough && *metal == *rough) {
        material.metallicRoughnessImage = images.use(*metal, false);
    } else if (metal || rough) {
        findings.warn("texture-unused", "material \"{}\" has separate metal and roughness images, which are not used",
                      material.name);
    }
    if (const auto path = texture(source, {aiTextureType_NORMALS, aiTextureType_NORMAL_CAMERA}))
        material.normalImage = images.use(*path, false);
    if (const auto path = texture(source, {aiTextureType_EMISSIVE, aiTextureType_EMISSION_COLOR})) {
        material.emissiveImage = images.use(*path, true);
        if (!linear && material.emissiveImage != scene::none && material.emissive == glm::vec3{0}) material.emissive = glm::vec3{1};
    }
    // LIGHTMAP is where Assimp's glTF reader puts occlusion.
    if (const auto path =
            texture(source, {aiTextureType_AMBIENT_OCCLUSION, linear ? aiTextureType_LIGHTMAP : aiTextureType_AMBIENT_OCCLUSION}))
        material.occlusionImage = images.use(*path, false);
}

} // namespace

float linearFromSrgb(float value) {
    return value <= 0.04045f ? value / 12.92f : std::pow((value + 0.055f) / 1.055f, 2.4f);
}

glm::vec3 linearFromSrgb(glm::vec3 colour) {
    return {linearFromSrgb(colour.r), linearFromSrgb(colour.g), linearFromSrgb(colour.b)};
}

std::uint8_t srgbFromLinear(float value) {
    const float clamped = std::clamp(value, 0.0f, 1.0f);
    const float srgb = clamped <= 0.0031308f ? clamped * 12.92f : 1.055f * std::pow(clamped, 1 / 2.4f) - 0.055f;
    return static_cast<std::uint8_t>(srgb * 255.0f + 0.5f);
}

bool hasLinearColours(const std::string& format) {
    return format == "gltf" || format == "glb" || format == "vrm";
}

Material convertMaterial(const aiMaterial& source, const std::string& format, Images& images, Findings& findings) {
    const bool linear = hasLinearColours(format);
    Material material;
    aiString name;
    if (source.Get(AI_MATKEY_NAME, name) == aiReturn_SUCCESS) material.name = name.C_Str();
    // Where a file has no materials at all, Assimp makes one of this name; our own default looks better.
    const bool invented = material.name == AI_DEFAULT_MATERIAL_NAME && !linear;
    auto base = colour(source, AI_MATKEY_BASE_COLOR);
    if (!base && !invented) base = colour(source, AI_MATKEY_COLOR_DIFFUSE);
    if (base) material.baseColour = linear ? *base : glm::vec4{linearFromSrgb(glm::vec3{*base}), 1};
    metalRough(source, linear, material);
    if (const auto emissive = colour(source, AI_MATKEY_COLOR_EMISSIVE))
        material.emissive = linear ? glm::vec3{*emissive} : linearFromSrgb(glm::vec3{*emissive});
    material.emissive *= std::max(0.0f, number(source, AI_MATKEY_EMISSIVE_INTENSITY).value_or(1));
    textures(source, linear, images, material, findings);
    opacity(source, linear, images, material, findings);
    int twoSided = 0;
    // Only glTF promises closed or rightly wound surfaces; in the others the inside of a sheet must not be a hole.
    material.doubleSided = !linear || (source.Get(AI_MATKEY_TWOSIDED, twoSided) == aiReturn_SUCCESS && twoSided != 0);
    return material;
}

unsigned textureCoordinates(const aiMaterial& source, Findings& findings) {
    std::optional<unsigned> chosen;
    aiString name;
    source.Get(AI_MATKEY_NAME, name);
    for (const aiTextureType type : {aiTextureType_BASE_COLOR, aiTextureType_DIFFUSE, aiTextureType_NORMALS,
                                     aiTextureType_METALNESS, aiTextureType_EMISSIVE, aiTextureType_LIGHTMAP}) {
        if (source.GetTextureCount(type) == 0) continue;
        int set = 0;
        source.Get(AI_MATKEY_UVWSRC(type, 0), set);
        const unsigned coordinates = set > 0 && set < AI_MAX_NUMBER_OF_TEXTURECOORDS ? static_cast<unsigned>(set) : 0;
        if (chosen.value_or(coordinates) != coordinates)
            findings.warn("texture-coordinates",
                          "material \"{}\" places its images by different coordinates; the first one's are used for all",
                          name.C_Str());
        if (!chosen) chosen = coordinates;
        aiUVTransform transform;
        if (source.Get(AI_MATKEY_UVTRANSFORM(type, 0), transform) == aiReturn_SUCCESS &&
            (transform.mTranslation != aiVector2D{0, 0} || transform.mScaling != aiVector2D{1, 1} || transform.mRotation != 0))
            findings.warn("texture-transform", "material \"{}\" shifts, scales or turns an image, which is shown as it is",
                          name.C_Str());
    }
    return chosen.value_or(0);
}

} // namespace millwright::cad
