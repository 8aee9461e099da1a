#pragma once

#include "sim/compiled.hpp"

#include <millwright/sim/calendar.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace millwright::sim {

/// First and last of what links itself.
struct List {
    std::uint32_t head = none, tail = none;
};

/// Of a client: its place in the line of those that wait for people.
struct Place {
    std::uint32_t next = none, previous = none;
};

struct CrewState {
    SimTime changed = 0;
    double busyTime = 0;                        ///< integral of people that somebody has, nanoseconds
    double respondingTime = 0, walkingTime = 0; ///< of that, of those that have come or were called off
    double dutyTime = 0;                        ///< nanoseconds in its hours, until it went off last
    SimTime dutySince = 0;
    std::uint32_t busy = 0;
    std::uint32_t waiters = 0; ///< how many in line it could serve
};

/// Of a crew, while its people are given out.
struct Kept {
    std::uint32_t people = 0; ///< for those that are next
    bool isAwaited = false;   ///< somebody in line lacks people of it
};

/// People that a client has. Those of one crew go together, and are there when the last is.
struct Slot {
    SimTime called = 0, setOut = 0, there = 0;
    std::uint32_t need = none; ///< none: nobody
    std::uint32_t crew = none;
};

/// One of a crew that walks.
struct Person {
    std::array<double, 3> at{};    ///< where he is, or goes to
    std::uint32_t client = none;   ///< who has him
    std::uint32_t isSomewhere = 0; ///< 0: wherever he is called to first
};

/// Who waits for whom, and who has whom. A client is a server, or the server of a vehicle.
struct Attendance {
    List line;                        ///< of clients: who is served first, first
    std::vector<Place> places;        ///< in it, by client
    std::vector<std::uint32_t> wants; ///< by client: the call that it waits for in line; none: for nobody
    std::vector<Slot> slots;          ///< of clients
    std::vector<Person> people;       ///< of crews that walk
};

} // namespace millwright::sim
