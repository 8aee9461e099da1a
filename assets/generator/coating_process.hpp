#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

/// The coating line as a process: first-order lags, delays, noise and one shift event, from which the recorded log is made. The
/// same seed gives the same run. Units as in plant.toml; time in seconds since the start of the recording.
namespace millwright::assets {

/// SplitMix64 with a Gaussian on top (Irwin-Hall of 12: no libm, so the same everywhere).
class Noise {
public:
    explicit Noise(std::uint64_t seed) : state_{seed} {}
    double gaussian();

private:
    std::uint64_t next();
    std::uint64_t state_;
};

/// A value that follows its target with time constant `tau`.
struct Lag {
    double value = 0, tau = 1;
    void follow(double target, double dt) { value += (target - value) * (dt < tau ? dt / tau : 1); }
};

struct Zone {
    double temperature = 0,
           reference = 0; ///< Cel; the reference is the programmed temperature, which heats and cools at a set rate
    double setPoint = 0, air = 0, vapour = 0;
};

class CoatingProcess {
public:
    explicit CoatingProcess(std::uint64_t seed);
    /// Moves the line on by `dt` seconds to time `t`.
    void step(double t, double dt);

    // What the sensors see now.
    double speed = 15;                                                ///< m/min
    double unwindTension = 110, coatTension = 140, windTension = 160; ///< N
    double unwindDancer = 50, windDancer = 50;                        ///< %
    double edge = 0;                                                  ///< mm
    double diameterA = 212, diameterB = 460, windDiameter = 300;      ///< mm
    double turretAngle = 0, doorAngle = 0;                            ///< deg
    double pumpSpeed = 0, pumpFlow = 0, diePressure = 0, dieRetract = 0, slurryTemperature = 25, tankLevel = 78, viscosity = 4.9;
    std::array<Zone, 4> zones;
    double exhaustFlow = 11000, arealMass = 220, gaugePosition = 0, residualSolvent = 430;
    double chillWater = 12, webTemperature = 28;
    double lineLoad = 1400, gap = 0.071, rollUpper = 90, rollLower = 90, thickness = 0, vibration = 0.8, rollSpeed = 0,
           oilPressure = 165;
    double airPressure = 6.5, chilledSupply = 7.1, chilledReturn = 11.4, gridVoltage = 400, hallTemperature = 22.5, power = 520;
    double madeLength = 0;                       ///< m
    double flowDeviation = 0, loadDeviation = 0; ///< % of the flow at full speed, % of the commanded load
    double leaderLength = 0;                     ///< m of web past the gauge, up to where it meets the winding roll
    bool feedThreaded = true, calenderThreaded = true, coating = true, webTorn = false, rollThreaded = true;
    std::string unwinderState = "Execute", coaterState = "Execute", dryerState = "Execute", calenderState = "Execute",
                rewinderState = "Execute";

    [[nodiscard]] bool rollBActive() const { return turretAngle > 90; }
    [[nodiscard]] double activeDiameter() const { return rollBActive() ? diameterB : diameterA; }

private:
    void plan(double t, double dt);
    void moveWeb(double t, double dt);
    void coat(double t, double dt);
    void dry(double t, double dt);
    void press(double t, double dt);
    void serve(double t);

    Noise noise_;
    Lag unwindLag_{110, 0.15}, coatLag_{140, 0.15}, windLag_{160, 0.15}, flowLag_{1.26, 0.4}, pressureLag_{168, 0.8},
        loadLag_{1400, 0.3};
    Lag edgeLag_{0, 3}, slurryLag_{25, 900}, upperLag_{90, 1200}, lowerLag_{90, 1200}, missedLag_{0, 2};
    double targetSpeed_ = 15, flowTarget_ = 1.26;
    std::deque<double> coatOnWeb_;         ///< g/m2 of each `coatStep` of web between die and gauge, newest first
    double pulled_ = 0, webPastGauge_ = 0; ///< m
    double unplaced_ = 0;                  ///< metres of web run since the last piece
};

} // namespace millwright::assets
