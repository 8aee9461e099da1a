#include <millwright/telemetry/recorder.hpp>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace millwright::telemetry {
namespace {

constexpr int mostFiles = 1'000'000; ///< names tried

/// Waits until the file is on the disk, not only with the operating system.
Result<void> synchronise(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = descriptor >= 0 && ::fdatasync(descriptor) == 0;
    const int why = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (done) return {};
    return failure(ErrorCode::Unreadable, std::format("cannot be written: {}", std::strerror(why)), file.string());
}

std::uint64_t sizeOf(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    return error ? 0 : size;
}

/// Moves samples to the end of others; mostly there are none.
void takeOver(std::vector<Sample>& from, std::vector<Sample>& to) {
    if (to.empty()) {
        to.swap(from);
        return;
    }
    to.insert(to.end(), from.begin(), from.end());
    from.clear();
}

} // namespace

struct Recorder::State {
    using Clock = std::chrono::steady_clock;

    RecorderOptions options;
    std::shared_ptr<const StringTable> strings;

    // Of the recorder's thread.
    std::optional<LogWriter> writer;
    std::filesystem::path file;                     ///< that `writer` writes
    std::vector<std::optional<SignalIndex>> lateOf; ///< by signal: its channel for late samples in this file
    std::vector<Sample> unsafe, unsafeLate;         ///< not yet flushed
    std::uint64_t safeBytes = 0;                    ///< of `file`, up to which it is sound
    Clock::time_point begun;
    int number = 1;
    struct File {
        std::filesystem::path path;
        RecordedExtent extent;
    };
    std::vector<File> files; ///< begun and kept, oldest first; `file` is the last

    mutable std::mutex mutex; ///< guards what follows; never held while the disk is waited for
    std::condition_variable_any wake;
    std::vector<Sample> waiting, waitingLate;
    std::size_t held = 0; ///< samples in all four lists
    RecorderStatus status;

    std::jthread thread; ///< last: it uses all of the above

    Result<void> open(const std::filesystem::path& path);
    Result<void> openNext();
    Result<void> writeOut();
    Result<SignalIndex> lateChannel(SignalIndex signal);
    void cycle();
    void fail(const Error& error);
    void keepWithinBudget();
    void run(const std::stop_token& stop);
};

Result<void> Recorder::State::open(const std::filesystem::path& path) {
    LogWriterOptions writerOptions;
    writerOptions.recording = true;
    auto made = LogWriter::create(path, options.channels, writerOptions);
    if (!made) return std::unexpected(made.error());
    writer = std::move(*made);
    file = path;
    safeBytes = sizeOf(path);
    begun = Clock::now();
    lateOf.assign(options.channels.size(), std::nullopt);
    const std::scoped_lock lock{mutex};
    files.push_back({path, {safeBytes, status.samples}});
    return {};
}

/// Begins the next file whose name is free.
Result<void> Recorder::State::openNext() {
    const std::filesystem::path stem = options.path.parent_path() / options.path.stem();
    std::error_code ignored;
    std::filesystem::path path;
    do {
        path = std::format("{}-{}{}", stem.string(), ++number, options.path.extension().string());
    } while (std::filesystem::exists(path, ignored) && number < mostFiles);
    auto opened = open(path);
    if (!opened) --number;
    return opened;
}

Result<SignalIndex> Recorder::State::lateChannel(SignalIndex signal) {
    auto& known = lateOf[index(signal)];
    if (known) return *known;
    LogChannel channel = options.channels[index(signal)];
    channel.topic = "late/" + channel.topic;
    auto added = writer->addChannel(std::move(channel));
    if (added) known = *added;
    return added;
}

/// Brings everything taken over to the disk.
Result<void> Recorder::State::writeOut() {
    if (auto done = writer->write(unsafe, *strings); !done) return done;
    for (Sample sample : unsafeLate) {
        const auto channel = lateChannel(sample.signal);
        if (!channel) return std::unexpected(channel.error());
        sample.signal = *channel;
        if (auto done = writer->write(std::span{&sample, 1}, *strings); !done) return done;
    }
    if (auto done = writer->flush(); !done) return done;
    if (auto done = synchronise(file); !done) return done;
    safeBytes = sizeOf(file);
    const std::scoped_lock lock{mutex};
    status.samples += unsafe.size() + unsafeLate.size();
    held -= unsafe.size() + unsafeLate.size();
    unsafe.clear();
    unsafeLate.clear();
    status.problem.clear();
    return {};
}

