#include "telemetry/import/signals.hpp"

#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/encoding/json_sample.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::telemetry {
namespace {

constexpr std::size_t problemsListed = 100;

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool parseBoolean(std::string_view text, char decimal, bool& value) {
    if (double number = 0; parseNumber(text, decimal, number)) {
        value = number == 1;
        return number == 0 || number == 1;
    }
    std::string lower;
    for (const char character : text)
        lower.push_back(character >= 'A' && character <= 'Z' ? static_cast<char>(character | 0x20) : character);
    value = lower == "true" || lower == "on" || lower == "yes";
    return value || lower == "false" || lower == "off" || lower == "no";
}

bool wholeNumber(std::string_view text, std::int64_t& whole) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

SignalBuilder::SignalBuilder(const Mapping& mapping, ImportLimits limits, std::size_t decideAfter, Import& out)
    : mapping_{mapping}, limits_{limits}, decideAfter_{decideAfter}, out_{out} {}

std::size_t SignalBuilder::signal(const std::string& topic, const ColumnMapping* mapped) {
    const auto [place, fresh] = byTopic_.try_emplace(topic, signals_.size());
    if (fresh) {
        Signal made;
        made.topic = topic;
        made.mapped = mapped;
        if (mapped && mapped->type) {
            made.decided = true;
            made.type = *mapped->type;
        } else if (const auto known = mapping_.types.find(topic); known != mapping_.types.end()) {
            made.decided = true;
            made.type = known->second;
        }
        signals_.push_back(std::move(made));
        out_.channels.push_back({topic, ValueType::Float, mapped ? mapped->unit : std::string{}, {}});
    }
    return place->second;
}

void SignalBuilder::problem(std::string message, TextPlace place) {
    ++out_.report.unparsable;
    if (out_.report.problems.size() < problemsListed)
        out_.report.problems.push_back(
            {ErrorCode::Malformed, std::move(message), std::format("{}:{}:{}", out_.report.file, place.line, place.column)});
}

bool SignalBuilder::isBad(const Signal& signal, const TextCell& cell) const {
    return cell.kind == CellKind::Text &&
           (contains(mapping_.bad, cell.text) || (signal.mapped && contains(signal.mapped->bad, cell.text)));
}

void SignalBuilder::add(std::size_t number, const TextCell& cell) {
    Signal& signal = signals_[number];
    if (cell.kind == CellKind::Text && contains(mapping_.missing, cell.text)) {
        ++out_.report.empty;
        return;
    }
    if (signal.decided) {
        deliver(number, cell);
        return;
    }
    if (out_.samples.size() + signal.held.size() >= limits_.samples) full_ = true;
    if (full_) return;
    signal.held.push_back(cell);
    if (signal.held.size() < decideAfter_) return;
    decide(signal);
    for (const auto& held : std::exchange(signal.held, {})) deliver(number, held);
}

void SignalBuilder::addCopy(std::size_t number, TextCell cell) {
    if (!signals_[number].decided) cell.text = copies_.text(copies_.add(cell.text));
    add(number, cell);
}

/// Numbers if all seen so far are, switches if all are true or false, else texts.
void SignalBuilder::decide(Signal& signal) {
    bool any = false;
    bool numbers = true;
    bool booleans = true;
    for (const auto& cell : signal.held) {
        if (cell.kind == CellKind::None || isBad(signal, cell)) continue;
        double number = 0;
        const bool special = cell.kind == CellKind::String && specialNumber(cell.text, number);
        any = any || !special;
        numbers = numbers && (cell.kind == CellKind::Number || special ||
                              (cell.kind == CellKind::Text && parseNumber(trimmed(cell.text), mapping_.decimal, number)));
        booleans =
            booleans && (cell.kind == CellKind::Boolean ||
                         (cell.kind == CellKind::Text && (cell.text == "true" || cell.text == "false" || cell.text == "True" ||
                                                          cell.text == "False" || cell.text == "TRUE" || cell.text == "FALSE")));
    }
    signal.decided = true;
    signal.type = !any ? ValueType::String : numbers ? ValueType::Float : booleans ? ValueType::Boolean : ValueType::String;
}

Quality SignalBuilder::qualityOf(const Signal& signal, double number) {
    if (!signal.mapped) return Quality::Good;
    const bool outside = (signal.mapped->minimum && number < *signal.mapped->minimum) ||
                         (signal.mapped->maximum && number > *signal.mapped->maximum);
    return outside ? Quality::Uncertain : Quality::Good;
}

bool SignalBuilder::parse(const Signal& signal, std::string_view text, Value& value, Quality& quality) const {
    text = trimmed(text);
    if (signal.type == ValueType::Boolean) {
        bool flag = false;
        if (!parseBoolean(text, mapping_.decimal, flag)) return false;
        value = Value::of(flag);
        return true;
    }
    const bool scaled = signal.mapped && (signal.mapped->scale != 1 || signal.mapped->offset != 0);
    if (std::int64_t whole = 0; signal.type == ValueType::Integer && !scaled && wholeNumber(text, whole)) {
        value = Value::of(whole); // beyond 2^53, too
        quality = qualityOf(signal, static_cast<double>(whole));
        return true;
    }
    double number = 0;
    if (!parseNumber(text, mapping_.decimal, number) && !(signal.type == ValueType::Float && specialNumber(text, number)))
        return false;
    if (scaled) number = number * signal.mapped->scale + signal.mapped->offset;
    quality = qualityOf(signal, number);
    if (signal.type == ValueType::Float) {
        value = Value::of(number);
        return true;
    }
    const double rounded = std::nearbyint(number);
    if (!(std::abs(rounded) < 0x1p63)) return false;
    value = Value::of(static_cast<std::int64_t>(rounded));
    return true;
}

void SignalBuilder::deliver(std::size_t number, const TextCell& cell) {
    Signal& signal = signals_[number];
    if (out_.samples.size() >= limits_.samples) full_ = true;
    if (full_) return;
    Sample sample{cell.time, signal.last, static_cast<SignalIndex>(number), signal.type, Quality::Good};
    if (cell.kind == CellKind::None) {
        sample.quality = Quality::Bad;
        sample.value = noValue(signal.type, out_.strings);
    } else if (isBad(signal, cell)) {
        sample.quality = Quality::Bad;
        if (signal.type == ValueType::String) sample.value = Value::of(out_.strings.add(cell.text));
    } else if (signal.type == ValueType::String) {
        sample.value = Value::of(out_.strings.add(cell.text));
    } else if (!parse(signal, cell.text, sample.value, sample.quality)) {
        problem(std::format("'{}' is not a value of '{}', which is of type {}", cell.text, signal.topic, name(signal.type)),
                cell.place);
        return;
    }
    sample.quality = cell.quality.value_or(sample.quality);
    if (cell.kind != CellKind::None) signal.last = sample.value;
    out_.samples.push_back(sample);
    ++out_.report.samples;
}

Result<void> SignalBuilder::finish() {
    for (std::size_t i = 0; i < signals_.size(); ++i) {
        Signal& signal = signals_[i];
        if (!signal.decided) decide(signal);
        for (const auto& cell : std::exchange(signal.held, {})) deliver(i, cell);
        out_.channels[i].type = signal.type;
    }
    if (full_)
        return failure(ErrorCode::ResourceLimit,
                       std::format("holds more than {} values, the most one import takes: split it", limits_.samples),
                       out_.report.file);
    return {};
}

Result<std::optional<Time>> RowTimes::read(std::string_view text, TextPlace place, std::string_view column) {
    if (!reader_) {
        std::string format = mapping_.timeFormat.empty() ? TimeReader::guess(text, mapping_) : mapping_.timeFormat;
        if (format.empty())
            return failure(
                ErrorCode::Invalid,
                std::format("'{}' is taken for the time, but '{}' is no time that can be told: give what it stands in and "
                            "its format in a mapping file (--mapping), for example [time] column = \"{}\", format = "
                            "\"%d.%m.%Y %H:%M:%S\"",
                            column, text, column),
                std::format("{}:{}", out_.report.file, place.line));
        out_.report.timeFormat = format;
        reader_.emplace(std::move(format), mapping_);
    }
    auto time = reader_->read(text);
    if (!time || nanoseconds(*time) < 0) {
        signals_.problem(time ? std::format("'{}' is before 1970, which logs cannot hold", text)
                              : std::format("'{}' is not a time in the format '{}'", text, reader_->format()),
                         place);
        return std::nullopt;
    }
    if (previous_ && *time < *previous_) ++out_.report.backward;
    previous_ = *time;
    if (mapping_.from && *time < *mapping_.from) {
        ++out_.report.stale;
        time = *mapping_.from;
    }
    return time;
}

Result<bool> RowTimes::areReceived() const {
    if (mapping_.timeFormat != "received") return false;
    if (mapping_.received) return true;
    return failure(ErrorCode::Invalid,
                   "the mapping's [time] format is 'received', which only feeds have: name the column that is the time",
                   out_.report.file);
}

std::string noTime(std::string_view what, const std::vector<std::string>& names) {
    constexpr std::size_t shown = 8;
    std::string list;
    for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) list += (i > 0 ? ", " : "") + names[i];
    return std::format(
        "no {} can be told to be the time ({}{}): say which in a mapping file (--mapping), for example [time] column "
        "= \"{}\"",
        what, list, names.size() > shown ? ", …" : "", names.empty() ? "time" : names.front());
}

std::string notAQuality(std::string_view text) {
    return std::format("'{}' is not a quality: good, uncertain, bad or stale", text);
}

std::string topicFor(std::string_view name, const Mapping& mapping) {
    name = trimmed(name);
    while (name.starts_with('/')) name.remove_prefix(1);
    return saidTopic(name, mapping);
}

std::string saidTopic(std::string_view topic, const Mapping& mapping) {
    std::string_view prefix = mapping.prefix;
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    return prefix.empty() ? std::string{topic} : std::string{prefix} + "/" + std::string{topic};
}

} // namespace millwright::telemetry
