#include "historian/recording.hpp"
#include "historian/sink.hpp"

#include <millwright/historian/writer.hpp>
#include <millwright/telemetry/back_off.hpp>
#include <millwright/telemetry/feed.hpp>

#include <algorithm>
#include <condition_variable>
#include <format>
#include <mutex>
#include <random>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <utility>

namespace millwright::historian {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto longestPoll = 250ms; ///< between looks at the recording
constexpr auto alivePause = 10s;    ///< between questions to a server that nothing is written to
constexpr auto retentionPause = 1h;
constexpr auto longWrite = 30s; ///< then the server is said not to answer
constexpr std::size_t mostNotes = 100;

/// One that no other writer has, and that says to people which this is.
std::string newName() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    std::random_device random;
    return std::format("{}, process {}, {:08x}{:08x}", host.data(), ::getpid(), random(), random());
}

} // namespace

std::string_view name(Health health) {
    constexpr std::array<std::string_view, 4> names{"connecting", "live", "standby", "disconnected"};
    return names[static_cast<std::size_t>(health)];
}

std::string describe(const Access& access) {
    return std::format("postgresql://{}:{}/{}", access.host, access.port, access.database);
}

struct Writer::State {
    Options options;
    std::function<telemetry::RecorderStatus()> recording;

    // Of the writer's thread.
    Recording log;
    Batch batch;
    std::vector<telemetry::Sample> samples;
    /// The newest that another program had written when it was last asked, by topic: older samples of the recording up to that
    /// position are not written again.
    std::unordered_map<std::string, Time> othersNewest;
    std::uint64_t othersUntil = 0;
    Time newestInBatch{};
    Clock::time_point filledSince;
    std::unique_ptr<Sink> sink;
    bool writes = false;          ///< this program is the one that writes
    std::string self = newName(); ///< as the tables know this program while it writes
    Clock::time_point nextLook;   ///< at what the other one has written
    bool hypertable = false;
    telemetry::BackOff backOff;
    Clock::time_point connectedSince, nextAttempt, lastTalk, nextRetention;

    mutable std::mutex mutex; ///< guards what follows; never held while the server is waited for
    std::condition_variable_any wake;
    WriterStatus status;
    std::unique_ptr<Database> database; ///< changed by the thread only
    std::uint64_t settled = 0;          ///< samples of the recording that need nothing more
    std::uint64_t recorded = 0;
    bool finishing = false, finished = false;
    Clock::time_point writingSince; ///< epoch: it is not

    std::jthread thread; ///< last: it uses all of the above

    void run(const std::stop_token& stop);
    void gather();
    [[nodiscard]] bool writtenByOther(std::size_t signal, Time time) const;
    [[nodiscard]] bool due(bool last) const;
    bool connect();
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> claim();
    [[nodiscard]] Result<void> followOther();
    [[nodiscard]] Result<void> send();
    [[nodiscard]] Result<void> tend();
    void disconnect(const Error& error);
    void note(const std::vector<std::string>& notes);
    void say(Health health, std::string problem);
};

void Writer::State::say(Health health, std::string problem) {
    const std::scoped_lock lock{mutex};
    status.health = health;
    status.problem = std::move(problem);
}

void Writer::State::note(const std::vector<std::string>& notes) {
    const std::scoped_lock lock{mutex};
    for (const std::string& each : notes)
        if (status.notes.size() < mostNotes && !std::ranges::contains(status.notes, each)) status.notes.push_back(each);
}

bool Writer::State::writtenByOther(std::size_t signal, Time time) const {
    // Of one instant, and of late samples, nobody knows which are there: the tables tell them apart.
    const auto newest = othersNewest.find(log.topics()[signal].topic);
    return newest != othersNewest.end() && time < newest->second;
}

