#pragma once

#include "model.hpp"

/// Catalogue parts that every machine of the plant is built from. Each call with the same dimensions returns the same body, so a
/// part is stored once a file however often it is used. Millimetres; each comment says where the part's origin is.
namespace millwright::assets::kit {

/// For bent pipes and cables: a bend is curved twice, so that fine meshing costs much and shows little.
inline constexpr Fineness tube{1.8, 0.62};

/// Origin: centre; axis Z. Shell, end caps, journals, and a painted mark on the ends by which one sees it turn.
[[nodiscard]] BodyRef roller(double radius, double face, Material surface = Material::Aluminium);
/// Origin: on the mounting face, shaft axis, housing towards +Z. Four-bolt flange unit.
[[nodiscard]] BodyRef bearing(double shaftRadius);
/// Origin: on the mounting flange, shaft axis, body towards +Z. Helical gear unit with a finned motor.
[[nodiscard]] BodyRef gearMotor(double size);
/// Origin: on the floor, centre; motor along X.
[[nodiscard]] BodyRef pump();
/// Origin: floor, centre of the plinth; door towards +Z.
[[nodiscard]] BodyRef cabinet(double width, double height, double depth);
/// Origin: floor; screen towards +Z at eye level.
[[nodiscard]] BodyRef operatorPanel();
/// Origin: lower left corner, panel in the XY plane. Yellow frame with polycarbonate or welded mesh.
[[nodiscard]] BodyRef guard(double width, double height, bool mesh);
/// Like `guard`, with handle, hinges and interlock.
[[nodiscard]] BodyRef guardDoor(double width, double height);
/// Origin: floor; square post with base plate, bolts and levelling foot, top at `height`.
[[nodiscard]] BodyRef leg(double height, double section);
/// Origin: start of the tray, running +X, rungs up. Ladder tray with cables.
[[nodiscard]] BodyRef cableTray(double length);
/// Origin: low X, centre of the width, top of the deck. Grating in a channel frame, `length` along X, `width` along Z.
[[nodiscard]] BodyRef walkway(double length, double width);
/// Origin: low X, deck level. Posts, hand rail, knee rail and toe board, 1.1 m high, along X.
[[nodiscard]] BodyRef railing(double length);
/// Origin: floor, at the foot of the stairs, climbing +X to `height`.
[[nodiscard]] BodyRef stairs(double height, double width);
/// Origin: centre of the roll's face; axis Z. One coil layer of a wound roll from `inner` to `outer` diameter.
[[nodiscard]] BodyRef coil(double inner, double outer, double face, Material material);
/// Origin: centre; axis Z. Core tube on an expanding mandrel.
[[nodiscard]] BodyRef coreTube(double diameter, double face);
/// Origin: centre of the top lip, slot along Z, air upwards. Float nozzle of a dryer.
[[nodiscard]] BodyRef nozzle(double length);
/// Origin: centre of the suction eye, axis X, motor towards +X, outlet upwards. Centrifugal fan.
[[nodiscard]] BodyRef fan(double wheelRadius);
/// Origin: start of the axis. Round duct with flanges, along +X / +Y / +Z.
[[nodiscard]] BodyRef roundDuct(Axis axis, double radius, double length);
/// Origin: centre of the inlet. Quarter bend from +Y into +X with flanges.
[[nodiscard]] BodyRef ductElbow(double radius, double bend);
/// Origin: middle of the base; light faces +Z and the sides. E-stop on its yellow box.
[[nodiscard]] BodyRef emergencyStop();
/// Origin: lower left corner of the plate, readable from +Z.
[[nodiscard]] BodyRef namePlate(const std::string& text, double height);

/// A stack light: the pole in `parent`, its lamps as nodes `<name>-red`, `-yellow`, `-green`, `-blue` for colour bindings.
void addStackLight(Node& parent, const std::string& name, dvec3 foot, double poleHeight);
/// Roller with its two bearings on the outer faces of side plates at |z| = `plateOuter`. The node `<id>` turns about Z.
void addRoller(Node& parent, const std::string& id, dvec2 centre, double radius, double face, double plateOuter,
               Material surface = Material::Aluminium);

} // namespace millwright::assets::kit
