#pragma once

#include <millwright/cad/import.hpp>

#include <string>
#include <vector>

namespace millwright::cad {

/// Measures what each stage of an import takes: wall clock, and the most memory this process held meanwhile. Thread: one at a time.
class Stages {
public:
    /// Ends the running stage, if there is one, and starts the next.
    void begin(std::string name);
    /// Ends the running stage and gives all of them.
    [[nodiscard]] std::vector<ImportStage> take();

private:
    void end();

    std::vector<ImportStage> stages_;
    std::chrono::steady_clock::time_point start_;
    bool running_ = false;
};

} // namespace millwright::cad
