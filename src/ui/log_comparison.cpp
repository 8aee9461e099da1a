#include "ui/instruments.hpp"

#include <millwright/ui/log_comparison.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace millwright::ui {

struct LogComparison::State {
    const plant::Plant& plant;
    std::unique_ptr<telemetry::Source> first, second;
    double tolerance;
    std::vector<telemetry::DifferenceSpell> spells; ///< once done
    std::vector<std::vector<std::uint32_t>> bySignal;
    std::optional<Error> error;
    std::atomic<bool> done{false};
    std::jthread reader;

    /// The largest magnitude of every number in the first log: what a tolerance is a part of where nothing else is known.
    Result<std::vector<double>> magnitudes(const std::stop_token& stop) const {
        std::vector<double> most(plant.signals.size());
        const auto conversions = first->conversions();
        while (!stop.stop_requested()) {
            const auto samples = first->next(4096);
            if (!samples) return std::unexpected(samples.error());
            if (samples->empty()) break;
            for (const telemetry::Sample& sample : *samples) {
                if (sample.type == ValueType::String || !isUsable(sample.quality)) continue;
                const auto [scale, offset] = conversions[index(sample.signal)];
                const double size = std::abs(scale * sample.value.asNumber(sample.type) + offset);
                if (std::isfinite(size)) most[index(sample.signal)] = std::max(most[index(sample.signal)], size);
            }
        }
        if (auto back = first->seek(first->span().from - Duration{1}); !back) return std::unexpected(back.error());
        return most;
    }

    Result<void> read(const std::stop_token& stop) {
        telemetry::DifferenceOptions options;
        std::optional<std::vector<double>> most;
        for (std::size_t i = 0; i < plant.signals.size(); ++i) {
            const plant::Signal& signal = plant.signals[i];
            double& allowed = options.tolerances.emplace_back(0);
            if (signal.type == ValueType::String || signal.type == ValueType::Boolean || !signal.states.empty()) continue;
            if (const auto range = instrumentRange(signal)) {
                allowed = tolerance * (range->high - range->low);
                continue;
            }
            if (!most) {
                auto found = magnitudes(stop);
                if (!found) return std::unexpected(found.error());
                most = *std::move(found);
            }
            allowed = tolerance * (*most)[i];
        }
        auto found = telemetry::differencesOf(*first, *second, options, Progress{.report = {}, .stop = stop});
        if (!found) return std::unexpected(found.error());
        spells = *std::move(found);
        bySignal.resize(plant.signals.size());
        for (std::uint32_t i = 0; i < spells.size(); ++i) bySignal[index(spells[i].signal)].push_back(i);
        return {};
    }
};

LogComparison::LogComparison(const plant::Plant& plant, std::unique_ptr<telemetry::Source> first,
                             std::unique_ptr<telemetry::Source> second, double tolerance)
    : state_{std::make_unique<State>(plant, std::move(first), std::move(second), tolerance)} {
    state_->reader = std::jthread{[state = state_.get()](const std::stop_token& stop) {
        if (auto read = state->read(stop); !read) state->error = read.error();
        state->done.store(true, std::memory_order_release);
        state->done.notify_all();
    }};
}
LogComparison::~LogComparison() = default;

bool LogComparison::finished() const {
    return state_->done.load(std::memory_order_acquire);
}

std::span<const telemetry::DifferenceSpell> LogComparison::differences() const {
    return finished() ? std::span<const telemetry::DifferenceSpell>{state_->spells} : std::span<const telemetry::DifferenceSpell>{};
}

bool LogComparison::differs(SignalIndex signal, Time time) const {
    if (!finished() || index(signal) >= state_->bySignal.size()) return false;
    return std::ranges::any_of(state_->bySignal[index(signal)], [&](std::uint32_t i) {
        const TimeInterval interval = state_->spells[i].interval;
        return interval.from <= time && time <= interval.to;
    });
}

double LogComparison::tolerance() const {
    return state_->tolerance;
}

std::optional<Error> LogComparison::error() const {
    return finished() ? state_->error : std::nullopt;
}

void LogComparison::wait() const {
    state_->done.wait(false, std::memory_order_acquire);
}

} // namespace millwright::ui
