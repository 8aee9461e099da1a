#include <millwright/kpi/read_window.hpp>

#include <app/command.hpp>
#include <app/read_window.hpp>

namespace millwright::app {

Result<void> readWindow(telemetry::Source& source, TimeInterval window, kpi::Meter& meter, std::string_view what) {
    ProgressBar bar{what};
    return kpi::readWindow(source, window, meter, bar.progress());
}

} // namespace millwright::app
