#include <millwright/core/units.hpp>

#include <algorithm>
#include <app/kpi_answer.hpp>
#include <cmath>
#include <format>
#include <map>
#include <optional>
#include <span>

namespace millwright::app {
namespace {

constexpr std::string_view quantityFields[plant::quantities] = {"produced",  "good",      "scrap", "rework",
                                                                "inspected", "firstPass", "energy"};

/// One equipment over one stretch of time, or for one order.
struct Stretch {
    std::string label; ///< shift or order; empty: none
    TimeInterval interval;
    std::vector<kpi::Part> parts;
    std::optional<Duration> aoet; ///< of an order
};

std::vector<kpi::Part> partsOf(const KpiAnswer& answer, const kpi::Row& row, const kpi::Bin& bin) {
    std::vector<kpi::Part> parts;
    for (const std::uint32_t i : row.sources) parts.push_back({&answer.plant.kpis[i], bin.tally(i)});
    return parts;
}

kpi::Bin totalOf(const KpiAnswer& answer) {
    kpi::Bin total = answer.bins.front();
    for (const kpi::Bin& bin : std::span{answer.bins}.subspan(1)) total += bin;
    return total;
}

std::string shiftLabel(const KpiAnswer& answer, const kpi::Bin& bin) {
    if (!answer.byShift) return {};
    const auto shift = plant::shiftAt(answer.plant.calendar, bin.interval.from).shift;
    return shift ? answer.plant.calendar.shifts[*shift].id : "no shift";
}

/// What the members did for each order, in the order in which the first of them began it.
std::vector<Stretch> ordersOf(const KpiAnswer& answer, const kpi::Row& row) {
    std::vector<Stretch> found;
    std::map<std::string_view, std::size_t> byName;
    for (const std::uint32_t i : row.sources) {
        for (const kpi::OrderTally& each : answer.orders[i]) {
            const auto [at, added] = byName.emplace(each.order, found.size());
            if (added) found.push_back({each.order, each.interval, {}, {}});
            Stretch& stretch = found[at->second];
            stretch.interval.from = std::min(stretch.interval.from, each.interval.from);
            stretch.interval.to = std::max(stretch.interval.to, each.interval.to);
            stretch.parts.push_back({&answer.plant.kpis[i], each.tally});
        }
    }
    for (Stretch& each : found) each.aoet = each.interval.length();
    std::ranges::stable_sort(found, {}, [](const Stretch& each) { return each.interval.from; });
    return found;
}

std::vector<Stretch> stretchesOf(const KpiAnswer& answer, const kpi::Row& row) {
    if (answer.byOrder) return ordersOf(answer, row);
    std::vector<Stretch> found;
    for (const kpi::Bin& bin : answer.bins) found.push_back({shiftLabel(answer, bin), bin.interval, partsOf(answer, row, bin), {}});
    return found;
}

kpi::Times timesOf(std::span<const kpi::Part> parts) {
    kpi::Times sum;
    for (const kpi::Part& part : parts) sum += kpi::timesOf(*part.source, part.tally);
    return sum;
}

kpi::Tally sumOf(std::span<const kpi::Part> parts) {
    kpi::Tally sum;
    for (const kpi::Part& part : parts) sum += part.tally;
    return sum;
}

std::optional<double> costOf(std::span<const kpi::Part> parts) {
    std::optional<double> sum = 0;
    for (const kpi::Part& part : parts) {
        const auto cost = kpi::costOf(*part.source, part.tally);
        sum = sum && cost ? std::optional{*sum + *cost} : std::nullopt;
    }
    return sum;
}

// --- for people --------------------------------------------------------------------------------------------------------------

/// The states' shares of the time, one letter a twentieth, in the order of the legend.
std::string barOf(const kpi::Times& times) {
    constexpr std::size_t width = 20;
    constexpr std::string_view letters = "#+-. ?";
    const Duration shares[] = {times.production, times.setUp, times.delay, times.down, times.unplanned, times.unknown};
    std::string bar;
    Duration sum{};
    for (std::size_t i = 0; i < std::size(shares); ++i) {
        sum += shares[i];
        const double upTo = times.total() > Duration::zero() ? seconds(sum) / seconds(times.total()) * width : 0;
        bar.resize(std::max(bar.size(), static_cast<std::size_t>(std::lround(upTo))), letters[i]);
    }
    return bar;
}

class TextTable {
public:
    explicit TextTable(const KpiAnswer& answer) : answer_{answer} {
        for (const kpi::Row& row : answer.rows) width_ = std::max(width_, answer.plant.at(row.equipment).path.size());
        energy_ = std::ranges::any_of(answer.plant.kpis, [](const auto& each) {
            return each.power != noSignal || each.counts[index(plant::Quantity::Energy)] != noSignal;
        });
        cost_ = std::ranges::any_of(answer.plant.kpis, [](const auto& each) { return each.cost.has_value(); });
    }

