#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/forecast.hpp>
#include <millwright/sim/present.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::ui {

/// A scenario in the plant's folder `scenarios`.
struct WhatIf {
    std::string id; ///< of its file's name
    std::string name, description;
    std::string problem; ///< why it cannot be run; empty: it can
};

/// What may come of a moment of a plant, simulated on a thread of its own: reads what the plant is doing then, and plays on many
/// runs of its process from there, without change and with scenarios, paired run by run. Thread: one at a time.
class NextHours {
public:
    /// Reads what is seen of the plant's process at a moment. Called on the thread; ends soon after `progress` says so. Errors:
    /// shown to the user, but for Cancelled.
    using Read = std::function<Result<sim::Sighting>(Time at, const Progress& progress)>;

    struct Question {
        Time at{};
        Duration length = std::chrono::hours{4};
        std::vector<std::string> scenarios; ///< ids of those to be laid beside "no change"
        std::optional<std::uint64_t> target;
    };
    struct Answer {
        Question question;
        std::vector<sim::Scenario> scenarios; ///< that were run: "no change", then the question's
        sim::Present present;
        sim::ForecastPlan plan;
        sim::Forecast forecast;
    };
    struct Status {
        bool busy = false;
        double fraction = 0; ///< of what it is busy with
        std::string stage;
        std::string problem;                                ///< why the last question has no answer
        std::shared_ptr<const Answer> answer;               ///< the last one; null before the first
        std::shared_ptr<const std::vector<WhatIf>> whatIfs; ///< null while they are being read
    };

    /// `plant`, which has a process, must outlive this. Reads its scenarios at once.
    NextHours(const plant::Plant& plant, Read read);
    /// Stops.
    ~NextHours();
    NextHours(const NextHours&) = delete;
    NextHours& operator=(const NextHours&) = delete;

    /// Gives up what it is doing for this.
    void ask(Question question);
    void cancel();
    [[nodiscard]] Status status() const;
    [[nodiscard]] bool busy() const;
    /// Blocks until nothing is being done: for pictures and tests.
    void wait() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What the panel of the next hours remembers.
struct NextHoursView {
    bool shown = false;
    Duration length = std::chrono::hours{4};
    std::vector<std::string> chosen; ///< scenarios, by id
    std::string target;              ///< as typed; empty: none
    std::string course = "made";     ///< that the chart shows: the id of a `sim::Course`
    std::string beside;              ///< the scenario that it shows beside "no change"; empty or gone: the first
};

} // namespace millwright::ui
