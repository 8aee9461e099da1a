#include "twin/derivation.hpp"

#include <millwright/core/time_edges.hpp>
#include <millwright/twin/derived_source.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace millwright::twin {
namespace {

using telemetry::Keyframe;
using telemetry::RunningIntegral;
using telemetry::Sample;

constexpr std::size_t smallestRead = 1024, largestRead = 65'536;
constexpr std::size_t mostCheckpoints = 128;

/// The integrals and last usable values of derived signals that move something. A source's keyframe does not tell them: they are
/// kept as the source is read, and at some times along the way.
class Integrals {
public:
    /// `spacing`: samples from one time whose integrals are kept to the next; doubles as room runs out.
    Integrals(const plant::Plant& plant, std::uint64_t spacing) : placeOf_(plant.signals.size(), nowhere), spacing_{spacing} {
        using enum plant::BindingKind;
        for (const plant::Binding& binding : plant.bindings) {
            const bool moves = binding.kind != Colour && binding.kind != Visibility && binding.kind != Text;
            std::uint32_t& place = placeOf_[index(binding.signal)];
            if (!moves || !plant.at(binding.signal).derived || place != nowhere) continue;
            place = static_cast<std::uint32_t>(now_.size());
            now_.emplace_back();
        }
    }

    [[nodiscard]] bool empty() const { return now_.empty(); }

    void add(std::span<const Sample> samples) {
        for (const Sample& sample : samples) {
            const std::uint32_t place = placeOf_[index(sample.signal)];
            if (place != nowhere) now_[place].add(sample.time, sample.value.asNumber(sample.type), sample.quality);
        }
        read_ += samples.size();
        if (samples.empty() || read_ < spacing_) return;
        read_ = 0;
        const Time time = samples.back().time;
        if (!kept_.empty() && time <= kept_.back().time) return;
        if (kept_.size() == mostCheckpoints) thin();
        kept_.push_back({time, now_});
    }

    /// Becomes the latest that is known at or before `time`; returns when that was: `Time::min()` before every sample.
    Time goBackTo(Time time) {
        read_ = 0;
        const auto after = std::ranges::upper_bound(kept_, time, {}, &Kept::time);
        if (after == kept_.begin()) {
            now_.assign(now_.size(), {});
            return Time::min();
        }
        now_ = std::prev(after)->integrals;
        return std::prev(after)->time;
    }

    void write(Keyframe& keyframe) const {
        for (Keyframe::Entry& entry : keyframe.entries)
            if (const std::uint32_t place = placeOf_[index(entry.last.signal)]; place != nowhere) entry.integral = now_[place];
    }

private:
    static constexpr auto nowhere = std::numeric_limits<std::uint32_t>::max();
    struct Kept {
        Time time{};
        std::vector<RunningIntegral> integrals;
    };

    void thin() {
        std::vector<Kept> rest;
        for (std::size_t i = 1; i < kept_.size(); i += 2) rest.push_back(std::move(kept_[i]));
        kept_ = std::move(rest);
        spacing_ *= 2;
    }

    std::vector<std::uint32_t> placeOf_; ///< by signal
    std::vector<RunningIntegral> now_;
    std::vector<Kept> kept_; ///< ascending by time
    std::uint64_t read_ = 0, spacing_;
};

class DerivedSource final : public telemetry::Source {
public:
    DerivedSource(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source, std::uint64_t checkpointSamples)
        : plant_{plant},
          source_{std::move(source)},
          conversions_{source_->conversions().begin(), source_->conversions().end()},
          derivation_{plant, conversions_, source_->strings()},
          integrals_{plant, checkpointSamples},
          found_{source_->found()} {
        for (const plant::Derived& derived : plant.derived) {
            ignores_ = ignores_ || found_[index(derived.signal)];
            conversions_[index(derived.signal)] = {};
        }
        for (const plant::Derived& derived : plant.derived)
            found_[index(derived.signal)] =
                std::ranges::all_of(derived.inputs, [this](SignalIndex input) { return bool{found_[index(input)]}; });
    }

    Result<std::span<const Sample>> next(std::size_t maximum) override {
        while (at_ == ready_.size()) {
            if (fault_) return std::unexpected(*fault_);
            if (ended_) return std::span<const Sample>{};
            refill(maximum);
            if (!integrals_.empty()) integrals_.add(ready_);
        }
        const auto some = std::span<const Sample>{ready_}.subspan(at_, std::min(maximum, ready_.size() - at_));
        at_ += some.size();
        return some;
    }

    Result<Keyframe> seek(Time time) override {
        if (auto known = findIntegrals(time); !known) return std::unexpected(std::move(known.error()));
        auto keyframe = begin(time);
        if (keyframe) integrals_.write(*keyframe);
        return keyframe;
    }

