#include "sim/crew_work.hpp"

#include <algorithm>

namespace millwright::sim {

using namespace plant;

CrewWork::CrewWork(const Process& process, std::uint32_t crew, std::span<const StationRecord> records) {
    struct Job {
        const StationRecord* of;
        const Outage* outage;
    };
    std::vector<Job> jobs;
    for (const StationRecord& record : records) {
        if (!isServed(process.stations[record.station], crew)) continue;
        for (const Outage& outage : record.outages) jobs.push_back({&record, &outage});
    }
    std::ranges::stable_sort(jobs, {}, [](const Job& job) { return job.outage->began; });
    // Of each of its people; more than there are failures are never needed.
    std::vector<Time> freeFrom(std::min<std::size_t>(process.crews[crew].size, jobs.size()), Time::min());
    for (const Job& job : jobs) {
        const auto first = std::ranges::min_element(freeFrom);
        const Time begun = std::max(job.outage->began, *first);
        waited_ += begun > job.outage->began ? 1 : 0;
        begun_[job.outage] = std::min(begun, job.outage->ended);
        *first = std::max(job.outage->ended, *first); // of a repair that is cut off, nobody knows what came later
    }
    for (const Station& station : process.stations) {
        const auto i = static_cast<std::uint32_t>(&station - process.stations.data());
        if (isServed(station, crew) && !std::ranges::contains(records, i, &StationRecord::station)) unseen_ = station.id;
    }
    // Whom it attends shows nowhere, nor what it repairs in place of others.
    for (const Station& station : process.stations) {
        const auto mayCome = [crew](const auto& each) { return std::ranges::contains(each.others, crew); };
        if (std::ranges::contains(station.needs, crew, &Need::crew) || std::ranges::any_of(station.needs, mayCome) ||
            std::ranges::any_of(station.failures, mayCome))
            unseen_ = station.id;
    }
    for (const Fleet& fleet : process.fleets)
        if (std::ranges::contains(fleet.failures, std::optional{crew}, &Failure::crew)) unseen_ = fleet.id;
}

bool CrewWork::isServed(const Station& station, std::uint32_t crew) {
    return std::ranges::contains(station.failures, std::optional{crew}, &Failure::crew);
}

} // namespace millwright::sim
