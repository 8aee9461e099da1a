#pragma once

#include <millwright/plant/process.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace millwright::plant {

using AddProblem = std::function<void(ProcessElement element, std::uint32_t index, std::string message)>;

/// Finds why vehicles could not do what they are for. Routes, buffers, sources and stations of the process must be sound.
void inspectNetwork(const Process& process, const AddProblem& add);

} // namespace millwright::plant
