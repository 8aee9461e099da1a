#pragma once

#include "render/cull_types.hpp"
#include "render/draw_list.hpp"

#include <millwright/gpu/pipeline.hpp>

#include <span>
#include <vector>

namespace millwright::render {

struct Pass;

/// Glass is listed by the CPU, from the back; this leaves out what is behind opaque things once their depth is known.
class GlassCulling {
public:
    /// Errors: Device.
    [[nodiscard]] Result<void> create(gpu::Device& device);
    /// Takes over the frame's draws. `instances`: what they are numbers of. Errors: ResourceLimit.
    [[nodiscard]] Result<void> prepare(gpu::FrameInFlight& frame, const SceneStore& store, std::span<const Draw> draws,
                                       std::span<const GpuInstance> instances);
    /// Looks at them, with the depth that the pyramid of `data` (GpuCullData) holds; barriers included.
    void record(const Pass& pass, std::uint64_t data) const;
    /// With whatever pipeline is bound. Returns the number of calls.
    std::uint32_t draw(const Pass& pass) const;

private:
    struct Run { ///< of draws alike
        std::uint32_t first = 0;
        std::uint32_t count = 0;
        VkCullModeFlags cull = VK_CULL_MODE_NONE;
    };
    gpu::Pipeline pipeline_; ///< shaders/cull_glass.comp
    // Of this frame:
    std::vector<GpuGlass> boxes_;
    std::vector<VkDrawIndexedIndirectCommand> commands_;
    std::vector<Run> runs_;
    std::uint64_t boxesAddress_ = 0, commandsAddress_ = 0;
    VkBuffer buffer_ = VK_NULL_HANDLE;
    VkDeviceSize offset_ = 0;
};

} // namespace millwright::render
