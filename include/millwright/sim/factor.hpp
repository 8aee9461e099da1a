#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/process_value.hpp>
#include <millwright/sim/study.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a planner varies or chooses among: numbers of the process model.
namespace millwright::sim {

/// One number and the range it is varied in; `low` below `high`.
struct Factor {
    std::string key; ///< as `plant::ProcessValue` names it
    plant::ValueMeasure measure = plant::ValueMeasure::Number;
    double base = 0; ///< as the process has it
    double low = 0, high = 0;
};

/// One number and what may be chosen for it.
struct Choices {
    std::string key;
    plant::ValueMeasure measure = plant::ValueMeasure::Number;
    std::vector<double> values; ///< two at least, each once, in the order given
};

/// `station.press.cycle=45s..60s`, `buffer.rack.capacity=2..10`, or parts of what the process has: `crew.fitters.size=50%..200%`.
/// Errors: Malformed, NotFound, OutOfRange, each with the whole text as its place.
[[nodiscard]] Result<Factor> factorOf(const plant::Process& process, std::string_view text);

/// One factor a line, with empty lines and comments after `#`. `file` is for messages, which have the line in their place.
[[nodiscard]] Result<std::vector<Factor>> factorsOf(const plant::Process& process, std::string_view text, std::string_view file);

/// Refuses a factor that is named twice.
[[nodiscard]] Result<void> checkFactors(std::span<const Factor> factors);

/// `buffer.rack.capacity=2,4,8`. Errors as `factorOf`.
[[nodiscard]] Result<Choices> choicesOf(const plant::Process& process, std::string_view text);

/// One setting of a number.
struct Setting {
    std::string key;
    plant::ValueMeasure measure = plant::ValueMeasure::Number;
    double value = 0;
};

/// `base` with other numbers, as a scenario named by them: `station.press.cycle=45 s, crew.fitters.size=2`. Errors: that of a
/// number, or the first reason why the process cannot run with them, with the scenario's name in its place.
[[nodiscard]] Result<Scenario> scenarioWith(const Scenario& base, std::string id, std::span<const Setting> settings);

/// Every combination of the choices, the last one running fastest; ids are `choice-1` and so on. Errors as `scenarioWith`;
/// ResourceLimit for more than 10000.
[[nodiscard]] Result<std::vector<Scenario>> combinations(const Scenario& base, std::span<const Choices> choices);

} // namespace millwright::sim
