#pragma once

#include <millwright/check/check.hpp>
#include <millwright/kpi/meter.hpp>
#include <millwright/telemetry/source.hpp>

#include <deque>
#include <span>
#include <vector>

namespace millwright::check {

/// Measures what KPI checks ask for, by one meter for all checks of the same window.
class KpiMonitors {
public:
    /// Both must outlive it.
    KpiMonitors(const plant::Plant& plant, const telemetry::Source& source) : plant_{plant}, source_{source} {}

    /// `window` must not be empty; `check` must outlive the monitors. Returns why it can never pass, if it cannot.
    std::string watch(std::size_t expectation, const KpiCheck& check, TimeInterval window);
    void add(std::span<const telemetry::Sample> samples);
    /// Decides its checks, once all samples up to the ends of their windows are in.
    void finish(std::vector<Outcome>& outcomes);

private:
    struct Watched {
        std::size_t expectation = 0;
        const KpiCheck* check = nullptr;
        std::size_t meter = 0;
    };
    struct Measured {
        TimeInterval window;
        kpi::Meter meter;
    };
    void decide(const KpiCheck& check, const kpi::Bin& bin, Outcome& outcome) const;

    const plant::Plant& plant_;
    const telemetry::Source& source_;
    std::vector<kpi::Row> rows_; ///< once there is something to watch
    std::vector<Watched> watched_;
    std::deque<Measured> meters_; ///< by window
};

} // namespace millwright::check