/// Fills the batch from the recording.
void Writer::State::gather() {
    const telemetry::RecorderStatus recorder = recording();
    std::uint64_t present = 0, refused = 0;
    while (batch.size() < options.batchSize) {
        samples.clear();
        const auto read = log.next(recorder, samples);
        if (!read) {
            if (read.error().code != ErrorCode::NotFound) // deleted in this moment: counted as lost
                note({std::format("a part of the recording cannot be read: {}", read.error().text())});
            continue;
        }
        if (!*read) break;
        if (batch.size() == 0) filledSince = Clock::now();
        const bool maybeOthers = log.position() <= othersUntil;
        for (const telemetry::Sample& sample : samples) {
            if (maybeOthers && writtenByOther(index(sample.signal), sample.time))
                ++present;
            else if (!batch.add(sample, index(sample.signal), log.strings()))
                ++refused;
            newestInBatch = std::max(newestInBatch, sample.time);
        }
    }
    const std::scoped_lock lock{mutex};
    recorded = recorder.samples;
    status.present += present;
    status.refused += refused;
    settled += present + refused + log.lost() - status.lost;
    status.lost = log.lost();
}

/// Whether the batch has waited long enough.
bool Writer::State::due(bool last) const {
    return batch.size() > 0 && (last || batch.size() >= options.batchSize || Clock::now() - filledSince >= options.batchInterval);
}

Result<void> Writer::State::open() {
    auto connected = Database::connect(options.access);
    if (!connected) return std::unexpected(connected.error());
    {
        const std::scoped_lock lock{mutex};
        database = std::move(*connected);
    }
    const auto info = prepare(*database, options);
    if (!info) return std::unexpected(info.error());
    hypertable = info->hypertable;
    if (!info->note.empty()) note({info->note});
    sink = std::make_unique<Sink>(*database, options);
    const std::scoped_lock lock{mutex};
    if (!status.server.empty()) ++status.reconnects;
    status.server = info->server + (info->timescale.empty() ? "" : std::format(", TimescaleDB {}", info->timescale));
    return {};
}

/// Becomes the one that writes, unless another program is.
Result<void> Writer::State::claim() {
    const auto locked = database->query(std::format("select pg_try_advisory_lock({})", lockKey(options, "live")));
    if (!locked) return std::unexpected(locked.error());
    if (locked->front()[0] != "t") {
        say(Health::Standby,
            std::format("another program writes the samples of plant '{}': this one goes on where that ends", options.plant));
        return Clock::now() < nextLook ? Result<void>{} : followOther();
    }
    const Tables tables{options.schema};
    const auto before = database->query(std::format("select writer from {} where plant = $1", tables.writers), {options.plant});
    if (!before) return std::unexpected(before.error());
    if (before->empty() || before->front()[0] != self) {
        if (auto followed = followOther(); !followed) return followed;
        const auto named = database->query(
            std::format("insert into {} values ($1, $2) on conflict (plant) do update set writer = $2", tables.writers),
            {options.plant, self});
        if (!named) return std::unexpected(named.error());
    }
    writes = true;
    nextRetention = Clock::now();
    say(Health::Live, {});
    return {};
}

/// Passes over what is in this recording and written already.
Result<void> Writer::State::followOther() {
    const Tables tables{options.schema};
    // What is dated in the future was not measured, but imported.
    const auto newest = database->query(
        std::format(
            "select topic, (select max(time) from {} where signal = s.id and time <= {}) from {} s where plant = $1 and topic "
            "not like 'late/%'",
            tables.samples, nanoseconds(telemetry::receptionTime()), tables.signals),
        {options.plant});
    if (!newest) return std::unexpected(newest.error());
    othersUntil = recording().samples;
    othersNewest.clear();
    for (const Fields& row : *newest)
        if (row[1]) othersNewest.emplace(*row[0], timeFromNanoseconds(std::stoll(*row[1])));
    const std::size_t dropped = batch.drop([&](std::size_t signal, Time time) { return writtenByOther(signal, time); });
    nextLook = Clock::now() + alivePause;
    const std::scoped_lock lock{mutex};
    status.present += dropped;
    settled += dropped;
    return {};
}

bool Writer::State::connect() {
    if (database != nullptr && database->alive()) return true;
    if (Clock::now() < nextAttempt) return false;
    auto opened = open();
    if (opened) {
        connectedSince = lastTalk = Clock::now();
        opened = claim();
    }
    if (opened) return true;
    disconnect(opened.error());
    return false;
}

void Writer::State::disconnect(const Error& error) {
    sink.reset();
    if (database != nullptr) backOff.lasted(Clock::now() - connectedSince);
    nextAttempt = Clock::now() + backOff.next();
    writes = false;
    const std::scoped_lock lock{mutex};
    database.reset();
    status.health = status.server.empty() ? Health::Connecting : Health::Disconnected;
    status.problem = error.text();
}

