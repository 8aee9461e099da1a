#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/kpi/indicators.hpp>
#include <millwright/kpi/meter.hpp>
#include <millwright/kpi/recent.hpp>

#include <string>
#include <vector>

/// What commands say of measured states and KPIs (docs/kpi.md).
namespace millwright::app {

/// What was measured of a log.
struct KpiAnswer {
    const plant::Plant& plant;
    std::string log;
    TimeInterval window;
    std::vector<kpi::Row> rows;
    std::vector<kpi::Bin> bins;                       ///< one at least; they make up the window
    bool byShift = false;                             ///< bins end where shifts do
    bool byOrder = false;                             ///< `orders` are told, and not the bins
    std::vector<std::vector<kpi::OrderTally>> orders; ///< parallel to `Plant::kpis`
};

[[nodiscard]] std::string kpisAsText(const KpiAnswer& answer);
[[nodiscard]] std::string kpisAsJson(const KpiAnswer& answer);
/// One line for every equipment and period, and one for the whole window; RFC 4180.
[[nodiscard]] std::string kpisAsCsv(const KpiAnswer& answer);

/// The member `kpis`: what feeds brought, of the last 24 hours.
void writeKpis(JsonWriter& json, const plant::Plant& plant, const kpi::Bins& bins);

} // namespace millwright::app
