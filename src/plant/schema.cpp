#include "plant/keys.hpp"

#include <millwright/core/json_writer.hpp>
#include <millwright/plant/load.hpp>

#include <cmath>
#include <format>
#include <string>

namespace millwright::plant {
namespace {

constexpr std::string_view identifierPattern = R"(^([A-Za-z0-9_]|\{[^{}/]*\})([A-Za-z0-9_.-]|\{[^{}/]*\})*$)";
constexpr std::string_view pathPattern =
    R"(^([A-Za-z0-9_]|\{[^{}/]*\})([A-Za-z0-9_.-]|\{[^{}/]*\})*(/([A-Za-z0-9_]|\{[^{}/]*\})([A-Za-z0-9_.-]|\{[^{}/]*\})*)*$)";

constexpr std::string_view durationPattern = R"(^([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|ms|s|min|h|d)?)";
constexpr std::string_view signedDurationPattern = R"(^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|ms|s|min|h|d)?)";

class SchemaWriter {
public:
    std::string write() {
        json_.beginObject();
        json_.field("$schema", "https://json-schema.org/draft/2020-12/schema");
        json_.field("title", "Millwright plant.toml");
        json_.field("description", rootKeys.description);
        tableBody(rootKeys);
        json_.endObject();
        return json_.text();
    }

private:
    void table(const TableKeys& keys) {
        json_.beginObject().field("description", keys.description);
        tableBody(keys);
        json_.endObject();
    }

    void tableBody(const TableKeys& keys) {
        json_.field("type", "object").field("additionalProperties", false);
        json_.key("properties").beginObject();
        for (const Key& key : keys.keys) property(key);
        json_.endObject();
        json_.key("required").beginArray();
        for (const Key& key : keys.keys) {
            if (key.required) json_.value(key.name);
        }
        json_.endArray();
        bool perKind = false;
        for (const Key& key : keys.keys) perKind = perKind || key.bindingKinds != everyKind;
        if (perKind) kinds(keys);
    }

    // Which keys each binding kind needs and does not know.
    void kinds(const TableKeys& keys) {
        json_.key("allOf").beginArray();
        for (std::size_t kind = 0; kind < bindingKindWords.size(); ++kind) {
            json_.beginObject();
            json_.key("if")
                .beginObject()
                .key("properties")
                .beginObject()
                .key("kind")
                .beginObject()
                .field("const", bindingKindWords[kind]);
            json_.endObject().endObject().key("required").beginArray().value("kind").endArray().endObject();
            json_.key("then").beginObject().key("properties").beginObject();
            for (const Key& key : keys.keys) {
                if ((key.bindingKinds >> kind & 1) == 0) json_.field(key.name, false);
            }
            json_.endObject().key("required").beginArray();
            for (const Key& key : keys.keys) {
                if ((key.requiredFor >> kind & 1) != 0) json_.value(key.name);
            }
            json_.endArray().endObject().endObject();
        }
        json_.endArray();
    }

    void property(const Key& key) {
        json_.key(key.name).beginObject();
        json_.field("description", key.fallback.empty() ? std::string{key.description}
                                                        : std::format("{} (default {})", key.description, key.fallback));
        form(key);
        json_.endObject();
    }

    void numbers(std::size_t count) {
        json_.field("type", "array").key("items").beginObject().field("type", "number").endObject();
        json_.field("minItems", count).field("maxItems", count);
    }

    void bounds(const Key& key) {
        if (std::isfinite(key.minimum)) json_.field(key.aboveMinimum ? "exclusiveMinimum" : "minimum", key.minimum);
        if (std::isfinite(key.maximum)) json_.field("maximum", key.maximum);
    }

    void form(const Key& key) {
        switch (key.kind) {
        case ValueKind::Text: json_.field("type", "string"); break;
        case ValueKind::Identifier: json_.field("type", "string").field("pattern", identifierPattern); break;
        case ValueKind::Identifiers:
            json_.key("anyOf").beginArray().beginObject();
            json_.field("type", "string").field("pattern", identifierPattern).endObject().beginObject();
            json_.field("type", "array").field("minItems", 1).key("items").beginObject();
            json_.field("type", "string").field("pattern", identifierPattern).endObject().endObject().endArray();
            break;
        case ValueKind::Path: json_.field("type", "string").field("pattern", pathPattern); break;
        case ValueKind::Choice:
            json_.key("enum").beginArray();
            for (const std::string_view choice : key.choices) json_.value(choice);
            json_.endArray();
            break;
        case ValueKind::Integer:
            json_.field("type", "integer");
            bounds(key);
            break;
        case ValueKind::Number:
            json_.field("type", "number");
            bounds(key);
            break;
        case ValueKind::Boolean: json_.field("type", "boolean"); break;
        case ValueKind::NumberOrBoolean: json_.key("type").beginArray().value("number").value("boolean").endArray(); break;
        case ValueKind::Duration:
            json_.key("type").beginArray().value("number").value("string").endArray();
            bounds(key);
            json_.field("pattern", key.minimum < 0 ? signedDurationPattern : durationPattern);
            break;
        case ValueKind::Colour: json_.field("type", "string").field("pattern", "^#[0-9a-fA-F]{6}$"); break;
        case ValueKind::Vector: numbers(3); break;
        case ValueKind::Quaternion: numbers(4); break;
        case ValueKind::Pair: numbers(2); break;
        case ValueKind::Texts: json_.field("type", "array").key("items").beginObject().field("type", "string").endObject(); break;
        case ValueKind::Vectors: vectors(0, 0); break;
        case ValueKind::Counts:
            json_.key("anyOf").beginArray().beginObject().field("type", "integer").field("minimum", 1).endObject().beginObject();
            json_.field("type", "array").field("minItems", 1).field("maxItems", 3);
            json_.key("items").beginObject().field("type", "integer").field("minimum", 1).endObject().endObject().endArray();
            break;
        case ValueKind::Steps:
            json_.key("anyOf").beginArray().beginObject();
            numbers(3);
            json_.endObject().beginObject();
            vectors(1, 3);
            json_.endObject().endArray();
            break;
        case ValueKind::Numbers: json_.field("type", "array").key("items").beginObject().field("type", "number").endObject(); break;
        case ValueKind::Time:
            json_.key("anyOf").beginArray().beginObject();
            json_.key("type").beginArray().value("number").value("string").endArray().field("minimum", 0);
            json_.field("pattern", durationPattern);
            json_.endObject().beginObject();
            tableBody(*key.table);
            json_.endObject().endArray();
            break;
        case ValueKind::Table: tableBody(*key.table); break;
        case ValueKind::Tables:
            json_.field("type", "array").key("items");
            table(*key.table);
            break;
        }
    }

    void vectors(std::size_t minimum, std::size_t maximum) {
        json_.field("type", "array").key("items").beginObject();
        numbers(3);
        json_.endObject();
        if (minimum > 0) json_.field("minItems", minimum);
        if (maximum > 0) json_.field("maxItems", maximum);
    }

    JsonWriter json_;
};

} // namespace

std::string jsonSchema() {
    return SchemaWriter{}.write();
}

} // namespace millwright::plant
