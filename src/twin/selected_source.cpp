#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/derived_source.hpp>
#include <millwright/twin/replay.hpp>
#include <millwright/twin/selected_source.hpp>

#include <algorithm>
#include <vector>

namespace millwright::twin {
namespace {

using telemetry::Sample;

/// Some of a source's signals, numbered anew.
class SelectedSource final : public telemetry::Source {
public:
    SelectedSource(std::unique_ptr<telemetry::Source> source, std::span<const SignalIndex> signals)
        : source_{std::move(source)}, placeOf_(source_->conversions().size(), noSignal) {
        const std::vector<bool> found = source_->found();
        for (std::uint32_t i = 0; i < signals.size(); ++i) {
            placeOf_[index(signals[i])] = SignalIndex{i};
            conversions_.push_back(source_->conversions()[index(signals[i])]);
            found_.push_back(found[index(signals[i])]);
        }
    }

    Result<std::span<const Sample>> next(std::size_t maximum) override {
        do {
            const auto read = source_->next(maximum);
            if (!read || read->empty()) return read;
            samples_.clear();
            for (Sample sample : *read) {
                sample.signal = placeOf_[index(sample.signal)];
                if (sample.signal != noSignal) samples_.push_back(sample);
            }
        } while (samples_.empty());
        return std::span<const Sample>{samples_};
    }
    Result<telemetry::Keyframe> seek(Time time) override {
        auto keyframe = source_->seek(time);
        if (!keyframe) return keyframe;
        for (telemetry::Keyframe::Entry& entry : keyframe->entries) entry.last.signal = placeOf_[index(entry.last.signal)];
        std::erase_if(keyframe->entries, [](const auto& entry) { return entry.last.signal == noSignal; });
        std::ranges::sort(keyframe->entries, {}, [](const auto& entry) { return entry.last.signal; });
        return keyframe;
    }
    [[nodiscard]] TimeInterval span() const override { return source_->span(); }
    [[nodiscard]] std::uint64_t sampleCount() const override { return source_->sampleCount(); }
    [[nodiscard]] std::span<const telemetry::Conversion> conversions() const override { return conversions_; }
    [[nodiscard]] std::vector<bool> found() const override { return found_; }
    [[nodiscard]] const StringTable& strings() const override { return source_->strings(); }
    [[nodiscard]] telemetry::SourceCounters counters() const override { return source_->counters(); }

private:
    std::unique_ptr<telemetry::Source> source_;
    std::vector<SignalIndex> placeOf_; ///< by the source's signal
    std::vector<telemetry::Conversion> conversions_;
    std::vector<bool> found_;
    std::vector<Sample> samples_;
};

} // namespace

Result<std::unique_ptr<telemetry::Source>> openSelected(const plant::Plant& plant, const std::filesystem::path& log,
                                                        std::span<const SignalIndex> signals) {
    const bool computes = std::ranges::any_of(signals, [&](SignalIndex signal) { return plant.at(signal).derived; });
    const auto all = subscriptions(plant);
    std::vector<telemetry::Subscription> wanted(computes ? all.size() : 0); // to no topic
    if (computes)
        for (const SignalIndex signal : measuredFor(plant, signals)) wanted[index(signal)] = all[index(signal)];
    else
        for (const SignalIndex signal : signals) wanted.push_back(all[index(signal)]);
    auto opened = telemetry::LogSource::open(log, wanted);
    if (!opened) return std::unexpected(std::move(opened.error()));
    if (!computes) return std::unique_ptr<telemetry::Source>{std::move(*opened)};
    return std::make_unique<SelectedSource>(withDerived(plant, std::move(*opened)), signals);
}

} // namespace millwright::twin
