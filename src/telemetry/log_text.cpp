#include "telemetry/encoding/json_sample.hpp"

#include <millwright/core/json_writer.hpp>
#include <millwright/telemetry/import.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/log_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <format>
#include <fstream>
#include <unordered_set>

namespace millwright::telemetry {
namespace {

constexpr std::size_t blockSamples = 4096;
constexpr std::size_t mostColumns = 10'000; ///< of a CSV file, as it is read back

/// A cell in quotes. Bytes that are not UTF-8 become U+FFFD.
void appendQuoted(std::string_view text, std::string& out) {
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8Length(text, i);
        if (length == 0) out += "\xEF\xBF\xBD";
        if (text[i] == '"') out += '"';
        out += text.substr(i, length);
        i += std::max<std::size_t>(length, 1);
    }
    out += '"';
}

void appendValue(const Sample& sample, const StringTable& strings, std::string& out) {
    std::array<char, 32> digits{};
    const auto number = [&](auto value) {
        out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    };
    switch (sample.type) {
    case ValueType::Float:
        if (std::isfinite(sample.value.number))
            number(sample.value.number);
        else
            out += std::isnan(sample.value.number) ? "NaN" : sample.value.number > 0 ? "Infinity" : "-Infinity";
        break;
    case ValueType::Integer: number(sample.value.integer); break;
    case ValueType::Boolean: out += sample.value.boolean ? "true" : "false"; break;
    case ValueType::String: appendQuoted(strings.text(sample.value.string), out); break;
    }
}

/// Writes beside its name until all is there.
class TextFile {
public:
    explicit TextFile(const std::filesystem::path& path)
        : path_{path}, part_{path.string() + ".part"}, file_{part_, std::ios::binary} {}
    ~TextFile() {
        std::error_code ignored;
        if (!done_) std::filesystem::remove(part_, ignored);
    }
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;

    [[nodiscard]] Result<void> write(std::string_view text) {
        file_.write(text.data(), static_cast<std::streamsize>(text.size()));
        if (!file_) return failure(ErrorCode::Unreadable, "cannot be written", path_.string());
        return {};
    }
    [[nodiscard]] Result<void> close() {
        file_.close();
        std::error_code failed;
        if (file_) std::filesystem::rename(part_, path_, failed);
        if (!file_ || failed) return failure(ErrorCode::Unreadable, "cannot be written", path_.string());
        done_ = true;
        return {};
    }

private:
    std::filesystem::path path_, part_;
    std::ofstream file_;
    bool done_ = false;
};

class TextWriter {
public:
    TextWriter(LogText form, const Progress& progress) : form_{form}, progress_{progress} {}

    Result<LogTextReport> run(const std::filesystem::path& input, const std::filesystem::path& output) {
        std::error_code ignored;
        if (std::filesystem::equivalent(input, output, ignored))
            return failure(ErrorCode::Invalid, "is both input and output: give the output another name", output.string());
        auto log = LogSource::openAll(input);
        if (!log) return std::unexpected(log.error());
        log_ = std::move(*log);
        qualified_.resize(log_->topics().size());
        report_.channels = log_->topics().size();
        report_.warnings = log_->warnings();
        if (form_ == LogText::CsvWide)
            if (auto looked = lookForQualities(input); !looked) return std::unexpected(looked.error());
        TextFile file{output};
        if (auto written = writeAll(file); !written) return std::unexpected(written.error());
        if (report_.samples == 0) return failure(ErrorCode::Invalid, "holds no samples: there is nothing to write", input.string());
        if (form_ != LogText::JsonLines) {
            report_.mapping = mappingBeside(output);
            TextFile mapping{report_.mapping};
            if (auto written = mapping.write(mappingText()); !written) return std::unexpected(written.error());
            if (auto closed = mapping.close(); !closed) return std::unexpected(closed.error());
        }
        if (auto closed = file.close(); !closed) return std::unexpected(closed.error());
        report_.bytes = std::filesystem::file_size(output, ignored);
        return std::move(report_);
    }

private:
    /// Calls `each` with every sample of the log, from where it is.
    template <typename Each>
    Result<void> forEachSample(std::string_view what, Each each) {
        const auto expected = static_cast<double>(std::max<std::uint64_t>(1, log_->sampleCount()));
        for (std::uint64_t count = 0;;) {
            const auto samples = log_->next(blockSamples);
            if (!samples) return std::unexpected(samples.error());
            if (samples->empty()) return {};
            for (const Sample& sample : *samples)
                if (auto done = each(sample); !done) return done;
            count += samples->size();
            if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped; nothing was written");
            progress_(std::min(1.0, static_cast<double>(count) / expected), std::string{what});
        }
    }

