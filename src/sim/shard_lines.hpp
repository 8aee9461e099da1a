#pragma once

#include <millwright/core/result.hpp>
#include <millwright/sim/shard.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::sim {

inline constexpr std::uint32_t mostReplications = 1'000'000, mostScenarios = 10'000; // of a part that is read

/// Of all facts and numbers of a model's process.
[[nodiscard]] std::string digestOf(const Model& model);

/// A part of a study or forecast, read line by line; after the first line that does not fit, everything is refused.
class ShardLines {
public:
    explicit ShardLines(const ShardFile& file) : name_{file.name}, rest_{file.text} {}

    /// Malformed, at the line that was taken last.
    [[nodiscard]] std::unexpected<Error> wrong(const char* message) const;
    std::string_view take();
    /// What follows `key ` in the next line.
    std::optional<std::string_view> textOf(std::string_view key);
    template <typename T>
    bool field(std::string_view key, T& value) {
        const auto text = textOf(key);
        return text && number(*text, value);
    }
    bool duration(std::string_view key, Duration& value);
    /// `count` numbers. Infinite ones only where they mean something.
    bool numbers(std::string_view key, std::uint32_t count, bool mayBeInfinite, std::vector<double>& values);
    /// `metrics N`, then each with its values by replication.
    bool metrics(std::uint32_t count, std::vector<MetricResult>& metrics);

private:
    template <typename T>
    static bool number(std::string_view text, T& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size();
    }

    const std::string& name_;
    std::string_view rest_;
    int line_ = 0;
};

/// ` 1 2.5 3`: numbers that read back to the same bits.
[[nodiscard]] std::string numbersText(const std::vector<double>& values);
/// What `ShardLines::metrics` reads.
[[nodiscard]] std::string metricsText(const std::vector<MetricResult>& metrics);

/// Part numbers `shards` of them, each once: places of the parts in order. Errors: Invalid, naming what is missing or given twice.
[[nodiscard]] Result<std::vector<std::size_t>> orderOf(const std::vector<std::uint32_t>& numbers, std::uint32_t shards,
                                                       std::span<const ShardFile> files);

/// Values by replication of the whole, of those of the parts in order.
template <typename Value, typename Of>
std::vector<Value> interleaved(std::uint32_t replications, std::size_t shards, const Of& of) {
    std::vector<Value> values;
    values.reserve(replications);
    for (std::uint32_t r = 0; r < replications; ++r) values.push_back(of(r % shards)[r / shards]);
    return values;
}

} // namespace millwright::sim
