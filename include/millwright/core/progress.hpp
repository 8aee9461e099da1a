#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

namespace millwright {

/// How long work tells how far it is and learns that it should stop. Copyable and cheap; the default reports to nobody.
struct Progress {
    std::function<void(double fraction, std::string_view stage)> report; ///< fraction in [0, 1]; called from the working thread
    std::stop_token stop;

    void operator()(double fraction, std::string_view stage) const {
        if (report) report(fraction, stage);
    }
    [[nodiscard]] bool cancelled() const { return stop.stop_requested(); }
};

} // namespace millwright
