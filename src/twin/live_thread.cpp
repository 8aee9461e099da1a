#include "twin/order_queue.hpp"

#include <millwright/twin/live_thread.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace millwright::twin {

struct LiveThread::State {
    Live live;
    Duration period;
    OrderQueue<OperatorAction> orders;
    std::atomic<std::shared_ptr<const Frame>> frame;
    std::atomic<std::shared_ptr<const std::vector<telemetry::FeedStatus>>> feeds;
    std::atomic<std::shared_ptr<const kpi::Bins>> kpis;
    Time kpisAt = Time::min(); ///< when they were made
    std::jthread thread;       ///< last: stops before what it uses goes

    State(Live l, Duration p) : live{std::move(l)}, period{p} {
        show();
        thread = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    void show() {
        const Time now = telemetry::receptionTime();
        live.poll(now);
        // Two clicks may ask for the same before the first shows: that is no fault.
        for (OperatorAction action; orders.pop(action);) static_cast<void>(live.act(std::move(action)));
        frame = live.frame();
        live.shown(telemetry::receptionTime());
        feeds = std::make_shared<const std::vector<telemetry::FeedStatus>>(live.status());
        if (kpisAt != Time::min() && now < kpisAt + std::chrono::seconds{1} && now >= kpisAt) return;
        kpisAt = now;
        kpis = live.kpis();
    }
    void run(const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any stopped; // woken by nothing but the stop token
        while (!stop.stop_requested()) {
            show();
            std::unique_lock lock{mutex};
            stopped.wait_for(lock, stop, period, [] { return false; });
        }
    }
};

LiveThread::LiveThread(Live live, Duration period) : state_{std::make_unique<State>(std::move(live), period)} {}
LiveThread::~LiveThread() = default;

bool LiveThread::act(OperatorAction action) {
    return state_->orders.push(std::move(action));
}

std::shared_ptr<const Frame> LiveThread::frame() const {
    return state_->frame.load();
}
std::shared_ptr<const std::vector<telemetry::FeedStatus>> LiveThread::feeds() const {
    return state_->feeds.load();
}

std::shared_ptr<const kpi::Bins> LiveThread::kpis() const {
    return state_->kpis.load();
}

} // namespace millwright::twin
