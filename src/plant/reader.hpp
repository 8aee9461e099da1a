#pragma once

#include "plant/document.hpp"

#include <millwright/core/time.hpp>

#include <glm/glm.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>

namespace millwright::plant {

[[nodiscard]] inline std::optional<glm::dvec3> asVector(const Node& node) {
    if (node.kind != Node::Kind::Array || node.children.size() != 3 || !std::ranges::all_of(node.children, &Node::isNumber))
        return std::nullopt;
    return glm::dvec3{node.children[0].number, node.children[1].number, node.children[2].number};
}

/// A number of seconds, or text such as "250ms".
[[nodiscard]] inline std::optional<Duration> asDuration(const Node& node) {
    if (node.isNumber()) return durationFromSeconds(node.number);
    if (node.kind != Node::Kind::String) return std::nullopt;
    const auto parsed = parseDuration(node.text);
    return parsed ? std::optional{*parsed} : std::nullopt;
}

/// Members of a table, and of a second one where the first lacks them. A member of the wrong form counts as absent: the structure
/// check has reported it.
class Reader {
public:
    explicit Reader(const Node& own, const Node* fallback = nullptr) : own_{&own}, fallback_{fallback} {}

    [[nodiscard]] const Node* find(std::string_view key) const {
        const Node* found = own_->find(key);
        return found != nullptr || fallback_ == nullptr ? found : fallback_->find(key);
    }
    [[nodiscard]] const Node* find(std::string_view key, Node::Kind kind) const {
        const Node* found = find(key);
        return found != nullptr && found->kind == kind ? found : nullptr;
    }
    [[nodiscard]] const Node& own() const { return *own_; }

    [[nodiscard]] std::string text(std::string_view key) const {
        const Node* found = find(key, Node::Kind::String);
        return found != nullptr ? std::string{found->text} : std::string{};
    }
    [[nodiscard]] std::optional<double> number(std::string_view key) const {
        const Node* found = find(key);
        return found != nullptr && found->isNumber() ? std::optional{found->number} : std::nullopt;
    }
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const {
        const Node* found = find(key, Node::Kind::Integer);
        return found != nullptr ? found->integer : otherwise;
    }
    [[nodiscard]] bool boolean(std::string_view key, bool otherwise) const {
        const Node* found = find(key, Node::Kind::Boolean);
        return found != nullptr ? found->boolean : otherwise;
    }
    [[nodiscard]] std::optional<Duration> duration(std::string_view key) const {
        const Node* found = find(key);
        return found != nullptr ? asDuration(*found) : std::nullopt;
    }
    [[nodiscard]] std::optional<glm::dvec3> vector(std::string_view key) const {
        const Node* found = find(key);
        return found != nullptr ? asVector(*found) : std::nullopt;
    }
    [[nodiscard]] std::optional<glm::dvec2> pair(std::string_view key) const {
        const Node* found = find(key);
        if (found == nullptr || found->children.size() != 2 || !std::ranges::all_of(found->children, &Node::isNumber))
            return std::nullopt;
        return glm::dvec2{found->children[0].number, found->children[1].number};
    }
    /// Index of the text among `words`, which are in the order of an enumeration.
    template <typename Enumeration>
    [[nodiscard]] std::optional<Enumeration> choice(std::string_view key, std::span<const std::string_view> words) const {
        const Node* node = find(key, Node::Kind::String);
        if (node == nullptr) return std::nullopt;
        const auto found = std::ranges::find(words, node->text);
        return found == words.end() ? std::nullopt : std::optional{static_cast<Enumeration>(found - words.begin())};
    }
    /// Where the member is, or the table when it is absent.
    [[nodiscard]] Position at(std::string_view key) const {
        const Node* found = find(key);
        return found != nullptr ? found->at : own_->at;
    }
    /// The tables of a list of tables; empty when absent.
    [[nodiscard]] static std::span<const Node> tables(const Node* table, std::string_view key) {
        const Node* found = table != nullptr ? table->find(key) : nullptr;
        if (found == nullptr || found->kind != Node::Kind::Array) return {};
        if (!std::ranges::all_of(found->children, [](const Node& child) { return child.kind == Node::Kind::Table; })) return {};
        return found->children;
    }

private:
    const Node* own_;
    const Node* fallback_;
};

} // namespace millwright::plant
