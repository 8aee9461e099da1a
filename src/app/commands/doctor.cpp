#include <millwright/core/json_writer.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/ui/context.hpp>
#include <millwright/xr/headset.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <format>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace millwright::app {
namespace {

enum class Finding { Good, Absent, Broken };

/// One line of the doctor's answer.
struct Diagnosis {
    std::string part;
    Finding finding = Finding::Good;
    std::string found;
    std::string remedy; ///< what to do about it and what for; empty when all is well
};

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

Diagnosis machine() {
    struct utsname system{};
    ::uname(&system);
    const auto memory = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return {"machine", Finding::Good,
            std::format("{} {}, {} cores, {} GiB of memory", system.sysname, system.machine, std::thread::hardware_concurrency(),
                        (memory + gibibyte / 2) / gibibyte),
            ""};
}

std::vector<Diagnosis> vulkan() {
    const auto devices = gpu::listDevices();
    if (!devices)
        return {{"Vulkan", Finding::Broken, devices.error().message,
                 "needed to draw: install mesa-vulkan-drivers or your GPU's driver"}};
    std::vector<Diagnosis> answers;
    for (const gpu::DeviceDescription& device : *devices)
        answers.push_back({"Vulkan", device.usable ? Finding::Good : Finding::Absent,
                           std::format("GPU {}: {}, {}, Vulkan {}", device.index, device.name, device.driver, device.apiVersion),
                           device.usable ? "" : "cannot be used: " + device.reason});
    const auto usable = std::ranges::count_if(*devices, &gpu::DeviceDescription::usable);
    if (usable == 0)
        answers.push_back({"Vulkan", Finding::Broken, "no usable device",
                           "update the GPU driver, or install mesa-vulkan-drivers to draw on the CPU"});
    return answers;
}

/// Standard error goes nowhere while this lives: OpenXR runtimes write their own diagnostics there when they cannot start.
class QuietStandardError {
public:
    QuietStandardError() : kept_{::dup(STDERR_FILENO)} {
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (kept_ >= 0 && nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
        if (nowhere >= 0) ::close(nowhere);
    }
    ~QuietStandardError() {
        if (kept_ < 0) return;
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
    QuietStandardError(const QuietStandardError&) = delete;
    QuietStandardError& operator=(const QuietStandardError&) = delete;

private:
    int kept_;
};

Diagnosis openXr() {
    const QuietStandardError quiet;
    const auto headset = xr::Headset::connect();
    if (headset) return {"OpenXR", Finding::Good, std::format("{}: {}", headset->info().runtime, headset->info().system), ""};
    return {"OpenXR", Finding::Absent, headset.error().message, "only `millwright xr` needs it"};
}

Diagnosis display() {
    const auto set = [](const char* name) {
        const char* value = std::getenv(name);
        return value && *value;
    };
    if (set("WAYLAND_DISPLAY")) return {"display", Finding::Good, std::format("Wayland, {}", std::getenv("WAYLAND_DISPLAY")), ""};
    if (set("DISPLAY")) return {"display", Finding::Good, std::format("X11, {}", std::getenv("DISPLAY")), ""};
    return {"display", Finding::Absent, "none", "only `millwright view` needs one; `render` draws without"};
}

Diagnosis fonts() {
    const std::vector<std::string> missing = ui::Context::create()->missingFonts();
    if (missing.empty()) return {"fonts", Finding::Good, "Inter and Noto Sans CJK", ""};
    std::string names;
    for (const std::string& name : missing) names += (names.empty() ? "" : ", ") + name;
    return {"fonts", Finding::Absent, "not found: " + names,
            "for sharp, Korean and Chinese texts: apt-get install fonts-inter fonts-noto-cjk"};
}

Diagnosis disk() {
    const char* home = std::getenv("HOME");
    const std::filesystem::path folder = home && *home ? home : "/";
    std::error_code failed;
    const auto space = std::filesystem::space(folder, failed);
    if (failed)
        return {"disk", Finding::Absent, std::format("{} cannot be looked at", folder.string()), "set HOME to a folder you own"};
    const bool enough = space.available >= gibibyte;
    return {"disk", enough ? Finding::Good : Finding::Absent,
            std::format("{} GiB free under {}", space.available / gibibyte, folder.string()),
            enough ? "" : "caches and logs want at least 1 GiB: free some"};
}

std::vector<Diagnosis> examine() {
    std::vector<Diagnosis> all{machine()};
    for (Diagnosis& device : vulkan()) all.push_back(std::move(device));
    all.push_back(openXr());
    all.push_back(display());
    all.push_back(fonts());
    all.push_back(disk());
    return all;
}

std::string_view word(Finding finding) {
    switch (finding) {
    case Finding::Good: return "good";
    case Finding::Absent: return "absent";
    case Finding::Broken: break;
    }
    return "broken";
}

std::string asTable(const std::vector<Diagnosis>& all) {
    std::string text;
    for (const Diagnosis& diagnosis : all) {
        const char* mark = diagnosis.finding == Finding::Good ? "✓" : diagnosis.finding == Finding::Absent ? "–" : "✗";
        text += std::format("{} {:<8} {}\n", mark, diagnosis.part, diagnosis.found);
        if (!diagnosis.remedy.empty()) text += std::format("           {}\n", diagnosis.remedy);
    }
    return text;
}

std::string asJson(const std::vector<Diagnosis>& all) {
    JsonWriter json;
    json.beginObject().field("version", MILLWRIGHT_VERSION).key("parts").beginArray();
    for (const Diagnosis& diagnosis : all)
        json.beginObject()
            .field("part", diagnosis.part)
            .field("finding", word(diagnosis.finding))
            .field("found", diagnosis.found)
            .field("remedy", diagnosis.remedy)
            .endObject();
    return json.endArray().endObject().text();
}

} // namespace

void addDoctor(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("doctor", "Say what this machine has, and what to do about what it lacks");
    command->footer("Example: millwright doctor\nExit status: 0 everything needed is here, 1 something is broken.");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Answer as JSON: version, parts[{part, finding (good|absent|broken), found, remedy}]");
    command->callback([&run, json] {
        run = [json] {
            const std::vector<Diagnosis> all = examine();
            print(*json ? asJson(all) : asTable(all));
            const bool broken = std::ranges::any_of(all, [](const Diagnosis& d) { return d.finding == Finding::Broken; });
            return broken ? ExitStatus::CheckFailed : ExitStatus::Success;
        };
    });
}

} // namespace millwright::app
