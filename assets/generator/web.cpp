#include "line.hpp"

#include <algorithm>
#include <cmath>
#include <format>
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

constexpr Fineness fine{0.6, 0.12};

/// Adds a band of the web; nothing where the path only touches a roller.
void addStrip(Node& node, const Path& path, dvec2 origin, double offset, double zLow, double zHigh, Material material) {
    std::vector<PathStep> steps;
    for (const WebPiece& raw : path) {
        if (glm::distance(raw.from, raw.to) < 1e-3) continue;
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
    if (!steps.empty()) node.add(ribbon(steps, zLow, zHigh), material, fine);
}

void addFoil(Node& node, const Path& path, dvec2 origin = {0, 0}) {
    addStrip(node, path, origin, 0, -foilWidth / 2, foilWidth / 2, Material::Foil);
}

void addCoat(Node& node, const Path& path, Material material, dvec2 origin = {0, 0}) {
    addStrip(node, path, origin, coatOffset, laneGap / 2, coatWidth / 2, material);
    addStrip(node, path, origin, coatOffset, -coatWidth / 2, -laneGap / 2, material);
}

/// Splits the arc over the backing roll at the die, which looks at it from upstream.
std::size_t splitAtDie(Path& path) {
    const WebRoller& roll = webRoller("backing-roll", Station::Coater);
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
        go({from.x + direction * (110 * t * t + 10 * t * std::sin(9 * t)), from.y - drop * t});
    }
    for (int i = 1; i <= 26; ++i) {
        const double t = i / 26.0;
        go({last.x + direction * (28 + 14 * std::sin(5.0 * i)), 14 + 26 * (1 - t) * (1 + std::sin(2.3 * i))});
    }
    return path;
}

/// The same path walked the other way, so that the coat stays on its side.
Path reversed(const Path& path) {
    Path out;
    for (auto piece = path.rbegin(); piece != path.rend(); ++piece)
        out.push_back({piece->to, piece->from, piece->centre, piece->radius, -piece->turn});
    return out;
}

/// Both ends after the break: one hangs over the roller behind the gauge, the other over the calender's last roller.
void addTornEnds(Node& node, const Path& leader) {
    const WebRoller& before = webRoller("idler-2", Station::Outfeed);
    const dvec2 side = before.centre + dvec2{before.radius, 0};
    Path upstream{leader.front(), {leader.front().to, side, before.centre, before.radius, before.turn}};
    for (const WebPiece& piece : tornEnd(side, 1)) upstream.push_back(piece);

    const WebRoller& behind = webRoller("idler-2", Station::Calender);
    const auto over = std::find_if(leader.begin(), leader.end(), [&](const WebPiece& p) { return p.centre == behind.centre; });
    const dvec2 back = behind.centre - dvec2{behind.radius, 0};
    Path downstream = reversed(tornEnd(back, -1));
    downstream.push_back({back, over->to, behind.centre, behind.radius, behind.turn});
    downstream.insert(downstream.end(), over + 1, leader.end());

    for (const auto& [end, material] : {std::pair{upstream, Material::CoatDry}, std::pair{downstream, Material::CoatRolled}}) {
        addFoil(node, end);
        addCoat(node, end, material);
    }
}

/// The web past the gauge in steps of `leaderStep`, so that people can be seen to pull it through.
void addLeader(Node& node, Path path) {
    const double nipX = calenderX + 1700;
    splitAtX(path, nipX);
    Path step;
    double length = 0;
    int steps = 0;
    const auto show = [&] {
        if (step.empty()) return;
        Node& shown = node.child(std::format("web-lead-{:02}", ++steps));
        addFoil(shown, step);
        const auto rolled = std::find_if(step.begin(), step.end(), [&](const WebPiece& p) { return p.from.x > nipX - 1; });
        addCoat(shown, {step.begin(), rolled}, Material::CoatDry);
        addCoat(shown, {rolled, step.end()}, Material::CoatRolled);
        step.clear();
    };
    for (WebPiece piece : path) {
        // An arc belongs to the step it begins in; a straight is cut where a step ends.
        if (leaderStep * (steps + 1) - length < 0.02) show();
        double rest = leaderStep * (steps + 1) - length;
        while (piece.radius == 0 && lengthOf({piece}) > rest + 0.02) {
            WebPiece head = piece;
            head.to = piece.from = glm::mix(piece.from, piece.to, rest / lengthOf({piece}));
            step.push_back(head);
            length += lengthOf({head});
            show();
            rest = leaderStep;
        }
        step.push_back(piece);
        length += lengthOf({piece});
    }
    show();
}

} // namespace

Model makeWeb() {
    Model model{"web", {}};
    model.root.name = "web";
    Path path = webPath();
    const std::size_t die = splitAtDie(path);
    const std::size_t dry = splitAtX(path, dryerX + 2 * zoneLength, die);
    const std::size_t lead = splitAtX(path, leaderX, dry);
    const std::size_t last = path.size() - 1;

    // The spans at the rolls turn about their idler as the roll grows or shrinks: their nodes lie on the idler's axis.
    const dvec2 unwindIdler = webRollers().front().centre, rewindIdler = webRollers().back().centre;
    Node& first = model.root.child("web-unwind-span", {unwindIdler, 0});
    addFoil(first, part(path, 0, 1), unwindIdler);

    addFoil(model.root.child("web-infeed"), part(path, 1, die));

    Node& dryer = model.root.child("web-dryer");
    addFoil(dryer, part(path, die, lead));
    addCoat(dryer, part(path, die, dry), Material::CoatWet);
    addCoat(dryer, part(path, dry, lead), Material::CoatDry);

    addLeader(model.root.child("web-calender"), leaderPath());

    Node& span = model.root.child("web-rewind-span", {rewindIdler, 0});
    addFoil(span, part(path, last, last + 1), rewindIdler);
    addCoat(span, part(path, last, last + 1), Material::CoatRolled, rewindIdler);

    addTornEnds(model.root.child("web-torn"), leaderPath());
    return model;
}

} // namespace millwright::assets
