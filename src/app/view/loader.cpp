#include <millwright/telemetry/log_source.hpp>

#include <app/open.hpp>
#include <app/view/loader.hpp>

namespace millwright::app {

Loader::Loader(const plant::Plant& plant, std::filesystem::path log, bool withLog)
    : plant_{plant}, log_{std::move(log)}, withLog_{withLog} {
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
            if (auto again = telemetry::LogSource::open(log, twin::subscriptions(plant_))) result.overview = std::move(*again);
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
