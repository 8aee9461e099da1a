#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/user_cache.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/shifted_source.hpp>

#include <algorithm>
#include <app/alarm_memory.hpp>

namespace millwright::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".alarms";
constexpr std::uint64_t budgetBytes = std::uint64_t{1} << 30;
constexpr std::size_t headBytes = 64u << 10, tailBytes = 1u << 20; ///< of a log: its header, and its summary

void addFile(Hasher& hasher, const fs::path& file) {
    std::error_code error;
    hasher.add(static_cast<std::uint64_t>(fs::file_size(file, error)));
    hasher.add(static_cast<std::int64_t>(fs::last_write_time(file, error).time_since_epoch().count()));
}

void add(Hasher& hasher, const plant::Expression& expression) {
    hasher.add(static_cast<std::uint64_t>(expression.code.size()));
    for (const plant::Expression::Instruction& at : expression.code) {
        hasher.add(at.op);
        hasher.add(at.signal);
        hasher.add(at.number);
        hasher.add(at.offset);
    }
    for (const std::string& text : expression.texts) hasher.add(std::string_view{text});
}

void add(Hasher& hasher, const plant::Plant& plant, SignalIndex index) {
    hasher.add(index);
    if (index == noSignal) return;
    const plant::Signal& signal = plant.at(index);
    for (const SharedText* text : {&signal.path, &signal.topic, &signal.unit}) hasher.add(text->view());
    hasher.add(signal.type);
    hasher.add(signal.interpolation);
    hasher.add(signal.maxGap.count());
    for (const std::string& state : signal.states) hasher.add(std::string_view{state});
}

/// What decides what an alarm does.
void add(Hasher& hasher, const plant::Plant& plant, const plant::Alarm& alarm) {
    hasher.add(std::string_view{alarm.path});
    hasher.add(alarm.kind);
    hasher.add(alarm.priority);
    add(hasher, plant, alarm.signal);
    for (const plant::Expression* expression : {&alarm.measure, &alarm.suppressedBy}) {
        add(hasher, *expression);
        for (const SignalIndex signal : expression->signals) add(hasher, plant, signal);
    }
    hasher.add(alarm.limit);
    hasher.add(alarm.deadBand);
    for (const Duration duration : {alarm.onDelay, alarm.offDelay, alarm.timeout, alarm.reAlarm, alarm.maximumShelving})
        hasher.add(duration.count());
    hasher.add(alarm.latching);
    hasher.add(alarm.needsAcknowledgement);
    hasher.add(std::string_view{alarm.firstOut});
}

void add(Hasher& hasher, const plant::Plant& plant, const plant::Derived& derived) {
    add(hasher, plant, derived.signal);
    for (const SignalIndex input : derived.inputs) add(hasher, plant, input);
    add(hasher, derived.value);
    for (const plant::StateRule& rule : derived.rules) {
        add(hasher, rule.when);
        hasher.add(rule.state);
    }
}

void add(Hasher& hasher, const twin::OperatorAction& action) {
    hasher.add(nanoseconds(action.time));
    hasher.add(action.alarm);
    hasher.add(action.kind);
    hasher.add(action.duration.count());
}

} // namespace

AlarmMemory::AlarmMemory(const plant::Plant& plant, const fs::path& log, std::span<const twin::OperatorAction> actions,
                         Duration later) {
    const fs::path folder = userCacheFolder("alarms");
    const auto file = MappedFile::open(log);
    if (folder.empty() || !file) return;
    Hasher hasher;
    addFile(hasher, "/proc/self/exe"); // another program may judge differently
    addFile(hasher, log);
    const auto bytes = file->bytes();
    hasher.add(bytes.first(std::min(bytes.size(), headBytes)));
    hasher.add(bytes.last(std::min(bytes.size(), tailBytes)));
    hasher.add(later.count());
    for (const plant::Alarm& alarm : plant.alarms) add(hasher, plant, alarm);
    for (const plant::Derived& derived : plant.derived) add(hasher, plant, derived);
    for (const twin::OperatorAction& action : actions) add(hasher, action);
    entry_ = folder / (hasher.finish().hex() + std::string{suffix});
}

bool AlarmMemory::recall(twin::Replay& replay) const {
    std::error_code ignored;
    if (entry_.empty() || !fs::exists(entry_, ignored)) return false;
    const auto file = MappedFile::open(entry_);
    if (!file) return false;
    if (const auto done = replay.recall(file->bytes()); !done) {
        log::info("{}: {}", entry_.string(), done.error().message);
        fs::remove(entry_, ignored);
        return false;
    }
    touchCached(entry_);
    return true;
}

void AlarmMemory::keep(const twin::Replay& replay) const {
    if (entry_.empty()) return;
    if (const auto written = writeFile(entry_, std::span<const std::byte>{replay.memory()}); !written) {
        log::info("what is known of the log's alarms is not kept for next time: {}", written.error().text());
        return;
    }
    evictCached(entry_.parent_path(), suffix, budgetBytes, entry_);
}

std::optional<twin::ReplayThread::Scout> scoutFor(const plant::Plant& plant, const fs::path& log, twin::Replay& replay,
                                                  Duration later) {
    if (plant.alarms.empty()) return std::nullopt;
    const auto actions = replay.actions();
    AlarmMemory memory{plant, log, actions, later};
    if (memory.recall(replay)) return std::nullopt;
    auto opened = telemetry::LogSource::open(log, twin::subscriptions(plant));
    if (!opened) return std::nullopt;
    auto source = telemetry::shifted(std::move(*opened), later);
    if (!source) return std::nullopt;
    auto scout = twin::Replay::open(plant, *std::move(source), {.actions = {actions.begin(), actions.end()}});
    if (!scout) return std::nullopt;
    return twin::ReplayThread::Scout{*std::move(scout),
                                     [memory = std::move(memory)](const twin::Replay& known) { memory.keep(known); }};
}

} // namespace millwright::app
