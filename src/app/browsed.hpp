#pragma once

#include <millwright/telemetry/opcua_browse.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What `browse` says of what a server offers.
namespace millwright::app {

/// Which nodes to tell of: all where `filter` is empty, else those whose name or id holds it, upper and lower case alike, with
/// what is below them, and with what is above them so that one sees where they are.
struct Picked {
    std::vector<bool> shown;
    std::vector<bool> wanted; ///< not only shown because of what is below
};
[[nodiscard]] Picked pick(const telemetry::OpcUaBrowsed& browsed, std::string_view filter);

/// A tree with columns, a line a node.
[[nodiscard]] std::string treeOf(const telemetry::OpcUaBrowsed& browsed, const Picked& picked);

struct SignalLines {
    std::string toml; ///< [[equipment]] tables with their signals, to be appended to a plant.toml
    std::size_t equipment = 0;
    std::size_t signals = 0;
};
/// An equipment for each object that has variables picked, with a signal for each of these.
[[nodiscard]] SignalLines signalLines(const telemetry::OpcUaBrowsed& browsed, const Picked& picked);

/// A TOML basic string.
[[nodiscard]] std::string tomlString(std::string_view text);

} // namespace millwright::app
