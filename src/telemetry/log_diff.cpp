#include "telemetry/encoding/json_sample.hpp"

#include <millwright/telemetry/log_diff.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <map>

namespace millwright::telemetry {
namespace {

constexpr std::size_t examplesKept = 5;
constexpr std::size_t blockSamples = 4096;

std::string shown(const Sample& sample, const StringTable& strings) {
    std::string text;
    switch (sample.type) {
    case ValueType::Float: text = std::format("{}", sample.value.number); break;
    case ValueType::Integer: text = std::format("{}", sample.value.integer); break;
    case ValueType::Boolean: text = sample.value.boolean ? "true" : "false"; break;
    case ValueType::String: text = std::format("'{}'", strings.text(sample.value.string)); break;
    }
    return sample.quality == Quality::Good ? text : std::format("{} ({})", text, name(sample.quality));
}

/// One of the two logs, read time by time.
class Side {
public:
    static Result<Side> open(const std::filesystem::path& path, const DiffOptions& options) {
        LogSourceOptions source;
        source.memoryBytes = options.memoryBytes;
        auto log = LogSource::openAll(path, source);
        if (!log) return std::unexpected(log.error());
        Side side;
        side.log_ = std::move(*log);
        return side;
    }

    [[nodiscard]] const LogSource& log() const { return *log_; }
    /// Makes sure that there is a next sample, unless the log is at its end.
    Result<void> fill() {
        if (!block_.empty() || ended_) return {};
        const auto read = log_->next(blockSamples);
        if (!read) return std::unexpected(read.error());
        block_ = *read;
        ended_ = block_.empty();
        return {};
    }
    [[nodiscard]] Time head() const { return block_.empty() ? Time::max() : block_.front().time; }
    [[nodiscard]] bool ended() const { return ended_; }
    /// Takes the samples at `time`, each list by the number of its signal in the comparison, and notes which those are.
    Result<void> take(Time time, std::vector<std::vector<Sample>>& bySignal, std::vector<std::size_t>& touched) {
        while (true) {
            if (auto filled = fill(); !filled) return filled;
            if (block_.empty() || block_.front().time != time) return {};
            if (const std::size_t number = numbers_[index(block_.front().signal)]; number != ignored) {
                touched.push_back(number);
                bySignal[number].push_back(block_.front());
            }
            block_ = block_.subspan(1);
        }
    }
    void number(std::size_t topic, std::size_t signal) { numbers_[topic] = signal; }
    void ignoreAll() { numbers_.assign(log_->topics().size(), ignored); }

private:
    static constexpr std::size_t ignored = static_cast<std::size_t>(-1);
    std::unique_ptr<LogSource> log_;
    std::span<const Sample> block_;
    std::vector<std::size_t> numbers_; ///< by topic of the log
    bool ended_ = false;
};

class Comparison {
public:
    Comparison(Side first, Side second, const DiffOptions& options)
        : first_{std::move(first)}, second_{std::move(second)}, options_{options} {}

    Result<LogDifference> run(const Progress& progress) {
        if (auto paired = pairTopics(); !paired) return std::unexpected(paired.error());
        const auto total = static_cast<double>(first_.log().sampleCount() + second_.log().sampleCount());
        std::uint64_t rounds = 0;
        while (true) {
            if (auto filled = first_.fill(); !filled) return std::unexpected(filled.error());
            if (auto filled = second_.fill(); !filled) return std::unexpected(filled.error());
            if (first_.ended() && second_.ended()) break;
            const Time time = std::min(first_.head(), second_.head());
            touched_.clear();
            if (auto taken = first_.take(time, a_, touched_); !taken) return std::unexpected(taken.error());
            if (auto taken = second_.take(time, b_, touched_); !taken) return std::unexpected(taken.error());
            compareAt(time);
            if (++rounds % blockSamples != 0) continue;
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped");
            const auto done = static_cast<double>(result_.firstSamples + result_.secondSamples);
            progress(total > 0 ? std::min(1.0, done / total) : 0, "comparing");
        }
        for (const Side* side : {&first_, &second_})
            result_.warnings.insert(result_.warnings.end(), side->log().warnings().begin(), side->log().warnings().end());
        return std::move(result_);
    }

private:
    [[nodiscard]] bool wanted(std::string_view topic) const {
        return options_.signals.empty() ||
               std::ranges::any_of(options_.signals, [&](const auto& pattern) { return matchesTopic(topic, pattern); });
    }

