#pragma once

#include <millwright/core/result.hpp>
#include <millwright/scene/scene.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace millwright::scene {

/// Nodes [first, first + count) of a scene, for instance those of one model that was placed in it.
struct NodeRange {
    std::uint32_t first = 0;
    std::uint32_t count = none; ///< `none`: to the end
};

/// The first node in `within` whose name is `path`, or whose chain of names from an ancestor down to it is the `/`-separated `path`
/// ("gripper/finger_left"). Names may contain slashes themselves. Nothing for an empty path or when no node fits.
[[nodiscard]] std::optional<std::uint32_t> findNode(const Scene& scene, std::string_view path, NodeRange within = {});

/// Every node in `within` that `query` fits, ascending. `key=value`: its property `key` holds `value`; else its name or the value of
/// some property holds `query`. Upper and lower case (of ASCII) are the same. Nothing for an empty query.
[[nodiscard]] std::vector<std::uint32_t> findNodes(const Scene& scene, std::string_view query, NodeRange within = {});

/// Names from the root down to `node`, joined by `/`.
[[nodiscard]] std::string nodePath(const Scene& scene, std::uint32_t node);

/// `node` and everything below it, ascending: parents come before children.
[[nodiscard]] std::vector<std::uint32_t> subtree(const Scene& scene, std::uint32_t node);

/// Succeeds when everything the other functions and the renderer take for granted is so: every index in range, parents before
/// children, instances sorted by node and with a material, three indices a triangle, colours none or one a vertex, image sizes that
/// match their pixels, every number finite, bounds that hold their vertices. Errors: Invalid, naming the first thing that is wrong.
[[nodiscard]] Result<void> validate(const Scene& scene);

} // namespace millwright::scene
