#include "telemetry/opcua/address_space.hpp"
#include "telemetry/opcua/connect.hpp"
#include "telemetry/opcua/described.hpp"
#include "telemetry/opcua/reading.hpp"

#include <millwright/telemetry/opcua_browse.hpp>

#include <algorithm>
#include <format>
#include <ranges>
#include <unordered_map>

namespace millwright::telemetry {
namespace opcua {
namespace {

constexpr UA_UInt32 mostReferences = 1'000; ///< of a node that one answer brings; a server may bring fewer

using BrowseAnswer = Owned<UA_BrowseResponse, UA_TYPES_BROWSERESPONSE>;
using BrowseNextAnswer = Owned<UA_BrowseNextResponse, UA_TYPES_BROWSENEXTRESPONSE>;

struct ClearNodeId {
    void operator()(UA_NodeId* id) const { UA_NodeId_delete(id); }
};
using HeldNodeId = std::unique_ptr<UA_NodeId, ClearNodeId>;

HeldNodeId held(const UA_NodeId& id) {
    HeldNodeId copy{UA_NodeId_new()};
    UA_NodeId_copy(&id, copy.get());
    return copy;
}

enum class PropertyKind : std::uint8_t { Units, Range, SourceName, ConditionName, ActiveState };

/// What of a variable or condition is told with it. None for other children.
std::optional<PropertyKind> kindOf(const UA_QualifiedName& name, bool condition) {
    constexpr struct {
        std::string_view name;
        PropertyKind kind;
        bool condition;
    } known[] = {{"EngineeringUnits", PropertyKind::Units, false},
                 {"EURange", PropertyKind::Range, false},
                 {"SourceName", PropertyKind::SourceName, true},
                 {"ConditionName", PropertyKind::ConditionName, true},
                 {"ActiveState", PropertyKind::ActiveState, true}};
    for (const auto& one : known)
        if (name.namespaceIndex == 0 && view(name.name) == one.name && one.condition == condition) return one.kind;
    return std::nullopt;
}

/// Finds the nodes of a server level by level. Thread: one.
class Browser {
public:
    Browser(UA_Client* client, const OpcUaBrowseOptions& options, const Progress& progress)
        : client_{client}, options_{options}, progress_{progress} {}

    [[nodiscard]] Result<OpcUaBrowsed> run();

private:
    /// What is read of a node beside its attributes.
    struct Property {
        std::size_t node;
        HeldNodeId id;
        PropertyKind kind;
    };
    [[nodiscard]] Result<void> begin();
    [[nodiscard]] Result<void> levels();
    [[nodiscard]] Result<void> follow(UA_UInt32 references, const std::vector<std::size_t>& parents);
    [[nodiscard]] Result<std::vector<std::size_t>> browse(std::span<const std::size_t> parents);
    [[nodiscard]] Result<void> rest(std::vector<std::pair<std::size_t, std::string>> points);
    /// False where the result is to be asked for again, alone.
    bool take(std::size_t parent, const UA_BrowseResult& result, std::vector<std::pair<std::size_t, std::string>>& points);
    void add(std::size_t parent, const UA_ReferenceDescription& reference);
    [[nodiscard]] std::size_t append(std::size_t parent, std::string text, const UA_ReferenceDescription& reference);
    [[nodiscard]] Result<void> describe();
    [[nodiscard]] Result<void> describeTypes();
    [[nodiscard]] Result<void> describeProperties();
    [[nodiscard]] OpcUaBrowsed ordered();
    [[nodiscard]] Result<void> checkCancelled() const;

