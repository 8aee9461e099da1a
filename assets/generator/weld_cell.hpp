#pragma once

#include "shop.hpp"

/// What robot cells share. Millimetres.
namespace millwright::assets {

/// Turning column with head and tail stocks either side: nodes `table`, `side-a`, `side-b`, and two arms on each.
void addPositioner(Node& node, dvec3 at, Material arms);
/// Fence with a loading front from `openLow` to `openHigh`: guards left and right of light curtains, a door at the back.
void addCellFence(Node& node, double length, double depth, double openLow, double openHigh);

} // namespace millwright::assets
