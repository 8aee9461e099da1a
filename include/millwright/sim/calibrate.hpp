#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/sim/fit.hpp>
#include <millwright/sim/replicate.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Puts what was seen of a plant in place of what its process model assumes.
namespace millwright::sim {

/// From a failure until the machine was in order again, as far as it was seen.
struct Outage {
    Time began{}, ended{};
    bool cutOff = false;   ///< its end was not seen
    bool restOnly = false; ///< its beginning was not seen
};

/// What was seen of one station.
struct StationRecord {
    std::uint32_t station = 0;       ///< in `Process::stations`
    std::vector<Lifetime> toFailure; ///< by the clock that `failureClockOf` says
    std::vector<Outage> outages;     ///< in order of time
    std::vector<Lifetime> cycles;
    std::string noCycles; ///< why the cycles cannot be told; empty: they can
};

/// The clock by which a station's failures come: Calendar where all of its model's do, else Working.
[[nodiscard]] plant::FailureClock failureClockOf(const plant::Station& station);

enum class Estimated : std::uint8_t { TimeToFailure, Repair, Cycle };
[[nodiscard]] std::string_view nameOf(Estimated what); ///< `time to failure`

/// One distribution of the process model, estimated or not.
struct Finding {
    std::uint32_t station = 0;
    Estimated what = Estimated::Cycle;
    std::size_t complete = 0, cutOff = 0; ///< of the times that were seen, those without a beginning included
    std::optional<Choice> choice;         ///< none: it cannot be estimated
    std::string why;                      ///< reason why not
    std::vector<std::string> notes;       ///< what to know about the estimate
};

/// Estimates times to failure, repair times and cycle times of every station of the process, in its order; those without a record
/// too, with the reason. Repairs by a crew count from when the crew was free, which the outages of all stations that it serves
/// tell, first come, first served: the model adds the wait itself. Thread: any. Errors: Cancelled.
[[nodiscard]] Result<std::vector<Finding>> calibrate(const plant::Process& process, std::span<const StationRecord> records,
                                                     double confidence = 0.95, const Progress& progress = {});

/// A scenario file (docs/plant-format.md) with every estimate in place of the plant's, each with a comment on what it rests on;
/// what could not be estimated stays as in the plant and is named in a comment. `source` says of what, for people: `shift.mcap,
/// 2026-01-01T06:00:00Z to …`. Without any estimate: nothing.
[[nodiscard]] std::optional<std::string> scenarioText(const plant::Process& process, std::span<const Finding> findings,
                                                      std::string_view source);

/// `kind`, parameters in words and, where there is one, the interval of the mean and the test: `exponential, mean 23 h; …`.
[[nodiscard]] std::string inWords(const Choice& choice);

/// What a station did in the time that was seen, to be compared with runs of the same length.
struct StationConduct {
    std::uint32_t station = 0;
    double working = 0, down = 0;        ///< shares of the time whose state is known
    std::optional<double> cyclesPerHour; ///< where cycles can be told
};

/// One observed quantity beside the same of simulated runs.
struct Comparison {
    std::uint32_t station = 0;
    std::string what; ///< `working`, `down` or `cycles an hour`
    double observed = 0;
    double mean = 0;          ///< of the runs
    double low = 0, high = 0; ///< between which one run more lies with the stated probability
    [[nodiscard]] bool agrees() const { return observed >= low && observed <= high; }
};

/// Runs the model and compares. The interval is one for a single run more, not one for the mean (`rangeOfOneMore`). Errors: those
/// of `replicate`; Invalid for too few runs, which are 39 for 95 %.
[[nodiscard]] Result<std::vector<Comparison>> compare(const Model& model, std::span<const StationConduct> conducts,
                                                      const Replications& plan, double confidence = 0.95,
                                                      const Progress& progress = {});

} // namespace millwright::sim
