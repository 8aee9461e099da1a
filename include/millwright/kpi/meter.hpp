#pragma once

#include <millwright/core/time.hpp>
#include <millwright/kpi/capability.hpp>
#include <millwright/kpi/cuts.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millwright::kpi {

/// A quantity in millionths of its signal's unit: sums of integers do not depend on their order.
using Millionths = std::int64_t;

/// What one equipment did in an interval. Tallies of intervals that follow each other add up to that of the whole, exactly.
struct Tally {
    std::array<Duration, plant::packmlStates> inState{}; ///< by `plant::PackmlState`; they add up to the interval's length
    Duration operating{};                                ///< production and set-up, but for what belongs to a repair
    Duration repair{};                                   ///< planned time from a failure until the next production
    std::uint32_t failures = 0;                          ///< that began in it
    std::uint32_t falls = 0;                             ///< times that a count fell
    std::array<Wide, plant::quantities> counted{};       ///< millionths of the count's unit, by `plant::Quantity`
    Wide powerTime = 0;                                  ///< millionths of the power's unit, times nanoseconds
    Duration powered{};                                  ///< time in which the power was known

    Tally& operator+=(const Tally& later);
    /// What is left of a whole without its beginning.
    Tally& operator-=(const Tally& beginning);
    friend bool operator==(const Tally&, const Tally&) = default;
};

using Tallies = std::vector<Tally>; ///< parallel to `Plant::kpis`

/// One part of the measured window, cut at a whole boundary of time: states from `from` up to `to`, counts that rose after `from`
/// and up to `to`. It keeps what was done up to its ends since measuring began, not what was done in it, so that bins that follow
/// each other cost no more than one: sums are of whole numbers, and their differences exact. Bins of one meter share what they
/// have at a common end.
struct Bin {
    TimeInterval interval;
    std::shared_ptr<const Tallies> before;  ///< up to `from`
    std::shared_ptr<const Tallies> through; ///< up to `to`
    std::vector<Spread> spreads;            ///< parallel to `characteristicsOf`; measured after `from` and up to `to`

    /// What the i-th of `Plant::kpis` did in it.
    [[nodiscard]] Tally tally(std::size_t i) const;
    [[nodiscard]] Tallies tallies() const;
    /// `later` is of the same meter and begins where this one ends.
    Bin& operator+=(const Bin& later);
};

/// What one equipment did for one order.
struct OrderTally {
    std::string order;
    TimeInterval interval; ///< from its first beginning to its last end, or as far as it was seen
    Tally tally;           ///< of the time in which it was made
};

/// What one equipment did, one thing after the other: what a tally sums up.
struct Journal {
    struct Spell {
        TimeInterval interval;
        plant::PackmlState state = plant::PackmlState::Unknown;
    };
    struct Rise {
        Time time;
        Millionths amount = 0; ///< 0: the count fell, and began anew
    };
    std::vector<Spell> spells; ///< from the window's beginning to its end without gaps; neighbours have different states
    std::vector<Rise> rises;   ///< of what it counts as produced, or else as good
};

/// Folds samples into tallies: a state holds from its sample to the next one of its signal, a count adds what it rose by from one
/// usable sample to the next. Time without a usable state counts as Unknown. A count that falls has begun anew: the fall adds
/// nothing. It knows no wall clock. Thread: one at a time.
class Meter {
public:
    /// Measures `window` in bins that end at `cuts`. `plant` must outlive it; `conversions` is parallel to `Plant::signals`,
    /// `strings` names String values.
    Meter(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions, const StringTable& strings,
          TimeInterval window, Cuts cuts = {});

    /// Also keeps journals, 24 bytes for every change of a state and 16 for every rise of a count. Before any sample.
    void keepJournals() { journals_.resize(machines_.size()); }

    /// Also keeps what was done for each order, at most 65 536 of them for one equipment. Before any sample.
    void keepOrders();

    /// Samples in order of time, signals as indices of the plant. Those before the window say what it begins with.
    void apply(std::span<const telemetry::Sample> samples);
    /// The bins, once all samples up to the window's end are in. It takes no more afterwards.
    [[nodiscard]] std::vector<Bin> finish();
    /// Moves on to `now`, before which no sample comes any more, and returns the bins that are complete, each once.
    [[nodiscard]] std::vector<Bin> takeClosed(Time now);
    [[nodiscard]] bool hasClosed() const { return bins_.size() > 1; }
    /// Measures only from `from` on, which is later than all it knows: drops its bins, and begins with what it knows.
    void restart(Time from);
    /// The bin that is not complete, up to where the meter has come.
    [[nodiscard]] Bin open() const;

