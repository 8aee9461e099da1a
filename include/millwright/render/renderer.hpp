#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>
#include <millwright/render/view.hpp>
#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <glm/glm.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::render {

/// How much a frame may cost. What each level turns down: docs/rendering.md and `describe`.
enum class Quality : std::uint8_t {
    Auto,   ///< High on a GPU, Low on a CPU driver
    Low,    ///< no multisampling, no ambient occlusion, one small shadow map
    Medium, ///< 4x MSAA, quarter-size ambient occlusion, one shadow cascade
    High,   ///< everything; what pictures use
};
/// Reads `auto`, `low`, `medium`, `high`. Errors: Malformed.
[[nodiscard]] Result<Quality> parseQuality(std::string_view text);
/// `low: no multisampling, …`: what the level turns down, for people.
[[nodiscard]] std::string describe(Quality quality);

inline constexpr std::size_t maximumViews = 4;

struct RenderSettings {
    Quality quality = Quality::Auto;
    /// GPU memory for the scene, its textures included; what frames need (pictures, shadow maps, lists) comes on top. 0: four
    /// fifths of what the driver lets this process have, less what it has when the scene is set.
    std::uint64_t sceneBytes = 0;
};

/// GPU memory for geometry. Where there is too little of it for all that the views want, what is missed least loses detail first.
struct MemoryUse {
    std::uint64_t roomBytes = 0;     ///< as much as there may be
    std::uint64_t residentBytes = 0; ///< as much as there is
    std::uint64_t wantedBytes = 0;   ///< as much as the views want
    std::uint64_t allBytes = 0;      ///< as much as the whole scene would be
    bool reduced = false;            ///< for lack of memory, something is drawn with less detail than the views want
    bool loading = false;            ///< more is on its way
};

/// The light of the hall. Directions are world frame.
struct Lighting {
    glm::vec3 towardsSun{-0.48f, 0.78f, 0.40f}; ///< need not be unit length
    glm::vec3 sunColour{1.0f, 0.95f, 0.86f};    ///< linear
    float sunStrength = 3.0f;
    float skyStrength = 1.0f;
    float exposure = 1.0f;
};

/// One line of text that belongs to a point of the world: in a box of its own over the picture, upright, with a line to its anchor.
/// It is drawn whatever stands before its anchor; in several views it hangs as far away as that.
struct Label {
    glm::dvec3 anchor{0};    ///< metres, world frame
    glm::vec2 corner{0};     ///< top left of its box: pixels from where the anchor is seen, y down
    std::string_view text;   ///< UTF-8
    bool emphasised = false; ///< with a stronger edge
};

struct DrawOptions {
    Lighting lighting;
    bool ground = true;      ///< endless floor with grid and shadows
    double groundHeight = 0; ///< metres
    bool grid = true;
    double gridSpacing = 1; ///< metres between its fine lines; every tenth is stronger
    bool shadows = true;
    glm::vec4 selectionColour{1.0f, 0.55f, 0.0f, 1}; ///< outline, sRGB
    glm::vec4 hoverColour{0.35f, 0.65f, 1.0f, 1};
    /// Things smaller than this on the screen are not drawn. Empty: what the quality level says.
    std::optional<float> minimumPixels;
    /// How many pixels a surface may lie from where it was modelled: farther things are drawn with fewer triangles. 0: all
    /// triangles, however far. Empty: what the quality level says.
    std::optional<float> pixelError;
    bool edges = false; ///< dark lines where surfaces end or meet at an angle, fading with distance
    /// What lies beyond any of these, at most `maximumSections`, is neither drawn nor picked and throws no shadow; solids are shown
    /// filled where they are cut. The floor is never cut.
    std::vector<SectionPlane> sections;
    /// Leave out what is behind something else. Never changes the picture; off to measure what it saves.
    bool occlusionCulling = true;
    std::span<const Label> labels; ///< later ones over earlier ones; they must outlive the call
    float labelHeight = 14;        ///< of a label's text: pixels an em
    /// Everything this frame wants, as far as there is room for it, is brought in before it is drawn, so that what a picture shows
    /// does not depend on time; one such frame of a renderer at a time. Off: a thread brings it in while frames are drawn with what
    /// is there.
    bool waitForDetail = true;
    /// Ask what is under this pixel of the first view (from the top left); the answer comes with `takePick` a frame or two later.
    std::optional<glm::ivec2> pick;
};

/// What was under the pixel that `DrawOptions::pick` asked about.
struct Pick {
    glm::ivec2 pixel{0};
    std::uint32_t node = scene::none; ///< index into Scene::nodes; `none`: ground or sky
    glm::dvec3 position{0};           ///< world frame; meaningless for sky
    bool hit = false;                 ///< node or ground
};

struct FrameTimings {
    struct Pass {
        const char* name = "";
        double milliseconds = 0;
    };
    std::array<Pass, 16> passes{};
    std::size_t passCount = 0;
    double gpuMilliseconds = 0;       ///< from the first pass to the last, GPU timestamps
    double cpuMilliseconds = 0;       ///< spent in `draw`
    std::uint64_t sceneTriangles = 0; ///< every visible-flagged instance counted
    std::uint64_t drawnTriangles = 0; ///< after culling, first pass, all views share them
    std::uint32_t drawCalls = 0;
    bool complete = true; ///< false: more was seen than there was room for; the next frame has more
};

/// Draws one scene for any number of views in one multiview pass. Thread: the frame thread.
class Renderer {
public:
    /// Errors: Device.
    [[nodiscard]] static Result<std::unique_ptr<Renderer>> create(gpu::Device& device, const RenderSettings& settings = {});
    ~Renderer();
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    /// Uploads materials and images, each once; replaces the scene before. Of the meshes, what frames want is brought in when it is
    /// wanted: what `cooked` shows must stay until there is another scene or the renderer is gone; `scene` may go. Far things are
    /// drawn with fewer triangles where their mesh is cooked (see CookedGeometry), else always with all. Errors: Invalid (an index
    /// out of range, with its place), after which the scene before is still there; Device, ResourceLimit (the textures do not fit
    /// into `RenderSettings::sceneBytes`), after which there is none.
    [[nodiscard]] Result<void> setScene(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked = {});

    void setQuality(Quality quality);
    /// Never Auto.
    [[nodiscard]] Quality quality() const;

    /// Records one frame. `colour` has one layer a view; `depth`, where given, gets reversed infinite-far depth (OpenXR depth
    /// layer). `nodes` is parallel to Scene::nodes; empty: every node where the scene puts it. The views share their ID-independent
    /// work. Afterwards `colour` is in its TargetImage::layoutAfter. Errors: Device; NotFound (labels without a font); Invalid for
    /// a wrong number of views, layers, nodes or section planes.
    [[nodiscard]] Result<void> draw(gpu::FrameInFlight& frame, const gpu::TargetImage& colour, std::span<const View> views,
                                    std::span<const NodeState> nodes, const DrawOptions& options = {},
                                    const gpu::TargetImage* depth = nullptr);

    /// Pixels that a label of this text takes at so many pixels an em. Errors: NotFound (no font is installed).
    [[nodiscard]] Result<glm::vec2> labelSize(std::string_view text, float height);

    /// The newest answered pick, once; empty while none has been answered.
    [[nodiscard]] std::optional<Pick> takePick();
    /// Of the newest frame that the GPU has finished.
    [[nodiscard]] const FrameTimings& timings() const;
    /// As of the newest frame.
    [[nodiscard]] MemoryUse memoryUse() const;

private:
    struct Impl;
    explicit Renderer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::render
