#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/log_extras.hpp"
#include "telemetry/log_index.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/telemetry/log_tools.hpp>

#include <algorithm>
#include <cstring>
#include <format>
#include <numeric>
#include <unordered_map>

namespace millwright::telemetry {
namespace {

constexpr std::size_t blockSamples = 4096;

bool isMcap(const std::filesystem::path& path) {
    const auto file = MappedFile::open(path);
    if (!file) return false; // opening it as text says why
    const auto bytes = file->bytes();
    return bytes.size() >= 5 && std::memcmp(bytes.data(), mcap::magic.data(), 5) == 0;
}

/// One input of a conversion: its samples in order, and which channel of the output each of its signals is.
struct Input {
    std::unique_ptr<LogSource> log;
    Import import; ///< without a log: samples in order
    std::size_t at = 0;
    std::span<const Sample> block;
    std::vector<SignalIndex> outputOf;

    [[nodiscard]] const StringTable& strings() const { return log ? log->strings() : import.strings; }
    /// Makes `block` not empty, unless the input is at its end.
    Result<void> fill() {
        if (!block.empty()) return {};
        if (!log) {
            block = std::span<const Sample>{import.samples}.subspan(at, std::min(blockSamples, import.samples.size() - at));
            at += block.size();
            return {};
        }
        const auto read = log->next(blockSamples);
        if (!read) return std::unexpected(read.error());
        block = *read;
        return {};
    }
};

class Converter {
public:
    Converter(const ConvertOptions& options, const Progress& progress)
        : options_{options}, progress_{progress}, prefix_{options.topicPrefix} {
        while (prefix_.ends_with('/')) prefix_.pop_back();
    }

    Result<ConvertReport> run(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& output) {
        std::error_code ignored;
        for (const auto& path : paths) {
            if (std::filesystem::equivalent(path, output, ignored))
                return failure(ErrorCode::Invalid, "is both input and output: give the output another name", output.string());
            if (describesDevices(path)) devices_.push_back(path);
        }
        if (!paths.empty() && devices_.size() == paths.size())
            return failure(
                ErrorCode::Invalid,
                "describes devices and holds nothing that happened: give it beside what the agent answered to `sample` or "
                "`current`",
                paths.front().string());
        for (const auto& path : paths) {
            if (std::ranges::contains(devices_, path)) continue;
            if (auto opened = open(path); !opened) return std::unexpected(opened.error());
        }
        auto log = LogWriter::create(output, channels_, options_.writer);
        if (!log) return std::unexpected(log.error());
        if (auto merged = merge(*log); !merged) return std::unexpected(merged.error());
        for (const auto& path : logs_) {
            const auto copied = copyExtras(path, *log, progress_);
            if (!copied) return std::unexpected(copied.error());
            report_.attachments += copied->attachments;
            report_.metadata += copied->metadata;
            report_.warnings.insert(report_.warnings.end(), copied->warnings.begin(), copied->warnings.end());
        }
        if (auto closed = log->close(); !closed) return std::unexpected(closed.error());
        report_.channels = channels_.size();
        report_.bytes = std::filesystem::file_size(output, ignored);
        return report_;
    }

private:
    Result<void> open(const std::filesystem::path& path) {
        Input input;
        if (isMcap(path)) {
            LogSourceOptions wide;
            wide.memoryBytes = std::size_t{1} << 30; // this is the tool for logs too disordered to be replayed
            auto log = LogSource::openAll(path, wide);
            if (!log) return std::unexpected(log.error());
            input.log = std::move(*log);
            const auto& warnings = input.log->warnings();
            report_.warnings.insert(report_.warnings.end(), warnings.begin(), warnings.end());
            if (input.log->topics().empty())
                return failure(ErrorCode::Unsupported,
                               "holds no channel this program reads samples from (json, or Millwright's own encodings)",
                               path.string());
            logs_.push_back(path);
            expected_ += input.log->sampleCount();
            for (const auto& topic : input.log->topics())
                if (auto added = addChannel(input, {topic.topic, topic.type, topic.unit, topic.metadata}, path); !added)
                    return added;
        } else {
            auto mapping = options_.mapping ? Result<Mapping>{*options_.mapping} : mappingFor(path);
            if (!mapping) return std::unexpected(mapping.error());
            mapping->devices = devices_;
            auto import = importText(path, *mapping, options_.limits, progress_);
            if (!import) return std::unexpected(import.error());
            input.import = std::move(*import);
            report_.inputs.push_back(input.import.report);
            expected_ += input.import.samples.size();
            for (const auto& channel : input.import.channels)
                if (auto added = addChannel(input, channel, path); !added) return added;
            std::ranges::stable_sort(input.import.samples, [](const Sample& a, const Sample& b) { return a.time < b.time; });
        }
        inputs_.push_back(std::move(input));
        return {};
    }

    Result<void> addChannel(Input& input, LogChannel channel, const std::filesystem::path& path) {
        if (!prefix_.empty()) channel.topic = prefix_ + "/" + channel.topic;
        const auto [place, fresh] = byTopic_.try_emplace(channel.topic, channels_.size());
        input.outputOf.push_back(static_cast<SignalIndex>(place->second));
        if (fresh) {
            channels_.push_back(std::move(channel));
            return {};
        }
        const LogChannel& first = channels_[place->second];
        if (first.type == channel.type && first.unit == channel.unit) return {};
        return failure(ErrorCode::Invalid,
                       std::format("topic '{}' is {} in '{}' here, but {} in '{}' in an input before it: give one of them another "
                                   "topic or type in a mapping file",
                                   channel.topic, name(channel.type), channel.unit, name(first.type), first.unit),
                       path.string());
    }

