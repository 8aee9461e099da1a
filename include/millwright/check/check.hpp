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

/// What one signal did in an interval, to be drawn.
struct Trend {
    /// Smallest and largest usable number in one of equally long slices, in the plant's unit; NaN where there was none.
    struct Slice {
        float low, high;
    };
    /// A state of a discrete signal, for as long as it held.
    struct Spell {
        Time from{}, to{};
        std::string text;
    };
    std::string path;
    std::string unit; ///< UCUM code
    TimeInterval interval;
    bool discrete = false;
    std::vector<Slice> slices; ///< of a number
    std::vector<Spell> spells; ///< of a discrete signal; none where no usable state is known
};

/// What one machine's PackML states were over the whole log, to be drawn.
struct StateBand {
    struct Spell {
        TimeInterval interval;
        plant::PackmlState state = plant::PackmlState::Unknown;
        std::string text;    ///< as `millwright states` calls it
        std::string why;     ///< of one in which it stood; empty where nothing tells
        bool stands = false; ///< one asks why
    };
    std::string path;   ///< of the equipment
    std::string signal; ///< path of its state signal
    std::vector<Spell> spells;
};

/// What the report shows beside an outcome.
struct Evidence {
    std::optional<TimeInterval> window;
    EquipmentIndex equipment = noEquipment; ///< what to look at
    std::string equipmentPath;
    std::string camera;
    bool moment = true;               ///< decided by what happened at one moment, not by a sum over the window
    std::optional<double> limit;      ///< that the signal's trend is seen against, in its unit
    std::optional<std::size_t> trend; ///< in `Verdict::trends`: of the signal it is about, over the whole log
    std::vector<std::size_t> others;  ///< likewise, of a failure: further signals that made it one
    std::vector<std::size_t>
        bands; ///< in `Verdict::bands`: of the machines involved in a failure; of the one that a state signal is of
    std::optional<Trend> detail; ///< of a failure: the half minute before and after
};

/// What became of one expectation.
struct Outcome {
    std::string name;
    std::string file;
    std::uint32_t line = 1;
    bool passed = false;
    std::string expected; ///< in words, with units
    std::string found;
    std::vector<std::string> signals;               ///< of a failure of several signals: paths of those to blame, the worst first
    std::optional<Time> time;                       ///< when it was decided: the first violation, the moment asked for …
    std::vector<std::filesystem::path> attachments; ///< pictures of a failure: what was drawn, what was expected, where they differ
    double seconds = 0;                             ///< wall clock spent on this one alone
    Evidence evidence = {};
};

/// An alarm that called for the operator.
struct AlarmCall {
    Time time{};
    std::string path;
    plant::AlarmPriority priority = plant::AlarmPriority::Low;
    std::string name = {}, cause = {}, action = {}; ///< what the plant says of it
};

struct Verdict {
    std::string plant;               ///< its id
    std::string plantName;           ///< for people
    std::filesystem::path plantPath; ///< for commands
    std::filesystem::path log;
    std::filesystem::path expectations;
    std::vector<Outcome> outcomes; ///< in file order
    std::vector<Error>
        doubts;        ///< warnings: checks that can never pass or never fail, each at its place; values that `states` do not list
    TimeInterval span; ///< of the log
    std::vector<Trend> trends;    ///< where a report was asked for: of every signal that a check is about
    std::vector<StateBand> bands; ///< likewise: of every machine that one is drawn of
    std::vector<AlarmCall> calls; ///< the first of them
    std::uint64_t callCount = 0;  ///< of all
    Digest stateHash;             ///< at the end of the log
    std::uint64_t samples = 0;
    double seconds = 0; ///< wall clock

    [[nodiscard]] std::size_t failed() const;
    [[nodiscard]] std::size_t passed() const { return outcomes.size() - failed(); }
};

struct CheckOptions {
    /// Draws what a camera sees of a frame; empty where nothing can draw: picture checks then fail, saying so.
    std::function<Result<PngImage>(const twin::Frame& frame, const PictureCheck& check)> draw;
    /// Where pictures of failures go; created when needed. Empty: nowhere, and no trends are kept.
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
