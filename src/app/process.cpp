#include <millwright/core/log.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/load.hpp>

#include <app/process.hpp>

namespace millwright::app {

std::expected<PlantProcess, std::vector<Error>> openProcess(const std::filesystem::path& path) {
    auto plant = plant::load(path);
    if (!plant) return std::unexpected(std::move(plant.error()));
    if (!plant->process)
        return std::unexpected(std::vector<Error>{
            {ErrorCode::Invalid, "the plant has no [process]: describe one (docs/plant-format.md)", path.string()}});
    auto model = sim::Model::make(*plant->process);
    if (!model) return std::unexpected(std::move(model.error()));
    return PlantProcess{*std::move(plant), *std::move(model)};
}

void warnOf(const plant::Process& process) {
    for (const Error& overload : sim::overloadsOf(process)) log::warning("{}", overload.text());
}

} // namespace millwright::app
