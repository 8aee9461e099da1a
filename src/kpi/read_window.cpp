#include <millwright/kpi/read_window.hpp>

namespace millwright::kpi {

Result<void> readWindow(telemetry::Source& source, TimeInterval window, Meter& meter, const Progress& progress,
                        const std::function<void(std::span<const telemetry::Sample>)>& also) {
    for (Time now = window.from; now <= window.to;) {
        const auto samples = source.next(65'536);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) break;
        meter.apply(*samples);
        if (also) also(*samples);
        now = samples->back().time;
        progress(seconds(now - window.from) / seconds(window.length()), "");
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while reading");
    }
    return {};
}

} // namespace millwright::kpi
