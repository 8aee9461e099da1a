#include "telemetry/encoding/json_sample.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>
#include <millwright/telemetry/import.hpp>

#include <toml++/toml.hpp>

#include <algorithm>
#include <format>
#include <limits>
#include <sstream>

namespace millwright::telemetry {
namespace {

/// Reads tables key by key, so that whatever is left over is known to be misspelt. Keeps the first error.
class MappingReader {
public:
    explicit MappingReader(std::string file) : file_{std::move(file)} {}

    Result<Mapping> read(const toml::table& root) {
        known(root, {"format", "separator", "header", "encoding", "decimal", "skip", "prefix", "others", "missing", "bad", "time",
                     "long", "columns"});
        std::string word;
        if (text(root, "format", word)) {
            if (word == "csv")
                mapping_.format = TextFormat::Csv;
            else if (word == "shdr")
                mapping_.format = TextFormat::Shdr;
            else
                fail(*root.get("format"), "format is 'csv' or 'shdr'");
        }
        character(root, "separator", mapping_.separator);
        character(root, "decimal", mapping_.decimal);
        if (bool header = false; flag(root, "header", header)) mapping_.header = header;
        text(root, "encoding", mapping_.encoding);
        text(root, "prefix", mapping_.prefix);
        if (double skip = 0; number(root, "skip", skip))
            mapping_.skipLines = skip > 0 && skip < 1e9 ? static_cast<std::uint64_t>(skip) : 0;
        if (text(root, "others", word)) {
            if (word != "import" && word != "ignore") fail(*root.get("others"), "others is 'import' or 'ignore'");
            mapping_.importOthers = word == "import";
        }
        texts(root, "missing", mapping_.missing);
        texts(root, "bad", mapping_.bad);
        if (const auto* table = tableAt(root, "time")) time(*table);
        if (const auto* table = tableAt(root, "long")) {
            known(*table, {"topic", "value"});
            texts(*table, "topic", mapping_.topicColumns);
            columnName(*table, "value", mapping_.valueColumn);
            if (mapping_.topicColumns.empty() || mapping_.valueColumn.empty())
                fail(*table, "the long form needs 'topic' and 'value' columns");
        }
        if (const auto* table = tableAt(root, "columns"))
            for (const auto& [key, node] : *table) column(std::string{key.str()}, node);
        if (error_) return std::unexpected(*error_);
        return mapping_;
    }

private:
    void fail(const toml::node& node, std::string message) {
        if (error_) return;
        const auto& at = node.source().begin;
        error_ = Error{ErrorCode::Invalid, std::move(message), std::format("{}:{}:{}", file_, at.line, at.column)};
    }
    void known(const toml::table& table, std::initializer_list<std::string_view> names) {
        for (const auto& [key, node] : table) {
            if (std::ranges::find(names, key.str()) != names.end()) continue;
            if (error_) return;
            const auto& at = key.source().begin;
            error_ =
                Error{ErrorCode::Invalid,
                      std::format("unknown key '{}'{}", key.str(), didYouMean(key.str(), std::span{names.begin(), names.size()})),
                      std::format("{}:{}:{}", file_, at.line, at.column)};
        }
    }
    const toml::table* tableAt(const toml::table& table, std::string_view key) {
        const auto* node = table.get(key);
        if (node && !node->is_table()) fail(*node, std::format("'{}' is a table", key));
        return node ? node->as_table() : nullptr;
    }
    bool text(const toml::table& table, std::string_view key, std::string& out) {
        const auto* node = table.get(key);
        if (!node) return false;
        if (const auto value = node->value_exact<std::string>()) {
            out = *value;
            return true;
        }
        fail(*node, std::format("'{}' is a text in quotes", key));
        return false;
    }
    /// A column's header text, or its number.
    bool columnName(const toml::table& table, std::string_view key, std::string& out) {
        const auto* node = table.get(key);
        if (node && node->is_integer()) {
            out = std::to_string(*node->value<std::int64_t>());
            return true;
        }
        return text(table, key, out);
    }
    bool number(const toml::table& table, std::string_view key, double& out) {
        const auto* node = table.get(key);
        if (!node) return false;
        if (!node->is_number()) {
            fail(*node, std::format("'{}' is a number", key));
            return false;
        }
        out = *node->value<double>();
        return true;
    }
    bool flag(const toml::table& table, std::string_view key, bool& out) {
        const auto* node = table.get(key);
        if (!node) return false;
        if (!node->is_boolean()) {
            fail(*node, std::format("'{}' is true or false", key));
            return false;
        }
        out = *node->value<bool>();
        return true;
    }
    void character(const toml::table& table, std::string_view key, char& out) {
        std::string word;
        if (!text(table, key, word)) return;
        if (word.size() == 1)
            out = word.front();
        else
            fail(*table.get(key), std::format("'{}' is one character", key));
    }
    void texts(const toml::table& table, std::string_view key, std::vector<std::string>& out) {
        const auto* node = table.get(key);
        if (!node) return;
        out.clear();
        const auto* list = node->as_array();
        if (!list) {
            fail(*node, std::format("'{}' is a list of texts", key));
            return;
        }
        for (const auto& element : *list) {
            if (const auto value = element.value_exact<std::string>())
                out.push_back(*value);
            else if (element.is_integer())
                out.push_back(std::to_string(*element.value<std::int64_t>()));
            else
                fail(element, std::format("'{}' is a list of texts", key));
        }
    }
    template <typename T, typename Parse>
    void parsed(const toml::table& table, std::string_view key, T& out, Parse parse) {
        std::string word;
        if (!text(table, key, word)) return;
        const auto value = parse(word);
        if (value)
            out = *value;
        else
            fail(*table.get(key), value.error().message);
    }

