#include <millwright/core/time_edges.hpp>
#include <millwright/plant/within.hpp>
#include <millwright/ui/format.hpp>
#include <millwright/ui/stepping.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <format>
#include <mutex>
#include <thread>
#include <utility>

namespace millwright::ui {
namespace {

constexpr std::size_t batch = 1024;

template <typename Thing>
std::string_view nameOf(const Thing& thing) {
    return thing.name.empty() ? std::string_view{thing.id} : std::string_view{thing.name};
}

std::string andMore(std::size_t others) {
    return others > 0 ? std::format(" and {} more", others) : std::string{};
}

std::vector<SignalIndex> signalsOf(const plant::Plant& plant, const Stepper::Question& question) {
    if (question.signal != noSignal) return {question.signal};
    std::vector<SignalIndex> found;
    for (std::size_t i = 0; i < plant.signals.size(); ++i)
        if (plant::isWithin(plant, plant.signals[i].equipment, question.equipment)) found.push_back(static_cast<SignalIndex>(i));
    return found;
}

/// What is known of where a step leads: nothing yet, nowhere, or there.
struct Finding {
    bool known = false;
    std::optional<Landing> landing = {};
};

/// Which samples are the nearest, by their place in what was asked for.
struct Nearest {
    Time time{};
    SignalIndex first = noSignal;
    std::size_t signals = 0; ///< that have one then; 0: there is none

    void add(Time at, SignalIndex signal) {
        if (signals++ == 0) first = signal;
        time = at;
    }
};

Result<Nearest> nearestSample(telemetry::Source& source, Time from, bool forward) {
    Nearest found;
    const auto keyframe = source.seek(forward ? from : justBefore(from));
    if (!keyframe) return std::unexpected(keyframe.error());
    if (!forward) {
        for (const telemetry::Keyframe::Entry& entry : keyframe->entries) {
            if (found.signals > 0 && entry.last.time > found.time) found = {};
            if (found.signals == 0 || entry.last.time == found.time) found.add(entry.last.time, entry.last.signal);
        }
        return found;
    }
    SignalIndex last = noSignal;
    while (true) {
        const auto samples = source.next(batch);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return found;
        for (const telemetry::Sample& sample : *samples) {
            if (found.signals > 0 && sample.time != found.time) return found;
            if (sample.signal != last) found.add(sample.time, sample.signal);
            last = sample.signal;
        }
    }
}

} // namespace

struct Stepper::State {
    const plant::Plant& plant;
    Open open;
    std::optional<Question> question; ///< being looked for
    std::string note;

    struct Lookup {
        std::vector<SignalIndex> signals;
        Time from{};
        bool forward = true;
    };
    mutable std::mutex mutex; // guards what follows
    mutable std::condition_variable_any changed;
    std::optional<Lookup> next;
    bool reading = false;
    std::optional<Result<Nearest>> answer; ///< of the last lookup
    std::vector<SignalIndex> answered;     ///< its signals
    std::jthread thread;                   ///< last: it uses all of the above

    State(const plant::Plant& p, Open o)
        : plant{p}, open{std::move(o)}, thread{[this](const std::stop_token& stop) { work(stop); }} {}

    void work(const std::stop_token& stop) {
        std::unique_ptr<telemetry::Source> source;
        std::vector<SignalIndex> opened;
        std::unique_lock lock{mutex};
        while (changed.wait(lock, stop, [this] { return next.has_value(); })) {
            const Lookup lookup = *std::exchange(next, std::nullopt);
            reading = true;
            lock.unlock();
            Result<Nearest> found;
            if (!source || opened != lookup.signals) {
                opened = lookup.signals;
                auto fresh = open(opened);
                source = fresh ? *std::move(fresh) : nullptr;
                if (!fresh) found = std::unexpected(fresh.error());
            }
            if (source) found = nearestSample(*source, lookup.from, lookup.forward);
            if (!found) source.reset();
            lock.lock();
            reading = false;
            if (!next) {
                answer = std::move(found);
                answered = opened;
            }
            changed.notify_all();
        }
    }

