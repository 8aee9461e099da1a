#pragma once

#include <millwright/check/expectation.hpp>
#include <millwright/core/png.hpp>
#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/twin/replay.hpp>

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace millwright::check {

/// What became of one expectation.
struct Outcome {
    std::string name;
    std::string file;
    std::uint32_t line = 1;
    bool passed = false;
    std::string expected; ///< in words, with units
    std::string found;
    std::optional<Time> time;                       ///< when it was decided: the first violation, the moment asked for …
    std::vector<std::filesystem::path> attachments; ///< pictures of a failure: what was drawn, what was expected, where they differ
    double seconds = 0;                             ///< wall clock spent on this one alone
};

struct Verdict {
    std::string plant;
    std::filesystem::path log;
    std::filesystem::path expectations;
    std::vector<Outcome> outcomes; ///< in file order
    Digest stateHash;              ///< at the end of the log
    std::uint64_t samples = 0;
    double seconds = 0; ///< wall clock

    [[nodiscard]] std::size_t failed() const;
    [[nodiscard]] std::size_t passed() const { return outcomes.size() - failed(); }
};

struct CheckOptions {
    /// Draws what a camera sees of a frame; empty where nothing can draw: picture checks then fail, saying so.
    std::function<Result<PngImage>(const twin::Frame& frame, const PictureCheck& check)> draw;
    /// Where pictures of failures go; created when needed. Empty: nowhere.
    std::filesystem::path reportFolder;
    Progress progress;
};

/// Replays the whole log once and decides every expectation. Errors, exit status 2 of the program: moments outside the log or that
/// are none (each at its place), what the source or the disk says, Cancelled. A reference picture that is missing is a failed
/// check.
[[nodiscard]] std::expected<Verdict, std::vector<Error>> run(const plant::Plant& plant, twin::Replay& replay,
                                                             const std::vector<Expectation>& expectations,
                                                             const CheckOptions& options = {});

} // namespace millwright::check
