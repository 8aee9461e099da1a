#include "impl.hpp"
#include "results.hpp"

#include <millwright/core/log.hpp>
#include <millwright/xr/headset.hpp>

#include <openxr/openxr.h>
#define XR_USE_GRAPHICS_API_VULKAN
#include <openxr/openxr_platform.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <format>

namespace millwright::xr {
namespace {

constexpr XrVersion fallbackVersion = XR_MAKE_VERSION(1, 0, 0);

Result<std::vector<std::string>> offeredExtensions() {
    std::uint32_t count = 0;
    if (auto ok =
            check(xrEnumerateInstanceExtensionProperties(nullptr, 0, &count, nullptr), "asking the OpenXR runtime what it offers");
        !ok) {
        return std::unexpected(ok.error());
    }
    std::vector<XrExtensionProperties> properties(count, {XR_TYPE_EXTENSION_PROPERTIES, nullptr, {}, 0});
    if (auto ok =
            check(xrEnumerateInstanceExtensionProperties(nullptr, count, &count, properties.data()), "listing OpenXR extensions");
        !ok) {
        return std::unexpected(ok.error());
    }
    std::vector<std::string> names;
    for (const auto& p : properties) names.emplace_back(p.extensionName);
    return names;
}

XrResult createInstance(XrVersion version, std::span<const char* const> extensions, XrInstance& instance) {
    XrInstanceCreateInfo info{XR_TYPE_INSTANCE_CREATE_INFO};
    std::strncpy(info.applicationInfo.applicationName, "Millwright", XR_MAX_APPLICATION_NAME_SIZE - 1);
    std::strncpy(info.applicationInfo.engineName, "Millwright", XR_MAX_ENGINE_NAME_SIZE - 1);
    info.applicationInfo.apiVersion = version;
    info.enabledExtensionCount = static_cast<std::uint32_t>(extensions.size());
    info.enabledExtensionNames = extensions.data();
    return xrCreateInstance(&info, &instance);
}

/// Extensions in use: what we must have and what we like, where offered.
Result<std::vector<const char*>> chooseExtensions(const std::vector<std::string>& offered, bool wantDepth) {
    const auto offers = [&](const char* name) { return std::ranges::contains(offered, name); };
    if (!offers(XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME)) {
        return failure(ErrorCode::Unsupported,
                       "the OpenXR runtime cannot draw with Vulkan (XR_KHR_vulkan_enable2 missing): choose another with "
                       "XR_RUNTIME_JSON",
                       "headset");
    }
    std::vector<const char*> chosen{XR_KHR_VULKAN_ENABLE2_EXTENSION_NAME};
    if (wantDepth && offers(XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME))
        chosen.push_back(XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME);
    // Part of OpenXR 1.1; a 1.0 runtime has it as an extension.
    if (offers(XR_EXT_LOCAL_FLOOR_EXTENSION_NAME)) chosen.push_back(XR_EXT_LOCAL_FLOOR_EXTENSION_NAME);
    return chosen;
}

Result<void> makeInstance(Headset::Impl& impl) {
    const auto offered = offeredExtensions();
    if (!offered) return std::unexpected(offered.error());
    const auto chosen = chooseExtensions(*offered, impl.options.depthLayer);
    if (!chosen) return std::unexpected(chosen.error());
    XrInstance instance = XR_NULL_HANDLE;
    XrResult result = createInstance(XR_API_VERSION_1_1, *chosen, instance);
    if (result == XR_ERROR_API_VERSION_UNSUPPORTED) result = createInstance(fallbackVersion, *chosen, instance);
    if (auto ok = check(result, "connecting to the OpenXR runtime"); !ok) return ok;
    impl.instance = UniqueInstance{instance};
    impl.info.extensions.assign(chosen->begin(), chosen->end());
    impl.depthOffered = std::ranges::contains(impl.info.extensions, XR_KHR_COMPOSITION_LAYER_DEPTH_EXTENSION_NAME);

    XrInstanceProperties properties{XR_TYPE_INSTANCE_PROPERTIES};
    if (auto ok = check(xrGetInstanceProperties(instance, &properties), "asking the runtime's name"); !ok) return ok;
    impl.info.runtime = std::format("{} {}.{}.{}", properties.runtimeName, XR_VERSION_MAJOR(properties.runtimeVersion),
                                    XR_VERSION_MINOR(properties.runtimeVersion), XR_VERSION_PATCH(properties.runtimeVersion));
    return {};
}

/// The first blend mode is the one the runtime prefers; the plant needs no view of the room.
Result<XrEnvironmentBlendMode> chooseBlendMode(XrInstance instance, XrSystemId system) {
    std::array<XrEnvironmentBlendMode, 8> modes{};
    std::uint32_t count = 0;
    const XrResult result = xrEnumerateEnvironmentBlendModes(instance, system, XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
                                                             static_cast<std::uint32_t>(modes.size()), &count, modes.data());
    if (auto ok = check(result, "asking how the headset blends"); !ok) return std::unexpected(ok.error());
    const auto offered = std::span{modes}.first(count);
    if (offered.empty() || std::ranges::contains(offered, XR_ENVIRONMENT_BLEND_MODE_OPAQUE))
        return XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
    return offered.front();
}

Result<void> findSystem(Headset::Impl& impl) {
    const XrInstance instance = impl.instance.get();
    XrSystemGetInfo wanted{XR_TYPE_SYSTEM_GET_INFO};
    wanted.formFactor = XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY;
    if (auto ok = check(xrGetSystem(instance, &wanted, &impl.system), "looking for a headset"); !ok) return ok;
    XrSystemProperties properties{XR_TYPE_SYSTEM_PROPERTIES};
    if (auto ok = check(xrGetSystemProperties(instance, impl.system, &properties), "asking the headset's name"); !ok) return ok;
    impl.info.system = properties.systemName;

    std::array<XrViewConfigurationView, 2> views{};
    views.fill({XR_TYPE_VIEW_CONFIGURATION_VIEW});
    std::uint32_t count = 0;
    const XrResult result = xrEnumerateViewConfigurationViews(instance, impl.system, XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO,
                                                              static_cast<std::uint32_t>(views.size()), &count, views.data());
    if (auto ok = check(result, "asking the headset's resolution"); !ok) return ok;
    const auto blend = chooseBlendMode(instance, impl.system);
    if (!blend) return std::unexpected(blend.error());
    impl.blendMode = *blend;

    // One swapchain for both eyes, so both have the larger one's size.
    const auto scaled = [&](std::uint32_t recommended, std::uint32_t most, std::uint32_t limit) {
        const double wantedSize =
            std::round(recommended * static_cast<double>(std::clamp(impl.options.resolutionScale, 0.1f, 2.0f)));
        return std::clamp(static_cast<std::uint32_t>(wantedSize), 16u, std::min(most, limit));
    };
    const auto& [left, right] = views;
    const std::uint32_t width = std::max(left.recommendedImageRectWidth, right.recommendedImageRectWidth);
    const std::uint32_t height = std::max(left.recommendedImageRectHeight, right.recommendedImageRectHeight);
    impl.eyeExtent = {scaled(width, left.maxImageRectWidth, properties.graphicsProperties.maxSwapchainImageWidth),
                      scaled(height, left.maxImageRectHeight, properties.graphicsProperties.maxSwapchainImageHeight)};
    impl.info.recommendedPixels = {width, height};
    impl.info.eyePixels = {impl.eyeExtent.width, impl.eyeExtent.height};
    return {};
}

} // namespace

Headset::Headset(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Headset::Headset(Headset&&) noexcept = default;
Headset& Headset::operator=(Headset&&) noexcept = default;
Headset::~Headset() = default;

Result<Headset> Headset::connect(const HeadsetOptions& options) {
    // The loader reports a missing runtime on the console in its own words; ours come as the error.
    setenv("XR_LOADER_DEBUG", "none", 0); // NOLINT(concurrency-mt-unsafe): before any other thread can have a headset
    auto impl = std::make_unique<Impl>();
    impl->options = options;
    impl->info.panelPixels = options.panelPixels;
    if (auto ok = makeInstance(*impl); !ok) return std::unexpected(ok.error());
    if (auto ok = findSystem(*impl); !ok) return std::unexpected(ok.error());
    if (auto ok = impl->actions.create(impl->instance.get()); !ok) return std::unexpected(ok.error());
    log::info("headset: {} through {}, {}x{} an eye", impl->info.system, impl->info.runtime, impl->info.eyePixels.x,
              impl->info.eyePixels.y);
    return Headset{std::move(impl)};
}

const HeadsetInfo& Headset::info() const {
    return impl_->info;
}

const SessionMachine& Headset::session() const {
    return impl_->machine;
}

const HeadsetStatistics& Headset::statistics() const {
    return impl_->statistics;
}

} // namespace millwright::xr