    [[nodiscard]] std::string write() {
        text_ = answer_.log + "\n";
        if (answer_.byOrder)
            orders();
        else if (answer_.bins.size() > 1)
            for (const kpi::Bin& bin : answer_.bins) table(bin, shiftLabel(answer_, bin));
        table(totalOf(answer_), {});
        capability();
        return text_ + "\ntime: # production  + set-up  - delay  . down  (blank) unplanned  ? unknown\n";
    }

private:
    void head(std::string_view first, std::size_t width) {
        text_ += std::format("{:{}}  {:20}  {:>9} {:>9} {:>9} {:>9} {:>8}  {:>12} {:>12}", first, width, "time", "available",
                             "effective", "quality", "OEE", "failures", "MTTF", "MTTR");
        if (energy_) text_ += std::format("  {:>16}", "energy an item");
        if (cost_) text_ += std::format("  {:>16}", "cost an item");
        text_ += '\n';
    }

    void line(std::string_view first, std::size_t width, const kpi::Row& row, const Stretch& stretch, std::string_view note) {
        const kpi::Indicators found = kpi::indicatorsOf(stretch.parts, row.oneUnit, stretch.aoet);
        const auto percent = [](std::optional<double> value) { return kpi::textOf(kpi::IndicatorUnit::Fraction, value); };
        const auto length = [](std::optional<double> value) { return kpi::textOf(kpi::IndicatorUnit::Seconds, value); };
        const auto amount = [](std::optional<double> value, std::string_view unit) {
            return value ? std::format("{:.4g} {}", *value, unit) : std::string{"-"};
        };
        text_ +=
            std::format("{:{}}  {:20}  {:>9} {:>9} {:>9} {:>9} {:>8}  {:>12} {:>12}", first, width, barOf(timesOf(stretch.parts)),
                        percent(found.availability), percent(found.effectiveness), percent(found.qualityRatio), percent(found.oee),
                        sumOf(stretch.parts).failures, length(found.mttf), length(found.mttr));
        if (energy_) text_ += std::format("  {:>16}", amount(found.energyConsumption, row.energyUnit));
        if (cost_) text_ += std::format("  {:>16}", amount(found.costPerItem, answer_.plant.currency));
        text_ += std::format("{}\n", note);
    }

    void table(const kpi::Bin& bin, std::string_view label) {
        text_ += std::format("\n{}{}{} to {} ({})\n", label, label.empty() ? "" : ": ", formatTime(bin.interval.from),
                             formatTime(bin.interval.to), formatDuration(bin.interval.length()));
        head("equipment", width_);
        for (const kpi::Row& row : answer_.rows)
            line(answer_.plant.at(row.equipment).path, width_, row, {{}, bin.interval, partsOf(answer_, row, bin), {}},
                 row.sources.size() == 1 ? "" : std::format("  sum of {}", row.sources.size()));
    }

    void orders() {
        for (const kpi::Row& row : answer_.rows) {
            const auto found = ordersOf(answer_, row);
            if (found.empty()) continue;
            std::size_t width = 5;
            for (const Stretch& each : found) width = std::max(width, each.label.size());
            text_ += std::format("\n{}\n", answer_.plant.at(row.equipment).path);
            head("order", width);
            for (const Stretch& each : found)
                line(each.label, width, row, each,
                     std::format("  {} to {}", formatTime(each.interval.from), formatTime(each.interval.to)));
        }
    }

    void capability() {
        const auto characteristics = kpi::characteristicsOf(answer_.plant);
        if (characteristics.empty()) return;
        const kpi::Bin total = totalOf(answer_);
        std::size_t width = 7;
        for (const auto& each : characteristics) width = std::max(width, answer_.plant.at(each.signal).path.size());
        text_ += std::format("\n{:{}}  {:>8} {:>12} {:>12} {:>6} {:>6} {:>6} {:>6}\n", "quality", width, "measured", "mean",
                             "deviation", "Cp", "Cpk", "Pp", "Ppk");
        for (std::size_t i = 0; i < characteristics.size(); ++i) {
            const plant::Signal& signal = answer_.plant.at(characteristics[i].signal);
            const auto found = kpi::capabilityOf(characteristics[i], *signal.specification, total.spreads[i]);
            const auto number = [](std::optional<double> value) {
                return value ? std::format("{:.2f}", *value) : std::string{"-"};
            };
            const auto figure = [&](std::optional<double> value) {
                return value ? std::format("{:.6g}", *value) : std::string{"-"};
            };
            text_ += std::format("{:{}}  {:>8} {:>12} {:>12} {:>6} {:>6} {:>6} {:>6}  {}\n", signal.path, width, found.measured,
                                 figure(found.mean), figure(found.deviation), number(found.cp), number(found.cpk), number(found.pp),
                                 number(found.ppk), units::display(signal.unit));
        }
    }

