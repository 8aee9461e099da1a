#pragma once

#include <millwright/sim/study.hpp>

#include <string>
#include <vector>

/// A study as a page and as text for people, and as a table for programs.
namespace millwright::sim {

/// One HTML page that needs nothing else: what the scenarios come to, charts of means and paired differences with their intervals,
/// what stations did with their time, what each scenario changes and what all of it assumes. `scenarios` are those that were
/// studied, in that order. Depends on nothing but its arguments.
[[nodiscard]] std::string studyPage(const std::string& plant, const std::vector<Scenario>& scenarios, const StudyPlan& plan,
                                    const StudyResult& result);

/// The answer for a terminal: the headlines of each scenario with their intervals and paired differences in words, and what
/// stations did with their time.
[[nodiscard]] std::string studyText(const StudyPlan& plan, const StudyResult& result);

/// Every value of every replication, RFC 4180: `scenario,metric,unit,replication,seed,value`; numbers read back to the same double,
/// and a value that there is none of is empty.
[[nodiscard]] std::string studyTable(const StudyPlan& plan, const StudyResult& result);

} // namespace millwright::sim
