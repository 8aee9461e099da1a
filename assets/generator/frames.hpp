#pragma once

#include "kit.hpp"
#include "line.hpp"

namespace millwright::assets {

/// Two like side plates at plateInner…plateOuter either side of the web, joined by tie tubes, on base beams with levelling feet.
/// `outline` and `holes` are (x, y) in the node's frame; `feet` the X of the feet.
void addSideFrames(Node& node, const Outline& outline, const std::vector<Outline>& holes, const std::vector<dvec2>& ties,
                   const std::vector<double>& feet, Material material = Material::Frame);

/// Rollers of the web's table that belong to `station`, with bearings; ids become node names.
void addWebRollers(Node& node, Station station);

/// A two-spindle turret on pedestals with its centre at (centre, 0) and its rolls: nodes `turret`, `spindle-a`, `spindle-b` and, in
/// each spindle, one node a coil layer (`a-roll-0200` is the layer that ends at diameter 200 mm) so that visibility shows the
/// roll's size. Spindle a looks along +X when `activeSide` is 1.
struct TurretRolls {
    Material material;
    double largest; ///< millimetres
    int activeSide;
};
inline constexpr double coilStep = 20;
void addTurret(Node& node, dvec2 centre, const TurretRolls& rolls);

/// Guards round a rectangle on the floor, operator side with a door; `mesh` panels instead of clear ones.
void addFence(Node& node, double xLow, double xHigh, double z, const std::string& name, int doorAt, bool mesh);

} // namespace millwright::assets
