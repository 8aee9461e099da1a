#include <millwright/scene/find.hpp>

#include <algorithm>

namespace millwright::scene {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

bool holds(std::string_view text, std::string_view part) {
    return !std::ranges::search(text, part, {}, lower, lower).empty();
}

} // namespace

std::vector<std::uint32_t> findNodes(const Scene& scene, std::string_view query, NodeRange within) {
    std::vector<std::uint32_t> found;
    if (query.empty()) return found;
    const std::size_t equals = query.find('=');
    const std::string_view key = query.substr(0, equals == std::string_view::npos ? 0 : equals);
    const std::string_view value = equals == std::string_view::npos ? query : query.substr(equals + 1);
    const auto fits = [&](const Node& node) {
        if (holds(node.name, query)) return true;
        return std::ranges::any_of(node.metadata, [&](const auto& property) {
            if (key.empty()) return holds(property.second, query);
            return equal(property.first, key) && (holds(property.second, value) || value.empty());
        });
    };
    const std::size_t end = within.count == none
                                ? scene.nodes.size()
                                : std::min<std::size_t>(scene.nodes.size(), std::size_t{within.first} + within.count);
    for (std::size_t i = within.first; i < end; ++i)
        if (fits(scene.nodes[i])) found.push_back(static_cast<std::uint32_t>(i));
    return found;
}

} // namespace millwright::scene