    const KpiAnswer& answer_;
    std::size_t width_ = 9;
    bool energy_ = false, cost_ = false;
    std::string text_;
};

// --- JSON --------------------------------------------------------------------------------------------------------------------

void write(JsonWriter& json, std::string_view name, std::optional<double> value) {
    json.key(name);
    if (value)
        json.value(*value);
    else
        json.null();
}

void writeIndicators(JsonWriter& json, const kpi::Indicators& found) {
    json.key("kpis").beginObject();
    for (const kpi::IndicatorInfo& each : kpi::indicatorList()) write(json, each.name, found.*each.value);
    json.endObject();
}

void writeStretch(JsonWriter& json, const kpi::Row& row, const Stretch& stretch) {
    const kpi::Tally sum = sumOf(stretch.parts);
    const kpi::Times times = timesOf(stretch.parts);
    json.beginObject().field("period", stretch.label);
    json.field("from", formatTime(stretch.interval.from)).field("to", formatTime(stretch.interval.to));
    json.key("states").beginObject();
    for (std::size_t i = 0; i < sum.inState.size(); ++i)
        if (sum.inState[i] > Duration::zero())
            json.field(plant::nameOf(static_cast<plant::PackmlState>(i)), seconds(sum.inState[i]));
    json.endObject().key("times").beginObject();
    json.field("apt", seconds(times.production)).field("asut", seconds(times.setUp)).field("adet", seconds(times.delay));
    json.field("adot", seconds(times.down)).field("pbt", seconds(times.plannedBusy()));
    json.field("unplanned", seconds(times.unplanned)).field("unknown", seconds(times.unknown));
    if (stretch.aoet) json.field("aoet", seconds(*stretch.aoet));
    json.field("powerKnown", seconds(sum.powered)).endObject();
    json.key("quantities").beginObject();
    const auto quantities = row.sources.size() == 1 && !stretch.parts.empty()
                                ? kpi::quantitiesOf(*stretch.parts.front().source, sum)
                                : kpi::Quantities{};
    for (std::size_t i = 0; i < quantities.size(); ++i) write(json, quantityFields[i], quantities[i]);
    json.endObject().field("failures", sum.failures).field("countsThatFell", sum.falls);
    write(json, "cost", costOf(stretch.parts));
    writeIndicators(json, kpi::indicatorsOf(stretch.parts, row.oneUnit, stretch.aoet));
    json.endObject();
}

/// Begins the object of one equipment, up to the value of `total`.
void beginRow(JsonWriter& json, const plant::Plant& plant, const kpi::Row& row) {
    json.beginObject().field("equipment", plant.at(row.equipment).path).field("measured", row.measured);
    json.field("unit", row.unit).field("energyUnit", row.energyUnit).key("members").beginArray();
    for (const std::uint32_t i : row.sources) json.value(plant.at(plant.kpis[i].equipment).path);
    json.endArray().key("total");
}

void writeCapability(JsonWriter& json, const plant::Specification& specification, const kpi::Characteristic& characteristic,
                     TimeInterval interval, const kpi::Spread& spread) {
    const kpi::Capability found = kpi::capabilityOf(characteristic, specification, spread);
    json.beginObject().field("from", formatTime(interval.from)).field("to", formatTime(interval.to));
    json.field("measured", found.measured).field("subgroups", found.groups);
    write(json, "mean", found.mean);
    write(json, "deviation", found.deviation);
    write(json, "withinDeviation", found.withinDeviation);
    write(json, "cp", found.cp);
    write(json, "cpk", found.cpk);
    write(json, "pp", found.pp);
    write(json, "ppk", found.ppk);
    json.endObject();
}

void beginCapability(JsonWriter& json, const plant::Signal& signal) {
    json.beginObject().field("signal", signal.path).field("unit", signal.unit);
    write(json, "lower", signal.specification->lower);
    write(json, "upper", signal.specification->upper);
    json.field("subgroup", signal.specification->subgroup);
}

void writeCapabilities(JsonWriter& json, const KpiAnswer& answer) {
    const auto characteristics = kpi::characteristicsOf(answer.plant);
    const kpi::Bin total = totalOf(answer);
    json.key("capability").beginArray();
    for (std::size_t i = 0; i < characteristics.size(); ++i) {
        const plant::Signal& signal = answer.plant.at(characteristics[i].signal);
        beginCapability(json, signal);
        json.key("total");
        writeCapability(json, *signal.specification, characteristics[i], total.interval, total.spreads[i]);
        json.key("bins").beginArray();
        for (const kpi::Bin& bin : answer.bins)
            writeCapability(json, *signal.specification, characteristics[i], bin.interval, bin.spreads[i]);
        json.endArray().endObject();
    }
    json.endArray();
}

// --- CSV ---------------------------------------------------------------------------------------------------------------------

std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return quoted + '"';
}

std::string number(std::optional<double> value) {
    return value ? std::format(",{}", *value) : ",";
}

std::string csvLine(const KpiAnswer& answer, const kpi::Row& row, const Stretch& stretch) {
    const kpi::Tally sum = sumOf(stretch.parts);
    const kpi::Times times = timesOf(stretch.parts);
    std::string line = std::format("{},{},{},{}", field(answer.plant.at(row.equipment).path), field(stretch.label),
                                   formatTime(stretch.interval.from), formatTime(stretch.interval.to));
    for (const Duration time :
         {times.production, times.setUp, times.delay, times.down, times.plannedBusy(), times.unplanned, times.unknown})
        line += number(seconds(time));
    const auto quantities = row.sources.size() == 1 && !stretch.parts.empty()
                                ? kpi::quantitiesOf(*stretch.parts.front().source, sum)
                                : kpi::Quantities{};
    for (const auto& quantity : quantities) line += number(quantity);
    line += std::format(",{},{}", sum.failures, sum.falls) + number(costOf(stretch.parts));
    const kpi::Indicators found = kpi::indicatorsOf(stretch.parts, row.oneUnit, stretch.aoet);
    for (const kpi::IndicatorInfo& each : kpi::indicatorList()) line += number(found.*each.value);
    return line + "\r\n";
}

} // namespace

