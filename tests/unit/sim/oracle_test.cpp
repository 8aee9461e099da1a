#include "support/folders.hpp"
#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/standard_models.hpp>
#include <millwright/sim/validation.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

// Closed forms and exact Markov chains as a table: ../shared/data/des/analytic_oracles.
namespace millwright::sim {
namespace {

using namespace plant;

const std::filesystem::path oracles = millwright::test::sourceFolder() / "../shared/data/des/analytic_oracles/expected_results.csv";

struct Row {
    std::string model, parameters, metric;
    double value = 0;
};

std::vector<std::string> fieldsOf(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else if (c != '\r')
            fields.back() += c;
    }
    return fields;
}

std::vector<Row> rows() {
    std::ifstream file{oracles};
    std::vector<Row> result;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto fields = fieldsOf(line);
        result.push_back({fields.at(0), fields.at(1), fields.at(2), std::stod(fields.at(3))});
    }
    return result;
}

/// `lambda=0.8;mu=1;buffers=[1 2]`: numbers by name.
std::map<std::string, std::vector<double>> parametersOf(const std::string& text) {
    std::map<std::string, std::vector<double>> result;
    std::stringstream parts{text};
    for (std::string part; std::getline(parts, part, ';');) {
        const std::size_t equals = part.find('=');
        std::string values = equals == std::string::npos ? "" : part.substr(equals + 1);
        std::erase_if(values, [](char c) { return c == '[' || c == ']'; });
        std::stringstream numbers{values};
        for (double number = 0; numbers >> number;) result[part.substr(0, equals)].push_back(number);
    }
    return result;
}

double made(const Report& report) {
    return static_cast<double>(report.products[0].made) / report.seconds;
}
// In the queue and in service.
double inSystem(const Report& report, double servers) {
    return report.buffers[0].mean + report.stations[0].working * servers;
}

KnownModel queue(double arrivals, std::uint32_t servers, Duration length) {
    return {.process = queueModel(arrivals / servers, servers), .warmUp = length / 10, .length = length};
}

KnownModel multiServer(const std::map<std::string, std::vector<double>>& p) {
    const double c = p.at("c")[0];
    KnownModel known = queue(p.at("lambda")[0], static_cast<std::uint32_t>(c), std::chrono::hours{20});
    known.quantities = {{"rho", 0, [](const Report& r) { return r.stations[0].working; }},
                        {"Lq", 0, [](const Report& r) { return r.buffers[0].mean; }},
                        {"Wq", 0, [](const Report& r) { return r.buffers[0].meanWait; }},
                        {"L", 0, [c](const Report& r) { return inSystem(r, c); }},
                        {"W", 0, [](const Report& r) { return r.products[0].meanTimeInSystem; }}};
    return known;
}

KnownModel loss(const std::map<std::string, std::vector<double>>& p) {
    const double c = p.at("c")[0];
    KnownModel known = queue(p.at("lambda")[0], static_cast<std::uint32_t>(c), std::chrono::hours{8});
    known.process.buffers[0].capacity = static_cast<std::uint32_t>(p.at("K")[0] - c);
    known.process.sources[0].whenFull = WhenFull::Lose;
    known.quantities = {
        {"P_block", 0,
         [](const Report& r) { return static_cast<double>(r.sources[0].lost) / static_cast<double>(r.sources[0].created); }},
        {"throughput", 0, made},
        {"L", 0, [c](const Report& r) { return inSystem(r, c); }},
        {"W", 0, [](const Report& r) { return r.products[0].meanTimeInSystem; }}};
    return known;
}

KnownModel general(const std::map<std::string, std::vector<double>>& p) {
    KnownModel known = multiServer({{"lambda", p.at("lambda")}, {"c", {1}}});
    const double variation2 = p.at("cs2")[0];
    Distribution& cycle = known.process.stations[0].cycle;
    if (variation2 == 0)
        cycle = constantOf(1);
    else if (std::abs(variation2 - 1.0 / 3) < 1e-3)
        cycle = {.kind = DistributionKind::Uniform, .low = 0, .high = 2};
    else
        cycle = {.kind = DistributionKind::Gamma, .mean = 1, .shape = 1 / variation2};
    return known;
}

