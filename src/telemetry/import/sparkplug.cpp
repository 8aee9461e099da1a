#include "telemetry/import/foreign.hpp"
#include "telemetry/import/json_documents.hpp"
#include "telemetry/import/signals.hpp"

#include <millwright/telemetry/sparkplug.hpp>

#include <algorithm>
#include <deque>
#include <format>
#include <limits>
#include <optional>

namespace millwright::telemetry {
namespace {

constexpr std::string_view nameSpace = "spBv1.0/";

/// Bytes as `%x` of mosquitto_sub writes them. False for any other text.
bool bytesOfHex(std::string_view text, std::vector<std::byte>& bytes) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    };
    bytes.clear();
    if (text.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return false;
        bytes.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return true;
}

/// Plays captured messages to a host application, as if they came from the broker now.
class SparkplugImport final : private sparkplug::Sink {
public:
    SparkplugImport(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                    Import& out)
        : text_{text},
          mapping_{mapping},
          limits_{limits},
          progress_{progress},
          out_{out},
          signals_{mapping, limits, std::numeric_limits<std::size_t>::max(), out},
          times_{mapping, signals_, out},
          host_{{}, *this, out.strings} {}

    Result<void> run() {
        const std::size_t begin = std::min(text_.find_first_not_of(" \t\r\n"), text_.size());
        if (auto read = looksLikeJson(text_.substr(begin)) ? readDocuments() : readLines(); !read) return read;
        tellOfHost();
        if (full_)
            return failure(ErrorCode::ResourceLimit,
                           std::format("holds more than {} values, the most one import takes: split it", limits_.samples),
                           out_.report.file);
        return signals_.finish();
    }

private:
    // --- messages

    /// `TIME TOPIC PAYLOAD`; topics may have blanks in them.
    Result<void> readLines() {
        std::uint64_t number = 0;
        for (std::string_view rest = text_; !rest.empty() && !full_;) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++number;
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (trimmed(line).empty()) continue;
            if (auto going = countRow(static_cast<double>(text_.size() - rest.size()) / static_cast<double>(text_.size())); !going)
                return going;
            const std::size_t first = line.find(' ');
            const std::size_t last = line.rfind(' ');
            if (first == std::string_view::npos || first == last) {
                signals_.problem("is no message: a time, a topic and the payload in hexadecimal were expected, as mosquitto_sub -F "
                                 "'%U %t %x' writes "
                                 "them",
                                 {number, 1});
                continue;
            }
            if (auto done =
                    message(line.substr(0, first), line.substr(first + 1, last - first - 1), line.substr(last + 1), {number, 1});
                !done)
                return done;
        }
        return {};
    }

    /// `{"time": …, "topic": …, "payload": "0a…"}`.
    Result<void> readDocuments() {
        DocumentReader documents{text_};
        std::string topicScratch;
        for (JsonToken document; !full_ && documents.next(document);) {
            if (auto going = countRow(documents.fraction()); !going) return going;
            std::vector<TimeCandidate> members;
            std::string_view topic;
            std::string_view payload;
            const bool wellFormed =
                document.kind == JsonKind::Object && forEachJsonMember(document, [&](std::string_view key, const JsonToken& value) {
                    if (key == "topic")
                        static_cast<void>(jsonText(value, topicScratch, topic));
                    else if (key == "payload")
                        payload = value.kind == JsonKind::String ? value.text : "?";
                    else
                        members.push_back({key, value.text});
                    return true;
                });
            const auto time =
                mapping_.timeColumn.empty() ? guessTime(members, mapping_) : memberCalled(mapping_.timeColumn, members);
            if (!wellFormed || topic.empty() || !time) {
                signals_.problem("is no message: an object with a time, 'topic' and 'payload' was expected", documents.place());
                continue;
            }
            out_.report.timeColumn = members[*time].name;
            if (auto done = message(members[*time].example, topic, payload, documents.place()); !done) return done;
        }
        return {};
    }

    static std::optional<std::size_t> memberCalled(std::string_view name, const std::vector<TimeCandidate>& members) {
        const auto found = std::ranges::find(members, name, &TimeCandidate::name);
        return found == members.end() ? std::nullopt : std::optional{static_cast<std::size_t>(found - members.begin())};
    }

    Result<void> countRow(double fraction) {
        ++out_.report.rows;
        if (out_.report.rows % 4096 != 0) return {};
        if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped", out_.report.file);
        progress_(fraction, "reading " + out_.report.file);
        return {};
    }

