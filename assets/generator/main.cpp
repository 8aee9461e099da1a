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

void makeModels(const std::filesystem::path& folder, bool step) {
    std::filesystem::create_directories(folder);
    for (Model (*make)() :
         {makeUnwinder, makeCoater, makeDryerZone, makeDryer, makeOutfeed, makeCalender, makeRewinder, makeWeb, makeHall}) {
        const Model model = make();
        const Size size = writeGlb(model, folder);
        std::printf("%-12s %4zu nodes %4zu instances %4zu meshes %7zu triangles (%zu stored) %8zu bytes  %.2f x %.2f x %.2f m\n",
                    model.name.c_str(), size.nodes, size.instances, size.meshes, size.triangles, size.uniqueTriangles, size.bytes,
                    size.high.x - size.low.x, size.high.y - size.low.y, size.high.z - size.low.z);
        std::fflush(stdout);
        if (step) writeStep(model, folder);
    }
}

constexpr const char* usage = R"(usage: millwright-assets FOLDER [models|log] [--step]

  FOLDER  where models/*.glb and logs/*.mcap are written; made when it is not there
  models  the machines only
  log     the recorded log only
  --step  also write every machine as a STEP file beside its GLB
  --help  this text

example: millwright-assets assets/plants/battery
)";

struct Request {
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
        else if (request.folder.empty())
            request.folder = argument;
        else if (request.what.empty() && (argument == "models" || argument == "log"))
            request.what = argument;
        else
            request.problem = "cannot use the argument '" + argument + "'";
    }
    if (request.folder.empty() && request.problem.empty()) request.problem = "name the folder to write to";
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
        if (request.what != "log") makeModels(request.folder / "models", request.step);
        return request.what == "models" || makeLog(request.folder / "logs") ? 0 : 2;
    } catch (const Standard_Failure& failure) {
        std::fprintf(stderr, "millwright-assets: %s\n", failure.GetMessageString());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "millwright-assets: %s\n", error.what());
    }
    return 2;
}
