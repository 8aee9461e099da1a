#include "check/kpi_monitor.hpp"
#include "check/machine_states.hpp"
#include "check/monitor.hpp"
#include "check/text.hpp"
#include "check/trend.hpp"

#include <millwright/check/check.hpp>
#include <millwright/check/picture.hpp>
#include <millwright/twin/unlisted.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>
#include <type_traits>

namespace millwright::check {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t callsKept = 1000; // a timeline has no room for more

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Window windowOf(const auto& check) {
    return check.window;
}
Window windowOf(const ConditionCheck& check) {
    return check.behaviour == Behaviour::At ? Window{check.at, check.at} : check.window;
}

/// Follows one alarm through the journal. It keeps no transitions: the journal may drop its oldest during a run.
struct AlarmMonitor {
    std::size_t expectation = 0;
    const AlarmCheck* check = nullptr;
    TimeInterval window;
    std::uint64_t count = 0; ///< of what is looked for, within the window
    std::optional<Time> first;
    bool active = false, calling = false; ///< as the window begins

    void add(const twin::AlarmTransition& transition);
};

void AlarmMonitor::add(const twin::AlarmTransition& transition) {
    if (transition.alarm != check->alarm || transition.time > window.to) return;
    if (transition.time <= window.from) {
        if (transition.change == twin::AlarmChange::Raised) active = true;
        if (transition.change == twin::AlarmChange::Returned) active = false;
        calling = active && transition.state < twin::AlarmDisplay::Shelved;
    }
    if (transition.time < window.from) return;
    const bool returned = check->behaviour == AlarmBehaviour::Returned;
    if (!(returned ? transition.change == twin::AlarmChange::Returned : transition.annunciated)) return;
    if (!first) first = transition.time;
    ++count;
}

/// One run over a log: what watches samples, and what happens at which moment.
class Run {
public:
    Run(const plant::Plant& plant, twin::Replay& replay, const std::vector<Expectation>& expectations, const CheckOptions& options)
        : plant_{plant},
          replay_{replay},
          expectations_{expectations},
          options_{options},
          bySignal_(plant.signals.size()),
          kpis_{plant, replay.source()},
          unlisted_{plant, replay.source().strings()},
          trends_{plant, replay} {
        verdict_.plant = plant.id;
        verdict_.plantName = plant.name;
        verdict_.plantPath = plant.folder;
        verdict_.span = replay.log();
        if (!options.reportFolder.empty()) machines_.emplace(plant, replay);
    }

    std::expected<Verdict, std::vector<Error>> go();

private:
    /// Something to decide once the clock stands at `time`.
    struct Decision {
        Time time{};
        std::size_t expectation = 0;
    };
    std::optional<Time> resolve(const Moment& moment);
    std::optional<TimeInterval> resolve(const Window& window);
    void prepare(std::size_t i);
    template <typename Check>
    void prepare(std::size_t i, const Check& check);
    template <typename Check>
    void doubt(std::size_t i, const Check& check, TimeInterval window);
    void doubt(std::size_t i, std::string_view why);
    Result<void> lookCloser();
    Result<void> replayTo(Time time);
    void show(std::span<const telemetry::Sample> samples);
    void showTransitions();
    void decide(const Decision& decision);
    void decide(const ValueCheck& check, Outcome& outcome);
    void decide(const StateHashCheck& check, Outcome& outcome);
    void decide(const PictureCheck& check, Outcome& outcome);
    std::optional<PngImage> drawn(const PictureCheck& check, Outcome& outcome);
    void attach(Outcome& outcome, std::string_view suffix, const PngImage& picture);
    void decide(const AlarmMonitor& monitor, Outcome& outcome) const;
    void blame(Outcome& outcome) const;
    void finish();

