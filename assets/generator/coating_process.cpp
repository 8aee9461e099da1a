#include "coating_process.hpp"

#include "line.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace millwright::assets {
namespace {

// The one event of the recording, seconds. A web break ahead of the calender after 24 s of tension oscillation; the unwinder
// changes to its full roll while people rethread. (Real rethreading takes 20 to 40 min; it is shortened to 8 here.)
constexpr double oscillationAt = 996, breakAt = 1020, stoppedAt = 1023.5, doorOpenAt = 1062, tailsClearedAt = 1110,
                 feedCutAt = 1095, turretAt = 1120, feedBackAt = 1236, doorShutAt = 1262, heatAt = 1280, threadAt = 1300,
                 clearAt = 1478, unholdAt = 1560, dieInAt = 1566, executeAt = 1578, fullSpeedAt = 1640;

constexpr double runSpeed = 15, threadSpeed = 3, startSpeed = 5, coatStep = 0.25;
constexpr double slurryDensity = 2311, solids = 0.68, coatedWidth = 0.6; // g/L, share, m
constexpr std::array<double, 4> zoneSetPoints{95, 115, 125, 100}, zoneShare{0.34, 0.36, 0.22, 0.08};

double ramp(double t, double from, double to) {
    return std::clamp((t - from) / (to - from), 0.0, 1.0);
}

/// Diameter after winding `metres` of `micrometres` thick web on (negative: off).
double wound(double diameterMillimetres, double metres, double micrometres) {
    const double squared = diameterMillimetres * diameterMillimetres + 4 / std::numbers::pi * metres * 1000 * micrometres * 0.001;
    return std::sqrt(std::max(squared, coreDiameter * coreDiameter));
}

} // namespace

std::uint64_t Noise::next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

double Noise::gaussian() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(next() >> 11) * 0x1p-53;
    return sum;
}

CoatingProcess::CoatingProcess(std::uint64_t seed) : noise_{seed} {
    for (std::size_t i = 0; i < zones.size(); ++i) zones[i] = {zoneSetPoints[i], zoneSetPoints[i], zoneSetPoints[i], 13, 8};
    const double dieToGauge = webLength(coaterX + 2900, 28350) + 1.3; // from the die over the roll, m: 98 s at full speed
    pulled_ = webPastGauge_ = leaderLength = lengthOf(leaderPath());
    coatOnWeb_.assign(static_cast<std::size_t>(dieToGauge / coatStep), 220.0);
}

void CoatingProcess::step(double t, double dt) {
    plan(t, dt);
    moveWeb(t, dt);
    coat(t, dt);
    dry(t, dt);
    press(t, dt);
    serve(t);
}

/// States and commands: what the controllers and the crew do when.
void CoatingProcess::plan(double t, double dt) {
    const auto stage = [&](std::initializer_list<std::pair<double, const char*>> steps, const char* before) {
        std::string state = before;
        for (const auto& [at, name] : steps)
            if (t >= at) state = name;
        return state;
    };
    calenderState = stage({{breakAt + 0.1, "Aborting"},
                           {stoppedAt, "Aborted"},
                           {clearAt, "Clearing"},
                           {clearAt + 12, "Stopped"},
                           {clearAt + 30, "Resetting"},
                           {clearAt + 45, "Idle"},
                           {unholdAt, "Starting"},
                           {executeAt, "Execute"}},
                          "Execute");
    unwinderState = rewinderState =
        stage({{breakAt + 0.2, "Holding"}, {stoppedAt, "Held"}, {unholdAt, "Unholding"}, {executeAt, "Execute"}}, "Execute");
    coaterState = dryerState = unwinderState;
    targetSpeed_ = t < breakAt + 0.1 ? runSpeed
                   : t < threadAt    ? 0
                   : t < unholdAt    ? (pulled_ < webPastGauge_ + 0.6 ? threadSpeed : 0)
                                     : startSpeed + (runSpeed - startSpeed) * ramp(t, executeAt, fullSpeedAt);
    // Drives: quick stop in 3 s, start at 0.4 m/min per second.
    const double change = targetSpeed_ < speed ? -runSpeed / 3 * dt : 0.4 * dt;
    speed = std::abs(targetSpeed_ - speed) < std::abs(change) ? targetSpeed_ : speed + change;
    coating = t < breakAt + 0.3 || t >= dieInAt;
    feedThreaded = t < feedCutAt || t >= feedBackAt;
    if (t >= breakAt && t < threadAt) pulled_ = 0;
    if (t >= threadAt) pulled_ += speed / 60 * dt;
    leaderLength = std::min(pulled_, webPastGauge_);
    calenderThreaded = leaderLength >= webPastGauge_;
    webTorn = t >= breakAt && t < tailsClearedAt;
    rollThreaded = calenderThreaded || webTorn;
    turretAngle = 180 * ramp(t, turretAt, turretAt + 60);
    doorAngle = 78 * (ramp(t, doorOpenAt, doorOpenAt + 3) - ramp(t, doorShutAt, doorShutAt + 3));
}

