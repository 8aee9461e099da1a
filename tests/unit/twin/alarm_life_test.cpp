#include "unit/twin/memory_source.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/twin/twin.hpp>

#include <gtest/gtest.h>

#include <format>
#include <random>
#include <set>
#include <string>

namespace millwright::twin {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Kind = OperatorAction::Kind;

constexpr Duration reAlarmAfter = 500s, shelvedFor = 300s, shelvedAtMost = 1h;

struct Configuration {
    bool latching, acknowledged; ///< the alarm latches; it needs to be acknowledged
};

enum class Happens {
    On,
    Off,
    Suppress,
    Unsuppress,
    Acknowledge,
    Reset,
    ShelveOneShot,
    ShelveTimed,
    Unshelve,
    TakeOutOfService,
    ReturnToService,
    Comment,
    TimePasses, ///< until the next timer ends
};
constexpr int happenings = 13;

/// What the standards say, written down apart from the product. Letters are those of the ISA-18.2 state diagram.
class Standard {
public:
    explicit Standard(Configuration is) : is_{is} {}

    char phase = 'A';
    char shelving = '-'; ///< 1: one shot, t: timed
    bool active = false, suppressed = false, outOfService = false;
    int raised = 0;
    Time shelvedUntil{};
    std::optional<Time> reAlarm;
    std::string journal, refusal;

    [[nodiscard]] bool masked() const { return suppressed || outOfService || shelving != '-'; }
    /// I before H before G before what is below.
    [[nodiscard]] char shown() const { return outOfService ? 'I' : suppressed ? 'H' : shelving != '-' ? 'G' : phase; }
    [[nodiscard]] std::optional<Time> nextTimer() const {
        std::optional<Time> next = active ? reAlarm : std::nullopt;
        if (shelving != '-') next = std::min(next.value_or(shelvedUntil), shelvedUntil);
        return next;
    }

    void passTimers(Time now) {
        for (auto next = nextTimer(); next && *next <= now; next = nextTimer()) {
            if (shelving != '-' && shelvedUntil == *next) {
                shelve('-'); // OPC 10000-9, 5.8.17: its time is over; 5.8.2: MaxTimeShelved ends one shot too
            } else {         // OPC 10000-9, 5.8.2: ReAlarmTime
                ++raised;
                reAlarm = *next + reAlarmAfter;
                phase = mustBeAcknowledged() ? 'B' : 'C';
                note("re-alarmed", !masked());
            }
        }
    }

    void happen(Happens what, Time now) {
        refusal.clear();
        switch (what) {
        case Happens::On: return on(now);
        case Happens::Off: return off();
        case Happens::Suppress:
        case Happens::Unsuppress: // ISA-18.2 state diagram, to and from H
            if (suppressed != (what == Happens::Suppress))
                mask([this] { suppressed = !suppressed; }, suppressed ? "unsuppressed" : "suppressed");
            return;
        case Happens::Acknowledge: return acknowledge(now);
        case Happens::Reset: // OPC 10000-9, 5.8.5
            if (phase != 'F') return refuse("BadInvalidState");
            phase = 'A';
            return note("reset", false);
        case Happens::ShelveOneShot:
            if (shelving == '1') return refuse("BadConditionAlreadyShelved");
            shelve('1');
            shelvedUntil = now + shelvedAtMost;
            return;
        case Happens::ShelveTimed:
            if (shelving == 't') return refuse("BadConditionAlreadyShelved");
            shelve('t');
            shelvedUntil = now + shelvedFor;
            return;
        case Happens::Unshelve: return shelving == '-' ? refuse("BadConditionNotShelved") : shelve('-');
        case Happens::TakeOutOfService:
        case Happens::ReturnToService: { // ISA-18.2 state diagram, to and from I
            const bool out = what == Happens::TakeOutOfService;
            if (outOfService == out) return refuse("service");
            return mask([this] { outOfService = !outOfService; }, out ? "out of service" : "in service");
        }
        case Happens::Comment: return note("commented", false);
        case Happens::TimePasses: return;
        }
    }

private:
    void on(Time now) {
        if (active) return;
        active = true;
        ++raised;
        reAlarm = now + reAlarmAfter;
        phase = mustBeAcknowledged() ? 'B' : 'C'; // A, D, E, F to B
        note("raised", !masked());
    }
    void off() {
        if (!active) return;
        active = false;
        reAlarm.reset();
        phase = phase == 'B' ? (is_.latching ? 'E' : 'D') : (is_.latching ? 'F' : 'A'); // B to D or E, C to A or F
        note("returned", false);
        if (shelving == '1') shelve('-'); // OPC 10000-9, 5.8.17: one shot ends with the alarm
    }
    void acknowledge(Time now) {
        if (phase == 'A' || phase == 'C' || phase == 'F') return refuse("BadConditionBranchAlreadyAcked");
        phase = phase == 'B' ? 'C' : phase == 'D' ? 'A' : 'F';
        if (active) reAlarm = now + reAlarmAfter;
        note("acknowledged", false);
    }
    void shelve(char to) {
        mask([&] { shelving = to; }, to == '-' ? "unshelved" : "shelved");
    }
    /// ISA-18.2 state diagram, G, H and I to A or B: whoever is active when the last mask goes calls.
    void mask(const auto& set, std::string_view change) {
        const bool before = masked();
        set();
        const bool calls = before && !masked() && active;
        if (calls) phase = is_.acknowledged ? 'B' : 'C';
        note(change, calls);
    }
    /// Nobody was called for what is raised behind a mask.
    [[nodiscard]] bool mustBeAcknowledged() const {
        return is_.acknowledged && (!masked() || phase == 'B' || phase == 'D' || phase == 'E');
    }
    void note(std::string_view change, bool calls) { journal += std::format("{}{} {}; ", change, calls ? "!" : "", shown()); }
    void refuse(std::string why) { refusal = std::move(why); }

