#include "line.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

/// The web itself: foil with two coated lanes, cut into the pieces that bindings show, hide and turn.
namespace millwright::assets {
namespace {

constexpr double coatOffset = 0.8; // millimetres; the real coat is 0.07, too thin for a depth buffer across a hall

using Path = std::vector<WebPiece>;

dvec2 leftOf(dvec2 d) {
    return {-d.y, d.x};
}

/// The same path `offset` to the left of the travel: the coated side.
WebPiece offsetBy(const WebPiece& piece, double offset) {
    WebPiece out = piece;
    if (piece.radius > 0) {
        out.radius = piece.radius - piece.turn * offset;
        out.from = piece.centre + (piece.from - piece.centre) * (out.radius / piece.radius);
        out.to = piece.centre + (piece.to - piece.centre) * (out.radius / piece.radius);
    } else {
        const dvec2 shift = leftOf(glm::normalize(piece.to - piece.from)) * offset;
        out.from += shift;
        out.to += shift;
    }
    return out;
}

Shape strip(const Path& path, dvec2 origin, double offset, double zLow, double zHigh) {
    std::vector<PathStep> steps;
    for (const WebPiece& raw : path) {
        const WebPiece piece = offsetBy(raw, offset);
        if (glm::distance(piece.from, piece.to) < 1e-3) continue;
        PathStep step{piece.from - origin, piece.to - origin, piece.centre - origin};
        if (piece.radius > 0) {
            const dvec2 a = piece.from - piece.centre, b = piece.to - piece.centre;
            step.sweep = std::atan2(a.x * b.y - a.y * b.x, glm::dot(a, b)); // -pi…pi
            if (std::abs(step.sweep) < 1e-3) continue;                      // passes straight over
            if (step.sweep * piece.turn < 0) step.sweep += piece.turn * 2 * std::numbers::pi;
        }
        steps.push_back(step);
    }
    return ribbon(steps, zLow, zHigh);
}

constexpr Fineness fine{0.6, 0.12};

void addFoil(Node& node, const Path& path, dvec2 origin = {0, 0}) {
    node.add(strip(path, origin, 0, -foilWidth / 2, foilWidth / 2), Material::Foil, fine);
}

void addCoat(Node& node, const Path& path, Material material, dvec2 origin = {0, 0}) {
    node.add(strip(path, origin, coatOffset, laneGap / 2, coatWidth / 2), material, fine);
    node.add(strip(path, origin, coatOffset, -coatWidth / 2, -laneGap / 2), material, fine);
}

/// Splits the path where a straight piece crosses `x` after `after`; returns the index of the piece that starts there.
std::size_t splitAtX(Path& path, double x, std::size_t after) {
    for (std::size_t i = after; i < path.size(); ++i) {
        WebPiece& piece = path[i];
        if (piece.radius > 0 || piece.from.x > x || piece.to.x <= x) continue;
        const dvec2 cut = glm::mix(piece.from, piece.to, (x - piece.from.x) / (piece.to.x - piece.from.x));
        WebPiece rest{cut, piece.to};
        piece.to = cut;
        path.insert(path.begin() + static_cast<std::ptrdiff_t>(i) + 1, rest);
        return i + 1;
    }
    return path.size();
}

/// Splits the arc over the backing roll at the die, which looks at it from upstream.
std::size_t splitAtDie(Path& path) {
    const WebRoller& roll = webRoller("backing-roll");
    const dvec2 die = roll.centre - dvec2{roll.radius, 0};
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i].radius == 0 || path[i].centre != roll.centre) continue;
        WebPiece rest = path[i];
        path[i].to = die;
        rest.from = die;
        path.insert(path.begin() + static_cast<std::ptrdiff_t>(i) + 1, rest);
        return i + 1;
    }
    return path.size();
}

Path part(const Path& path, std::size_t from, std::size_t to) {
    return {path.begin() + static_cast<std::ptrdiff_t>(from), path.begin() + static_cast<std::ptrdiff_t>(to)};
}

/// A torn end: hangs from `from` in a curve to the floor and lies there in folds.
Path tornEnd(dvec2 from, double direction) {
    Path path;
    dvec2 last = from;
    const auto go = [&](dvec2 to) {
        path.push_back({last, to});
        last = to;
    };
    const double drop = from.y - 30;
    for (int i = 1; i <= 16; ++i) {
        const double t = i / 16.0;
        go({from.x + direction * (150 * (1 - std::exp(-4 * t)) + 12 * std::sin(9 * t)), from.y - drop * t});
    }
    for (int i = 1; i <= 26; ++i) {
        const double t = i / 26.0;
        go({last.x + direction * (28 + 14 * std::sin(5.0 * i)), 14 + 26 * (1 - t) * (1 + std::sin(2.3 * i))});
    }
    return path;
}

} // namespace

Model makeWeb() {
    Model model{"web", {}};
    model.root.name = "web";
    Path path = webPath();
    const std::size_t die = splitAtDie(path);
    const std::size_t dry = splitAtX(path, dryerX + 2 * zoneLength, die);
    const std::size_t gauge = splitAtX(path, 27920, dry);
    const std::size_t nip = splitAtX(path, calenderX + 1700, gauge);
    const std::size_t wind = splitAtX(path, 31900, nip);
    const std::size_t last = path.size() - 1;

    // The spans at the rolls turn about their idler as the roll grows or shrinks: their nodes lie on the idler's axis.
    const dvec2 unwindIdler = webRollers().front().centre, rewindIdler = webRollers().back().centre;
    Node& first = model.root.child("web-unwind-span", {unwindIdler, 0});
    addFoil(first, part(path, 0, 1), unwindIdler);

    addFoil(model.root.child("web-infeed"), part(path, 1, die));

    Node& dryer = model.root.child("web-dryer");
    addFoil(dryer, part(path, die, gauge));
    addCoat(dryer, part(path, die, dry), Material::CoatWet);
    addCoat(dryer, part(path, dry, gauge), Material::CoatDry);

    Node& calender = model.root.child("web-calender");
    addFoil(calender, part(path, gauge, wind));
    addCoat(calender, part(path, gauge, nip), Material::CoatDry);
    addCoat(calender, part(path, nip, wind), Material::CoatRolled);

    Node& rewind = model.root.child("web-rewind");
    addFoil(rewind, part(path, wind, last));
    addCoat(rewind, part(path, wind, last), Material::CoatRolled);

    Node& span = model.root.child("web-rewind-span", {rewindIdler, 0});
    addFoil(span, part(path, last, last + 1), rewindIdler);
    addCoat(span, part(path, last, last + 1), Material::CoatRolled, rewindIdler);

    Node& torn = model.root.child("web-torn");
    const Path upstream = tornEnd(path[gauge].from, 1), downstream = tornEnd({31590, calenderPassLine - 60}, -1);
    for (const Path& end : {upstream, downstream}) {
        addFoil(torn, end);
        addCoat(torn, end, Material::CoatDry);
    }
    return model;
}

} // namespace millwright::assets
