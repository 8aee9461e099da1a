#include "ui/context_impl.hpp"

#include <millwright/core/log.hpp>
#include <millwright/ui/painter.hpp>

#include <backends/imgui_impl_vulkan.h>
#include <format>
#include <unordered_map>
#include <vector>

namespace millwright::ui {
namespace {

constexpr std::uint32_t framesInFlight = 2;
constexpr std::uint32_t mostImages = 32; // pictures shown at once, the fonts, and those waiting to be freed

void report(VkResult result) {
    if (result < 0) log::error("drawing the interface failed: Vulkan error {}", static_cast<int>(result));
}

} // namespace

struct Painter::Impl {
    Context* context = nullptr;
    gpu::Device* device = nullptr;
    gpu::DescriptorPool pool;
    std::uint64_t frames = 0;

    struct Shown {
        std::uint64_t generation = 0;
        VkDescriptorSet set = VK_NULL_HANDLE;
    };
    std::unordered_map<const gpu::OffscreenTarget*, Shown> shown;
    struct Retired {
        VkDescriptorSet set;
        std::uint64_t frame;
    };
    std::vector<Retired> retired;

    ~Impl() {
        context->impl().fontsMade = nullptr;
        context->makeCurrent();
        device->waitIdle();
        ImGui_ImplVulkan_Shutdown();
    }

    void freeRetired() {
        std::erase_if(retired, [this](const Retired& r) {
            if (frames < r.frame + framesInFlight + 1) return false;
            ImGui_ImplVulkan_RemoveTexture(r.set);
            return true;
        });
    }
};

Result<std::unique_ptr<Painter>> Painter::create(Context& context, gpu::Device& device, VkFormat format) {
    auto pool = gpu::DescriptorPool::create(device, mostImages, "interface");
    if (!pool) return std::unexpected(pool.error());
    const gpu::NativeDevice native = gpu::native(device);
    ImGui_ImplVulkan_InitInfo info{};
    info.Instance = native.instance;
    info.PhysicalDevice = native.physicalDevice;
    info.Device = native.device;
    info.QueueFamily = native.queueFamily;
    info.Queue = native.queue;
    info.PipelineCache = native.pipelineCache;
    info.DescriptorPool = pool->handle();
    info.MinImageCount = framesInFlight;
    info.ImageCount = framesInFlight + 1;
    info.MSAASamples = VK_SAMPLE_COUNT_1_BIT;
    info.UseDynamicRendering = true;
    info.ColorAttachmentFormat = format;
    info.CheckVkResultFn = report;
    info.MinAllocationSize = 0; // ImGui 1.90.1 takes a larger allocation for a larger buffer and then writes past its end
    context.makeCurrent();
    if (!ImGui_ImplVulkan_Init(&info, VK_NULL_HANDLE)) return failure(ErrorCode::Device, "the GPU cannot draw the interface");
    // It waits for the queue, but only when characters or the scale are new.
    context.impl().fontsMade = [] { ImGui_ImplVulkan_CreateFontsTexture(); };
    if (context.fontGeneration() > 0) context.impl().fontsMade();
    return std::unique_ptr<Painter>{new Painter{std::unique_ptr<Impl>{new Impl{&context, &device, std::move(*pool)}}}};
}

Painter::Painter(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Painter::~Painter() = default;

std::uintptr_t Painter::image(const gpu::OffscreenTarget& picture) {
    impl_->context->makeCurrent();
    Impl::Shown& shown = impl_->shown[&picture];
    if (!shown.set || shown.generation != picture.generation()) {
        if (shown.set) impl_->retired.push_back({shown.set, impl_->frames}); // frames in flight still read it
        shown.set = ImGui_ImplVulkan_AddTexture(gpu::native(*impl_->device).linearClamp, picture.image().view2d,
                                                VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL);
        shown.generation = picture.generation();
    }
    return reinterpret_cast<std::uintptr_t>(shown.set);
}

void Painter::draw(gpu::FrameInFlight& frame, const gpu::TargetImage& target, std::optional<glm::vec4> ground) {
    Impl& impl = *impl_;
    impl.context->makeCurrent();
    gpu::beginOverlay(frame, target, ground);
    ImGui_ImplVulkan_RenderDrawData(ImGui::GetDrawData(), gpu::commandBuffer(frame));
    gpu::endOverlay(frame, target);
    ++impl.frames;
    impl.freeRetired();
}

} // namespace millwright::ui
