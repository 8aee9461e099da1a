#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/import/cells.hpp"
#include "telemetry/import/signals.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <format>

namespace millwright::telemetry {
namespace {

constexpr std::size_t cellsToDecide = 200;
constexpr std::size_t mostColumns = 10'000;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// Splits CSV text into rows (RFC 4180: quotes, doubled quotes, line ends inside quotes).
class RowReader {
public:
    RowReader(std::string_view text, char separator) : text_{text}, separator_{separator} {}

    struct Cell {
        std::string_view text;
        std::size_t column = 0; ///< byte in its line, from 1
        bool quoted = false;
    };
    /// False at the end. Empty lines are passed over.
    bool next(std::vector<Cell>& cells) {
        cells.clear();
        while (at_ < text_.size()) {
            line_ = nextLine_;
            lineStart_ = at_;
            readRow(cells);
            if (cells.size() > 1 || cells.front().quoted || !cells.front().text.empty()) return true;
            cells.clear();
        }
        return false;
    }
    void skipLine() {
        const auto end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 1;
        ++nextLine_;
    }
    [[nodiscard]] std::uint64_t line() const { return line_; }
    [[nodiscard]] bool unterminated() const { return unterminated_; }
    [[nodiscard]] double fraction() const {
        return static_cast<double>(at_) / static_cast<double>(std::max<std::size_t>(1, text_.size()));
    }

private:
    void readRow(std::vector<Cell>& cells) {
        while (true) {
            const std::size_t start = at_;
            std::string_view cell;
            std::size_t first = at_;
            while (first < text_.size() && text_[first] == ' ') ++first;
            const bool inQuotes = first < text_.size() && text_[first] == '"';
            if (inQuotes) {
                at_ = first;
                cell = quoted();
                while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_; // blanks behind the quotes
            } else {
                while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
                cell = text_.substr(start, at_ - start);
            }
            cells.push_back({inQuotes ? cell : trimmed(cell), start - lineStart_ + 1, inQuotes});
            if (at_ == text_.size()) return;
            if (text_[at_++] == '\n') {
                ++nextLine_;
                return;
            }
        }
    }
    std::string_view quoted() {
        const std::size_t start = ++at_;
        bool doubled = false;
        for (;; ++at_) {
            if (at_ == text_.size()) {
                unterminated_ = true;
                break;
            }
            if (text_[at_] == '\n') ++nextLine_;
            if (text_[at_] != '"') continue;
            if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
            doubled = true;
            ++at_;
        }
        std::string_view cell = text_.substr(start, at_ - start);
        if (at_ < text_.size()) ++at_;
        if (!doubled) return cell;
        std::string& made = made_.emplace_back();
        for (std::size_t i = 0; i < cell.size(); ++i) {
            made.push_back(cell[i]);
            if (cell[i] == '"') ++i;
        }
        return made;
    }

