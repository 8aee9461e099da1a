#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/core/toml.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millwright::check {

/// Everything found wrong with one file.
class Problems {
public:
    explicit Problems(std::string file) : file_{std::move(file)} {}
    void add(std::uint32_t line, std::uint32_t column, std::string message, ErrorCode code = ErrorCode::Invalid);
    /// One about the file as a whole.
    void add(Error error);
    [[nodiscard]] std::string place(std::uint32_t line, std::uint32_t column) const;
    [[nodiscard]] bool empty() const { return found_.empty(); }
    /// In file order.
    [[nodiscard]] std::vector<Error> take() &&;

private:
    struct Problem {
        std::uint32_t line, column;
        Error error;
    };
    std::string file_;
    std::vector<Problem> found_;
};

/// A TOML table whose members are asked for by kind; one of another kind is reported and counts as absent. Members that nobody
/// asked about are what `unknownKeys` reports. Valid while its `TomlDocument` lives.
class TomlTable {
public:
    TomlTable(const TomlNode& table, Problems& problems) : table_{&table}, problems_{&problems} {}

    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    [[nodiscard]] std::optional<double> number(std::string_view key) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    /// A string as `parseDuration` reads it, or a number of seconds.
    [[nodiscard]] std::optional<Duration> duration(std::string_view key) const;
    /// Two integers; one stands for both.
    [[nodiscard]] std::optional<std::pair<std::int64_t, std::int64_t>> integers(std::string_view key) const;
    /// Two numbers; one stands for as much either way.
    [[nodiscard]] std::optional<std::pair<double, double>> numbers(std::string_view key) const;
    /// A list of strings; a missing one is empty.
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] std::optional<TomlTable> table(std::string_view key) const;
    /// A list of tables; a missing one is empty.
    [[nodiscard]] std::vector<TomlTable> tables(std::string_view key) const;
    [[nodiscard]] bool isText(std::string_view key) const;
    [[nodiscard]] bool isBoolean(std::string_view key) const;

    /// Of the member's value, or of the table when there is no such member.
    [[nodiscard]] TextPosition at(std::string_view key = {}) const;
    [[nodiscard]] std::string place(std::string_view key = {}) const;
    void problem(std::string_view key, std::string message) const;
    /// At byte `offset` of the member's text; `source` is the whole file.
    void problemWithin(std::string_view key, std::string_view source, std::size_t offset, std::string message) const;
    /// Reports every member that is not among `known`, with a suggestion.
    void unknownKeys(std::initializer_list<std::string_view> known) const;
    /// Reports `key` as missing from what `whose` names.
    void missing(std::string_view key, std::string_view whose) const;

private:
    const TomlNode* table_;
    Problems* problems_;
};

/// Nothing, and a problem, when `text` is not TOML or larger than an expectation file can sensibly be.
[[nodiscard]] std::optional<TomlDocument> parseToml(std::string_view text, const std::string& file, Problems& problems);

} // namespace millwright::check
