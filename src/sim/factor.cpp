#include <millwright/sim/factor.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <ranges>

namespace millwright::sim {
namespace {

using plant::ValueMeasure;

constexpr std::size_t combinationsAtMost = 10'000;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r";
    const std::size_t from = text.find_first_not_of(blank);
    return from == std::string_view::npos ? std::string_view{} : text.substr(from, text.find_last_not_of(blank) - from + 1);
}

/// A number, a part of the present value (`80%`), or, for a time, a duration.
Result<double> numberOf(const plant::ProcessValue& present, std::string_view text) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data(), end, number);
    const bool isNumber = error == std::errc{} && read == end;
    if (isNumber) return number;
    if (error == std::errc{} && std::string_view{read, end} == "%") {
        const double part = present.value * number / 100;
        return present.measure == ValueMeasure::Count ? std::round(part) : part;
    }
    if (present.measure == ValueMeasure::Time)
        // Divided, not multiplied by a rounded 1e-9: 60 s must be 60.
        if (const auto duration = parseDuration(text)) return static_cast<double>(duration->count()) / 1e9;
    return failure(ErrorCode::Malformed,
                   std::format("'{}' is no {}: write {}", text,
                               present.measure == ValueMeasure::Time    ? "time"
                               : present.measure == ValueMeasure::Count ? "count"
                                                                        : "number",
                               present.measure == ValueMeasure::Time    ? "90s, 5min, a number of seconds, or 80% of what it is"
                               : present.measure == ValueMeasure::Count ? "a whole number, or 80% of what it is"
                                                                        : "a number, or 80% of what it is"));
}

/// A number that the value may be set to.
Result<double> settingOf(const plant::Process& process, const plant::ProcessValue& present, std::string_view text) {
    const auto number = numberOf(present, trimmed(text));
    if (!number) return number;
    plant::Process tried = process;
    if (auto set = plant::setValue(tried, present.key, *number); !set) return std::unexpected(set.error());
    return number;
}

struct Named {
    plant::ProcessValue present;
    std::string_view rest; // behind the =
};

Result<Named> namedIn(const plant::Process& process, std::string_view text, std::string_view example) {
    const std::size_t at = text.find('=');
    if (at == std::string_view::npos)
        return failure(ErrorCode::Malformed, std::format("write what is to become of which value, such as {}", example));
    auto present = plant::valueOf(process, trimmed(text.substr(0, at)));
    if (!present) return std::unexpected(std::move(present.error()));
    return Named{*std::move(present), trimmed(text.substr(at + 1))};
}

Result<Factor> readFactor(const plant::Process& process, std::string_view text) {
    constexpr std::string_view example = "station.press.cycle=45s..60s";
    const auto named = namedIn(process, text, example);
    if (!named) return std::unexpected(named.error());
    const std::size_t dots = named->rest.find("..");
    if (dots == std::string_view::npos)
        return failure(ErrorCode::Malformed, std::format("a range is LOW..HIGH, such as {}", example));
    const auto low = settingOf(process, named->present, named->rest.substr(0, dots));
    if (!low) return std::unexpected(low.error());
    const auto high = settingOf(process, named->present, named->rest.substr(dots + 2));
    if (!high) return std::unexpected(high.error());
    if (*low == 0 && named->present.key.starts_with("buffer.") && named->present.key.ends_with(".capacity"))
        return failure(ErrorCode::OutOfRange, "a capacity of 0 is unlimited, and so no low end of a range: begin at 1");
    if (*low >= *high) return failure(ErrorCode::OutOfRange, "the low end of a range must lie below the high one");
    return Factor{named->present.key, named->present.measure, named->present.value, *low, *high};
}

Result<Choices> readChoices(const plant::Process& process, std::string_view text) {
    const auto named = namedIn(process, text, "buffer.rack.capacity=2,4,8");
    if (!named) return std::unexpected(named.error());
    Choices choices{.key = named->present.key, .measure = named->present.measure, .values = {}};
    for (const auto part : std::views::split(named->rest, ',')) {
        const auto value = settingOf(process, named->present, std::string_view{part});
        if (!value) return std::unexpected(value.error());
        if (std::ranges::contains(choices.values, *value))
            return failure(ErrorCode::Invalid, std::format("{} is named twice", plant::inWords(choices.measure, *value)));
        choices.values.push_back(*value);
    }
    if (choices.values.size() < 2)
        return failure(ErrorCode::Invalid, "there is nothing to choose between: name two values or more, with commas between");
    return choices;
}

} // namespace

Result<Factor> factorOf(const plant::Process& process, std::string_view text) {
    auto factor = readFactor(process, text);
    if (!factor) factor.error().place = text;
    return factor;
}

Result<std::vector<Factor>> factorsOf(const plant::Process& process, std::string_view text, std::string_view file) {
    std::vector<Factor> factors;
    std::size_t number = 0;
    for (const auto part : std::views::split(text, '\n')) {
        ++number;
        std::string_view line{part};
        line = trimmed(line.substr(0, line.find('#')));
        if (line.empty()) continue;
        auto factor = readFactor(process, line);
        if (!factor) {
            factor.error().place = std::format("{}:{}", file, number);
            return std::unexpected(std::move(factor.error()));
        }
        factors.push_back(*std::move(factor));
    }
    if (factors.empty())
        return failure(ErrorCode::Invalid, "the file names no factor: write one a line, such as station.press.cycle=45s..60s",
                       std::string{file});
    return factors;
}

Result<void> checkFactors(std::span<const Factor> factors) {
    for (std::size_t i = 0; i < factors.size(); ++i)
        if (std::ranges::contains(factors.first(i), factors[i].key, &Factor::key))
            return failure(ErrorCode::Invalid, "it is varied twice: name it once", factors[i].key);
    return {};
}

Result<Choices> choicesOf(const plant::Process& process, std::string_view text) {
    auto choices = readChoices(process, text);
    if (!choices) choices.error().place = text;
    return choices;
}

Result<Scenario> scenarioWith(const Scenario& base, std::string id, std::span<const Setting> settings) {
    plant::Process process = base.model.process();
    std::string name;
    for (const Setting& setting : settings) {
        name += std::format("{}{}={}", name.empty() ? "" : ", ", setting.key, plant::inWords(setting.measure, setting.value));
        if (auto set = plant::setValue(process, setting.key, setting.value); !set) return std::unexpected(std::move(set.error()));
    }
    auto model = Model::make(std::move(process));
    if (!model) {
        Error error = std::move(model.error().front());
        error.place = error.place.empty() ? name : std::format("{}, {}", name, error.place);
        return std::unexpected(std::move(error));
    }
    return Scenario{std::move(id), std::move(name), *std::move(model), {}};
}

Result<std::vector<Scenario>> combinations(const Scenario& base, std::span<const Choices> choices) {
    std::size_t count = 1;
    for (const Choices& each : choices)
        if ((count *= each.values.size()) > combinationsAtMost)
            return failure(ErrorCode::ResourceLimit,
                           std::format("there are more than {} combinations: choose among fewer", combinationsAtMost), each.key);
    std::vector<Scenario> scenarios;
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<Setting> settings(choices.size());
        std::size_t rest = i;
        for (std::size_t k = choices.size(); k-- > 0; rest /= choices[k].values.size())
            settings[k] = {choices[k].key, choices[k].measure, choices[k].values[rest % choices[k].values.size()]};
        auto scenario = scenarioWith(base, std::format("choice-{}", i + 1), settings);
        if (!scenario) return std::unexpected(std::move(scenario.error()));
        scenarios.push_back(*std::move(scenario));
    }
    return scenarios;
}

} // namespace millwright::sim
