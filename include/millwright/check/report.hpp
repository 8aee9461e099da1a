#pragma once

#include <millwright/check/check.hpp>
#include <millwright/core/result.hpp>

#include <filesystem>
#include <string>

namespace millwright::check {

/// JUnit XML in the dialect that GitLab, Jenkins and GitHub actions all read. `started` is wall clock, for the timestamp.
[[nodiscard]] std::string toJUnit(const Verdict& verdict, Time started);
/// The fields of the command contract, and `place`, `attachments`, `samples` and `seconds`; ends in a newline.
[[nodiscard]] std::string toJson(const Verdict& verdict);
/// For people: failures with what was expected and found, then one line with the verdict.
[[nodiscard]] std::string toText(const Verdict& verdict);

/// One page for people that opens anywhere, without a network: every check on a timeline, failures with what was expected, the
/// trend of their signal, their pictures with a slider, and how to see the moment.
[[nodiscard]] std::string toHtml(const Verdict& verdict, Time started);
/// `1 of 3 checks failed`, `All 3 checks passed`.
[[nodiscard]] std::string verdictText(const Verdict& verdict);
/// The command that shows the moment that decided a check: `millwright view … --at …`, quoted for a shell.
[[nodiscard]] std::string viewCommand(const Verdict& verdict, const Outcome& outcome);

/// Writes `junit.xml`, `check.json` and `check.html` into `folder`, creating it. Errors: Unreadable.
[[nodiscard]] Result<void> writeReport(const Verdict& verdict, Time started, const std::filesystem::path& folder);

} // namespace millwright::check