KnownModel closedLine(std::uint32_t jobs, const Distribution& cycle, bool oneBatch) {
    // Where nothing is random, whole rounds: of 8 h for each penny at most.
    const bool constant = cycle.kind == DistributionKind::Constant;
    const std::chrono::hours warmUp{constant ? 80 * jobs : 480};
    KnownModel known{.warmUp = warmUp, .length = constant ? 2 * warmUp : warmUp + std::chrono::hours{36'000}};
    known.exact = constant;
    Process& process = known.process;
    process.products = {{.id = "penny"}};
    process.sources = {{.id = "in", .inProgress = jobs, .to = toBuffer(0)}};
    for (std::uint32_t i = 0; i < 4; ++i) {
        process.buffers.push_back({.id = std::format("b{}", i), .to = takenBy(i)});
        process.stations.push_back(
            {.id = std::format("s{}", i), .batch = oneBatch ? jobs : 1, .cycle = cycle, .to = i < 3 ? toBuffer(i + 1) : toDone()});
    }
    const auto hourly = [](const Report& r) { return made(r) * 3600; };
    const auto hours = [](const Report& r) { return r.products[0].meanTimeInSystem / 3600; };
    known.quantities = {{"TH", 0, hourly}, {"TH_per_h", 0, hourly}, {"CT", 0, hours}, {"CT_h", 0, hours}};
    return known;
}

KnownModel serial(const std::map<std::string, std::vector<double>>& p) {
    KnownModel known{.warmUp = std::chrono::hours{1}, .length = std::chrono::hours{8}};
    Process& process = known.process;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .to = toStation(0)}};
    const auto& rates = p.at("mu");
    for (std::uint32_t i = 0; i < rates.size(); ++i) {
        Route way = i + 1 < rates.size() ? toStation(i + 1) : toDone();
        if (i + 1 < rates.size() && p.at("buffers")[i] > 0) {
            way = toBuffer(static_cast<std::uint32_t>(process.buffers.size()));
            process.buffers.push_back(
                {.id = std::format("b{}", i), .capacity = static_cast<std::uint32_t>(p.at("buffers")[i]), .to = takenBy(i + 1)});
        }
        process.stations.push_back({.id = std::format("s{}", i), .cycle = exponentialOf(1 / rates[i]), .to = way});
    }
    known.quantities = {{"throughput", 0, made}};
    return known;
}

// Slots of a second up to and with the first in which something of probability p happens.
Distribution geometric(double p) {
    Distribution distribution{.kind = DistributionKind::Discrete};
    double left = 1;
    for (int k = 1; left > 1e-15; ++k, left *= 1 - p) {
        distribution.values.push_back(k);
        distribution.weights.push_back(left * p);
    }
    return distribution;
}

// Gershwin, Manufacturing Systems Engineering, 1994, 3.2: a machine that is down is up again in a slot with probability r, and then
// works in it; one that was up fails instead with probability p, if it has a part and room. Room is needed before work begins, and
// the part in the second machine counts as in the buffer.
KnownModel slotted(const std::map<std::string, std::vector<double>>& p) {
    KnownModel known{.warmUp = std::chrono::hours{1}, .length = std::chrono::hours{37}};
    Process& process = known.process;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .to = toStation(0)}};
    process.buffers = {{.id = "buffer", .capacity = static_cast<std::uint32_t>(p.at("N")[0]) - 1, .to = takenBy(1)}};
    const auto machine = [&](const char* fails, const char* mends, Route to) {
        return Station{.id = fails,
                       .cycle = constantOf(1),
                       .blocking = Blocking::BeforeService,
                       .failures = {{.id = "f", .between = geometric(p.at(fails)[0]), .repair = geometric(p.at(mends)[0])}},
                       .to = std::move(to)};
    };
    process.stations = {machine("p1", "r1", toBuffer(0)), machine("p2", "r2", toDone())};
    known.quantities = {{"efficiency", 0, made},
                        {"mean_buffer", 0, [](const Report& r) { return r.buffers[0].mean + 1 - r.stations[1].starved; }}};
    return known;
}

KnownModel repair(const std::map<std::string, std::vector<double>>& p) {
    KnownModel known{.warmUp = std::chrono::hours{2}, .length = std::chrono::hours{26}};
    const double machines = p.at("M")[0];
    known.process.products = {{.id = "part"}};
    known.process.crews = {{.id = "repairmen", .size = static_cast<std::uint32_t>(p.at("R")[0])}};
    known.process.sources = {{.id = "in", .to = toStation(0)}};
    known.process.stations = {{.id = "machines",
                               .servers = static_cast<std::uint32_t>(machines),
                               .cycle = constantOf(100),
                               .failures = {{.id = "f",
                                             .clock = FailureClock::Calendar,
                                             .between = exponentialOf(1 / p.at("lambda")[0]),
                                             .repair = exponentialOf(1 / p.at("mu")[0]),
                                             .crew = 0}},
                               .to = toDone()}};
    known.quantities = {{"mean_down", 0, [machines](const Report& r) { return r.stations[0].down * machines; }},
                        {"mean_up", 0, [machines](const Report& r) { return (1 - r.stations[0].down) * machines; }},
                        {"repairman_util", 0, [](const Report& r) { return r.crews[0].busy; }}};
    return known;
}

