#include "line.hpp"

#include <Standard_Failure.hxx>
#include <cmath>
#include <numbers>

namespace millwright::assets {

double originOf(Station station) {
    switch (station) {
    case Station::Unwinder: return unwinderX;
    case Station::Coater: return coaterX;
    case Station::Outfeed: return outfeedX;
    case Station::Calender: return calenderX;
    case Station::Rewinder: break;
    }
    return rewinderX;
}

const std::vector<WebRoller>& webRollers() {
    using enum Station;
    static const std::vector<WebRoller> rollers{
        {"idler-1", Unwinder, {2490, 1750}, 60, -1},
        {"dancer-roller", Unwinder, {2720, 1150}, 60, 1},
        {"idler-2", Unwinder, {2950, 1750}, 60, -1},
        {"idler-3", Unwinder, {3180, 760}, 60, 1},
        {"guide-roller-1", Coater, {3700, 1800}, 60, -1},
        {"guide-roller-2", Coater, {4150, 1800}, 60, -1},
        {"infeed-roll", Coater, {4330, 640}, 120, 1, Material::Rubber},
        {"turn-roller", Coater, {5700, 850}, 60, 1},
        {"backing-roll", Coater, {5100, 1350}, 175, -1, Material::Chrome},
        {"support-roller", Coater, {6300, dryerPassLine - 60}, 60, -1},
        {"exit-roller", Outfeed, {26850, dryerPassLine - 60}, 60, -1},
        {"chill-roll-1", Outfeed, {27150, 1290}, 160, 1, Material::Chrome},
        {"chill-roll-2", Outfeed, {27560, 1560}, 160, -1, Material::Chrome},
        {"idler-1", Outfeed, {27900, calenderPassLine + 60}, 60, 1},
        {"idler-2", Outfeed, {28800, calenderPassLine - 60}, 60, -1},
        {"dancer-roller", Calender, {29300, 760}, 60, 1},
        {"idler-1", Calender, {29750, calenderPassLine - 60}, 60, -1},
        {"idler-2", Calender, {31650, calenderPassLine - 35}, 60, -1},
        {"idler-1", Rewinder, {32650, calenderPassLine + 60}, 60, 1},
        {"idler-2", Rewinder, {32850, 1800}, 60, -1},
        {"dancer-roller", Rewinder, {33080, 1150}, 60, 1},
        {"idler-3", Rewinder, {33310, 1750}, 60, -1},
    };
    return rollers;
}

const WebRoller& webRoller(std::string_view id, Station station) {
    for (const WebRoller& roller : webRollers())
        if (roller.station == station && roller.id == id) return roller;
    throw Standard_Failure(("no roller " + std::string(id)).c_str());
}

namespace {

dvec2 left(dvec2 direction) {
    return {-direction.y, direction.x};
}

/// The straight between two rollers: leaves the first and meets the second on the side that their turning says.
std::pair<dvec2, dvec2> tangent(const WebRoller& a, const WebRoller& b) {
    // A centre lies to the left of the travel for a counter-clockwise roller: its signed distance from the line is turn * radius.
    const double da = a.turn * a.radius, db = b.turn * b.radius;
    const dvec2 between = b.centre - a.centre;
    const double distance = glm::length(between);
    const dvec2 e = between / distance;
    const double sine = (db - da) / distance; // of the angle from the travel direction to the centre line
    const double cosine = std::sqrt(1 - sine * sine);
    const dvec2 travel{e.x * cosine + e.y * sine, e.y * cosine - e.x * sine};
    return {a.centre - left(travel) * da, b.centre - left(travel) * db};
}

/// The web floats over the nozzles: a shallow wave through the dryer, flat at both ends.
void addFloatWave(std::vector<WebPiece>& path, dvec2 from, dvec2 to) {
    const double pitch = 500, step = 62.5, low = dryerX, high = outfeedX;
    dvec2 last = from;
    for (double x = low; x <= high + 1e-6; x += step) {
        const double fade = std::min({1.0, (x - low) / 1000, (high - x) / 1000});
        const dvec2 next{x, from.y + 5 * fade * std::sin(2 * std::numbers::pi * (x - low) / pitch)};
        path.push_back({last, next});
        last = next;
    }
    path.push_back({last, to});
}

} // namespace

std::vector<WebPiece> webPath() {
    std::vector<WebRoller> stops{
        {"unwind", Station::Unwinder, {unwindTurret.x + turretRadius, unwindTurret.y}, unwindDesignDiameter / 2, -1}};
    stops.insert(stops.end(), webRollers().begin(), webRollers().end());
    stops.push_back({"rewind", Station::Rewinder, {rewindTurret.x - turretRadius, rewindTurret.y}, rewindDesignDiameter / 2, -1});
    std::vector<WebPiece> path;
    for (std::size_t i = 0; i + 1 < stops.size(); ++i) {
        const auto [leave, meet] = tangent(stops[i], stops[i + 1]);
        if (i > 0) path.push_back({path.back().to, leave, stops[i].centre, stops[i].radius, stops[i].turn});
        if (std::string(stops[i + 1].id) == "exit-roller")
            addFloatWave(path, leave, meet);
        else
            path.push_back({leave, meet});
    }
    return path;
}

std::size_t splitAtX(std::vector<WebPiece>& path, double x, std::size_t after) {
    for (std::size_t i = after; i < path.size(); ++i) {
        WebPiece& piece = path[i];
        if (piece.radius > 0 || piece.from.x > x || piece.to.x <= x) continue;
        const dvec2 cut = glm::mix(piece.from, piece.to, (x - piece.from.x) / (piece.to.x - piece.from.x));
        const WebPiece rest{cut, piece.to};
        piece.to = cut;
        path.insert(path.begin() + static_cast<std::ptrdiff_t>(i) + 1, rest);
        return i + 1;
    }
    return path.size();
}

double lengthOf(const std::vector<WebPiece>& path) {
    double length = 0;
    for (const WebPiece& piece : path) {
        const double chord = glm::distance(piece.from, piece.to);
        length += piece.radius > 0 ? 2 * piece.radius * std::asin(std::min(1.0, chord / (2 * piece.radius))) : chord;
    }
    return length / 1000;
}

double webLength(double fromX, double toX) {
    std::vector<WebPiece> path = webPath();
    const std::size_t first = splitAtX(path, fromX), last = splitAtX(path, toX, first);
    return lengthOf({path.begin() + static_cast<std::ptrdiff_t>(first), path.begin() + static_cast<std::ptrdiff_t>(last)});
}

std::vector<WebPiece> leaderPath() {
    std::vector<WebPiece> path = webPath();
    const auto first = splitAtX(path, leaderX);
    return {path.begin() + static_cast<std::ptrdiff_t>(first), path.end() - 1};
}

} // namespace millwright::assets
