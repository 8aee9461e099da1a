#include "sim/cell_bank.hpp"
#include "sim/elementary.hpp"

#include <millwright/core/hash.hpp>
#include <millwright/core/units.hpp>
#include <millwright/plant/process_value.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/record.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <limits>
#include <optional>

namespace millwright::sim {
namespace {

using plant::FaultKind;
using plant::Shows;
using telemetry::Sample;

constexpr std::array packml{"Execute", "Suspended", "Suspended", "Held", "Resetting",
                            "Stopped", "Stopped",   "Suspended", "Idle"}; // in the order of Activity
// Of a vehicle, in the order of VehicleActivity: places in `packml`.
constexpr std::size_t idle = plant::activities; // behind what machines do
constexpr std::array<std::size_t, vehicleActivities> ofVehicle{0, 0, 0, idle, 1, idle, 3};
static_assert(packml.size() == idle + 1);
constexpr std::size_t samplesAtOnce = 32'768;

/// One signal while it is recorded.
struct Channel {
    const plant::ProcessSignal* drive = nullptr;
    ValueType type = ValueType::Float;
    double step = 0;          // what values are rounded to
    std::uint32_t stream = 0; // of the noise
    Stream noise;
    Duration due{}; // next sample of a number, after the beginning of the run
    double target = 0, value = 0;
    double before = 0, integral = 0; // with a controller: the value a sample before, and its integral
    std::size_t cell = 0;            // Voltage to Capacity: place in the bank
    units::Conversion inUnit{};      // likewise: from what the bank tells to the signal's unit
    bool begun = false;
    std::optional<Value> last; // of the last sample
    bool silent = false;       // in a drop-out that was announced
    Sample waiting{};          // the newest sample of this moment, of which only the last counts
    bool isWaiting = false;
    std::vector<const plant::ProcessFault*> faults; // of the feed
};

class Recorder {
public:
    Recorder(const plant::Plant& plant, const plant::Process& process, Simulation& simulation, const RecordPlan& plan)
        : simulation_{simulation}, plan_{plan}, began_{simulation.now()}, cells_{process, simulation, noiseSeed_} {
        for (const plant::ProcessSignal& drive : process.signals) {
            if (drive.vehicle && *drive.vehicle >= process.fleets[drive.of].vehicles) continue; // a scenario has fewer
            const plant::Signal& signal = plant.at(drive.signal);
            Channel channel{.drive = &drive, .type = signal.type, .due = began_};
            channel.step = std::pow(10.0, -std::min(signal.decimals + 1, 9));
            channel.stream = static_cast<std::uint32_t>(digest(std::as_bytes(std::span{signal.path.view()})).low);
            if (isOfCell(drive.shows)) {
                channel.cell = cells_.add(drive.of, drive.channel);
                channel.inUnit = units::convert(plant::unitOf(drive.shows), signal.unit).value_or(units::Conversion{});
            }
            for (const plant::ProcessFault& fault : process.faults)
                if (std::ranges::contains(fault.signals, drive.signal)) channel.faults.push_back(&fault);
            channels_.push_back(std::move(channel));
            described_.push_back({std::string{signal.topic}, signal.type, std::string{signal.unit}, {}});
        }
        for (std::size_t i = 0; i < packml.size(); ++i) states_[i] = strings_.add(packml[i]);
        for (const plant::ProcessFault& fault : process.faults)
            if (fault.kind == FaultKind::Failure && fault.at >= began_) failures_.push_back(&fault);
        std::ranges::stable_sort(failures_, {}, &plant::ProcessFault::at);
    }

