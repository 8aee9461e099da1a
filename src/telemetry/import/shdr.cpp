#include "telemetry/import/cells.hpp"
#include "telemetry/import/signals.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <format>
#include <functional>
#include <limits>
#include <set>
#include <unordered_set>

namespace millwright::telemetry {
namespace {

/// A line cut at its pipes; blanks around fields are taken off, quotes undone (MTConnect SHDR; docs/log-format.md).
class FieldReader {
public:
    void split(std::string_view line, std::vector<std::string_view>& fields) {
        fields.clear();
        closable_ = true;
        std::size_t at = 0;
        while (true) {
            const std::size_t end = std::min(line.find('|', at), line.size());
            std::string_view field = trimmed(line.substr(at, end - at));
            std::size_t next = end;
            if (closable_ && field.starts_with('"')) {
                std::size_t close = 0;
                if (const auto quoted = unquote(line, line.find('"', at), close)) {
                    field = *quoted;
                    next = close;
                }
            }
            fields.push_back(field);
            if (next >= line.size()) return;
            at = next + 1;
        }
    }

private:
    /// The text of the quoted field that begins at `open`, and where its pipe is; nothing when the quote is never closed.
    std::optional<std::string_view> unquote(std::string_view line, std::size_t open, std::size_t& pipe) {
        std::string text;
        bool escaped = false;
        std::size_t at = open + 1;
        for (; at < line.size() && line[at] != '"'; ++at) {
            if (line[at] == '\\' && at + 1 < line.size() && (line[at + 1] == '|' || line[at + 1] == '"')) {
                ++at;
                escaped = true;
            }
            text.push_back(line[at]);
        }
        if (at >= line.size()) {
            closable_ = false; // nor will any quote behind it be
            return std::nullopt;
        }
        pipe = std::min(line.find('|', at), line.size());
        if (!trimmed(line.substr(at + 1, pipe - at - 1)).empty()) return std::nullopt; // more behind the quote: not a quoted field
        if (!escaped) return line.substr(open + 1, at - open - 1);
        return std::string_view{made_.emplace_back(std::move(text))};
    }
    std::deque<std::string> made_;
    bool closable_ = true;
};

std::string lowered(std::string_view text) {
    std::string lower;
    for (const char character : text)
        lower.push_back(character >= 'A' && character <= 'Z' ? static_cast<char>(character | 0x20) : character);
    return lower;
}

bool isLevel(std::string_view text) {
    const std::string lower = lowered(text);
    return lower == "normal" || lower == "warning" || lower == "fault" || lower == "unavailable";
}

/// A line of data, its time read.
struct Row {
    Time time{};
    std::uint64_t line = 0;
    std::string_view content;             ///< all of the line
    std::vector<std::string_view> fields; ///< behind the time
};

class ShdrImport {
public:
    ShdrImport(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress, Import& out)
        : mapping_{mapping},
          limits_{limits},
          progress_{progress},
          out_{out},
          text_{text},
          // Keys change their mind late in a day (a program number, then a name): types are told from all of a file.
          signals_{mapping, limits, std::numeric_limits<std::size_t>::max(), out},
          time_{"iso", mapping},
          relative_{"ms", mapping} {}

    Result<void> run() {
        readRows();
        if (rows_.size() > limits_.samples)
            return failure(ErrorCode::ResourceLimit, std::format("holds more than {} rows: split it", limits_.samples),
                           out_.report.file);
        if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped", out_.report.file);
        settleStale();
        const Row* previous = nullptr;
        for (const auto& row : rows_) {
            if (previous && row.time < previous->time) ++out_.report.backward;
            previous = &row;
            addRow(row);
            if (signals_.full()) break;
        }
        return signals_.finish();
    }

private:
    void readRows() {
        std::uint64_t line = 0;
        std::string assetEnd; // the line that ends a multi-line asset
        for (std::string_view rest = text_; !rest.empty();) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view content = trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++line;
            if (!assetEnd.empty()) {
                if (content == assetEnd) assetEnd.clear();
                continue;
            }
            if (content.empty()) continue;
            ++out_.report.rows;
            if (content.starts_with('*')) {
                ++out_.report.passedOver; // protocol
                continue;
            }
            readRow(content, line, assetEnd);
        }
    }