/// What is due beside writing. Errors: those of the server.
Result<void> Writer::State::tend() {
    const Clock::time_point now = Clock::now();
    if (!writes && now - lastTalk >= 1s) {
        lastTalk = now;
        return claim();
    }
    if (writes && options.retention && now >= nextRetention) {
        lastTalk = now;
        const auto more = deleteBefore(*database, options, hypertable, telemetry::receptionTime() - *options.retention);
        if (!more) return std::unexpected(more.error());
        nextRetention = *more ? now : now + retentionPause;
    }
    if (now - lastTalk >= alivePause) {
        lastTalk = now;
        if (auto answer = database->query("select 1"); !answer) return std::unexpected(answer.error());
    }
    return {};
}

/// Writes the batch. Errors: those of the server; it can be written again then.
Result<void> Writer::State::send() {
    {
        const std::scoped_lock lock{mutex};
        writingSince = Clock::now();
    }
    std::vector<std::string> notes;
    Result<Written> written;
    if (auto declared = sink->declare(log.topics(), notes); declared)
        written = sink->write(batch);
    else
        written = std::unexpected(declared.error());
    note(notes);
    lastTalk = Clock::now();
    const std::scoped_lock lock{mutex};
    writingSince = {};
    if (!written) return std::unexpected(written.error());
    status.written += written->written;
    status.present += written->present;
    status.refused += written->refused;
    status.newest = std::max(status.newest, newestInBatch);
    settled += batch.size();
    batch.clear();
    return {};
}

void Writer::State::run(const std::stop_token& stop) {
    bool again = true; // at the end, a connection that turns out to be lost only then is made anew, once
    while (!stop.stop_requested()) {
        bool last = false;
        {
            const std::scoped_lock lock{mutex};
            last = finishing;
        }
        gather();
        bool wrote = false;
        if (connect()) {
            Result<void> done;
            if (writes && due(last)) {
                done = send();
                wrote = done.has_value();
            }
            if (done) done = tend();
            if (!done) {
                disconnect(done.error());
                if (last && std::exchange(again, false)) {
                    nextAttempt = {};
                    continue;
                }
            }
        }
        std::unique_lock lock{mutex};
        if (last && !wrote) break; // all of it is there, or the rest has to stay where it is
        if (!wrote)
            wake.wait_for(lock, stop, std::min<Duration>(options.batchInterval, longestPoll), [&] { return finishing && !last; });
    }
    sink.reset();
    const std::scoped_lock lock{mutex};
    database.reset();
    finished = true;
    wake.notify_all();
}

Writer::Writer(Options options, std::function<telemetry::RecorderStatus()> recording) : state_{std::make_unique<State>()} {
    state_->options = std::move(options);
    state_->recording = std::move(recording);
    state_->status.url = describe(state_->options.access);
    state_->thread = std::jthread{[s = state_.get()](const std::stop_token& stop) { s->run(stop); }};
}

Writer::~Writer() {
    finish(Duration::zero());
}

WriterStatus Writer::status() const {
    const std::scoped_lock lock{state_->mutex};
    WriterStatus status = state_->status;
    status.behind = state_->recorded - std::min(state_->recorded, state_->settled);
    if (state_->writingSince != Clock::time_point{} && Clock::now() - state_->writingSince > longWrite)
        status.problem = std::format("the server has not answered for {}", formatDuration(Clock::now() - state_->writingSince));
    return status;
}

WriterStatus Writer::finish(Duration patience) {
    State& s = *state_;
    if (s.thread.joinable()) {
        std::unique_lock lock{s.mutex};
        s.finishing = true;
        s.wake.notify_all();
        std::uint64_t settled = s.settled;
        while (!s.finished) {
            s.wake.wait_for(lock, patience, [&] { return s.finished || s.settled != settled; });
            if (!s.finished && s.settled == settled) break;
            settled = s.settled;
        }
        if (!s.finished && s.database != nullptr) s.database->interrupt();
        lock.unlock();
        s.thread.request_stop();
        s.thread.join();
        s.recorded = s.recording().samples;
    }
    return status();
}

} // namespace millwright::historian
