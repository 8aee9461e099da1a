#include "coating_log.hpp"
#include "line.hpp"

#include <Standard_Failure.hxx>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

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
        bool step = false;
        std::string folder, what;
        for (int i = 1; i < argc; ++i) {
            const std::string argument = argv[i];
            if (argument == "--step")
                step = true;
            else if (folder.empty())
                folder = argument;
            else
                what = argument;
        }
        if (folder.empty()) {
            std::fputs("usage: millwright-assets FOLDER [models|log] [--step]\nexample: millwright-assets assets/plants/battery\n",
                       stderr);
            return 2;
        }
        if (what != "log") makeModels(std::filesystem::path(folder) / "models", step);
        return what == "models" || makeLog(std::filesystem::path(folder) / "logs") ? 0 : 2;
    } catch (const Standard_Failure& failure) {
        std::fprintf(stderr, "millwright-assets: %s\n", failure.GetMessageString());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "millwright-assets: %s\n", error.what());
    }
    return 2;
}
