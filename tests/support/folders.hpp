#pragma once
#include <filesystem>

namespace millwright::test {

// The checkout and the build that a test program belongs to. Functions, and not macros, so that a test's object file is the same in
// every checkout and the compiler's cache knows it.
[[nodiscard]] std::filesystem::path sourceFolder();
[[nodiscard]] std::filesystem::path buildFolder();

} // namespace millwright::test
