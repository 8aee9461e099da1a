#include "cad/worker_process.hpp"

#include "cad/wire.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace millwright::cad {

namespace fs = std::filesystem;

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_{fd} {}
    Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Descriptor& operator=(Descriptor other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

/// Moved above the numbers that the worker is given, so that handing one over cannot overwrite the other.
Descriptor raised(int fd) {
    const Descriptor low{fd};
    return Descriptor{::fcntl(fd, F_DUPFD_CLOEXEC, 16)};
}

std::unexpected<Error> cannotStart(const fs::path& worker, int error) {
    return failure(ErrorCode::Device, std::format("the import worker cannot be started: {}", std::strerror(error)),
                   worker.string());
}

class SpawnSettings {
public:
    SpawnSettings(int result, int progress) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        // Whatever a parser prints, allocator complaints included, is not for the user: the answer says what happened.
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, result, resultDescriptor);
        posix_spawn_file_actions_adddup2(&actions, progress, progressDescriptor);
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setpgroup(&attributes, 0); // Ctrl-C is for the program, which then ends the worker
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

/// Passes on what has arrived; false once the worker has closed its end.
bool passOn(int descriptor, const Progress& progress) {
    ProgressRecord record;
    const ssize_t size = ::read(descriptor, &record, sizeof record); // whole records: a pipe does not split writes this small
    if (size == sizeof record) {
        record.stage[sizeof record.stage - 1] = '\0';
        progress(record.fraction, record.stage);
    }
    return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

} // namespace

/// A running worker; ended and waited for when this goes out of scope.
class Worker {
public:
    Worker(pid_t pid, Descriptor result, Descriptor progress)
        : pid_{pid}, result_{std::move(result)}, progress_{std::move(progress)} {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
    }

    Result<WorkerAnswer> wait(std::chrono::seconds time, const Progress& progress) {
        const auto deadline = std::chrono::steady_clock::now() + time;
        bool open = true;
        for (;;) {
            pollfd event{open ? progress_.get() : -1, POLLIN, 0};
            const int milliseconds = open ? 50 : 2; // a closed pipe means that it is about to end
            if (::poll(&event, 1, milliseconds) > 0) open = passOn(progress_.get(), progress);
            int status = 0;
            if (::waitpid(pid_, &status, WNOHANG) == pid_) {
                pid_ = 0;
                return answer(status);
            }
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "import cancelled");
            if (std::chrono::steady_clock::now() > deadline)
                return failure(
                    ErrorCode::ResourceLimit,
                    std::format("the importer was ended after {} s on this file: it is broken, or needs a higher time limit",
                                time.count()));
        }
    }

private:
    [[nodiscard]] Result<WorkerAnswer> answer(int status) const {
        WorkerAnswer answer;
        answer.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        answer.exitStatus = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        struct stat file{};
        if (::fstat(result_.get(), &file) != 0 || file.st_size == 0) return answer;
        void* data = ::mmap(nullptr, static_cast<std::size_t>(file.st_size), PROT_READ, MAP_PRIVATE, result_.get(), 0);
        if (data == MAP_FAILED) return failure(ErrorCode::ResourceLimit, "no memory left for the imported model");
        answer.data_ = static_cast<const std::byte*>(data);
        answer.size_ = static_cast<std::size_t>(file.st_size);
        answer.descriptor_ = ::fcntl(result_.get(), F_DUPFD_CLOEXEC, 16);
        return answer;
    }

    pid_t pid_;
    Descriptor result_;
    Descriptor progress_;
};

WorkerAnswer::~WorkerAnswer() {
    if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
    if (descriptor_ >= 0) ::close(descriptor_);
}

void WorkerAnswer::giveBack(std::span<const std::byte> part) const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = static_cast<std::size_t>(part.data() - data_);
    const std::size_t first = (begin + page - 1) / page * page, last = (begin + part.size()) / page * page;
    if (first < last)
        static_cast<void>(!::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(first),
                                       static_cast<off_t>(last - first)));
}

Result<fs::path> findWorker() {
    if (const char* chosen = std::getenv("MILLWRIGHT_IMPORT_WORKER"); chosen && *chosen) return fs::path{chosen};
    std::error_code error;
    const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* place : {"millwright-import-worker", "../libexec/millwright/millwright-import-worker"})
        if (const fs::path path = folder / place; ::access(path.c_str(), X_OK) == 0) return path;
    return failure(
        ErrorCode::Device,
        "millwright-import-worker is missing beside the program: build or install it too, or set MILLWRIGHT_IMPORT_WORKER",
        folder.string());
}

Result<WorkerAnswer> runWorker(const fs::path& worker, const std::vector<std::string>& arguments, std::chrono::seconds time,
                               const Progress& progress) {
    Descriptor result = raised(::memfd_create("millwright-import", MFD_CLOEXEC));
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0 || result.get() < 0) return cannotStart(worker, errno);
    Descriptor readEnd{ends[0]};
    std::vector<std::string> words{worker.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    {
        const Descriptor writeEnd = raised(ends[1]); // closed here once the worker has its own
        SpawnSettings settings{result.get(), writeEnd.get()};
        if (const int error = ::posix_spawn(&pid, worker.c_str(), &settings.actions, &settings.attributes, argv.data(), environ);
            error != 0)
            return cannotStart(worker, error);
    }
    return Worker{pid, std::move(result), std::move(readEnd)}.wait(time, progress);
}

} // namespace millwright::cad
