#include <millwright/historian/reader.hpp>
#include <millwright/twin/replay.hpp>
#include <millwright/twin/selected_source.hpp>

#include <app/view/trends.hpp>

namespace millwright::app {
namespace {

using Answer = ui::TrendReader::Answer;
using Question = ui::TrendReader::Question;
using Topics = std::vector<telemetry::Subscription>;

/// Of a plant's feeds: the recording, and behind it the historian.
class FeedTrends {
public:
    FeedTrends(const plant::Plant& plant, const telemetry::Recorder* recorder, std::optional<historian::Options> options)
        : plant_{plant}, topics_{twin::subscriptions(plant)}, recorder_{recorder}, options_{std::move(options)} {}

    Result<Answer> read(const Question& question, const std::stop_token& stop) {
        history::RecordedTrends recorded;
        if (recorder_ != nullptr) {
            const auto open = [&](const std::filesystem::path& file) { return twin::openSelected(plant_, file, question.signals); };
            auto found = history::trendsOf(recorder_->status().files, question.signals.size(), open, question.grid, stop);
            if (!found) return std::unexpected(found.error());
            recorded = *std::move(found);
        }
        const bool nothing = recorded.known == TimeInterval{};
        Answer answer{std::move(recorded.trends), recorded.known};
        answer.trends.resize(question.signals.size());
        if (!options_ || (!nothing && recorded.known.from <= question.grid.from)) return answer;
        if (auto added = addOlder(question, nothing ? Time::max() : recorded.known.from, answer, stop); !added) {
            if (added.error().code == ErrorCode::Cancelled) return std::unexpected(added.error());
            answer.problem = added.error();
        }
        return answer;
    }

private:
    /// What the historian has of the time up to `until`.
    Result<void> addOlder(const Question& question, Time until, Answer& answer, const std::stop_token& stop) {
        if (!reader_) {
            auto connected = historian::Reader::connect(*options_, topics_);
            if (!connected) return std::unexpected(connected.error());
            reader_.emplace(*std::move(connected));
        }
        const TimeInterval asked = question.grid.interval();
        for (std::size_t i = 0; i < question.signals.size(); ++i) {
            if (stop.stop_requested()) return failure(ErrorCode::Cancelled, "reading was stopped");
            auto trend = reader_->trend(question.signals[i], asked, question.grid.columns);
            if (!trend) {
                reader_.reset();
                return std::unexpected(trend.error());
            }
            const auto& recorded = answer.trends[i].columns;
            for (std::size_t column = 0; column < recorded.size(); ++column)
                if (question.grid.startOf(column) >= until) trend->columns[column] = recorded[column];
            answer.trends[i] = *std::move(trend);
        }
        answer.known = {asked.from, until == Time::max() ? asked.to : answer.known.to};
        return {};
    }

    const plant::Plant& plant_;
    Topics topics_;
    const telemetry::Recorder* recorder_;
    std::optional<historian::Options> options_;
    std::optional<historian::Reader> reader_;
};

} // namespace

ui::TrendReader::Read trendsOfFeeds(const plant::Plant& plant, const telemetry::Recorder* recorder,
                                    std::optional<historian::Options> historian) {
    const auto feeds = std::make_shared<FeedTrends>(plant, recorder, std::move(historian));
    return [feeds](const Question& question, const std::stop_token& stop) { return feeds->read(question, stop); };
}

} // namespace millwright::app
