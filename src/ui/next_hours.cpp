#include <millwright/plant/load.hpp>
#include <millwright/ui/next_hours.hpp>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <format>
#include <mutex>
#include <thread>
#include <utility>

namespace millwright::ui {
namespace {

constexpr std::uint32_t replications = 199;
constexpr double shareOfReading = 0.3; // of the progress bar

/// A scenario and its model, as far as it has one.
struct Loaded {
    WhatIf whatIf;
    std::optional<sim::Model> model;
};

Loaded load(const plant::Plant& plant, const std::filesystem::path& file) {
    Loaded loaded{{.id = file.stem().string(), .name = file.stem().string(), .description = {}, .problem = {}}, {}};
    auto scenario = plant::loadScenario(plant.folder, file);
    if (!scenario) {
        loaded.whatIf.problem = scenario.error().front().text();
        return loaded;
    }
    loaded.whatIf.name = scenario->name;
    loaded.whatIf.description = scenario->description;
    auto model = sim::Model::make(std::move(scenario->process));
    if (model)
        loaded.model = *std::move(model);
    else
        loaded.whatIf.problem = model.error().front().text();
    return loaded;
}

/// As the files are now, by name.
std::vector<Loaded> loadAll(const plant::Plant& plant) {
    std::vector<std::filesystem::path> files;
    std::error_code none; // no such folder: no scenarios
    for (const auto& entry : std::filesystem::directory_iterator{plant.folder / "scenarios", none})
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Loaded> loaded;
    for (const auto& file : files) loaded.push_back(load(plant, file));
    return loaded;
}

Result<std::vector<sim::Scenario>> scenariosOf(const plant::Plant& plant, const std::vector<std::string>& wanted,
                                               const std::vector<Loaded>& all) {
    auto base = sim::Model::make(*plant.process);
    if (!base) return std::unexpected(base.error().front());
    std::vector<sim::Scenario> scenarios;
    scenarios.push_back({"base", "No change", *std::move(base)});
    for (const std::string& id : wanted) {
        const auto found = std::ranges::find(all, id, [](const Loaded& one) { return one.whatIf.id; });
        if (found == all.end())
            return failure(ErrorCode::NotFound, std::format("the plant's folder has no scenarios/{}.toml", id),
                           plant.folder.string());
        if (!found->model) return failure(ErrorCode::Invalid, found->whatIf.problem);
        scenarios.push_back({id, found->whatIf.name, *found->model, found->whatIf.description});
    }
    return scenarios;
}

Progress partOf(const Progress& whole, double from, double to, std::string_view instead = {}) {
    return {.report =
                [&whole, from, to, instead](double fraction, std::string_view stage) {
                    whole(from + (to - from) * fraction, instead.empty() ? stage : instead);
                },
            .stop = whole.stop};
}

} // namespace

struct NextHours::State {
    const plant::Plant& plant;
    Read read;
    mutable std::mutex mutex; // guards what follows
    mutable std::condition_variable_any changed;
    std::optional<Question> next;
    bool working = true; // reading the scenarios, to begin with
    std::stop_source currentStop;
    Status status{.busy = false, .fraction = 0, .stage = "reading scenarios", .problem = {}, .answer = {}, .whatIfs = {}};
    std::jthread thread; // last: it uses all of the above

    State(const plant::Plant& ofPlant, Read function)
        : plant{ofPlant}, read{std::move(function)}, thread{[this](const std::stop_token& stop) { work(stop); }} {}

    [[nodiscard]] bool busy() const { return working || next; }

    std::vector<Loaded> readScenarios() {
        std::vector<Loaded> all = loadAll(plant);
        auto list = std::make_shared<std::vector<WhatIf>>();
        for (const Loaded& each : all) list->push_back(each.whatIf);
        const std::scoped_lock lock{mutex};
        status.whatIfs = std::move(list);
        return all;
    }

    Result<std::shared_ptr<const Answer>> answer(const Question& question, const Progress& progress) {
        auto scenarios = scenariosOf(plant, question.scenarios, readScenarios());
        if (!scenarios) return std::unexpected(scenarios.error());
        const auto seen = read(question.at, partOf(progress, 0, shareOfReading, "reading"));
        if (!seen) return std::unexpected(seen.error());
        sim::ForecastPlan plan{.length = question.length,
                               .steps = sim::stepsFor(question.length),
                               .replications = replications,
                               .threads = std::max(2u, std::thread::hardware_concurrency()) - 1, // one stays free for the window
                               .target = question.target};
        sim::Present present = sim::presentOf(*plant.process, *seen);
        auto forecast = sim::forecast(*scenarios, present.state, plan, partOf(progress, shareOfReading, 1));
        if (!forecast) return std::unexpected(forecast.error());
        return std::make_shared<const Answer>(question, *std::move(scenarios), std::move(present), plan, *std::move(forecast));
    }

    void work(const std::stop_token& stop) {
        static_cast<void>(readScenarios());
        std::unique_lock lock{mutex};
        for (;;) {
            working = false;
            changed.notify_all();
            if (!changed.wait(lock, stop, [this] { return next.has_value(); })) return;
            const Question question = *std::exchange(next, std::nullopt);
            working = true;
            currentStop = {};
            std::stop_source mine = currentStop;
            status.problem.clear();
            lock.unlock();
            const std::stop_callback end{stop, [&mine] { mine.request_stop(); }};
            const auto report = [this](double fraction, std::string_view stage) {
                const std::scoped_lock telling{mutex};
                status.fraction = fraction;
                status.stage = stage;
            };
            auto found = answer(question, {report, mine.get_token()});
            lock.lock();
            if (found)
                status.answer = *std::move(found);
            else if (found.error().code != ErrorCode::Cancelled)
                status.problem = found.error().text();
        }
    }
};

NextHours::NextHours(const plant::Plant& plant, Read read) : state_{std::make_unique<State>(plant, std::move(read))} {}
NextHours::~NextHours() = default;

void NextHours::ask(Question question) {
    const std::scoped_lock lock{state_->mutex};
    state_->currentStop.request_stop();
    state_->next = std::move(question);
    state_->status.fraction = 0;
    state_->changed.notify_all();
}

void NextHours::cancel() {
    const std::scoped_lock lock{state_->mutex};
    state_->next.reset();
    state_->currentStop.request_stop();
    state_->changed.notify_all();
}

NextHours::Status NextHours::status() const {
    const std::scoped_lock lock{state_->mutex};
    Status status = state_->status;
    status.busy = state_->busy();
    return status;
}

bool NextHours::busy() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->busy();
}

void NextHours::wait() const {
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [this] { return !state_->busy(); });
}

} // namespace millwright::ui
