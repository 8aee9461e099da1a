#include "sim/cell_bank.hpp"

#include <algorithm>
#include <format>

namespace millwright::sim {

std::size_t CellBank::add(std::uint32_t station, std::uint32_t channel) {
    const auto known =
        std::ranges::find_if(places_, [&](const Place& place) { return place.station == station && place.channel == channel; });
    if (known != places_.end()) return static_cast<std::size_t>(known - places_.begin());
    const auto recipe = std::ranges::find_if(
        process_.recipes, [&](const plant::Recipe& each) { return std::ranges::contains(each.stations, station); });
    const std::string name = std::format("{} cell {}", process_.stations[station].id, channel);
    places_.push_back({.station = station,
                       .channel = channel,
                       .stream = static_cast<std::uint32_t>(digest(std::as_bytes(std::span{name})).low),
                       .recipe = &*recipe,
                       .at = simulation_.now()});
    return places_.size() - 1;
}

void CellBank::pass(Place& place) {
    if (place.cell) {
        place.cell->advance(simulation_.now() - place.at, place.working);
        place.capacity = place.cell->capacity().value_or(place.capacity);
    }
    place.at = simulation_.now();
}

void CellBank::follow() {
    for (Place& place : places_) {
        const plant::Activity activity = simulation_.activity(place.station);
        const std::uint64_t finished = simulation_.finished(place.station);
        const bool works = activity == plant::Activity::Working;
        const bool isNext = works && (!place.cell || finished != place.finished);
        const bool isGone = activity == plant::Activity::Starved && place.cell.has_value();
        if (!isNext && !isGone && works == place.working) continue;
        pass(place);
        place.working = works;
        if (isGone) place.cell.reset();
        if (!isNext) continue;
        const plant::Cell& kind = process_.cells[place.recipe->cell];
        place.cell.emplace(kind, *place.recipe, drawCell(kind, seed_, place.stream, place.loaded++));
        place.finished = finished;
    }
}

double CellBank::shown(plant::Shows shows, std::size_t index) {
    Place& place = places_[index];
    pass(place);
    switch (shows) {
    case plant::Shows::Voltage: return place.cell ? place.cell->voltage() : 0;
    case plant::Shows::Current: return place.cell ? place.cell->current() : 0;
    case plant::Shows::Temperature: return place.cell ? place.cell->temperature() : place.recipe->temperature;
    case plant::Shows::AmpereHours: return place.cell ? place.cell->charge() : 0;
    default: return place.capacity;
    }
}

} // namespace millwright::sim
