#include "shared.hpp"
#include "shop.hpp"

/// Six-axis robots.
namespace millwright::assets {
namespace {

constexpr Fineness smooth{1.2, 0.34};
constexpr Fineness small{1.5, 0.6};
constexpr Material paint = Material::Orange;

/// A bar in the XY plane with round ends at (0, 0) and (x, y).
Outline link(double x, double y, double rootRadius, double tipRadius) {
    const dvec2 along = glm::normalize(dvec2{x, y}), side{-along.y, along.x};
    const auto corner = [](dvec2 p, double radius) { return Corner{p.x, p.y, radius}; };
    const dvec2 tip{x, y};
    return {corner(-along * rootRadius - side * rootRadius, rootRadius * 0.96),
            corner(tip + along * tipRadius - side * tipRadius, tipRadius * 0.96),
            corner(tip + along * tipRadius + side * tipRadius, tipRadius * 0.96),
            corner(-along * rootRadius + side * rootRadius, rootRadius * 0.96)};
}

/// A servo motor: flange at `at`, body along +axis or, when `length` is negative, -axis.
void addMotor(Body& body, dvec3 at, Axis axis, double radius, double length) {
    const double s = length < 0 ? -1 : 1, l = std::abs(length);
    body.add(lathe(at, axis,
                   {{radius, 0},
                    {radius, s * l * 0.16},
                    {radius * 0.86, s * l * 0.2},
                    {radius * 0.86, s * l * 0.86},
                    {radius * 0.7, s * l}}),
             Material::Black, small);
}

BodyRef baseBody(const RobotSize& r) {
    return kit::shared(std::string("robot-base-") + r.name, [&](Body& body) {
        const double b = r.bulk, top = r.base * 0.42;
        body.add(plate(Axis::Y, 0, 32, rectangle(-370 * b, -370 * b, 370 * b, 370 * b, 60 * b), {}, 4), paint, small);
        body.add(
            lathe({0, 32, 0}, Axis::Y,
                  {{330 * b, 0}, {300 * b, 60 * b}, {262 * b, top - 90 * b}, {285 * b, top - 70 * b}, {285 * b, top - 32 - 4}}),
            paint, smooth);
        body.add(box({-430 * b, 32, -150 * b}, {-180 * b, top - 60 * b, 150 * b}, 14 * b), paint, small);
        body.add(box({-446 * b, 60, -110 * b}, {-430 * b, top - 90 * b, 110 * b}, 3), Material::PanelDark, small);
        body.add(circleOf(hexagon({345 * b, 32, 0}, Axis::Y, 36 * b, 20 * b), 8, Axis::Y), Material::Steel, small);
        body.add(
            pipe({{-440 * b, top * 0.5, 40 * b}, {-640 * b, top * 0.5, 40 * b}, {-640 * b, 14, 40 * b}, {-640 * b, 14, 400 * b}},
                 20 * b, 60 * b),
            Material::Cable, kit::tube);
    });
}

BodyRef carouselBody(const RobotSize& r) {
    return kit::shared(std::string("robot-joint-1-") + r.name, [&](Body& body) {
        const double b = r.bulk, axis = r.base * 0.58, x = r.shoulder; // the axis of joint 2 over this node's origin
        body.add(lathe({0, 0, 0}, Axis::Y, {{292 * b, 0}, {292 * b, 70 * b}, {262 * b, 96 * b}}), paint, smooth);
        for (const double z : {-210 * b, 110 * b})
            body.add(plate(Axis::Z, z, z + 100 * b,
                           {{-250 * b, 60 * b, 40 * b},
                            {250 * b, 60 * b, 30 * b},
                            {x + 196 * b, axis - 60 * b, 90 * b},
                            {x + 170 * b, axis + 178 * b, 150 * b},
                            {x - 185 * b, axis + 178 * b, 150 * b},
                            {-265 * b, 190 * b, 60 * b}},
                           {}, 8 * b),
                     paint, smooth);
        body.add(box({-245 * b, 60 * b, -112 * b}, {x - 200 * b, axis * 0.72, 112 * b}, 10 * b), paint, small);
        body.add(box({x - 205 * b - 60 * b, 60 * b, -112 * b}, {x + 120 * b, axis - 205 * b, 112 * b}), paint, small);
        for (const double z : {-210 * b, 210 * b})
            body.add(lathe({x, axis, z}, Axis::Z,
                           {{150 * b, 0}, {150 * b, (z < 0 ? -1 : 1) * 18 * b}, {120 * b, (z < 0 ? -1 : 1) * 26 * b}}),
                     Material::PanelDark, smooth);
        addMotor(body, {x, axis, -236 * b}, Axis::Z, 105 * b, -300 * b);
        addMotor(body, {-170 * b, 130 * b, 150 * b}, Axis::Y, 92 * b, 330 * b);
    });
}

BodyRef upperArmBody(const RobotSize& r) {
    return kit::shared(std::string("robot-joint-2-") + r.name, [&](Body& body) {
        const double b = r.bulk, l = r.upperArm;
        body.add(plate(Axis::Z, -96 * b, 96 * b, link(0, l, 172 * b, 128 * b), {}, 16 * b), paint, smooth);
        for (const double z : {-100 * b, 90 * b}) // pockets of the casting
            body.add(plate(Axis::Z, z, z + 10 * b, link(0, l * 0.5, 80 * b, 62 * b)), Material::PanelDark, small),
                body.parts.back().shape = moved(body.parts.back().shape, {0, l * 0.25, 0});
        // The dress pack runs up the outside.
        body.add(pipe({{-40 * b, 40 * b, 250 * b}, {-40 * b, l * 0.5, 260 * b}, {-60 * b, l - 60 * b, 250 * b}}, 26 * b, 120 * b),
                 Material::Cable, kit::tube);
        body.add(box({-80 * b, l * 0.48, 96 * b}, {0, l * 0.54, 290 * b}, 4), Material::PanelDark, small);
    });
}

BodyRef elbowBody(const RobotSize& r) {
    return kit::shared(std::string("robot-joint-3-") + r.name, [&](Body& body) {
        const double b = r.bulk, e = r.elbow, front = r.forearm * 0.2;
        for (const double z : {-190 * b, 104 * b})
            body.add(plate(Axis::Z, z, z + 86 * b,
                           {{-140 * b, -132 * b, 110 * b},
                            {140 * b, -132 * b, 110 * b},
                            {front, e - 120 * b, 60 * b},
                            {front, e + 120 * b, 40 * b},
                            {-210 * b, e + 120 * b, 60 * b},
                            {-210 * b, e - 60 * b, 60 * b}},
                           {}, 7 * b),
                     paint, smooth);
        const double floor = std::max(e - 118 * b, 136 * b); // clear of the upper arm's end
        body.add(box({-205 * b, floor, -106 * b}, {front - 6 * b, e + 116 * b, 106 * b}, 6 * b), paint, small);
        body.add(lathe({front - 10 * b, e, 0}, Axis::X, {{150 * b, 0}, {150 * b, 30 * b}, {128 * b, 40 * b}}), Material::PanelDark,
                 smooth);
        for (const double z : {-86.0, 0.0, 86.0})
            addMotor(body, {-204 * b, e + (z == 0 ? 40 : -20) * b, z * b}, Axis::X, 42 * b, -190 * b);
        for (const double z : {-190 * b, 190 * b})
            body.add(lathe({0, 0, z}, Axis::Z,
                           {{112 * b, 0}, {112 * b, (z < 0 ? -1 : 1) * 16 * b}, {90 * b, (z < 0 ? -1 : 1) * 22 * b}}),
                     Material::PanelDark, smooth);
        addMotor(body, {0, 0, -210 * b}, Axis::Z, 84 * b, -220 * b);
    });
}

BodyRef forearmBody(const RobotSize& r) {
    return kit::shared(std::string("robot-joint-4-") + r.name, [&](Body& body) {
        const double b = r.bulk, l = r.forearm * 0.8 - 40 * b; // to the axis of joint 5
        body.add(lathe({0, 0, 0}, Axis::X, {{126 * b, 0}, {124 * b, 60 * b}, {96 * b, l * 0.5}, {88 * b, l - 210 * b}}), paint,
                 smooth);
        body.add(box({l - 240 * b, -92 * b, -112 * b}, {l - 130 * b, 92 * b, 112 * b}, 16 * b), paint, small);
        for (const double z : {-112 * b, 62 * b})
            body.add(plate(Axis::Z, z, z + 50 * b, link(-150 * b, 0, 84 * b, 84 * b), {}, 6 * b), paint, smooth),
                body.parts.back().shape = moved(body.parts.back().shape, {l, 0, 0});
        for (const double z : {-112 * b, 112 * b})
            body.add(lathe({l, 0, z}, Axis::Z, {{64 * b, 0}, {58 * b, (z < 0 ? -1 : 1) * 12 * b}}), Material::PanelDark, small);
    });
}

BodyRef wristBody(const RobotSize& r) {
    return kit::shared(std::string("robot-joint-5-") + r.name, [&](Body& body) {
        const double b = r.bulk, l = r.wrist;
        body.add(rod({0, 0, -58 * b}, Axis::Z, 70 * b, 116 * b, 6 * b), paint, smooth);
        body.add(lathe({0, 0, 0}, Axis::X, {{62 * b, 0}, {62 * b, l * 0.55}, {54 * b, l * 0.6}, {54 * b, l - 22 * b}}), paint,
                 smooth);
    });
}

BodyRef flangeBody(const RobotSize& r) {
    return kit::shared(std::string("robot-joint-6-") + r.name, [&](Body& body) {
        const double b = r.bulk;
        body.add(rod({-22 * b, 0, 0}, Axis::X, 78 * b, 22 * b, 3 * b), Material::Steel, smooth);
        body.add(circleOf(hexagon({0, 58 * b, 0}, Axis::X, 14 * b, 7 * b), 6, Axis::X), Material::Steel, small);
    });
}

} // namespace

Node& addRobot(Node& parent, const std::string& id, const RobotSize& r, dvec3 at, double turnY) {
    Node& base = parent.instance(id, baseBody(r), at, turnY);
    Node& j1 = base.instance(id + "-joint-1", carouselBody(r), {0, r.base * 0.42, 0});
    Node& j2 = j1.instance(id + "-joint-2", upperArmBody(r), {r.shoulder, r.base * 0.58, 0});
    Node& j3 = j2.instance(id + "-joint-3", elbowBody(r), {0, r.upperArm, 0});
    Node& j4 = j3.instance(id + "-joint-4", forearmBody(r), {r.forearm * 0.2 + 40 * r.bulk, r.elbow, 0});
    Node& j5 = j4.instance(id + "-joint-5", wristBody(r), {r.forearm * 0.8 - 40 * r.bulk, 0, 0});
    return j5.instance(id + "-joint-6", flangeBody(r), {r.wrist, 0, 0});
}

BodyRef robotRiser(double height, double width) {
    return kit::shared(std::format("robot-riser-{:.0f}x{:.0f}", height, width), [&](Body& body) {
        const double w = width / 2;
        body.add(box({-w, 0, -w}, {w, 25, w}, 3), Material::PanelDark, small)
            .add(box({-w, height - 25, -w}, {w, height, w}, 3), Material::PanelDark, small);
        body.add(box({-w * 0.72, 25, -w * 0.72}, {w * 0.72, height - 25, w * 0.72}, 6), Material::PanelDark, small);
        for (const double x : {-w * 0.86, w * 0.86})
            for (const double z : {-w * 0.86, w * 0.86}) body.add(hexagon({x, 25, z}, Axis::Y, 36, 20), Material::Steel, small);
    });
}

} // namespace millwright::assets
