#pragma once

#include <glm/glm.hpp>

#include <TopoDS_Shape.hxx>
#include <string>
#include <vector>

/// The few solids that machines are made of, on OpenCASCADE. Millimetres, Y up. Everything here throws Standard_Failure on
/// impossible dimensions: the generator's main() reports it.
namespace millwright::assets {

using glm::dvec2;
using glm::dvec3;
using Shape = TopoDS_Shape;

enum class Axis { X, Y, Z };

/// A corner of a closed outline, rounded by `radius` (0: sharp).
struct Corner {
    double u, v, radius = 0;
};
using Outline = std::vector<Corner>;

/// An axis-parallel box; every edge is broken by `chamfer`.
[[nodiscard]] Shape box(dvec3 low, dvec3 high, double chamfer = 0);
[[nodiscard]] Shape block(dvec3 centre, dvec3 size, double chamfer = 0);
/// A cylinder from `base` along +axis with broken rims.
[[nodiscard]] Shape rod(dvec3 base, Axis axis, double radius, double length, double chamfer = 0);
[[nodiscard]] Shape ring(dvec3 base, Axis axis, double outer, double inner, double length, double chamfer = 0);
/// Turns the polyline of (radius, distance along the axis) points round the axis; its ends are closed onto the axis.
[[nodiscard]] Shape lathe(dvec3 base, Axis axis, const std::vector<dvec2>& profile);
/// A hexagon bar: bolt heads and nuts.
[[nodiscard]] Shape hexagon(dvec3 base, Axis axis, double acrossFlats, double length);
/// A plate normal to `axis` between `from` and `to`; (u, v) are (x, y) for Z, (z, y) for X and (x, z) for Y.
[[nodiscard]] Shape plate(Axis axis, double from, double to, const Outline& outline, const std::vector<Outline>& holes = {},
                          double chamfer = 0);
[[nodiscard]] Outline rectangle(double uLow, double vLow, double uHigh, double vHigh, double radius = 0);
[[nodiscard]] Outline circle(double u, double v, double radius);
/// A round bar or pipe along a polyline whose corners are bent with radius `bend`.
[[nodiscard]] Shape pipe(const std::vector<dvec3>& points, double radius, double bend);
/// The same with a rectangular section `width` x `height`: ducts. The corners are mitred.
[[nodiscard]] Shape channel(dvec3 from, dvec3 to, double width, double height, double wall);

/// One step of a path in the XY plane: straight, or an arc about `centre` by `sweep` radians (counter-clockwise positive).
struct PathStep {
    dvec2 from, to;
    dvec2 centre{0};
    double sweep = 0; ///< 0: straight
};
/// A thin band along the path between two Z.
[[nodiscard]] Shape ribbon(const std::vector<PathStep>& steps, double zLow, double zHigh);

/// Flat letters of cap height `height` with the lower left corner at `origin`, readable against -normal. Font: Inter SemiBold.
[[nodiscard]] Shape letters(const std::string& text, double height, dvec3 origin, Axis normal, bool negative = false);
[[nodiscard]] double lettersWidth(const std::string& text, double height);

[[nodiscard]] Shape group(const std::vector<Shape>& shapes);
[[nodiscard]] Shape cut(const Shape& from, const Shape& tool);
[[nodiscard]] Shape moved(const Shape& shape, dvec3 by);
[[nodiscard]] Shape turned(const Shape& shape, Axis axis, double degrees, dvec3 about = dvec3{0});
[[nodiscard]] Shape mirroredZ(const Shape& shape);
/// Copies `count` times, each `step` further.
[[nodiscard]] Shape row(const Shape& shape, int count, dvec3 step);
/// Copies `count` times round `axis` through `about`.
[[nodiscard]] Shape circleOf(const Shape& shape, int count, Axis axis, dvec3 about = dvec3{0});

} // namespace millwright::assets
