#pragma once

#include "support/folders.hpp"
#include "test_scene.hpp"

#include <millwright/core/png.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/render/picture.hpp>
#include <millwright/render/renderer.hpp>

#include <gtest/gtest.h>

namespace millwright::test {

/// Draws on the CPU driver with validation and synchronization validation; any message fails the case.
class RenderTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        auto made = gpu::Device::create({.gpu = "llvmpipe", .validation = true});
        ASSERT_TRUE(made) << made.error().text();
        device = std::move(*made);
        ASSERT_TRUE(device->validating()) << "install vulkan-validationlayers";
    }
    static void TearDownTestSuite() { device.reset(); }
    void TearDown() override {
        if (!device) return;
        device->waitIdle();
        const auto messages = device->validationMessages();
        for (std::size_t i = seenMessages; i < messages.size(); ++i) ADD_FAILURE() << messages[i].text;
        seenMessages = messages.size();
    }

    render::Picture draw(const scene::Scene& scene, const render::View& view, const render::PictureOptions& options,
                         std::span<const render::NodeState> nodes = {}) {
        auto picture = render::renderPicture(*device, scene, view, nodes, options);
        EXPECT_TRUE(picture) << picture.error().text();
        if (!picture) return {};
        keep(picture->pixels, testing::UnitTest::GetInstance()->current_test_info()->name());
        return std::move(*picture);
    }
    /// Leaves the picture where a person can look at it.
    static void keep(const gpu::Pixels& pixels, const std::string& name) {
        const auto folder = millwright::test::buildFolder() / "pictures";
        std::filesystem::create_directories(folder);
        const std::size_t bytes = std::size_t{4} * pixels.extent.width * pixels.extent.height;
        for (std::uint32_t layer = 0; layer < pixels.layers; ++layer) {
            const auto file = folder / (name + (pixels.layers > 1 ? "-" + std::to_string(layer) : "") + ".png");
            const auto written =
                writePng(file, pixels.extent.width, pixels.extent.height, std::span{pixels.rgba}.subspan(layer * bytes, bytes));
            EXPECT_TRUE(written) << written.error().text();
        }
    }

public:
    static glm::ivec3 pixel(const gpu::Pixels& p, std::uint32_t x, std::uint32_t y, std::uint32_t layer = 0) {
        const std::size_t at = 4 * ((std::size_t{layer} * p.extent.height + y) * p.extent.width + x);
        return {p.rgba[at], p.rgba[at + 1], p.rgba[at + 2]};
    }
    static int brightness(glm::ivec3 c) { return (c.r * 2 + c.g * 7 + c.b) / 10; }

protected:
    static std::vector<render::NodeState> rest(const scene::Scene& scene) {
        std::vector<render::NodeState> states(scene.nodes.size());
        const auto transforms = scene.worldTransforms();
        for (std::size_t i = 0; i < states.size(); ++i) states[i].worldFromNode = transforms[i];
        return states;
    }

    static inline std::unique_ptr<gpu::Device> device;
    static inline std::size_t seenMessages = 0;
};

} // namespace millwright::test
