#include "plant/check.hpp"

#include <millwright/core/spelling.hpp>
#include <millwright/core/time.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <string>
#include <vector>

namespace millwright::plant {
namespace {

std::string_view nameOf(Node::Kind kind) {
    switch (kind) {
    case Node::Kind::Table: return "a table";
    case Node::Kind::Array: return "a list";
    case Node::Kind::String: return "text";
    case Node::Kind::Integer: return "an integer";
    case Node::Kind::Float: return "a number";
    case Node::Kind::Boolean: return "a boolean";
    case Node::Kind::Date: break;
    }
    return "a date";
}

std::string_view expectation(ValueKind kind) {
    switch (kind) {
    case ValueKind::Text:
    case ValueKind::Identifier:
    case ValueKind::Path:
    case ValueKind::Choice: return "text in quotes";
    case ValueKind::Identifiers: return "an id in quotes, or a list of them";
    case ValueKind::Integer: return "an integer";
    case ValueKind::Number: return "a number";
    case ValueKind::Boolean: return "true or false";
    case ValueKind::NumberOrBoolean: return "a number, true or false";
    case ValueKind::Duration: return "a number of seconds or a duration such as \"250ms\"";
    case ValueKind::Colour: return "a colour such as \"#2e7d32\"";
    case ValueKind::Vector: return "three numbers, such as [0, 1, 0]";
    case ValueKind::Quaternion: return "four numbers: [w, x, y, z]";
    case ValueKind::Pair: return "two numbers, such as [0, 100]";
    case ValueKind::Texts: return "a list of texts";
    case ValueKind::Vectors: return "a list of points, such as [[0, 0, 0], [1, 0, 0]]";
    case ValueKind::Counts: return "a number of pieces, or one for each of up to three directions";
    case ValueKind::Steps: return "three numbers, or a list of up to three such steps";
    case ValueKind::Numbers: return "a list of numbers";
    case ValueKind::Time: return "a duration such as \"30s\", or a distribution such as { kind = \"exponential\", mean = \"30s\" }";
    case ValueKind::Table: return "a table";
    case ValueKind::Tables: break;
    }
    return "a list of tables";
}

bool isVector(const Node& node, std::size_t size) {
    return node.kind == Node::Kind::Array && node.children.size() == size && std::ranges::all_of(node.children, &Node::isNumber);
}

bool isVectors(const Node& node) {
    return node.kind == Node::Kind::Array &&
           std::ranges::all_of(node.children, [](const Node& child) { return isVector(child, 3); });
}

bool isCounts(const Node& node) {
    if (node.kind == Node::Kind::Integer) return true;
    return node.kind == Node::Kind::Array && !node.children.empty() && node.children.size() <= 3 &&
           std::ranges::all_of(node.children, [](const Node& child) { return child.kind == Node::Kind::Integer; });
}

bool hasForm(const Node& node, ValueKind kind) {
    switch (kind) {
    case ValueKind::Text:
    case ValueKind::Identifier:
    case ValueKind::Path:
    case ValueKind::Colour:
    case ValueKind::Choice: return node.kind == Node::Kind::String;
    case ValueKind::Identifiers:
        return node.kind == Node::Kind::String ||
               (node.kind == Node::Kind::Array && !node.children.empty() &&
                std::ranges::all_of(node.children, [](const Node& child) { return child.kind == Node::Kind::String; }));
    case ValueKind::Integer: return node.kind == Node::Kind::Integer;
    case ValueKind::Number: return node.isNumber();
    case ValueKind::Boolean: return node.kind == Node::Kind::Boolean;
    case ValueKind::NumberOrBoolean: return node.isNumber() || node.kind == Node::Kind::Boolean;
    case ValueKind::Duration: return node.isNumber() || node.kind == Node::Kind::String;
    case ValueKind::Vector: return isVector(node, 3);
    case ValueKind::Quaternion: return isVector(node, 4);
    case ValueKind::Pair: return isVector(node, 2);
    case ValueKind::Texts:
        return node.kind == Node::Kind::Array &&
               std::ranges::all_of(node.children, [](const Node& child) { return child.kind == Node::Kind::String; });
    case ValueKind::Vectors: return isVectors(node);
    case ValueKind::Counts: return isCounts(node);
    case ValueKind::Steps: return isVector(node, 3) || (isVectors(node) && !node.children.empty() && node.children.size() <= 3);
    case ValueKind::Numbers: return node.kind == Node::Kind::Array && std::ranges::all_of(node.children, &Node::isNumber);
    case ValueKind::Time: return node.isNumber() || node.kind == Node::Kind::String || node.kind == Node::Kind::Table;
    case ValueKind::Table: return node.kind == Node::Kind::Table;
    case ValueKind::Tables: break;
    }
    return node.kind == Node::Kind::Array &&
           std::ranges::all_of(node.children, [](const Node& child) { return child.kind == Node::Kind::Table; });
}

class Checker {
public:
    /// `partial`: elements of the process need only their ids, because the plant may state the rest.
    explicit Checker(Problems& problems, bool partial = false) : problems_{problems}, partial_{partial} {}

