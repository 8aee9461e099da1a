#include "coating_log.hpp"

#include "coating_process.hpp"

#include <millwright/telemetry/log_writer.hpp>

#include <cmath>
#include <functional>
#include <numbers>
#include <variant>
#include <vector>

namespace millwright::assets {
namespace {

using Read = std::variant<std::function<double()>, std::function<bool()>, std::function<std::string()>>;

/// One recorded signal: sampled every `every` tenths of a second and rounded as its transmitter resolves it. States and booleans
/// are recorded when they change, and once every ten seconds.
struct Channel {
    telemetry::LogChannel log;
    int every = 10;
    double resolution = 0.01;
    Read read;
    std::string lastText;
    bool lastBoolean = false;
};

class Recording {
public:
    explicit Recording(CoatingProcess& line) : line_{line} {
        unwinder();
        coater();
        dryer();
        calender();
        rest();
    }

    [[nodiscard]] std::vector<telemetry::LogChannel> channels() const {
        std::vector<telemetry::LogChannel> out;
        for (const Channel& channel : channels_) out.push_back(channel.log);
        return out;
    }

    /// Appends what is due at `step` tenths of a second.
    void sample(int step, Time time, std::vector<telemetry::Sample>& out, StringTable& strings) {
        for (std::size_t i = 0; i < channels_.size(); ++i) {
            Channel& channel = channels_[i];
            telemetry::Sample sample{time, {}, SignalIndex{static_cast<std::uint32_t>(i)}, channel.log.type};
            if (const auto* number = std::get_if<std::function<double()>>(&channel.read)) {
                // Spread over the second: transmitters are not read all at once.
                if ((step + static_cast<int>(i)) % channel.every != 0) continue;
                sample.value = Value::of(std::round((*number)() / channel.resolution) * channel.resolution);
            } else if (const auto* truth = std::get_if<std::function<bool()>>(&channel.read)) {
                const bool value = (*truth)();
                if (step % 100 != 0 && value == channel.lastBoolean) continue;
                channel.lastBoolean = value;
                sample.value = Value::of(value);
            } else {
                const std::string value = std::get<std::function<std::string()>>(channel.read)();
                if (step % 100 != 0 && value == channel.lastText) continue;
                channel.lastText = value;
                sample.value = Value::of(strings.add(value));
            }
            out.push_back(sample);
        }
    }

private:
    static constexpr int fast = 1, normal = 10;

    void number(const std::string& topic, const char* unit, int every, double resolution, std::function<double()> read) {
        channels_.push_back({{topic, ValueType::Float, unit, {}}, every, resolution, std::move(read), {}, false});
    }
    void truth(const std::string& topic, std::function<bool()> read) {
        channels_.push_back({{topic, ValueType::Boolean, "", {}}, 1, 1, std::move(read), {}, false});
    }
    void state(const std::string& topic, std::string& source) {
        channels_.push_back(
            {{topic, ValueType::String, "", {}}, 1, 1, std::function<std::string()>([&source] { return source; }), {}, false});
    }

    static double perMinute(double metresPerMinute, double diameterMillimetres) {
        return metresPerMinute * 1000 / (std::numbers::pi * diameterMillimetres);
    }

    void unwinder() {
        const std::string at = "electrode/coating/unwinder-1/";
        state(at + "state", line_.unwinderState);
        number(at + "web-tension", "N", fast, 0.1, [this] { return line_.unwindTension; });
        number(at + "dancer-position", "%", fast, 0.1, [this] { return line_.unwindDancer; });
        number(at + "edge-position", "mm", fast, 0.01, [this] { return line_.edge; });
        number(at + "roll-a-diameter", "mm", normal, 0.01, [this] { return line_.diameterA; });
        number(at + "roll-b-diameter", "mm", normal, 0.01, [this] { return line_.diameterB; });
        number(at + "active-diameter", "mm", normal, 0.01, [this] { return line_.activeDiameter(); });
        number(at + "spindle-a-speed", "/min", normal, 0.01,
               [this] { return line_.rollBActive() ? 0 : perMinute(line_.speed, line_.diameterA); });
        number(at + "spindle-b-speed", "/min", normal, 0.01,
               [this] { return line_.rollBActive() ? perMinute(line_.speed, line_.diameterB) : 0; });
        number(at + "turret-angle", "deg", normal, 0.1, [this] { return line_.turretAngle; });
        number(at + "door-angle", "deg", normal, 0.1, [this] { return line_.doorAngle; });
        truth(at + "web-threaded", [this] { return line_.feedThreaded; });
    }

    void coater() {
        const std::string at = "electrode/coating/coater-1/";
        state(at + "state", line_.coaterState);
        number(at + "web-speed", "m/min", fast, 0.01, [this] { return line_.speed; });
        number(at + "web-tension", "N", fast, 0.1, [this] { return line_.coatTension; });
        number(at + "pump-flow", "L/min", fast, 0.0005, [this] { return line_.pumpFlow; });
        number(at + "flow-deviation", "%", normal, 0.01, [this] { return line_.flowDeviation; });
        number(at + "pump-speed", "/min", normal, 0.1, [this] { return line_.pumpSpeed; });
        number(at + "die-pressure", "kPa", fast, 0.1, [this] { return line_.diePressure; });
        number(at + "die-retraction", "mm", 2, 0.01, [this] { return line_.dieRetract; });
        number(at + "slurry-temperature", "Cel", normal, 0.01, [this] { return line_.slurryTemperature; });
        number(at + "slurry-viscosity", "Pa.s", 100, 0.01, [this] { return line_.viscosity; });
        number(at + "tank-level", "%", normal, 0.01, [this] { return line_.tankLevel; });
        truth(at + "coating", [this] { return line_.coating; });
    }