    Result<std::uint64_t> run(const std::filesystem::path& path, const Progress& progress) {
        auto writer = telemetry::LogWriter::create(path, described_);
        if (!writer) return std::unexpected(writer.error());
        for (Duration now = began_; now <= plan_.to; now = nextTime()) {
            if (auto done = advance(now); !done) return std::unexpected(done.error());
            for (std::size_t i = 0; i < channels_.size(); ++i) look(i, now);
            for (Channel& channel : channels_)
                if (channel.isWaiting && channel.waiting.time < timeOf(now)) settle(channel);
            if (samples_.size() < samplesAtOnce) continue;
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while simulating");
            progress(seconds(now - began_) / seconds(plan_.to - began_), formatDuration(now));
            if (auto written = flush(*writer); !written) return std::unexpected(written.error());
        }
        if (auto done = advance(plan_.to); !done) return std::unexpected(done.error());
        for (Channel& channel : channels_) settle(channel);
        if (auto written = flush(*writer); !written) return std::unexpected(written.error());
        if (auto closed = writer->close(); !closed) return std::unexpected(closed.error());
        return writer->samplesWritten();
    }

private:
    static bool isOfCell(Shows shows) { return shows >= Shows::Voltage; }
    static bool isSampled(const Channel& channel) {
        return channel.type == ValueType::Float || channel.drive->shows == Shows::Quantity || isOfCell(channel.drive->shows);
    }

    [[nodiscard]] Duration nextTime() const {
        Duration next = Duration::max();
        for (const Channel& channel : channels_)
            if (isSampled(channel)) next = std::min(next, channel.due);
        return next == Duration::max() ? plan_.to + Duration{1} : next;
    }

    // The run up to `to`, with the failures that are planned, looking at what changes with every event.
    Result<void> advance(Duration to) {
        while (nextFailure_ < failures_.size() && failures_[nextFailure_]->at <= to) {
            const plant::ProcessFault& fault = *failures_[nextFailure_++];
            if (auto done = events(fault.at); !done) return done;
            simulation_.failNow(fault.station, fault.failure);
            lookAtChanges();
        }
        return events(to);
    }

    Result<void> events(Duration to) {
        for (;;) {
            const auto happened = simulation_.step(to);
            if (!happened) return std::unexpected(happened.error());
            if (!*happened) break;
            lookAtChanges();
        }
        auto done = simulation_.runTo(to);
        cells_.follow(); // a run may begin with work, before any event
        return done;
    }

    void lookAtChanges() {
        cells_.follow();
        for (std::size_t i = 0; i < channels_.size(); ++i)
            if (!isSampled(channels_[i])) look(i, simulation_.now());
    }

    // Samples a channel where it is due or has changed.
    void look(std::size_t index, Duration now) {
        Channel& channel = channels_[index];
        const bool sampled = isSampled(channel);
        if (sampled && channel.due > now) return;
        const Value value = valueOf(channel);
        const bool first = !channel.begun;
        channel.begun = true;
        if (sampled) channel.due = now + channel.drive->every;
        const Value shown = channel.isWaiting ? channel.waiting.value : channel.last.value_or(value);
        if (!first && channel.type != ValueType::Float && value.bits == shown.bits) return;
        if (channel.isWaiting && channel.waiting.time != timeOf(now)) settle(channel);
        channel.waiting = {timeOf(now), value, SignalIndex{static_cast<std::uint32_t>(index)}, channel.type, Quality::Good};
        channel.isWaiting = true;
        if (channel.type == ValueType::Float) settle(channel);
    }

    [[nodiscard]] Time timeOf(Duration now) const { return plan_.start + (now - began_); }

    [[nodiscard]] Value valueOf(Channel& channel) {
        const plant::ProcessSignal& drive = *channel.drive;
        if (drive.vehicle) return valueOf(channel, simulation_.vehicle(drive.of, *drive.vehicle));
        switch (drive.shows) {
        case Shows::State: return Value::of(states_[static_cast<std::size_t>(simulation_.activity(drive.of))]);
        case Shows::Finished: {
            const std::uint64_t count = simulation_.finished(drive.of);
            return asType(channel,
                          drive.offset + drive.scale * static_cast<double>(drive.modulo > 0 ? count % drive.modulo : count));
        }
        case Shows::Content: return asType(channel, follow(channel, drive.offset + drive.scale * simulation_.content(drive.of)));
        case Shows::Quantity: return asType(channel, quantity(channel) + noise(channel));
        default: break;
        }
        const double shown = cells_.shown(drive.shows, channel.cell) * channel.inUnit.scale + channel.inUnit.offset;
        return asType(channel, shown + noise(channel));
    }

