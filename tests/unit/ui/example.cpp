#include "unit/ui/example.hpp"

#include <millwright/twin/twin.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

namespace millwright::ui::example {
namespace {

using namespace std::chrono_literals;

class Builder {
public:
    plant::Plant plant;

    EquipmentIndex add(std::string id, std::string name, plant::Level level, EquipmentIndex parent) {
        plant::Equipment e;
        e.path = parent == noEquipment ? id : plant.at(parent).path + "/" + id;
        e.id = std::move(id);
        e.name = std::move(name);
        e.level = level;
        e.parent = parent;
        plant.equipment.push_back(std::move(e));
        return static_cast<EquipmentIndex>(plant.equipment.size() - 1);
    }

    plant::Signal& signal(EquipmentIndex owner, std::string id, std::string name, std::string unit, int decimals) {
        plant::Signal s;
        s.path = plant.at(owner).path + "/" + id;
        s.id = std::move(id);
        s.name = std::move(name);
        s.unit = std::move(unit);
        s.decimals = decimals;
        s.equipment = owner;
        plant.signals.push_back(std::move(s));
        plant.equipment[index(owner)].signals.push_back(static_cast<SignalIndex>(plant.signals.size() - 1));
        return plant.signals.back();
    }
};

void addAlarms(plant::Plant& plant) {
    const auto add = [&](std::string_view signal, plant::AlarmKind kind, double limit, plant::AlarmPriority priority,
                         std::string name) -> plant::Alarm& {
        plant::Alarm alarm;
        for (std::size_t i = 0; i < plant.signals.size(); ++i)
            if (plant.signals[i].path.view().ends_with(signal)) alarm.signal = static_cast<SignalIndex>(i);
        alarm.equipment = plant.at(alarm.signal).equipment;
        alarm.id = std::format("a{}", plant.alarms.size());
        alarm.path = plant.at(alarm.equipment).path + "/" + alarm.id;
        alarm.name = std::move(name);
        alarm.kind = kind;
        alarm.limit = limit;
        alarm.priority = priority;
        alarm.maximumShelving = 8h;
        alarm.measure.code = {{plant::Expression::Op::Number, alarm.signal}};
        alarm.measure.signals = {alarm.signal};
        alarm.action = "Look at it and do what the procedure for this machine says, then write down what it was";
        return plant.alarms.emplace_back(std::move(alarm));
    };
    using Kind = plant::AlarmKind;
    using Priority = plant::AlarmPriority;
    add("/web-tension", Kind::LowLow, 30, Priority::Urgent, "Web tension lost 장력 손실").latching = true;
    add("/web-speed", Kind::Low, 5, Priority::High, "Line stands").cause = "A machine of the line has stopped it";
    add("/pump-flow", Kind::Low, 2.05, Priority::Medium, "Slurry flow low");
    add("/zone-3", Kind::High, 130, Priority::Low, "Zone 3 warm 三區過熱");
    add("/die-pressure", Kind::High, 300, Priority::Urgent, "Die pressure high");
}

double tensionAt(double s) {
    const double noise = 2.5 * std::sin(s * 1.7) + 1.5 * std::sin(s * 0.61);
    if (s < 750) return 128 + noise;
    if (s < 990) return std::max(4.0, 128 - (s - 750) * 40);
    return 128 + noise - 60 * std::exp(-(s - 990) / 20);
}

} // namespace

plant::Plant coatingLine() {
    Builder b;
    b.plant.id = "battery";
    b.plant.name = "Battery cell plant";
    b.plant.description =
        "Electrode coating line of a pouch-cell plant: unwinder, slot-die coater, four-zone dryer, calender, rewinder.";
    const auto site = b.add("battery", "Battery cell plant", plant::Level::Site, noEquipment);
    const auto area = b.add("electrode", "Electrode", plant::Level::Area, site);
    const auto line = b.add("coating", "Coating line 1", plant::Level::Line, area);
    const auto unwinder = b.add("unwinder", "Unwinder", plant::Level::Equipment, line);
    const auto coater = b.add("coater-1", "Slot-die coater 슬롯다이 코터", plant::Level::Equipment, line);
    const auto dryer = b.add("dryer", "Dryer 烘箱", plant::Level::Equipment, line);
    b.add("calender", "Calender", plant::Level::Equipment, line);
    b.add("rewinder", "Rewinder with turret, splice table and edge guide", plant::Level::Equipment, line);

    b.signal(unwinder, "diameter", "Roll diameter", "mm", 0).range = {{100, 700}};
    b.signal(unwinder, "brake", "Brake", "", 0).type = ValueType::Boolean;
    auto& state = b.signal(coater, "state", "State", "", 0);
    state.type = ValueType::String;
    state.states = {"Execute", "Holding", "Held", "Unholding"};
    plant::KpiSource& kpis = b.plant.kpis.emplace_back();
    kpis.equipment = coater;
    kpis.state = static_cast<SignalIndex>(b.plant.signals.size() - 1);
    kpis.elementOf = plant::usualElements();
    kpis.isFailure = plant::usualFailures();
    auto& tension = b.signal(coater, "web-tension", "Web tension", "N", 1);
    tension.range = {{0, 320}};
    tension.limits = {30, 60, 230, 300};
    b.signal(coater, "web-speed", "Web speed", "m/min", 1).range = {{0, 40}};
    b.signal(coater, "pump-flow", "Pump flow", "L/min", 3).limits = {1.9, 2.0, 2.2, 2.3};
    auto& pressure = b.signal(coater, "die-pressure", "Die pressure 다이 압력", "kPa", 0);
    pressure.range = {{0, 400}};
    pressure.limits = {40, 60, 280, 350};
    auto& mass = b.signal(coater, "areal-mass", "Areal mass of the wet coating, cathode side", "g/m2", 1);
    mass.limits = {214.5, 216.7, 223.3, 225.5};
    mass.specification = plant::Specification{216.7, 223.3, 5};
    b.signal(coater, "edge", "Edge position", "mm", 2).range = {{-2, 2}};
    b.signal(coater, "count", "Sheets", "", 0).type = ValueType::Integer;
    for (int zone = 1; zone <= 4; ++zone) {
        auto& t = b.signal(dryer, "zone-" + std::to_string(zone), "Zone " + std::to_string(zone) + " temperature", "Cel", 1);
        t.range = {{20, 160}};
        t.limits = {80.0 + 10 * zone, 85.0 + 10 * zone, 105.0 + 10 * zone, 115.0 + 10 * zone};
    }
    b.signal(dryer, "vapour", "Zone vapour", "%{LEL}", 1).limits = {std::nullopt, std::nullopt, 20, 25};
    b.plant.cameras = {{"overview", "Overview", {20, 12, 25}, {0, 1, 0}, 0.8},
                       {"coater", "Coating head", {3, 2, 5}, {0, 1, 0}, 0.8},
                       {"dryer", "Dryer 烘箱", {9, 3, 8}, {9, 1, 0}, 0.8}};
    addAlarms(b.plant);
    return std::move(b.plant);
}

ListSource::ListSource(const plant::Plant& plant, std::vector<telemetry::Sample> samples, std::shared_ptr<StringTable> strings)
    : conversions_(plant.signals.size()), samples_{std::move(samples)}, strings_{std::move(strings)} {}

Result<std::span<const telemetry::Sample>> ListSource::next(std::size_t maximum) {
    if (at_ >= failAfter_) return failure(ErrorCode::Malformed, "the chunk is damaged", "log.mcap:1234");
    const std::size_t count = std::min({maximum, samples_.size() - at_, failAfter_ - at_});
    at_ += count;
    return std::span{samples_}.subspan(at_ - count, count);
}

Result<telemetry::Keyframe> ListSource::seek(Time time) {
    at_ = static_cast<std::size_t>(std::ranges::upper_bound(samples_, time, {}, &telemetry::Sample::time) - samples_.begin());
    std::map<SignalIndex, telemetry::Keyframe::Entry> entries;
    for (const telemetry::Sample& sample : std::span{samples_}.first(at_)) {
        telemetry::Keyframe::Entry& entry = entries[sample.signal];
        entry.last = sample;
        if (sample.type != ValueType::String) entry.integral.add(sample.time, sample.value.asNumber(sample.type), sample.quality);
    }
    telemetry::Keyframe keyframe{.time = time, .entries = {}, .complete = true};
    for (const auto& [signal, entry] : entries) keyframe.entries.push_back(entry);
    return keyframe;
}

TimeInterval ListSource::span() const {
    return samples_.empty() ? TimeInterval{} : TimeInterval{samples_.front().time, samples_.back().time};
}

std::unique_ptr<ListSource> recording(const plant::Plant& plant, const std::shared_ptr<StringTable>& strings) {
    std::vector<telemetry::Sample> samples;
    const auto add = [&](int second, std::string_view path, Value value, ValueType type = ValueType::Float,
                         Quality quality = Quality::Good) {
        for (std::size_t i = 0; i < plant.signals.size(); ++i)
            if (plant.signals[i].path.view().ends_with(path))
                samples.push_back({start + std::chrono::seconds{second}, value, static_cast<SignalIndex>(i), type, quality});
    };
    for (int s = 0; s <= 1800; ++s) {
        const bool stopped = s >= 750 && s < 990;
        if (s == 0 || s == 990) add(s, "/state", Value::of(strings->add(s == 0 ? "Execute" : "Unholding")), ValueType::String);
        if (s == 1020) add(s, "/state", Value::of(strings->add("Execute")), ValueType::String);
        if (s == 750 || s == 758) add(s, "/state", Value::of(strings->add(s == 750 ? "Holding" : "Held")), ValueType::String);
        add(s, "/web-tension", Value::of(tensionAt(s)));
        add(s, "/web-speed", Value::of(stopped ? 0.0 : 25 + 0.1 * std::sin(s * 0.3)));
        add(s, "/pump-flow", Value::of(stopped ? 2.03 : 2.1 + 0.01 * std::sin(s * 0.9)));
        add(s, "/die-pressure", Value::of(165 + 8 * std::sin(s * 0.05)));
        add(s, "/diameter", Value::of(680 - s * 0.05));
        if (s % 5 == 0)
            add(s, "/areal-mass", Value::of(220.0 + 0.8 * std::sin(s * 0.11)), ValueType::Float,
                s > 700 ? Quality::Bad : Quality::Good);
        add(s, "/edge", Value::of(0.2 * std::sin(s * 0.21)), ValueType::Float, s > 600 ? Quality::Stale : Quality::Good);
        if (s % 60 == 0) add(s, "/count", Value::of(std::int64_t{10'000} + s), ValueType::Integer);
        if (s == 0 || s == 750 || s == 990) add(s, "/brake", Value::of(s == 750), ValueType::Boolean);
        for (int zone = 1; zone <= 4; ++zone)
            add(s, "/zone-" + std::to_string(zone),
                Value::of(95.0 + 10 * zone + (zone == 3 ? 12 * std::clamp((s - 760) / 60.0, 0.0, 1.0) : 0) +
                          0.4 * std::sin(s * 0.13 * zone)));
        add(s, "/vapour", Value::of(9 + std::sin(s * 0.02)));
    }
    std::ranges::stable_sort(samples, {}, [](const telemetry::Sample& s) { return std::pair{s.time, s.signal}; });
    return std::make_unique<ListSource>(plant, std::move(samples), strings);
}

World::World(Duration at) {
    auto source = recording(plant, strings);
    frame.log = log;
    frame.time = start + at;
    frame.strings = strings;
    frame.signals.resize(plant.signals.size());
    twin::Twin twin{plant};
    twin.connect(source->conversions(), strings);
    twin.reset(start - 1s);
    for (auto samples = source->next(1u << 20); const telemetry::Sample& s : *samples) {
        if (s.time > frame.time) break;
        twin.apply({&s, 1});
        frame.signals[index(s.signal)] = {.value = s.value, .time = s.time, .quality = s.quality, .known = true};
        ++frame.samplesApplied;
    }
    twin.advance(frame.time);
    frame.alarms.assign(twin.alarms().begin(), twin.alarms().end());
    attention.update(plant, frame.signals, frame.alarms);
    overview = std::make_unique<LogOverview>(plant, recording(plant, strings));
    overview->wait();
    (void)overview->binsUpTo(frame.time);
    overview->waitForKpis();
    measured = overview->binsUpTo(frame.time);
}

Model World::model() const {
    Model m;
    m.plant = &plant;
    m.frame = &frame;
    m.attention = &attention;
    m.overview = overview.get();
    m.measured = measured.get();
    m.kpiRows = kpiRows;
    m.characteristics = characteristics;
    m.states = overview->states();
    m.logStatus = LogStatus::Ready;
    m.logName = "2026-11-20 coating.mcap";
    m.labels = labels;
    m.frameMilliseconds = 16.7;
    m.gpuName = "llvmpipe (LLVM 19.1.7, 256 bits)";
    m.viewportImage = 1;
    return m;
}

} // namespace millwright::ui::example
