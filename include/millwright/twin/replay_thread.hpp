#pragma once

#include <millwright/core/result.hpp>
#include <millwright/twin/frame.hpp>
#include <millwright/twin/replay.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace millwright::twin {

/// The twin thread: the only writer of a replay's state, paced by real time. The frame thread gives orders and reads the newest
/// frame, and never waits for either. Thread: one, the frame thread; `frame` and `error` any.
class ReplayThread {
public:
    /// Another replay of the same log and actions, to run through the log at once, on a thread of its own, so that jumps need not
    /// replay it any more.
    struct Scout {
        Replay replay;
        std::function<void(const Replay&)> through; ///< called on that thread when it has come to the log's end; may be empty
    };
    /// Starts the thread; a frame is made every `period` while playing, and after every order. The replay's plant must outlive
    /// this.
    explicit ReplayThread(Replay replay, Duration period = std::chrono::milliseconds{8}, std::optional<Scout> scout = {});
    /// Stops and joins.
    ~ReplayThread();
    ReplayThread(const ReplayThread&) = delete;
    ReplayThread& operator=(const ReplayThread&) = delete;

    // Orders, carried out in turn; of seeks given faster than they can be carried out only the last counts, so that scrubbing stays
    // smooth. Each returns false, and nothing happens, while more than a hundred wait: ask again in the next frame.
    bool setPlaying(bool playing);
    bool setSpeed(double speed);
    bool setLooping(bool looping);
    bool seek(Time time);
    bool step(Duration offset);
    /// What an operator does at the time the clock then shows. Refused ones are dropped: the frame shows what is.
    bool act(OperatorAction action);

    /// The newest frame; never null.
    [[nodiscard]] std::shared_ptr<const Frame> frame() const;
    /// What stopped the replay, null while all is well. The next successful order clears it.
    [[nodiscard]] std::shared_ptr<const Error> error() const;
    /// Blocks until every order given so far shows in `frame`: for pictures and tests.
    void wait() const;
    /// Blocks until the scout has come through, or failed: for benchmarks and tests.
    void waitForScout() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::twin
