#include "telemetry/opcua/unit_check.hpp"

#include "telemetry/opcua/conditions.hpp"
#include "telemetry/opcua/units.hpp"

#include <millwright/core/units.hpp>

#include <algorithm>
#include <deque>
#include <format>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

using TranslateAnswer = Owned<UA_TranslateBrowsePathsToNodeIdsResponse, UA_TYPES_TRANSLATEBROWSEPATHSTONODEIDSRESPONSE>;

/// The EngineeringUnits of a signal's node.
struct UnitsNode {
    std::uint32_t address;
    NodeIdOwner node;
};

/// Which of the addresses from `first` on, up to `count` of them, have the property; `first` becomes the next to look at. A Good
/// status, or that of the service.
UA_StatusCode findUnits(UA_Client* client, const Namespaces& namespaces, const OpcUaOptions& options, std::size_t& first,
                        std::size_t count, std::deque<UnitsNode>& found) {
    static UA_RelativePathElement property{.referenceTypeId = UA_NODEID_NUMERIC(0, UA_NS0ID_HASPROPERTY),
                                           .isInverse = false,
                                           .includeSubtypes = true,
                                           .targetName = {0, borrowed("EngineeringUnits")}};
    std::deque<NodeIdOwner> nodes;
    std::vector<UA_BrowsePath> paths;
    std::vector<std::uint32_t> whose;
    std::size_t at = first;
    for (; at < options.addresses.size() && paths.size() < count; ++at) {
        const OpcUaAddress& address = options.addresses[at];
        if (address.unit.empty() || isOfCondition(address.node) || !namespaces.resolve(address.node, *nodes.emplace_back()))
            continue;
        paths.push_back({.startingNode = *nodes.back(), .relativePath = {1, &property}});
        whose.push_back(static_cast<std::uint32_t>(at));
    }
    if (!paths.empty()) {
        UA_TranslateBrowsePathsToNodeIdsRequest request{};
        request.browsePaths = paths.data();
        request.browsePathsSize = paths.size();
        TranslateAnswer answer{UA_Client_Service_translateBrowsePathsToNodeIds(client, request)};
        if (answer->responseHeader.serviceResult != UA_STATUSCODE_GOOD) return answer->responseHeader.serviceResult;
        for (std::size_t i = 0; i < std::min(whose.size(), answer->resultsSize); ++i) {
            const UA_BrowsePathResult& result = answer->results[i];
            if (result.statusCode != UA_STATUSCODE_GOOD || result.targetsSize == 0) continue;
            UnitsNode& one = found.emplace_back();
            one.address = whose[i];
            UA_NodeId_copy(&result.targets[0].targetId.nodeId, &*one.node);
        }
    }
    first = at;
    return UA_STATUSCODE_GOOD;
}

/// What is to be told of a node in `theirs`, whose name the server writes so.
std::string difference(const OpcUaAddress& address, std::string_view theirs, std::string_view written) {
    if (theirs.empty() || !units::parse(address.unit)) return {};
    const auto conversion = units::convert(theirs, address.unit);
    if (conversion && *conversion == units::Conversion{}) return {};
    return std::format("signal '{}' is in {} at the server and in '{}' in the plant: its values are taken as they are{}",
                       address.name, written, address.unit,
                       conversion ? std::format("; write unit = \"{}\"", theirs) : std::string{", and mean something else"});
}

} // namespace

Result<void> compareUnits(UA_Client* client, const Namespaces& namespaces, const OperationLimits& limits,
                          const OpcUaOptions& options, const std::function<void(std::string)>& tell) {
    std::deque<UnitsNode> found;
    std::size_t count = limits.translate;
    for (std::size_t first = 0; first < options.addresses.size();) {
        const UA_StatusCode status = findUnits(client, namespaces, options, first, count, found);
        if (status == UA_STATUSCODE_GOOD) continue;
        if (!wantsLess(status) || count == 1) return {}; // a server without that service
        count = std::max<std::size_t>(1, count / 2);
    }
    std::vector<UA_ReadValueId> wanted;
    for (UnitsNode& one : found)
        wanted.push_back({.nodeId = *one.node, .attributeId = UA_ATTRIBUTEID_VALUE, .indexRange = {}, .dataEncoding = {}});
    return readAll(client, wanted, limits.read, [&](std::size_t i, const UA_DataValue& value) {
        if (!UA_Variant_hasScalarType(&value.value, &UA_TYPES[UA_TYPES_EUINFORMATION])) return;
        const auto& units = *static_cast<const UA_EUInformation*>(value.value.data);
        std::string text = difference(options.addresses[found[i].address], ucumOf(units), unitName(units));
        if (!text.empty()) tell(std::move(text));
    });
}

} // namespace millwright::telemetry::opcua