KnownModel outages(const std::map<std::string, std::vector<double>>& p) {
    KnownModel known{.warmUp = std::chrono::hours{24}, .length = std::chrono::hours{500}};
    known.process.products = {{.id = "part"}};
    known.process.sources = {{.id = "in", .to = toStation(0)}};
    known.process.stations = {
        {.id = "machine",
         .cycle = {.kind = DistributionKind::Gamma, .mean = p.at("t0")[0], .shape = 1 / p.at("c0^2")[0]},
         .failures = {{.id = "f", .between = exponentialOf(p.at("MTTF")[0]), .repair = exponentialOf(p.at("MTTR")[0])}},
         .to = toDone()}};
    known.quantities = {{"availability", 0, [](const Report& r) { return r.stations[0].working; }},
                        {"te", 0, [](const Report& r) { return 1 / made(r); }}};
    return known;
}

std::optional<KnownModel> modelOf(const Row& row) {
    const auto p = parametersOf(row.parameters);
    if (row.model.starts_with("M/M/c FIFO")) return multiServer(p);
    if (row.model.starts_with("M/M/c/K")) return loss(p);
    if (row.model.starts_with("M/G/1")) return general(p);
    if (row.model.starts_with("serial line")) return serial(p);
    if (row.model.starts_with("two-machine")) return slotted(p);
    if (row.model.starts_with("machine repair")) return repair(p);
    if (row.model.starts_with("single machine")) return outages(p);
    const auto jobs = p.contains("w") ? static_cast<std::uint32_t>(p.at("w")[0]) : 0;
    if (row.model.starts_with("CONWIP")) return closedLine(jobs, exponentialOf(7200), false);
    if (row.model.starts_with("Penny Fab One:")) return closedLine(jobs, constantOf(7200), false);
    if (row.model.starts_with("Penny Fab One worst")) return closedLine(jobs, constantOf(7200.0 * jobs), true);
    return std::nullopt;
}

TEST(Oracles, LieInTheIntervals) {
    if (!std::filesystem::exists(oracles)) GTEST_SKIP() << oracles << " is missing";
    std::map<std::pair<std::string, std::string>, std::vector<Row>> byModel;
    for (const Row& row : rows()) byModel[{row.model, row.parameters}].push_back(row);
    std::size_t compared = 0, others = 0;
    for (const auto& [key, known] : byModel) {
        auto model = modelOf(known.front());
        ASSERT_TRUE(model.has_value()) << key.first << " is new: add it";
        std::vector<KnownQuantity> quantities;
        for (const Row& row : known) {
            const auto quantity = std::ranges::find(model->quantities, row.metric, &KnownQuantity::name);
            if (quantity == model->quantities.end()) {
                // No report has the distribution of the number in the system, or the variance of a process time.
                EXPECT_TRUE(row.metric == "P_wait" || row.metric == "P0" || row.metric == "ce2") << row.model << ", " << row.metric;
                ++others;
                continue;
            }
            quantities.push_back({row.metric, row.value, quantity->measure});
        }
        model->quantities = quantities;
        model->name = key.first + ", " + key.second;
        model->replications = model->exact ? 2 : 30;
        const auto comparisons = compareWithTheory(*model, 1);
        ASSERT_TRUE(comparisons.has_value()) << model->name << ": " << comparisons.error().text();
        for (const TheoryComparison& each : *comparisons) {
            ++compared;
            // The table has ten digits.
            EXPECT_TRUE(each.agrees || std::abs(each.ours.mean - each.theory) < 1e-9 * each.theory + 1e-10)
                << each.model << ", " << each.quantity << ": " << each.theory << ", ours " << each.ours.mean << " +- "
                << each.ours.halfWidth;
            if (!model->exact) {
                EXPECT_LT(each.ours.halfWidth, 0.1 * each.theory) << each.model << ", " << each.quantity;
            }
        }
    }
    EXPECT_GE(compared, 120u);
    EXPECT_LE(others, 14u);
}

} // namespace
} // namespace millwright::sim
