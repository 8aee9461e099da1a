#include "support/monado.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace millwright::testing {
namespace {

namespace fs = std::filesystem;

constexpr double startSeconds = 60; // of a service on a busy two-core machine
constexpr const char* manifest = "/usr/share/openxr/1/openxr_monado.json";
constexpr const char* socketName = "monado_comp_ipc";

std::string endOf(const fs::path& log) {
    std::ifstream file{log};
    std::stringstream text;
    text << file.rdbuf();
    std::string all = text.str();
    return all.size() > 1500 ? all.substr(all.size() - 1500) : all;
}

std::vector<std::string> merged(const std::vector<std::string>& added) {
    std::vector<std::string> all;
    const auto nameOf = [](const std::string& line) { return line.substr(0, line.find('=')); };
    for (char** line = environ; *line != nullptr; ++line) {
        const std::string text{*line};
        bool replaced = false;
        for (const auto& a : added) replaced = replaced || nameOf(a) == nameOf(text);
        if (!replaced) all.push_back(text);
    }
    for (const auto& a : added) {
        if (a.contains('=')) all.push_back(a);
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

int connectTo(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

/// Blocks until `file` exists in `folder` or `child` ends; woken by the kernel, not by a clock.
bool waitForFile(const fs::path& folder, const char* file, ChildProcess& child) {
    const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    inotify_add_watch(watch, folder.c_str(), IN_CREATE | IN_MOVED_TO);
    bool there = fs::exists(folder / file);
    for (int waited = 0; !there && child.running() && waited < static_cast<int>(startSeconds); ++waited) {
        pollfd wake{watch, POLLIN, 0};
        poll(&wake, 1, 1000); // a second at most, so that the child's end is noticed too
        std::array<char, 4096> events{};
        while (read(watch, events.data(), events.size()) > 0) {
        }
        there = fs::exists(folder / file);
    }
    close(watch);
    return there;
}

/// Whether a process listens on the Unix socket at `path`. The file appears when the socket is bound, a moment before that.
bool listening(const fs::path& path) {
    std::ifstream sockets{"/proc/net/unix"};
    for (std::string line; std::getline(sockets, line);) {
        constexpr std::string_view acceptsConnections = " 00010000 ";
        if (line.ends_with(path.string()) && line.contains(acceptsConnections)) return true;
    }
    return false;
}

/// Blocks until `path` is listened on or `child` ends.
bool waitForListener(const fs::path& path, ChildProcess& child) {
    if (!waitForFile(path.parent_path(), path.filename().c_str(), child)) return false;
    while (child.running() && !listening(path)) poll(nullptr, 0, 1); // between bind and listen there is nothing to wait on
    return child.running();
}

Result<fs::path> scratchFolder() {
    std::string name = (fs::temp_directory_path() / "millwright-xr-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return failure(ErrorCode::Unreadable, "cannot make a scratch folder", name);
    return fs::path{name};
}

void put(std::byte*& at, float value) {
    std::memcpy(at, &value, sizeof(value));
    at += sizeof(value);
}

void put(std::byte*& at, glm::vec3 position, glm::quat q) {
    for (const float v : {q.x, q.y, q.z, q.w, position.x, position.y, position.z}) put(at, v);
}

void put(std::byte* at, const RemoteController& c) {
    std::byte* const flags = at + 104;
    put(at, c.position, c.orientation);
    at += (3 + 3 + 5) * sizeof(float); // velocities and finger curl: at rest
    put(at, c.trigger);
    put(at, c.squeeze); // how far
    put(at, c.squeeze); // how strongly
    put(at, c.thumbstick.x);
    put(at, c.thumbstick.y);
    flags[1] = std::byte{c.active};
    flags[6] = std::byte{c.b};
    flags[8] = std::byte{c.trigger > 0.7f};
    flags[11] = std::byte{c.thumbstick != glm::vec2{0}};
}

} // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                                         const fs::path& log) {
    auto arguments = command;
    auto lines = merged(environment);
    auto argv = pointers(arguments);
    auto envp = pointers(lines);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = 0;
    const int result = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    if (result != 0) return failure(ErrorCode::NotFound, std::format("cannot start: {}", std::strerror(result)), command.front());
    return ChildProcess{pid};
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_{std::exchange(other.pid_, 0)}, status_{other.status_} {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    return *this;
}

ChildProcess::~ChildProcess() {
    stop();
}

bool ChildProcess::running() {
    return !wait(0);
}

void ChildProcess::signal(int number) const {
    if (pid_ != 0 && !status_) kill(pid_, number);
}

std::optional<int> ChildProcess::wait(double seconds) {
    if (status_ || pid_ == 0) return status_;
    const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    pollfd ended{fd, POLLIN, 0};
    poll(&ended, 1, static_cast<int>(seconds * 1000));
    close(fd);
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
}

void ChildProcess::stop() {
    if (pid_ == 0 || status_) return;
    signal(SIGTERM);
    if (wait(5)) return;
    signal(SIGKILL);
    static_cast<void>(wait(60));
}

std::array<std::byte, 376> packet(const RemoteState& state) {
    std::array<std::byte, 376> bytes{};
    std::memcpy(bytes.data(), "mndrmt3", 8);
    std::byte* head = bytes.data() + 8 + 2 * 48; // per-view data is left out
    put(head, state.headPosition, state.headOrientation);
    put(bytes.data() + 136, state.left);
    put(bytes.data() + 256, state.right);
    return bytes;
}

Result<std::unique_ptr<Monado>> Monado::start(MonadoOutput output, std::vector<std::string> environment) {
    const fs::path program = findProgram("monado-service");
    if (program.empty() || !fs::exists(manifest)) return failure(ErrorCode::NotFound, "Monado is not installed", "monado-service");
    const auto folder = scratchFolder();
    if (!folder) return std::unexpected(folder.error());
    const fs::path runtime = *folder / "run";
    const fs::path configuration = *folder / "home/.config/monado";
    fs::create_directories(runtime);
    fs::permissions(runtime, fs::perms::owner_all);
    fs::create_directories(configuration);
    const std::uint16_t port = freePort();
    // The port counts only where view_count stands beside it.
    std::ofstream{configuration / "config_v0.json"}
        << std::format(R"({{"active": "remote", "remote": {{"version": 0, "port": {}, "view_count": 2}}}})", port);

    environment.push_back("XRT_NO_STDIN=1");
    environment.push_back("XDG_RUNTIME_DIR=" + runtime.string());
    environment.push_back("HOME=" + (*folder / "home").string());
    environment.push_back("XDG_CONFIG_HOME");
    environment.push_back(output == MonadoOutput::None ? "XRT_COMPOSITOR_NULL=1" : "XRT_COMPOSITOR_FORCE_XCB=1");
    const fs::path log = *folder / "monado.log";
    auto service = ChildProcess::start({program.string()}, environment, log);
    if (!service) return std::unexpected(service.error());
    if (!waitForListener(runtime / socketName, *service)) {
        return failure(ErrorCode::Device, "monado-service did not start:\n" + endOf(log), log.string());
    }
    // The service takes clients when its compositor is up, later than the driver's own port.
    const int connection = connectTo(port);
    if (connection < 0) return failure(ErrorCode::Device, "the remote driver does not listen:\n" + endOf(log), log.string());
    setenv("XDG_RUNTIME_DIR", runtime.c_str(), 1);
    setenv("XR_RUNTIME_JSON", manifest, 1);
    auto monado = std::unique_ptr<Monado>{new Monado{*folder, std::move(*service), connection}};
    monado->send({});
    return monado;
}

Monado::~Monado() {
    stop();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void Monado::stop() {
    if (connection_ >= 0) close(connection_);
    connection_ = -1;
    service_.stop();
}

void Monado::send(const RemoteState& state) {
    const auto bytes = packet(state);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t n = ::send(connection_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<std::size_t>(n);
    }
}

std::vector<std::string> Monado::clientEnvironment() const {
    std::vector<std::string> lines;
    lines.push_back("XDG_RUNTIME_DIR=" + (folder_ / "run").string());
    lines.push_back(std::format("XR_RUNTIME_JSON={}", manifest));
    return lines;
}

Result<std::unique_ptr<VirtualScreen>> VirtualScreen::start(const fs::path& folder) {
    const fs::path program = findProgram("Xvfb");
    if (program.empty()) return failure(ErrorCode::NotFound, "Xvfb is not installed", "Xvfb");
    // The server chooses a free display itself and writes its number to a descriptor when it is ready: here a file through a shell.
    const fs::path number = folder / "display";
    fs::create_directories(folder);
    auto server = ChildProcess::start(
        {"/bin/sh", "-c",
         std::format("exec '{}' -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>'{}.part'", program.string(), number.string())},
        {}, folder / "xvfb.log");
    if (!server) return std::unexpected(server.error());
    for (int tries = 0; tries < 600 && server->running(); ++tries) {
        std::ifstream file{number.string() + ".part"};
        std::string text;
        if (std::getline(file, text) && !file.eof())
            return std::unique_ptr<VirtualScreen>{new VirtualScreen{std::move(*server), ":" + text}};
        static_cast<void>(server->wait(0.1)); // Xvfb has no event to wait for but its file; its own end is noticed at once
    }
    return failure(ErrorCode::Device, "Xvfb did not start:\n" + endOf(folder / "xvfb.log"), "Xvfb");
}

std::uint16_t freePort() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    close(fd);
    return ntohs(address.sin_port);
}

fs::path findProgram(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::stringstream folders{path == nullptr ? "/usr/bin" : path};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path candidate = fs::path{folder} / name;
        if (access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return {};
}

} // namespace millwright::testing
