#include <millwright/core/mapped_file.hpp>
#include <millwright/sim/forecast_report.hpp>
#include <millwright/sim/forecast_shard.hpp>
#include <millwright/sim/study_report.hpp>
#include <millwright/twin/sighting.hpp>

#include <algorithm>
#include <app/commands/study.hpp>
#include <app/open.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <format>

// `study --from` and `--live`: the state of the plant at a moment of a log, or now, and what may come of it.
namespace millwright::app {
namespace {

/// What the command found out.
struct Answer {
    const StudyOptions& options;
    const StudySubject& subject;
    std::string told; ///< the log, or the feeds
    std::vector<std::string> feeds;
    Time at{};
    sim::Present present;
    sim::ForecastPlan plan;
    sim::Forecast forecast;
};

constexpr std::uint32_t usualReplications = 199;

Result<sim::ForecastPlan> planOf(const StudyOptions& options) {
    const auto length = parseDuration(options.span);
    if (!length) return std::unexpected(length.error());
    if (*length <= Duration::zero() || *length > std::chrono::hours{8784})
        return failure(ErrorCode::OutOfRange, std::format("'{}' is not a time above 0 and up to a year (8784h)", options.span),
                       "--for");
    sim::ForecastPlan plan{.length = *length,
                           .steps = sim::stepsFor(*length),
                           .seed = options.seed,
                           .replications = options.replications == 0 ? usualReplications : options.replications,
                           .confidence = options.confidence,
                           .threads = options.threads,
                           .target = {}};
    if (options.target > 0) plan.target = options.target;
    return plan;
}

// --- the answer --------------------------------------------------------------------------------------------------------------

void writeState(JsonWriter& json, const sim::InitialState& state) {
    json.key("state").beginObject().key("stations").beginObject();
    for (const sim::StationNow& station : state.stations) {
        json.key(station.id).beginArray();
        for (const sim::MachineNow& machine : station.machines) {
            json.beginObject().field("hand", sim::wordOf(machine.hand)).field("down", machine.down);
            const sim::Elapsed& elapsed = machine.down ? machine.repair : machine.inHand;
            json.field("elapsed", seconds(elapsed.time)).field("exact", elapsed.known == sim::Elapsed::Known::Exactly).endObject();
        }
        json.endArray();
    }
    json.endObject().key("buffers").beginObject();
    for (const sim::BufferNow& buffer : state.buffers) json.field(buffer.id, buffer.parts);
    json.endObject();
    if (!state.conveyors.empty()) {
        json.key("conveyors").beginObject();
        for (const sim::ConveyorNow& conveyor : state.conveyors) json.field(conveyor.id, conveyor.parts);
        json.endObject();
    }
    json.endObject();
}

void writeValues(JsonWriter& json, std::string_view key, const std::vector<double>& values) {
    json.key(key).beginArray();
    for (const double value : values) json.value(value);
    json.endArray();
}

void writeProportion(JsonWriter& json, const sim::Proportion& proportion) {
    json.field("share", proportion.share).field("low", proportion.low).field("high", proportion.high);
}

void writeOptional(JsonWriter& json, std::string_view key, std::optional<double> value) {
    json.key(key);
    if (value)
        json.value(*value);
    else
        json.null();
}

void writeScenario(JsonWriter& json, const Answer& answer, std::size_t index) {
    const sim::ScenarioForecast& scenario = answer.forecast.scenarios[index];
    json.key(scenario.id).beginObject().field("name", answer.subject.scenarios[index].name);
    for (const sim::Course& course : scenario.courses) {
        json.key(course.id).beginObject();
        writeValues(json, "mean", course.mean);
        writeValues(json, "low", course.low);
        writeValues(json, "high", course.high);
        json.endObject();
    }
    json.key("turns").beginArray();
    for (const sim::Turn& turn : scenario.turns) {
        json.beginObject()
            .field("buffer", answer.subject.scenarios[index].model.process().buffers[turn.buffer].id)
            .field("becomes", turn.full ? "full" : "empty");
        writeProportion(json, turn.within);
        writeOptional(json, "median", turn.median);
        writeOptional(json, "earliest", turn.when ? std::optional{turn.when->low} : std::nullopt);
        writeOptional(json, "latest", turn.when ? std::optional{turn.when->high} : std::nullopt);
        json.endObject();
    }
    json.endArray();
    if (scenario.target) {
        json.key("target").beginObject().field("parts", *answer.plan.target);
        writeProportion(json, *scenario.target);
        json.endObject();
    }
    json.endObject();
}

std::string asJson(const Answer& answer) {
    JsonWriter json;
    json.beginObject().field("plant", answer.options.plant).field("seed", answer.plan.seed);
    json.field("replications", answer.plan.replications);
    writeComparison(json, answer.forecast.study);
    json.key("forecast").beginObject().field("log", answer.options.from).field("at", formatTime(answer.at));
    if (!answer.feeds.empty()) {
        json.key("feeds").beginArray();
        for (const std::string& feed : answer.feeds) json.value(feed);
        json.endArray();
    }
    json.field("hours", seconds(answer.plan.length) / 3600).field("confidence", answer.plan.confidence);
    writeState(json, answer.present.state);
    json.key("assumptions").beginArray();
    for (const std::string& sentence : answer.present.assumptions) json.value(sentence);
    json.endArray().key("times").beginArray();
    for (std::uint32_t step = 1; step <= answer.plan.steps; ++step)
        json.value(formatTime(answer.at + answer.plan.length / answer.plan.steps * step));
    json.endArray().key("scenarios").beginObject();
    for (std::size_t i = 0; i < answer.forecast.scenarios.size(); ++i) writeScenario(json, answer, i);
    json.endObject().endObject().endObject();
    return json.text();
}

std::string stateAsText(const sim::InitialState& state) {
    std::string text;
    for (const sim::StationNow& station : state.stations) text += std::format("  {:<24}{}\n", station.id, sim::inWords(station));
    for (const sim::BufferNow& buffer : state.buffers) text += std::format("  {:<24}{} parts\n", buffer.id, buffer.parts);
    for (const sim::ConveyorNow& conveyor : state.conveyors)
        text += std::format("  {:<24}{} parts on it\n", conveyor.id, conveyor.parts);
    return text;
}

std::string turnAsText(const Answer& answer, std::size_t index, const sim::Turn& turn) {
    const std::string& id = answer.subject.scenarios[index].model.process().buffers[turn.buffer].id;
    std::string text =
        std::format("  {:<24}{} is {} at some time: {:.0f} % ({:.0f} to {:.0f} %)", answer.forecast.scenarios[index].id, id,
                    turn.full ? "full" : "empty", 100 * turn.within.share, 100 * turn.within.low, 100 * turn.within.high);
    const auto after = [](double length) { return formatDuration(durationFromSeconds(length)); };
    if (turn.median) text += std::format(", first after {} (median)", after(*turn.median));
    if (turn.when) text += std::format(", between {} and {}", after(turn.when->low), after(turn.when->high));
    return text + "\n";
}

std::string asText(const Answer& answer) {
    const sim::Forecast& forecast = answer.forecast;
    const auto percent = [&] { return std::format("{:g} % of runs", 100 * answer.plan.confidence); };
    std::string text = std::format("{} at {}, from {}\n{}\n", answer.subject.plant.name, formatTime(answer.at), answer.told,
                                   stateAsText(answer.present.state));
    text += std::format("{} later, {} runs of each scenario, seed {}\n", formatDuration(answer.plan.length),
                        answer.plan.replications, answer.plan.seed);
    text += std::format("  {:<24}{:>12}  {}\n", "good parts made", "mean", percent());
    for (std::size_t i = 0; i < forecast.scenarios.size(); ++i) {
        const sim::Course& made = forecast.scenarios[i].courses.front();
        text += std::format("  {:<24}{:>12.2f}  {:.0f} to {:.0f}\n", forecast.scenarios[i].id, made.mean.back(), made.low.back(),
                            made.high.back());
    }
    for (const sim::DifferenceResult& difference : forecast.study.differences) {
        const sim::Estimate& e = difference.metrics.front().estimate; // throughput
        const double hours = seconds(answer.plan.length) / 3600;
        text +=
            std::format("  {} minus {}, run by run: {:+.2f} +- {:.2f} good parts: {}\n", difference.a, difference.b, e.mean * hours,
                        e.halfWidth * hours, std::abs(e.mean) > e.halfWidth ? "differs" : "no difference shown");
    }
    for (std::size_t i = 0; i < forecast.scenarios.size(); ++i)
        if (const auto& target = forecast.scenarios[i].target)
            text += std::format("  {:<24}makes {} or more: {:.0f} % ({:.0f} to {:.0f} %)\n", forecast.scenarios[i].id,
                                *answer.plan.target, 100 * target->share, 100 * target->low, 100 * target->high);
    text += "\nBuffers\n";
    for (std::size_t i = 0; i < forecast.scenarios.size(); ++i)
        for (const sim::Turn& turn : forecast.scenarios[i].turns) text += turnAsText(answer, i, turn);
    if (!answer.present.assumptions.empty()) text += "\nNot shown by any signal, so assumed\n";
    for (const std::string& sentence : answer.present.assumptions) text += "  - " + sentence + "\n";
    return text + "\nEvery quantity and its course: --json, --report\n";
}

Result<void> writeFiles(const Answer& answer) {
    const StudyOptions& options = answer.options;
    const sim::StudyPlan plan{.seed = answer.plan.seed, .replications = answer.plan.replications};
    const std::string table = sim::studyTable(plan, answer.forecast.study);
    if (!options.csv.empty())
        if (auto written = writeFile(options.csv, table); !written) return written;
    if (options.report.empty()) return {};
    const std::string page = sim::forecastPage({answer.subject.plant.name, answer.told, answer.at}, answer.subject.scenarios,
                                               answer.present, answer.plan, answer.forecast);
    return writeStudyReport(options.report, page, table, asJson(answer));
}

Result<Moment> momentOfLog(const StudyOptions& options, const plant::Plant& plant) {
    const auto source = openLog(plant, options.from);
    if (!source) return std::unexpected(source.error());
    const TimeInterval span = (*source)->span();
    const auto at = parseMoment(options.at, span);
    if (!at) return std::unexpected(at.error());
    if (*at < span.from || *at > span.to)
        return failure(ErrorCode::OutOfRange,
                       std::format("{} is not in the log, which goes from {} to {}", formatTime(*at), formatTime(span.from),
                                   formatTime(span.to)),
                       "--at");
    const auto shifts = shiftsFrom(options, *at);
    if (!shifts) return std::unexpected(shifts.error());
    ProgressBar bar{"reading"};
    auto sighting = twin::sightingOf(plant, **source, *at, *shifts, bar.progress());
    if (!sighting) return std::unexpected(sighting.error());
    return Moment{*at, *std::move(sighting), {}, {}};
}

std::string feedsInWords(const std::vector<std::string>& feeds) {
    std::string text = feeds.size() == 1 ? "live feed " : "live feeds ";
    for (std::size_t i = 0; i < feeds.size(); ++i) text += (i == 0 ? "" : ", ") + feeds[i];
    return text;
}

/// The moment and what was read of it; nothing is run yet.
Result<Answer> read(const StudyOptions& options, const StudySubject& subject) {
    const auto plan = planOf(options);
    if (!plan) return std::unexpected(plan.error());
    auto moment = options.live ? momentOfFeeds(options, subject.plant) : momentOfLog(options, subject.plant);
    if (!moment) return std::unexpected(moment.error());
    const std::string told = options.live ? feedsInWords(moment->feeds) : options.from;
    Answer answer{options, subject, told, moment->feeds, moment->at, sim::presentOf(*subject.plant.process, moment->sighting),
                  *plan,   {}};
    answer.present.assumptions.insert(answer.present.assumptions.begin(), moment->unseen.begin(), moment->unseen.end());
    return answer;
}

// The runs of all scenarios, as the answer's plan has them, or those of all parts, whose plan the answer then has.
Result<std::vector<sim::ScenarioRuns>> runsOf(Answer& answer) {
    const auto& scenarios = answer.subject.scenarios;
    if (answer.options.merge.empty()) {
        ProgressBar bar{"forecast"};
        return sim::forecastRuns(scenarios, answer.present.state, answer.plan, bar.progress());
    }
    const auto files = readShardFiles(answer.options.merge);
    if (!files) return std::unexpected(files.error());
    auto merged = sim::mergeForecastShards(scenarios, answer.present.state, *files);
    if (!merged) return std::unexpected(merged.error());
    merged->plan.target = answer.plan.target;
    answer.plan = merged->plan;
    return std::move(merged->runs);
}

} // namespace

Result<Time> shiftsFrom(const StudyOptions& options, Time at) {
    if (options.shiftsFrom.empty()) return twin::usualShiftsFrom;
    const auto from = parseTime(options.shiftsFrom);
    if (!from) return std::unexpected(from.error());
    if (*from > at)
        return failure(
            ErrorCode::OutOfRange,
            std::format("{} is after the moment to start from, {}: name one before it", formatTime(*from), formatTime(at)),
            "--shifts-from");
    return *from;
}

ExitStatus branchFromNow(const StudyOptions& options, const StudySubject& subject) {
    auto answer = read(options, subject);
    if (!answer) return fail(answer.error());
    if (!options.shard.empty()) {
        const auto part = readShard(options.shard, answer->plan.replications);
        if (!part) return fail(part.error());
        answer->plan.shard = part->shard;
        answer->plan.shards = part->shards;
    }
    auto runs = runsOf(*answer);
    if (!runs) return fail(runs.error());
    if (!options.output.empty()) {
        const auto written =
            writeFile(options.output, sim::forecastShardText(subject.scenarios, answer->present.state, answer->plan, *runs));
        return written ? ExitStatus::Success : fail(written.error());
    }
    answer->forecast = sim::forecastOf(subject.scenarios, answer->plan, *std::move(runs));
    if (auto written = writeFiles(*answer); !written) return fail(written.error());
    print(options.json ? asJson(*answer) : asText(*answer));
    return ExitStatus::Success;
}

} // namespace millwright::app
