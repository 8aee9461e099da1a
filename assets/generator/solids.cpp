#include "solids.hpp"

#include <BRepAlgoAPI_Cut.hxx>
#include <BRepBuilderAPI_MakeEdge.hxx>
#include <BRepBuilderAPI_MakeFace.hxx>
#include <BRepBuilderAPI_MakeWire.hxx>
#include <BRepBuilderAPI_Transform.hxx>
#include <BRepFilletAPI_MakeChamfer.hxx>
#include <BRepPrimAPI_MakeBox.hxx>
#include <BRepPrimAPI_MakePrism.hxx>
#include <BRepPrimAPI_MakeRevol.hxx>
#include <BRep_Builder.hxx>
#include <BRep_Tool.hxx>
#include <GC_MakeArcOfCircle.hxx>
#include <Standard_Failure.hxx>
#include <StdPrs_BRepFont.hxx>
#include <StdPrs_BRepTextBuilder.hxx>
#include <TopExp.hxx>
#include <TopExp_Explorer.hxx>
#include <TopTools_IndexedMapOfShape.hxx>
#include <TopoDS.hxx>
#include <TopoDS_Compound.hxx>
#include <TopoDS_Edge.hxx>
#include <TopoDS_Face.hxx>
#include <TopoDS_Vertex.hxx>
#include <TopoDS_Wire.hxx>
#include <cmath>
#include <gp_Ax2.hxx>
#include <gp_Ax3.hxx>
#include <gp_Circ.hxx>
#include <gp_Cylinder.hxx>
#include <gp_Pln.hxx>
#include <gp_Trsf.hxx>
#include <numbers>

namespace millwright::assets {
namespace {

constexpr const char* fontFile = "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf"; // Debian package fonts-inter

gp_Pnt point(dvec3 p) {
    return {p.x, p.y, p.z};
}

gp_Dir direction(Axis axis) {
    switch (axis) {
    case Axis::X: return {1, 0, 0};
    case Axis::Y: return {0, 1, 0};
    case Axis::Z: break;
    }
    return {0, 0, 1};
}

dvec3 along(Axis axis, double length) {
    const gp_Dir d = direction(axis);
    return dvec3{d.X(), d.Y(), d.Z()} * length;
}

/// A point of a plate's outline in space.
gp_Pnt onPlane(Axis axis, double u, double v, double w) {
    switch (axis) {
    case Axis::X: return {w, v, u};
    case Axis::Y: return {u, w, v};
    case Axis::Z: break;
    }
    return {u, v, w};
}

/// Breaks every edge, or only those for which `wanted` holds; an edge layout that OCCT cannot chamfer stays sharp.
template <typename Wanted>
Shape chamfered(const Shape& shape, double distance, Wanted wanted) {
    if (distance <= 0) return shape;
    try {
        BRepFilletAPI_MakeChamfer maker(shape);
        TopTools_IndexedMapOfShape edges;
        TopExp::MapShapes(shape, TopAbs_EDGE, edges);
        for (int i = 1; i <= edges.Extent(); ++i)
            if (const TopoDS_Edge& edge = TopoDS::Edge(edges(i)); wanted(edge)) maker.Add(distance, edge);
        maker.Build();
        if (maker.IsDone()) return maker.Shape();
    } catch (const Standard_Failure&) {
    }
    return shape;
}

TopoDS_Wire closedWire(Axis axis, double w, const Outline& outline) {
    BRepBuilderAPI_MakeWire wire;
    if (outline.size() == 1) { // a full circle
        const gp_Ax2 frame(onPlane(axis, outline[0].u, outline[0].v, w), direction(axis));
        wire.Add(BRepBuilderAPI_MakeEdge(gp_Circ(frame, outline[0].radius)).Edge());
        return wire.Wire();
    }
    const std::size_t n = outline.size();
    std::vector<dvec2> in(n), middle(n), out(n);
    for (std::size_t i = 0; i < n; ++i) {
        const dvec2 p{outline[i].u, outline[i].v};
        const dvec2 before{outline[(i + n - 1) % n].u, outline[(i + n - 1) % n].v};
        const dvec2 after{outline[(i + 1) % n].u, outline[(i + 1) % n].v};
        const dvec2 a = glm::normalize(before - p), b = glm::normalize(after - p);
        const double half = std::acos(glm::clamp(glm::dot(a, b), -1.0, 1.0)) / 2;
        const double r = outline[i].radius;
        const double back = r / std::tan(half);
        in[i] = p + a * back;
        out[i] = p + b * back;
        middle[i] = r > 0 ? p + glm::normalize(a + b) * (r / std::sin(half) - r) : p;
    }
    const auto lift = [&](dvec2 p) { return onPlane(axis, p.x, p.y, w); };
    for (std::size_t i = 0; i < n; ++i) {
        if (outline[i].radius > 0)
            wire.Add(BRepBuilderAPI_MakeEdge(GC_MakeArcOfCircle(lift(in[i]), lift(middle[i]), lift(out[i])).Value()).Edge());
        const std::size_t next = (i + 1) % n;
        if (glm::distance(out[i], in[next]) > 1e-6) wire.Add(BRepBuilderAPI_MakeEdge(lift(out[i]), lift(in[next])).Edge());
    }
    return wire.Wire();
}

Shape transformed(const Shape& shape, const gp_Trsf& by) {
    return shape.Moved(TopLoc_Location(by));
}

} // namespace

Shape box(dvec3 low, dvec3 high, double chamfer) {
    return chamfered(BRepPrimAPI_MakeBox(point(low), point(high)).Shape(), chamfer, [](const TopoDS_Edge&) { return true; });
}

Shape block(dvec3 centre, dvec3 size, double chamfer) {
    return box(centre - size * 0.5, centre + size * 0.5, chamfer);
}

Shape lathe(dvec3 base, Axis axis, const std::vector<dvec2>& profile) {
    const dvec3 forward = along(axis, 1);
    const dvec3 outward = axis == Axis::Y ? dvec3{1, 0, 0} : dvec3{0, 1, 0};
    const auto at = [&](dvec2 p) { return point(base + outward * p.x + forward * p.y); };
    std::vector<dvec2> points;
    if (profile.front().x > 1e-9) points.push_back({0, profile.front().y});
    points.insert(points.end(), profile.begin(), profile.end());
    if (profile.back().x > 1e-9) points.push_back({0, profile.back().y});
    BRepBuilderAPI_MakeWire wire;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) wire.Add(BRepBuilderAPI_MakeEdge(at(points[i]), at(points[i + 1])).Edge());
    wire.Add(BRepBuilderAPI_MakeEdge(at(points.back()), at(points.front())).Edge());
    return BRepPrimAPI_MakeRevol(BRepBuilderAPI_MakeFace(wire.Wire()).Face(), gp_Ax1(point(base), direction(axis))).Shape();
}

