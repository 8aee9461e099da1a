#include <millwright/core/time_edges.hpp>
#include <millwright/twin/live.hpp>

#include <algorithm>

namespace millwright::twin {
namespace {

constexpr std::size_t shownTransitions = 256; // as in a replay's frames

} // namespace

struct Live::State {
    telemetry::LiveSource source;
    Twin twin;
    std::uint64_t frames = 0;
    std::vector<AlarmTransition> transitions; ///< the latest
    bool begun = false;
    std::shared_ptr<history::History> history; ///< or null

    State(const plant::Plant& plant, telemetry::LiveSource s) : source{std::move(s)}, twin{plant} {
        const std::vector<telemetry::Conversion> identity(plant.signals.size()); // feeds speak the plant's units
        twin.connect(identity, source.strings());
    }
    void apply(std::span<const telemetry::Sample> samples);
    void takeTransitions();
};

/// Begins where a replay of the recording begins, just before the first sample.
void Live::State::apply(std::span<const telemetry::Sample> samples) {
    if (samples.empty()) return;
    if (!begun) twin.restore({.time = justBefore(samples.front().time), .entries = {}});
    begun = true;
    twin.apply(samples);
    if (history) history->append(samples);
    takeTransitions();
}

void Live::State::takeTransitions() {
    const auto fresh = twin.transitions();
    transitions.insert(transitions.end(), fresh.begin(), fresh.end());
    if (transitions.size() > shownTransitions)
        transitions.erase(transitions.begin(), transitions.end() - static_cast<std::ptrdiff_t>(shownTransitions));
    twin.clearTransitions();
}

Live::Live(const plant::Plant& plant, telemetry::LiveSource source) : state_{std::make_unique<State>(plant, std::move(source))} {}
Live::~Live() = default;
Live::Live(Live&&) noexcept = default;
Live& Live::operator=(Live&&) noexcept = default;

void Live::keep(std::shared_ptr<history::History> history) {
    state_->history = std::move(history);
}

void Live::poll(Time now) {
    state_->apply(state_->source.poll(now));
}

void Live::shown(Time now) {
    state_->source.shown(now);
}

void Live::finish(Time now) {
    state_->apply(state_->source.finish(now));
    if (state_->begun) state_->twin.advance(state_->twin.time()); // alarms of the last instant, too
}

telemetry::LiveSource& Live::source() {
    return state_->source;
}
const Twin& Live::twin() const {
    return state_->twin;
}

std::shared_ptr<const Frame> Live::frame() {
    State& s = *state_;
    s.twin.advance(std::max(s.twin.time(), s.source.settled()));
    s.takeTransitions();
    auto frame = std::make_shared<Frame>();
    s.twin.write(*frame);
    frame->number = ++s.frames;
    frame->transitions = s.transitions;
    frame->playing = true;
    return frame;
}

} // namespace millwright::twin
