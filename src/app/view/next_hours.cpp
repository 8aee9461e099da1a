#include <millwright/history/recall.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/derived_source.hpp>
#include <millwright/twin/replay.hpp>
#include <millwright/twin/sighting.hpp>

#include <algorithm>
#include <app/view/next_hours.hpp>

namespace millwright::app {

ui::NextHours::Read presentOfLog(const plant::Plant& plant, std::filesystem::path log) {
    return [&plant, log = std::move(log)](Time at, const Progress& progress) -> Result<sim::Sighting> {
        std::vector<telemetry::Subscription> topics = twin::subscriptions(plant);
        const std::vector<SignalIndex> wanted = twin::measuredFor(plant, twin::presentSignals(plant));
        for (std::size_t i = 0; i < topics.size(); ++i) // what tells nothing of the process need not be read
            if (!std::ranges::binary_search(wanted, static_cast<SignalIndex>(i))) topics[i].topic = {};
        auto opened = telemetry::LogSource::open(log, topics);
        if (!opened) return std::unexpected(opened.error());
        const auto source = twin::withDerived(plant, std::move(*opened));
        return twin::sightingOf(plant, *source, at, twin::usualShiftsFrom, progress);
    };
}

ui::NextHours::Read presentOfFeeds(const plant::Plant& plant, std::shared_ptr<const history::History> history,
                                   std::shared_ptr<const StringTable> strings) {
    return [&plant, history = std::move(history), strings = std::move(strings)](Time at,
                                                                                const Progress& progress) -> Result<sim::Sighting> {
        const std::vector<SignalIndex> wanted = twin::presentSignals(plant);
        const auto seen = history::recall(*history, plant.signals.size(), wanted, at, strings);
        if (!wanted.empty() && seen->sampleCount() == 0)
            return failure(ErrorCode::Unreadable, "nothing was heard yet of the signals that show what the process is doing");
        return twin::sightingOf(plant, *seen, at, twin::usualShiftsFrom, progress);
    };
}

} // namespace millwright::app
