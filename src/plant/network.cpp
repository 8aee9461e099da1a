#include "plant/network_problems.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <set>

namespace millwright::plant {
namespace {

bool isAmount(double value) {
    return value > 0 && std::isfinite(value);
}

class NetworkInspector {
public:
    NetworkInspector(const Process& process, const AddProblem& add) : process_{process}, add_{add} {}

    void inspect() {
        for (std::uint32_t i = 0; i < process_.edges.size(); ++i) edge(i, process_.edges[i]);
        for (std::uint32_t i = 0; i < process_.fleets.size(); ++i) fleet(i, process_.fleets[i]);
        if (!sound_) return;
        room();
        for (std::uint32_t i = 0; i < process_.fleets.size(); ++i) ways(i);
    }

private:
    void problem(ProcessElement element, std::uint32_t index, std::string message) {
        sound_ = false;
        add_(element, index, std::move(message));
    }

    void edge(std::uint32_t i, const NetworkEdge& edge) {
        constexpr auto here = ProcessElement::NetworkEdge;
        if (edge.from >= process_.nodes.size() || edge.to >= process_.nodes.size())
            return problem(here, i, "one of its nodes does not exist");
        if (edge.from == edge.to) problem(here, i, "begins and ends at the same node");
        if (!isAmount(edge.length)) problem(here, i, "its length must be above 0");
        if (!(edge.speedLimit > 0)) problem(here, i, "its speed limit must be above 0");
    }

    void fleet(std::uint32_t i, const Fleet& fleet) {
        constexpr auto here = ProcessElement::Fleet;
        if (fleet.vehicles == 0 || fleet.vehicles > 10'000) problem(here, i, "vehicles must be from 1 to 10000");
        if (!isAmount(fleet.speed) || (fleet.loadedSpeed && !isAmount(*fleet.loadedSpeed)))
            problem(here, i, "a speed must be above 0");
        for (const auto& rate : {fleet.acceleration, fleet.deceleration})
            if (rate && !isAmount(*rate)) problem(here, i, "its acceleration and deceleration must be above 0");
        for (const Failure& each : fleet.failures) failure(i, each);
        if (!(fleet.hourCost >= 0) || !std::isfinite(fleet.hourCost)) problem(here, i, "a cost must be 0 or more");
        if (fleet.parking.empty()) problem(here, i, "has no parking: name the nodes where its vehicles begin and wait");
        for (const auto* list : {&fleet.parking, &fleet.chargers})
            for (const std::uint32_t node : *list)
                if (node >= process_.nodes.size()) problem(here, i, "one of its nodes does not exist");
        if (fleet.battery) battery(i, fleet);
        if (!fleet.battery && !fleet.chargers.empty()) problem(here, i, "has chargers, but no battery");
        if (std::ranges::none_of(process_.stations, [&](const Station& s) { return s.carrying && s.carrying->fleet == i; }))
            problem(here, i, "carries nothing: name it as the 'fleet' of a station");
    }

    void failure(std::uint32_t i, const Failure& failure) {
        for (const auto& [what, distribution] :
             {std::pair{"between", &failure.between}, {"repair", &failure.repair}, {"detected", &failure.detected}})
            if (const auto found = problemOf(*distribution))
                problem(ProcessElement::Fleet, i, std::format("failure '{}', {}: {}", failure.id, what, *found));
        if (failure.between.kind == DistributionKind::Constant && failure.between.mean == 0)
            problem(ProcessElement::Fleet, i,
                    std::format("failure '{}', between: a vehicle that fails every 0 {} never drives", failure.id,
                                failure.clock == FailureClock::Cycles ? "loads" : "s"));
        if (failure.crew && *failure.crew >= process_.crews.size())
            problem(ProcessElement::Fleet, i, "a failure's crew does not exist");
        for (const std::uint32_t crew : failure.others)
            if (crew >= process_.crews.size() || failure.crew == crew)
                problem(ProcessElement::Fleet, i, "a failure's crew does not exist, or is named twice");
    }

    void battery(std::uint32_t i, const Fleet& fleet) {
        const Battery& b = *fleet.battery;
        constexpr auto here = ProcessElement::Fleet;
        if (!isAmount(b.capacity) || !isAmount(b.charging)) problem(here, i, "its battery's capacity and charging must be above 0");
        if (!(b.driving >= 0) || !(b.standing >= 0)) problem(here, i, "what its battery gives must be 0 or more");
        if (!(b.chargeBelow >= 0 && b.chargeBelow < b.chargeTo && b.chargeTo <= 1))
            problem(here, i, "its battery's charge_below must be from 0 to charge_to, and that at most 1");
        if (fleet.chargers.empty()) problem(here, i, "has a battery, but no chargers");
    }

    // Fleets may share parking.
    void room() {
        std::set<std::uint32_t> all;
        std::uint64_t vehicles = 0;
        const auto places = [&](const auto& nodes) {
            std::uint64_t sum = 0;
            for (const std::uint32_t node : nodes) sum += process_.nodes[node].room;
            return sum;
        };
        for (std::uint32_t i = 0; i < process_.fleets.size(); ++i) {
            const Fleet& fleet = process_.fleets[i];
            const std::set<std::uint32_t> own(fleet.parking.begin(), fleet.parking.end());
            all.insert(own.begin(), own.end());
            vehicles += fleet.vehicles;
            if (places(own) < fleet.vehicles || places(all) < vehicles)
                problem(ProcessElement::Fleet, i,
                        std::format("its parking has no room for its {} vehicles{}: name more nodes, or give them more 'room'",
                                    fleet.vehicles, vehicles > fleet.vehicles ? " and those of the fleets before it" : ""));
        }
    }

    [[nodiscard]] std::optional<std::uint32_t> nodeOf(const Place& place) const {
        if (place.kind == PlaceKind::Buffer) return process_.buffers[place.index].node;
        if (place.kind == PlaceKind::Station) return process_.stations[place.index].node;
        return std::nullopt;
    }

    // Where its loads come from and go to must be on the network, and every such place within reach of every other.
    void ways(std::uint32_t fleet) {
        std::set<std::uint32_t> goals(process_.fleets[fleet].parking.begin(), process_.fleets[fleet].parking.end());
        goals.insert(process_.fleets[fleet].chargers.begin(), process_.fleets[fleet].chargers.end());
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i)
            if (process_.stations[i].carrying && process_.stations[i].carrying->fleet == fleet) carried(i, goals);
        if (!sound_) return;
        for (const std::uint32_t from : goals) {
            const std::vector<bool> reached = reachedFrom(from);
            for (const std::uint32_t to : goals)
                if (!reached[to])
                    return problem(
                        ProcessElement::Fleet, fleet,
                        std::format("there is no way from node '{}' to node '{}'", process_.nodes[from].id, process_.nodes[to].id));
        }
    }

