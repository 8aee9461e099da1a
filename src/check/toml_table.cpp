#include "check/toml_table.hpp"

#include <millwright/core/spelling.hpp>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.hpp>

#include <algorithm>
#include <format>
#include <tuple>

namespace millwright::check {
namespace {

constexpr std::size_t maximumBytes = 4u << 20;
constexpr std::size_t maximumDots = 128; // in a row of key parts: the TOML library nests one table each, on the stack
constexpr std::size_t maximumProblems = 200;

/// Reports a text that would make the TOML library spend memory or stack without end.
bool sensibleSize(std::string_view text, Problems& problems) {
    if (text.size() > maximumBytes) {
        problems.add(1, 1,
                     std::format("the file has {} MiB; an expectation file has at most {}", text.size() >> 20, maximumBytes >> 20),
                     ErrorCode::ResourceLimit);
        return false;
    }
    std::size_t dots = 0;
    std::uint32_t line = 1;
    for (const char c : text) {
        if (c == '\n') ++line;
        if (c == '.')
            ++dots;
        else if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[')
            dots = 0;
        if (dots > maximumDots) {
            problems.add(line, 1, std::format("a name has more than {} dotted parts", maximumDots), ErrorCode::ResourceLimit);
            return false;
        }
    }
    return true;
}

const toml::table& tableOf(const void* table) {
    return *static_cast<const toml::table*>(table);
}

TomlTable::At position(const toml::source_position& at) {
    return {std::max(1u, at.line), std::max(1u, at.column)};
}

std::string_view kindName(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date; put quotes around it";
    }
}

} // namespace

void Problems::add(std::uint32_t line, std::uint32_t column, std::string message, ErrorCode code) {
    if (found_.size() < maximumProblems) found_.push_back({line, column, {code, std::move(message), place(line, column)}});
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
    return tableOf(table_).contains(key);
}
bool TomlTable::isText(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    return node && node->is_string();
}
bool TomlTable::isBoolean(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    return node && node->is_boolean();
}

std::optional<std::string> TomlTable::text(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return std::nullopt;
    if (const auto* found = node->as_string()) return found->get();
    problem(key, std::format("'{}' must be a text, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::optional<double> TomlTable::number(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return std::nullopt;
    if (const auto* found = node->as_floating_point()) return found->get();
    if (const auto* found = node->as_integer()) return static_cast<double>(found->get());
    problem(key, std::format("'{}' must be a number, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return std::nullopt;
    if (const auto* found = node->as_integer()) return found->get();
    problem(key, std::format("'{}' must be an integer, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::optional<bool> TomlTable::boolean(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return std::nullopt;
    if (const auto* found = node->as_boolean()) return found->get();
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
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return std::nullopt;
    if (const auto* one = node->as_integer()) return std::pair{one->get(), one->get()};
    const toml::array* list = node->as_array();
    if (list && list->size() == 2 && list->get(0)->is_integer() && list->get(1)->is_integer()) {
        return std::pair{list->get(0)->as_integer()->get(), list->get(1)->as_integer()->get()};
    }
    problem(key, std::format("'{}' must be an integer, or two in a list: [least, most]", key));
    return std::nullopt;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) const {
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return std::nullopt;
    if (const auto* found = node->as_table()) return TomlTable{found, *problems_};
    problem(key, std::format("'{}' must be a table, not {}", key, kindName(*node)));
    return std::nullopt;
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
    std::vector<TomlTable> result;
    const toml::node* node = tableOf(table_).get(key);
    if (!node) return result;
    const toml::array* list = node->as_array();
    if (!list || !list->is_homogeneous(toml::node_type::table)) {
        problem(key, std::format("write each one under a heading [[{}]]", key));
        return result;
    }
    for (const toml::node& element : *list) result.emplace_back(element.as_table(), *problems_);
    return result;
}

TomlTable::At TomlTable::at(std::string_view key) const {
    const toml::node* node = key.empty() ? nullptr : tableOf(table_).get(key);
    return position(node ? node->source().begin : tableOf(table_).source().begin);
}

std::string TomlTable::place(std::string_view key) const {
    const auto [line, column] = at(key);
    return problems_->place(line, column);
}

void TomlTable::problem(std::string_view key, std::string message) const {
    const auto [line, column] = at(key);
    problems_->add(line, column, std::move(message));
}

void TomlTable::unknownKeys(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : tableOf(table_)) {
        if (std::ranges::find(known, key.str()) != known.end()) continue;
        const auto [line, column] = position(key.source().begin);
        problems_->add(line, column,
                       std::format("unknown key '{}'{}", key.str(), didYouMean(key.str(), std::span{known.begin(), known.size()})));
    }
}

void TomlTable::missing(std::string_view key, std::string_view whose) const {
    problem({}, std::format("{} needs '{}'", whose, key));
}

struct TomlFile::Storage {
    toml::table table;
};

TomlFile::TomlFile() = default;
TomlFile::TomlFile(TomlFile&&) noexcept = default;
TomlFile::~TomlFile() = default;

std::optional<TomlFile> TomlFile::parse(std::string_view text, Problems& problems) {
    if (!sensibleSize(text, problems)) return std::nullopt;
    toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const auto [line, column] = position(parsed.error().source().begin);
        problems.add(line, column, std::format("this is not TOML: {}", parsed.error().description()), ErrorCode::Malformed);
        return std::nullopt;
    }
    TomlFile file;
    file.storage_ = std::make_unique<Storage>(std::move(parsed).table());
    return file;
}

TomlTable TomlFile::root(Problems& problems) const {
    return {&storage_->table, problems};
}

} // namespace millwright::check
