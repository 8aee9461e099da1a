#include "sim/shard_lines.hpp"

#include <millwright/core/hash.hpp>
#include <millwright/plant/process_value.hpp>
#include <millwright/sim/describe.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::sim {

std::string digestOf(const Model& model) {
    Hasher hasher;
    for (const Fact& fact : factsOf(model.process()))
        for (const std::string_view text : {fact.element, fact.what, fact.value}) hasher.add(text);
    // Facts are rounded for people.
    for (const plant::ProcessValue& value : plant::valuesOf(model.process())) {
        hasher.add(std::string_view{value.key});
        hasher.add(value.value);
    }
    return hasher.finish().hex();
}

std::unexpected<Error> ShardLines::wrong(const char* message) const {
    return std::unexpected(Error{ErrorCode::Malformed, message, std::format("{}:{}", name_, line_)});
}

std::string_view ShardLines::take() {
    ++line_;
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    return line;
}

std::optional<std::string_view> ShardLines::textOf(std::string_view key) {
    const std::string_view line = take();
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') return std::nullopt;
    return line.substr(key.size() + 1);
}

bool ShardLines::duration(std::string_view key, Duration& value) {
    std::int64_t count = 0;
    if (!field(key, count)) return false;
    value = Duration{count};
    return count >= 0;
}

bool ShardLines::numbers(std::string_view key, std::uint32_t count, bool mayBeInfinite, std::vector<double>& values) {
    const std::string_view line = take();
    if (!line.starts_with(key)) return false;
    std::string_view text = line.substr(key.size());
    while (!text.empty()) {
        if (text.front() != ' ') return false;
        text.remove_prefix(1);
        const std::size_t end = std::min(text.find(' '), text.size());
        if (values.size() == count || !number(text.substr(0, end), values.emplace_back()) ||
            (!mayBeInfinite && std::isinf(values.back())))
            return false;
        text.remove_prefix(end);
    }
    return values.size() == count;
}

bool ShardLines::metrics(std::uint32_t count, std::vector<MetricResult>& metrics) {
    std::uint32_t there = 0;
    if (!field("metrics", there)) return false;
    for (std::uint32_t i = 0; i < there; ++i) {
        const auto metric = textOf("metric"), unit = textOf("unit");
        if (!metric || !unit) return false;
        MetricResult& result = metrics.emplace_back(std::string{*metric}, std::string{*unit});
        if (!numbers("values", count, false, result.values)) return false;
    }
    return true;
}

std::string numbersText(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) text += std::format(" {}", value);
    return text;
}

std::string metricsText(const std::vector<MetricResult>& metrics) {
    std::string text = std::format("metrics {}\n", metrics.size());
    for (const MetricResult& metric : metrics)
        text += std::format("metric {}\nunit {}\nvalues{}\n", metric.id, metric.unit, numbersText(metric.values));
    return text;
}

Result<std::vector<std::size_t>> orderOf(const std::vector<std::uint32_t>& numbers, std::uint32_t shards,
                                         std::span<const ShardFile> files) {
    constexpr std::size_t nowhere = ~std::size_t{0};
    std::vector<std::size_t> order(shards, nowhere);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (order[numbers[i]] != nowhere)
            return failure(ErrorCode::Invalid, std::format("part {} of {} is given twice", numbers[i] + 1, shards), files[i].name);
        order[numbers[i]] = i;
    }
    const auto missing = std::ranges::find(order, nowhere);
    if (missing != order.end())
        return failure(ErrorCode::Invalid, std::format("part {} of {} is missing", missing - order.begin() + 1, shards));
    return order;
}

} // namespace millwright::sim
