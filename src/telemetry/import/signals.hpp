#pragma once

#include <millwright/telemetry/import.hpp>

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What both text formats share: cells become samples of signals, whose types are told from their texts.
namespace millwright::telemetry {

/// Where in a file something stands, both from 1.
struct TextPlace {
    std::uint64_t line = 0;
    std::size_t column = 0;
};

class SignalBuilder {
public:
    /// A signal whose type is not mapped is held back until `decideAfter` cells of it have been seen.
    SignalBuilder(const Mapping& mapping, ImportLimits limits, std::size_t decideAfter, Import& out);

    /// The signal of a topic, made on first use. `mapped` may be null.
    std::size_t signal(const std::string& topic, const ColumnMapping* mapped);
    [[nodiscard]] bool has(const std::string& topic) const { return byTopic_.contains(topic); }
    /// `text` lives as long as the import.
    void add(std::size_t signal, Time time, std::string_view text, TextPlace place);
    /// What is still held back, and the channels. Errors: ResourceLimit.
    [[nodiscard]] Result<void> finish();

    /// Counts and, for the first, lists something that could not be read.
    void problem(std::string message, TextPlace place);
    [[nodiscard]] bool full() const { return full_; }

private:
    struct Cell {
        Time time{};
        std::string_view text;
        TextPlace place;
    };
    struct Signal {
        std::string topic;
        const ColumnMapping* mapped = nullptr;
        bool decided = false;
        ValueType type = ValueType::Float;
        Value last; ///< what a sample of Bad quality carries
        std::vector<Cell> held;
    };
    void decide(Signal& signal);
    void deliver(std::size_t number, const Cell& cell);
    [[nodiscard]] bool isBad(const Signal& signal, std::string_view text) const;
    [[nodiscard]] bool parse(const Signal& signal, std::string_view text, Value& value, Quality& quality) const;

    const Mapping& mapping_;
    ImportLimits limits_;
    std::size_t decideAfter_;
    Import& out_;
    std::vector<Signal> signals_;
    std::unordered_map<std::string, std::size_t> byTopic_;
    bool full_ = false;
};

/// The topic of a header text or key: trimmed, under the mapping's prefix.
[[nodiscard]] std::string topicFor(std::string_view name, const Mapping& mapping);

/// One file's text as UTF-8: a BOM taken off, other encodings turned by iconv. `storage` holds what had to be made.
[[nodiscard]] Result<std::string_view> asUtf8(std::string_view text, const std::string& encoding, const std::string& name,
                                              std::string& storage);

[[nodiscard]] Result<void> importCsv(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                     const Progress& progress, Import& out);
[[nodiscard]] Result<void> importShdr(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                      const Progress& progress, Import& out);

} // namespace millwright::telemetry
