#include "telemetry/import/signals.hpp"

#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/import/cells.hpp"

#include <algorithm>
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

bool SignalBuilder::isBad(const Signal& signal, std::string_view text) const {
    return contains(mapping_.bad, text) || (signal.mapped && contains(signal.mapped->bad, text));
}

void SignalBuilder::add(std::size_t number, Time time, std::string_view text, TextPlace place) {
    Signal& signal = signals_[number];
    if (contains(mapping_.missing, text)) {
        ++out_.report.empty;
        return;
    }
    if (signal.decided) {
        deliver(number, {time, text, place});
        return;
    }
    if (out_.samples.size() + signal.held.size() >= limits_.samples) full_ = true;
    if (full_) return;
    signal.held.push_back({time, text, place});
    if (signal.held.size() < decideAfter_) return;
    decide(signal);
    for (const auto& cell : std::exchange(signal.held, {})) deliver(number, cell);
}

/// Numbers if all seen so far are, switches if all are true or false, else texts.
void SignalBuilder::decide(Signal& signal) {
    bool any = false;
    bool numbers = true;
    bool booleans = true;
    for (const auto& cell : signal.held) {
        if (isBad(signal, cell.text)) continue;
        any = true;
        double number = 0;
        numbers = numbers && parseNumber(cell.text, mapping_.decimal, number);
        booleans = booleans && (cell.text == "true" || cell.text == "false" || cell.text == "True" || cell.text == "False" ||
                                cell.text == "TRUE" || cell.text == "FALSE");
    }
    signal.decided = true;
    signal.type = !any ? ValueType::String : numbers ? ValueType::Float : booleans ? ValueType::Boolean : ValueType::String;
}

bool SignalBuilder::parse(const Signal& signal, std::string_view text, Value& value, Quality& quality) const {
    if (signal.type == ValueType::Boolean) {
        bool flag = false;
        if (!parseBoolean(text, mapping_.decimal, flag)) return false;
        value = Value::of(flag);
        return true;
    }
    double number = 0;
    if (!parseNumber(text, mapping_.decimal, number)) return false;
    if (signal.mapped) {
        number = number * signal.mapped->scale + signal.mapped->offset;
        if ((signal.mapped->minimum && number < *signal.mapped->minimum) ||
            (signal.mapped->maximum && number > *signal.mapped->maximum))
            quality = Quality::Uncertain;
    }
    if (signal.type == ValueType::Float) {
        value = Value::of(number);
        return true;
    }
    const double rounded = std::nearbyint(number);
    if (!(std::abs(rounded) < 0x1p63)) return false;
    value = Value::of(static_cast<std::int64_t>(rounded));
    return true;
}

void SignalBuilder::deliver(std::size_t number, const Cell& cell) {
    Signal& signal = signals_[number];
    if (out_.samples.size() >= limits_.samples) full_ = true;
    if (full_) return;
    Sample sample{cell.time, signal.last, static_cast<SignalIndex>(number), signal.type, Quality::Good};
    if (isBad(signal, cell.text)) {
        sample.quality = Quality::Bad;
        if (signal.type == ValueType::String) sample.value = Value::of(out_.strings.add(cell.text));
    } else if (signal.type == ValueType::String) {
        sample.value = Value::of(out_.strings.add(cell.text));
    } else if (!parse(signal, cell.text, sample.value, sample.quality)) {
        problem(std::format("'{}' is not a value of '{}', which is of type {}", cell.text, signal.topic, name(signal.type)),
                cell.place);
        return;
    }
    signal.last = sample.value;
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

std::string topicFor(std::string_view name, const Mapping& mapping) {
    name = trimmed(name);
    while (name.starts_with('/')) name.remove_prefix(1);
    std::string_view prefix = mapping.prefix;
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    return prefix.empty() ? std::string{name} : std::string{prefix} + "/" + std::string{name};
}

} // namespace millwright::telemetry
