#pragma once

#include "cad/assimp/findings.hpp"

#include <assimp/DefaultIOSystem.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace millwright::cad {

/// Finds the file that a model refers to: as written (backslashes and %20 understood), relative to `folder`; failing that, with
/// other upper and lower case; failing that, by its bare name in `folder` or its texture folders, for models that name a path on
/// the author's machine. Only regular files.
[[nodiscard]] std::optional<std::filesystem::path> findReferenced(const std::filesystem::path& folder, std::string_view reference);

/// Gives Assimp regular files only (a device or pipe could block for ever) and notes which ones it asked for in vain.
class ModelFiles : public Assimp::DefaultIOSystem {
public:
    /// `standIn`: what is read instead of the model's own bytes, if it is not empty.
    ModelFiles(std::filesystem::path model, std::string_view standIn, Findings& findings)
        : model_{std::move(model)}, standIn_{standIn}, findings_{findings} {}

    bool Exists(const char* file) const override;
    Assimp::IOStream* Open(const char* file, const char* mode) override;

private:
    std::filesystem::path model_;
    std::string_view standIn_;
    Findings& findings_;
};

} // namespace millwright::cad
