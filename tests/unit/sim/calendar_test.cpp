#include <millwright/sim/calendar.hpp>
#include <millwright/sim/random.hpp>

#include <gtest/gtest.h>

#include <map>
#include <tuple>

namespace millwright::sim {
namespace {

TEST(Calendar, TakesByTimeThenPriorityThenOrder) {
    Calendar calendar{6};
    EXPECT_EQ(calendar.nextTime(), never);
    calendar.schedule(0, 20, 0);
    calendar.schedule(1, 10, 3);
    calendar.schedule(2, 10, 1);
    calendar.schedule(3, 10, 1);
    calendar.schedule(5, 10, 1);
    calendar.schedule(2, 10, 1); // again: now the last of those
    calendar.cancel(5);
    std::vector<std::uint32_t> order;
    while (calendar.nextTime() != never) order.push_back(calendar.take());
    EXPECT_EQ(order, (std::vector<std::uint32_t>{3, 2, 1, 0}));
}

// Against a sorted map, with every mixture of taking, scheduling one's own and others' timers, moving and cancelling.
TEST(Calendar, AgreesWithASortedMap) {
    for (const std::uint32_t timers : {1u, 2u, 3u, 17u, 64u, 1000u}) {
        Calendar calendar{timers};
        std::map<std::tuple<SimTime, std::uint32_t, std::uint64_t>, std::uint32_t> events;
        std::map<std::uint32_t, std::tuple<SimTime, std::uint32_t, std::uint64_t>> byTimer;
        Stream random;
        std::uint64_t sequence = 0;
        SimTime now = 0;
        const auto forget = [&](std::uint32_t timer) {
            if (const auto found = byTimer.find(timer); found != byTimer.end()) {
                events.erase(found->second);
                byTimer.erase(found);
            }
        };
        for (int i = 0; i < 20'000; ++i) {
            const std::uint64_t bits = random.next(1, timers);
            const auto timer = static_cast<std::uint32_t>(bits % timers);
            const auto priority = static_cast<std::uint32_t>(bits >> 20 & 3);
            switch (bits >> 60) {
            case 0:
                forget(timer);
                calendar.cancel(timer);
                break;
            case 1:
            case 2:
            case 3:
            case 4:
            case 5:
            case 6:
            case 7: {
                forget(timer);
                const std::tuple key{now + static_cast<SimTime>(bits >> 30 & 15), priority, sequence++};
                calendar.schedule(timer, std::get<0>(key), priority);
                events[key] = timer;
                byTimer[timer] = key;
                break;
            }
            default:
                ASSERT_EQ(calendar.nextTime(), events.empty() ? never : std::get<0>(events.begin()->first));
                if (events.empty()) break;
                now = calendar.nextTime();
                const std::uint32_t expected = events.begin()->second;
                forget(expected);
                ASSERT_EQ(calendar.take(), expected);
            }
            ASSERT_EQ(calendar.timeOf(timer), byTimer.contains(timer) ? std::get<0>(byTimer[timer]) : never);
        }
    }
}

} // namespace
} // namespace millwright::sim
