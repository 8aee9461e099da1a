#include <millwright/plant/kpi.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace millwright::plant {
namespace {

using enum PackmlState;

constexpr std::array<std::string_view, packmlStates> names{
    "Unknown", "Clearing", "Stopped", "Starting",  "Idle",       "Suspended",    "Execute",   "Stopping",   "Aborting",
    "Aborted", "Holding",  "Held",    "Unholding", "Suspending", "Unsuspending", "Resetting", "Completing", "Complete"};

struct Word {
    std::string_view word; ///< as `plain` makes it
    PackmlState state;
};
constexpr Word usualWords[] = {
    {"running", Execute},
    {"run", Execute},
    {"active", Execute},
    {"producing", Execute},
    {"production", Execute},
    {"working", Execute},
    {"idle", Idle},
    {"ready", Idle},
    {"standby", Idle},
    {"off", Stopped},
    {"stop", Stopped},
    {"starved", Suspended},
    {"blocked", Suspended},
    {"waiting", Suspended},
    {"wait", Suspended},
    {"hold", Held},
    {"feedhold", Held},
    {"paused", Held},
    {"interrupted", Held},
    {"optionalstop", Held},
    {"programstopped", Held},
    {"down", Held},
    {"fault", Aborted},
    {"faulted", Aborted},
    {"error", Aborted},
    {"estop", Aborted},
    {"emergencystop", Aborted},
    {"setup", Resetting},
    {"changeover", Resetting},
    {"finished", Complete},
    {"programcompleted", Complete},
    {"unavailable", Unknown},
    {"undefined", Unknown},
    {"offline", Unknown},
};

std::string plain(std::string_view word) {
    std::string letters;
    for (const char c : word)
        if (c != ' ' && c != '-' && c != '_') letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return letters;
}

} // namespace

std::string_view nameOf(PackmlState state) {
    return names[index(state)];
}

std::string_view nameOf(Quantity quantity) {
    constexpr std::array<std::string_view, quantities> words{"produced",  "good",       "scrap", "rework",
                                                             "inspected", "first_pass", "energy"};
    return words[index(quantity)];
}

std::optional<PackmlState> usualState(std::string_view word) {
    const std::string letters = plain(word);
    const auto named = std::ranges::find(names, letters, plain);
    if (named != names.end()) return static_cast<PackmlState>(named - names.begin());
    const auto usual = std::ranges::find(usualWords, letters, &Word::word);
    return usual == std::end(usualWords) ? std::nullopt : std::optional{usual->state};
}

PackmlState KpiSource::stateOfText(std::string_view text) const {
    const auto found = std::ranges::find(meanings, text, &Meaning::text);
    return found != meanings.end() ? found->state : usualState(text).value_or(Unknown);
}

PackmlState KpiSource::stateOfNumber(double value) const {
    const auto found = std::ranges::find(meanings, value, &Meaning::value);
    if (found != meanings.end()) return found->state;
    const bool isNumber = value >= 1 && value < static_cast<double>(packmlStates) && std::floor(value) == value;
    return isNumber ? static_cast<PackmlState>(value) : Unknown;
}

std::array<TimeElement, packmlStates> usualElements() {
    std::array<TimeElement, packmlStates> elements;
    elements.fill(TimeElement::Delay);
    elements[index(Unknown)] = TimeElement::Unknown;
    elements[index(Execute)] = TimeElement::Production;
    for (const PackmlState state : {Resetting, Starting, Completing}) elements[index(state)] = TimeElement::SetUp;
    for (const PackmlState state : {Stopped, Idle, Complete}) elements[index(state)] = TimeElement::Down;
    return elements;
}

std::array<bool, packmlStates> usualFailures() {
    std::array<bool, packmlStates> failures{};
    for (const PackmlState state : {Aborting, Aborted, Clearing, Holding, Held}) failures[index(state)] = true;
    return failures;
}

} // namespace millwright::plant
