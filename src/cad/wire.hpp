#pragma once

#include <millwright/cad/import.hpp>
#include <millwright/scene/serialise.hpp>

#include <span>

namespace millwright::cad {

/// File descriptors that the worker inherits.
inline constexpr int resultDescriptor = 3;   ///< where it writes its answer
inline constexpr int progressDescriptor = 4; ///< where it writes `ProgressRecord`s

struct ProgressRecord {
    double fraction = 0;
    char stage[24] = {};
};

/// The worker's command line after the program's name, and back. Lossless.
[[nodiscard]] std::vector<std::string> toArguments(const std::filesystem::path& path, const ImportOptions& options);
struct Job {
    std::filesystem::path path;
    ImportOptions options;
};
[[nodiscard]] Result<Job> fromArguments(std::span<const char* const> arguments);

/// The worker's answer: an error, or the report and the serialised scene. Errors of `writeAnswer`: Unreadable (write failed).
/// Errors of `readAnswer`: the worker's own, or Malformed when the bytes are not a whole answer.
[[nodiscard]] Result<void> writeAnswer(int descriptor, const Result<Import>& answer);
/// Gives the memory of a scene that is needed no longer back while it is written.
[[nodiscard]] Result<void> writeAnswer(int descriptor, Result<Import>&& answer);
[[nodiscard]] Result<Import> readAnswer(std::span<const std::byte> bytes, const scene::BytesDone& done = {});

} // namespace millwright::cad
