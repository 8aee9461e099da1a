#include "telemetry/file/text_reader.hpp"

#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/import/cells.hpp"
#include "telemetry/import/foreign.hpp"
#include "telemetry/import/signals.hpp"
#include "telemetry/live/feed_text.hpp"

#include <millwright/core/units.hpp>

#include <algorithm>
#include <format>
#include <ranges>

namespace millwright::telemetry::file {
namespace {

constexpr std::size_t mostNotes = 20, mostProblems = 5;

std::string_view lineAt(std::string_view text) {
    return text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
}

std::string_view withoutEnd(std::string_view line) {
    return line.substr(0, line.find('\n'));
}

/// Those that are not empty.
std::size_t linesIn(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); text.remove_prefix(lineAt(text).size())) count += trimmed(withoutEnd(lineAt(text))).empty() ? 0 : 1;
    return count;
}

} // namespace

TextReader::TextReader(Mapping mapping, std::vector<FileAddress> addresses, std::string name)
    : mapping_{std::move(mapping)}, addresses_{std::move(addresses)}, name_{std::move(name)}, headerSaid_{mapping_.header} {
    for (const FileAddress& address : addresses_) {
        targets_[address.topic].push_back({.address = &address, .unit = {}});
        mapping_.types.emplace(address.topic, address.type);
    }
    dated_ = !mapping_.timeColumn.empty() && !mapping_.timeFormat.empty();
}

void TextReader::note(std::string text) {
    if (notes_.size() < mostNotes && !std::ranges::contains(notes_, text)) notes_.push_back(std::move(text));
}

/// Takes what stands before the rows off; false where there is more of it to come.
bool TextReader::takeHead(std::string_view& lines) {
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    if (lines.starts_with(byteOrderMark)) lines.remove_prefix(byteOrderMark.size());
    while (!lines.empty() && trimmed(withoutEnd(lineAt(lines))).empty() && mapping_.skipLines == 0)
        lines.remove_prefix(lineAt(lines).size());
    if (lines.empty()) return false;
    if (!mapping_.format) {
        const TextFormat guess = guessFormat(lines, mapping_);
        mapping_.format = guess == TextFormat::Shdr ? guess : looksLikeJson(lines) ? TextFormat::Json : TextFormat::Csv;
    }
    if (*mapping_.format != TextFormat::Csv) return begun_ = true;
    // A writer that goes on in another file, or another writer, need not say again what the columns are.
    const bool known = mapping_.header.value_or(false) && !headerSaid_ && mapping_.skipLines == 0;
    if (known && !head_.empty() && !looksLikeHeader(lineAt(lines), mapping_)) return begun_ = true;
    std::string head;
    std::string_view rest = lines;
    const auto take = [&] {
        head += lineAt(rest);
        rest.remove_prefix(lineAt(rest).size());
    };
    for (std::uint64_t skip = mapping_.skipLines; skip > 0 && !rest.empty(); --skip) take();
    if (rest.empty()) return false;
    mapping_.header = headerSaid_.value_or(looksLikeHeader(lineAt(rest), mapping_));
    if (*mapping_.header) take();
    head_ = std::move(head);
    lines = rest;
    return begun_ = true;
}

void TextReader::beginWith(std::string_view head) {
    begun_ = false;
    pending_.clear();
    begun_ = takeHead(head);
}

void TextReader::read(std::string_view lines, Time received, StringTable& strings, std::vector<Sample>& out) {
    if (begun_) return readRows(lines, received, strings, out);
    pending_ += lines;
    std::string_view all = pending_;
    if (!takeHead(all)) return;
    const std::string text = std::exchange(pending_, {});
    readRows(std::string_view{text}.substr(text.size() - all.size()), received, strings, out);
}

void TextReader::readRows(std::string_view lines, Time received, StringTable& strings, std::vector<Sample>& out) {
    const std::size_t count = linesIn(lines);
    if (count == 0 || import(lines, count, received, strings, out)) return;
    // A broken line, with a quote that is never closed, must not take others with it: each by itself.
    for (; !lines.empty(); lines.remove_prefix(lineAt(lines).size()))
        if (linesIn(lineAt(lines)) > 0 && !import(lineAt(lines), 1, received, strings, out)) ++counters_.rejected;
}