    double noise(Channel& channel) const {
        if (channel.drive->noise <= 0) return 0;
        return channel.drive->noise * inverseNormal(toOpenUniform(channel.noise.next(noiseSeed_, channel.stream)));
    }

    double quantity(Channel& channel) {
        const plant::ProcessSignal& drive = *channel.drive;
        double wanted = drive.targets[static_cast<std::size_t>(simulation_.activity(drive.of))];
        if (drive.wear != 0) {
            const std::uint64_t cycles = simulation_.finished(drive.of);
            wanted += drive.wear * static_cast<double>(drive.modulo > 0 ? cycles % drive.modulo : cycles);
        }
        return follow(channel, wanted);
    }

    [[nodiscard]] Value valueOf(const Channel& channel, const VehicleNow& vehicle) const {
        const plant::ProcessSignal& drive = *channel.drive;
        const auto scaled = [&](double value) { return asType(channel, drive.offset + drive.scale * value); };
        switch (drive.shows) {
        case Shows::State: return Value::of(states_[ofVehicle[static_cast<std::size_t>(vehicle.activity)]]);
        case Shows::X: return scaled(vehicle.at[0]);
        case Shows::Y: return scaled(vehicle.at[1]);
        case Shows::Z: return scaled(vehicle.at[2]);
        case Shows::Heading: return scaled(vehicle.heading);
        case Shows::Driven: return scaled(vehicle.driven);
        case Shows::Loaded: return scaled(vehicle.loaded ? 1 : 0);
        case Shows::Charge: return scaled(vehicle.charge);
        default: return {};
        }
    }

    // First-order lag after a set point that moves no faster than its ramp.
    static double follow(Channel& channel, double wanted) {
        const double dt = seconds(channel.drive->every), lag = seconds(channel.drive->lag);
        if (!channel.begun) {
            // As if it had been controlled for long.
            if (channel.drive->pid && channel.drive->pid->reset > Duration::zero())
                channel.integral = wanted / channel.drive->pid->gain;
            return channel.value = channel.before = channel.target = wanted;
        }
        const double most = channel.drive->ramp > 0 ? channel.drive->ramp * dt : std::abs(wanted - channel.target);
        channel.target += std::clamp(wanted - channel.target, -most, most);
        if (lag <= 0) return channel.value = channel.target;
        const double tends = channel.drive->pid ? controlled(channel, *channel.drive->pid, dt) : channel.target;
        channel.before = channel.value;
        return channel.value += (tends - channel.value) * (1 - naturalExponential(-std::min(dt / lag, 600.0)));
    }

    // The output of a controller that has seen the quantity until now.
    static double controlled(Channel& channel, const plant::Control& pid, double dt) {
        const double error = channel.target - channel.value;
        const double part = pid.reset > Duration::zero() ? error * dt / seconds(pid.reset) : 0;
        const double change = (channel.value - channel.before) / dt;
        const double output = pid.gain * (error + channel.integral + part - seconds(pid.rate) * change);
        if (output >= pid.low && output <= pid.high) channel.integral += part;
        return std::clamp(output, pid.low, pid.high);
    }

    // The nearest integer that there is: a scale may lead beyond them all.
    static std::int64_t toInteger(double number) {
        constexpr double end = 0x1p63;
        if (number >= end) return std::numeric_limits<std::int64_t>::max();
        return number < -end ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(std::llround(number));
    }

