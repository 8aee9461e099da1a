#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/shifted_source.hpp>

#include <app/alarm_memory.hpp>
#include <app/open.hpp>
#include <app/view/loader.hpp>

namespace millwright::app {

Loader::Loader(const plant::Plant& plant, std::filesystem::path log, bool withLog, Compared compared)
    : plant_{plant}, log_{std::move(log)}, withLog_{withLog}, compared_{std::move(compared)} {
    thread_ = std::jthread{[this](const std::stop_token& stop) {
        const Progress progress{[this](double fraction, std::string_view stage) {
                                    const std::scoped_lock lock{mutex_};
                                    status_ = {fraction, std::string{stage}};
                                },
                                stop};
        Loaded result = load(progress);
        const std::scoped_lock lock{mutex_};
        loaded_ = std::move(result);
    }};
}

Loaded Loader::load(const Progress& progress) {
    Loaded result;
    const std::filesystem::path log = log_.empty() ? plant_.defaultLog : log_;
    if (withLog_ && !log.empty()) {
        progress(0, "Opening the log");
        if (auto replay = openReplayIfAny(plant_, log_)) {
            result.replay = std::move(*replay);
            if (auto again = telemetry::LogSource::open(log, twin::subscriptions(plant_)))
                result.overview = twin::withDerived(plant_, std::move(*again));
            if (result.replay) result.scout = scoutFor(plant_, log, *result.replay);
            if (!compared_.log.empty())
                if (auto compared = loadCompared(log, result); !compared) result.logProblem = compared.error();
        } else {
            result.logProblem = replay.error();
        }
    }
    if (auto scene = twin::PlantScene::load(plant_, progress))
        result.scene = std::move(*scene);
    else
        result.problems = std::move(scene.error());
    return result;
}

/// The other log four times: to be played, to be read through, and with the first once more to be compared.
Result<void> Loader::loadCompared(const std::filesystem::path& log, Loaded& result) const {
    const auto open = [this](const std::filesystem::path& path) -> Result<std::unique_ptr<telemetry::Source>> {
        auto source = telemetry::LogSource::open(path, twin::subscriptions(plant_));
        if (!source) return std::unexpected(source.error());
        return twin::withDerived(plant_, std::move(*source));
    };
    const auto openShifted = [&]() -> Result<std::unique_ptr<telemetry::Source>> {
        auto source = open(compared_.log);
        if (!source) return source;
        result.comparedBy = compared_.offset.value_or(result.replay->log().from - (*source)->span().from);
        return telemetry::shifted(std::move(*source), result.comparedBy);
    };
    auto first = open(log);
    if (!first) return std::unexpected(first.error());
    result.comparedFirst = *std::move(first);
    for (std::unique_ptr<telemetry::Source>* each : {&result.comparedSecond, &result.comparedOverview}) {
        auto source = openShifted();
        if (!source) return std::unexpected(source.error());
        *each = *std::move(source);
    }
    auto played = openShifted();
    if (!played) return std::unexpected(played.error());
    auto replay = twin::Replay::open(plant_, *std::move(played));
    if (!replay) return std::unexpected(replay.error());
    result.comparedScout = scoutFor(plant_, compared_.log, *replay, result.comparedBy);
    result.comparedReplay = *std::move(replay);
    return {};
}

Loader::Status Loader::status() const {
    const std::scoped_lock lock{mutex_};
    return status_;
}

std::optional<Loaded> Loader::take() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(loaded_, std::nullopt);
}

void Loader::cancel() {
    thread_.request_stop();
}

void Loader::wait() {
    if (thread_.joinable()) thread_.join();
}

} // namespace millwright::app