    Result<void> merge(LogWriter& log) {
        std::vector<Sample> scratch;
        bool any = false;
        while (true) {
            Input* first = nullptr;
            Time limit = Time::max(); // where the next other input begins
            for (auto& input : inputs_) {
                if (auto filled = input.fill(); !filled) return filled;
                if (input.block.empty()) continue;
                const Time head = input.block.front().time;
                if (!first || head < first->block.front().time) {
                    if (first) limit = std::min(limit, first->block.front().time);
                    first = &input;
                } else {
                    limit = std::min(limit, head);
                }
            }
            if (!first) break;
            scratch.clear();
            while (!first->block.empty() && (first->block.front().time <= limit)) {
                Sample sample = first->block.front();
                sample.signal = first->outputOf[index(sample.signal)];
                first->block = first->block.subspan(1);
                if (options_.dropDuplicates && alreadyWritten(sample, *first))
                    ++report_.duplicates;
                else
                    scratch.push_back(sample);
            }
            if (scratch.empty()) continue;
            if (!any) report_.span.from = scratch.front().time;
            any = true;
            report_.span.to = scratch.back().time;
            report_.samples += scratch.size();
            if (auto written = log.write(scratch, first->strings()); !written) return written;
            if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped; nothing was written");
            progress_(expected_ > 0 ? std::min(1.0, static_cast<double>(report_.samples) / static_cast<double>(expected_)) : 0,
                      "writing");
        }
        return {};
    }

    /// Whether another input gave the same sample. What is of one time is remembered until a later time comes.
    bool alreadyWritten(const Sample& sample, const Input& from) {
        if (atOneTime_.empty() || atOneTime_.front().sample.time != sample.time) atOneTime_.clear();
        const auto same = [&](const Remembered& other) {
            const Sample& before = other.sample;
            if (other.input == &from || before.signal != sample.signal || before.quality != sample.quality) return false;
            if (sample.type != ValueType::String) return before.value.bits == sample.value.bits;
            return other.input->strings().text(before.value.string) == from.strings().text(sample.value.string);
        };
        if (const auto found = std::ranges::find_if(atOneTime_, same); found != atOneTime_.end()) {
            atOneTime_.erase(found); // one for one: what an input has twice stays twice
            return true;
        }
        atOneTime_.push_back({sample, &from});
        return false;
    }

    struct Remembered {
        Sample sample;
        const Input* input = nullptr;
    };

    const ConvertOptions& options_;
    const Progress& progress_;
    std::string prefix_;
    std::vector<std::filesystem::path> devices_; ///< the inputs that describe the devices of an MTConnect agent
    std::vector<Remembered> atOneTime_;
    std::vector<Input> inputs_;
    std::vector<std::filesystem::path> logs_; ///< the inputs that are logs
    std::vector<LogChannel> channels_;
    std::unordered_map<std::string, std::size_t> byTopic_;
    ConvertReport report_;
    std::uint64_t expected_ = 0;
};

} // namespace

Result<LogInfo> logInfo(const std::filesystem::path& path) {
    const auto file = mcap::File::open(path);
    if (!file) return std::unexpected(file.error());
    const mcap::Index& index = file->index();
    auto topics = findTopics(*file);
    if (!topics) return std::unexpected(topics.error());
    const auto measured = makeLogIndex(*file, {});
    if (!measured) return std::unexpected(measured.error());
    LogInfo info;
    info.profile = index.profile;
    info.library = index.library;
    info.messages = index.messages;
    info.samples = measured->samples;
    info.channels = index.channels.size();
    info.schemas = index.schemas.size();
    info.attachments = index.attachments;
    info.metadata = index.metadataRecords;
    info.chunks = index.chunks;
    for (const auto& compression : index.compressions)
        info.compression += (info.compression.empty() ? "" : "+") + (compression.empty() ? std::string{"none"} : compression);
    if (info.compression.empty()) info.compression = "none";
    info.span = measured->span;
    info.bytes = file->bytes().size();
    const auto tail = file->bytes();
    info.closed = tail.size() >= 2 * mcap::magic.size() &&
                  std::memcmp(tail.data() + tail.size() - mcap::magic.size(), mcap::magic.data(), mcap::magic.size()) == 0;
    info.topics = std::move(*topics);
    info.warnings = index.warnings;
    return info;
}

Result<std::vector<TopicCount>> countSamples(const std::filesystem::path& path, const std::vector<LogTopic>& topics,
                                             const Progress& progress) {
    std::vector<Subscription> all;
    for (const LogTopic& topic : topics) all.push_back({topic.topic, topic.type, topic.unit});
    const auto log = LogSource::open(path, std::move(all));
    if (!log) return std::unexpected(log.error());
    const auto expected = static_cast<double>(std::max<std::uint64_t>(1, (*log)->sampleCount()));
    std::vector<TopicCount> counts(topics.size());
    for (std::uint64_t done = 0;;) {
        const auto samples = (*log)->next(blockSamples);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return counts;
        for (const Sample& sample : *samples) {
            TopicCount& count = counts[index(sample.signal)];
            if (count.samples++ == 0) count.span.from = sample.time;
            count.span.to = sample.time;
        }
        done += samples->size();
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped", path.string());
        progress(std::min(1.0, static_cast<double>(done) / expected), "counting");
    }
}

Result<ConvertReport> convertLogs(const std::vector<std::filesystem::path>& inputs, const std::filesystem::path& output,
                                  const ConvertOptions& options, const Progress& progress) {
    return Converter{options, progress}.run(inputs, output);
}

} // namespace millwright::telemetry