Shape rod(dvec3 base, Axis axis, double radius, double length, double chamfer) {
    if (chamfer <= 0) return lathe(base, axis, {{radius, 0}, {radius, length}});
    return lathe(base, axis, {{radius - chamfer, 0}, {radius, chamfer}, {radius, length - chamfer}, {radius - chamfer, length}});
}

Shape ring(dvec3 base, Axis axis, double outer, double inner, double length, double chamfer) {
    const dvec3 forward = along(axis, 1);
    const dvec3 outward = axis == Axis::Y ? dvec3{1, 0, 0} : dvec3{0, 1, 0};
    std::vector<dvec2> profile{{inner, 0}, {outer - chamfer, 0}};
    if (chamfer > 0) profile.insert(profile.end(), {{outer, chamfer}, {outer, length - chamfer}});
    profile.insert(profile.end(), {{outer - chamfer, length}, {inner, length}});
    BRepBuilderAPI_MakeWire wire;
    const auto at = [&](dvec2 p) { return point(base + outward * p.x + forward * p.y); };
    for (std::size_t i = 0; i < profile.size(); ++i)
        wire.Add(BRepBuilderAPI_MakeEdge(at(profile[i]), at(profile[(i + 1) % profile.size()])).Edge());
    return BRepPrimAPI_MakeRevol(BRepBuilderAPI_MakeFace(wire.Wire()).Face(), gp_Ax1(point(base), direction(axis))).Shape();
}

Shape hexagon(dvec3 base, Axis axis, double acrossFlats, double length) {
    const double r = acrossFlats / std::sqrt(3.0);
    Outline corners;
    const dvec2 centre = axis == Axis::X ? dvec2{base.z, base.y} : axis == Axis::Y ? dvec2{base.x, base.z} : dvec2{base.x, base.y};
    for (int i = 0; i < 6; ++i) {
        const double angle = std::numbers::pi / 3 * i;
        corners.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
    }
    const double start = axis == Axis::X ? base.x : axis == Axis::Y ? base.y : base.z;
    return plate(axis, start, start + length, corners);
}

