#include "telemetry/encoding/json_sample.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/core/toml.hpp>
#include <millwright/core/units.hpp>
#include <millwright/telemetry/import.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <sstream>

namespace millwright::telemetry {
namespace {

constexpr std::size_t maximumBytes = 16u << 20;
constexpr TextFormat formats[] = {TextFormat::Csv, TextFormat::Shdr, TextFormat::Json, TextFormat::Mtconnect,
                                  TextFormat::Sparkplug};

/// Reads tables key by key, so that whatever is left over is known to be misspelt. Keeps the first error.
class MappingReader {
public:
    explicit MappingReader(std::string file) : file_{std::move(file)} {}

    Result<Mapping> read(const TomlNode& root) {
        known(root, {"format", "separator", "header", "encoding", "decimal", "skip", "prefix", "others", "missing", "bad", "quotes",
                     "time", "long", "columns"});
        std::string word;
        if (text(root, "format", word)) format(*root.find("format"), word);
        character(root, "separator", mapping_.separator);
        character(root, "decimal", mapping_.decimal);
        if (bool header = false; flag(root, "header", header)) mapping_.header = header;
        text(root, "encoding", mapping_.encoding);
        text(root, "prefix", mapping_.prefix);
        if (double skip = 0; number(root, "skip", skip))
            mapping_.skipLines = skip > 0 && skip < 1e9 ? static_cast<std::uint64_t>(skip) : 0;
        if (text(root, "others", word)) {
            if (word != "import" && word != "ignore") fail(*root.find("others"), "others is 'import' or 'ignore'");
            mapping_.importOthers = word == "import";
        }
        texts(root, "missing", mapping_.missing);
        texts(root, "bad", mapping_.bad);
        if (text(root, "quotes", word)) {
            if (word != "csv" && word != "literal") fail(*root.find("quotes"), "quotes is 'csv' or 'literal'");
            mapping_.literalQuotes = word == "literal";
        }
        if (const auto* table = tableAt(root, "time")) time(*table);
        if (const auto* table = tableAt(root, "long")) {
            known(*table, {"topic", "value", "quality"});
            texts(*table, "topic", mapping_.topicColumns);
            columnName(*table, "value", mapping_.valueColumn);
            columnName(*table, "quality", mapping_.qualityColumn);
            if (mapping_.topicColumns.empty() || mapping_.valueColumn.empty())
                fail(*table, "the long form needs 'topic' and 'value' columns");
        }
        if (const auto* table = tableAt(root, "columns"))
            for (const TomlNode& member : table->children) column(member);
        if (error_) return std::unexpected(*error_);
        return mapping_;
    }

private:
    void fail(const TomlNode& node, std::string message) {
        if (error_) return;
        error_ = Error{ErrorCode::Invalid, std::move(message), std::format("{}:{}:{}", file_, node.at.line, node.at.column)};
    }
    void known(const TomlNode& table, std::initializer_list<std::string_view> names) {
        for (const TomlNode& member : table.children) {
            if (std::ranges::find(names, member.key) != names.end()) continue;
            if (error_) return;
            error_ =
                Error{ErrorCode::Invalid,
                      std::format("unknown key '{}'{}", member.key, didYouMean(member.key, std::span{names.begin(), names.size()})),
                      std::format("{}:{}:{}", file_, member.keyAt.line, member.keyAt.column)};
        }
    }
    const TomlNode* tableAt(const TomlNode& table, std::string_view key) {
        const TomlNode* node = table.find(key);
        if (!node || node->kind == TomlNode::Kind::Table) return node;
        fail(*node, std::format("'{}' is a table", key));
        return nullptr;
    }
    bool text(const TomlNode& table, std::string_view key, std::string& out) {
        const TomlNode* node = table.find(key);
        if (!node) return false;
        if (node->kind == TomlNode::Kind::String) {
            out = node->text;
            return true;
        }
        fail(*node, std::format("'{}' is a text in quotes", key));
        return false;
    }
    /// A column's header text, or its number.
    bool columnName(const TomlNode& table, std::string_view key, std::string& out) {
        const TomlNode* node = table.find(key);
        if (node && node->kind == TomlNode::Kind::Integer) {
            out = std::to_string(node->integer);
            return true;
        }
        return text(table, key, out);
    }
    bool number(const TomlNode& table, std::string_view key, double& out) {
        const TomlNode* node = table.find(key);
        if (!node) return false;
        if (!node->isNumber() || !std::isfinite(node->number)) {
            fail(*node, std::format("'{}' is a number", key));
            return false;
        }
        out = node->number;
        return true;
    }
    bool flag(const TomlNode& table, std::string_view key, bool& out) {
        const TomlNode* node = table.find(key);
        if (!node) return false;
        if (node->kind != TomlNode::Kind::Boolean) {
            fail(*node, std::format("'{}' is true or false", key));
            return false;
        }
        out = node->boolean;
        return true;
    }
    void character(const TomlNode& table, std::string_view key, char& out) {
        std::string word;
        if (!text(table, key, word)) return;
        if (word.size() == 1)
            out = word.front();
        else
            fail(*table.find(key), std::format("'{}' is one character", key));
    }
    void texts(const TomlNode& table, std::string_view key, std::vector<std::string>& out) {
        const TomlNode* node = table.find(key);
        if (!node) return;
        out.clear();
        if (node->kind != TomlNode::Kind::Array) {
            fail(*node, std::format("'{}' is a list of texts", key));
            return;
        }
        for (const TomlNode& element : node->children) {
            if (element.kind == TomlNode::Kind::String)
                out.emplace_back(element.text);
            else if (element.kind == TomlNode::Kind::Integer)
                out.push_back(std::to_string(element.integer));
            else
                fail(element, std::format("'{}' is a list of texts", key));
        }
    }
    template <typename T, typename Parse>
    void parsed(const TomlNode& table, std::string_view key, T& out, Parse parse) {
        std::string word;
        if (!text(table, key, word)) return;
        const auto value = parse(word);
        if (value)
            out = *value;
        else
            fail(*table.find(key), value.error().message);
    }

