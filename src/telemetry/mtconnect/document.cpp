#include "telemetry/mtconnect/document.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <format>
#include <pugixml.hpp>
#include <utility>

namespace millwright::telemetry::mtconnect {
namespace {

/// The name without its namespace's prefix.
std::string_view localName(pugi::xml_node node) {
    const std::string_view name = node.name();
    return name.substr(name.find(':') + 1); // of none, npos + 1 is 0
}

pugi::xml_node child(pugi::xml_node parent, std::string_view name) {
    for (const pugi::xml_node one : parent.children())
        if (localName(one) == name) return one;
    return {};
}

std::uint64_t number(pugi::xml_node node, const char* attribute) {
    const std::string_view text = node.attribute(attribute).value();
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool isUnavailable(std::string_view text) {
    return text == "UNAVAILABLE";
}

/// As observations of MTConnect 2 say it; those before do not.
Quality qualityOf(pugi::xml_node node) {
    const std::string_view text = node.attribute("quality").value();
    if (text == "INVALID") return Quality::Bad;
    return text == "UNVERIFIABLE" ? Quality::Uncertain : Quality::Good;
}

/// Calls `each` with every element below `root`, parents first, without recursion: a document may be nested as deep as it likes.
template <typename Each>
void walk(pugi::xml_node root, Each&& each) {
    for (pugi::xml_node at = root.first_child(); at;) {
        each(at);
        if (at.first_child()) {
            at = at.first_child();
            continue;
        }
        while (at && at != root && !at.next_sibling()) at = at.parent();
        at = at == root ? pugi::xml_node{} : at.next_sibling();
    }
}

void readDevices(pugi::xml_node root, Answer& answer) {
    std::array<std::string, 3> device;
    walk(root, [&](pugi::xml_node node) {
        const std::string_view kind = localName(node);
        if (kind == "Device" || kind == "Agent")
            device = {node.attribute("name").value(), node.attribute("uuid").value(), node.attribute("id").value()};
        const std::string_view representation = node.attribute("representation").value();
        if (kind == "DataItem" && node.attribute("id"))
            answer.items.push_back({.id = node.attribute("id").value(),
                                    .name = node.attribute("name").value(),
                                    .units = node.attribute("units").value(),
                                    .sample = std::string_view{node.attribute("category").value()} == "SAMPLE",
                                    .condition = std::string_view{node.attribute("category").value()} == "CONDITION",
                                    .dataSet = representation == "DATA_SET" || representation == "TABLE",
                                    .device = device});
    });
}

void readError(pugi::xml_node root, Answer& answer) {
    walk(root, [&](pugi::xml_node node) {
        if (!answer.errorCode.empty() || !node.attribute("errorCode")) return;
        answer.errorCode = node.attribute("errorCode").value();
        const pugi::xml_node message = child(node, "ErrorMessage");
        answer.error = trimmed(message ? message.child_value() : node.child_value());
    });
}

class StreamsReader {
public:
    StreamsReader(Answer& answer, const Observer& observed) : answer_{answer}, observed_{observed} {}

    void read(pugi::xml_node root) {
        for (const pugi::xml_node device : child(root, "Streams").children()) {
            device_ = {device.attribute("name").value(), device.attribute("uuid").value()};
            for (const pugi::xml_node component : device.children())
                for (const pugi::xml_node group : component.children())
                    for (const pugi::xml_node one : group.children()) readOne(one, localName(group) == "Condition");
        }
    }

private:
    void readOne(pugi::xml_node node, bool condition) {
        if (node.type() != pugi::node_element) return;
        const auto time = parseTime(node.attribute("timestamp").value());
        Observation seen{.item = node.attribute("dataItemId").value(),
                         .name = node.attribute("name").value(),
                         .device = device_,
                         .sequence = number(node, "sequence"),
                         .offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, node.offset_debug()) - 1),
                         .time = {},
                         .text = {},
                         .entries = {},
                         .code = {},
                         .occurrence = {}};
        if (seen.item.empty() || !time) {
            ++answer_.unreadable;
            return;
        }
        seen.time = *time;
        seen.quality = qualityOf(node);
        seen.text = trimmed(node.child_value());
        seen.timeSeries = node.attribute("sampleCount");
        if (condition)
            readCondition(node, seen);
        else
            readEntries(node);
        seen.entries = entries_;
        if (isUnavailable(seen.text)) seen.quality = Quality::Bad;
        observed_(answer_, seen);
    }

    void readCondition(pugi::xml_node node, Observation& seen) {
        using enum ConditionLevel;
        entries_.clear();
        seen.condition = true;
        const std::string_view level = localName(node);
        seen.level = level == "Normal" ? Normal : level == "Warning" ? Warning : level == "Fault" ? Fault : Unavailable;
        if (seen.level == Unavailable) seen.quality = Quality::Bad;
        seen.code = node.attribute("nativeCode").value();
        seen.occurrence = node.attribute("conditionId").value();
        if (seen.occurrence.empty()) seen.occurrence = seen.code;
    }

    void readEntries(pugi::xml_node node) {
        entries_.clear();
        for (const pugi::xml_node entry : node.children())
            if (localName(entry) == "Entry")
                entries_.push_back(
                    {entry.attribute("key").value(), trimmed(entry.child_value()), entry.attribute("removed").as_bool()});
    }

    Answer& answer_;
    const Observer& observed_;
    std::array<std::string_view, 2> device_;  ///< of the stream that is read
    std::vector<Observation::Entry> entries_; ///< of the observation that is read
};

} // namespace

std::string_view name(ConditionLevel level) {
    constexpr std::string_view names[] = {"normal", "warning", "fault", "unavailable"};
    return names[static_cast<std::size_t>(level)];
}

Result<Answer> readDocument(std::string& document, const Observer& observed) {
    pugi::xml_document xml;
    const pugi::xml_parse_result parsed = xml.load_buffer_inplace(document.data(), document.size());
    if (!parsed)
        return failure(ErrorCode::Malformed,
                       std::format("the answer is no XML: {} at byte {}", parsed.description(), parsed.offset));
    const pugi::xml_node root = xml.document_element();
    const pugi::xml_node header = child(root, "Header");
    Answer answer{.instance = number(header, "instanceId"), .next = number(header, "nextSequence")};
    if (const auto created = parseTime(header.attribute("creationTime").value())) answer.created = *created;
    if (localName(root) == "MTConnectDevices") {
        answer.kind = DocumentKind::Devices;
        readDevices(root, answer);
    } else if (localName(root) == "MTConnectStreams") {
        answer.kind = DocumentKind::Streams;
        StreamsReader{answer, observed}.read(root);
    } else if (localName(root) == "MTConnectError") {
        readError(root, answer);
    } else {
        return failure(ErrorCode::Malformed, std::format("the answer is no document of MTConnect but <{}>", root.name()));
    }
    return answer;
}

} // namespace millwright::telemetry::mtconnect