    std::string_view text_;
    char separator_;
    std::size_t at_ = 0;
    std::size_t lineStart_ = 0;
    std::uint64_t line_ = 0;
    std::uint64_t nextLine_ = 1;
    bool unterminated_ = false;
    std::deque<std::string> made_; ///< cells whose doubled quotes were undone
};

/// The candidate that divides the first line into the most parts.
char guessSeparator(std::string_view text, std::uint64_t skip) {
    for (; skip > 0; --skip) {
        const auto end = text.find('\n');
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    const std::string_view line = text.substr(0, text.find('\n'));
    char best = ',';
    for (const char candidate : {',', ';', '\t', '|'})
        if (std::ranges::count(line, candidate) > std::ranges::count(line, best)) best = candidate;
    return best;
}

/// A header has no number.
bool isHeader(const std::vector<RowReader::Cell>& row, char decimal) {
    return std::ranges::none_of(row, [&](const auto& cell) {
        double number = 0;
        return parseNumber(trimmed(cell.text), decimal, number);
    });
}

/// One CSV file on its way in.
class CsvImport {
public:
    CsvImport(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress, Import& out)
        : mapping_{mapping},
          progress_{progress},
          out_{out},
          rows_{text, mapping.separator ? mapping.separator : guessSeparator(text, mapping.skipLines)},
          signals_{mapping, limits, cellsToDecide, out},
          times_{mapping, signals_, out} {}

    Result<void> run() {
        for (std::uint64_t i = 0; i < mapping_.skipLines; ++i) rows_.skipLine();
        std::vector<RowReader::Cell> row;
        if (!rows_.next(row)) return failure(ErrorCode::Malformed, "holds no rows", out_.report.file);
        if (row.size() > mostColumns)
            return failure(ErrorCode::Malformed, "has more than 10000 columns: is the separator right?", out_.report.file);
        const bool header = mapping_.header.value_or(isHeader(row, mapping_.decimal));
        for (std::size_t i = 0; i < row.size(); ++i)
            names_.push_back(header && !trimmed(row[i].text).empty() ? std::string{trimmed(row[i].text)} : std::to_string(i + 1));
        if (header && !rows_.next(row)) return failure(ErrorCode::Malformed, "holds a header but no rows", out_.report.file);
        if (auto done = findTime(row); !done) return done;
        if (auto done = findColumns(); !done) return done;
        do {
            if (auto done = addRow(row); !done) return done;
            if (out_.report.rows % 65'536 == 0) {
                if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped", out_.report.file);
                progress_(rows_.fraction(), "reading " + out_.report.file);
            }
        } while (!signals_.full() && rows_.next(row));
        if (valueColumn_) declareMapped();
        if (rows_.unterminated()) signals_.problem("a quoted cell is never closed", {rows_.line(), 1});
        return signals_.finish();
    }

private:
    /// The column a mapping names by header text or by number.
    Result<std::size_t> columnNamed(const std::string& name) const {
        if (const auto found = std::ranges::find(names_, name); found != names_.end())
            return static_cast<std::size_t>(found - names_.begin());
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error == std::errc{} && end == name.data() + name.size() && number >= 1 && number <= names_.size()) return number - 1;
        std::vector<std::string_view> candidates{names_.begin(), names_.end()};
        return failure(ErrorCode::Invalid, std::format("has no column '{}'{}", name, didYouMean(name, candidates)),
                       out_.report.file);
    }

    Result<void> findTime(const std::vector<RowReader::Cell>& first) {
        timeColumn_ = nowhere;
        const auto received = times_.areReceived();
        if (!received) return std::unexpected(received.error());
        if (*received) return {};
        if (!mapping_.timeColumn.empty()) {
            const auto found = columnNamed(mapping_.timeColumn);
            if (!found) return std::unexpected(found.error());
            timeColumn_ = *found;
        } else {
            std::vector<TimeCandidate> candidates;
            for (std::size_t i = 0; i < names_.size(); ++i)
                candidates.push_back({names_[i], i < first.size() ? trimmed(first[i].text) : std::string_view{}});
            const auto found = guessTime(candidates, mapping_);
            if (!found && mapping_.received) return {};
            if (!found) return failure(ErrorCode::Invalid, noTime("column", names_), out_.report.file);
            timeColumn_ = *found;
            out_.report.timeGuessed = true;
        }
        out_.report.timeColumn = names_[timeColumn_];
        return {};
    }

    /// The columns that say how good another one is.
    Result<void> findQualities(const std::vector<const ColumnMapping*>& mapped) {
        qualityOf_.assign(names_.size(), nowhere);
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (!mapped[i] || mapped[i]->quality.empty()) continue;
            const auto found = columnNamed(mapped[i]->quality);
            if (!found) return std::unexpected(found.error());
            qualityOf_[i] = *found;
        }
        return {};
    }

    Result<void> findColumns() {
        for (const auto& name : mapping_.topicColumns) {
            const auto found = columnNamed(name);
            if (!found) return std::unexpected(found.error());
            topicColumns_.push_back(*found);
        }
        if (!mapping_.valueColumn.empty()) {
            const auto found = columnNamed(mapping_.valueColumn);
            if (!found) return std::unexpected(found.error());
            valueColumn_ = *found;
            if (mapping_.qualityColumn.empty()) return {};
            const auto quality = columnNamed(mapping_.qualityColumn);
            if (!quality) return std::unexpected(quality.error());
            qualityColumn_ = *quality;
            return {};
        }
        std::vector<const ColumnMapping*> mapped(names_.size());
        for (const auto& [name, column] : mapping_.columns) {
            const auto found = columnNamed(name);
            if (!found) return std::unexpected(found.error());
            mapped[*found] = &column;
        }
        if (auto done = findQualities(mapped); !done) return done;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            signalOf_.push_back(nowhere);
            if (i == timeColumn_ || std::ranges::contains(qualityOf_, i)) continue;
            if ((mapped[i] && mapped[i]->ignore) || (!mapped[i] && !mapping_.importOthers)) {
                ++out_.report.passedOver;
                continue;
            }
            const std::string topic =
                mapped[i] && !mapped[i]->topic.empty() ? saidTopic(mapped[i]->topic, mapping_) : topicFor(names_[i], mapping_);
            if (signals_.has(topic))
                return failure(ErrorCode::Invalid,
                               std::format("two columns have the topic '{}': give one of them another in a mapping file", topic),
                               out_.report.file);
            signalOf_.back() = signals_.signal(topic, mapped[i]);
        }
        return {};
    }

