#pragma once

#include "cad/assimp/findings.hpp"

#include <assimp/scene.h>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace millwright::cad {

/// Decodes the images that materials ask for, each once for every way it is read (sRGB or linear).
class Images {
public:
    Images(const aiScene& source, std::filesystem::path model, bool enabled, Findings& findings)
        : source_{source}, model_{std::move(model)}, enabled_{enabled}, findings_{findings} {}

    /// Index into what `take` returns, or `scene::none` after a warning when the image is missing or cannot be read.
    std::uint32_t use(const aiString& reference, bool srgb);
    /// Whether some pixel of a used image is not opaque.
    [[nodiscard]] bool hasHoles(std::uint32_t image) const { return holes_[image]; }
    /// Images that are not there or cannot be read, each once.
    [[nodiscard]] std::uint64_t missing() const {
        std::set<std::string> names;
        for (const auto& [reference, image] : known_)
            if (image == scene::none) names.insert(reference.first);
        return enabled_ ? names.size() : 0;
    }
    [[nodiscard]] std::vector<scene::Image> take() { return std::move(images_); }

private:
    std::uint32_t load(const std::string& reference, bool srgb);

    const aiScene& source_;
    std::filesystem::path model_;
    bool enabled_;
    Findings& findings_;
    std::vector<scene::Image> images_;
    std::vector<bool> holes_;
    std::map<std::pair<std::string, bool>, std::uint32_t> known_;
    std::uint64_t bytes_ = 0;
};

} // namespace millwright::cad