    void table(const Node& node, const TableKeys& keys) {
        ++depth_;
        members(node, keys);
        --depth_;
    }

private:
    void members(const Node& node, const TableKeys& keys) {
        for (const Node& member : node.children) {
            const Key* key = keys.find(member.key);
            if (key == nullptr)
                unknown(member, keys);
            else
                value(member, *key);
        }
        const Node* kind = node.find("kind");
        const BindingKinds bit = kindBit(kind);
        for (const Key& key : keys.keys) {
            const Node* member = node.find(key.name);
            if (member == nullptr && key.required && (!partial_ || key.name == "id" || depth_ != elementDepth))
                problems_.add(node.at, std::format("'{}' is missing in {}: {}", key.name, keys.name, key.description));
            if (bit == 0) continue;
            if (member == nullptr && (key.requiredFor & bit) != 0) {
                problems_.add(node.at, std::format("a {} binding needs '{}': {}", kind->text, key.name, key.description));
            } else if (member != nullptr && (key.bindingKinds & bit) == 0) {
                problems_.add(member->keyAt, std::format("'{}' means nothing in a {} binding: it belongs to {}", key.name,
                                                         kind->text, kindsOf(key)));
            }
        }
    }

    static BindingKinds kindBit(const Node* kind) {
        if (kind == nullptr || kind->kind != Node::Kind::String) return 0;
        const auto found = std::ranges::find(bindingKindWords, kind->text);
        return found == bindingKindWords.end() ? BindingKinds{0}
                                               : static_cast<BindingKinds>(1u << (found - bindingKindWords.begin()));
    }

    static std::string kindsOf(const Key& key) {
        std::string text;
        for (std::size_t i = 0; i < bindingKindWords.size(); ++i) {
            if ((key.bindingKinds >> i & 1) != 0) text += (text.empty() ? "" : ", ") + std::string{bindingKindWords[i]};
        }
        return text;
    }

    void unknown(const Node& member, const TableKeys& keys) {
        if (!problems_.fewSoFar())
            return problems_.add(member.keyAt, std::format("unknown key '{}' in {}", member.key.substr(0, 80), keys.name));
        std::vector<std::string_view> names;
        for (const Key& key : keys.keys) names.push_back(key.name);
        std::string advice = didYouMean(member.key, names);
        if (advice.empty()) {
            advice = ": it has ";
            for (const std::string_view name : names) advice += (name == names.front() ? "" : ", ") + std::string{name};
        }
        problems_.add(member.keyAt, std::format("unknown key '{}' in {}{}", member.key.substr(0, 80), keys.name, advice));
    }

    void value(const Node& node, const Key& key) {
        if (!hasForm(node, key.kind)) {
            // A list of tables is looked through all the same, so that one wrong member does not hide problems of the others.
            problems_.add(node.at, std::format("'{}' must be {}, not {}", key.name, expectation(key.kind), describe(node)));
            return;
        }
        if (!isFinite(node)) {
            problems_.add(node.at, std::format("'{}' must be finite: nan and inf have no meaning here", key.name));
            return;
        }
        switch (key.kind) {
        case ValueKind::Identifier:
        case ValueKind::Path: identifiers(node, key); break;
        case ValueKind::Choice:
            if (!std::ranges::contains(key.choices, node.text)) choice(node, key);
            break;
        case ValueKind::Integer:
        case ValueKind::Number: bounds(node, node.number, key); break;
        case ValueKind::Duration: duration(node, key); break;
        case ValueKind::Colour:
            if (!parseColour(node.text))
                problems_.add(node.at, std::format("'{}' is not a colour: write it as \"#rrggbb\"", node.text.substr(0, 80)));
            break;
        case ValueKind::Counts: counts(node, key); break;
        case ValueKind::Time:
            if (node.kind == Node::Kind::Table)
                table(node, *key.table);
            else
                duration(node, key);
            break;
        case ValueKind::Table: table(node, *key.table); break;
        case ValueKind::Tables:
            for (const Node& child : node.children) table(child, *key.table);
            break;
        case ValueKind::Text:
            if (std::ranges::any_of(node.text, [](char c) { return c == '\0'; }))
                problems_.add(node.at, std::format("'{}' holds a zero character", key.name));
            break;
        default: break;
        }
    }

