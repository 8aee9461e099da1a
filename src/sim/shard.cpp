#include <millwright/core/hash.hpp>
#include <millwright/plant/process_value.hpp>
#include <millwright/sim/describe.hpp>
#include <millwright/sim/shard.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <optional>

namespace millwright::sim {
namespace {

constexpr std::string_view firstLine = "millwright study shard 1";
constexpr std::uint32_t maximumReplications = 1'000'000;

std::string digestOf(const Model& model) {
    Hasher hasher;
    for (const Fact& fact : factsOf(model.process()))
        for (const std::string_view text : {fact.element, fact.what, fact.value}) hasher.add(text);
    // Facts are rounded for people.
    for (const plant::ProcessValue& value : plant::valuesOf(model.process())) {
        hasher.add(std::string_view{value.key});
        hasher.add(value.value);
    }
    return hasher.finish().hex();
}

/// One file, read.
struct Part {
    StudyPlan plan;
    std::vector<std::string> digests; // by scenario
    StudyResult result;
};

/// Reads line by line; after the first line that does not fit, everything is refused.
class PartReader {
public:
    explicit PartReader(const ShardFile& file) : name_{file.name}, rest_{file.text} {}

    Result<Part> read() {
        if (take() != firstLine) return wrong("this is no part of a study (study --shard I/N -o FILE makes one)");
        Part part;
        if (!readPlan(part.plan)) return wrong("the plan is damaged");
        std::uint32_t scenarios = 0;
        if (!field("scenarios", scenarios) || scenarios > 10'000) return wrong("the number of scenarios is damaged");
        const std::uint32_t count = (part.plan.replications - part.plan.shard + part.plan.shards - 1) / part.plan.shards;
        for (std::uint32_t i = 0; i < scenarios; ++i)
            if (!readScenario(part, count)) return wrong("a scenario is damaged");
        if (take() != "end") return wrong("the end is missing");
        return part;
    }

private:
    std::unexpected<Error> wrong(const char* message) const {
        return std::unexpected(Error{ErrorCode::Malformed, message, std::format("{}:{}", name_, line_)});
    }
    std::string_view take() {
        ++line_;
        const std::size_t end = rest_.find('\n');
        const std::string_view line = rest_.substr(0, end);
        rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
        return line;
    }
    // What follows `key ` in the next line.
    std::optional<std::string_view> textOf(std::string_view key) {
        const std::string_view line = take();
        if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') return std::nullopt;
        return line.substr(key.size() + 1);
    }
    template <typename T>
    static bool number(std::string_view text, T& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size();
    }
    template <typename T>
    bool field(std::string_view key, T& value) {
        const auto text = textOf(key);
        return text && number(*text, value);
    }
    bool duration(std::string_view key, Duration& value) {
        std::int64_t count = 0;
        if (!field(key, count)) return false;
        value = Duration{count};
        return count >= 0;
    }

    bool readPlan(StudyPlan& plan) {
        return field("seed", plan.seed) && field("replications", plan.replications) && field("confidence", plan.confidence) &&
               field("shard", plan.shard) && field("shards", plan.shards) && plan.replications >= 2 &&
               plan.replications <= maximumReplications && plan.shards >= 1 && plan.shards <= plan.replications &&
               plan.shard < plan.shards && plan.confidence > 0 && plan.confidence < 1;
    }

    bool readScenario(Part& part, std::uint32_t count) {
        const auto id = textOf("scenario"), name = textOf("name"), digest = textOf("model");
        ScenarioResult scenario;
        int settled = 0;
        std::uint32_t metrics = 0;
        if (!id || !name || !digest || !duration("length", scenario.length) || !duration("warm-up", scenario.warmUp) ||
            !field("settled", settled) || !field("metrics", metrics))
            return false;
        scenario.id = *id;
        scenario.name = *name;
        scenario.settled = settled != 0;
        for (std::uint32_t i = 0; i < metrics; ++i) {
            const auto metric = textOf("metric"), unit = textOf("unit"), values = textOf("values");
            if (!metric || !unit || !values) return false;
            MetricResult& result = scenario.metrics.emplace_back(std::string{*metric}, std::string{*unit});
            if (!readValues(*values, count, result.values)) return false;
        }
        part.digests.emplace_back(*digest);
        part.result.scenarios.push_back(std::move(scenario));
        return true;
    }

    static bool readValues(std::string_view text, std::uint32_t count, std::vector<double>& values) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            if (values.size() == count || !number(text.substr(0, end), values.emplace_back()) || std::isinf(values.back()))
                return false;
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return values.size() == count;
    }

    const std::string& name_;
    std::string_view rest_;
    int line_ = 0;
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
        text += std::format("scenario {}\nname {}\nmodel {}\nlength {}\nwarm-up {}\nsettled {:d}\nmetrics {}\n", scenario.id, name,
                            digestOf(scenarios[i].model), scenario.length.count(), scenario.warmUp.count(), scenario.settled,
                            scenario.metrics.size());
        for (const MetricResult& metric : scenario.metrics) {
            text += std::format("metric {}\nunit {}\nvalues", metric.id, metric.unit);
            for (const double value : metric.values) text += std::format(" {}", value);
            text += '\n';
        }
    }
    return text + "end\n";
}

Result<MergedStudy> mergeShards(const std::vector<Scenario>& scenarios, std::span<const ShardFile> files) {
    if (files.empty()) return failure(ErrorCode::Invalid, "there are no parts to merge");
    auto parts = readParts(scenarios, files);
    if (!parts) return std::unexpected(parts.error());
    const std::uint32_t shards = parts->front().plan.shards;
    std::vector<const Part*> inOrder(shards);
    for (std::size_t i = 0; i < parts->size(); ++i) {
        const Part*& place = inOrder[(*parts)[i].plan.shard];
        if (place != nullptr)
            return failure(ErrorCode::Invalid, std::format("part {} of {} is given twice", (*parts)[i].plan.shard + 1, shards),
                           files[i].name);
        place = &(*parts)[i];
    }
    const auto missing = std::ranges::find(inOrder, nullptr);
    if (missing != inOrder.end())
        return failure(ErrorCode::Invalid, std::format("part {} of {} is missing", missing - inOrder.begin() + 1, shards));
    MergedStudy merged{parts->front().plan, parts->front().result};
    merged.plan.shard = 0;
    merged.plan.shards = 1;
    for (std::size_t s = 0; s < merged.result.scenarios.size(); ++s) {
        ScenarioResult& scenario = merged.result.scenarios[s];
        scenario.name = scenarios[s].name;
        for (std::size_t m = 0; m < scenario.metrics.size(); ++m) {
            std::vector<double>& values = scenario.metrics[m].values;
            values.resize(merged.plan.replications);
            for (std::uint32_t r = 0; r < merged.plan.replications; ++r)
                values[r] = inOrder[r % shards]->result.scenarios[s].metrics[m].values[r / shards];
        }
    }
    evaluate(merged.result, merged.plan.confidence);
    return merged;
}

} // namespace millwright::sim
