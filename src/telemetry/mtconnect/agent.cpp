#include "telemetry/mtconnect/agent.hpp"

#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/mtconnect/units.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace millwright::telemetry::mtconnect {
namespace {

constexpr std::uint64_t catchUpCount = 10'000; ///< observations asked for at once

std::int64_t milliseconds(Duration duration) {
    return std::chrono::ceil<std::chrono::milliseconds>(duration).count();
}

/// The n-th of the numbers between blanks; empty where there are fewer.
std::string_view component(std::string_view text, int n) {
    std::string_view one;
    for (int i = 0; i <= n; ++i) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        one = text.substr(0, text.find(' '));
        text.remove_prefix(one.size());
    }
    return one;
}

} // namespace

AgentClient::AgentClient(std::vector<MtconnectAddress> addresses, Duration interval, Duration heartbeat, Sink& sink)
    : addresses_{std::move(addresses)}, interval_{interval}, heartbeat_{heartbeat}, sink_{sink} {}

std::string AgentClient::request() const {
    switch (step_) {
    case Step::Probe: return "probe";
    case Step::CatchUp: return std::format("sample?from={}&count={}", next_, catchUpCount);
    case Step::Current: return "current";
    case Step::Follow:
        return std::format("sample?from={}&count={}&interval={}&heartbeat={}", next_, catchUpCount, milliseconds(interval_),
                           milliseconds(heartbeat_));
    }
    return {};
}

Result<void> AgentClient::answer(std::string& document) {
    auto answer = readDocument(document, [this](const Answer& so, const Observation& seen) { observed(so, seen); });
    if (!answer) return std::unexpected(answer.error());
    counters_.rejected += answer->unreadable;
    if (answer->kind == DocumentKind::Error) return refused(*answer);
    const bool fits = (step_ == Step::Probe) == (answer->kind == DocumentKind::Devices);
    if (!fits) return failure(ErrorCode::Malformed, std::format("the agent answers '{}' with another kind of document", request()));
    advance(*answer);
    return {};
}

Result<void> AgentClient::refused(const Answer& answer) {
    const bool follows = step_ == Step::CatchUp || step_ == Step::Follow;
    if (answer.errorCode != "OUT_OF_RANGE" || !follows)
        return failure(ErrorCode::Invalid, std::format("the agent says: {} ({})", answer.error, answer.errorCode));
    // What was asked for is no longer in its buffer, or it counts anew.
    ++counters_.gaps;
    step_ = Step::Current;
    return {};
}

void AgentClient::advance(const Answer& answer) {
    const bool anew = answer.instance != instance_;
    const bool first = std::exchange(instance_, answer.instance) == 0;
    if (anew && !first) {
        ++counters_.gaps;
        for (auto& [id, item] : items_) item.active.clear();
    }
    switch (step_) {
    case Step::Probe:
        bind(answer);
        step_ = anew || next_ == 0 ? Step::Current : Step::CatchUp;
        return;
    case Step::CatchUp:
        if (anew || answer.next <= next_ || answer.next < next_ + catchUpCount) step_ = Step::Current;
        break;
    case Step::Current: step_ = Step::Follow; break;
    case Step::Follow:
        if (anew) step_ = Step::Probe; // its devices may be others
        break;
    }
    next_ = answer.next;
}

// --- which signal is which data item

void AgentClient::bind(const Answer& probe) {
    std::unordered_map<std::string, const DataItem*> byName;
    for (const DataItem& item : probe.items)
        for (const std::string& device : item.device)
            for (const std::string* name : {&item.id, &item.name})
                if (!device.empty() && !name->empty()) byName.try_emplace(device + '/' + *name, &item);
    std::unordered_map<std::string, Item, Hash, std::equal_to<>> before = std::exchange(items_, {});
    for (const MtconnectAddress& address : addresses_) {
        const std::size_t slash = address.item.rfind('/');
        if (const auto whole = byName.find(address.item); whole != byName.end())
            bindOne(address, *whole->second, {});
        else if (const auto owner = byName.find(address.item.substr(0, slash)); slash != std::string::npos && owner != byName.end())
            bindOne(address, *owner->second, std::string_view{address.item}.substr(slash + 1));
        else
            news_.push_back(std::format("the agent has no data item '{}'", address.item));
    }
    for (auto& [id, item] : items_)
        if (const auto known = before.find(id); known != before.end()) item.active = std::move(known->second.active);
}

