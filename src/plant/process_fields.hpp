#pragma once

#include "plant/problems.hpp"
#include "plant/reader.hpp"

#include <millwright/plant/process.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::plant {

/// The members of one table of the plant, or of the scenario's table of the same id where that has them; knows which file each is
/// in.
class Fields {
public:
    Fields(const Node* base, Problems* baseProblems, const Node* over, Problems* overProblems)
        : base_{base}, over_{over}, baseProblems_{baseProblems}, overProblems_{overProblems} {}
    Fields(const Node& table, Problems& problems) : Fields{&table, &problems, nullptr, nullptr} {}

    [[nodiscard]] const Node* find(std::string_view key) const {
        return isOver(key) ? over_->find(key) : base_ != nullptr ? base_->find(key) : nullptr;
    }
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    [[nodiscard]] Problems& problemsOf(std::string_view key) const {
        return isOver(key) || base_ == nullptr ? *overProblems_ : *baseProblems_;
    }
    /// At the member, or at the table when there is none.
    void problem(std::string_view key, std::string message) const {
        const Node* node = find(key);
        const Node& table = base_ != nullptr ? *base_ : *over_;
        problemsOf(key).add(node != nullptr ? node->at : table.at, std::move(message));
    }
    [[nodiscard]] bool isNew() const { return base_ == nullptr; }

    [[nodiscard]] std::string text(std::string_view key) const {
        const Node* node = find(key);
        return node != nullptr && node->kind == Node::Kind::String ? std::string{node->text} : std::string{};
    }
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const {
        const Node* node = find(key);
        return node != nullptr && node->kind == Node::Kind::Integer ? node->integer : otherwise;
    }
    [[nodiscard]] std::optional<double> number(std::string_view key) const {
        const Node* node = find(key);
        return node != nullptr && node->isNumber() ? std::optional{node->number} : std::nullopt;
    }
    [[nodiscard]] bool boolean(std::string_view key, bool otherwise) const {
        const Node* node = find(key);
        return node != nullptr && node->kind == Node::Kind::Boolean ? node->boolean : otherwise;
    }
    [[nodiscard]] std::optional<Duration> duration(std::string_view key) const {
        const Node* node = find(key);
        return node != nullptr ? asDuration(*node) : std::nullopt;
    }
    [[nodiscard]] std::vector<double> numbers(std::string_view key) const {
        std::vector<double> values;
        if (const Node* node = find(key); node != nullptr && node->kind == Node::Kind::Array)
            for (const Node& child : node->children) values.push_back(child.number);
        return values;
    }
    /// The word's place among `words`, which are in the order of an enumeration.
    template <typename Enumeration>
    [[nodiscard]] Enumeration choice(std::string_view key, std::span<const std::string_view> words, Enumeration otherwise) const {
        const Node* node = find(key);
        const auto found = node != nullptr ? std::ranges::find(words, node->text) : words.end();
        return found == words.end() ? otherwise : static_cast<Enumeration>(found - words.begin());
    }
    /// One number of a table that is a member; 0 where either is not there.
    [[nodiscard]] double numberIn(std::string_view key, std::string_view name, double otherwise = 0) const {
        const Node* table = find(key);
        const Node* node = table != nullptr && table->kind == Node::Kind::Table ? table->find(name) : nullptr;
        return node != nullptr && node->isNumber() ? node->number : otherwise;
    }
    /// A table that is a member, which `has` it.
    [[nodiscard]] Fields table(std::string_view key) const { return {*find(key), problemsOf(key)}; }
    /// The tables of a list.
    [[nodiscard]] std::vector<Fields> tables(std::string_view key) const {
        std::vector<Fields> result;
        const Node* table = isOver(key) ? over_ : base_;
        for (const Node& child : Reader::tables(table, key)) result.emplace_back(child, problemsOf(key));
        return result;
    }

private:
    [[nodiscard]] bool isOver(std::string_view key) const { return over_ != nullptr && over_->find(key) != nullptr; }

    const Node* base_;
    const Node* over_;
    Problems* baseProblems_;
    Problems* overProblems_;
};

/// Reports a time or distribution that is written in units and is a number of `what`.
void refuseUnits(const Fields& fields, std::string_view key, std::string_view what);

/// A time is a duration, which always takes that long, or a distribution. Nothing after a problem, which is reported.
[[nodiscard]] std::optional<Distribution> readTime(const Fields& fields, std::string_view key);

} // namespace millwright::plant
