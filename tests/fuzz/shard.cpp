#include <millwright/sim/forecast_shard.hpp>
#include <millwright/sim/shard.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace millwright;

// The model of the corpus.
std::vector<sim::Scenario> scenarios() {
    plant::Process process;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .to = {.branches = {{.to = {plant::PlaceKind::Station, 0}}}}}};
    process.stations = {{.id = "m", .cycle = {.mean = 60}, .to = {.branches = {{.to = {plant::PlaceKind::Done}}}}}};
    return {{"base", "As it is", *sim::Model::make(process)}};
}

} // namespace

// Any text is a part of a study or of a branch from now, or an error with a reason, within bounded time and memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<sim::Scenario> model = scenarios();
    const sim::ShardFile file{"part", std::string{reinterpret_cast<const char*>(data), size}};
    const auto merged = sim::mergeShards(model, std::span{&file, 1});
    if (!merged && merged.error().message.empty()) __builtin_trap();
    const auto branched = sim::mergeForecastShards(model, {}, std::span{&file, 1});
    if (!branched && branched.error().message.empty()) __builtin_trap();
    return 0;
}