    Configuration is_;
};

plant::Plant plantOf(Configuration is) {
    auto plant = plant::loadText(std::format(R"(format = 1
plant = {{ id = "p" }}
[[equipment]]
path = "m"
signal = [{{ id = "level", unit = "mm", interpolation = "hold" }}, {{ id = "stopped", type = "boolean" }}]
[[equipment.alarm]]
id = "a"
kind = "high"
signal = "level"
limit = 90
priority = "high"
action = "act"
suppressed_by = "stopped"
latching = {}
acknowledge = {}
re_alarm = "500s"
maximum_shelving = "1h"
)",
                                             is.latching, is.acknowledged),
                                 ".", "plant.toml");
    EXPECT_TRUE(plant) << (plant ? "" : plant.error().front().text());
    return plant ? *std::move(plant) : plant::Plant{};
}

/// The product's alarm, to which the same happens.
class Product {
public:
    explicit Product(Configuration is) : plant_{plantOf(is)}, twin_{plant_} {
        const std::vector<telemetry::Conversion> conversions(plant_.signals.size());
        twin_.connect(conversions, std::make_shared<StringTable>());
        twin_.reset(at(-1));
        send(0, Value::of(false), 1, ValueType::Boolean);
    }

    [[nodiscard]] const AlarmState& state() const { return twin_.alarms()[0]; }
    void advance(Time now) { twin_.advance(now); }

    /// What was refused, in OPC UA's words.
    std::string happen(Happens what, Time now) {
        switch (what) {
        case Happens::On: return send(now, Value::of(95.0), 0, ValueType::Float);
        case Happens::Off: return send(now, Value::of(50.0), 0, ValueType::Float);
        case Happens::Suppress: return send(now, Value::of(true), 1, ValueType::Boolean);
        case Happens::Unsuppress: return send(now, Value::of(false), 1, ValueType::Boolean);
        case Happens::Acknowledge: return act(Kind::Acknowledge);
        case Happens::Reset: return act(Kind::Reset);
        case Happens::ShelveOneShot: return act(Kind::ShelveOneShot);
        case Happens::ShelveTimed: return act(Kind::ShelveTimed);
        case Happens::Unshelve: return act(Kind::Unshelve);
        case Happens::TakeOutOfService: return act(Kind::TakeOutOfService);
        case Happens::ReturnToService: return act(Kind::ReturnToService);
        case Happens::Comment: return act(Kind::Comment);
        case Happens::TimePasses: break;
        }
        return {};
    }
    std::string journal() {
        std::string text;
        for (const AlarmTransition& each : twin_.transitions())
            text += std::format("{}{} {}; ", wordOf(each.change), each.annunciated ? "!" : "",
                                static_cast<char>('A' + static_cast<int>(each.state)));
        twin_.clearTransitions();
        return text;
    }

private:
    std::string send(std::int64_t ms, Value value, std::uint32_t signal, ValueType type) {
        return send(at(ms), value, signal, type);
    }
    std::string send(Time now, Value value, std::uint32_t signal, ValueType type) {
        const telemetry::Sample sample{now, value, SignalIndex{signal}, type, Quality::Good};
        twin_.apply({&sample, 1});
        twin_.advance(now);
        return {};
    }
    std::string act(Kind kind) {
        const auto done =
            twin_.act({.alarm = AlarmIndex{0}, .kind = kind, .duration = kind == Kind::ShelveTimed ? shelvedFor : 0s});
        return done ? std::string{} : done.error().text();
    }