    UA_Client* client_;
    const OpcUaBrowseOptions& options_;
    const Progress& progress_;
    Namespaces namespaces_;
    OperationLimits limits_{};
    OpcUaBrowsed found_;
    std::vector<HeldNodeId> ids_;                            ///< of the nodes found
    std::unordered_map<std::string, std::size_t> known_;     ///< by their texts
    UA_UInt32 references_ = UA_NS0ID_HIERARCHICALREFERENCES; ///< that are followed
    std::vector<Property> properties_;
    std::vector<std::pair<std::size_t, HeldNodeId>> types_; ///< variables whose data type only the server can name
};

Result<void> Browser::checkCancelled() const {
    if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "browsing was stopped");
    return {};
}

Result<OpcUaBrowsed> Browser::run() {
    if (auto read = namespaces_.read(client_, options_.server.url); !read) return std::unexpected(read.error());
    limits_ = readLimits(client_);
    if (auto begun = begin(); !begun) return std::unexpected(begun.error());
    if (auto browsed = levels(); !browsed) return std::unexpected(browsed.error());
    if (auto described = describe(); !described) return std::unexpected(described.error());
    return ordered();
}

/// The node where browsing begins.
Result<void> Browser::begin() {
    const auto unknown = [&](std::string_view why) {
        return failure(ErrorCode::NotFound, std::format("{} has no node '{}': {}", options_.server.url, options_.node, why));
    };
    HeldNodeId id{UA_NodeId_new()};
    if (const std::string uri = namespaces_.missing(options_.node); !uri.empty())
        return unknown(std::format("its namespaces are {}", namespaces_.list()));
    if (!namespaces_.resolve(options_.node, *id)) return unknown("that is no node id");
    std::vector<UA_ReadValueId> wanted(2);
    wanted[0].nodeId = wanted[1].nodeId = *id;
    wanted[0].attributeId = UA_ATTRIBUTEID_NODECLASS;
    wanted[1].attributeId = UA_ATTRIBUTEID_DISPLAYNAME;
    OpcUaNode node{.id = namespaces_.text(*id), .name = options_.node};
    UA_StatusCode status = UA_STATUSCODE_GOOD;
    const auto take = [&](std::size_t at, const UA_DataValue& value) {
        if (at == 0) {
            status = value.hasStatus ? value.status : UA_STATUSCODE_GOOD;
            const bool number =
                value.value.type != nullptr && value.value.type->memSize == sizeof(UA_Int32) && value.value.data != nullptr;
            node.variable = number && *static_cast<const UA_Int32*>(value.value.data) == UA_NODECLASS_VARIABLE;
        } else if (UA_Variant_hasScalarType(&value.value, &UA_TYPES[UA_TYPES_LOCALIZEDTEXT])) {
            node.name = view(static_cast<const UA_LocalizedText*>(value.value.data)->text);
        }
    };
    if (auto read = readAll(client_, wanted, limits_.read, take); !read) return read;
    if (status >= UA_STATUSCODE_BAD) return unknown(statusName(status));
    known_.emplace(node.id, 0);
    ids_.push_back(std::move(id));
    found_.nodes.push_back(std::move(node));
    return {};
}

Result<void> Browser::levels() {
    std::vector<std::size_t> parents{0};
    for (std::size_t depth = 0; depth < options_.depth && !parents.empty() && found_.complete; ++depth) {
        const std::size_t before = found_.nodes.size();
        // Conditions first, so that those which are also components of something are not listed with all their properties.
        if (auto done = follow(UA_NS0ID_HASCONDITION, parents); !done) return done;
        if (auto done = follow(UA_NS0ID_HIERARCHICALREFERENCES, parents); !done) return done;
        parents.clear();
        for (std::size_t i = before; i < found_.nodes.size(); ++i)
            if (!found_.nodes[i].condition) parents.push_back(i);
    }
    std::vector<std::size_t> conditions;
    for (std::size_t i = 0; i < found_.nodes.size(); ++i)
        if (found_.nodes[i].condition) conditions.push_back(i);
    return follow(UA_NS0ID_HIERARCHICALREFERENCES, conditions);
}

/// Adds what the references of that kind lead to.
Result<void> Browser::follow(UA_UInt32 references, const std::vector<std::size_t>& parents) {
    references_ = references;
    std::size_t size = limits_.browse;
    for (std::size_t at = 0; at < parents.size();) {
        if (auto going = checkCancelled(); !going) return going;
        progress_(0.5 * static_cast<double>(at) / static_cast<double>(parents.size()),
                  std::format("{} nodes", found_.nodes.size()));
        const std::size_t count = std::min(size, parents.size() - at);
        auto again = browse(std::span{parents}.subspan(at, count));
        if (!again) return std::unexpected(again.error());
        if (again->size() == count && count > 1) {
            size = count / 2; // too many for one call
            continue;
        }
        at += count;
        // Those for which the server had no continuation point left.
        for (const std::size_t one : *again) {
            auto alone = browse({&one, 1});
            if (!alone) return std::unexpected(alone.error());
            if (!alone->empty()) return failure(ErrorCode::Unreadable, "the server has no continuation points to browse with");
        }
    }
    return {};
}

/// Returns the nodes that it could not ask for at once.
Result<std::vector<std::size_t>> Browser::browse(std::span<const std::size_t> parents) {
    std::vector<UA_BrowseDescription> wanted(parents.size());
    for (std::size_t i = 0; i < parents.size(); ++i) {
        wanted[i].nodeId = *ids_[parents[i]];
        wanted[i].browseDirection = UA_BROWSEDIRECTION_FORWARD;
        wanted[i].referenceTypeId = UA_NODEID_NUMERIC(0, references_);
        wanted[i].includeSubtypes = true;
        wanted[i].nodeClassMask = UA_NODECLASS_OBJECT | UA_NODECLASS_VARIABLE;
        wanted[i].resultMask = UA_BROWSERESULTMASK_ALL;
    }
    UA_BrowseRequest request{};
    request.requestedMaxReferencesPerNode = mostReferences;
    request.nodesToBrowse = wanted.data();
    request.nodesToBrowseSize = wanted.size();
    BrowseAnswer answer{UA_Client_Service_browse(client_, request)};
    const UA_StatusCode status = answer->responseHeader.serviceResult;
    if (wantsLess(status) && parents.size() > 1) return std::vector<std::size_t>{parents.begin(), parents.end()};
    if (status != UA_STATUSCODE_GOOD) return std::unexpected(callFailed("Browse", status));
    std::vector<std::size_t> again;
    std::vector<std::pair<std::size_t, std::string>> points;
    for (std::size_t i = 0; i < std::min(parents.size(), answer->resultsSize); ++i)
        if (!take(parents[i], answer->results[i], points)) again.push_back(parents[i]);
    if (auto all = rest(std::move(points)); !all) return std::unexpected(all.error());
    return again;
}

bool Browser::take(std::size_t parent, const UA_BrowseResult& result, std::vector<std::pair<std::size_t, std::string>>& points) {
    if (result.statusCode == UA_STATUSCODE_BADNOCONTINUATIONPOINTS) return false;
    if (result.statusCode >= UA_STATUSCODE_BAD) found_.nodes[parent].status = statusName(result.statusCode);
    for (const UA_ReferenceDescription& reference : std::span{result.references, result.referencesSize}) add(parent, reference);
    if (result.continuationPoint.length > 0) points.emplace_back(parent, view(result.continuationPoint));
    return true;
}

/// The references that did not fit into the first answer.
Result<void> Browser::rest(std::vector<std::pair<std::size_t, std::string>> points) {
    while (!points.empty()) {
        if (auto going = checkCancelled(); !going) return going;
        const std::size_t count = std::min(points.size(), limits_.browse);
        std::vector<UA_ByteString> wanted;
        for (const auto& [parent, point] : std::span{points}.first(count)) wanted.push_back(borrowed(point));
        UA_BrowseNextRequest request{};
        request.continuationPoints = wanted.data();
        request.continuationPointsSize = count;
        BrowseNextAnswer answer{UA_Client_Service_browseNext(client_, request)};
        const UA_StatusCode status = answer->responseHeader.serviceResult;
        if (status != UA_STATUSCODE_GOOD) return std::unexpected(callFailed("BrowseNext", status));
        std::vector<std::pair<std::size_t, std::string>> more;
        for (std::size_t i = 0; i < std::min(count, answer->resultsSize); ++i) take(points[i].first, answer->results[i], more);
        points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(count));
        points.insert(points.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    return {};
}

void Browser::add(std::size_t parent, const UA_ReferenceDescription& reference) {
    if (reference.nodeId.serverIndex != 0 || reference.nodeId.namespaceUri.length > 0) return;
    const OpcUaNode& owner = found_.nodes[parent];
    const UA_NodeId& id = reference.nodeId.nodeId;
    const UA_NodeId property = UA_NODEID_NUMERIC(0, UA_NS0ID_HASPROPERTY);
    const bool isProperty = UA_NodeId_equal(&reference.referenceTypeId, &property);
    if (owner.condition || (owner.variable && isProperty)) {
        if (const auto kind = kindOf(reference.browseName, owner.condition)) properties_.push_back({parent, held(id), *kind});
        return;
    }
    const UA_NodeId history = UA_NODEID_NUMERIC(0, UA_NS0ID_HASHISTORICALCONFIGURATION);
    if (UA_NodeId_equal(&reference.referenceTypeId, &history)) return; // how values are kept is no part of the plant
    const UA_NodeId objects = UA_NODEID_NUMERIC(0, UA_NS0ID_OBJECTSFOLDER);
    if (id.namespaceIndex == 0 && UA_NodeId_equal(ids_[parent].get(), &objects)) return; // the server itself
    std::string text = namespaces_.text(id);
    const auto known = known_.find(text);
    const std::size_t at = known != known_.end() ? known->second : append(parent, std::move(text), reference);
    if (at != OpcUaNode::noParent && references_ == UA_NS0ID_HASCONDITION) found_.nodes[at].condition = true;
}

/// Returns its place, or `noParent` when there are enough.
std::size_t Browser::append(std::size_t parent, std::string text, const UA_ReferenceDescription& reference) {
    const std::size_t at = found_.nodes.size();
    if (at >= options_.mostNodes) {
        found_.complete = false;
        return OpcUaNode::noParent;
    }
    known_.emplace(text, at);
    const std::string_view shown = view(reference.displayName.text);
    found_.nodes.push_back({.id = std::move(text),
                            .name = std::string{shown.empty() ? view(reference.browseName.name) : shown},
                            .parent = parent,
                            .depth = found_.nodes[parent].depth + 1,
                            .variable = reference.nodeClass == UA_NODECLASS_VARIABLE});
    ids_.push_back(held(reference.nodeId.nodeId));
    return at;
}

/// Reads what the variables are and have.
Result<void> Browser::describe() {
    constexpr UA_AttributeId attributes[] = {UA_ATTRIBUTEID_DATATYPE, UA_ATTRIBUTEID_ACCESSLEVEL, UA_ATTRIBUTEID_VALUE};
    std::vector<std::size_t> variables;
    for (std::size_t i = 0; i < found_.nodes.size(); ++i)
        if (found_.nodes[i].variable) variables.push_back(i);
    // A part at a time, so that the program can be stopped in between.
    for (std::size_t at = 0; at < variables.size(); at += limits_.read) {
        if (auto going = checkCancelled(); !going) return going;
        progress_(0.5 + 0.5 * static_cast<double>(at) / static_cast<double>(variables.size()), "values");
        const auto part = std::span{variables}.subspan(at, std::min(limits_.read, variables.size() - at));
        for (const UA_AttributeId attribute : attributes) {
            std::vector<UA_ReadValueId> wanted(part.size());
            for (std::size_t i = 0; i < part.size(); ++i) {
                wanted[i].nodeId = *ids_[part[i]];
                wanted[i].attributeId = attribute;
            }
            const auto take = [&](std::size_t i, const UA_DataValue& value) {
                OpcUaNode& node = found_.nodes[part[i]];
                const UA_Variant& variant = value.value;
                if (attribute == UA_ATTRIBUTEID_VALUE) {
                    describeValue(value, node);
                } else if (UA_Variant_hasScalarType(&variant, &UA_TYPES[UA_TYPES_NODEID])) {
                    const auto& type = *static_cast<const UA_NodeId*>(variant.data);
                    node.type = standardTypeName(type);
                    if (node.type.empty()) types_.emplace_back(part[i], held(type));
                } else if (UA_Variant_hasScalarType(&variant, &UA_TYPES[UA_TYPES_BYTE])) {
                    node.history = (*static_cast<const UA_Byte*>(variant.data) & UA_ACCESSLEVELMASK_HISTORYREAD) != 0;
                }
            };
            if (auto read = readAll(client_, wanted, limits_.read, take); !read) return read;
        }
    }
    if (auto named = describeTypes(); !named) return named;
    return describeProperties();
}

/// The names of data types that are the server's own.
Result<void> Browser::describeTypes() {
    std::unordered_map<std::string, std::string> names;
    std::vector<UA_ReadValueId> wanted;
    std::vector<std::string> texts;
    for (const auto& [node, type] : types_) {
        const std::string text = namespaces_.text(*type);
        if (!names.try_emplace(text).second) continue;
        wanted.push_back({.nodeId = *type, .attributeId = UA_ATTRIBUTEID_BROWSENAME, .indexRange = {}, .dataEncoding = {}});
        texts.push_back(text);
    }
    const auto take = [&](std::size_t i, const UA_DataValue& value) {
        if (UA_Variant_hasScalarType(&value.value, &UA_TYPES[UA_TYPES_QUALIFIEDNAME]))
            names[texts[i]] = view(static_cast<const UA_QualifiedName*>(value.value.data)->name);
    };
    if (auto read = readAll(client_, wanted, limits_.read, take); !read) return read;
    for (const auto& [node, type] : types_) // arrays have their size in it already
        found_.nodes[node].type.insert(0, names[namespaces_.text(*type)]);
    return {};
}

Result<void> Browser::describeProperties() {
    std::vector<UA_ReadValueId> wanted;
    for (const Property& property : properties_)
        wanted.push_back({.nodeId = *property.id, .attributeId = UA_ATTRIBUTEID_VALUE, .indexRange = {}, .dataEncoding = {}});
    std::unordered_map<std::size_t, std::pair<std::string, std::string>> conditions; // source and name
    const auto take = [&](std::size_t i, const UA_DataValue& value) {
        const Property& property = properties_[i];
        OpcUaNode& node = found_.nodes[property.node];
        const auto text = [&] { return value.hasValue ? textOf(value.value).value_or("") : std::string{}; };
        switch (property.kind) {
        case PropertyKind::Units: describeUnits(value, node); break;
        case PropertyKind::Range: describeRange(value, node); break;
        case PropertyKind::SourceName: conditions[property.node].first = text(); break;
        case PropertyKind::ConditionName: conditions[property.node].second = text(); break;
        case PropertyKind::ActiveState: node.value = text(); break;
        }
    };
    if (auto read = readAll(client_, wanted, limits_.read, take); !read) return read;
    for (const auto& [at, names] : conditions) {
        if (names.first.empty() || names.second.empty()) continue;
        found_.nodes[at].id = std::format("condition={}/{}", names.first, names.second);
        found_.nodes[at].signal = ValueType::String;
    }
    return {};
}

/// Each node behind its parent and before what is not below it, in the server's order.
OpcUaBrowsed Browser::ordered() {
    std::vector<std::vector<std::size_t>> children(found_.nodes.size());
    for (std::size_t i = 1; i < found_.nodes.size(); ++i) children[found_.nodes[i].parent].push_back(i);
    OpcUaBrowsed result{.nodes = {}, .complete = found_.complete};
    std::vector<std::pair<std::size_t, std::size_t>> waiting{{0, OpcUaNode::noParent}}; // node, and where its parent went
    while (!waiting.empty()) {
        const auto [at, parent] = waiting.back();
        waiting.pop_back();
        const std::size_t place = result.nodes.size();
        result.nodes.push_back(std::move(found_.nodes[at]));
        result.nodes.back().parent = parent;
        if (result.nodes.back().condition) continue; // what is below it is told with it
        for (const std::size_t child : children[at] | std::views::reverse) waiting.emplace_back(child, place);
    }
    return result;
}

} // namespace
} // namespace opcua

Result<OpcUaBrowsed> browseOpcUa(const OpcUaBrowseOptions& options, const Progress& progress) {
    if (auto checked = opcua::checkServer(options.server); !checked) return std::unexpected(checked.error());
    if (!opcua::isNodeId(options.node))
        return failure(ErrorCode::Invalid, std::format("'{}' is no node id: {}", options.node, opcua::nodeIdForms));
    opcua::ConnectionWatch watch;
    const auto client = opcua::connect(options.server, watch);
    if (!client) return std::unexpected(client.error());
    auto browsed = opcua::Browser{client->get(), options, progress}.run();
    UA_Client_disconnect(client->get());
    if (!browsed && browsed.error().code == ErrorCode::Unreadable && watch.lost) browsed.error().message += ": " + watch.because;
    return browsed;
}

} // namespace millwright::telemetry