    class Checkpoint;
    /// What it knows by now, and has measured of the bin that is open; not its journals and orders.
    [[nodiscard]] Checkpoint checkpoint() const;
    /// Is again as it was then, with that bin alone: what comes next are the samples that came after.
    void resume(const Checkpoint& checkpoint);
    /// By equipment, parallel to `Plant::kpis`, in the order in which they were begun; whole once `finish` was called; empty
    /// unless they are kept.
    [[nodiscard]] const std::vector<std::vector<OrderTally>>& orders() const { return orders_; }
    /// Whether there were more than are kept.
    [[nodiscard]] bool tooManyOrders() const { return tooManyOrders_; }
    /// Parallel to `Plant::kpis`, whole once `finish` was called; empty unless they are kept.
    [[nodiscard]] const std::vector<Journal>& journals() const { return journals_; }
    /// Texts of state signals that stand for no state, by the path of their signal; a few of each.
    [[nodiscard]] const std::map<std::string, std::vector<std::string>>& unmapped() const { return unmapped_; }

private:
    static constexpr std::uint32_t isState = plant::quantities, isPower = isState + 1, isOrder = isState + 2,
                                   isMeasured = isState + 3;
    static constexpr std::uint32_t noOrder = 0xFFFFFFFF;
    struct Use {
        std::uint32_t source; ///< index in `Plant::kpis`; of `isMeasured` in `characteristics_`
        std::uint32_t role;   ///< a `plant::Quantity`, or one of the above
    };
    struct Machine {
        Time since{}; ///< up to which its time was spent
        Value value;  ///< of its state signal, once `told`
        bool told = false, usable = false;
        plant::PackmlState state = plant::PackmlState::Unknown;
        bool failed = false;    ///< since a failure, until production
        bool failedNow = false; ///< the failure is not in a tally yet: it goes to that of the time that follows it
        std::array<std::optional<Millionths>, plant::quantities> last{}; ///< of its counts
        std::optional<Millionths> power;                                 ///< drawn
        std::uint32_t order = noOrder;                                   ///< index in its `orders_`
        std::optional<std::uint32_t> nextOrder;                          ///< that is made in the time after `orderFrom`
        Time orderFrom{};
    };

    void moveTo(Time time);
    void spend(std::uint32_t i);
    void spendAll();
    void openBin(Time from);
    template <typename Change>
    void book(std::uint32_t i, const Change& change);
    void setPower(std::uint32_t source, const telemetry::Sample& sample);
    void setOrder(std::uint32_t source, const telemetry::Sample& sample);
    void beginOrder(Machine& machine, std::uint32_t source);
    void measure(std::uint32_t characteristic, const telemetry::Sample& sample);
    [[nodiscard]] std::optional<double> numberOf(const telemetry::Sample& sample) const;
    void setState(std::uint32_t source, const telemetry::Sample& sample);
    void count(const Use& use, const telemetry::Sample& sample);
    [[nodiscard]] plant::PackmlState stateOf(const plant::KpiSource& source, const telemetry::Sample& sample);

    const plant::Plant& plant_;
    std::vector<telemetry::Conversion> conversions_;
    const StringTable& strings_;
    TimeInterval window_;
    Cuts cuts_;
    Time time_;                          ///< how far it has come, in the window
    std::vector<std::vector<Use>> uses_; ///< by signal
    std::vector<Machine> machines_;      ///< parallel to `Plant::kpis`
    std::vector<Bin> bins_;              ///< the last is open: it has no `through`
    Tallies totals_;                     ///< since measuring began
    std::vector<Journal> journals_;
    std::vector<Characteristic> characteristics_;
    std::vector<Subgroup> subgroups_; ///< parallel to it
    std::vector<std::vector<OrderTally>> orders_;
    std::vector<std::map<std::string, std::uint32_t, std::less<>>> orderByName_; ///< by equipment: index in its `orders_`
    bool tooManyOrders_ = false;
    std::map<std::string, std::vector<std::string>> unmapped_;
};

/// Of the meter that made it, or one of the same plant, window and cuts.
class Meter::Checkpoint {
public:
    [[nodiscard]] std::size_t bytes() const;

private:
    friend class Meter;
    Time time{};
    std::vector<Machine> machines;
    std::vector<Subgroup> subgroups;
    Tallies totals;
    Bin bin;
};

} // namespace millwright::kpi
