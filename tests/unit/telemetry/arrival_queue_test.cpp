#include "telemetry/live/arrival_queue.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>
#include <thread>

namespace millwright::telemetry {
namespace {

Arrival message(std::string_view topic, std::string_view payload, std::int64_t at = 0) {
    return {Arrival::Kind::Message, timeFromNanoseconds(at), topic, payload};
}

TEST(ArrivalQueue, GivesBackWhatCameInOrder) {
    ArrivalQueue queue{1 << 16};
    EXPECT_TRUE(queue.push(message("a/b", "1", 5)));
    EXPECT_TRUE(queue.push({Arrival::Kind::Lost, timeFromNanoseconds(6), {}, {}}));
    Arrival arrival;
    ASSERT_TRUE(queue.pop(arrival));
    EXPECT_EQ(arrival.topic, "a/b");
    EXPECT_EQ(arrival.payload, "1");
    EXPECT_EQ(nanoseconds(arrival.received), 5);
    ASSERT_TRUE(queue.pop(arrival));
    EXPECT_EQ(arrival.kind, Arrival::Kind::Lost);
    EXPECT_FALSE(queue.pop(arrival));
}

TEST(ArrivalQueue, RefusesWhatDoesNotFitButNotNewsOfTheConnection) {
    ArrivalQueue queue{1 << 15};
    std::size_t taken = 0;
    while (queue.push(message("topic", std::string(100, 'x')))) ++taken;
    EXPECT_GT(taken, 100u);
    EXPECT_TRUE(queue.push({Arrival::Kind::Lost, Time{}, {}, {}}));
    EXPECT_FALSE(queue.push(message("topic", std::string(1 << 16, 'x')))) << "longer than the queue";
    Arrival arrival;
    std::size_t found = 0;
    while (queue.pop(arrival) && arrival.kind == Arrival::Kind::Message) ++found;
    EXPECT_EQ(found, taken);
    EXPECT_EQ(arrival.kind, Arrival::Kind::Lost);
    EXPECT_FALSE(queue.pop(arrival));
    EXPECT_TRUE(queue.push(message("topic", "again")));
}

TEST(ArrivalQueue, KeepsEveryByteOverItsEnd) {
    ArrivalQueue queue{1 << 15};
    Arrival arrival;
    for (int i = 0; i < 20'000; ++i) { // sizes that leave a rest of every length at the end of the ring
        const std::string payload = std::format("{}{}", i, std::string(static_cast<std::size_t>(i % 977), 'p'));
        ASSERT_TRUE(queue.push(message(std::format("t{}", i % 7), payload)));
        if (i % 3 == 0) continue;
        ASSERT_TRUE(queue.pop(arrival));
        if (i % 3 == 2) {
            ASSERT_TRUE(queue.pop(arrival));
            ASSERT_EQ(arrival.payload, payload);
            ASSERT_EQ(arrival.topic, std::format("t{}", i % 7));
        }
    }
}

TEST(ArrivalQueue, ServesAThreadThatFillsAndOneThatEmpties) {
    ArrivalQueue queue{1 << 15};
    constexpr int many = 100'000;
    std::jthread producer{[&] {
        for (int i = 0; i < many;)
            if (queue.push(message("t", std::to_string(i)))) ++i;
    }};
    Arrival arrival;
    for (int expected = 0; expected < many;) {
        if (!queue.pop(arrival)) continue;
        ASSERT_EQ(arrival.payload, std::to_string(expected));
        ++expected;
    }
}

} // namespace
} // namespace millwright::telemetry