    /// Which signals need a column for it.
    Result<void> lookForQualities(const std::filesystem::path& input) {
        auto looked = forEachSample("reading", [&](const Sample& sample) -> Result<void> {
            if (sample.quality != Quality::Good) qualified_[index(sample.signal)] = true;
            return {};
        });
        if (!looked) return looked;
        auto again = LogSource::openAll(input);
        if (!again) return std::unexpected(again.error());
        log_ = std::move(*again);
        const auto columns = 1 + qualified_.size() + static_cast<std::size_t>(std::ranges::count(qualified_, true));
        if (columns > mostColumns)
            return failure(ErrorCode::ResourceLimit,
                           std::format("would have {} columns, of which a file takes {}: use the long form (--long), or JSON lines",
                                       columns, mostColumns),
                           input.string());
        return {};
    }

    Result<void> writeAll(TextFile& file) {
        if (form_ == LogText::CsvWide) writeHeader();
        if (form_ == LogText::CsvLong) text_ += "time,topic,value,quality\n";
        cells_.resize(log_->topics().size());
        auto written = forEachSample("writing", [&](const Sample& sample) -> Result<void> {
            if (report_.samples == 0) report_.span.from = sample.time;
            report_.span.to = sample.time;
            ++report_.samples;
            if (form_ == LogText::CsvWide) addToRow(sample);
            if (form_ == LogText::CsvLong) writeLong(sample);
            if (form_ == LogText::JsonLines) writeObject(sample);
            return text_.size() < flushedAt ? Result<void>{} : flush(file);
        });
        if (!written) return written;
        if (form_ == LogText::CsvWide) endRow();
        if (form_ == LogText::JsonLines) declareRest();
        return flush(file);
    }

    Result<void> flush(TextFile& file) {
        auto written = file.write(text_);
        text_.clear();
        return written;
    }

    // --- CSV

    /// Headers are told apart by their texts.
    void nameColumns() {
        std::unordered_set<std::string> taken;
        for (const LogTopic& topic : log_->topics()) taken.insert(topic.topic);
        const auto freeName = [&](std::string name, std::string_view more) {
            while (!taken.insert(name).second) name += more;
            return name;
        };
        timeName_ = freeName("time", " UTC");
        for (std::size_t i = 0; i < qualified_.size(); ++i)
            qualityNames_.push_back(qualified_[i] ? freeName(log_->topics()[i].topic + " quality", " quality") : std::string{});
    }

    /// A signal's column, and its quality's behind it.
    void writeHeader() {
        nameColumns();
        appendQuoted(timeName_, text_);
        for (std::size_t i = 0; i < qualified_.size(); ++i) {
            text_ += ',';
            appendQuoted(log_->topics()[i].topic, text_);
            if (!qualified_[i]) continue;
            text_ += ',';
            appendQuoted(qualityNames_[i], text_);
        }
        text_ += '\n';
    }

    /// Samples of one time share a row, unless they are of one signal.
    void addToRow(const Sample& sample) {
        if (rowFilled_ && (sample.time != rowTime_ || !cells_[index(sample.signal)].empty())) endRow();
        rowTime_ = sample.time;
        rowFilled_ = true;
        std::string& cell = cells_[index(sample.signal)];
        appendValue(sample, log_->strings(), cell);
        if (!qualified_[index(sample.signal)]) return;
        cell += ',';
        if (sample.quality != Quality::Good) cell += name(sample.quality);
    }

