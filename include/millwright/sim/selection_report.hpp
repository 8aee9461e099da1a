#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/sim/selection.hpp>

#include <string>
#include <vector>

/// A selection among scenarios as a page and as text for people, as a table and as JSON for programs.
namespace millwright::sim {

struct SelectionAnswer {
    std::string plant; ///< name, for people
    std::vector<Scenario> scenarios;
    std::string metric, unit;
    SelectionPlan plan;
    StudyPlan study;
    SelectedScenario found;
};

/// One HTML page that needs nothing else: the winner and how sure that is, all candidates with their intervals, how many runs each
/// got, which are out, when and by which, what the winner changes and what all of it assumes.
[[nodiscard]] std::string selectionPage(const SelectionAnswer& answer);

[[nodiscard]] std::string selectionText(const SelectionAnswer& answer);

/// Every value, RFC 4180: `scenario,metric,unit,replication,seed,value`.
[[nodiscard]] std::string selectionTable(const SelectionAnswer& answer);

/// The member `selection` of an object that is open.
void writeSelection(JsonWriter& json, const SelectionAnswer& answer);

} // namespace millwright::sim