    [[nodiscard]] TimeInterval span() const override { return source_->span(); }
    [[nodiscard]] std::uint64_t sampleCount() const override { return source_->sampleCount(); }
    [[nodiscard]] std::span<const telemetry::Conversion> conversions() const override { return conversions_; }
    [[nodiscard]] std::vector<bool> found() const override { return found_; }
    [[nodiscard]] const StringTable& strings() const override { return source_->strings(); }
    [[nodiscard]] telemetry::SourceCounters counters() const override {
        telemetry::SourceCounters counters = source_->counters();
        counters.delivered = counters.delivered - ignored_ + made_;
        counters.unmatched += ignored_;
        return counters;
    }

private:
    /// Stands at `time`, with the state there but for integrals.
    Result<Keyframe> begin(Time time) {
        ready_.clear();
        at_ = 0;
        held_.clear();
        fault_.reset();
        ended_ = false;
        auto keyframe = source_->seek(time);
        if (keyframe) derivation_.restore(*keyframe);
        return keyframe;
    }

    /// Reads from the nearest time where the integrals are known.
    Result<void> findIntegrals(Time time) {
        if (integrals_.empty()) return {};
        const Time from = integrals_.goBackTo(time);
        if (from == time) return {};
        if (auto keyframe = begin(std::max(from, std::min(time, justBefore(source_->span().from)))); !keyframe)
            return std::unexpected(std::move(keyframe.error()));
        while (true) {
            if (fault_) return std::unexpected(*fault_);
            if (ended_ && at_ == ready_.size()) return {};
            const auto rest = std::span<const Sample>{ready_}.subspan(at_);
            const auto end = std::ranges::upper_bound(rest, time, {}, &Sample::time);
            integrals_.add({rest.begin(), end});
            if (end != rest.end()) return {};
            at_ = ready_.size();
            refill(largestRead);
        }
    }

    /// Reads on; what is ready then are whole instants. The last one that was read may go on, and waits.
    void refill(std::size_t maximum) {
        ready_.clear();
        at_ = 0;
        const auto read = source_->next(std::clamp(maximum, smallestRead, largestRead));
        if (!read || read->empty()) {
            if (read)
                ended_ = true;
            else
                fault_ = read.error();
            derive(held_);
            held_.clear();
            return;
        }
        auto batch = withoutDerived(*read);
        const auto goesOn = std::ranges::find_if(
            batch, [this](const Sample& sample) { return held_.empty() || sample.time != held_.front().time; });
        held_.insert(held_.end(), batch.begin(), goesOn);
        batch = {goesOn, batch.end()};
        if (batch.empty()) return;
        derive(held_);
        const auto last = std::ranges::lower_bound(batch, batch.back().time, {}, &Sample::time);
        derive({batch.begin(), last});
        held_.assign(last, batch.end());
    }

    void derive(std::span<const Sample> samples) {
        const std::size_t before = ready_.size();
        derivation_.add(samples, ready_);
        made_ += ready_.size() - before - samples.size();
    }

    /// Samples of derived signals, as a source that has them says them, are none of ours.
    std::span<const Sample> withoutDerived(std::span<const Sample> samples) {
        if (!ignores_) return samples;
        rest_.clear();
        for (const Sample& sample : samples)
            if (!plant_.at(sample.signal).derived) rest_.push_back(sample);
        ignored_ += samples.size() - rest_.size();
        return rest_;
    }

    const plant::Plant& plant_;
    std::unique_ptr<telemetry::Source> source_;
    std::vector<telemetry::Conversion> conversions_;
    Derivation derivation_;
    Integrals integrals_;
    std::vector<bool> found_;
    bool ignores_ = false;
    std::vector<Sample> ready_; ///< handed out up to `at_`
    std::size_t at_ = 0;
    std::vector<Sample> held_; ///< of the last instant that was read
    std::vector<Sample> rest_;
    std::optional<Error> fault_; ///< reported once what came before it is handed out
    bool ended_ = false;
    std::uint64_t made_ = 0, ignored_ = 0;
};

} // namespace

std::unique_ptr<telemetry::Source> withDerived(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source,
                                               std::uint64_t checkpointSamples) {
    if (plant.derived.empty() || dynamic_cast<DerivedSource*>(source.get()) != nullptr) return source;
    return std::make_unique<DerivedSource>(plant, std::move(source), checkpointSamples);
}

std::vector<SignalIndex> measuredFor(const plant::Plant& plant, std::span<const SignalIndex> signals) {
    std::vector<bool> needed(plant.signals.size());
    for (const SignalIndex signal : signals) needed[index(signal)] = true;
    for (auto derived = plant.derived.rbegin(); derived != plant.derived.rend(); ++derived) // before those that they read
        if (needed[index(derived->signal)])
            for (const SignalIndex input : derived->inputs) needed[index(input)] = true;
    std::vector<SignalIndex> measured;
    for (std::uint32_t i = 0; i < needed.size(); ++i)
        if (needed[i] && !plant.signals[i].derived) measured.push_back(SignalIndex{i});
    return measured;
}

} // namespace millwright::twin