    Result<void> addRow(const std::vector<RowReader::Cell>& row) {
        ++out_.report.rows;
        if (row.size() != names_.size()) {
            signals_.problem(std::format("row has {} cells where {} were expected", row.size(), names_.size()), {rows_.line(), 1});
            return {};
        }
        const auto time = timeOf(row);
        if (!time) return std::unexpected(time.error());
        if (!*time) return {};
        if (valueColumn_) {
            addLong(row, **time);
            return {};
        }
        for (std::size_t i = 0; i < row.size(); ++i)
            if (signalOf_[i] != nowhere)
                addCell(signalOf_[i], **time, row[i], qualityOf_[i] == nowhere ? nullptr : &row[qualityOf_[i]]);
        return {};
    }

    Result<std::optional<Time>> timeOf(const std::vector<RowReader::Cell>& row) {
        if (timeColumn_ == nowhere) return mapping_.received;
        const auto& cell = row[timeColumn_];
        return times_.read(trimmed(cell.text), {rows_.line(), cell.column}, names_[timeColumn_]);
    }

    void addCell(std::size_t signal, Time time, const RowReader::Cell& cell, const RowReader::Cell* quality) {
        const bool literal = cell.quoted && mapping_.literalQuotes;
        TextCell made{.time = time,
                      .text = literal ? cell.text : trimmed(cell.text),
                      .place = {rows_.line(), cell.column},
                      .kind = literal ? CellKind::String : CellKind::Text,
                      .quality = {}};
        if (quality && !trimmed(quality->text).empty()) {
            Quality said{};
            if (!parseName(trimmed(quality->text), said))
                return signals_.problem(notAQuality(quality->text), {rows_.line(), quality->column});
            made.quality = said;
        }
        signals_.add(signal, made);
    }

    void addLong(const std::vector<RowReader::Cell>& row, Time time) {
        scratch_.clear();
        for (const auto column : topicColumns_) {
            if (!scratch_.empty()) scratch_ += '/';
            scratch_ += trimmed(row[column].text);
        }
        const auto mapped = mapping_.columns.find(scratch_);
        const ColumnMapping* column = mapped == mapping_.columns.end() ? nullptr : &mapped->second;
        if ((column && column->ignore) || (!column && !mapping_.importOthers)) {
            ++out_.report.passedOver;
            return;
        }
        const std::string topic =
            column && !column->topic.empty() ? saidTopic(column->topic, mapping_) : topicFor(scratch_, mapping_);
        addCell(signals_.signal(topic, column), time, row[*valueColumn_], qualityColumn_ ? &row[*qualityColumn_] : nullptr);
    }

    /// Long form: what a mapping says the type of is a signal even without a row.
    void declareMapped() {
        for (const auto& [name, column] : mapping_.columns)
            if (column.type && !column.ignore)
                static_cast<void>(
                    signals_.signal(column.topic.empty() ? topicFor(name, mapping_) : saidTopic(column.topic, mapping_), &column));
    }

    const Mapping& mapping_;
    const Progress& progress_;
    Import& out_;
    RowReader rows_;
    SignalBuilder signals_;
    std::vector<std::string> names_;
    std::size_t timeColumn_ = 0;
    std::vector<std::size_t> topicColumns_;
    std::optional<std::size_t> valueColumn_;
    std::optional<std::size_t> qualityColumn_;
    std::vector<std::size_t> signalOf_;  ///< by column; nowhere: it is passed over
    std::vector<std::size_t> qualityOf_; ///< by column: the one that says how good it is
    RowTimes times_;
    std::string scratch_;
};

} // namespace

bool looksLikeHeader(std::string_view line, const Mapping& mapping) {
    RowReader rows{line, mapping.separator ? mapping.separator : guessSeparator(line, 0)};
    std::vector<RowReader::Cell> row;
    return rows.next(row) && isHeader(row, mapping.decimal);
}

Result<void> importCsv(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                       Import& out) {
    return CsvImport{text, mapping, limits, progress, out}.run();
}

} // namespace millwright::telemetry