    void dryer() {
        const std::string at = "electrode/coating/dryer-1/";
        state(at + "state", line_.dryerState);
        number(at + "exhaust-flow", "m3/h", normal, 1, [this] { return line_.exhaustFlow; });
        for (std::size_t i = 0; i < line_.zones.size(); ++i) {
            const Zone& zone = line_.zones[i];
            const std::string in = at + "zone-" + std::to_string(i + 1) + "/";
            number(in + "temperature", "Cel", normal, 0.05, [&zone, this] { return zone.temperature + 0.4 * noise_.gaussian(); });
            number(in + "set-point", "Cel", normal, 0.5, [&zone] { return zone.setPoint; });
            number(in + "deviation", "K", normal, 0.05,
                   [&zone, this] { return zone.temperature - zone.reference + 0.2 * noise_.gaussian(); });
            number(in + "nozzle-air", "m/s", normal, 0.05, [&zone] { return zone.air; });
            number(in + "vapour", "%{LEL}", normal, 0.05,
                   [&zone, this] { return std::max(0.0, zone.vapour + 0.3 * noise_.gaussian()); });
        }
        const std::string out = "electrode/coating/outfeed-1/";
        number(out + "areal-mass", "g/m2", normal, 0.05, [this] { return line_.arealMass; });
        number(out + "gauge-position", "mm", 2, 1, [this] { return line_.gaugePosition; });
        number(out + "residual-solvent", "[ppm]", 50, 1, [this] { return line_.residualSolvent; });
        number(out + "web-temperature", "Cel", normal, 0.1, [this] { return line_.webTemperature; });
        number(out + "chill-water-temperature", "Cel", normal, 0.05, [this] { return line_.chillWater; });
    }

    void calender() {
        const std::string at = "electrode/coating/calender-1/";
        state(at + "state", line_.calenderState);
        number(at + "line-load", "N/mm", fast, 1, [this] { return line_.lineLoad; });
        number(at + "load-deviation", "%", normal, 0.1, [this] { return line_.loadDeviation; });
        number(at + "gap", "mm", 2, 0.0005, [this] { return line_.gap; });
        number(at + "roll-speed", "m/min", normal, 0.01, [this] { return line_.rollSpeed; });
        number(at + "upper-roll-temperature", "Cel", normal, 0.05, [this] { return line_.rollUpper; });
        number(at + "lower-roll-temperature", "Cel", normal, 0.05, [this] { return line_.rollLower; });
        number(at + "thickness-deviation", "um", fast, 0.05, [this] { return line_.thickness; });
        number(at + "roll-vibration", "mm/s", normal, 0.01, [this] { return line_.vibration; });
        number(at + "oil-pressure", "bar", normal, 0.1, [this] { return line_.oilPressure; });
        truth(at + "web-present", [this] { return line_.calenderThreaded; });
    }

    void rest() {
        const std::string at = "electrode/coating/rewinder-1/";
        state(at + "state", line_.rewinderState);
        number(at + "web-tension", "N", fast, 0.1, [this] { return line_.windTension; });
        number(at + "dancer-position", "%", fast, 0.1, [this] { return line_.windDancer; });
        number(at + "roll-diameter", "mm", normal, 0.01, [this] { return line_.windDiameter; });
        number(at + "spindle-speed", "/min", normal, 0.01,
               [this] { return line_.calenderThreaded ? perMinute(line_.speed, line_.windDiameter) : 0; });
        number(at + "web-speed", "m/min", normal, 0.01, [this] { return line_.calenderThreaded ? line_.speed : 0; });
        truth(at + "web-threaded", [this] { return line_.rollThreaded; });
        number("electrode/coating/web/leader-length", "m", normal, 0.01, [this] { return line_.leaderLength; });
        truth("electrode/coating/web/torn", [this] { return line_.webTorn; });
        number("electrode/coating/good-length", "m", normal, 0.1, [this] { return line_.madeLength; });
        number("utilities/power", "kW", normal, 0.5, [this] { return line_.power; });
        number("utilities/compressed-air", "bar", normal, 0.01, [this] { return line_.airPressure; });
        number("utilities/chilled-water-supply", "Cel", normal, 0.02, [this] { return line_.chilledSupply; });
        number("utilities/chilled-water-return", "Cel", normal, 0.02, [this] { return line_.chilledReturn; });
        number("utilities/grid-voltage", "V", normal, 0.1, [this] { return line_.gridVoltage; });
        number("utilities/hall-temperature", "Cel", 100, 0.05, [this] { return line_.hallTemperature; });
    }

    CoatingProcess& line_;
    Noise noise_{0x5EED'0002};
    std::vector<Channel> channels_;
};

} // namespace

Result<std::uint64_t> writeCoatingLog(const std::filesystem::path& file) {
    constexpr int steps = 30 * 60 * 10;
    const Time start = parseTime("2026-03-17T06:00:00Z").value();
    CoatingProcess line(0x5EED'0001);
    Recording recording(line);
    auto writer = telemetry::LogWriter::create(file, recording.channels());
    if (!writer) return std::unexpected(writer.error());
    StringTable strings;
    std::vector<telemetry::Sample> samples;
    for (int step = 0; step <= steps; ++step) {
        line.step(step * 0.1, 0.1);
        recording.sample(step, start + step * std::chrono::milliseconds(100), samples, strings);
        if (samples.size() < 4096 && step < steps) continue;
        if (auto written = writer->write(samples, strings); !written) return std::unexpected(written.error());
        samples.clear();
    }
    if (auto closed = writer->close(); !closed) return std::unexpected(closed.error());
    return writer->samplesWritten();
}

} // namespace millwright::assets
