#pragma once

#include <millwright/telemetry/import.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <app/command.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace millwright::app {

/// The numbers in a log, whether it is an MCAP file or a text file that `millwright log convert` would import with nothing said.
class SignalLog {
public:
    /// Of every topic, as the signals `topics()` lists. Errors: those of opening or importing it.
    [[nodiscard]] static Result<SignalLog> openAll(const std::filesystem::path& path, const Progress& progress);
    /// Of the topics named, in the units named. Warns of topics that it lacks. Errors: also Invalid when it has none of them.
    [[nodiscard]] static Result<SignalLog>
    open(const std::filesystem::path& path, const std::vector<telemetry::Subscription>& subscriptions, const Progress& progress);

    [[nodiscard]] const std::vector<telemetry::LogTopic>& topics() const { return topics_; }
    [[nodiscard]] std::span<const telemetry::Conversion> conversions() const { return conversions_; }
    [[nodiscard]] TimeInterval span() const { return span_; }

    /// Goes to the samples in `window`: the first ones tell, dated at its beginning, the last values from before.
    [[nodiscard]] Result<void> choose(TimeInterval window);
    /// The next samples in the chosen window, in order of time; empty at its end. Valid until the next call.
    [[nodiscard]] Result<std::span<const telemetry::Sample>> next();

private:
    SignalLog() = default;
    static Result<SignalLog> imported(const std::filesystem::path& path, const Progress& progress);
    void sort();

    std::unique_ptr<telemetry::LogSource> log_; ///< none: all samples are in `samples_`
    std::vector<telemetry::Sample> samples_;
    std::size_t at_ = 0;
    std::vector<telemetry::LogTopic> topics_;
    std::vector<telemetry::Conversion> conversions_;
    TimeInterval span_{};
    TimeInterval window_{};
    std::vector<telemetry::Sample> before_, handedOut_; ///< last values from before the window
};

} // namespace millwright::app