    void readRow(std::string_view content, std::uint64_t line, std::string& assetEnd) {
        Row row;
        row.line = line;
        row.content = content;
        reader_.split(content, row.fields);
        std::string_view stamp = row.fields.front().substr(0, row.fields.front().find('@')); // what follows is a duration
        row.fields.erase(row.fields.begin());
        if (!row.fields.empty() && row.fields.front().starts_with('@')) {
            ++out_.report.passedOver; // an asset: a document, not a signal
            if (const auto mark = content.find("--multiline--"); mark != std::string_view::npos) assetEnd = content.substr(mark);
            return;
        }
        if (row.fields.size() < 2)
            return signals_.problem("line holds no key and value: a time, then keys and values between pipes, was expected",
                                    {line, 1});
        auto time = time_.read(stamp);
        if (!time && mapping_.timeStart) time = relative_.read(stamp);
        if (!time || nanoseconds(*time) < 0) return signals_.problem(std::format("'{}' is not a time", stamp), {line, 1});
        row.time = *time;
        rows_.push_back(std::move(row));
    }

    /// The first rows of a file tell the state it begins with, dated when each value last changed: days before, perhaps. They are
    /// moved to where the recording begins.
    void settleStale() {
        if (rows_.empty()) return;
        std::size_t stale = 0;
        Time begin = rows_.front().time;
        if (mapping_.from) {
            begin = *mapping_.from;
            for (auto& row : rows_) {
                if (row.time >= begin) continue;
                row.time = begin;
                ++out_.report.stale;
            }
            return;
        }
        std::unordered_set<std::string_view> keys;
        for (const auto& row : rows_) keys.insert(row.fields.front());
        const std::size_t first = std::min(rows_.size(), 2 * keys.size());
        for (std::size_t i = 1; i < first; ++i)
            if (rows_[i].time - rows_[i - 1].time >= mapping_.staleAfter) stale = i;
        if (stale == 0) return;
        begin = rows_[stale].time;
        for (std::size_t i = 0; i < stale; ++i) rows_[i].time = begin;
        out_.report.stale = stale;
    }

    const ColumnMapping* mappingOf(std::string_view key) const {
        const auto found = mapping_.columns.find(std::string{key});
        return found == mapping_.columns.end() ? nullptr : &found->second;
    }

    /// `device:key` is a key of that device.
    std::string topicOf(std::string_view key, const ColumnMapping* mapped) const {
        if (mapped && !mapped->topic.empty()) return topicFor(mapped->topic, mapping_);
        std::string name{key};
        if (const auto colon = name.find(':'); colon != std::string::npos) name[colon] = '/';
        return topicFor(name, mapping_);
    }

    void addRow(const Row& row) {
        const auto& fields = row.fields;
        const TextPlace place{row.line, 1};
        // A condition is told from pairs by its level and its five fields; all in capitals it may also be a value of several pairs.
        if (fields.size() == 6 && isLevel(fields[1]) &&
            (fields[1] != "UNAVAILABLE" || conditions_.contains(fields[0]) || emptyBehind(fields, 2)))
            return addCondition(row);
        if (fields.size() == 3) return addMessage(row);
        std::size_t i = 0;
        for (; i + 1 < fields.size(); i += 2) addValue(row, fields[i], fields[i + 1]);
        if (i < fields.size()) signals_.problem(std::format("'{}' is a key without a value", fields[i]), place);
    }

    static bool emptyBehind(const std::vector<std::string_view>& fields, std::size_t first) {
        return std::ranges::all_of(fields.begin() + static_cast<std::ptrdiff_t>(first), fields.end(),
                                   [](std::string_view field) { return field.empty(); });
    }

