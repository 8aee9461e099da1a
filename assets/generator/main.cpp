#include "cells.hpp"
#include "coating_log.hpp"
#include "line.hpp"

#include <Standard_Failure.hxx>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace millwright::assets;

using Maker = Model (*)();

/// The machines of a plant; none when there is no such plant.
std::vector<Maker> makersOf(const std::string& plant) {
    if (plant == "battery")
        return {makeUnwinder,       makeCoater,        makeDryerZone,      makeDryer,          makeOutfeed,      makeCalender,
                makeRewinder,       makeWeb,           makeHall,           makeDoser,          makeMixer,        makeSlurryTank,
                makeCathodeSlitter, makeAnodeSlitter,  makeVacuumOven,     makeCathodeNotcher, makeAnodeNotcher, makeStacker,
                makeTabWelder,      makePouchSealer,   makeFiller,         makeDegasser,       makeDryRoomUnit,  makeSoakingRack,
                makeCrane,          makeFormationRack, makeFormationPress, makeAgeingRack,     makeGradingTower, makeGradingTowers,
                makeTester,         makeCellHall};
    if (plant == "autoparts")
        return {makeBlanking, makePress,    makeSpotCell,   makeArcCell, makeMachiningCentre, makeWasher,
                makeEcoat,    makeAssembly, makeLeakTester, makeAmr,     makeAmrCoated,       makeShopHall};
    return {};
}

void makeModels(const std::vector<Maker>& makers, const std::filesystem::path& folder, bool step) {
    std::filesystem::create_directories(folder);
    for (const Maker make : makers) {
        const Model model = make();
        const Size size = writeGlb(model, folder);
        std::printf("%-16s %4zu nodes %4zu instances %4zu meshes %7zu triangles (%zu stored) %8zu bytes  %.2f x %.2f x %.2f m\n",
                    model.name.c_str(), size.nodes, size.instances, size.meshes, size.triangles, size.uniqueTriangles, size.bytes,
                    size.high.x - size.low.x, size.high.y - size.low.y, size.high.z - size.low.z);
        std::fflush(stdout);
        if (step) writeStep(model, folder);
    }
}

constexpr const char* usage = R"(usage: millwright-assets PLANT FOLDER [models|log] [--step]

  PLANT   battery or autoparts
  FOLDER  where models/*.glb and logs/*.mcap are written; made when it is not there
  models  the machines only
  log     the recorded log only; that of autoparts is made by `millwright simulate`, and not here
  --step  also write every machine as a STEP file beside its GLB
  --help  this text

example: millwright-assets battery assets/plants/battery
)";

struct Request {
    std::string plant;
    std::filesystem::path folder;
    std::string what, problem; ///< `problem`: why the arguments cannot be followed
    bool step = false, help = false;
};

Request parse(const std::vector<std::string>& arguments) {
    Request request;
    for (const std::string& argument : arguments) {
        if (argument == "--help" || argument == "-h")
            request.help = true;
        else if (argument == "--step")
            request.step = true;
        else if (argument.starts_with('-'))
            request.problem = "there is no option " + argument;
        else if (request.plant.empty())
            request.plant = argument;
        else if (request.folder.empty())
            request.folder = argument;
        else if (request.what.empty() && (argument == "models" || argument == "log"))
            request.what = argument;
        else
            request.problem = "cannot use the argument '" + argument + "'";
    }
    if (request.folder.empty() && request.problem.empty()) request.problem = "name the plant and the folder to write to";
    if (request.problem.empty() && makersOf(request.plant).empty()) request.problem = "there is no plant '" + request.plant + "'";
    if (request.step && request.what == "log") request.problem = "--step writes machines, and 'log' asks for none";
    return request;
}

bool makeLog(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    const auto samples = writeCoatingLog(folder / "coating-30min.mcap");
    if (samples)
        std::printf("coating-30min.mcap: %llu samples\n", static_cast<unsigned long long>(*samples));
    else
        std::fprintf(stderr, "millwright-assets: %s\n", samples.error().text().c_str());
    return samples.has_value();
}

} // namespace

int main(int argc, char** argv) {
    try {
        const Request request = parse({argv + 1, argv + argc});
        if (request.help) {
            std::fputs(usage, stdout);
            return 0;
        }
        if (!request.problem.empty()) {
            std::fprintf(stderr, "millwright-assets: %s\n%s", request.problem.c_str(), usage);
            return 2;
        }
        if (request.what != "log") makeModels(makersOf(request.plant), request.folder / "models", request.step);
        return request.what == "models" || request.plant != "battery" || makeLog(request.folder / "logs") ? 0 : 2;
    } catch (const Standard_Failure& failure) {
        std::fprintf(stderr, "millwright-assets: %s\n", failure.GetMessageString());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "millwright-assets: %s\n", error.what());
    }
    return 2;
}
