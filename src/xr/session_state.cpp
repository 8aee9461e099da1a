#include <millwright/xr/session_state.hpp>

#include <array>

namespace millwright::xr {
namespace {

/// OpenXR 1.1, figure "Session lifecycle". Unknown stands for a session just made.
bool stepExists(SessionState from, SessionState to) {
    using enum SessionState;
    if (to == LossPending) return from != Exiting;
    switch (from) {
    case Unknown: return to == Idle;
    case Idle: return to == Ready || to == Exiting;
    case Ready: return to == Synchronized || to == Stopping;
    case Synchronized: return to == Visible || to == Stopping;
    case Visible: return to == Focused || to == Synchronized;
    case Focused: return to == Visible;
    case Stopping: return to == Idle;
    case LossPending:
    case Exiting: return false;
    }
    return false;
}

} // namespace

std::string_view name(SessionState state) {
    static constexpr std::array<std::string_view, 9> names{"UNKNOWN", "IDLE",     "READY",        "SYNCHRONIZED", "VISIBLE",
                                                           "FOCUSED", "STOPPING", "LOSS_PENDING", "EXITING"};
    return names[static_cast<std::size_t>(state)];
}

SessionDuty SessionMachine::enter(SessionState next) {
    if (!stepExists(state_, next)) ++unexpectedSteps_;
    state_ = next;
    passed_.push_back(next);
    switch (next) {
    case SessionState::Ready: return running_ ? SessionDuty::None : SessionDuty::Begin;
    case SessionState::Stopping: return running_ ? SessionDuty::End : SessionDuty::None;
    case SessionState::Exiting: lost(SessionEnd::Exited); return SessionDuty::Destroy;
    case SessionState::LossPending: lost(SessionEnd::SessionLost); return SessionDuty::Destroy;
    default: return SessionDuty::None;
    }
}

void SessionMachine::began() {
    running_ = true;
}

void SessionMachine::ended() {
    running_ = false;
}

void SessionMachine::lost(SessionEnd how) {
    running_ = false;
    if (end_ == SessionEnd::NotEnded || how == SessionEnd::InstanceLost) end_ = how;
}

} // namespace millwright::xr
