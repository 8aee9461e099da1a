#pragma once

#include "kit.hpp"

#include <string>

/// The auto-parts plant: lower control arms from coil to coated, tested part. Millimetres; every machine stands on the floor with
/// its low X end at 0 and its operators at +Z. Material runs +X up to welding, in the front row, and -X from the washer on, in the
/// back row; vehicles carry it between them.
namespace millwright::assets {

/// Joint offsets of a six-axis robot; zero pose: upper arm up, forearm level along +X.
struct RobotSize {
    const char* name;
    double base;     ///< floor of the robot to the axis of joint 2
    double shoulder; ///< axis of joint 1 to that of joint 2
    double upperArm; ///< axis of joint 2 to that of joint 3
    double elbow;    ///< axis of joint 3 up to that of joint 4
    double forearm;  ///< axis of joint 3 to that of joint 5
    double wrist;    ///< axis of joint 5 to the flange
    double bulk;     ///< how thick castings are; 1: a robot for 210 kg
};
inline constexpr RobotSize spotRobot{"spot", 670, 312, 1075, 225, 1280, 215, 1.0};
inline constexpr RobotSize arcRobot{"arc", 425, 75, 840, 215, 890, 90, 0.62};

/// A robot whose nodes `<id>-joint-1` to `-6` turn about Y, Z, Z, X, Z, X; returns joint 6, whose +X leaves the flange.
Node& addRobot(Node& parent, const std::string& id, const RobotSize& size, dvec3 at, double turnY);
/// A riser plinth of `height` under a robot.
[[nodiscard]] BodyRef robotRiser(double height, double width);

namespace kit {
/// Origin: middle of the big bore, in the plane of the shell's rim; 420 mm along X, 300 along Z. The lower control arm.
[[nodiscard]] BodyRef controlArm(Material material);
/// The same as a flat blank, 3 mm thick.
[[nodiscard]] BodyRef blank();
/// Origin: floor, centre. A wire-mesh container of 1200 x 800 with `layers` of arms in it.
[[nodiscard]] BodyRef container(Material arms, int layers);
/// Origin: floor; a light curtain's post, lens towards +X.
[[nodiscard]] BodyRef curtainPost(double height);
/// Origin: start of the belt, its top, middle; runs +X on legs. A belt conveyor.
[[nodiscard]] BodyRef beltConveyor(double length, double width, double height);
/// Origin: start, top of the rollers, middle; runs +X on legs.
[[nodiscard]] BodyRef rollerConveyor(double length, double width, double height);
} // namespace kit

/// Guards along Z at `x`, from `zLow` to `zHigh`; like `addFence` along X.
void addFenceAcross(Node& node, double zLow, double zHigh, double x, const std::string& name, int doorAt, bool mesh);
/// A cable tray along X from `at`, on posts.
void addTray(Node& node, double length, dvec3 at);
/// Three nodes that turn against each other, so that the one inside them runs along an ellipse with half axes `across` (X) and `up`
/// (Y) from its top and keeps upright: bind `<id>-turn` and `<id>-settle` to a speed w and `<id>-counter` to -2w, or all to the
/// opposite for the other way round. Without `across` it is a straight stroke of twice `up`. Returns `<id>-settle`.
Node& addEllipse(Node& parent, const std::string& id, dvec3 centre, double across, double up);

Model makeBlanking();
Model makePress();
Model makeSpotCell();
Model makeArcCell();
Model makeMachiningCentre();
Model makeWasher();
Model makeEcoat();
Model makeAssembly();
Model makeLeakTester();
Model makeAmr();       ///< with bare arms
Model makeAmrCoated(); ///< with coated arms
Model makeShopHall();

} // namespace millwright::assets
