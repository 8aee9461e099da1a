#include "telemetry/mtconnect/items.hpp"

#include <algorithm>

namespace millwright::telemetry::mtconnect {
namespace {

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

void Items::want(std::string_view item, Part part, std::string_view key, std::uint32_t number) {
    auto found = items_.find(item);
    if (found == items_.end()) found = items_.emplace(std::string{item}, Item{}).first;
    found->second.targets.push_back({part, std::string{key}, number});
}

void Items::wantNothing() {
    for (auto& [id, item] : items_) item.targets.clear();
}

void Items::forgetConditions() {
    for (auto& [id, item] : items_) item.active.clear();
}

Items::Outcome Items::observed(const Observation& seen, Time time, const Taker& tell) {
    const auto found = items_.find(seen.item);
    if (found == items_.end() || found->second.targets.empty()) return Outcome::Unwanted;
    Item& item = found->second;
    const bool bad = seen.quality == Quality::Bad;
    if (seen.condition) {
        observedCondition(item, seen, time, tell);
        return Outcome::Told;
    }
    if (seen.timeSeries) return Outcome::TimeSeries;
    for (const Target& target : item.targets) {
        if (target.part == Part::Value) {
            tell(target.number, time, seen.quality, bad ? std::string_view{} : seen.text);
        } else if (target.part != Part::Entry) {
            tell(target.number, time, seen.quality,
                 bad ? std::string_view{} : component(seen.text, static_cast<int>(target.part) - static_cast<int>(Part::X)));
        } else {
            const auto entry = std::ranges::find(seen.entries, target.key, &Observation::Entry::key);
            if (entry != seen.entries.end() && !entry->removed && !bad)
                tell(target.number, time, seen.quality, entry->text);
            else if (entry != seen.entries.end() || bad)
                tell(target.number, time, Quality::Bad, {});
        }
    }
    return Outcome::Told;
}

void Items::observedCondition(Item& item, const Observation& seen, Time time, const Taker& tell) {
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
        std::string_view text = name(none ? ConditionLevel::Normal : worst->level);
        if (target.part == Part::Code) text = none ? "-" : std::string_view{worst->code};
        if (target.part == Part::Text) text = none ? "-" : std::string_view{worst->text};
        tell(target.number, time, seen.quality, seen.quality == Quality::Bad ? std::string_view{} : text);
    }
}

} // namespace millwright::telemetry::mtconnect
