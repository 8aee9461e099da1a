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
        items_.forgetConditions();
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
    items_.wantNothing();
    targets_.clear();
    for (const MtconnectAddress& address : addresses_) {
        const std::size_t slash = address.item.rfind('/');
        if (const auto whole = byName.find(address.item); whole != byName.end())
            bindOne(address, *whole->second, {});
        else if (const auto owner = byName.find(address.item.substr(0, slash)); slash != std::string::npos && owner != byName.end())
            bindOne(address, *owner->second, std::string_view{address.item}.substr(slash + 1));
        else
            news_.push_back(std::format("the agent has no data item '{}'", address.item));
    }
}

void AgentClient::bindOne(const MtconnectAddress& address, const DataItem& item, std::string_view part) {
    Target target{.signal = address.signal, .type = address.type, .conversion = {}};
    Part wanted = Part::Value;
    if (item.condition)
        wanted = part == "code" ? Part::Code : part == "text" ? Part::Text : Part::Value;
    else if (!part.empty())
        wanted = part == "x" ? Part::X : part == "y" ? Part::Y : part == "z" ? Part::Z : Part::Entry;
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
    items_.want(item.id, wanted, part, static_cast<std::uint32_t>(targets_.size()));
    targets_.push_back(target);
}

// --- what it tells

void AgentClient::observed(const Answer& answer, const Observation& seen) {
    // How it is once more, after a loss: a value that has not changed since long holds now.
    const Time time = step_ == Step::Current && next_ != 0 ? std::max(seen.time, answer.created) : seen.time;
    const auto told = items_.observed(seen, time, [this](std::uint32_t number, Time when, Quality quality, std::string_view text) {
        tell(targets_[number], when, quality, text);
    });
    if (told == Items::Outcome::Unwanted) ++counters_.unmatched;
    if (told == Items::Outcome::TimeSeries) ++counters_.rejected;
}

void AgentClient::tell(const Target& target, Time time, Quality quality, std::string_view text) {
    Sample sample{.time = time, .value = {}, .signal = target.signal, .type = target.type, .quality = quality};
    if (quality != Quality::Bad && target.type != ValueType::String) {
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
