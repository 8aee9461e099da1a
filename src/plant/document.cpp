#include "plant/document.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::plant {
namespace {

constexpr std::size_t maximumBytes = 16u << 20;
constexpr std::size_t maximumValues = 2'000'000; // bounds memory: a value takes up to 300 bytes while the file is read
constexpr std::size_t maximumDottedParts = 128;  // bounds recursion: a dotted key nests one table per part
constexpr int maximumDepth = 64;

// Counts what would become values and finds runs of dotted key parts, before the TOML library spends memory or stack on them.
Result<void> checkSize(std::string_view text, std::string_view file) {
    if (text.size() > maximumBytes) {
        return failure(
            ErrorCode::ResourceLimit,
            std::format(
                "the file has {} MiB, more than the {} MiB a plant description may have: describe like equipment once, with "
                "[[pattern]] and repeat",
                text.size() >> 20, maximumBytes >> 20),
            std::string{file});
    }
    std::size_t values = 0;
    std::size_t dots = 0;
    std::uint32_t line = 1;
    for (const char c : text) {
        if (c == ',' || c == '=' || c == '[') ++values;
        if (c == '.')
            ++dots;
        else if (c == '=' || c == ',' || c == '{' || c == '[' || c == '\n')
            dots = 0;
        if (c == '\n') ++line;
        if (dots > maximumDottedParts || values > maximumValues) {
            const std::string place = std::format("{}:{}:1", file, line);
            return dots > maximumDottedParts
                       ? failure(ErrorCode::ResourceLimit, std::format("a name has more than {} dotted parts", maximumDottedParts),
                                 place)
                       : failure(ErrorCode::ResourceLimit, std::format("the file has more than {} values", maximumValues), place);
        }
    }
    return {};
}

Position position(const toml::source_position& at) {
    return {std::max(1u, at.line), std::max(1u, at.column)};
}

// False when nested too deeply.
bool fill(Node& node, const toml::node& from, int depth) {
    if (depth > maximumDepth) return false;
    node.at = position(from.source().begin);
    switch (from.type()) {
    case toml::node_type::table:
        node.kind = Node::Kind::Table;
        node.children.reserve(from.as_table()->size());
        for (const auto& [key, value] : *from.as_table()) {
            Node& child = node.children.emplace_back();
            if (!fill(child, value, depth + 1)) return false;
            child.key = key.str();
            child.keyAt = position(key.source().begin);
        }
        // The library keeps members by name; problems are reported in file order.
        std::ranges::stable_sort(node.children, {}, &Node::keyAt);
        break;
    case toml::node_type::array:
        node.kind = Node::Kind::Array;
        node.children.reserve(from.as_array()->size());
        for (const auto& value : *from.as_array()) {
            if (!fill(node.children.emplace_back(), value, depth + 1)) return false;
        }
        break;
    case toml::node_type::string:
        node.kind = Node::Kind::String;
        node.text = from.as_string()->get();
        break;
    case toml::node_type::integer:
        node.kind = Node::Kind::Integer;
        node.integer = from.as_integer()->get();
        node.number = static_cast<double>(node.integer);
        break;
    case toml::node_type::floating_point:
        node.kind = Node::Kind::Float;
        node.number = from.as_floating_point()->get();
        break;
    case toml::node_type::boolean:
        node.kind = Node::Kind::Boolean;
        node.boolean = from.as_boolean()->get();
        break;
    default: node.kind = Node::Kind::Date; break;
    }
    return true;
}

} // namespace

struct Document::Storage {
    toml::table table;
};

Document::Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

const Node* Node::find(std::string_view name) const {
    const auto found = std::ranges::find(children, name, &Node::key);
    return found == children.end() ? nullptr : &*found;
}

Result<Document> Document::parse(std::string_view text, std::string_view file) {
    if (const auto checked = checkSize(text, file); !checked) return std::unexpected(checked.error());
    toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const Position at = position(parsed.error().source().begin);
        std::string_view reason = parsed.error().description();
        reason = reason.substr(0, reason.find(" (TOML_")); // names a macro of the library
        return failure(ErrorCode::Malformed, std::format("this is not TOML: {}", reason),
                       std::format("{}:{}:{}", file, at.line, at.column));
    }
    Document document;
    document.storage_ = std::make_unique<Storage>(std::move(parsed).table());
    if (!fill(document.root_, document.storage_->table, 0)) {
        return failure(ErrorCode::ResourceLimit, std::format("values are nested deeper than {} levels", maximumDepth),
                       std::string{file});
    }
    return document;
}

} // namespace millwright::plant