    static Value asType(const Channel& channel, double number) {
        switch (channel.type) {
        case ValueType::Integer: return Value::of(toInteger(number));
        case ValueType::Boolean: return Value::of(number >= 0.5);
        default: return Value::of(std::round(number / channel.step) * channel.step);
        }
    }

    // Hands out the sample that waits, as the faults of its feed leave it.
    void settle(Channel& channel) {
        if (!channel.isWaiting) return;
        channel.isWaiting = false;
        Sample sample = channel.waiting;
        const Duration at = sample.time - plan_.start + began_;
        bool silent = false, stuck = false;
        for (const plant::ProcessFault* fault : channel.faults) {
            if (at < fault->at || at >= fault->at + fault->lasts) continue;
            silent = silent || fault->kind == FaultKind::DropOut;
            stuck = stuck || fault->kind == FaultKind::Stuck;
            if (fault->kind == FaultKind::ClockJump) sample.time += fault->by;
            if (fault->kind == FaultKind::Drift)
                sample.value =
                    asType(channel, sample.value.number + fault->amount * (seconds(at - fault->at) / seconds(fault->lasts)));
        }
        // A channel that has sent nothing yet is stuck at what it measures first.
        if (stuck) sample.value = channel.last.value_or(sample.value);
        if (silent && channel.silent) return;
        if (silent) {
            sample.value = channel.last.value_or(sample.value);
            sample.quality = Quality::Bad;
        }
        channel.silent = silent;
        channel.last = sample.value;
        samples_.push_back(sample);
    }

    Result<void> flush(telemetry::LogWriter& writer) {
        std::ranges::stable_sort(samples_, {}, &Sample::time);
        auto written = writer.write(samples_, strings_);
        samples_.clear();
        return written;
    }

    Simulation& simulation_;
    const RecordPlan& plan_;
    Duration began_;
    // Not the run's own, whose streams are numbered otherwise.
    std::uint64_t noiseSeed_ = replicationSeed(plan_.seed, ~std::uint64_t{0});
    CellBank cells_;
    std::vector<Channel> channels_;
    std::vector<telemetry::LogChannel> described_;
    StringTable strings_;
    std::array<StringId, packml.size()> states_{};
    std::vector<const plant::ProcessFault*> failures_;
    std::size_t nextFailure_ = 0;
    std::vector<Sample> samples_;
};

} // namespace

namespace {

// A recipe that is longer than the cycles of its station would never end.
Result<void> checkRecipes(const plant::Process& process) {
    for (const plant::Recipe& recipe : process.recipes)
        for (const std::uint32_t index : recipe.stations) {
            const plant::Station& station = process.stations[index];
            const Duration cycle = durationFromSeconds(plant::meanTimeOf(station.cycle));
            const auto length = lengthOf(process.cells[recipe.cell], recipe, 2 * cycle + std::chrono::hours{1});
            if (length && *length <= cycle) continue;
            return failure(
                ErrorCode::Invalid,
                std::format("recipe '{}' takes {} with a mean cell, the cycle of station '{}' {}: make the cycle longer", recipe.id,
                            length ? formatDuration(*length) : "more than " + formatDuration(2 * cycle + std::chrono::hours{1}),
                            station.id, formatDuration(cycle)));
        }
    return {};
}

} // namespace

Result<std::uint64_t> recordRun(const plant::Plant& plant, const plant::Process& process, Simulation& simulation,
                                const RecordPlan& plan, const std::filesystem::path& log, const Progress& progress) {
    if (process.signals.empty())
        return failure(ErrorCode::Invalid,
                       "the process drives no signal: say in [[process.signal]] which station or buffer each signal shows "
                       "(docs/plant-format.md)",
                       plant.folder.string());
    if (auto fits = checkRecipes(process); !fits) return std::unexpected(fits.error());
    return Recorder{plant, process, simulation, plan}.run(log, progress);
}

} // namespace millwright::sim
