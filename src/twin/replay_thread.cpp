#include "twin/order_queue.hpp"

#include <millwright/twin/replay_thread.hpp>

#include <atomic>
#include <chrono>
#include <semaphore>
#include <thread>
#include <variant>

namespace millwright::twin {
namespace {

struct SetPlaying {
    bool playing;
};
struct SetSpeed {
    double speed;
};
struct SetLooping {
    bool looping;
};
struct Seek {
    Time time;
};
struct Step {
    Duration offset;
};
struct Act {
    OperatorAction action;
};
using Order = std::variant<SetPlaying, SetSpeed, SetLooping, Seek, Step, Act>;

/// A debugger or a sleeping laptop must not make the replay leap.
constexpr Duration longestTick = std::chrono::milliseconds{250};

} // namespace

struct ReplayThread::State {
    Replay replay;
    Duration period;
    OrderQueue<Order> orders;
    std::counting_semaphore<> wake{0};
    std::atomic<std::shared_ptr<const Frame>> frame;
    std::atomic<std::shared_ptr<const Error>> error;
    std::atomic<std::size_t> shown = 0;                 ///< orders that the newest frame shows
    std::atomic<std::shared_ptr<const Replay>> scouted; ///< has come through, and is to be learnt from
    std::atomic<bool> learnt = true;                    ///< there is nothing more to be learnt
    std::jthread thread;                                ///< last: stops before what it uses goes
    std::jthread scouting;

    State(Replay r, Duration p) : replay{std::move(r)}, period{p} { frame = replay.frame(); }
    ~State() {
        scouting = {};
        thread.request_stop();
        wake.release();
    }
    bool give(Order order);
    Result<void> carryOut(const Order& order);
    bool takeOrders();
    void settle(const Result<void>& result);
    void run(const std::stop_token& stop);
    void scout(Scout scout, const std::stop_token& stop);
    void learn();
};

bool ReplayThread::State::give(Order order) {
    if (!orders.push(std::move(order))) return false;
    wake.release();
    return true;
}

Result<void> ReplayThread::State::carryOut(const Order& order) {
    struct Visitor {
        Replay& replay;
        Result<void> operator()(SetPlaying o) const {
            if (o.playing)
                replay.play();
            else
                replay.pause();
            return {};
        }
        Result<void> operator()(SetSpeed o) const { return replay.setSpeed(o.speed), Result<void>{}; }
        Result<void> operator()(SetLooping o) const { return replay.setLoop(o.looping), Result<void>{}; }
        Result<void> operator()(Seek o) const { return replay.seek(o.time); }
        Result<void> operator()(Step o) const { return replay.step(o.offset); }
        Result<void> operator()(const Act& o) const {
            // Two clicks may ask for the same before the first shows: that is no fault of the replay.
            if (auto done = replay.act(o.action); !done && done.error().code != ErrorCode::Invalid) return done;
            return {};
        }
    };
    return std::visit(Visitor{replay}, order);
}

void ReplayThread::State::settle(const Result<void>& result) {
    if (result) {
        if (error.load()) error = nullptr;
        return;
    }
    replay.pause();
    error = std::make_shared<const Error>(result.error());
}

/// Carries out all waiting orders; false when there were none.
bool ReplayThread::State::takeOrders() {
    Order order, next;
    if (!orders.pop(order)) return false;
    for (bool more = true; more; order = next) {
        more = orders.pop(next);
        const bool overtaken = more && std::holds_alternative<Seek>(order) && std::holds_alternative<Seek>(next);
        if (!overtaken) settle(carryOut(order));
    }
    return true;
}

void ReplayThread::State::run(const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    Clock::time_point last = Clock::now();
    while (!stop.stop_requested()) {
        if (replay.playing())
            static_cast<void>(wake.try_acquire_until(last + period));
        else
            wake.acquire();
        learn();
        const bool wasPlaying = replay.playing();
        const std::size_t given = orders.taken();
        const bool ordered = takeOrders();
        const Clock::time_point now = Clock::now();
        if (wasPlaying && replay.playing()) settle(replay.tick(std::min<Duration>(now - last, longestTick)));
        last = now;
        if (ordered || wasPlaying) frame = replay.frame();
        if (orders.taken() != given) {
            shown = orders.taken();
            shown.notify_all();
        }
    }
}

/// Reads the log to its end; where that fails, up to there, which the replay finds by itself.
void ReplayThread::State::scout(Scout scout, const std::stop_token& stop) {
    const auto ahead = std::make_shared<Replay>(std::move(scout.replay));
    const auto done = ahead->runTo(ahead->log().to, {.report = {}, .stop = stop});
    if (stop.stop_requested()) return;
    scouted = ahead;
    wake.release();
    if (done && scout.through) scout.through(*ahead);
}

void ReplayThread::State::learn() {
    const auto scout = scouted.exchange(nullptr);
    if (!scout) return;
    replay.learn(*scout);
    learnt = true;
    learnt.notify_all();
}

ReplayThread::ReplayThread(Replay replay, Duration period, std::optional<Scout> scout)
    : state_{std::make_unique<State>(std::move(replay), period)} {
    State* const state = state_.get();
    state->thread = std::jthread{[state](const std::stop_token& stop) { state->run(stop); }};
    if (!scout) return;
    state->learnt = false;
    state->scouting = std::jthread{
        [state, scout = *std::move(scout)](const std::stop_token& stop) mutable { state->scout(std::move(scout), stop); }};
}
ReplayThread::~ReplayThread() = default;

bool ReplayThread::setPlaying(bool playing) {
    return state_->give(SetPlaying{playing});
}
bool ReplayThread::setSpeed(double speed) {
    return state_->give(SetSpeed{speed});
}
bool ReplayThread::setLooping(bool looping) {
    return state_->give(SetLooping{looping});
}
bool ReplayThread::seek(Time time) {
    return state_->give(Seek{time});
}
bool ReplayThread::step(Duration offset) {
    return state_->give(Step{offset});
}
bool ReplayThread::act(OperatorAction action) {
    return state_->give(Act{std::move(action)});
}
std::shared_ptr<const Frame> ReplayThread::frame() const {
    return state_->frame.load();
}
std::shared_ptr<const Error> ReplayThread::error() const {
    return state_->error.load();
}

void ReplayThread::waitForScout() const {
    state_->learnt.wait(false);
}

void ReplayThread::wait() const {
    const std::size_t given = state_->orders.written();
    for (std::size_t shown = state_->shown; shown < given; shown = state_->shown) state_->shown.wait(shown);
}

} // namespace millwright::twin