/// Leaves the file as it was when it was last sound; what it lacks goes to the next.
void Recorder::State::fail(const Error& error) {
    writer.reset();
    ::truncate(file.c_str(), static_cast<off_t>(safeBytes));
    const std::scoped_lock lock{mutex};
    status.problem = std::format("recording pauses: {}", error.text());
}

/// Deletes what is too much, and says which files there are.
void Recorder::State::keepWithinBudget() {
    if (!files.empty()) files.back().extent.bytes = sizeOf(files.back().path);
    std::uint64_t bytes = 0;
    for (const File& one : files) bytes += one.extent.bytes;
    while (options.keepBytes > 0 && bytes > options.keepBytes && files.size() > 1) {
        std::error_code ignored;
        std::filesystem::remove(files.front().path, ignored);
        bytes -= files.front().extent.bytes;
        files.erase(files.begin());
    }
    std::vector<std::filesystem::path> names;
    std::vector<RecordedExtent> extents;
    for (const File& one : files) {
        names.push_back(one.path);
        extents.push_back(one.extent);
    }
    const std::scoped_lock lock{mutex};
    status.files = std::move(names);
    status.extents = std::move(extents);
    status.bytes = bytes;
}

void Recorder::State::cycle() {
    {
        const std::scoped_lock lock{mutex};
        takeOver(waiting, unsafe);
        takeOver(waitingLate, unsafeLate);
    }
    if (!writer) { // paused
        if (auto opened = openNext(); !opened) return;
        if (auto written = writeOut(); !written) {
            fail(written.error());
            std::error_code ignored;
            std::filesystem::remove(file, ignored); // it holds nothing
            files.pop_back();
            --number;
            return;
        }
    } else if (auto written = writeOut(); !written) {
        return fail(written.error());
    }
    const bool large = options.rotateBytes > 0 && safeBytes >= options.rotateBytes;
    const bool old = options.rotateEvery > Duration::zero() && Clock::now() - begun >= options.rotateEvery;
    if (large || old) {
        const auto closed = writer->close();
        if (!closed) return fail(closed.error());
        writer.reset();
        files.back().extent.bytes = sizeOf(file);
        if (auto opened = openNext(); !opened) {
            const std::scoped_lock lock{mutex};
            status.problem = std::format("recording pauses: {}", opened.error().text());
        }
    }
    keepWithinBudget();
}

void Recorder::State::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock{mutex};
            wake.wait_for(lock, stop, options.flushEvery, [] { return false; });
        }
        cycle();
    }
}

Recorder::Recorder(std::unique_ptr<State> state) : state_{std::move(state)} {}

Recorder::~Recorder() {
    if (state_->thread.joinable()) (void)close(); // nobody is left to tell
}

Result<std::unique_ptr<Recorder>> Recorder::create(RecorderOptions options, std::shared_ptr<const StringTable> strings) {
    auto state = std::make_unique<State>();
    state->options = std::move(options);
    state->strings = std::move(strings);
    if (auto opened = state->open(state->options.path); !opened) return std::unexpected(opened.error());
    state->keepWithinBudget();
    state->thread = std::jthread{[s = state.get()](const std::stop_token& stop) { s->run(stop); }};
    return std::unique_ptr<Recorder>{new Recorder{std::move(state)}};
}

void Recorder::write(std::span<const Sample> samples, std::span<const Sample> late) {
    const std::scoped_lock lock{state_->mutex};
    const std::size_t count = samples.size() + late.size();
    if ((state_->held + count) * sizeof(Sample) > state_->options.memoryBytes) {
        state_->status.lost += count;
        return;
    }
    state_->held += count;
    state_->waiting.insert(state_->waiting.end(), samples.begin(), samples.end());
    state_->waitingLate.insert(state_->waitingLate.end(), late.begin(), late.end());
}

RecorderStatus Recorder::status() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->status;
}

Result<RecorderStatus> Recorder::close() {
    State& s = *state_;
    s.thread.request_stop();
    if (s.thread.joinable()) s.thread.join();
    s.cycle(); // what came after the thread's last
    Result<void> closed;
    if (s.writer) closed = s.writer->close();
    if (!closed) s.fail(closed.error());
    s.keepWithinBudget();
    RecorderStatus status = s.status;
    status.lost += s.held;
    if (!status.problem.empty() || status.lost > 0)
        return failure(
            ErrorCode::Unreadable,
            std::format("{} samples are lost: {}", status.lost, status.problem.empty() ? "the disk was too slow" : status.problem),
            s.options.path.string());
    return status;
}

} // namespace millwright::telemetry