    const plant::Plant& plant_;
    twin::Replay& replay_;
    const std::vector<Expectation>& expectations_;
    const CheckOptions& options_;
    Verdict verdict_;
    std::vector<Error> errors_;
    std::vector<std::pair<std::size_t, std::unique_ptr<Monitor>>> monitors_; ///< with their expectation
    std::vector<std::vector<Monitor*>> bySignal_;
    std::vector<Monitor*> ofAll_; ///< that want every sample
    std::vector<AlarmMonitor> alarmMonitors_;
    KpiMonitors kpis_;
    twin::UnlistedStates unlisted_;
    Trends trends_;                         ///< parallel to `Verdict::trends`
    std::optional<MachineStates> machines_; ///< where there is a report
    std::uint64_t transitionsShown_ = 0;
    std::vector<Decision> decisions_;
};

std::optional<Time> Run::resolve(const Moment& moment) {
    const auto time = parseMoment(moment.text, replay_.log());
    if (time) return *time;
    errors_.push_back({time.error().code, time.error().message, moment.place});
    return std::nullopt;
}

std::optional<TimeInterval> Run::resolve(const Window& window) {
    const auto from = resolve(window.from), to = resolve(window.to);
    if (!from || !to) return std::nullopt;
    if (*from <= *to) return TimeInterval{*from, *to};
    errors_.push_back(
        {ErrorCode::Invalid, std::format("'from' ({}) lies after 'to' ({})", timeText(*from), timeText(*to)), window.from.place});
    return std::nullopt;
}

/// Sets up what one expectation needs during the run.
void Run::prepare(std::size_t i) {
    const Expectation& expectation = expectations_[i];
    Outcome& outcome = verdict_.outcomes.emplace_back();
    outcome.name = expectation.name;
    outcome.file = expectation.file;
    outcome.line = expectation.line;
    const auto [evidence, signal] = evidenceOf(plant_, expectation);
    outcome.evidence = evidence;
    if (!options_.reportFolder.empty()) {
        if (signal != noSignal) outcome.evidence.trend = trends_.watch(signal);
        for (const SignalIndex suspect : suspectsOf(expectation)) trends_.watch(suspect);
        for (const SignalIndex further : furtherOf(plant_, expectation)) outcome.evidence.others.push_back(trends_.watch(further));
    }
    if (const auto* alarm = std::get_if<AlarmCheck>(&expectation.what)) {
        const auto interval = resolve(alarm->window);
        if (!interval) return;
        outcome.evidence.window = interval;
        alarmMonitors_.push_back({.expectation = i, .check = alarm, .window = *interval});
    } else if (const auto* kpi = std::get_if<KpiCheck>(&expectation.what)) {
        const auto interval = resolve(kpi->window);
        if (!interval) return;
        outcome.evidence.window = interval;
        if (interval->length() > Duration::zero())
            doubt(i, kpis_.watch(i, *kpi, *interval));
        else
            errors_.push_back(
                {ErrorCode::Invalid, "'from' and 'to' are the same moment: a KPI is measured over a time", kpi->window.from.place});
    } else {
        std::visit([&](const auto& check) { prepare(i, check); }, expectation.what);
    }
}

/// Sets up a check that watches samples, or one of a moment.
template <typename Check>
void Run::prepare(std::size_t i, const Check& check) {
    if constexpr (requires(Watch watch) { watcherOf(check, watch); }) {
        const auto interval = resolve(windowOf(check));
        if (!interval) return;
        verdict_.outcomes[i].evidence.window = interval;
        doubt(i, check, *interval);
        Watcher watcher = watcherOf(check, Watch{plant_, replay_.source(), *interval, replay_.log()});
        for (const SignalIndex signal : watcher.signals) bySignal_[index(signal)].push_back(watcher.monitor.get());
        if (watcher.signals.empty()) ofAll_.push_back(watcher.monitor.get());
        monitors_.emplace_back(i, std::move(watcher.monitor));
    } else if constexpr (requires { check.at; }) {
        if (const auto time = resolve(check.at)) decisions_.push_back({*time, i});
        doubt(i, check, {});
    }
}

/// Notes a check whose outcome does not depend on what happened.
template <typename Check>
void Run::doubt(std::size_t i, const Check& check, TimeInterval window) {
    if constexpr (std::is_same_v<Check, ConditionCheck>) {
        if (check.behaviour == Behaviour::Lasts && check.length > window.length())
            doubt(i, std::format("can never pass: 'for' ({}) is longer than the window", formatDuration(check.length)));
        if (check.behaviour == Behaviour::Lasts && check.length == Duration::zero())
            doubt(i, "asks for no time at all: 'for' is 0");
        if (check.behaviour == Behaviour::Then && check.length >= replay_.log().to - window.from)
            doubt(i, std::format("can never fail: 'within' ({}) reaches beyond the log", formatDuration(check.length)));
    } else if constexpr (std::is_same_v<Check, PictureCheck>) {
        if (check.tolerance >= 1) doubt(i, "can never fail: 'tolerance' allows every pixel to differ");
    }
}

void Run::doubt(std::size_t i, std::string_view why) {
    if (why.empty()) return;
    const Expectation& expectation = expectations_[i];
    verdict_.doubts.push_back({ErrorCode::Invalid, std::format("'{}' {}", expectation.name, why),
                               std::format("{}:{}", expectation.file, expectation.line)});
}

/// What was around the first failures, sample by sample.
Result<void> Run::lookCloser() {
    constexpr std::size_t most = 20;
    std::size_t looked = 0;
    for (Outcome& outcome : verdict_.outcomes) {
        Evidence& evidence = outcome.evidence;
        if (outcome.passed || !evidence.moment || !outcome.time || !evidence.trend || looked++ >= most) continue;
        auto detail = detailOf(plant_, replay_, trends_.signal(*evidence.trend), *outcome.time);
        if (!detail) return std::unexpected(detail.error());
        evidence.detail = *std::move(detail);
    }
    return {};
}

void Run::show(std::span<const telemetry::Sample> samples) {
    kpis_.add(samples);
    unlisted_.add(samples);
    trends_.add(samples);
    for (Monitor* monitor : ofAll_) monitor->add(samples);
    for (const telemetry::Sample& sample : samples)
        for (Monitor* monitor : bySignal_[index(sample.signal)]) monitor->add({&sample, 1});
}

/// What alarms did since it was last looked.
void Run::showTransitions() {
    const auto fresh = replay_.transitionsSince(transitionsShown_); // none were dropped unseen: `Replay::advance`
    if (machines_) machines_->note(fresh);
    for (const twin::AlarmTransition& each : fresh) {
        for (AlarmMonitor& monitor : alarmMonitors_) monitor.add(each);
        if (!each.annunciated) continue;
        const plant::Alarm& alarm = plant_.at(each.alarm);
        if (verdict_.callCount++ < callsKept)
            verdict_.calls.push_back({each.time, alarm.path, alarm.priority, alarm.name, alarm.cause, alarm.action});
    }
    transitionsShown_ += fresh.size();
}

Result<void> Run::replayTo(Time time) {
    const TimeInterval log = replay_.log();
    for (std::size_t batches = 0;; ++batches) {
        const auto samples = replay_.advance(time);
        if (!samples) return std::unexpected(samples.error());
        if (machines_) machines_->add(*samples); // before what alarms did meanwhile
        showTransitions();
        if (samples->empty()) return {};
        show(*samples);
        if (batches % 16 != 0) continue;
        if (options_.progress.cancelled())
            return failure(ErrorCode::Cancelled, "stopped while replaying", timeText(replay_.time()));
        options_.progress(seconds(replay_.time() - log.from) / std::max(1e-9, seconds(log.length())), "checking");
    }
}

void Run::decide(const ValueCheck& check, Outcome& outcome) {
    const plant::Signal& signal = plant_.at(check.signal);
    const auto frame = replay_.frame();
    const twin::SignalState& state = frame->signals[index(check.signal)];
    const bool usable = state.known && isUsable(state.quality);
    const bool isText = signal.type == ValueType::String;
    const double number = state.value.asNumber(signal.type);
    const std::string_view text = isText && state.known ? frame->strings->text(state.value.string) : std::string_view{};
    if (const auto* wanted = std::get_if<double>(&check.value)) {
        outcome.expected = std::format("{} = {}", signal.path, valueText(signal, *wanted, {}));
        if (check.tolerance > 0) outcome.expected += std::format(" ± {}", check.tolerance);
        outcome.passed = usable && std::abs(number - *wanted) <= check.tolerance;
    } else {
        const std::string& wantedText = std::get<std::string>(check.value);
        outcome.expected = std::format("{} = '{}'", signal.path, wantedText);
        outcome.passed = usable && text == wantedText;
    }
    outcome.found = state.known ? valueText(signal, number, text) : "no value yet";
    if (state.known && !usable) outcome.found += ", quality not good";
}

void Run::decide(const StateHashCheck& check, Outcome& outcome) {
    outcome.expected = check.hash;
    outcome.found = replay_.stateHash().hex();
    outcome.passed = outcome.found == check.hash;
}

void Run::attach(Outcome& outcome, std::string_view suffix, const PngImage& picture) {
    if (options_.reportFolder.empty()) return;
    std::string name;
    for (const char c : outcome.name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const bool capital = c >= 'A' && c <= 'Z';
        if (plain || capital)
            name += capital ? static_cast<char>(c - 'A' + 'a') : c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    const std::filesystem::path path =
        options_.reportFolder / std::format("{:02}-{}{}.png", &outcome - verdict_.outcomes.data() + 1, name, suffix);
    if (auto written = writePng(path, picture.width, picture.height, picture.rgba); !written)
        errors_.push_back(written.error());
    else
        outcome.attachments.push_back(path);
}

std::optional<PngImage> Run::drawn(const PictureCheck& check, Outcome& outcome) {
    if (!options_.draw) {
        outcome.found = "no picture: nothing here can draw one";
        return std::nullopt;
    }
    auto picture = options_.draw(*replay_.frame(), check);
    if (picture) return std::move(*picture);
    outcome.found = "no picture: " + picture.error().text();
    return std::nullopt;
}

void Run::decide(const PictureCheck& check, Outcome& outcome) {
    const Clock::time_point start = Clock::now();
    outcome.expected = std::format("as {}, at most {:.2f} % different", check.reference.filename().string(), check.tolerance * 100);
    const auto picture = drawn(check, outcome);
    if (!picture) return;
    const auto reference = readPng(check.reference);
    if (!reference) {
        outcome.found = reference.error().text();
        attach(outcome, "", *picture);
        if (!outcome.attachments.empty()) {
            outcome.found +=
                std::format("; look at {} and, if it is right, run again with --bless", outcome.attachments.back().string());
        }
        return;
    }
    const auto difference = comparePictures(*picture, *reference);
    outcome.seconds = secondsSince(start);
    outcome.passed = difference && difference->share <= check.tolerance;
    outcome.found = difference ? std::format("{:.2f} % different", difference->share * 100) : difference.error().text();
    if (outcome.passed) return;
    attach(outcome, "", *picture);
    attach(outcome, "-reference", *reference);
    if (difference) attach(outcome, "-difference", difference->highlight);
}

void Run::decide(const Decision& decision) {
    Outcome& outcome = verdict_.outcomes[decision.expectation];
    outcome.time = decision.time;
    std::visit(
        [&](const auto& check) {
            if constexpr (requires { decide(check, outcome); }) decide(check, outcome);
        },
        expectations_[decision.expectation].what);
}

void Run::decide(const AlarmMonitor& monitor, Outcome& outcome) const {
    const auto& [expectation, watched, window, count, first, active, calling] = monitor;
    const AlarmCheck& check = *watched;
    const bool never = check.behaviour == AlarmBehaviour::Never;
    const bool returned = check.behaviour == AlarmBehaviour::Returned;
    const std::string& path = plant_.at(check.alarm).path;
    const std::string_view what = returned ? "returned to normal" : "raised";
    outcome.expected = never ? std::format("alarm {} never active", path)
                             : std::format("alarm {} {} {}", path, what, countText(check.count, "time", "times"));
    outcome.time = never && calling ? window.from : first.value_or(window.to);
    if (never && calling)
        outcome.found = "active from the start of the window";
    else if (count == 0)
        outcome.found = std::format("not {}", what);
    else
        outcome.found = std::format("{} {}, first at {}", what, timesText(count), timeText(*first));
    outcome.passed = never ? !calling && count == 0 : count >= check.count.least && count <= check.count.most;
}

/// Shows the trends of the signals that made it fail.
void Run::blame(Outcome& outcome) const {
    constexpr std::size_t most = 3;
    Evidence& evidence = outcome.evidence;
    for (const std::string& path : outcome.signals) {
        const auto place = trends_.find(plant_.findSignal(path));
        if (!place || place == evidence.trend || evidence.others.size() + 1 >= most) continue;
        if (evidence.trend)
            evidence.others.push_back(*place);
        else
            evidence.trend = place;
    }
}

void Run::finish() {
    for (auto& [expectation, monitor] : monitors_) {
        Outcome& outcome = verdict_.outcomes[expectation];
        monitor->finish(outcome);
        if (outcome.passed) outcome.evidence.others.clear();
        blame(outcome);
    }
    for (const AlarmMonitor& monitor : alarmMonitors_) decide(monitor, verdict_.outcomes[monitor.expectation]);
    kpis_.finish(verdict_.outcomes);
    if (machines_) machines_->finish(verdict_, expectations_);
    for (Error& warning : unlisted_.warnings()) verdict_.doubts.push_back(std::move(warning));
    verdict_.trends = trends_.finish();
    verdict_.stateHash = replay_.stateHash();
}

std::expected<Verdict, std::vector<Error>> Run::go() {
    const Clock::time_point start = Clock::now();
    verdict_.outcomes.reserve(expectations_.size());
    for (std::size_t i = 0; i < expectations_.size(); ++i) prepare(i);
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    std::ranges::stable_sort(decisions_, {}, &Decision::time);
    if (!options_.reportFolder.empty()) {
        std::error_code failed;
        std::filesystem::create_directories(options_.reportFolder, failed);
        if (failed)
            return std::unexpected(std::vector{Error{ErrorCode::Unreadable, "cannot make the report folder: " + failed.message(),
                                                     options_.reportFolder.string()}});
    }
    const auto stopped = [](Error error) { return std::unexpected(std::vector{std::move(error)}); };
    if (auto done = replay_.rewind(); !done) return stopped(done.error());
    const std::uint64_t before = replay_.samplesApplied();
    for (const Decision& decision : decisions_) {
        if (auto done = replayTo(decision.time); !done) return stopped(done.error());
        decide(decision);
    }
    if (auto done = replayTo(replay_.log().to); !done) return stopped(done.error());
    finish();
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    verdict_.samples = replay_.samplesApplied() - before;
    verdict_.seconds = secondsSince(start);
    if (!options_.reportFolder.empty())
        if (auto done = lookCloser(); !done) return stopped(done.error());
    return std::move(verdict_);
}

} // namespace

std::size_t Verdict::failed() const {
    return static_cast<std::size_t>(std::ranges::count(outcomes, false, &Outcome::passed));
}

std::expected<Verdict, std::vector<Error>> run(const plant::Plant& plant, twin::Replay& replay,
                                               const std::vector<Expectation>& expectations, const CheckOptions& options) {
    return Run{plant, replay, expectations, options}.go();
}

} // namespace millwright::check
