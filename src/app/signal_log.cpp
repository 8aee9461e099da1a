#include <millwright/core/log.hpp>
#include <millwright/core/time_edges.hpp>
#include <millwright/telemetry/mcap/record.hpp>

#include <algorithm>
#include <app/signal_log.hpp>
#include <format>
#include <fstream>
#include <map>

namespace millwright::app {
namespace {

using telemetry::Sample;

constexpr std::size_t blockSamples = 65'536;

bool isMcap(const std::filesystem::path& path) {
    char begin[5] = {};
    std::ifstream{path, std::ios::binary}.read(begin, sizeof begin);
    return std::ranges::equal(begin, std::span{telemetry::mcap::magic}.first(sizeof begin),
                              [](char a, auto b) { return static_cast<unsigned char>(a) == static_cast<unsigned char>(b); });
}

/// Says which topics the log lacks; all of them is an error. Derived signals, which have none, are not missed.
Result<void> reportMissing(const std::vector<telemetry::Subscription>& wanted, const std::vector<bool>& found,
                           const std::filesystem::path& path) {
    std::size_t missing = 0;
    SharedText first;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!found[i] && !wanted[i].topic.empty() && missing++ == 0) first = wanted[i].topic;
    if (missing == 0) return {};
    if (!std::ranges::contains(found, true))
        return failure(ErrorCode::Invalid,
                       std::format("has none of the {} topics, the first of which is '{}'; `millwright log info` lists its topics",
                                   missing, first),
                       path.string());
    log::warning("{}: no samples for {} of {} signals ({}{})", path.string(), missing, found.size(), first,
                 missing > 1 ? ", …" : "");
    return {};
}

} // namespace

Result<SignalLog> SignalLog::imported(const std::filesystem::path& path, const Progress& progress) {
    const auto mapping = telemetry::mappingFor(path);
    if (!mapping) return std::unexpected(mapping.error());
    auto import = telemetry::importText(path, *mapping, {}, progress);
    if (!import) return std::unexpected(import.error());
    SignalLog made;
    made.samples_ = std::move(import->samples);
    for (const telemetry::LogChannel& channel : import->channels)
        made.topics_.push_back(
            {.topic = channel.topic, .encoding = {}, .type = channel.type, .unit = channel.unit, .metadata = {}});
    made.conversions_.resize(made.topics_.size());
    return made;
}

void SignalLog::sort() {
    std::ranges::stable_sort(samples_, {}, [](const Sample& sample) { return std::pair{sample.time, sample.signal}; });
    if (!samples_.empty()) span_ = {samples_.front().time, samples_.back().time};
}

Result<SignalLog> SignalLog::openAll(const std::filesystem::path& path, const Progress& progress) {
    if (!isMcap(path)) {
        auto text = imported(path, progress);
        if (text) text->sort();
        return text;
    }
    auto log = telemetry::LogSource::openAll(path);
    if (!log) return std::unexpected(log.error());
    SignalLog made;
    made.log_ = std::move(*log);
    for (const Error& warning : made.log_->warnings()) log::warning("{}", warning.text());
    made.topics_ = made.log_->topics();
    made.conversions_.assign(made.log_->conversions().begin(), made.log_->conversions().end());
    made.span_ = made.log_->span();
    return made;
}

Result<SignalLog> SignalLog::open(const std::filesystem::path& path, const std::vector<telemetry::Subscription>& subscriptions,
                                  const Progress& progress) {
    std::vector<telemetry::LogTopic> wanted;
    for (const telemetry::Subscription& each : subscriptions) wanted.push_back(telemetry::topicOf(each));
    if (isMcap(path)) {
        auto log = telemetry::LogSource::open(path, subscriptions);
        if (!log) return std::unexpected(log.error());
        SignalLog made;
        made.log_ = std::move(*log);
        for (const Error& warning : made.log_->warnings()) log::warning("{}", warning.text());
        if (auto reported = reportMissing(subscriptions, made.log_->found(), path); !reported)
            return std::unexpected(reported.error());
        made.topics_ = std::move(wanted);
        made.conversions_.assign(made.log_->conversions().begin(), made.log_->conversions().end());
        made.span_ = made.log_->span();
        return made;
    }
    auto made = imported(path, progress);
    if (!made) return made;
    std::map<std::string_view, std::uint32_t> places;
    for (std::uint32_t i = 0; i < subscriptions.size(); ++i) places.emplace(subscriptions[i].topic, i);
    std::vector<SignalIndex> placeOf(made->topics_.size(), noSignal);
    std::vector<bool> found(subscriptions.size());
    for (std::size_t i = 0; i < placeOf.size(); ++i)
        if (const auto place = places.find(made->topics_[i].topic); place != places.end()) {
            placeOf[i] = SignalIndex{place->second};
            found[place->second] = true;
        }
    if (auto reported = reportMissing(subscriptions, found, path); !reported) return std::unexpected(reported.error());
    for (Sample& sample : made->samples_) sample.signal = placeOf[index(sample.signal)];
    std::erase_if(made->samples_, [](const Sample& sample) { return sample.signal == noSignal; });
    made->topics_ = std::move(wanted);
    made->conversions_.assign(subscriptions.size(), {}); // units are not converted
    made->sort();
    return made;
}

Result<void> SignalLog::choose(TimeInterval window) {
    window_ = window;
    before_.clear();
    if (log_) {
        const auto keyframe = log_->seek(justBefore(window.from));
        if (!keyframe) return std::unexpected(keyframe.error());
        for (const telemetry::Keyframe::Entry& entry : keyframe->entries) before_.push_back(entry.last);
    } else {
        std::map<SignalIndex, Sample> last;
        for (at_ = 0; at_ < samples_.size() && samples_[at_].time < window.from; ++at_) last[samples_[at_].signal] = samples_[at_];
        for (const auto& [signal, sample] : last) before_.push_back(sample);
    }
    for (Sample& sample : before_) sample.time = window.from;
    return {};
}

Result<std::span<const Sample>> SignalLog::next() {
    if (!before_.empty()) {
        std::swap(before_, handedOut_);
        before_.clear();
        return std::span<const Sample>{handedOut_};
    }
    std::span<const Sample> block;
    if (log_) {
        const auto read = log_->next(blockSamples);
        if (!read) return read;
        block = *read;
    } else {
        block = std::span<const Sample>{samples_}.subspan(at_, std::min(blockSamples, samples_.size() - at_));
        at_ += block.size();
    }
    const auto end = std::ranges::partition_point(block, [&](const Sample& sample) { return sample.time <= window_.to; });
    return block.first(static_cast<std::size_t>(end - block.begin()));
}

} // namespace millwright::app
