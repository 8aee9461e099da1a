#include <millwright/kpi/present.hpp>
#include <millwright/kpi/read_window.hpp>
#include <millwright/twin/sighting.hpp>
#include <millwright/twin/watched.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <format>
#include <iterator>
#include <optional>

namespace millwright::twin {
namespace {

using plant::PackmlState;
using plant::TimeElement;
using sim::Seen;

/// The signal that shows how many parts are in a buffer, while the log is read.
struct Level {
    const plant::ProcessSignal* drive = nullptr;
    struct Point {
        Time time;
        double parts = 0;
    };
    std::vector<Point> points; ///< of a signal that lags, those that are needed to work it back; else the last one
    Time changed{};
    bool usable = false;

    // Over a part of the lag, so that rounding and noise do not swamp how far it still has to go.
    [[nodiscard]] Duration base() const { return drive->lag / 20; }

    void add(Time time, double parts) {
        if (points.empty() || points.back().parts != parts) changed = time;
        points.push_back({time, parts});
        while (points.size() > 1 && points[1].time <= time - base()) points.erase(points.begin());
    }
    /// Of a first-order lag: from x to y in dt, on the way to x + (y - x) / (1 - e^(-dt / lag)).
    [[nodiscard]] double settled() const {
        const Point &from = points.front(), &to = points.back();
        if (drive->lag <= Duration::zero() || to.time == from.time) return to.parts;
        return from.parts + (to.parts - from.parts) / -std::expm1(-seconds(to.time - from.time) / seconds(drive->lag));
    }
};

/// The least lag shows best.
std::vector<Level> levelsOf(const plant::Process& process) {
    std::vector<Level> levels(process.buffers.size());
    for (const plant::ProcessSignal& drive : process.signals) {
        if (drive.shows != plant::Shows::Content || drive.scale == 0) continue;
        Level& level = levels[drive.of];
        if (level.drive == nullptr || drive.lag < level.drive->lag) level.drive = &drive;
    }
    return levels;
}

bool isWord(std::string_view text, std::string_view word) {
    return std::ranges::equal(text, word, {},
                              [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
}

Seen seenAs(const plant::KpiSource& source, PackmlState state) {
    if (source.isFailure[index(state)]) return Seen::Down;
    if (kpi::isWaiting(state)) return Seen::Waiting;
    switch (source.elementOf[index(state)]) {
    case TimeElement::Production: return Seen::Working;
    case TimeElement::SetUp: return Seen::SetUp;
    case TimeElement::Unknown: return Seen::Unknown;
    default: return Seen::Stopped;
    }
}

sim::Elapsed elapsedOf(const std::optional<kpi::Lasting>& lasting) {
    if (!lasting) return {};
    return {lasting->restOnly ? sim::Elapsed::Known::AtLeast : sim::Elapsed::Known::Exactly, lasting->took};
}

sim::StationSeen stationSeen(const Watched& watched, const plant::Station& station, const kpi::Journal& journal) {
    const kpi::LifetimeRules rules = rulesOf(watched, station);
    const kpi::Present present = kpi::presentOf(watched.source, journal, rules);
    sim::StationSeen seen{.now = seenAs(watched.source, present.state),
                          .since = present.inState,
                          .beginningSeen = present.beginningSeen,
                          .before = {},
                          .cycle = present.cycle,
                          .production = present.production,
                          .busyFor = present.busyFor,
                          .worked = elapsedOf(present.worked),
                          .up = elapsedOf(present.up),
                          .record = recordOf(watched, station, journal)};
    if (present.before) seen.before = seenAs(watched.source, *present.before);
    if (present.outage) seen.now = Seen::Down;
    if (!countsCycles(kpi::lifetimesOf(watched.source, journal, rules))) seen.cycle.reset();
    return seen;
}

class Reader {
public:
    Reader(const plant::Plant& plant, telemetry::Source& source, Time at)
        : plant_{plant},
          source_{source},
          at_{at},
          levels_{levelsOf(*plant.process)},
          levelsOfSignal_(plant.signals.size()),
          states_(plant.signals.size()) {
        stations_ = watchedStations(plant);
        for (std::uint32_t i = 0; i < levels_.size(); ++i)
            if (levels_[i].drive != nullptr) levelsOfSignal_[index(levels_[i].drive->signal)].push_back(i);
    }

    Result<sim::Sighting> read(const Progress& progress) {
        const plant::Process& process = *plant_.process;
        if (stations_.empty() && std::ranges::none_of(levels_, [](const Level& level) { return level.drive != nullptr; }))
            return failure(ErrorCode::Invalid,
                           "no signal shows what the process is doing: give equipment of stations a 'kpi' table, or state "
                           "[[process.signal]] with shows = \"state\" and \"content\" (docs/plant-format.md)",
                           plant_.folder.string());
        // The meter measures what a plant's `kpi` tables name: here, one for each station that can be watched.
        plant::Plant metered = plant_;
        metered.kpis.clear();
        for (const Watched& watched : stations_) metered.kpis.push_back(watched.source);
        // A state that begins at this very moment is the one to start in: it must take some time to be measured.
        const TimeInterval window{std::min(source_.span().from, at_), at_ + Duration{1}};
        kpi::Meter meter{metered, source_.conversions(), source_.strings(), window};
        meter.keepJournals();
        const auto look = [this](std::span<const telemetry::Sample> samples) { lookAt(samples); };
        if (auto done = kpi::readWindow(source_, {window.from, at_}, meter, progress, look); !done)
            return std::unexpected(done.error());
        static_cast<void>(meter.finish());
        sim::Sighting sighting{.at = at_, .sinceShiftsBegan = {}, .stations = {}, .buffers = {}};
        sighting.stations.resize(process.stations.size());
        for (std::size_t i = 0; i < stations_.size(); ++i) {
            sim::StationSeen& seen = sighting.stations[stations_[i].station];
            seen = stationSeen(stations_[i], process.stations[stations_[i].station], meter.journals()[i]);
            if (seen.now == Seen::Waiting) seen.now = waitingFor(stations_[i].source.state);
        }
        for (const Level& level : levels_) sighting.buffers.push_back(bufferSeen(level));
        return sighting;
    }

private:
    void lookAt(std::span<const telemetry::Sample> samples) {
        for (const telemetry::Sample& sample : samples) {
            if (sample.time > at_) return;
            states_[index(sample.signal)] = sample;
            for (const std::uint32_t i : levelsOfSignal_[index(sample.signal)]) lookAt(levels_[i], sample);
        }
    }

    void lookAt(Level& level, const telemetry::Sample& sample) const {
        level.usable = isUsable(sample.quality) && sample.type != ValueType::String;
        if (!level.usable) return;
        const telemetry::Conversion& conversion = source_.conversions()[index(sample.signal)];
        const double value = conversion.scale * sample.value.asNumber(sample.type) + conversion.offset;
        level.add(sample.time, (value - level.drive->offset) / level.drive->scale);
    }

    // What a state is called; empty for one without a name.
    [[nodiscard]] std::string_view wordOf(const plant::Signal& signal, const telemetry::Sample& sample) const {
        if (sample.type == ValueType::String) return source_.strings().text(sample.value.string);
        const double number = sample.value.asNumber(sample.type);
        const bool named = number >= 0 && number < static_cast<double>(signal.states.size());
        return named ? std::string_view{signal.states[static_cast<std::size_t>(number)]} : std::string_view{};
    }

    // What a machine that has words of its own for it waits for.
    [[nodiscard]] Seen waitingFor(SignalIndex signal) const {
        const auto& last = states_[index(signal)];
        if (!last) return Seen::Waiting;
        const std::string_view text = wordOf(plant_.at(signal), *last);
        if (isWord(text, "starved")) return Seen::Starved;
        return isWord(text, "blocked") ? Seen::Blocked : Seen::Waiting;
    }

    [[nodiscard]] sim::BufferSeen bufferSeen(const Level& level) const {
        if (level.drive == nullptr || !level.usable || level.points.empty()) return {};
        return {level.settled(), level.drive->lag, at_ - level.changed};
    }

    const plant::Plant& plant_;
    telemetry::Source& source_;
    Time at_;
    std::vector<Watched> stations_;
    std::vector<Level> levels_;
    std::vector<std::vector<std::uint32_t>> levelsOfSignal_;
    std::vector<std::optional<telemetry::Sample>> states_; // by signal, the last
};

} // namespace

std::vector<SignalIndex> presentSignals(const plant::Plant& plant) {
    std::vector<SignalIndex> signals;
    for (const Watched& watched : watchedStations(plant)) {
        signals.push_back(watched.source.state);
        std::ranges::copy_if(watched.source.counts, std::back_inserter(signals),
                             [](SignalIndex count) { return count != noSignal; });
    }
    for (const Level& level : levelsOf(*plant.process))
        if (level.drive != nullptr) signals.push_back(level.drive->signal);
    std::ranges::sort(signals);
    signals.erase(std::ranges::unique(signals).begin(), signals.end());
    return signals;
}

Result<sim::Sighting> sightingOf(const plant::Plant& plant, telemetry::Source& source, Time at, Time shiftsFrom,
                                 const Progress& progress) {
    auto sighting = Reader{plant, source, at}.read(progress);
    if (sighting) sighting->sinceShiftsBegan = at - shiftsFrom;
    return sighting;
}

} // namespace millwright::twin
