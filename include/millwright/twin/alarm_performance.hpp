#pragma once

#include <millwright/core/time.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/twin/alarm.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How well an alarm system serves its operators: the performance metrics of ISA-18.2 and IEC 62682, from the journal of alarms.
namespace millwright::twin {

/// More alarms than one operator can take in.
struct AlarmFlood {
    TimeInterval interval; ///< whole periods of ten minutes
    std::uint64_t calls = 0;
    std::uint64_t peak = 0; ///< calls in one of them
};

/// What one alarm did within the window.
struct AlarmUse {
    AlarmIndex alarm = plant::noAlarm;
    std::uint64_t calls = 0;    ///< times that it was annunciated
    std::uint64_t chatters = 0; ///< times that it began to come and go three times within a minute
    std::uint64_t fleeting = 0; ///< times that it returned within `AlarmTargets::fleetingWithin` though nobody acted
    Duration active{};          ///< in all, masked or not
    Duration longest{};         ///< without interruption, from when it was raised, which may be before the window
    bool activeAtEnd = false;
};

struct AlarmMetrics {
    TimeInterval window;
    std::uint64_t calls = 0;                                   ///< annunciated alarms, raised again included
    std::array<std::uint64_t, 4> callsByPriority{};            ///< by `plant::AlarmPriority`
    std::uint64_t periods = 0;                                 ///< of ten minutes from the window's start; the last may be shorter
    std::vector<std::pair<std::uint64_t, std::uint64_t>> busy; ///< periods with calls and how many, ascending
    std::vector<AlarmFlood> floods;
    std::vector<AlarmUse> alarms;   ///< that were active in the window or called, the most frequent first
    std::uint64_t standingMost = 0; ///< active and not masked at one moment
    double standingMean = 0;        ///< over time
    std::uint64_t standingAtEnd = 0;
    std::uint64_t staleMost = 0; ///< on any day (UTC): alarms that had stood for longer than `AlarmTargets::staleAfter`

    [[nodiscard]] double callsInTenMinutes() const; ///< on average
    [[nodiscard]] std::uint64_t peak() const;       ///< calls in the busiest period
    [[nodiscard]] double floodShare() const;        ///< of the window
    [[nodiscard]] double topTenShare() const;       ///< of all calls; 0 without any
    [[nodiscard]] std::uint64_t chattering() const; ///< alarms that did
    [[nodiscard]] std::uint64_t fleeting() const;   ///< alarms that did, and did not chatter
};

/// A metric beside its target.
struct AlarmFinding {
    std::string_view name; ///< in JSON: `average`, `peak`, `floodShare`, …
    std::string_view text; ///< for people
    double value = 0;      ///< for each operator where it is a rate
    double target = 0;     ///< at most; `stale`: less than
    bool met = false;
};
[[nodiscard]] std::vector<AlarmFinding> findingsOf(const AlarmMetrics& metrics, const plant::AlarmTargets& targets);

/// Folds the journal into metrics. It knows no wall clock: live, replayed and in one go, the same journal gives the same metrics.
/// Thread: one at a time.
class AlarmPerformance {
public:
    static constexpr Duration period = std::chrono::minutes{10};

    /// `plant` must outlive it; the window must not be empty.
    AlarmPerformance(const plant::Plant& plant, TimeInterval window);

    /// Transitions in order of time. Those before the window say what it begins with; those after it are passed over.
    void apply(std::span<const AlarmTransition> transitions);
    /// Once all transitions up to the window's end are in. It takes no more afterwards.
    [[nodiscard]] AlarmMetrics finish();

private:
    struct Watched {
        AlarmUse use;
        Time raised{};
        std::array<Time, 3> cycles{}; ///< when the last cycles began that called, the latest first
        std::uint32_t cycleCount = 0;
        Time chattersUntil = Time::min(); ///< within the same spell
        bool active = false, standing = false;
        bool called = false;  ///< since it was raised
        bool handled = false; ///< an operator acted since it was raised
    };

    void call(const AlarmTransition& transition);
    void raise(Watched& watched, Time time);
    void comeBack(Watched& watched, Time time);
    void stand(Watched& watched, bool standing, Time time);
    void addStale(Time raised, Time until);
    void findFloods();
    [[nodiscard]] bool within(Time time) const { return time >= window_.from && time <= window_.to; }

    const plant::Plant& plant_;
    TimeInterval window_;
    AlarmMetrics metrics_;
    std::vector<Watched> watched_; ///< by alarm
    std::uint64_t standing_ = 0;
    double standingSeconds_ = 0; ///< alarms times seconds
    Time standingSince_;
    std::map<std::int64_t, std::int64_t> staleChanges_; ///< by day since 1970 UTC: how many more are stale from then on
};

} // namespace millwright::twin