    plant::Plant plant_;
    Twin twin_;
};

class AlarmLife : public ::testing::TestWithParam<Configuration> {};

// Every event in every state that is shown, masks over every state below them, in random order: 9 states x 13 events, against the
// tables of ISA-18.2 (state diagram) and OPC 10000-9 (5.8.2, 5.8.5, 5.8.17) as `Standard` writes them down.
TEST_P(AlarmLife, EveryEventInEveryStateIsAsTheStandardsSay) {
    Standard standard{GetParam()};
    Product product{GetParam()};
    std::mt19937_64 random{18'2};
    std::set<std::pair<char, int>> seen;
    std::set<std::tuple<char, char, bool, bool, int>> under; // what is below the masks, and every mask
    Time now = at(0);
    for (int i = 0; i < 60'000; ++i) {
        const auto what = static_cast<Happens>(random() % happenings);
        now += 1s + std::chrono::milliseconds{random() % 997};
        if (what == Happens::TimePasses) now = std::max(now, standard.nextTimer().value_or(now));
        standard.journal.clear();
        // Time acts on the state before it has passed, all others on that after.
        if (what != Happens::TimePasses) standard.passTimers(now);
        const std::string before =
            std::format("{} below {}, event {}, step {}", standard.phase, standard.shown(), static_cast<int>(what), i);
        seen.emplace(standard.shown(), static_cast<int>(what));
        under.emplace(standard.phase, standard.shelving, standard.suppressed, standard.outOfService, static_cast<int>(what));
        standard.passTimers(now);
        product.advance(now);
        standard.happen(what, now);
        const std::string refused = product.happen(what, now);
        ASSERT_EQ(refused.empty(), standard.refusal.empty()) << before << ": " << refused;
        ASSERT_NE(refused.find(standard.refusal), std::string::npos) << before << ": " << refused;
        ASSERT_EQ(product.journal(), standard.journal) << before;
        const AlarmState& state = product.state();
        ASSERT_EQ('A' + static_cast<int>(state.phase), standard.phase) << before;
        ASSERT_EQ('A' + static_cast<int>(state.display()), standard.shown()) << before;
        ASSERT_EQ(state.active, standard.active) << before;
        ASSERT_EQ(state.raisedCount, static_cast<unsigned>(standard.raised)) << before;
        ASSERT_EQ("-1t"[static_cast<int>(state.shelving)], standard.shelving) << before;
        ASSERT_EQ(state.shelvedUntil, standard.shelving == '-' ? Time{} : standard.shelvedUntil) << before;
    }
    const std::size_t phases = 2u + (GetParam().acknowledged ? 2u : 0u) + (GetParam().latching ? 1u : 0u);
    EXPECT_EQ(seen.size(), (phases + 3) * happenings) << "the three masks are states, too";
    EXPECT_EQ(under.size(), phases * 3 * 2 * 2 * happenings) << "every state below every combination of masks";
}

INSTANTIATE_TEST_SUITE_P(Kinds, AlarmLife,
                         ::testing::Values(Configuration{false, true}, Configuration{true, true}, Configuration{false, false}),
                         [](const auto& kind) {
                             return std::format("{}{}", kind.param.latching ? "Latching" : "Plain",
                                                kind.param.acknowledged ? "" : "WithoutAcknowledgement");
                         });

} // namespace
} // namespace millwright::twin