void AgentClient::bindOne(const MtconnectAddress& address, const DataItem& item, std::string_view part) {
    Target target{.key = std::string{part}, .signal = address.signal, .type = address.type};
    if (item.condition)
        target.part = part == "code" ? Part::Code : part == "text" ? Part::Text : Part::Value;
    else if (!part.empty())
        target.part = part == "x" ? Part::X : part == "y" ? Part::Y : part == "z" ? Part::Z : Part::Entry;
    if (!address.unit.empty() && !item.units.empty()) {
        const std::string_view theirs = ucumOf(item.units);
        const auto conversion = units::convert(theirs, address.unit);
        if (theirs.empty() || !conversion) {
            news_.push_back(std::format("'{}' is in {} at the agent and in '{}' in the plant: it is not taken", address.item,
                                        item.units, address.unit));
            return;
        }
        target.conversion = *conversion;
        if (target.type != ValueType::Float && target.conversion != units::Conversion{}) {
            news_.push_back(std::format("'{}' is in {} at the agent and in '{}' in the plant: give the signal the type float",
                                        address.item, item.units, address.unit));
            return;
        }
    }
    items_[item.id].targets.push_back(std::move(target));
}

// --- what it tells

void AgentClient::observed(const Answer& answer, const Observation& seen) {
    const auto found = items_.find(seen.item);
    if (found == items_.end()) {
        ++counters_.unmatched;
        return;
    }
    // How it is once more, after a loss: a value that has not changed since long holds now.
    const Time time = step_ == Step::Current && next_ != 0 ? std::max(seen.time, answer.created) : seen.time;
    Item& item = found->second;
    if (seen.condition) return observedCondition(item, seen, time);
    if (seen.timeSeries) {
        ++counters_.rejected;
        return;
    }
    for (const Target& target : item.targets) {
        if (target.part != Part::Entry) {
            const bool whole = target.part == Part::Value || seen.quality == Quality::Bad;
            tell(target, time, seen.quality, whole ? seen.text : component(seen.text, static_cast<int>(target.part) - 1));
            continue;
        }
        const auto entry = std::ranges::find(seen.entries, target.key, &Observation::Entry::key);
        if (entry != seen.entries.end())
            tell(target, time, entry->removed ? Quality::Bad : seen.quality, entry->text);
        else if (seen.quality == Quality::Bad)
            tell(target, time, seen.quality, {});
    }
}

void AgentClient::observedCondition(Item& item, const Observation& seen, Time time) {
    std::vector<Active>& active = item.active;
    if (seen.level == ConditionLevel::Unavailable || seen.occurrence.empty())
        active.clear();
    else
        std::erase_if(active, [&](const Active& one) { return one.occurrence == seen.occurrence; });
    if (seen.level == ConditionLevel::Warning || seen.level == ConditionLevel::Fault)
        active.push_back({std::string{seen.occurrence}, std::string{seen.code}, std::string{seen.text}, seen.level});
    const auto worst = std::ranges::max_element(active, {}, &Active::level);
    const bool none = worst == active.end();
    for (const Target& target : item.targets) {
        if (target.part == Part::Code)
            tell(target, time, seen.quality, none ? "-" : std::string_view{worst->code});
        else if (target.part == Part::Text)
            tell(target, time, seen.quality, none ? "-" : std::string_view{worst->text});
        else
            tell(target, time, seen.quality, name(none ? ConditionLevel::Normal : worst->level));
    }
}

void AgentClient::tell(const Target& target, Time time, Quality quality, std::string_view text) {
    Sample sample{.time = time, .value = {}, .signal = target.signal, .type = target.type, .quality = quality};
    if (quality == Quality::Bad) {
        text = {};
    } else if (target.type != ValueType::String) {
        if (!valueOfText(text, target.type, sample.value)) {
            ++counters_.rejected;
            return;
        }
        if (target.type == ValueType::Float)
            sample.value.number = target.conversion.scale * sample.value.number + target.conversion.offset;
    }
    ++counters_.samples;
    sink_.told(sample, text, step_ == Step::CatchUp);
}

} // namespace millwright::telemetry::mtconnect
