#include <algorithm>
#include <app/browsed.hpp>
#include <array>
#include <cstdint>
#include <format>
#include <map>
#include <ranges>
#include <set>
#include <utility>

namespace millwright::app {
namespace {

using telemetry::OpcUaBrowsed;
using telemetry::OpcUaNode;

constexpr std::size_t longestValue = 40; ///< columns

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool holds(std::string_view text, std::string_view part) {
    return !std::ranges::search(text, part, {}, lower, lower).empty();
}

/// Calls back with each character and its bytes. Of what is no UTF-8, each byte is a character.
template <typename Call>
void eachCharacter(std::string_view text, Call call) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
            code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
        call(code, text.substr(i, length));
        i += length;
    }
}

std::size_t columnsOf(std::uint32_t code) {
    constexpr std::pair<std::uint32_t, std::uint32_t> wide[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},
                                                                {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}};
    return std::ranges::any_of(wide, [&](const auto& one) { return code >= one.first && code <= one.second; }) ? 2 : 1;
}

std::size_t width(std::string_view text) {
    std::size_t columns = 0;
    eachCharacter(text, [&](std::uint32_t code, std::string_view) { columns += columnsOf(code); });
    return columns;
}

/// Without control characters, and not longer than that.
std::string cell(std::string_view text, std::size_t longest = static_cast<std::size_t>(-1)) {
    std::string made;
    std::size_t columns = 0;
    bool cut = false;
    eachCharacter(text, [&](std::uint32_t code, std::string_view bytes) {
        columns += columnsOf(code);
        if (columns >= longest)
            cut = true;
        else
            made += code < 0x20 || code == 0x7F ? " " : bytes;
    });
    return cut ? made + "…" : made;
}

std::string valueCell(const OpcUaNode& node) {
    if (node.condition) return cell(node.value, longestValue);
    if (!node.variable) return node.status == "Good" ? std::string{} : std::format("[{}]", node.status);
    std::string text = cell(node.value, longestValue);
    if (!node.unit.empty() && !text.empty()) text += ' ' + cell(node.unit);
    if (node.status != "Good") text += std::format("{}[{}]", text.empty() ? "" : " ", node.status);
    return text;
}

std::string rangeCell(const OpcUaNode& node) {
    return node.range ? std::format("{} … {}", node.range->first, node.range->second) : std::string{};
}

/// An id of plant.toml that people recognise the name by.
std::string identifier(std::string_view name) {
    std::string made;
    for (const char c : name) {
        const bool keeps = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (keeps && !(made.empty() && c == '.'))
            made += lower(c);
        else if (!made.empty() && made.back() != '-')
            made += '-';
    }
    made.resize(std::min<std::size_t>(made.size(), 100));
    while (made.ends_with('-') || made.ends_with('.')) made.pop_back();
    return made;
}

/// Names that are ids, each once among those of one owner.
class Ids {
public:
    std::string of(const std::string& owner, const OpcUaNode& node) {
        std::string wanted = identifier(node.name);
        if (wanted.empty()) wanted = identifier(node.id.substr(node.id.rfind(';') + 1)); // a name in letters that no id has
        if (wanted.empty()) wanted = "node";
        std::set<std::string>& taken = taken_[owner];
        std::string made = wanted;
        for (int n = 2; !taken.insert(made).second; ++n) made = std::format("{}-{}", wanted, n);
        return made;
    }

private:
    std::map<std::string, std::set<std::string>> taken_;
};

std::string signalTable(const OpcUaNode& node, const std::string& id) {
    constexpr std::array<std::string_view, 4> types{"float", "integer", "boolean", "string"};
    const ValueType type = *node.signal;
    std::string text = std::format("\n[[equipment.signal]]\nid = {}\n", tomlString(id));
    if (node.name != id) text += std::format("name = {}\n", tomlString(cell(node.name)));
    if (type != ValueType::Float) text += std::format("type = \"{}\"\n", types[static_cast<std::size_t>(type)]);
    const bool number = type == ValueType::Float || type == ValueType::Integer;
    if (number && !node.ucum.empty())
        text += std::format("unit = {}\n", tomlString(node.ucum));
    else if (!node.unit.empty())
        text += std::format("# its unit at the server: {}\n", cell(node.unit));
    if (number && node.range && node.range->first < node.range->second)
        text += std::format("range = [{}, {}]\n", node.range->first, node.range->second);
    if (node.condition)
        text += "states = [\"normal\", \"unacknowledged\", \"acknowledged\", \"returned to normal, unacknowledged\"]\n";
    return text + std::format("topic = {}\n", tomlString(node.id));
}

} // namespace

