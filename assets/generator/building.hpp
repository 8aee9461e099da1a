#pragma once

#include "kit.hpp"

/// What the halls of both plants are built from. Millimetres.
namespace millwright::assets::building {

/// Origin: floor, centre. An I column with hazard bands, up to `eaves`.
[[nodiscard]] BodyRef column(double eaves);
/// Origin: floor level at one end, running +Z over `span`. A lattice girder whose upper chord ends at `eaves`. Another size needs
/// another `name`.
[[nodiscard]] BodyRef girder(double eaves, double span, int bays, const std::string& name = "hall-girder");
/// Origin: middle of the underside, hung from above.
[[nodiscard]] BodyRef luminaire();
/// Origin: floor, left end; 2 m of wall with a band of windows, facing +Z.
[[nodiscard]] BodyRef wallPanel(double eaves);
/// A painted rectangle on the floor.
[[nodiscard]] Shape paint(double x0, double z0, double x1, double z1, double height = 2);

} // namespace millwright::assets::building