    bool wanted(const ColumnMapping* mapped) {
        if (mapped ? !mapped->ignore : mapping_.importOthers) return true;
        ++out_.report.passedOver;
        return false;
    }

    void addValue(const Row& row, std::string_view key, std::string_view value) {
        const ColumnMapping* mapped = mappingOf(key);
        if (!wanted(mapped)) return;
        const TextPlace place = placeOf(row, value);
        const std::string topic = topicOf(key, mapped);
        if (!mapped || mapped->fields.empty()) return signals_.add(signals_.signal(topic, mapped), row.time, value, place);
        // "x y z": one signal for each part; a single word, such as UNAVAILABLE, is said of all.
        std::vector<std::string_view> parts;
        for (std::string_view rest = value; !(rest = trimmed(rest)).empty();) {
            const std::size_t end = std::min(rest.find(' '), rest.size());
            parts.push_back(rest.substr(0, end));
            rest.remove_prefix(end);
        }
        if (parts.size() != 1 && parts.size() != mapped->fields.size())
            return signals_.problem(
                std::format("'{}' has {} parts where {} were expected", value, parts.size(), mapped->fields.size()), place);
        for (std::size_t i = 0; i < mapped->fields.size(); ++i)
            signals_.add(signals_.signal(topic + "/" + mapped->fields[i], mapped), row.time, parts[parts.size() == 1 ? 0 : i],
                         place);
    }

    /// key | level | native code | native severity | qualifier | text
    void addCondition(const Row& row) {
        const auto& fields = row.fields;
        conditions_.insert(fields[0]);
        const ColumnMapping* mapped = mappingOf(fields[0]);
        if (!wanted(mapped)) return;
        const std::string topic = topicOf(fields[0], mapped);
        const TextPlace place{row.line, 1};
        const std::string level = lowered(fields[1]);
        signals_.add(signals_.signal(topic, mapped), row.time,
                     level == "unavailable" ? std::string_view{"UNAVAILABLE"} : std::string_view{*levels_.insert(level).first},
                     place);
        addDetail(row, topic + "/code", fields[2]);
        addDetail(row, topic + "/text", fields[5]);
    }
    /// key | native code | text
    void addMessage(const Row& row) {
        const ColumnMapping* mapped = mappingOf(row.fields[0]);
        if (!wanted(mapped)) return;
        const std::string topic = topicOf(row.fields[0], mapped);
        signals_.add(signals_.signal(topic, mapped), row.time, row.fields[2], {row.line, 1});
        addDetail(row, topic + "/code", row.fields[1]);
    }
    /// Only what ever says something becomes a signal; from then on an empty text is said as `-`, so that it does not linger.
    void addDetail(const Row& row, const std::string& topic, std::string_view text) {
        if (text.empty() && !signals_.has(topic)) return;
        signals_.add(signals_.signal(topic, &detail_), row.time, text.empty() ? std::string_view{"-"} : text, {row.line, 1});
    }

    /// Fields made by undoing quotes lie elsewhere: then the line's begin will do.
    static TextPlace placeOf(const Row& row, std::string_view field) {
        const std::less<const char*> before;
        const char* const begin = row.content.data();
        if (before(field.data(), begin) || before(begin + row.content.size(), field.data())) return {row.line, 1};
        return {row.line, static_cast<std::size_t>(field.data() - begin) + 1};
    }

    const Mapping& mapping_;
    ImportLimits limits_;
    const Progress& progress_;
    Import& out_;
    std::string_view text_;
    FieldReader reader_;
    std::vector<Row> rows_;
    SignalBuilder signals_;
    TimeReader time_;
    TimeReader relative_;
    ColumnMapping detail_{
        .topic = {}, .unit = {}, .type = ValueType::String, .bad = {}, .minimum = {}, .maximum = {}, .fields = {}};
    std::unordered_set<std::string_view> conditions_;
    std::set<std::string> levels_;
};

} // namespace

Result<void> importShdr(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                        Import& out) {
    return ShdrImport{text, mapping, limits, progress, out}.run();
}

} // namespace millwright::telemetry
