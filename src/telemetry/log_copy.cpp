#include "telemetry/log_extras.hpp"

#include <millwright/core/time_edges.hpp>
#include <millwright/telemetry/log_copy.hpp>
#include <millwright/telemetry/log_diff.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <format>
#include <unordered_map>

namespace millwright::telemetry {
namespace {

constexpr std::size_t blockSamples = 4096;

bool matchesAny(std::string_view topic, const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return matchesTopic(topic, pattern); });
}

class Copier {
public:
    Copier(const CopyOptions& options, const Progress& progress) : options_{options}, progress_{progress} {}

    Result<CopyReport> run(const std::filesystem::path& input, const std::filesystem::path& output) {
        std::error_code ignored;
        if (std::filesystem::equivalent(input, output, ignored))
            return failure(ErrorCode::Invalid, "is both input and output: give the output another name", output.string());
        if (auto chosen = choose(input); !chosen) return std::unexpected(chosen.error());
        auto log = LogSource::open(input, subscriptions_);
        if (!log) return std::unexpected(log.error());
        report_.warnings = (*log)->warnings();
        const auto from = parseMoment(options_.from, (*log)->span());
        if (!from) return std::unexpected(from.error());
        const auto to = parseMoment(options_.to, (*log)->span());
        if (!to) return std::unexpected(to.error());
        if (*to < *from) return failure(ErrorCode::OutOfRange, std::format("'{}' is before '{}'", options_.to, options_.from));
        auto out = LogWriter::create(output, channels_, options_.writer);
        if (!out) return std::unexpected(out.error());
        if (auto copied = copy(**log, *from, *to, *out); !copied) return std::unexpected(copied.error());
        if (options_.extras) {
            const auto extras = copyExtras(input, *out, progress_);
            if (!extras) return std::unexpected(extras.error());
            report_.attachments = extras->attachments;
            report_.metadata = extras->metadata;
            report_.warnings.insert(report_.warnings.end(), extras->warnings.begin(), extras->warnings.end());
        }
        if (auto closed = out->close(); !closed) return std::unexpected(closed.error());
        report_.channels = channels_.size();
        report_.textsHidden = hidden_.size();
        report_.bytes = std::filesystem::file_size(output, ignored);
        return std::move(report_);
    }

private:
    /// The signals that come along.
    Result<void> choose(const std::filesystem::path& input) {
        const auto log = LogSource::openAll(input);
        if (!log) return std::unexpected(log.error());
        const auto& topics = (*log)->topics();
        for (const auto* patterns : {&options_.signals, &options_.without, &options_.hideTexts})
            for (const auto& pattern : *patterns)
                if (std::ranges::none_of(topics, [&](const LogTopic& topic) { return matchesTopic(topic.topic, pattern); }))
                    return failure(ErrorCode::NotFound, std::format("no topic of this log fits '{}'", pattern), input.string());
        for (const auto& topic : topics) {
            const bool wanted = (options_.signals.empty() || matchesAny(topic.topic, options_.signals)) &&
                                !matchesAny(topic.topic, options_.without);
            if (!wanted) {
                ++report_.channelsLeftOut;
                continue;
            }
            subscriptions_.push_back({topic.topic, topic.type, topic.unit});
            hides_.push_back(topic.type == ValueType::String && matchesAny(topic.topic, options_.hideTexts));
            LogChannel channel{topic.topic, topic.type, topic.unit, topic.metadata};
            if (options_.hideTopics) channel = {std::format("signal-{}", channels_.size() + 1), topic.type, topic.unit, {}};
            channels_.push_back(std::move(channel));
        }
        if (channels_.empty()) return failure(ErrorCode::Invalid, "no signal is left to be copied", input.string());
        return {};
    }

    Result<void> copy(LogSource& log, Time from, Time to, LogWriter& out) {
        if (from > log.span().from)
            if (auto moved = log.seek(justBefore(from)); !moved) return std::unexpected(moved.error());
        const auto expected = static_cast<double>((to - from).count());
        std::vector<Sample> block;
        while (true) {
            const auto samples = log.next(blockSamples);
            if (!samples) return std::unexpected(samples.error());
            block.clear();
            for (const auto& sample : *samples) {
                if (sample.time > to) break;
                block.push_back(sample);
                if (options_.shift) block.back().time += *options_.shift;
                if (hides_[index(sample.signal)]) block.back().value = Value::of(hide(log.strings().text(sample.value.string)));
            }
            if (block.empty()) return {};
            if (report_.samples == 0) report_.span.from = block.front().time;
            report_.span.to = block.back().time;
            report_.samples += block.size();
            if (auto written = write(block, log, out); !written) return written;
            if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped; nothing was written");
            progress_(expected > 0 ? std::min(1.0, static_cast<double>((block.back().time - from).count()) / expected) : 1,
                      "writing");
        }
    }

    /// Hidden and shown strings are of different tables.
    Result<void> write(std::span<const Sample> block, const LogSource& log, LogWriter& out) {
        while (!block.empty()) {
            const bool hidden = hides_[index(block.front().signal)];
            const auto end = std::ranges::find_if(block, [&](const Sample& s) { return hides_[index(s.signal)] != hidden; });
            const auto count = static_cast<std::size_t>(end - block.begin());
            if (auto written = out.write(block.first(count), hidden ? pseudonyms_ : log.strings()); !written) return written;
            block = block.subspan(count);
        }
        return {};
    }

    StringId hide(std::string_view text) {
        const auto [place, fresh] = hidden_.try_emplace(std::string{text});
        if (fresh) place->second = pseudonyms_.add(std::format("text-{}", hidden_.size()));
        return place->second;
    }

    const CopyOptions& options_;
    const Progress& progress_;
    std::vector<Subscription> subscriptions_;
    std::vector<LogChannel> channels_;
    std::vector<bool> hides_; ///< by channel
    std::unordered_map<std::string, StringId> hidden_;
    StringTable pseudonyms_;
    CopyReport report_;
};

} // namespace

Result<CopyReport> copyLog(const std::filesystem::path& input, const std::filesystem::path& output, const CopyOptions& options,
                           const Progress& progress) {
    return Copier{options, progress}.run(input, output);
}

} // namespace millwright::telemetry
