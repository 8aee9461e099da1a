#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

/// What every subcommand shares: exit statuses, errors on standard error, progress on a terminal, a clean stop on SIGINT.
namespace millwright::app {

/// Exit statuses of the command contract.
enum class ExitStatus : int {
    Success = 0,
    CheckFailed = 1,   ///< a checked thing is not as it should be
    Unusable = 2,      ///< wrong usage or unreadable input
    Interrupted = 130, ///< SIGINT; everything recorded so far is kept
};

/// Set by the chosen subcommand's callback while the command line is parsed; `main` calls it afterwards.
using Run = std::function<ExitStatus()>;

/// One `add…` a file of commands/: declares the subcommand with its options, help and example.
void addView(CLI::App& program, Run& run);
void addXr(CLI::App& program, Run& run);
void addRender(CLI::App& program, Run& run);
void addImport(CLI::App& program, Run& run);
void addReplay(CLI::App& program, Run& run);
void addRecord(CLI::App& program, Run& run);
void addFeed(CLI::App& program, Run& run); ///< in record.cpp
void addBrowse(CLI::App& program, Run& run);
void addCheck(CLI::App& program, Run& run);
void addValidate(CLI::App& program, Run& run);
void addKpi(CLI::App& program, Run& run);
void addAlarms(CLI::App& program, Run& run);
void addCondition(CLI::App& program, Run& run);
void addStates(CLI::App& program, Run& run);
void addLog(CLI::App& program, Run& run);
void addHistorian(CLI::App& program, Run& run);
void addSimulate(CLI::App& program, Run& run);
void addStudy(CLI::App& program, Run& run);
void addCalibrate(CLI::App& program, Run& run);
void addBench(CLI::App& program, Run& run);
void addDoctor(CLI::App& program, Run& run);

/// Prints `millwright: error: …` for one problem, or one line for each of several, to standard error. Returns Unusable, or
/// Interrupted for ErrorCode::Cancelled.
ExitStatus fail(const Error& error);
ExitStatus fail(std::span<const Error> errors);

/// Prints a command's answer to standard output, whole, with a newline at its end.
void print(std::string_view text);

/// Stops when the user presses Ctrl-C (SIGINT) or SIGTERM arrives; a second signal ends the program at once. Installed on first
/// use.
[[nodiscard]] std::stop_token interrupted();

/// Draws a progress bar on standard error while it lives, if that is a terminal and the work takes longer than half a second.
class ProgressBar {
public:
    explicit ProgressBar(std::string_view what);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// Hand this to the work; it also carries the stop token of `interrupted()`.
    [[nodiscard]] Progress progress();

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Bytes of memory this process has held at most (peak resident set).
[[nodiscard]] std::uint64_t peakResidentBytes();

} // namespace millwright::app
