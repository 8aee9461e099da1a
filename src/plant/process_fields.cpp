#include "plant/process_fields.hpp"

#include "plant/keys.hpp"

#include <array>
#include <cmath>
#include <format>

namespace millwright::plant {
namespace {

// Divided, not multiplied by a rounded 1e-9: 60 s must be 60.
double inSeconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1e9;
}

struct DistributionUse {
    std::array<std::string_view, 3> needs;
    std::array<std::string_view, 4> mayHave;
};
// In the order of DistributionKind.
constexpr std::array uses{
    DistributionUse{{"mean"}, {}},
    DistributionUse{{"mean"}, {}},
    DistributionUse{{"mean", "shape"}, {}},
    DistributionUse{{"mean", "shape"}, {}},
    DistributionUse{{"mean", "deviation"}, {"low", "high"}},
    DistributionUse{{"mean"}, {"deviation", "sigma", "low", "high"}},
    DistributionUse{{"low", "mode", "high"}, {}},
    DistributionUse{{"low", "high"}, {}},
    DistributionUse{{"scale", "shape"}, {}},
    DistributionUse{{"low", "high", "shape"}, {"shape2"}},
    DistributionUse{{"values"}, {}},
    DistributionUse{{"values", "weights"}, {}},
};

// Whether the table has what its kind needs and nothing else.
bool hasRightKeys(const Node& table, const Fields& fields, DistributionKind kind) {
    const DistributionUse& use = uses[static_cast<std::size_t>(kind)];
    const std::string_view word = distributionWords[static_cast<std::size_t>(kind)];
    bool right = true;
    for (const std::string_view key : use.needs) {
        if (key.empty() || fields.has(key)) continue;
        fields.problem("kind", std::format("a distribution of kind {} needs '{}'", word, key));
        right = false;
    }
    for (const Node& member : table.children) {
        if (member.key == "kind" || std::ranges::contains(use.needs, member.key) || std::ranges::contains(use.mayHave, member.key))
            continue;
        fields.problem(member.key, std::format("'{}' means nothing in a distribution of kind {}", member.key, word));
        right = false;
    }
    return right;
}

std::optional<Distribution> readDistributionTable(const Node& table, Problems& problems) {
    const Fields fields{table, problems};
    if (!std::ranges::contains(distributionWords, fields.text("kind"))) return std::nullopt; // reported
    Distribution distribution;
    distribution.kind = fields.choice("kind", distributionWords, DistributionKind::Constant);
    if (!hasRightKeys(table, fields, distribution.kind)) return std::nullopt;
    const auto secondsOf = [&](std::string_view key, double otherwise) {
        const auto value = fields.duration(key);
        return value ? inSeconds(*value) : otherwise;
    };
    distribution.mean = secondsOf("mean", 0);
    distribution.deviation = secondsOf("deviation", 0);
    distribution.low = secondsOf("low", 0);
    distribution.high = secondsOf("high", distribution.high);
    distribution.mode = secondsOf("mode", 0);
    distribution.scale = secondsOf("scale", 1);
    distribution.shape = fields.number("shape").value_or(1);
    distribution.shape2 = fields.number("shape2").value_or(1);
    distribution.values = fields.numbers("values");
    distribution.weights = fields.numbers("weights");
    if (distribution.kind == DistributionKind::Lognormal) {
        const auto sigma = fields.number("sigma");
        if (sigma.has_value() == fields.has("deviation")) {
            fields.problem("kind", "a distribution of kind lognormal needs either 'deviation' or 'sigma'");
            return std::nullopt;
        }
        if (sigma) distribution.deviation = distribution.mean * std::sqrt(std::expm1(*sigma * *sigma));
    }
    return distribution;
}

} // namespace

void refuseUnits(const Fields& fields, std::string_view key, std::string_view what) {
    const Node* node = fields.find(key);
    if (node == nullptr) return;
    const auto refuse = [&](const Node& number) {
        if (number.kind == Node::Kind::String && number.key != "kind")
            fields.problemsOf(key).add(number.at, std::format("'{}' is a number of {}: write it without a unit", key, what));
    };
    refuse(*node);
    for (const Node& member : node->children) refuse(member);
}

std::optional<Distribution> readTime(const Fields& fields, std::string_view key) {
    const Node* node = fields.find(key);
    if (node == nullptr) return std::nullopt;
    std::optional<Distribution> distribution;
    if (node->kind == Node::Kind::Table) {
        distribution = readDistributionTable(*node, fields.problemsOf(key));
    } else if (const auto constant = fields.duration(key)) {
        distribution = Distribution{.mean = inSeconds(*constant)};
    }
    if (!distribution) return std::nullopt;
    if (const auto problem = problemOf(*distribution)) {
        fields.problem(key, std::format("'{}': {}", key, *problem));
        return std::nullopt;
    }
    return distribution;
}

} // namespace millwright::plant
