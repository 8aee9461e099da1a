#pragma once

#include <millwright/plant/process.hpp>

#include <string>
#include <vector>

/// A process model in words, for reports: what a result rests on.
namespace millwright::sim {

/// One thing that a process model takes for granted: `station coater`, `failure web-break, repair`, `lognormal, mean 45 min`.
struct Fact {
    std::string element;
    std::string what;
    std::string value;
};

/// What a run of the process depends on, in the order of its elements.
[[nodiscard]] std::vector<Fact> factsOf(const plant::Process& process);

/// A fact that is not the same in two processes; `before` or `after` is empty where one of them has no such thing.
struct Change {
    std::string element;
    std::string what;
    std::string before;
    std::string after;
};
[[nodiscard]] std::vector<Change> changesOf(const plant::Process& before, const plant::Process& after);

/// `lognormal, mean 45 min, deviation 42 min`.
[[nodiscard]] std::string inWords(const plant::Distribution& distribution);

} // namespace millwright::sim
