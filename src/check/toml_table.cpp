#include "check/toml_table.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <span>
#include <tuple>

namespace millwright::check {
namespace {

constexpr std::size_t maximumProblems = 200;

std::string_view kindName(const TomlNode& node) {
    switch (node.kind) {
    case TomlNode::Kind::Table: return "a table";
    case TomlNode::Kind::Array: return "a list";
    case TomlNode::Kind::String: return "a text";
    case TomlNode::Kind::Integer: return "an integer";
    case TomlNode::Kind::Float: return "a number";
    case TomlNode::Kind::Boolean: return "true or false";
    case TomlNode::Kind::Date: break;
    }
    return "a date; put quotes around it";
}

bool isA(TomlNode::Kind kind, const TomlNode* node) {
    return node && node->kind == kind;
}

} // namespace

void Problems::add(std::uint32_t line, std::uint32_t column, std::string message, ErrorCode code) {
    if (found_.size() < maximumProblems) found_.push_back({line, column, {code, std::move(message), place(line, column)}});
}

void Problems::add(Error error) {
    if (found_.size() < maximumProblems) found_.push_back({1, 1, std::move(error)});
}

std::string Problems::place(std::uint32_t line, std::uint32_t column) const {
    return std::format("{}:{}:{}", file_, line, column);
}

std::vector<Error> Problems::take() && {
    std::ranges::stable_sort(found_, {}, [](const Problem& problem) { return std::tuple{problem.line, problem.column}; });
    std::vector<Error> errors;
    for (Problem& problem : found_) errors.push_back(std::move(problem.error));
    return errors;
}

bool TomlTable::has(std::string_view key) const {
    return table_->find(key) != nullptr;
}
bool TomlTable::isText(std::string_view key) const {
    return isA(TomlNode::Kind::String, table_->find(key));
}
bool TomlTable::isBoolean(std::string_view key) const {
    return isA(TomlNode::Kind::Boolean, table_->find(key));
}

std::optional<std::string> TomlTable::text(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    if (isA(TomlNode::Kind::String, node)) return std::string{node->text};
    problem(key, std::format("'{}' must be a text, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::optional<double> TomlTable::number(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    if (node->isNumber() && std::isfinite(node->number)) return node->number;
    problem(key, std::format("'{}' must be a number, not {}", key, node->isNumber() ? "nan or inf" : kindName(*node)));
    return std::nullopt;
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    if (isA(TomlNode::Kind::Integer, node)) return node->integer;
    problem(key, std::format("'{}' must be an integer, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::optional<bool> TomlTable::boolean(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    if (isA(TomlNode::Kind::Boolean, node)) return node->boolean;
    problem(key, std::format("'{}' must be true or false, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::optional<Duration> TomlTable::duration(std::string_view key) const {
    if (!isText(key)) {
        const auto value = number(key);
        return value ? std::optional{durationFromSeconds(*value)} : std::nullopt;
    }
    const auto parsed = parseDuration(*text(key));
    if (parsed) return *parsed;
    problem(key, parsed.error().message);
    return std::nullopt;
}

std::optional<std::pair<std::int64_t, std::int64_t>> TomlTable::integers(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    if (isA(TomlNode::Kind::Integer, node)) return std::pair{node->integer, node->integer};
    const std::vector<TomlNode>& list = node->children;
    if (isA(TomlNode::Kind::Array, node) && list.size() == 2 && isA(TomlNode::Kind::Integer, &list[0]) &&
        isA(TomlNode::Kind::Integer, &list[1])) {
        return std::pair{list[0].integer, list[1].integer};
    }
    problem(key, std::format("'{}' must be an integer, or two in a list: [least, most]", key));
    return std::nullopt;
}

std::optional<std::pair<double, double>> TomlTable::numbers(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    const auto isFinite = [](const TomlNode& each) { return each.isNumber() && std::isfinite(each.number); };
    if (isFinite(*node)) return std::pair{-std::abs(node->number), std::abs(node->number)};
    if (isA(TomlNode::Kind::Array, node) && node->children.size() == 2 && std::ranges::all_of(node->children, isFinite))
        return std::pair{node->children[0].number, node->children[1].number};
    problem(key, std::format("'{}' must be a number, or two in a list: [least, most]", key));
    return std::nullopt;
}

std::vector<std::string> TomlTable::texts(std::string_view key) const {
    std::vector<std::string> result;
    const TomlNode* node = table_->find(key);
    if (!node) return result;
    const bool allTexts =
        std::ranges::all_of(node->children, [](const TomlNode& each) { return isA(TomlNode::Kind::String, &each); });
    if (!isA(TomlNode::Kind::Array, node) || !allTexts) {
        problem(key, std::format("'{}' must be a list of texts", key));
        return result;
    }
    for (const TomlNode& each : node->children) result.emplace_back(each.text);
    return result;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) const {
    const TomlNode* node = table_->find(key);
    if (!node) return std::nullopt;
    if (isA(TomlNode::Kind::Table, node)) return TomlTable{*node, *problems_};
    problem(key, std::format("'{}' must be a table, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
    std::vector<TomlTable> result;
    const TomlNode* node = table_->find(key);
    if (!node) return result;
    const bool allTables =
        std::ranges::all_of(node->children, [](const TomlNode& each) { return isA(TomlNode::Kind::Table, &each); });
    if (!isA(TomlNode::Kind::Array, node) || !allTables) {
        problem(key, std::format("write each one under a heading [[{}]]", key));
        return result;
    }
    for (const TomlNode& element : node->children) result.emplace_back(element, *problems_);
    return result;
}

TextPosition TomlTable::at(std::string_view key) const {
    const TomlNode* node = key.empty() ? nullptr : table_->find(key);
    return node ? node->at : table_->at;
}

std::string TomlTable::place(std::string_view key) const {
    const auto [line, column] = at(key);
    return problems_->place(line, column);
}

void TomlTable::problem(std::string_view key, std::string message) const {
    const auto [line, column] = at(key);
    problems_->add(line, column, std::move(message));
}

void TomlTable::problemWithin(std::string_view key, std::string_view source, std::size_t offset, std::string message) const {
    const TomlNode* node = table_->find(key);
    const auto [line, column] = node ? placeInText(source, *node, offset) : at();
    problems_->add(line, column, std::move(message));
}

void TomlTable::unknownKeys(std::initializer_list<std::string_view> known) const {
    for (const TomlNode& member : table_->children) {
        if (std::ranges::find(known, member.key) != known.end()) continue;
        problems_->add(
            member.keyAt.line, member.keyAt.column,
            std::format("unknown key '{}'{}", member.key, didYouMean(member.key, std::span{known.begin(), known.size()})));
    }
}

void TomlTable::missing(std::string_view key, std::string_view whose) const {
    problem({}, std::format("{} needs '{}'", whose, key));
}

std::optional<TomlDocument> parseToml(std::string_view text, const std::string& file, Problems& problems) {
    Result<TomlDocument> parsed = TomlDocument::parse(text, file, {.file = "an expectation file"});
    if (parsed) return std::move(*parsed);
    problems.add(std::move(parsed.error()));
    return std::nullopt;
}

} // namespace millwright::check
