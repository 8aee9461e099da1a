#pragma once

#include "model.hpp"

#include <string_view>
#include <vector>

/// The coating line's layout: one table says where the web runs, so that machines, web and bindings agree. Millimetres, plant
/// frame: X along the web, Y up from the floor, Z towards the operator.
///
/// A single-side cathode line with four 5 m float zones. At 1.5 g/(m2.s) evaporation a 25 m/min coater needs 33 m of dryer, so
/// these 20 m allow 25 * 20 / 33 = 15 m/min. Length over all: 35.8 m.
namespace millwright::assets {

inline constexpr double unwinderX = 0, coaterX = 3400, dryerX = 6600, zoneLength = 5000, outfeedX = 26600, calenderX = 29000,
                        rewinderX = 32400, lineEndX = 35800;
inline constexpr int zoneCount = 4;
inline constexpr double foilWidth = 650, coatWidth = 600, laneGap = 24, rollerFace = 760;
inline constexpr double plateInner = 450, plateOuter = 490; ///< |z| of the side plates
inline constexpr double dryerPassLine = 1750, calenderPassLine = 1180;

/// Turrets: two spindles `turretRadius` either side of the centre; the active one looks along the line.
inline constexpr double turretRadius = 620;
inline constexpr dvec2 unwindTurret{1250, 1300}, rewindTurret{34550, 1300};
inline constexpr double coreDiameter = 152;
/// Roll diameters at which the web's first and last spans are modelled.
inline constexpr double unwindDesignDiameter = 300, rewindDesignDiameter = 340;

enum class Station { Unwinder, Coater, Outfeed, Calender, Rewinder };
[[nodiscard]] double originOf(Station station);

/// A roller the web wraps. `turn` +1: counter-clockwise seen by the operator (web below), -1: clockwise (web above).
struct WebRoller {
    const char* id; ///< node name in the station's model
    Station station;
    dvec2 centre;
    double radius;
    int turn;
    Material surface = Material::Aluminium;
};
[[nodiscard]] const std::vector<WebRoller>& webRollers();
[[nodiscard]] const WebRoller& webRoller(std::string_view id, Station station);

/// One piece of the web's path: a straight, or an arc about `centre`.
struct WebPiece {
    dvec2 from, to;
    dvec2 centre{0};
    double radius = 0; ///< 0: straight
    int turn = 0;
};
/// From the unwinding roll to the winding roll, the float wave in the dryer included.
[[nodiscard]] std::vector<WebPiece> webPath();
/// Length of the path between two X positions on straight pieces (the first crossing of each), metres.
[[nodiscard]] double webLength(double fromX, double toX);
/// Where people pull the web through after a break: from past the gauge to the roller ahead of the winding roll.
[[nodiscard]] std::vector<WebPiece> leaderPath();
/// Metres.
[[nodiscard]] double lengthOf(const std::vector<WebPiece>& path);
/// Splits the path where a straight piece at or after index `after` crosses `x`; the index of the piece that starts there.
std::size_t splitAtX(std::vector<WebPiece>& path, double x, std::size_t after = 0);
inline constexpr double leaderX = 28780, leaderStep = 0.5; ///< mm; m of leader shown at a time

Model makeUnwinder();
Model makeCoater();
Model makeDryerZone();
Model makeDryer();
Model makeOutfeed();
Model makeCalender();
Model makeRewinder();
Model makeWeb();
Model makeHall();

} // namespace millwright::assets