    void time(const toml::table& table) {
        known(table, {"column", "format", "start", "zone", "from", "stale_after"});
        columnName(table, "column", mapping_.timeColumn);
        text(table, "format", mapping_.timeFormat);
        parsed(table, "start", mapping_.timeStart, parseTime);
        parsed(table, "from", mapping_.from, parseTime);
        parsed(table, "stale_after", mapping_.staleAfter, parseDuration);
        parsed(table, "zone", mapping_.timeZone, [](const std::string& zone) -> Result<Duration> {
            // parseTime knows zones: how far it moves midnight is the offset.
            const auto moved = parseTime("2000-01-02T00:00:00" + zone);
            if (!moved) return failure(ErrorCode::Invalid, std::format("'{}' is not a zone such as Z or +09:00", zone));
            return *parseTime("2000-01-02T00:00:00") - *moved;
        });
    }
    void column(const std::string& key, const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) {
            fail(node, std::format("'columns.{}' is a table", key));
            return;
        }
        known(*table, {"topic", "unit", "type", "scale", "offset", "bad", "minimum", "maximum", "fields", "ignore"});
        ColumnMapping made;
        text(*table, "topic", made.topic);
        if (text(*table, "unit", made.unit))
            if (const auto unit = units::parse(made.unit); !unit) fail(*table->get("unit"), unit.error().message);
        if (std::string word; text(*table, "type", word)) {
            ValueType type{};
            if (parseName(word, type))
                made.type = type;
            else
                fail(*table->get("type"), "type is one of float, integer, boolean, string");
        }
        number(*table, "scale", made.scale);
        number(*table, "offset", made.offset);
        texts(*table, "bad", made.bad);
        texts(*table, "fields", made.fields);
        if (double limit = 0; number(*table, "minimum", limit)) made.minimum = limit;
        if (double limit = 0; number(*table, "maximum", limit)) made.maximum = limit;
        flag(*table, "ignore", made.ignore);
        mapping_.columns.emplace(key, std::move(made));
    }

    std::string file_;
    Mapping mapping_;
    std::optional<Error> error_;
};

} // namespace

Result<Mapping> parseMapping(std::string_view text, const std::string& name) {
    try {
        return MappingReader{name}.read(toml::parse(text, name));
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        return failure(ErrorCode::Malformed, std::string{error.description()}, std::format("{}:{}:{}", name, at.line, at.column));
    }
}

Result<Mapping> loadMapping(const std::filesystem::path& path) {
    const auto text = readFile(path, 16u << 20);
    if (!text) return std::unexpected(text.error());
    return parseMapping(*text, path.string());
}

} // namespace millwright::telemetry
