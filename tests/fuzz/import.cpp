#include <millwright/cad/import.hpp>
#include <millwright/scene/find.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

/// Importing as the program does it, worker included: whatever the bytes, a scene that passes every check or an error that says
/// something. OpenCASCADE and Assimp may crash on them, in a process of their own. The first byte chooses the format.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace millwright;
    if (size < 2) return 0;
    constexpr std::array formats{".step", ".igs", ".brep", ".glb", ".gltf"};
    const char* format = formats[static_cast<std::size_t>(data[0] % 16) % formats.size()]; // '0', '1', '2' ... in the corpus
    const auto path = std::filesystem::temp_directory_path() / ("millwright-fuzz-" + std::to_string(::getpid()) + format);
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(data) + 1, static_cast<std::streamsize>(size) - 1);
    cad::ImportOptions options;
    options.limits = {.memoryBytes = std::uint64_t{2} << 30, .time = std::chrono::seconds{5}};
    const auto result = cad::import(path, options);
    std::filesystem::remove(path);
    if (result ? !scene::validate(result->scene) : result.error().message.empty() || result.error().code == ErrorCode::Device)
        std::abort();
    return 0;
}