    static std::string describe(const Node& node) {
        if (node.kind == Node::Kind::String) return std::format("\"{}\"", node.text.substr(0, 40));
        if (node.kind == Node::Kind::Array)
            return node.children.empty() ? std::string{"an empty list"} : std::format("a list of {}", node.children.size());
        return std::string{nameOf(node.kind)};
    }

    static bool isFinite(const Node& node) {
        if (node.kind == Node::Kind::Float) return std::isfinite(node.number);
        return node.kind != Node::Kind::Array || std::ranges::all_of(node.children, isFinite);
    }

    void identifiers(const Node& node, const Key& key) {
        std::string_view rest = node.text;
        std::size_t parts = 0;
        while (true) {
            const std::size_t slash = key.kind == ValueKind::Path ? rest.find('/') : std::string_view::npos;
            if (!isIdentifierTemplate(rest.substr(0, slash)) || ++parts > 32) {
                problems_.add(node.at, std::format("'{}' is not {}: use letters, digits, - _ and . {}", node.text.substr(0, 80),
                                                   key.kind == ValueKind::Path ? "a path" : "an id",
                                                   key.kind == ValueKind::Path ? "in parts joined by /" : "(no spaces, no /)"));
                return;
            }
            if (slash == std::string_view::npos) return;
            rest.remove_prefix(slash + 1);
        }
    }

    void choice(const Node& node, const Key& key) {
        std::string all;
        for (const std::string_view word : key.choices) all += (all.empty() ? "" : ", ") + std::string{word};
        const std::string advice = didYouMean(node.text, key.choices);
        problems_.add(node.at, std::format("'{}' is not a value of '{}'{}", node.text.substr(0, 80), key.name,
                                           advice.empty() ? ": it is one of " + all : advice));
    }

    void bounds(const Node& node, double number, const Key& key) {
        const bool tooLow = key.aboveMinimum ? number <= key.minimum : number < key.minimum;
        if (!tooLow && number <= key.maximum) return;
        const std::string low =
            key.aboveMinimum ? std::format("more than {:.12g}", key.minimum) : std::format("at least {:.12g}", key.minimum);
        const std::string high = std::isinf(key.maximum) ? "" : std::format(" and at most {:.12g}", key.maximum);
        problems_.add(node.at, std::format("'{}' is {}: it must be {}{}", key.name, number, low, high));
    }

    void duration(const Node& node, const Key& key) {
        if (node.isNumber()) {
            bounds(node, node.number, key);
        } else if (const auto parsed = parseDuration(node.text); !parsed) {
            problems_.add(node.at, std::format("'{}' is not a duration: write \"5s\", \"250ms\", \"2min\" or a number of seconds",
                                               node.text.substr(0, 80)));
        } else {
            bounds(node, seconds(*parsed), key);
        }
    }

    void counts(const Node& node, const Key& key) {
        const auto one = [&](const Node& count) {
            if (count.integer < 1)
                problems_.add(count.at, std::format("'{}' is {}: it must be at least 1", key.name, count.integer));
        };
        if (node.kind == Node::Kind::Integer)
            one(node);
        else
            std::ranges::for_each(node.children, one);
    }

    static constexpr int elementDepth = 3; // file, process, element: what an element holds is stated whole
    Problems& problems_;
    bool partial_ = false;
    int depth_ = 0;
};

} // namespace

void checkStructure(const Node& root, Problems& problems) {
    Checker{problems}.table(root, rootKeys);
}

void checkScenarioStructure(const Node& root, Problems& problems) {
    Checker{problems, true}.table(root, scenarioRootKeys);
}

bool isIdentifierTemplate(std::string_view text) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t open = text.find('{');
        filled += text.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos) return false;
        filled += '1';
        text.remove_prefix(close + 1);
    }
    return isIdentifier(filled);
}

bool isIdentifier(std::string_view text) {
    const auto letterOrDigit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !text.empty() && text.size() <= 128 && letterOrDigit(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return letterOrDigit(c) || c == '-' || c == '.'; });
}

std::optional<glm::vec3> parseColour(std::string_view text) {
    if (text.size() != 7 || text[0] != '#') return std::nullopt;
    glm::vec3 linear{};
    for (int channel = 0; channel < 3; ++channel) {
        int byte = 0;
        for (int digit = 0; digit < 2; ++digit) {
            const std::size_t found =
                std::string_view{"0123456789abcdefABCDEF"}.find(text[static_cast<std::size_t>(1 + channel * 2 + digit)]);
            if (found == std::string_view::npos) return std::nullopt;
            byte = byte * 16 + static_cast<int>(found > 15 ? found - 6 : found);
        }
        // IEC 61966-2-1
        const double encoded = byte / 255.0;
        linear[channel] = static_cast<float>(encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4));
    }
    return linear;
}

} // namespace millwright::plant