    void format(const TomlNode& node, std::string_view word) {
        const auto* const found = std::ranges::find(formats, word, [](TextFormat one) { return name(one); });
        if (found != std::end(formats))
            mapping_.format = *found;
        else
            fail(node, "format is 'csv', 'shdr', 'json', 'mtconnect' or 'sparkplug'");
    }

    void time(const TomlNode& table) {
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
    void column(const TomlNode& table) {
        if (table.kind != TomlNode::Kind::Table) {
            fail(table, std::format("'columns.{}' is a table", table.key));
            return;
        }
        known(table, {"topic", "unit", "type", "scale", "offset", "bad", "minimum", "maximum", "fields", "quality", "ignore"});
        ColumnMapping made;
        text(table, "topic", made.topic);
        if (text(table, "unit", made.unit))
            if (const auto unit = units::parse(made.unit); !unit) fail(*table.find("unit"), unit.error().message);
        if (std::string word; text(table, "type", word)) {
            ValueType type{};
            if (parseName(word, type))
                made.type = type;
            else
                fail(*table.find("type"), "type is one of float, integer, boolean, string");
        }
        number(table, "scale", made.scale);
        number(table, "offset", made.offset);
        texts(table, "bad", made.bad);
        texts(table, "fields", made.fields);
        columnName(table, "quality", made.quality);
        if (double limit = 0; number(table, "minimum", limit)) made.minimum = limit;
        if (double limit = 0; number(table, "maximum", limit)) made.maximum = limit;
        flag(table, "ignore", made.ignore);
        mapping_.columns.emplace(table.key, std::move(made));
    }

    std::string file_;
    Mapping mapping_;
    std::optional<Error> error_;
};

} // namespace

std::string_view name(TextFormat format) {
    constexpr std::string_view names[] = {"csv", "shdr", "json", "mtconnect", "sparkplug"};
    return names[static_cast<std::size_t>(format)];
}

Result<Mapping> parseMapping(std::string_view text, const std::string& name) {
    const auto document = TomlDocument::parse(text, name, {.bytes = maximumBytes, .file = "a mapping file"});
    if (!document) return std::unexpected(document.error());
    return MappingReader{name}.read(document->root());
}

Result<Mapping> loadMapping(const std::filesystem::path& path) {
    const auto text = readFile(path, maximumBytes);
    if (!text) return std::unexpected(text.error());
    auto mapping = parseMapping(*text, path.string());
    if (mapping) mapping->file = path.string();
    return mapping;
}

std::filesystem::path mappingBeside(const std::filesystem::path& path) {
    return path.string() + ".mapping.toml";
}

Result<Mapping> mappingFor(const std::filesystem::path& path) {
    std::error_code ignored;
    const auto beside = mappingBeside(path);
    return std::filesystem::exists(beside, ignored) ? loadMapping(beside) : Result<Mapping>{Mapping{}};
}

} // namespace millwright::telemetry