/// False where not every line was a row of its own, and nothing was taken.
bool TextReader::import(std::string_view lines, std::size_t count, Time received, StringTable& strings, std::vector<Sample>& out) {
    text_ = head_;
    text_ += lines;
    mapping_.received = received;
    Import made;
    made.report.file = name_;
    const auto done = readText(text_, mapping_, {}, {}, made);
    if (!done) {
        // The mapping, or the plant, does not fit the file, which more of it will not change.
        if (done.error().code == ErrorCode::Invalid) note(done.error().message);
        return false;
    }
    if (made.report.rows != count && count > 1) return false;
    learn(made.report);
    counters_.rejected += made.report.unparsable;
    if (!made.report.problems.empty() && problemsNoted_++ < mostProblems) note(made.report.problems.front().message);
    deliver(made, strings, out);
    return true;
}

/// What the first block told of the time is said to the next ones.
void TextReader::learn(const ImportReport& report) {
    if (dated_ || report.samples == 0 || report.format == TextFormat::Shdr) return;
    dated_ = true;
    if (report.timeColumn.empty()) {
        if (mapping_.timeFormat != "received") note("nothing can be told to be the time: samples are dated by their reception");
        mapping_.timeFormat = "received";
        return;
    }
    mapping_.timeColumn = report.timeColumn;
    mapping_.timeFormat = report.timeFormat;
}

void TextReader::deliver(const Import& made, StringTable& strings, std::vector<Sample>& out) {
    for (const Sample& sample : made.samples) {
        const LogChannel& channel = made.channels[index(sample.signal)];
        const auto found = targets_.find(channel.topic);
        if (found == targets_.end()) {
            ++counters_.unmatched;
            continue;
        }
        for (Target& target : found->second)
            ++(deliverTo(target, channel, sample, made.strings, strings, out) ? counters_.samples : counters_.rejected);
    }
    if (counters_.samples + counters_.rejected > 0 || made.channels.empty() || addresses_.empty()) return;
    constexpr std::size_t shown = 5;
    std::string topics;
    for (const LogChannel& channel : made.channels | std::views::take(shown))
        topics += std::format("{}'{}'", topics.empty() ? "" : ", ", channel.topic);
    note(std::format("no signal asks for what comes: {}{}; the first signal's topic is '{}'", topics,
                     made.channels.size() > shown ? " …" : "", addresses_.front().topic));
}

bool TextReader::deliverTo(Target& target, const LogChannel& channel, Sample sample, const StringTable& from, StringTable& strings,
                           std::vector<Sample>& out) {
    const FileAddress& address = *target.address;
    if (channel.unit != target.unit) {
        target.unit = channel.unit;
        const auto conversion = units::convert(channel.unit, address.unit);
        target.converts = conversion.has_value();
        if (conversion) {
            target.scale = conversion->scale;
            target.offset = conversion->offset;
        } else {
            note(std::format("topic '{}': {}", address.topic, conversion.error().message));
        }
    }
    if (!target.converts) return false;
    sample.signal = address.signal;
    if (sample.quality == Quality::Bad) {
        sample.type = address.type;
        sample.value = noValue(address.type, strings);
    } else if (sample.type == ValueType::String) {
        const auto text = addText(from.text(sample.value.string), strings);
        if (!text) return false;
        sample.value = Value::of(*text);
    } else if (target.scale != 1 || target.offset != 0) {
        sample.value = Value::of(target.scale * sample.value.asNumber(sample.type) + target.offset);
        sample.type = ValueType::Float;
    }
    if (sample.type != address.type && !convertValue(sample.value, sample.type, address.type, strings)) return false;
    sample.type = address.type;
    out.push_back(sample);
    return true;
}

} // namespace millwright::telemetry::file