    void carried(std::uint32_t index, std::set<std::uint32_t>& goals) {
        constexpr auto here = ProcessElement::Station;
        const Place station{PlaceKind::Station, index};
        for (const Branch& branch : process_.stations[index].to.branches) {
            if (const auto node = nodeOf(branch.to))
                goals.insert(*node);
            else
                problem(here, index,
                        "carries to a place without a node: give the buffer or station it leads to a 'node'; what leaves the "
                        "process goes through one");
        }
        const auto from = [&](const Route& route, std::optional<std::uint32_t> node, ProcessElement element, std::uint32_t i) {
            if (!std::ranges::contains(route.branches, station, &Branch::to)) return;
            if (node)
                goals.insert(*node);
            else
                problem(here, index,
                        std::format("{} leads to it, but has no 'node' where vehicles come to it", nameOf(process_, element, i)));
        };
        for (std::uint32_t i = 0; i < process_.buffers.size(); ++i)
            from(process_.buffers[i].to, process_.buffers[i].node, ProcessElement::Buffer, i);
        for (std::uint32_t i = 0; i < process_.sources.size(); ++i)
            from(process_.sources[i].to, process_.sources[i].node, ProcessElement::Source, i);
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i)
            from(process_.stations[i].to, process_.stations[i].node, ProcessElement::Station, i);
    }

    [[nodiscard]] std::vector<bool> reachedFrom(std::uint32_t from) const {
        std::vector<bool> reached(process_.nodes.size());
        std::vector<std::vector<std::uint32_t>> next(process_.nodes.size());
        for (const NetworkEdge& edge : process_.edges) {
            next[edge.from].push_back(edge.to);
            if (edge.lanes != Lanes::OneWay) next[edge.to].push_back(edge.from);
        }
        std::vector<std::uint32_t> open{from};
        reached[from] = true;
        while (!open.empty()) {
            const std::uint32_t node = open.back();
            open.pop_back();
            for (const std::uint32_t to : next[node]) {
                if (!reached[to]) open.push_back(to);
                reached[to] = true;
            }
        }
        return reached;
    }

    const Process& process_;
    const AddProblem& add_;
    bool sound_ = true;
};

} // namespace

void inspectNetwork(const Process& process, const AddProblem& add) {
    NetworkInspector{process, add}.inspect();
}

} // namespace millwright::plant
