#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/memory.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Pipelines, barriers, labels and GPU clocks. For code that draws. Thread: the frame thread.
///
/// One pipeline layout serves all: set 0 is the bindless heap (binding 0: samplers, see `Sampler`; binding 1: every sampled image),
/// and 128 bytes of push constants, which usually hold device addresses.
namespace millwright::gpu {

/// Immutable samplers at binding 0 of the heap, in this order.
enum class Sampler : std::uint8_t { LinearRepeat, LinearClamp, NearestClamp, ShadowCompare, Count };
inline constexpr std::uint32_t heapTextures = 4096;
inline constexpr std::uint32_t pushConstantBytes = 128;
inline constexpr VkShaderStageFlags pushStages =
    VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT | VK_SHADER_STAGE_COMPUTE_BIT;

[[nodiscard]] VkPipelineLayout pipelineLayout(const Device& device);
/// Binds the heap for graphics and compute; once a command buffer.
void bindHeap(FrameInFlight& frame);

/// Move-only owner of a pipeline; dropping it retires it.
class Pipeline {
public:
    Pipeline() = default;
    Pipeline(Device& device, VkPipeline pipeline) : device_{&device}, pipeline_{pipeline} {}
    Pipeline(Pipeline&& other) noexcept { swap(other); }
    Pipeline& operator=(Pipeline other) noexcept {
        swap(other);
        return *this;
    }
    ~Pipeline() {
        if (pipeline_ != VK_NULL_HANDLE) retire(*device_, VK_OBJECT_TYPE_PIPELINE, reinterpret_cast<std::uint64_t>(pipeline_));
    }
    explicit operator bool() const { return pipeline_ != VK_NULL_HANDLE; }
    [[nodiscard]] VkPipeline handle() const { return pipeline_; }

private:
    void swap(Pipeline& other) noexcept {
        std::swap(device_, other.device_);
        std::swap(pipeline_, other.pipeline_);
    }
    Device* device_ = nullptr;
    VkPipeline pipeline_ = VK_NULL_HANDLE;
};

enum class Blend : std::uint8_t { None, Alpha, Add };

struct PipelineDescription {
    std::string name;
    std::span<const std::uint32_t> vertex;   ///< SPIR-V, entry point main
    std::span<const std::uint32_t> fragment; ///< empty: depth only
    std::vector<VkFormat> colours;
    VkFormat depth = VK_FORMAT_UNDEFINED;
    std::uint32_t viewMask = 0;
    VkSampleCountFlagBits samples = VK_SAMPLE_COUNT_1_BIT;
    VkCullModeFlags cull = VK_CULL_MODE_NONE; ///< counter-clockwise is front; dynamic when `dynamicCull`
    bool dynamicCull = false;
    Blend blend = Blend::None;
    VkColorComponentFlags writeMask = 0xF;
    VkCompareOp depthCompare = VK_COMPARE_OP_ALWAYS; ///< reversed depth: GREATER means nearer
    bool depthWrite = false;
    bool depthClamp = false;
    float depthBiasConstant = 0;
    float depthBiasSlope = 0;
    std::vector<std::uint32_t> constants; ///< specialization constants 0, 1, 2 … (bool, int and uint as 32 bits)
};
/// Viewport and scissor are dynamic; triangles are fetched by the shader. Errors: Device (the driver refuses; the message has the
/// name).
[[nodiscard]] Result<Pipeline> createPipeline(Device& device, const PipelineDescription& description);
/// `code`: SPIR-V, entry point main. `threads`: of a group, specialization constant 0; 0: as the code says. Errors: Device.
[[nodiscard]] Result<Pipeline> createComputePipeline(Device& device, std::span<const std::uint32_t> code, std::string name,
                                                     std::uint32_t threads = 0);

/// One image barrier on all its mips and layers, as synchronization2 has it.
struct Barrier {
    VkImage image = VK_NULL_HANDLE;
    VkImageAspectFlags aspect = VK_IMAGE_ASPECT_COLOR_BIT;
    VkPipelineStageFlags2 fromStage = VK_PIPELINE_STAGE_2_NONE;
    VkAccessFlags2 fromAccess = 0;
    VkImageLayout fromLayout = VK_IMAGE_LAYOUT_UNDEFINED;
    VkPipelineStageFlags2 toStage = VK_PIPELINE_STAGE_2_NONE;
    VkAccessFlags2 toAccess = 0;
    VkImageLayout toLayout = VK_IMAGE_LAYOUT_UNDEFINED;
};
void barriers(VkCommandBuffer commands, std::span<const Barrier> list);

/// What happens to memory at one stage.
struct Access {
    VkPipelineStageFlags2 stage = VK_PIPELINE_STAGE_2_NONE;
    VkAccessFlags2 access = 0;
};
/// A barrier on all buffers.
void memoryBarrier(VkCommandBuffer commands, Access from, Access to);

/// A named region in captures and validation messages.
void beginLabel(FrameInFlight& frame, const char* name);
void endLabel(FrameInFlight& frame);

/// GPU clock readings of one frame: mark between passes, read when the frame's slot comes round again.
class PassClock {
public:
    static constexpr std::uint32_t maximumMarks = 16;
    /// Errors: Device.
    [[nodiscard]] static Result<PassClock> create(Device& device, std::string name);
    PassClock(PassClock&& other) noexcept;
    PassClock& operator=(PassClock&&) = delete;
    ~PassClock();

    /// First thing in a frame: reads what the slot measured last time and starts anew.
    void begin(FrameInFlight& frame);
    /// Everything recorded since the mark before was `pass` (a literal).
    void mark(FrameInFlight& frame, const char* pass);

    struct Interval {
        const char* pass = "";
        double milliseconds = 0;
    };
    /// Of the newest finished frame; empty where the device has no timestamps.
    [[nodiscard]] std::span<const Interval> intervals() const { return {intervals_.data(), intervalCount_}; }
    /// Reads slots that are done; call when the GPU is idle to have the last frame's.
    void collect();

private:
    explicit PassClock(Device& device) : device_{&device} {}
    void read(std::uint32_t slot);
    struct Slot {
        VkQueryPool pool = VK_NULL_HANDLE;
        std::array<const char*, maximumMarks> names{};
        std::uint32_t marks = 0;
    };
    Device* device_;
    std::array<Slot, 2> slots_{};
    std::array<Interval, maximumMarks> intervals_{};
    std::size_t intervalCount_ = 0;
    std::uint32_t newest_ = 0;
    double nanosecondsPerTick_ = 0;
};

} // namespace millwright::gpu
