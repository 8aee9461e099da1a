#include "shop.hpp"

#include <format>

/// What several machines of the auto-parts plant use.
namespace millwright::assets {

void addTray(Node& node, double length, dvec3 at) {
    node.instance("cable-tray", kit::cableTray(length), at);
    std::vector<Shape> posts;
    for (double x = 300; x < length; x += 2600)
        posts.insert(posts.end(), {box({at.x + x - 30, 0, at.z - 30}, {at.x + x + 30, at.y, at.z + 30}),
                                   box({at.x + x - 90, 0, at.z - 90}, {at.x + x + 90, 12, at.z + 90})});
    node.add(group(posts), Material::Galvanised);
}

Node& addEllipse(Node& parent, const std::string& id, dvec3 centre, double across, double up) {
    // Two circles of half the sum and half the difference run against each other: their sum is an ellipse.
    Node& turn = parent.child(id + "-turn", centre);
    Node& counter = turn.child(id + "-counter", {0, (up + across) / 2, 0});
    return counter.child(id + "-settle", {0, (up - across) / 2, 0});
}

void addFenceAcross(Node& node, double zLow, double zHigh, double x, const std::string& name, int doorAt, bool mesh) {
    const int panels = static_cast<int>(std::round((zHigh - zLow) / 1100));
    const double width = (zHigh - zLow) / panels;
    for (int i = 0; i < panels; ++i) {
        const dvec3 at{x, 0, zLow + (i + 1) * width};
        if (i == doorAt)
            node.instance(name + "-door", kit::guardDoor(width, 2000), at, 90);
        else
            node.instance(std::format("{}-{}", name, i + 1), kit::guard(width, 2000, mesh), at, 90);
    }
}

} // namespace millwright::assets
