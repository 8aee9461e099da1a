#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace millwright::xr {

/// XrSessionState, with its numbers.
enum class SessionState : std::uint8_t {
    Unknown = 0,
    Idle = 1,
    Ready = 2,
    Synchronized = 3,
    Visible = 4,
    Focused = 5,
    Stopping = 6,
    LossPending = 7,
    Exiting = 8,
};

/// The specification's word: `FOCUSED`.
[[nodiscard]] std::string_view name(SessionState state);

/// What an application must do at once on entering a state.
enum class SessionDuty : std::uint8_t { None, Begin, End, Destroy };

/// How a session came to its end.
enum class SessionEnd : std::uint8_t {
    NotEnded,
    Exited,       ///< EXITING, after our request or the user's
    SessionLost,  ///< LOSS_PENDING, or a call answered XR_ERROR_SESSION_LOST: the headset went away; a new session may be tried
                  ///< later
    InstanceLost, ///< the runtime itself went away
};

/// The life of one OpenXR session as the specification orders it (OpenXR 1.1, 9.3 "Session lifecycle"): IDLE, READY, (begin)
/// SYNCHRONIZED, VISIBLE, FOCUSED and back, STOPPING, (end) IDLE, EXITING. Pure: it only says what the runtime's events oblige us
/// to. Thread: one.
class SessionMachine {
public:
    /// The runtime announced `next`. A step that the specification does not have is followed all the same and counted.
    SessionDuty enter(SessionState next);
    /// xrBeginSession succeeded: the frame loop starts.
    void began();
    /// xrEndSession succeeded: no frame call until the next READY.
    void ended();
    /// A call said that the session (or the whole instance) is gone.
    void lost(SessionEnd how);

    [[nodiscard]] SessionState state() const { return state_; }
    /// True between xrBeginSession and xrEndSession: frames must be waited for, begun and ended, drawn or not.
    [[nodiscard]] bool running() const { return running_; }
    /// True while actions have values.
    [[nodiscard]] bool focused() const { return state_ == SessionState::Focused; }
    [[nodiscard]] SessionEnd end() const { return end_; }
    /// Every state entered, in order.
    [[nodiscard]] const std::vector<SessionState>& passed() const { return passed_; }
    /// Steps the runtime took that the specification does not have.
    [[nodiscard]] unsigned unexpectedSteps() const { return unexpectedSteps_; }

private:
    SessionState state_ = SessionState::Unknown;
    SessionEnd end_ = SessionEnd::NotEnded;
    bool running_ = false;
    unsigned unexpectedSteps_ = 0;
    std::vector<SessionState> passed_;
};

} // namespace millwright::xr
