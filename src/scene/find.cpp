#include <millwright/scene/find.hpp>

#include <algorithm>

namespace millwright::scene {

namespace {

/// Whether the names from `node` upwards, joined by `/`, end in all of `path`.
bool endsChain(const Scene& scene, std::uint32_t node, std::string_view path) {
    while (path.ends_with(scene.nodes[node].name)) {
        const std::string& name = scene.nodes[node].name;
        if (path.size() == name.size()) return true;
        path.remove_suffix(name.size());
        if (!path.ends_with('/')) return false;
        path.remove_suffix(1);
        node = scene.nodes[node].parent;
        if (node == none) return false;
    }
    return false;
}

} // namespace

std::optional<std::uint32_t> findNode(const Scene& scene, std::string_view path, NodeRange within) {
    if (path.empty()) return {};
    const std::size_t end =
        within.count == none ? scene.nodes.size() : std::min(scene.nodes.size(), std::size_t{within.first} + within.count);
    for (std::size_t i = within.first; i < end; ++i) {
        const auto node = static_cast<std::uint32_t>(i);
        if (endsChain(scene, node, path)) return node;
    }
    return {};
}

std::string nodePath(const Scene& scene, std::uint32_t node) {
    std::string path = scene.nodes[node].name;
    for (std::uint32_t i = scene.nodes[node].parent; i != none; i = scene.nodes[i].parent) path = scene.nodes[i].name + "/" + path;
    return path;
}

std::vector<std::uint32_t> subtree(const Scene& scene, std::uint32_t node) {
    std::vector<std::uint32_t> found{node};
    std::vector<bool> inside(scene.nodes.size(), false);
    inside[node] = true;
    for (std::size_t i = std::size_t{node} + 1; i < scene.nodes.size(); ++i) {
        const std::uint32_t parent = scene.nodes[i].parent;
        if (parent == none || !inside[parent]) continue;
        inside[i] = true;
        found.push_back(static_cast<std::uint32_t>(i));
    }
    return found;
}

} // namespace millwright::scene
