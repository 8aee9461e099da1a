#pragma once

#include <millwright/sim/calibrate.hpp>

#include <map>
#include <span>
#include <string>

namespace millwright::sim {

/// The outages of one crew's stations, and from when on the crew worked on each: first come, first served. Refers to the records'
/// outages, which must outlive it.
class CrewWork {
public:
    CrewWork(const plant::Process& process, std::uint32_t crew, std::span<const StationRecord> records);

    [[nodiscard]] static bool isServed(const plant::Station& station, std::uint32_t crew);
    [[nodiscard]] Time begun(const Outage& outage) const { return begun_.at(&outage); }
    [[nodiscard]] std::size_t waited() const { return waited_; }
    [[nodiscard]] const std::string& unseen() const { return unseen_; } ///< a station or fleet that it serves too; empty: none

private:
    std::map<const Outage*, Time> begun_; // looked up, never walked through
    std::size_t waited_ = 0;
    std::string unseen_;
};

} // namespace millwright::sim
