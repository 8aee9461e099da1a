#include "cad/stages.hpp"

#include <cstdlib>
#include <fstream>

namespace millwright::cad {

namespace {

/// Peak resident set of this very program since it was last reset: unlike getrusage's, it starts anew at exec.
std::uint64_t peakBytes() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
    return 0;
}

/// See proc_pid_clear_refs(5). Where the kernel does not allow it, a stage's peak includes the stages before it.
void resetPeak() {
    std::ofstream{"/proc/self/clear_refs"} << '5';
}

} // namespace

void Stages::begin(std::string name) {
    end();
    resetPeak();
    stages_.push_back({std::move(name), 0, 0});
    start_ = std::chrono::steady_clock::now();
    running_ = true;
}

void Stages::end() {
    if (!running_) return;
    stages_.back().seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    stages_.back().peakBytes = peakBytes();
    running_ = false;
}

std::vector<ImportStage> Stages::take() {
    end();
    return std::move(stages_);
}

} // namespace millwright::cad
