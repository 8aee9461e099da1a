#include <millwright/history/recall.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace millwright::history {
namespace {

using telemetry::Sample;

class Recalled final : public telemetry::Source {
public:
    Recalled(const History& history, std::size_t signals, std::span<const SignalIndex> wanted, Time until,
             std::shared_ptr<const StringTable> strings)
        : conversions_(signals), found_(signals), strings_{std::move(strings)} {
        HistoryReader reader{history};
        for (const SignalIndex signal : wanted) {
            const std::size_t before = samples_.size();
            static_cast<void>(reader.read(signal, {Time::min(), until}, samples_)); // what is forgotten is not there
            found_[index(signal)] = samples_.size() > before;
        }
        std::ranges::stable_sort(samples_, {}, [](const Sample& sample) { return std::pair{sample.time, sample.signal}; });
    }

    Result<std::span<const Sample>> next(std::size_t maximum) override {
        const auto batch = std::span<const Sample>{samples_}.subspan(at_, std::min(maximum, samples_.size() - at_));
        at_ += batch.size();
        return batch;
    }

    Result<telemetry::Keyframe> seek(Time time) override {
        telemetry::Keyframe keyframe{.time = time, .entries = {}, .complete = false};
        std::map<SignalIndex, Sample> last;
        for (at_ = 0; at_ < samples_.size() && samples_[at_].time <= time; ++at_) last[samples_[at_].signal] = samples_[at_];
        for (const auto& [signal, sample] : last) keyframe.entries.push_back({sample, {}});
        return keyframe;
    }

    [[nodiscard]] TimeInterval span() const override {
        return samples_.empty() ? TimeInterval{} : TimeInterval{samples_.front().time, samples_.back().time};
    }
    [[nodiscard]] std::uint64_t sampleCount() const override { return samples_.size(); }
    [[nodiscard]] std::span<const telemetry::Conversion> conversions() const override { return conversions_; }
    [[nodiscard]] std::vector<bool> found() const override { return found_; }
    [[nodiscard]] const StringTable& strings() const override { return *strings_; }
    [[nodiscard]] telemetry::SourceCounters counters() const override { return {.delivered = at_}; }

private:
    std::vector<Sample> samples_;
    std::size_t at_ = 0;
    std::vector<telemetry::Conversion> conversions_;
    std::vector<bool> found_;
    std::shared_ptr<const StringTable> strings_;
};

} // namespace

std::unique_ptr<telemetry::Source> recall(const History& history, std::size_t signals, std::span<const SignalIndex> wanted,
                                          Time until, std::shared_ptr<const StringTable> strings) {
    return std::make_unique<Recalled>(history, signals, wanted, until, std::move(strings));
}

} // namespace millwright::history
