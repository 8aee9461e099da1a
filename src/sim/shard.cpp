#include "sim/shard_lines.hpp"

#include <algorithm>
#include <format>
#include <optional>

namespace millwright::sim {
namespace {

constexpr std::string_view firstLine = "millwright study shard 1";

/// One file, read.
struct Part {
    StudyPlan plan;
    std::vector<std::string> digests; // by scenario
    StudyResult result;
};

class PartReader {
public:
    explicit PartReader(const ShardFile& file) : lines_{file} {}

    Result<Part> read() {
        if (lines_.take() != firstLine)
            return lines_.wrong(
                "this is no part of a study (study --shard I/N -o FILE makes one; parts with --from are merged with "
                "--from)");
        Part part;
        if (!readPlan(part.plan)) return lines_.wrong("the plan is damaged");
        std::uint32_t scenarios = 0;
        if (!lines_.field("scenarios", scenarios) || scenarios > mostScenarios)
            return lines_.wrong("the number of scenarios is damaged");
        const std::uint32_t count = (part.plan.replications - part.plan.shard + part.plan.shards - 1) / part.plan.shards;
        for (std::uint32_t i = 0; i < scenarios; ++i)
            if (!readScenario(part, count)) return lines_.wrong("a scenario is damaged");
        if (lines_.take() != "end") return lines_.wrong("the end is missing");
        return part;
    }

private:
    bool readPlan(StudyPlan& plan) {
        return lines_.field("seed", plan.seed) && lines_.field("replications", plan.replications) &&
               lines_.field("confidence", plan.confidence) && lines_.field("shard", plan.shard) &&
               lines_.field("shards", plan.shards) && plan.replications >= 2 && plan.replications <= mostReplications &&
               plan.shards >= 1 && plan.shards <= plan.replications && plan.shard < plan.shards && plan.confidence > 0 &&
               plan.confidence < 1;
    }

    bool readScenario(Part& part, std::uint32_t count) {
        const auto id = lines_.textOf("scenario"), name = lines_.textOf("name"), digest = lines_.textOf("model");
        ScenarioResult scenario;
        int settled = 0;
        if (!id || !name || !digest || !lines_.duration("length", scenario.length) ||
            !lines_.duration("warm-up", scenario.warmUp) || !lines_.field("settled", settled) ||
            !lines_.metrics(count, scenario.metrics))
            return false;
        scenario.id = *id;
        scenario.name = *name;
        scenario.settled = settled != 0;
        part.digests.emplace_back(*digest);
        part.result.scenarios.push_back(std::move(scenario));
        return true;
    }

    ShardLines lines_;
};

// Why two parts cannot be of one study, or nothing.
std::optional<std::string> difference(const Part& a, const Part& b) {
    if (a.plan.seed != b.plan.seed || a.plan.replications != b.plan.replications || a.plan.confidence != b.plan.confidence ||
        a.plan.shards != b.plan.shards)
        return "it has another seed, number of replications, confidence or number of parts";
    if (a.digests != b.digests) return "it was made of another model";
    for (std::size_t i = 0; i < a.result.scenarios.size(); ++i) {
        const ScenarioResult &x = a.result.scenarios[i], &y = b.result.scenarios[i];
        if (x.id != y.id || x.length != y.length || x.warmUp != y.warmUp || x.metrics.size() != y.metrics.size())
            return "it has other scenarios, lengths of runs or warm-ups";
        for (std::size_t m = 0; m < x.metrics.size(); ++m)
            if (x.metrics[m].id != y.metrics[m].id) return "it has other quantities";
    }
    return std::nullopt;
}

Result<std::vector<Part>> readParts(const std::vector<Scenario>& scenarios, std::span<const ShardFile> files) {
    std::vector<Part> parts;
    std::vector<std::string> digests;
    for (const Scenario& scenario : scenarios) digests.push_back(digestOf(scenario.model));
    for (const ShardFile& file : files) {
        auto part = PartReader{file}.read();
        if (!part) return std::unexpected(part.error());
        if (part->digests != digests ||
            !std::ranges::equal(part->result.scenarios, scenarios, {}, &ScenarioResult::id, &Scenario::id))
            return failure(ErrorCode::Invalid,
                           "it was made of another model or of other scenarios: give the same plant and scenarios", file.name);
        if (!parts.empty())
            if (const auto why = difference(parts.front(), *part))
                return failure(ErrorCode::Invalid,
                               std::format("{} than {}: parts of one study belong together", *why, files[0].name), file.name);
        parts.push_back(*std::move(part));
    }
    return parts;
}

} // namespace

std::string shardText(const std::vector<Scenario>& scenarios, const StudyPlan& plan, const StudyResult& result) {
    std::string text = std::format("{}\nseed {}\nreplications {}\nconfidence {}\nshard {}\nshards {}\nscenarios {}\n", firstLine,
                                   plan.seed, plan.replications, plan.confidence, plan.shard, plan.shards, result.scenarios.size());
    for (std::size_t i = 0; i < result.scenarios.size(); ++i) {
        const ScenarioResult& scenario = result.scenarios[i];
        std::string name = scenario.name;
        std::ranges::replace(name, '\n', ' ');
        text += std::format("scenario {}\nname {}\nmodel {}\nlength {}\nwarm-up {}\nsettled {:d}\n{}", scenario.id, name,
                            digestOf(scenarios[i].model), scenario.length.count(), scenario.warmUp.count(), scenario.settled,
                            metricsText(scenario.metrics));
    }
    return text + "end\n";
}

Result<MergedStudy> mergeShards(const std::vector<Scenario>& scenarios, std::span<const ShardFile> files) {
    if (files.empty()) return failure(ErrorCode::Invalid, "there are no parts to merge");
    auto parts = readParts(scenarios, files);
    if (!parts) return std::unexpected(parts.error());
    const std::uint32_t shards = parts->front().plan.shards;
    std::vector<std::uint32_t> numbers;
    for (const Part& part : *parts) numbers.push_back(part.plan.shard);
    const auto order = orderOf(numbers, shards, files);
    if (!order) return std::unexpected(order.error());
    MergedStudy merged{parts->front().plan, parts->front().result};
    merged.plan.shard = 0;
    merged.plan.shards = 1;
    for (std::size_t s = 0; s < merged.result.scenarios.size(); ++s) {
        ScenarioResult& scenario = merged.result.scenarios[s];
        scenario.name = scenarios[s].name;
        for (std::size_t m = 0; m < scenario.metrics.size(); ++m) {
            const auto of = [&](std::size_t shard) -> const std::vector<double>& {
                return (*parts)[(*order)[shard]].result.scenarios[s].metrics[m].values;
            };
            scenario.metrics[m].values = interleaved<double>(merged.plan.replications, shards, of);
        }
    }
    evaluate(merged.result, merged.plan.confidence);
    return merged;
}

} // namespace millwright::sim
