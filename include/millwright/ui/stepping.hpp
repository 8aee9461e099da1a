#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/ui/log_overview.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

/// Going through a log by what happened in it.
namespace millwright::ui {

/// What one steps by.
enum class Landmark : std::uint8_t { Sample, Alarm, StateChange };

/// An intent: to the next of them, or the one before.
struct StepTo {
    Landmark landmark = Landmark::Sample;
    bool forward = true;
    friend bool operator==(const StepTo&, const StepTo&) = default;
};

/// Where a step went.
struct Landing {
    Time time{};
    std::string text;                         ///< what is there: `Web break raised 06:17:00.200`
    plant::AlarmIndex alarm = plant::noAlarm; ///< that was raised there; of several the most urgent
};

/// Finds where steps lead. Alarms and states are those of a `LogOverview`; while that is still reading, a step waits for it.
/// Samples are looked up in the log, on a thread of its own. Thread: the frame thread.
class Stepper {
public:
    /// Opens the log once more for these signals: its signal i is the i-th of them. Called on the stepper's thread.
    using Open = std::function<Result<std::unique_ptr<telemetry::Source>>(std::span<const SignalIndex>)>;

    /// `plant` must outlive it.
    Stepper(const plant::Plant& plant, Open open);
    ~Stepper();
    Stepper(const Stepper&) = delete;
    Stepper& operator=(const Stepper&) = delete;

    struct Question {
        StepTo step;
        Time from{};                            ///< what is there already does not count
        EquipmentIndex equipment = noEquipment; ///< of this and all below it; noEquipment: of the plant
        SignalIndex signal = noSignal;          ///< samples of this alone; noSignal: of all signals of `equipment`
    };
    /// Begins to look, in place of what was looked for. What is at hand is found by the next `update`.
    void ask(const Question& question);
    /// Gives up, and forgets what the last step found.
    void forget();

    /// Where the step leads, once, as soon as that is known.
    [[nodiscard]] std::optional<Landing> update(const LogOverview& overview);
    [[nodiscard]] bool busy() const;
    /// What the last step found, that there was nothing, or that it is being looked for; empty after `forget`.
    [[nodiscard]] const std::string& note() const;
    /// Blocks until samples have been looked up: for tests.
    void wait() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::ui
