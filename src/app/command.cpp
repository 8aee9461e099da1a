#include <algorithm>
#include <app/command.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <format>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace millwright::app {
namespace {

volatile std::sig_atomic_t signalsSeen = 0;
int wakePipe[2] = {-1, -1};

extern "C" void onSignal(int) {
    signalsSeen = signalsSeen + 1;
    if (signalsSeen > 1) ::_exit(static_cast<int>(ExitStatus::Interrupted));
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(wakePipe[1], &byte, 1);
}

/// Signal handlers may do next to nothing: ours writes a byte, and this thread turns it into a stop request.
class InterruptWatch {
public:
    InterruptWatch() {
        if (::pipe2(wakePipe, O_CLOEXEC) != 0) return;
        watcher_ = std::thread([this] {
            char byte = 0;
            if (::read(wakePipe[0], &byte, 1) == 1 && byte != 0) source_.request_stop();
        });
        std::signal(SIGINT, onSignal);
        std::signal(SIGTERM, onSignal);
    }
    ~InterruptWatch() {
        if (!watcher_.joinable()) return;
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        const char leave = 0;
        [[maybe_unused]] const auto written = ::write(wakePipe[1], &leave, 1);
        watcher_.join();
    }
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::thread watcher_;
};

} // namespace

ExitStatus fail(const Error& error) {
    return fail(std::span{&error, 1});
}

ExitStatus fail(std::span<const Error> errors) {
    for (const Error& error : errors) {
        std::string line = error.text(); // may quote a file's name, which can hold anything
        std::ranges::replace_if(
            line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
        std::fprintf(stderr, "millwright: error: %s\n", line.c_str());
    }
    const bool cancelled = !errors.empty() && errors.front().code == ErrorCode::Cancelled;
    return cancelled ? ExitStatus::Interrupted : ExitStatus::Unusable;
}

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (!text.ends_with('\n')) std::fputc('\n', stdout);
    std::fflush(stdout);
}

std::stop_token interrupted() {
    static const InterruptWatch watch;
    return watch.token();
}

struct ProgressBar::State {
    std::string what;
    std::mutex mutex;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point lastDrawn{};
    bool terminal = ::isatty(STDERR_FILENO) != 0;
    bool drawn = false;

    void draw(double fraction, std::string_view stage) {
        using namespace std::chrono_literals;
        if (!terminal) return;
        const std::scoped_lock lock{mutex};
        const auto now = std::chrono::steady_clock::now();
        if (now - started < 500ms || now - lastDrawn < 50ms) return;
        lastDrawn = now;
        drawn = true;
        constexpr int width = 30;
        const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
        std::string bar;
        for (int i = 0; i < width; ++i) bar += i < filled ? "━" : "┄";
        const std::string line = std::format("\r\x1b[K{} {} {:3.0f} % {}", what, bar, fraction * 100, stage);
        std::fputs(line.c_str(), stderr);
        std::fflush(stderr);
    }

    void clear() {
        const std::scoped_lock lock{mutex};
        if (drawn) std::fputs("\r\x1b[K", stderr);
    }
};

ProgressBar::ProgressBar(std::string_view what) : state_{std::make_shared<State>()} {
    state_->what = what;
}
ProgressBar::~ProgressBar() {
    state_->clear();
}

Progress ProgressBar::progress() {
    return {[state = state_](double fraction, std::string_view stage) { state->draw(fraction, stage); }, interrupted()};
}

std::uint64_t peakResidentBytes() {
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace millwright::app