    [[nodiscard]] bool concerns(EquipmentIndex equipment) const { return plant::isWithin(plant, equipment, question->equipment); }
    /// `Rewinder 1: `, unless that is what was asked of.
    [[nodiscard]] std::string whose(EquipmentIndex equipment) const {
        if (equipment == noEquipment || equipment == question->equipment) return {};
        return std::format("{}: ", nameOf(plant.at(equipment)));
    }

    [[nodiscard]] Finding findAlarm(const LogOverview& overview) const;
    [[nodiscard]] Finding findState(const LogOverview& overview) const;
    [[nodiscard]] Result<Finding> findSample();
    [[nodiscard]] Result<Finding> find(const LogOverview& overview);
    [[nodiscard]] std::string searching(const LogOverview& overview) const;
    [[nodiscard]] std::string nothing(const LogOverview& overview) const;
    [[nodiscard]] std::string what() const;
};

/// Those of one moment are one step, named by the most urgent of them.
Finding Stepper::State::findAlarm(const LogOverview& overview) const {
    const bool forward = question->step.forward, finished = overview.finished();
    const bool read = finished || overview.sliceStart(overview.slices()) >= question->from;
    const auto marks = overview.alarms(); // after asking how far it has read
    const auto mine = [this](const LogOverview::AlarmMark& mark) { return concerns(plant.at(mark.alarm).equipment); };
    const auto after = std::ranges::upper_bound(marks, question->from, {}, &LogOverview::AlarmMark::time);
    const auto begin = std::ranges::lower_bound(marks, question->from, {}, &LogOverview::AlarmMark::time);
    auto found = after;
    if (forward) {
        found = std::find_if(after, marks.end(), mine);
        if (found == marks.end()) return {.known = finished};
    } else {
        if (!read) return {};
        const auto back = std::find_if(std::make_reverse_iterator(begin), std::make_reverse_iterator(marks.begin()), mine);
        if (back == std::make_reverse_iterator(marks.begin())) return {.known = true};
        found = std::prev(back.base());
    }
    const Time time = found->time;
    plant::AlarmIndex worst = found->alarm;
    std::size_t count = 0;
    const auto together = std::ranges::equal_range(marks, time, {}, &LogOverview::AlarmMark::time);
    for (const LogOverview::AlarmMark& each : together) {
        if (!mine(each)) continue;
        ++count;
        if (plant.at(each.alarm).priority > plant.at(worst).priority) worst = each.alarm;
    }
    const plant::Alarm& alarm = plant.at(worst);
    return {.known = true,
            .landing = Landing{.time = time,
                               .text = std::format("{}{}{} raised {}", whose(alarm.equipment), nameOf(alarm), andMore(count - 1),
                                                   clockText(time, 3)),
                               .alarm = worst}};
}

/// The first state of a machine is no change.
Finding Stepper::State::findState(const LogOverview& overview) const {
    const twin::MachineStates* const states = overview.states();
    if (states == nullptr) return {};
    const twin::StateSpell* best = nullptr;
    EquipmentIndex whose = noEquipment;
    std::size_t count = 0;
    for (std::size_t i = 0; i < states->sources.size(); ++i) {
        const auto& spells = states->spells[i];
        if (spells.empty() || !concerns(states->sources[i].equipment)) continue;
        const std::span changes = std::span{spells}.subspan(1);
        const auto begin = [](const twin::StateSpell& spell) { return spell.interval.from; };
        const auto at = question->step.forward ? std::ranges::upper_bound(changes, question->from, {}, begin)
                                               : std::ranges::lower_bound(changes, question->from, {}, begin);
        if (at == (question->step.forward ? changes.end() : changes.begin())) continue;
        const twin::StateSpell& change = question->step.forward ? *at : *std::prev(at);
        const bool nearer =
            best == nullptr || (question->step.forward ? begin(change) < begin(*best) : begin(change) > begin(*best));
        if (!nearer && begin(change) != begin(*best)) continue;
        count = nearer ? 1 : count + 1;
        if (!nearer) continue;
        best = &change;
        whose = states->sources[i].equipment;
    }
    if (best == nullptr) return {.known = true};
    const std::string_view reason = twin::reasonOf(plant, *best);
    const Time time = best->interval.from;
    return {.known = true,
            .landing = Landing{.time = time,
                               .text = std::format("{}{}{} {}{}{}", this->whose(whose), twin::textOf(*best), andMore(count - 1),
                                                   clockText(time, 3), reason.empty() ? "" : ", ", reason)}};
}

Result<Finding> Stepper::State::findSample() {
    const std::scoped_lock lock{mutex};
    if (!answer) return Finding{};
    const Result<Nearest> nearest = *std::exchange(answer, std::nullopt);
    if (!nearest) return std::unexpected(nearest.error());
    if (nearest->signals == 0) return Finding{.known = true};
    const plant::Signal& signal = plant.at(answered[index(nearest->first)]);
    return Finding{.known = true,
                   .landing = Landing{.time = nearest->time,
                                      .text = std::format("{}{}{} sampled {}", whose(signal.equipment), nameOf(signal),
                                                          andMore(nearest->signals - 1), clockText(nearest->time, 3))}};
}

Result<Finding> Stepper::State::find(const LogOverview& overview) {
    switch (question->step.landmark) {
    case Landmark::Alarm: return findAlarm(overview);
    case Landmark::StateChange: return findState(overview);
    case Landmark::Sample: break;
    }
    return findSample();
}

std::string Stepper::State::what() const {
    constexpr std::array<std::string_view, 3> names{"sample", "alarm", "change of state"};
    return std::format("{} {}", question->step.forward ? "later" : "earlier",
                       names[static_cast<std::size_t>(question->step.landmark)]);
}

std::string Stepper::State::searching(const LogOverview& overview) const {
    std::string text = std::format("Looking for {} {} …", question->step.landmark == Landmark::Alarm ? "an" : "a", what());
    if (question->step.landmark != Landmark::Sample) text += std::format(" {:.0f} % read", overview.progress() * 100);
    return text;
}

std::string Stepper::State::nothing(const LogOverview& overview) const {
    std::string text = std::format("No {}", what());
    if (question->signal != noSignal)
        text += std::format(" of {}", nameOf(plant.at(question->signal)));
    else if (question->equipment != noEquipment)
        text += std::format(" of {}", nameOf(plant.at(question->equipment)));
    if (question->step.landmark == Landmark::Sample) return text;
    if (overview.error()) return text + " in what could be read";
    if (question->step.landmark == Landmark::Alarm && question->step.forward &&
        overview.alarms().size() >= LogOverview::mostAlarmMarks)
        text += std::format(" among the first {}", countText(LogOverview::mostAlarmMarks));
    return text;
}

Stepper::Stepper(const plant::Plant& plant, Open open) : state_{std::make_unique<State>(plant, std::move(open))} {}
Stepper::~Stepper() = default;

void Stepper::ask(const Question& question) {
    state_->question = question;
    const std::scoped_lock lock{state_->mutex};
    state_->answer.reset();
    state_->next.reset();
    if (question.step.landmark != Landmark::Sample) return;
    state_->next = State::Lookup{signalsOf(state_->plant, question), question.from, question.step.forward};
    state_->changed.notify_all();
}

void Stepper::forget() {
    state_->question.reset();
    state_->note.clear();
    const std::scoped_lock lock{state_->mutex};
    state_->next.reset();
    state_->answer.reset();
}

std::optional<Landing> Stepper::update(const LogOverview& overview) {
    State& s = *state_;
    if (!s.question) return std::nullopt;
    const Result<Finding> found = s.find(overview);
    if (found && !found->known) {
        s.note = s.searching(overview);
        return std::nullopt;
    }
    s.note = !found           ? std::format("The log cannot be read: {}", found.error().text())
             : found->landing ? found->landing->text
                              : s.nothing(overview);
    s.question.reset();
    return found ? found->landing : std::nullopt;
}

bool Stepper::busy() const {
    return state_->question.has_value();
}
const std::string& Stepper::note() const {
    return state_->note;
}

void Stepper::wait() const {
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [this] { return !state_->next && !state_->reading; });
}

} // namespace millwright::ui