    void endRow() {
        if (!rowFilled_) return;
        ++report_.rows;
        text_ += formatTime(rowTime_);
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            text_ += ',';
            text_ += cells_[i].empty() && qualified_[i] ? "," : cells_[i];
            cells_[i].clear();
        }
        text_ += '\n';
        rowFilled_ = false;
    }

    void writeLong(const Sample& sample) {
        ++report_.rows;
        text_ += formatTime(sample.time);
        text_ += ',';
        appendQuoted(log_->topics()[index(sample.signal)].topic, text_);
        text_ += ',';
        appendValue(sample, log_->strings(), text_);
        text_ += ',';
        if (sample.quality != Quality::Good) text_ += name(sample.quality);
        text_ += '\n';
    }

    [[nodiscard]] std::string mappingText() const {
        std::string text = "# How `millwright log convert` reads the file beside this one back.\nformat = \"csv\"\nseparator = "
                           "\",\"\nheader = true\n"
                           "quotes = \"literal\"\nmissing = [\"\"]\nbad = []\n";
        text += std::format("[time]\ncolumn = {}\nformat = \"iso\"\n", jsonQuoted(timeName_));
        const bool wide = form_ == LogText::CsvWide;
        if (!wide) text += "[long]\ntopic = [\"topic\"]\nvalue = \"value\"\nquality = \"quality\"\n";
        for (std::size_t i = 0; i < log_->topics().size(); ++i) {
            const LogTopic& topic = log_->topics()[i];
            const std::string quoted = jsonQuoted(topic.topic); // TOML writes them alike
            text += std::format("[columns.{}]\ntopic = {}\ntype = \"{}\"\n", quoted, quoted, name(topic.type));
            if (!topic.unit.empty()) text += std::format("unit = {}\n", jsonQuoted(topic.unit));
            if (wide && qualified_[i]) text += std::format("quality = {}\n", jsonQuoted(qualityNames_[i]));
        }
        return text;
    }

    // --- JSON

    [[nodiscard]] std::string describing(const LogTopic& topic) const {
        std::string text = std::format(",\"type\":\"{}\"", name(topic.type));
        if (!topic.unit.empty()) text += std::format(",\"unit\":{}", jsonQuoted(topic.unit));
        return text;
    }

    void writeObject(const Sample& sample) {
        ++report_.rows;
        const LogTopic& topic = log_->topics()[index(sample.signal)];
        message_.clear();
        writeJsonSample(sample, log_->strings(), message_);
        const std::string_view object{reinterpret_cast<const char*>(message_.data()), message_.size()};
        text_ += std::format("{{\"time\":\"{}\",\"topic\":{},{}", formatTime(sample.time), jsonQuoted(topic.topic),
                             object.substr(1, object.size() - 2));
        if (described_.insert(index(sample.signal)).second) text_ += describing(topic);
        text_ += "}\n";
    }

    /// Signals without a sample.
    void declareRest() {
        for (std::size_t i = 0; i < log_->topics().size(); ++i)
            if (!described_.contains(i))
                text_ += std::format("{{\"topic\":{}{}}}\n", jsonQuoted(log_->topics()[i].topic), describing(log_->topics()[i]));
    }

    static constexpr std::size_t flushedAt = 1u << 20;
    LogText form_;
    const Progress& progress_;
    std::unique_ptr<LogSource> log_;
    std::vector<bool> qualified_; ///< by signal: some sample of it is not good
    std::string timeName_ = "time";
    std::vector<std::string> qualityNames_; ///< by signal
    std::string text_;                      ///< not yet written
    std::vector<std::string> cells_;        ///< of the row at hand, by signal
    Time rowTime_{};
    bool rowFilled_ = false;
    std::vector<std::byte> message_;
    std::unordered_set<std::size_t> described_;
    LogTextReport report_;
};

} // namespace

Result<LogTextReport> writeLogAsText(const std::filesystem::path& input, const std::filesystem::path& output, LogText form,
                                     const Progress& progress) {
    return TextWriter{form, progress}.run(input, output);
}

} // namespace millwright::telemetry
