#pragma once

#include "shop.hpp"

/// The cell plant round the coating line: mixing, slitting, drying, assembly in the dry room, formation, ageing, last test.
/// Millimetres; every machine stands on the floor with its low X end at 0 and its operators at +Z. A cell is a pouch of 330 x 115 x
/// 9.5 mm with a tab at either end; on conveyors it lies across, with its long side along Z.
namespace millwright::assets {

inline constexpr double cellPitch = 300; ///< of cells on conveyors
inline constexpr int cellsPerTurn = 4;   ///< of an index drive; bindings move `cells` by 4 pitches for 360 degrees
inline constexpr double passLine = 930;  ///< top of the conveyors
inline constexpr double hoodLength = cellPitch * cellsPerTurn; ///< at both ends of a line machine: cells appear and vanish in it
inline constexpr double formationPitch = 3600, formationLevel = 2450; ///< of presses in their racks
inline constexpr double formationAisle = 1250;                        ///< half its width

namespace kit {
/// Origin: middle of the underside; tabs at +-Z. A sealed pouch, or the bare stack.
[[nodiscard]] BodyRef pouchCell(bool sealed);
/// Origin: middle of the underside, 620 x 420. 24 cells upright.
[[nodiscard]] BodyRef cellTray();
/// Origin: middle of the base. A screen on an arm over a machine's front.
[[nodiscard]] BodyRef swingScreen();
} // namespace kit

/// Base with doors, profile posts and panes round the pass line, back wall. `depth`: half of it.
void addHousing(Node& node, double length, double depth, double top);
/// A conveyor from hood to hood over `length`, and on it the node `cells`, which moves along +X (`direction` 1) or -X.
void addCellConveyor(Node& node, double length, double direction, bool sealed);
/// A portal over the conveyor at `x`: two columns and a beam with its underside at `y`.
void addPortal(Node& node, double x, double depth, double y, double width);
/// Upper bar on a beam that comes down: node `<id>-turn` and so on, with its lower counterpart fixed.
Node& addStroke(Node& node, const std::string& id, dvec3 at, double stroke);
/// A roll of web with its core on a shaft along Z, as the node `id`; a mark on its face shows the turning.
void addWebRoll(Node& node, const std::string& id, dvec2 at, double diameter, double face, Material web);
/// Web from point to point, `width` wide.
void addWebPath(Node& node, const std::vector<dvec2>& points, double width, Material web);

Model makeDoser();
Model makeMixer();
Model makeSlurryTank();
Model makeCathodeSlitter();
Model makeAnodeSlitter();
Model makeVacuumOven();
Model makeCathodeNotcher();
Model makeAnodeNotcher();
Model makeStacker();
Model makeTabWelder();
Model makePouchSealer();
Model makeFiller();
Model makeDegasser();
Model makeDryRoomUnit();
Model makeSoakingRack();
Model makeCrane();
Model makeFormationRack();
Model makeFormationPress();
Model makeAgeingRack();
Model makeGradingTower();
Model makeGradingTowers();
Model makeTester();
Model makeCellHall();

} // namespace millwright::assets
