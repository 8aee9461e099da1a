#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/core/result.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/render/renderer.hpp>
#include <millwright/twin/plant_scene.hpp>

#include <app/labels.hpp>
#include <app/look.hpp>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::app {

struct StudioOptions {
    std::string gpu; ///< as `--gpu` takes it; empty: the best
    render::Quality quality = render::Quality::High;
    gpu::Extent size{1280, 720};
    std::uint32_t memoryMebibytes = 0; ///< of GPU memory for the scene; 0: as the renderer chooses
};

/// How a picture shows the plant.
struct Look {
    std::vector<std::string> sections; ///< as `parseSection` reads them
    std::vector<std::string> xray;     ///< parts that stay solid while all others are seen through, as `markParts` reads them
    bool edges = false;                ///< lines where surfaces end or meet at an angle
    double explode = 0;                ///< 0…1, see `scene::Explosion`
    bool labels = false;               ///< the texts of text bindings, where they can be seen
};

/// Reads `1920x1080`. Errors: Malformed; OutOfRange for a side below that of `least` or above 16384.
[[nodiscard]] Result<gpu::Extent> parseSize(std::string_view text, gpu::Extent least = {1, 1});

/// What lacks, for people: `detail is reduced: …`; empty while nothing does.
[[nodiscard]] std::string reducedText(const render::MemoryUse& use);
/// The same as fields of a JSON object that is open.
void writeMemoryUse(JsonWriter& json, const render::MemoryUse& use);

/// Errors: Unsupported for a file whose name says that it is to be something else than a PNG.
[[nodiscard]] Result<void> namesPng(const std::filesystem::path& file);

/// The camera of this name; for an empty one the plant's own choice, null where it has none. Errors: NotFound, with a suggestion.
[[nodiscard]] Result<const plant::Camera*> chooseCamera(const plant::Plant& plant, std::string_view name);

/// A plant with a renderer of its own, for pictures without a window. Thread: one at a time.
class Studio {
public:
    /// Opens the plant's models and uploads them. `plant` must outlive it. Returns every problem found.
    [[nodiscard]] static std::expected<Studio, std::vector<Error>> open(const plant::Plant& plant, const StudioOptions& options,
                                                                        const Progress& progress = {});

    /// What `camera` sees of the plant at `frame` (null: as modelled). An empty name is the plant's default camera, or one that
    /// shows everything where the plant has none. Errors: NotFound for an unknown camera, with a suggestion; Malformed for a look
    /// that cannot be read; NotFound for a part of it that is not there; Device.
    [[nodiscard]] Result<gpu::Pixels> picture(const twin::Frame* frame, std::string_view camera, const Look& look = {});

    [[nodiscard]] twin::PlantScene& scene() { return *scene_; }
    [[nodiscard]] render::Renderer& renderer() { return *renderer_; }
    [[nodiscard]] gpu::Device& device() { return *device_; }
    /// The view of a camera at this studio's size; of a plant without cameras one that shows all of it. Errors: NotFound.
    [[nodiscard]] Result<render::View> view(std::string_view camera) const;

private:
    Studio() = default;
    [[nodiscard]] Result<std::span<const render::Label>> labels(const render::View& view, std::span<const render::NodeState> nodes,
                                                                std::span<const render::SectionPlane> sections,
                                                                std::span<const std::uint8_t> kept);

    const plant::Plant* plant_ = nullptr;
    gpu::Extent size_;
    std::unique_ptr<gpu::Device> device_;
    std::unique_ptr<twin::PlantScene> scene_;
    std::unique_ptr<render::Renderer> renderer_; ///< goes before its device and what it shows
    std::unique_ptr<LookedAt> lookedAt_;         ///< what is in `scene_`
    Labels labels_;
};

} // namespace millwright::app