Shape plate(Axis axis, double from, double to, const Outline& outline, const std::vector<Outline>& holes, double chamfer) {
    BRepBuilderAPI_MakeFace face(closedWire(axis, from, outline), Standard_True);
    const gp_Dir d = direction(axis);
    TopoDS_Face flat = face.Face();
    if (!holes.empty()) {
        std::vector<Shape> tools;
        for (const Outline& hole : holes)
            tools.push_back(BRepBuilderAPI_MakeFace(closedWire(axis, from, hole), Standard_True).Face());
        const Shape pierced = BRepAlgoAPI_Cut(flat, group(tools)).Shape();
        TopExp_Explorer faces(pierced, TopAbs_FACE);
        flat = TopoDS::Face(faces.Current());
    }
    const Shape solid = BRepPrimAPI_MakePrism(flat, gp_Vec(d) * (to - from)).Shape();
    return chamfered(solid, chamfer, [&](const TopoDS_Edge& edge) {
        TopoDS_Vertex first, last;
        TopExp::Vertices(edge, first, last);
        const gp_Pnt a = BRep_Tool::Pnt(first), b = BRep_Tool::Pnt(last);
        return std::abs(gp_Vec(a, b).Dot(gp_Vec(d))) < 1e-6; // the rims, not the edges along the thickness
    });
}

Outline rectangle(double uLow, double vLow, double uHigh, double vHigh, double radius) {
    return {{uLow, vLow, radius}, {uHigh, vLow, radius}, {uHigh, vHigh, radius}, {uLow, vHigh, radius}};
}

Outline circle(double u, double v, double radius) {
    return {{u, v, radius}};
}

namespace {

Shape straightPipe(dvec3 from, dvec3 to, double radius) {
    const gp_Vec v(point(from), point(to));
    const gp_Ax2 frame(point(from), gp_Dir(v));
    BRepBuilderAPI_MakeWire wire(BRepBuilderAPI_MakeEdge(gp_Circ(frame, radius)).Edge());
    return BRepPrimAPI_MakePrism(BRepBuilderAPI_MakeFace(wire.Wire()).Face(), v).Shape();
}

} // namespace

Shape pipe(const std::vector<dvec3>& points, double radius, double bend) {
    std::vector<Shape> pieces;
    dvec3 from = points.front();
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const dvec3 a = glm::normalize(points[i - 1] - points[i]), b = glm::normalize(points[i + 1] - points[i]);
        const double angle = std::acos(glm::clamp(glm::dot(a, b), -1.0, 1.0));
        if (angle > std::numbers::pi - 1e-3) continue;
        const double back = bend / std::tan(angle / 2);
        const dvec3 enter = points[i] + a * back;
        if (glm::distance(from, enter) > 1e-3) pieces.push_back(straightPipe(from, enter, radius));
        const dvec3 centre = points[i] + glm::normalize(a + b) * (bend / std::sin(angle / 2));
        const dvec3 normal = glm::normalize(glm::cross(-a, b));
        const gp_Ax1 hinge(point(centre), gp_Dir(normal.x, normal.y, normal.z));
        const gp_Ax2 frame(point(enter), gp_Dir(-a.x, -a.y, -a.z));
        BRepBuilderAPI_MakeWire wire(BRepBuilderAPI_MakeEdge(gp_Circ(frame, radius)).Edge());
        pieces.push_back(
            BRepPrimAPI_MakeRevol(BRepBuilderAPI_MakeFace(wire.Wire()).Face(), hinge, std::numbers::pi - angle).Shape());
        from = points[i] + b * back;
    }
    if (glm::distance(from, points.back()) > 1e-3) pieces.push_back(straightPipe(from, points.back(), radius));
    return group(pieces);
}

Shape channel(dvec3 from, dvec3 to, double width, double height, double wall) {
    const dvec3 low = glm::min(from, to), high = glm::max(from, to);
    const Axis axis = std::abs(to.x - from.x) > 1 ? Axis::X : std::abs(to.y - from.y) > 1 ? Axis::Y : Axis::Z;
    const dvec2 c = axis == Axis::X ? dvec2{low.z, low.y} : axis == Axis::Y ? dvec2{low.x, low.z} : dvec2{low.x, low.y};
    const double a = axis == Axis::X ? low.x : axis == Axis::Y ? low.y : low.z;
    const double b = axis == Axis::X ? high.x : axis == Axis::Y ? high.y : high.z;
    const double w = width / 2, h = height / 2;
    return plate(axis, a, b, rectangle(c.x - w, c.y - h, c.x + w, c.y + h, wall * 1.5),
                 {rectangle(c.x - w + wall, c.y - h + wall, c.x + w - wall, c.y + h - wall)});
}

