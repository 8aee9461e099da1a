#pragma once

#include "telemetry/import/cells.hpp"

#include <millwright/telemetry/import.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What the formats share: cells become samples of signals, whose types are told from their texts.
namespace millwright::telemetry {

/// Where in a file something stands, both from 1.
struct TextPlace {
    std::uint64_t line = 0;
    std::size_t column = 0;
};

/// What is known of a cell besides its text.
enum class CellKind : std::uint8_t {
    Text,    ///< nothing: it is a number if it reads as one
    Number,  ///< as JSON writes them
    Boolean, ///< `true` or `false`
    String,  ///< a text as it stands, never missing or bad; also NaN and the infinities of a signal of numbers
    None,    ///< no value
};

struct TextCell {
    Time time{};
    std::string_view text; ///< lives as long as the import
    TextPlace place;
    CellKind kind = CellKind::Text;
    std::optional<Quality> quality; ///< of the sample; told from the text where it is not given, Bad of None
};

class SignalBuilder {
public:
    /// A signal whose type is not mapped is held back until `decideAfter` cells of it have been seen.
    SignalBuilder(const Mapping& mapping, ImportLimits limits, std::size_t decideAfter, Import& out);

    /// The signal of a topic, made on first use. `mapped` may be null.
    std::size_t signal(const std::string& topic, const ColumnMapping* mapped);
    [[nodiscard]] bool has(const std::string& topic) const { return byTopic_.contains(topic); }
    void add(std::size_t signal, const TextCell& cell);
    /// The same where the cell's text is gone after the call.
    void addCopy(std::size_t signal, TextCell cell);
    void add(std::size_t signal, Time time, std::string_view text, TextPlace place) {
        add(signal, {.time = time, .text = text, .place = place, .kind = CellKind::Text, .quality = {}});
    }
    /// What is still held back, and the channels. Errors: ResourceLimit.
    [[nodiscard]] Result<void> finish();

    /// Counts and, for the first, lists something that could not be read.
    void problem(std::string message, TextPlace place);
    [[nodiscard]] bool full() const { return full_; }

private:
    struct Signal {
        std::string topic;
        const ColumnMapping* mapped = nullptr;
        bool decided = false;
        ValueType type = ValueType::Float;
        Value last; ///< what a sample of Bad quality carries
        std::vector<TextCell> held;
    };
    void decide(Signal& signal);
    void deliver(std::size_t number, const TextCell& cell);
    [[nodiscard]] bool isBad(const Signal& signal, const TextCell& cell) const;
    [[nodiscard]] static Quality qualityOf(const Signal& signal, double number);
    [[nodiscard]] bool parse(const Signal& signal, std::string_view text, Value& value, Quality& quality) const;

    const Mapping& mapping_;
    ImportLimits limits_;
    std::size_t decideAfter_;
    Import& out_;
    std::vector<Signal> signals_;
    std::unordered_map<std::string, std::size_t> byTopic_;
    StringTable copies_; ///< of the texts of cells that are held back
    bool full_ = false;
};

/// The times of a file's rows, one after the other.
class RowTimes {
public:
    RowTimes(const Mapping& mapping, SignalBuilder& signals, Import& out) : mapping_{mapping}, signals_{signals}, out_{out} {}

    /// The time of a row; nothing where it cannot be read, which is counted. The first one says what the format is unless the
    /// mapping does. Errors: Invalid when it cannot be told; `column` is what the mapping may name.
    [[nodiscard]] Result<std::optional<Time>> read(std::string_view text, TextPlace place, std::string_view column);
    /// Whether the mapping says that the time is when the text came. Errors: Invalid where nobody says when that was.
    [[nodiscard]] Result<bool> areReceived() const;

private:
    const Mapping& mapping_;
    SignalBuilder& signals_;
    Import& out_;
    std::optional<TimeReader> reader_;
    std::optional<Time> previous_;
};

/// That none of `names` is taken for the time, and what to do about it; `what` is what they are names of.
[[nodiscard]] std::string noTime(std::string_view what, const std::vector<std::string>& names);
[[nodiscard]] std::string notAQuality(std::string_view text);

/// What text, in UTF-8, seems to be, by its first lines.
[[nodiscard]] TextFormat guessFormat(std::string_view text, const Mapping& mapping);

/// Whether a line of CSV is taken for the names of columns.
[[nodiscard]] bool looksLikeHeader(std::string_view line, const Mapping& mapping);

/// `importText`, which does not mind when there is nothing to be read: `made` is the file's before, with its name, and what was
/// read is added.
[[nodiscard]] Result<void> readText(std::string_view raw, const Mapping& mapping, const ImportLimits& limits,
                                    const Progress& progress, Import& made);

/// The topic of a header text or key: trimmed, under the mapping's prefix.
[[nodiscard]] std::string topicFor(std::string_view name, const Mapping& mapping);
/// The topic that a file or a mapping says, as it stands, under the mapping's prefix.
[[nodiscard]] std::string saidTopic(std::string_view topic, const Mapping& mapping);

/// One file's text as UTF-8: a BOM taken off, other encodings turned by iconv. `storage` holds what had to be made.
[[nodiscard]] Result<std::string_view> asUtf8(std::string_view text, const std::string& encoding, const std::string& name,
                                              std::string& storage);

[[nodiscard]] Result<void> importCsv(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                     const Progress& progress, Import& out);
[[nodiscard]] Result<void> importJson(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                      const Progress& progress, Import& out);
[[nodiscard]] Result<void> importMtconnect(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                           const Progress& progress, Import& out);
[[nodiscard]] Result<void> importSparkplug(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                           const Progress& progress, Import& out);
[[nodiscard]] Result<void> importShdr(std::string_view text, const Mapping& mapping, const ImportLimits& limits,
                                      const Progress& progress, Import& out);

} // namespace millwright::telemetry
