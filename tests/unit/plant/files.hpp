#pragma once

#include "support/folders.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace millwright::plant {

inline const std::filesystem::path testData = millwright::test::sourceFolder() / "tests/data";

/// Files of a folder with that extension, in alphabetical order.
inline std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder, std::string_view extension) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

inline std::string textOf(const std::filesystem::path& file) {
    const auto text = readFile(file);
    EXPECT_TRUE(text.has_value()) << file;
    return text.value_or("");
}

/// One problem a line, `line:column: message`; empty when the text loads.
inline std::string problemsOf(std::string_view text, const std::filesystem::path& folder = testData / "plants-valid",
                              const LoadOptions& options = {}) {
    const auto plant = loadText(text, folder, "", options);
    if (plant) return {};
    std::string lines;
    for (const Error& error : plant.error())
        lines += (error.place.starts_with(':') ? error.place.substr(1) : error.place) + ": " + error.message + "\n";
    return lines;
}

/// The plant, or a failed test that says why not.
inline Plant loaded(std::string_view text, const std::filesystem::path& folder = testData / "plants-valid",
                    const LoadOptions& options = {}) {
    auto plant = loadText(text, folder, "plant.toml", options);
    EXPECT_TRUE(plant.has_value()) << problemsOf(text, folder, options);
    return plant ? std::move(*plant) : Plant{};
}

} // namespace millwright::plant