Shape ribbon(const std::vector<PathStep>& steps, double zLow, double zHigh) {
    std::vector<Shape> faces;
    for (const PathStep& step : steps) {
        if (step.sweep == 0) {
            const dvec2 along = step.to - step.from;
            const gp_Ax3 frame(gp_Pnt(step.from.x, step.from.y, zLow), gp_Dir(along.y, -along.x, 0), gp_Dir(along.x, along.y, 0));
            faces.push_back(BRepBuilderAPI_MakeFace(gp_Pln(frame), 0, glm::length(along), 0, zHigh - zLow).Face());
        } else {
            const dvec2 first = (step.sweep > 0 ? step.from : step.to) - step.centre;
            const gp_Ax3 frame(gp_Pnt(step.centre.x, step.centre.y, zLow), gp_Dir(0, 0, 1), gp_Dir(first.x, first.y, 0));
            faces.push_back(
                BRepBuilderAPI_MakeFace(gp_Cylinder(frame, glm::length(first)), 0, std::abs(step.sweep), 0, zHigh - zLow).Face());
        }
    }
    return group(faces);
}

namespace {

/// Inter's capitals are 0.727 em high; the font object works in whole points, so letters are made large and scaled down.
constexpr double emPerCapital = 1 / 0.727;

StdPrs_BRepFont& font() {
    static StdPrs_BRepFont face;
    if (face.PointSize() <= 0 && !face.Init(fontFile, 100, 0))
        throw Standard_Failure("cannot read the font Inter: install the package fonts-inter");
    return face;
}

} // namespace

double lettersWidth(const std::string& text, double height) {
    double width = 0;
    for (const char c : text) width += font().AdvanceX(static_cast<Standard_Utf32Char>(c), 0);
    return width * height * emPerCapital / 100;
}

Shape letters(const std::string& text, double height, dvec3 origin, Axis normal, bool negative) {
    StdPrs_BRepTextBuilder builder;
    gp_Trsf scale;
    scale.SetScaleFactor(height * emPerCapital / 100);
    const Shape flat = BRepBuilderAPI_Transform(
        builder.Perform(font(), NCollection_String(text.c_str()), gp_Ax3(), Graphic3d_HTA_LEFT, Graphic3d_VTA_TOPFIRSTLINE), scale);
    gp_Trsf turn;
    if (normal == Axis::X)
        turn.SetRotation(gp_Ax1(gp_Pnt(), gp_Dir(0, 1, 0)), negative ? -std::numbers::pi / 2 : std::numbers::pi / 2);
    if (normal == Axis::Z && negative) turn.SetRotation(gp_Ax1(gp_Pnt(), gp_Dir(0, 1, 0)), std::numbers::pi);
    if (normal == Axis::Y) turn.SetRotation(gp_Ax1(gp_Pnt(), gp_Dir(1, 0, 0)), -std::numbers::pi / 2);
    return moved(transformed(flat, turn), origin);
}

Shape group(const std::vector<Shape>& shapes) {
    TopoDS_Compound compound;
    BRep_Builder builder;
    builder.MakeCompound(compound);
    for (const Shape& shape : shapes) builder.Add(compound, shape);
    return compound;
}

Shape cut(const Shape& from, const Shape& tool) {
    return BRepAlgoAPI_Cut(from, tool).Shape();
}

Shape moved(const Shape& shape, dvec3 by) {
    gp_Trsf shift;
    shift.SetTranslation(gp_Vec(by.x, by.y, by.z));
    return transformed(shape, shift);
}

Shape turned(const Shape& shape, Axis axis, double degrees, dvec3 about) {
    gp_Trsf turn;
    turn.SetRotation(gp_Ax1(point(about), direction(axis)), degrees * std::numbers::pi / 180);
    return transformed(shape, turn);
}

Shape mirroredZ(const Shape& shape) {
    gp_Trsf mirror;
    mirror.SetMirror(gp_Ax2(gp_Pnt(), gp_Dir(0, 0, 1)));
    return BRepBuilderAPI_Transform(shape, mirror, Standard_True).Shape();
}

Shape row(const Shape& shape, int count, dvec3 step) {
    std::vector<Shape> copies;
    for (int i = 0; i < count; ++i) copies.push_back(moved(shape, step * static_cast<double>(i)));
    return group(copies);
}

Shape circleOf(const Shape& shape, int count, Axis axis, dvec3 about) {
    std::vector<Shape> copies;
    for (int i = 0; i < count; ++i) copies.push_back(turned(shape, axis, 360.0 / count * i, about));
    return group(copies);
}

} // namespace millwright::assets
