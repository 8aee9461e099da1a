#include <algorithm>
#include <cmath>
#include <condition/windows.hpp>
#include <limits>
#include <utility>

namespace millwright::condition {

Windows::Windows(const Options& options, std::span<const Signal> signals, std::vector<std::uint32_t> equipmentOf,
                 std::size_t equipments, std::vector<telemetry::Conversion> conversions)
    : step_{options.step.count()},
      window_{options.window},
      conversions_{std::move(conversions)},
      signals_(signals.size()),
      equipments_(equipments),
      cells_(signals.size() * options.window) {
    for (std::uint32_t i = 0; i < signals.size(); ++i) {
        signals_[i].equipment = equipmentOf[i];
        if (equipmentOf[i] == none) continue;
        equipments_[equipmentOf[i]].signals.push_back(i);
        const std::size_t length = signals[i].block;
        if (length == 0) continue;
        signals_[i].vibration = static_cast<std::uint32_t>(vibrations_.size());
        const auto spectrum = std::ranges::find(spectra_, length, &Spectrum::length);
        vibrations_.push_back({.block = std::vector<double>(length),
                               .spectrum = static_cast<std::size_t>(spectrum - spectra_.begin()),
                               .described = std::vector<std::array<double, bands + 4>>(options.window)});
        if (spectrum == spectra_.end()) spectra_.emplace_back(length);
        inOrder_.resize(std::max(inOrder_.size(), length));
    }
    for (EquipmentState& equipment : equipments_) equipment.present.resize(options.window);
    touched_.reserve(equipments);
    steps_.reserve(equipments);
}

std::size_t Windows::take(std::span<const telemetry::Sample> samples) {
    for (std::size_t at = 0; at < samples.size(); ++at) {
        const telemetry::Sample& sample = samples[at];
        const std::uint32_t i = static_cast<std::uint32_t>(sample.signal);
        SignalState& signal = signals_[i];
        if (signal.equipment == none) continue;
        const std::int64_t since = nanoseconds(sample.time);
        const std::int64_t index = since / step_ - (since % step_ < 0 ? 1 : 0);
        if (running_ && index > index_) return at;
        if (!running_) index_ = index;
        running_ = true;
        EquipmentState& equipment = equipments_[signal.equipment];
        if (!equipment.touched) touched_.push_back(signal.equipment);
        equipment.touched = true;
        equipment.newest = sample.time;
        const double value = sample.value.asNumber(sample.type) * conversions_[i].scale + conversions_[i].offset;
        signal.usable = isUsable(sample.quality) && std::isfinite(value);
        if (!signal.usable) continue;
        signal.last = value;
        const double difference = value - signal.mean; // Welford, Technometrics 4, 1962
        signal.mean += difference / ++signal.count;
        signal.squares += difference * (value - signal.mean);
        if (signal.vibration != none) {
            VibrationState& vibration = vibrations_[signal.vibration];
            vibration.block[vibration.taken++ % vibration.block.size()] = value;
        }
    }
    return samples.size();
}

void Windows::close(std::uint32_t which) {
    EquipmentState& equipment = equipments_[which];
    const std::int64_t missed = equipment.ever ? index_ - equipment.index - 1 : window_;
    if (missed >= window_) {
        std::ranges::fill(equipment.present, std::uint8_t{0});
        equipment.anew = true;
    } else {
        for (std::int64_t i = 1; i <= missed; ++i) equipment.present[slot(equipment.index + i)] = 0;
    }
    equipment.index = index_;
    equipment.ever = true;
    equipment.touched = false;
    equipment.present[slot(index_)] = 1;
    for (const std::uint32_t i : equipment.signals) {
        SignalState& signal = signals_[i];
        Cell& cell = cells_[i * static_cast<std::size_t>(window_) + slot(index_)];
        if (signal.count > 0)
            cell = {signal.mean, signal.squares / signal.count};
        else
            cell = {signal.last, signal.usable ? 0.0 : -1.0};
        signal.count = 0;
        signal.mean = signal.squares = 0;
        if (signal.vibration != none) describe(vibrations_[signal.vibration]);
    }
}

void Windows::describe(VibrationState& vibration) {
    std::array<double, bands + 4>& described = vibration.described[slot(index_)];
    described.fill(std::numeric_limits<double>::quiet_NaN());
    const std::size_t length = vibration.block.size();
    if (vibration.taken >= length) {
        const auto oldest = vibration.block.begin() + static_cast<std::ptrdiff_t>(vibration.taken % length);
        std::rotate_copy(vibration.block.begin(), oldest, vibration.block.end(), inOrder_.begin());
        const Vibration found = spectra_[vibration.spectrum].describe(std::span{inOrder_}.first(length));
        described = {found.rms, found.kurtosis, found.crest, found.envelope};
        std::ranges::copy(found.band, described.begin() + 4);
    }
    vibration.taken = 0;
}

std::span<const Windows::Step> Windows::complete() {
    steps_.clear();
    std::ranges::sort(touched_);
    for (const std::uint32_t which : touched_) {
        close(which);
        EquipmentState& equipment = equipments_[which];
        if (2 * std::ranges::count(equipment.present, 1) < window_) continue;
        steps_.push_back({which, equipment.newest, std::exchange(equipment.anew, false)});
    }
    touched_.clear();
    running_ = false;
    return steps_;
}

double Windows::vibrationOf(std::uint32_t which, std::size_t column) const {
    const EquipmentState& equipment = equipments_[signals_[which].equipment];
    const VibrationState& vibration = vibrations_[signals_[which].vibration];
    double count = 0, sum = 0;
    for (std::size_t i = 0; i < vibration.described.size(); ++i)
        if (const double value = vibration.described[i][column]; equipment.present[i] && !std::isnan(value)) {
            sum += value;
            ++count;
        }
    return 2 * count < static_cast<double>(window_) ? std::numeric_limits<double>::quiet_NaN() : sum / count;
}

double Windows::value(std::uint32_t which, Measure measure, std::uint32_t band) const {
    if (kindOf(measure) == Kind::Vibration)
        return vibrationOf(which, static_cast<std::size_t>(measure) - static_cast<std::size_t>(Measure::Rms) + band);
    const EquipmentState& equipment = equipments_[signals_[which].equipment];
    const std::span cells{cells_.data() + which * static_cast<std::size_t>(window_), static_cast<std::size_t>(window_)};
    double count = 0, sum = 0;
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (equipment.present[i] && cells[i].variance >= 0) {
            sum += cells[i].mean;
            ++count;
        }
    if (2 * count < static_cast<double>(window_)) return std::numeric_limits<double>::quiet_NaN();
    const double level = sum / count;
    if (measure == Measure::Level) return level;
    double squares = 0;
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (equipment.present[i] && cells[i].variance >= 0)
            squares += cells[i].variance + (cells[i].mean - level) * (cells[i].mean - level);
    return std::sqrt(squares / count);
}

} // namespace millwright::condition
