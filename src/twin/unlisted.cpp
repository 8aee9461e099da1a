#include <millwright/core/spelling.hpp>
#include <millwright/twin/unlisted.hpp>

#include <algorithm>
#include <format>

namespace millwright::twin {
namespace {

constexpr std::uint32_t notWatched = 0xFFFFFFFF;
constexpr std::size_t mostTexts = 100; // of a signal; what says more than that has no states

} // namespace

UnlistedStates::UnlistedStates(const plant::Plant& plant, const StringTable& strings)
    : plant_{plant}, strings_{strings}, placeOf_(plant.signals.size(), notWatched) {
    for (std::uint32_t i = 0; i < placeOf_.size(); ++i) {
        if (plant.signals[i].states.empty()) continue;
        placeOf_[i] = static_cast<std::uint32_t>(watched_.size());
        watched_.push_back({.signal = SignalIndex{i}, .last = {}, .places = {}});
    }
}

bool UnlistedStates::isListed(const plant::Signal& signal, const telemetry::Sample& sample) const {
    if (sample.type == ValueType::String) return std::ranges::contains(signal.states, strings_.text(sample.value.string));
    const double number = sample.value.asNumber(sample.type);
    return number >= 0 && number < static_cast<double>(signal.states.size()) &&
           !signal.states[static_cast<std::size_t>(number)].empty();
}

std::string UnlistedStates::textOf(const telemetry::Sample& sample) const {
    if (sample.type == ValueType::String) return std::format("'{}'", strings_.text(sample.value.string));
    return std::format("{}", sample.value.asNumber(sample.type));
}

void UnlistedStates::add(std::span<const telemetry::Sample> samples) {
    for (const telemetry::Sample& sample : samples) {
        const std::uint32_t place = placeOf_[index(sample.signal)];
        if (place == notWatched || !isUsable(sample.quality)) continue;
        Watched& watched = watched_[place];
        const bool same = watched.known && (sample.type == ValueType::String
                                                ? sample.value.string == watched.last.string
                                                : sample.value.asNumber(sample.type) == watched.last.asNumber(sample.type));
        if (!same) {
            watched.known = true;
            watched.last = sample.value;
            watched.listed = isListed(plant_.at(sample.signal), sample);
        }
        if (watched.listed) continue;
        std::string text = textOf(sample);
        auto known = watched.places.find(text);
        if (known == watched.places.end()) {
            if (watched.places.size() == mostTexts) continue;
            found_.push_back({.signal = sample.signal, .path = std::string{plant_.at(sample.signal).path}, .value = text});
            known = watched.places.emplace(std::move(text), found_.size() - 1).first;
        }
        ++found_[known->second].times;
    }
}

std::vector<Error> UnlistedStates::warnings() const {
    constexpr std::size_t shown = 3;
    std::vector<Error> warnings;
    for (const Watched& watched : watched_) {
        const auto& places = watched.places;
        if (places.empty()) continue;
        std::string texts;
        std::size_t told = 0;
        for (const auto& [text, place] : places) {
            if (told++ == shown) break;
            const std::uint64_t count = found_[place].times;
            texts +=
                std::format("{}{} ({})", texts.empty() ? "" : ", ", text, count == 1 ? "once" : std::format("{} times", count));
        }
        if (places.size() > shown) texts += std::format(" and {} more", places.size() - shown);
        warnings.push_back({ErrorCode::Invalid,
                            std::format("{}: {}, which its 'states' in plant.toml do not list: taken as it came; add it there, or "
                                        "mend what sends it",
                                        plant_.at(watched.signal).path, texts),
                            ""});
    }
    return warnings;
}

} // namespace millwright::twin
