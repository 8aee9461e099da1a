#pragma once

#include <chrono>
#include <sys/resource.h>
#include <thread>

namespace millwright::telemetry {

/// Lets messages that come fast gather for a moment, as network cards do with their interrupts: a thread that is woken for each of
/// them alone spends more time on being woken than on the message. Where a thread does not wait for messages, nothing is held up.
/// Thread: the one that receives.
class Coalescing {
public:
    void afterMessage() {
        if (++messages_ < batch) return;
        messages_ = 0;
        rusage used{};
        ::getrusage(RUSAGE_THREAD, &used);
        const auto now = std::chrono::steady_clock::now();
        const bool fast = now - looked_ < batch * slowest;
        const bool keptWaiting = used.ru_nvcsw - waits_ > batch / 8;
        if (fast && keptWaiting) std::this_thread::sleep_for(pause);
        looked_ = now;
        waits_ = used.ru_nvcsw;
    }

private:
    static constexpr int batch = 64;
    static constexpr std::chrono::microseconds slowest{200}; ///< between messages that are worth it: 5 000 a second
    static constexpr std::chrono::milliseconds pause{1};     ///< far below the time that a frame waits anyway
    int messages_ = 0;
    long waits_ = 0; ///< that the thread had made of its own will
    std::chrono::steady_clock::time_point looked_{};
};

} // namespace millwright::telemetry