void CoatingProcess::moveWeb(double t, double dt) {
    const double metres = speed / 60 * dt;
    (rollBActive() ? diameterB : diameterA) = wound(activeDiameter(), -metres, 15);
    if (calenderThreaded) windDiameter = wound(windDiameter, metres, 78);
    if (coating && calenderThreaded) madeLength += metres;
    // The oscillation that announces the break: 15 % at 0.5 Hz, growing.
    const double swing =
        t >= oscillationAt && t < breakAt ? 0.15 * ramp(t, oscillationAt, oscillationAt + 12) * std::sin(std::numbers::pi * t) : 0;
    const double holding = speed > 0.5 ? 1 : 0.6; // standing, the drives keep the web taut
    const auto tension = [&](Lag& lag, double setPoint, double phase) {
        lag.follow(setPoint * holding * (1 + phase * swing + 0.02 * noise_.gaussian()), dt);
        return std::max(0.0, lag.value);
    };
    // A broken web carries nothing from one sensor reading to the next (under 100 ms).
    if (!feedThreaded) unwindLag_.value = 0;
    if (!calenderThreaded) windLag_.value = 0;
    unwindTension = feedThreaded ? tension(unwindLag_, 110, 0.6) : 0;
    coatTension = feedThreaded ? tension(coatLag_, calenderThreaded ? 140 : 112, 0.9) : 0;
    windTension = calenderThreaded ? tension(windLag_, 160, 1) : 0;
    // The crew locks the unwinder's dancer before they cut; the rewinder's falls to its stop when the web breaks.
    const double jitter = speed > 0.5 ? 1.2 : 0.1;
    unwindDancer = std::clamp(50 + 120 * swing + jitter * noise_.gaussian(), 0.0, 100.0);
    windDancer = calenderThreaded ? std::clamp(50 + 200 * swing + jitter * noise_.gaussian(), 0.0, 100.0) : 1.2;
    edgeLag_.follow(0.5 * noise_.gaussian() * (speed > 0.5 ? 1 : 0.1) + 2.5 * swing, dt);
    edge = edgeLag_.value;
}

void CoatingProcess::coat(double t, double dt) {
    dieRetract = 50 * (ramp(t, breakAt + 0.3, breakAt + 1.8) - ramp(t, dieInAt, dieInAt + 4));
    const bool pumping = t < breakAt + 0.2 || t >= dieInAt + 2;
    flowTarget_ = pumping ? 1.26 * speed / runSpeed : 0;
    // Progressing-cavity pump: 0.5 % ripple at 0.5 Hz.
    flowLag_.follow(flowTarget_ * (1 + 0.005 * std::sin(std::numbers::pi * t)), dt);
    pumpFlow = std::max(0.0, flowLag_.value * (1 + 0.001 * noise_.gaussian()));
    pumpSpeed = flowTarget_ / 1.26 * 64;
    // What the pump's controller misses of the flow it is told; zero while the pump stands and in its first four seconds.
    const bool metering = t < breakAt + 0.2 || t >= dieInAt + 6;
    missedLag_.follow(metering ? (pumpFlow - flowTarget_) / 1.26 * 100 : 0, dt);
    flowDeviation = metering ? missedLag_.value : 0;
    pressureLag_.follow(pumping ? 22 + 146 * std::pow(flowLag_.value / 1.26, 0.72) : 0, dt);
    diePressure = std::max(0.0, pressureLag_.value + 0.8 * noise_.gaussian());
    slurryLag_.follow(25.2, dt);
    slurryTemperature = slurryLag_.value + 0.05 * noise_.gaussian();
    tankLevel = std::max(0.0, tankLevel - flowLag_.value / 60 * dt / 180 * 100); // 180 L day tank
    // What lies on the web: flow over area, kept for each quarter metre until it comes under the gauge.
    unplaced_ += speed / 60 * dt;
    while (unplaced_ >= coatStep) {
        unplaced_ -= coatStep;
        const double mass = coating && speed > 0.5 ? flowLag_.value * slurryDensity * solids / (speed * coatedWidth) : 0;
        coatOnWeb_.push_front(mass * (1 + 0.0035 * noise_.gaussian()));
        coatOnWeb_.pop_back();
    }
    arealMass = coatOnWeb_.back();
    // The head runs 0.7 m across at 0.15 m/s while the web runs.
    const double sweep = std::fmod(t * 0.15, 1.4);
    if (speed > 0.5 && calenderThreaded) gaugePosition = 1000 * (sweep < 0.7 ? sweep - 0.35 : 1.05 - sweep);
}

