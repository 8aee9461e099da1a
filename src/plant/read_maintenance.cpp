#include "plant/read_maintenance.hpp"

#include "plant/keys.hpp"

#include <millwright/core/spelling.hpp>

#include <format>

namespace millwright::plant {
namespace {

std::vector<std::uint32_t> failuresNamed(const Fields& fields, std::string_view key, std::span<const Failure> failures) {
    std::vector<std::uint32_t> found;
    const Node* list = fields.find(key);
    if (list == nullptr || list->kind != Node::Kind::Array) return found;
    for (const Node& each : list->children) {
        const auto failure = std::ranges::find(failures, each.text, &Failure::id);
        if (failure != failures.end()) {
            found.push_back(static_cast<std::uint32_t>(failure - failures.begin()));
            continue;
        }
        std::vector<std::string_view> ids;
        for (const Failure& known : failures) ids.push_back(known.id);
        fields.problemsOf(key).add(each.at,
                                   std::format("the station has no failure '{}'{}", each.text, didYouMean(each.text, ids)));
    }
    return found;
}

} // namespace

Maintenance readMaintenance(const Fields& fields, std::span<const Failure> failures) {
    Maintenance maintenance{.id = fields.text("id"),
                            .clock = fields.choice("clock", clockWords, FailureClock::Calendar),
                            .every = readTime(fields, "every").value_or(Distribution{}),
                            .lasts = readTime(fields, "lasts").value_or(Distribution{}),
                            .crew = {},
                            .when = fields.choice("when", maintenanceWhenWords, MaintenanceWhen::Immediate)};
    if (const auto window = fields.duration("window")) maintenance.window = static_cast<double>(window->count()) / 1e9; // exactly
    if (maintenance.clock == FailureClock::Cycles)
        for (const std::string_view key : {"every", "window"}) refuseUnits(fields, key, "cycles");
    if (maintenance.when == MaintenanceWhen::Opportunistic && !fields.has("window"))
        fields.problem("when", "'window' is missing: how long before it is due may it be done?");
    maintenance.renews = failuresNamed(fields, "renews", failures);
    maintenance.renewedBy = failuresNamed(fields, "renewed_by", failures);
    return maintenance;
}

} // namespace millwright::plant