std::string tomlString(std::string_view text) {
    std::string made = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            made += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            made += std::format("\\u{:04X}", static_cast<unsigned>(c));
        else
            made += c;
    }
    return made + '"';
}

Picked pick(const OpcUaBrowsed& browsed, std::string_view filter) {
    const std::size_t count = browsed.nodes.size();
    Picked picked{std::vector<bool>(count, filter.empty()), std::vector<bool>(count, filter.empty())};
    if (filter.empty()) return picked;
    for (std::size_t i = 0; i < count; ++i) {
        const OpcUaNode& node = browsed.nodes[i];
        const bool inherited = i > 0 && picked.wanted[node.parent];
        picked.wanted[i] = picked.shown[i] = inherited || holds(node.name, filter) || holds(node.id, filter);
    }
    for (std::size_t i = count; i-- > 1;) // children come behind their parents
        if (picked.shown[i]) picked.shown[browsed.nodes[i].parent] = true;
    return picked;
}

std::string treeOf(const OpcUaBrowsed& browsed, const Picked& picked) {
    std::vector<std::size_t> last(browsed.nodes.size()); // the last child of each that is shown
    for (std::size_t i = 1; i < browsed.nodes.size(); ++i)
        if (picked.shown[i]) last[browsed.nodes[i].parent] = i;
    constexpr std::size_t columnCount = 5;
    std::vector<std::array<std::string, columnCount>> lines{{"name", "type", "value", "range", "node"}};
    std::vector<std::string> stems(browsed.nodes.size()); // what the lines below a node begin with
    for (std::size_t i = 0; i < browsed.nodes.size(); ++i) {
        if (!picked.shown[i]) continue;
        const OpcUaNode& node = browsed.nodes[i];
        std::string branch;
        if (i > 0) {
            const bool ends = last[node.parent] == i;
            branch = stems[node.parent] + (ends ? "└ " : "├ ");
            stems[i] = stems[node.parent] + (ends ? "  " : "│ ");
        }
        lines.push_back({branch + cell(node.name), node.condition ? "condition" : cell(node.type), valueCell(node), rangeCell(node),
                         cell(node.id)});
    }
    std::array<std::size_t, columnCount> widths{};
    std::array<bool, columnCount> used{};
    for (std::size_t i = 0; i < lines.size(); ++i)
        for (std::size_t k = 0; k < columnCount; ++k) {
            widths[k] = std::max(widths[k], width(lines[i][k]));
            used[k] = used[k] || (i > 0 && !lines[i][k].empty());
        }
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t k = 0; k + 1 < columnCount; ++k)
            if (used[k]) text += line[k] + std::string(widths[k] - width(line[k]) + 2, ' ');
        text += line.back() + '\n';
    }
    return text;
}

SignalLines signalLines(const OpcUaBrowsed& browsed, const Picked& picked) {
    SignalLines made;
    Ids ids;
    const auto& nodes = browsed.nodes;
    std::vector<std::string> paths(nodes.size()); // of the equipment that an object is
    std::vector<std::size_t> owners(nodes.size());
    std::vector<std::string> tables(nodes.size()); // the signals of each
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const OpcUaNode& node = nodes[i];
        const bool takes = node.variable || node.condition;
        owners[i] = takes && i > 0 ? owners[node.parent] : i;
        if (owners[i] == i) {
            const std::string above = i > 0 ? paths[owners[node.parent]] : std::string{};
            // The folder where browsing began is no part of the plant, unless it has variables itself.
            const bool isPlace = i == 0 && std::ranges::none_of(nodes, [](const OpcUaNode& one) {
                                     return (one.variable || one.condition) && one.parent == 0;
                                 });
            if (!isPlace) paths[i] = above + (above.empty() ? "" : "/") + ids.of(above, node);
        }
        if (!takes || !picked.wanted[i]) continue;
        if (node.signal) {
            tables[owners[i]] += signalTable(node, ids.of(paths[owners[i]], node));
            ++made.signals;
        } else {
            tables[owners[i]] += std::format("\n# no signal takes {} ({}): {}\n", cell(node.name),
                                             node.type.empty() ? "no value" : cell(node.type), cell(node.id));
        }
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (tables[i].empty()) continue;
        ++made.equipment;
        made.toml += std::format("{}[[equipment]]\npath = {}\n", made.toml.empty() ? "" : "\n", tomlString(paths[i]));
        const std::string last = paths[i].substr(paths[i].rfind('/') + 1);
        if (nodes[i].name != last) made.toml += std::format("name = {}\n", tomlString(cell(nodes[i].name)));
        made.toml += tables[i];
    }
    return made;
}

} // namespace millwright::app