std::string kpisAsText(const KpiAnswer& answer) {
    return TextTable{answer}.write();
}

std::string kpisAsJson(const KpiAnswer& answer) {
    JsonWriter json;
    json.beginObject().field("plant", answer.plant.id).field("log", answer.log).field("currency", answer.plant.currency);
    json.field("from", formatTime(answer.window.from)).field("to", formatTime(answer.window.to));
    json.key("equipment").beginArray();
    const kpi::Bin total = totalOf(answer);
    for (const kpi::Row& row : answer.rows) {
        beginRow(json, answer.plant, row);
        writeStretch(json, row, {{}, answer.window, partsOf(answer, row, total), {}});
        json.key("bins").beginArray();
        for (const Stretch& stretch : stretchesOf(answer, row)) writeStretch(json, row, stretch);
        json.endArray().endObject();
    }
    json.endArray();
    writeCapabilities(json, answer);
    json.endObject();
    return json.text();
}

std::string kpisAsCsv(const KpiAnswer& answer) {
    std::string text = "equipment,period,from,to,apt,asut,adet,adot,pbt,unplanned,unknown";
    for (const std::string_view quantity : quantityFields) text += std::format(",{}", quantity);
    text += ",failures,countsThatFell,cost";
    for (const kpi::IndicatorInfo& each : kpi::indicatorList()) text += std::format(",{}", each.name);
    text += "\r\n";
    const kpi::Bin total = totalOf(answer);
    for (const kpi::Row& row : answer.rows) {
        for (const Stretch& stretch : stretchesOf(answer, row)) // one without a name of its own is the total
            if (answer.byOrder || answer.bins.size() > 1 || !stretch.label.empty()) text += csvLine(answer, row, stretch);
        text += csvLine(answer, row, {"total", answer.window, partsOf(answer, row, total), {}});
    }
    return text;
}

void writeKpis(JsonWriter& json, const plant::Plant& plant, const kpi::Bins& bins) {
    json.key("kpis").beginArray();
    const auto taken = bins.empty() ? std::span<const std::shared_ptr<const kpi::Bin>>{}
                                    : kpi::binsOf(bins, kpi::Period::Day, bins.back()->interval.to, plant.calendar);
    const auto rows = taken.empty() ? std::vector<kpi::Row>{} : kpi::rowsOf(plant);
    for (const kpi::Row& row : rows) {
        Stretch all{{}, {taken.front()->interval.from, taken.back()->interval.to}, {}, {}};
        for (const std::uint32_t i : row.sources) all.parts.push_back({&plant.kpis[i], kpi::tallyOf(i, taken)});
        beginRow(json, plant, row);
        writeStretch(json, row, all);
        json.endObject();
    }
    json.endArray().key("capability").beginArray();
    const auto characteristics = taken.empty() ? std::vector<kpi::Characteristic>{} : kpi::characteristicsOf(plant);
    for (std::uint32_t i = 0; i < characteristics.size(); ++i) {
        const plant::Signal& signal = plant.at(characteristics[i].signal);
        beginCapability(json, signal);
        json.key("total");
        writeCapability(json, *signal.specification, characteristics[i], {taken.front()->interval.from, taken.back()->interval.to},
                        kpi::spreadOf(i, taken));
        json.endObject();
    }
    json.endArray();
}

} // namespace millwright::app