void CoatingProcess::dry(double t, double dt) {
    const bool cold = t >= breakAt + 6 && t < heatAt;
    const double solvent = coating && speed > 0.5 ? speed / runSpeed : 0;
    exhaustFlow = 11000 + 120 * noise_.gaussian() - (cold ? 2200 : 0);
    // 25 %{LEL} needs 17 000 m3/h at 224 kg/h; this line evaporates 56 kg/h at 15 m/min.
    const double vapour = 25.0 * 4250 * solvent / exhaustFlow;
    for (std::size_t i = 0; i < zones.size(); ++i) {
        Zone& zone = zones[i];
        zone.setPoint = cold ? 60 : zoneSetPoints[i];
        const double rate = 0.1 * dt; // 6 K/min: what the shells can follow
        zone.reference += std::clamp(zone.setPoint - zone.reference, -rate, rate);
        // The controller holds the reference against the evaporation's load; tau 120 s, sped up by its gain. On the programme's
        // slope the zone lags by 24 s * 0.1 K/s.
        const double load = 6 * zoneShare[i] * (solvent - 1);
        zone.temperature += (zone.reference - load * 0.4 - zone.temperature) * dt / 24;
        zone.air = (i == 0 ? 11.0 : 13.5) + 0.15 * noise_.gaussian() - (cold ? 3.5 : 0);
        zone.vapour += (vapour * zoneShare[i] * 4 * 0.72 - zone.vapour) * dt / 10;
    }
    residualSolvent = 430 + 30 * std::sin(t / 310) + 260 * (solvent > 0 ? std::max(0.0, (123 - zones[2].temperature) / 10) : 0);
    webTemperature = 20 + 8 * solvent + 0.2 * noise_.gaussian();
    chillWater = 12 + 1.2 * solvent + 0.1 * noise_.gaussian();
}

void CoatingProcess::press(double t, double dt) {
    const bool closed = t < breakAt + 0.1 || t >= executeAt - 8;
    loadLag_.follow(closed ? 1400 : 0, dt);
    lineLoad = std::max(0.0, loadLag_.value * (1 + 0.006 * noise_.gaussian()));
    const bool pressing = t < breakAt + 0.1 || t >= executeAt - 4;
    loadDeviation = pressing ? (lineLoad / 1400 - 1) * 100 : 0;
    // The nip opens by 3 mm at 0.1 mm/s.
    gap = 0.071 + 3 * (ramp(t, breakAt + 0.1, breakAt + 30.1) - ramp(t, executeAt - 38, executeAt - 8)) +
          (closed ? 0.0004 * noise_.gaussian() : 0);
    upperLag_.follow(closed ? 90 : 92, dt);
    lowerLag_.follow(closed ? 90 : 91.6, dt);
    rollUpper = upperLag_.value + 0.2 * noise_.gaussian();
    rollLower = lowerLag_.value + 0.2 * noise_.gaussian();
    const double swing = t >= oscillationAt && t < breakAt ? 1.4 * ramp(t, oscillationAt, breakAt) : 0;
    thickness =
        closed && speed > 0.5 && calenderThreaded
            ? std::clamp((arealMass - 220) * 0.12 + 0.45 * noise_.gaussian() + swing * std::sin(std::numbers::pi * t), -6.0, 6.0)
            : 0;
    rollSpeed = t < breakAt + 0.1 || t >= threadAt ? speed : std::max(0.0, rollSpeed - runSpeed / 3 * dt);
    vibration = std::max(0.0, 0.12 + 0.7 * rollSpeed / runSpeed + 0.04 * noise_.gaussian() + swing * 0.5);
    oilPressure = (closed ? 165 : 42) + 0.8 * noise_.gaussian();
}

void CoatingProcess::serve(double t) {
    airPressure = 6.5 + 0.08 * std::sin(t / 47) + 0.02 * noise_.gaussian();
    chilledSupply = 7.1 + 0.15 * std::sin(t / 160) + 0.03 * noise_.gaussian();
    chilledReturn = chilledSupply + 2.2 + 2.1 * speed / runSpeed;
    gridVoltage = 400 + 1.8 * std::sin(t / 90) + 0.6 * noise_.gaussian();
    hallTemperature = 22.5 + 0.2 * std::sin(t / 400);
    double heat = 0;
    for (const Zone& zone : zones) heat += (zone.setPoint > 61 ? 1.0 : 0.25) * (zone.temperature - 22);
    power = 90 + heat * 0.72 + 110 * speed / runSpeed + 3 * noise_.gaussian();
}

} // namespace millwright::assets
