#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/opcua.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millwright::telemetry {

/// An object or variable that an OPC UA server offers.
struct OpcUaNode {
    static constexpr std::size_t noParent = static_cast<std::size_t>(-1);

    std::string id;   ///< `nsu=URI;s=NAME`, as `OpcUaAddress::node` takes it
    std::string name; ///< display name
    std::size_t parent = noParent;
    std::size_t depth = 0; ///< below the node where browsing began
    bool variable = false;
    bool condition = false; ///< of OPC 10000-9; `id` is `condition=SOURCE/NAME` where the server says these
    // Of a variable:
    std::string type;                               ///< `Double`, `Int32[3]`
    std::optional<ValueType> signal;                ///< the type of a signal that is this node; none where none can be
    std::string unit;                               ///< as the server writes it; empty where it does not
    std::string ucum;                               ///< the UCUM code of that; empty where it is not known
    std::optional<std::pair<double, double>> range; ///< EURange
    std::string value;                              ///< as text, of an array its first elements
    std::string status = "Good";                    ///< of the value
    Time time{};                                    ///< of the value at its source; epoch where it has none
    bool history = false;                           ///< the server answers what it was before
};

struct OpcUaBrowseOptions {
    OpcUaServer server;
    std::string node = "i=85";       ///< where to begin; the folder Objects
    std::size_t depth = 64;          ///< levels below it
    std::size_t mostNodes = 100'000; ///< where to end
};

struct OpcUaBrowsed {
    std::vector<OpcUaNode> nodes; ///< each behind its parent and before what is not below it; the node where browsing began first
    bool complete = true;         ///< false: `mostNodes` were reached
};

/// Lists what a server offers below a node: objects and variables by its hierarchical references, and conditions of these, each
/// once, with what a person needs to pick among them. Properties of variables and conditions are told with these; what namespace 0
/// has in the folder Objects is left out, which is the server itself. Keeps to the server's limits. Waits at most a few times five
/// seconds between looks at `progress`. Thread: any. Errors: as `openOpcUa` and connecting; NotFound (`node`), Unreadable (the
/// connection is lost), Cancelled.
[[nodiscard]] Result<OpcUaBrowsed> browseOpcUa(const OpcUaBrowseOptions& options, const Progress& progress);

} // namespace millwright::telemetry
