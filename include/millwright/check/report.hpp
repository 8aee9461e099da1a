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

/// Writes `junit.xml` and `check.json` into `folder`, creating it. Errors: Unreadable.
[[nodiscard]] Result<void> writeReport(const Verdict& verdict, Time started, const std::filesystem::path& folder);

} // namespace millwright::check