    Result<void> message(std::string_view stamp, std::string_view topic, std::string_view hex, TextPlace place) {
        const auto time = times_.read(stamp, place, "time");
        if (!time) return std::unexpected(time.error());
        if (!*time) return {};
        if (!topic.starts_with(nameSpace)) {
            ++out_.report.passedOver;
            return {};
        }
        if (!bytesOfHex(hex, payload_)) {
            signals_.problem(std::format("the payload of '{}' is not in hexadecimal", topic), place);
            return {};
        }
        if (!connected_) {
            connected_ = true;
            host_.connected(**time);
        }
        if (const auto due = host_.deadline(); due && *due <= **time) host_.advance(**time);
        const std::uint64_t malformed = host_.counters().malformed;
        host_.receive(topic, payload_, **time);
        if (host_.counters().malformed > malformed)
            signals_.problem(std::format("the payload of '{}' is no Sparkplug B", topic), place);
        return {};
    }

    void tellOfHost() {
        const sparkplug::HostCounters& counters = host_.counters();
        const auto note = [&](std::uint64_t count, std::string_view what) {
            if (count > 0) out_.report.notes.push_back(std::format("{} {}", count, what));
        };
        note(counters.dropped,
             "messages could not be applied: those before an edge node's birth, or behind a missing message until the next birth");
        note(counters.gaps, "times a sequence number did not come");
        note(counters.unknown, "metrics that no birth declared");
        note(counters.unsupported, "metrics of a type that is not read (Bytes, File, PropertySet)");
        note(counters.rejected, "values that their signal's type cannot hold");
        note(counters.overLimit, "nodes, devices, metrics or payloads beyond what a host takes");
    }

    // --- what the host makes of them

    sparkplug::MetricTarget bind(const sparkplug::MetricName& name, ValueType natural) override {
        const std::string topic = std::format("{}/{}/{}/{}", name.group, name.edgeNode, name.device, name.metric);
        const auto mapped = mapping_.columns.find(topic);
        const bool known = mapped != mapping_.columns.end();
        if (known ? mapped->second.ignore : !mapping_.importOthers) {
            ++out_.report.passedOver;
            return {};
        }
        ColumnMapping column = known ? mapped->second : ColumnMapping{};
        if (!column.type) column.type = natural;
        const std::string named = topicFor(column.topic.empty() ? topic : column.topic, mapping_);
        const std::size_t signal = signalOf(named, std::move(column));
        return {static_cast<SignalIndex>(signal), *columns_[signal].type};
    }

    std::size_t signalOf(const std::string& topic, ColumnMapping column) {
        columns_.push_back(std::move(column));
        const std::size_t signal = signals_.signal(topic, &columns_.back());
        if (signal + 1 < columns_.size()) columns_.pop_back(); // known already
        return signal;
    }

    void samples(std::span<const Sample> samples, Time) override {
        for (const Sample& sample : samples) take(sample, sample.signal);
    }

    /// To a topic of their own, as a recording keeps them: they are no present value.
    void historical(std::span<const Sample> samples, Time) override {
        for (const Sample& sample : samples) {
            const std::size_t signal = index(sample.signal);
            take(sample, static_cast<SignalIndex>(signalOf("late/" + out_.channels[signal].topic, columns_[signal])));
        }
    }

    void publish(const sparkplug::Publication&) override {} // what is past cannot be asked for

    void take(Sample sample, SignalIndex signal) {
        full_ = full_ || out_.samples.size() >= limits_.samples;
        if (full_) return;
        const ColumnMapping& column = columns_[index(signal)];
        sample.signal = signal;
        if (nanoseconds(sample.time) < 0) {
            ++out_.report.unparsable;
            return;
        }
        if (sample.type == ValueType::Float && (column.scale != 1 || column.offset != 0))
            sample.value.number = column.scale * sample.value.number + column.offset;
        out_.samples.push_back(sample);
        ++out_.report.samples;
    }

    std::string_view text_;
    const Mapping& mapping_;
    ImportLimits limits_;
    const Progress& progress_;
    Import& out_;
    SignalBuilder signals_;
    RowTimes times_;
    std::deque<ColumnMapping> columns_; ///< by signal
    std::vector<std::byte> payload_;
    bool connected_ = false, full_ = false;
    sparkplug::Host host_; ///< last: it calls back
};

} // namespace

Result<void> importSparkplug(std::string_view text, const Mapping& mapping, const ImportLimits& limits, const Progress& progress,
                             Import& out) {
    return SparkplugImport{text, mapping, limits, progress, out}.run();
}

} // namespace millwright::telemetry