    Result<void> pairTopics() {
        std::map<std::string, SignalDifference> byTopic;
        const auto note = [&](const Side& side, bool isFirst) {
            for (const auto& topic : side.log().topics()) {
                if (!wanted(topic.topic)) continue;
                auto& signal =
                    byTopic.try_emplace(topic.topic, SignalDifference{.topic = topic.topic, .inFirst = false, .inSecond = false})
                        .first->second;
                (isFirst ? signal.inFirst : signal.inSecond) = true;
                (isFirst ? signal.firstType : signal.secondType) = topic.type;
                (isFirst ? signal.firstUnit : signal.secondUnit) = topic.unit;
            }
        };
        note(first_, true);
        note(second_, false);
        for (const auto& pattern : options_.signals)
            if (std::ranges::none_of(byTopic, [&](const auto& entry) { return matchesTopic(entry.first, pattern); }))
                return failure(ErrorCode::NotFound, std::format("no topic of either log fits '{}'", pattern));
        std::map<std::string_view, std::size_t> numbers;
        for (auto& [topic, signal] : byTopic) {
            numbers[topic] = result_.signals.size();
            result_.signals.push_back(signal);
        }
        for (Side* side : {&first_, &second_}) {
            side->ignoreAll();
            for (std::size_t i = 0; i < side->log().topics().size(); ++i)
                if (const auto found = numbers.find(side->log().topics()[i].topic); found != numbers.end())
                    side->number(i, found->second);
        }
        lastFirst_.resize(result_.signals.size(), Time::min());
        lastSecond_.resize(result_.signals.size(), Time::min());
        a_.resize(result_.signals.size());
        b_.resize(result_.signals.size());
        return {};
    }

    static void gap(Time time, Time& last, Duration& longest) {
        if (last != Time::min()) longest = std::max(longest, time - last);
        last = time;
    }

    void compareAt(Time time) {
        for (const std::size_t number : touched_) { // the second time a signal comes up, its lists are empty
            compareSignal(time, number, a_[number], b_[number]);
            a_[number].clear();
            b_[number].clear();
        }
    }

    void compareSignal(Time time, std::size_t number, const std::vector<Sample>& a, const std::vector<Sample>& b) {
        auto& signal = result_.signals[number];
        signal.firstSamples += a.size();
        signal.secondSamples += b.size();
        result_.firstSamples += a.size();
        result_.secondSamples += b.size();
        if (!a.empty()) gap(time, lastFirst_[number], signal.firstGap);
        if (!b.empty()) gap(time, lastSecond_[number], signal.secondGap);
        const std::size_t pairs = std::min(a.size(), b.size());
        signal.onlyFirst += a.size() - pairs;
        signal.onlySecond += b.size() - pairs;
        for (std::size_t i = 0; i < pairs; ++i) {
            if (same(a[i], b[i])) continue;
            ++signal.changed;
            if (const double difference = apart(a[i], b[i]); std::isfinite(difference))
                signal.largest = std::max(signal.largest, difference);
            if (signal.examples.size() < examplesKept)
                signal.examples.push_back({time, shown(a[i], first_.log().strings()), shown(b[i], second_.log().strings())});
        }
    }

    [[nodiscard]] bool same(const Sample& a, const Sample& b) const {
        if (a.quality != b.quality || (a.type == ValueType::String) != (b.type == ValueType::String)) return false;
        if (a.type == ValueType::String)
            return first_.log().strings().text(a.value.string) == second_.log().strings().text(b.value.string);
        const double x = a.value.asNumber(a.type);
        const double y = b.value.asNumber(b.type);
        if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
        const double difference = apart(a, b);
        if (difference == 0) return true;
        return std::isfinite(difference) && (difference <= options_.absoluteTolerance ||
                                             difference <= options_.relativeTolerance * std::max(std::abs(x), std::abs(y)));
    }

    /// NaN where one of them is no number.
    [[nodiscard]] static double apart(const Sample& a, const Sample& b) {
        if (a.type == ValueType::Integer && b.type == ValueType::Integer) { // exact beyond 2^53 too
            const auto [low, high] = std::minmax(a.value.integer, b.value.integer);
            return static_cast<double>(static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low));
        }
        const double x = a.value.asNumber(a.type);
        const double y = b.value.asNumber(b.type);
        return x == y ? 0 : std::abs(x - y); // equal infinities are no distance apart
    }

    Side first_, second_;
    const DiffOptions& options_;
    LogDifference result_;
    std::vector<Time> lastFirst_, lastSecond_;
    std::vector<std::vector<Sample>> a_, b_; ///< by signal, at one time; empty between two times
    std::vector<std::size_t> touched_;
};

} // namespace

bool SignalDifference::equal() const {
    return inFirst && inSecond && firstType == secondType && firstUnit == secondUnit && onlyFirst == 0 && onlySecond == 0 &&
           changed == 0;
}

bool LogDifference::equal() const {
    return std::ranges::all_of(signals, &SignalDifference::equal);
}

bool matchesTopic(std::string_view topic, std::string_view pattern) {
    // The last star may take more; nothing before it ever needs to.
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    std::size_t p = 0;
    std::size_t t = 0;
    while (t < topic.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == topic[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

Result<LogDifference> diffLogs(const std::filesystem::path& first, const std::filesystem::path& second, const DiffOptions& options,
                               const Progress& progress) {
    auto a = Side::open(first, options);
    if (!a) return std::unexpected(a.error());
    auto b = Side::open(second, options);
    if (!b) return std::unexpected(b.error());
    return Comparison{std::move(*a), std::move(*b), options}.run(progress);
}

} // namespace millwright::telemetry
