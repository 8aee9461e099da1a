#include "cad/assimp/files.hpp"

#include <assimp/MemoryIOWrapper.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace millwright::cad {

namespace fs = std::filesystem;

namespace {

bool isFile(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string percentDecoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = [&](std::size_t at) { return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])); };
        if (text[i] == '%' && digit(i + 1) && digit(i + 2)) {
            decoded += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

/// `path` with each part that does not exist replaced by one that differs in case only.
std::optional<fs::path> anyCase(const fs::path& path) {
    fs::path found;
    for (const fs::path& part : path) {
        std::error_code error;
        if (fs::exists(found / part, error)) {
            found /= part;
            continue;
        }
        bool matched = false;
        for (fs::directory_iterator i{found.empty() ? fs::path{"."} : found, error}, end; !error && i != end; i.increment(error)) {
            if (lower(i->path().filename().string()) != lower(part.string())) continue;
            found = i->path();
            matched = true;
            break;
        }
        if (!matched) return {};
    }
    return isFile(found) ? std::optional{found} : std::nullopt;
}

} // namespace

std::optional<fs::path> findReferenced(const fs::path& folder, std::string_view reference) {
    std::string text{reference};
    if (text.starts_with("file://")) text.erase(0, 7);
    std::ranges::replace(text, '\\', '/');
    if (text.empty() || text.find('\0') != std::string::npos) return {};
    for (const std::string& spelling : {text, percentDecoded(text)}) {
        const fs::path path = folder / spelling;
        if (isFile(path)) return path;
        if (auto found = anyCase(path)) return found;
    }
    const fs::path name = fs::path{percentDecoded(text)}.filename();
    if (name.empty()) return {};
    for (const char* place : {".", "textures", "../textures", "../materials/textures", "images", "../images"})
        if (auto found = anyCase(folder / place / name)) return found;
    return {};
}

bool ModelFiles::Exists(const char* file) const {
    return isFile(file) || findReferenced(model_.parent_path(), fs::path{file}.lexically_proximate(model_.parent_path()).string());
}

Assimp::IOStream* ModelFiles::Open(const char* file, const char* mode) {
    if (!standIn_.empty() && file == model_)
        return new Assimp::MemoryIOStream{reinterpret_cast<const std::uint8_t*>(standIn_.data()), standIn_.size()};
    if (isFile(file)) return DefaultIOSystem::Open(file, mode);
    const std::string reference = fs::path{file}.lexically_proximate(model_.parent_path()).string();
    if (const auto found = findReferenced(model_.parent_path(), reference))
        return DefaultIOSystem::Open(found->string().c_str(), mode);
    findings_.warn("file-missing", "the model refers to \"{}\", which is not there: put it beside the model", reference);
    return nullptr;
}

} // namespace millwright::cad
