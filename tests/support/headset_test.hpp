#pragma once

#include "support/monado_test.hpp"

#include <millwright/gpu/native.hpp>
#include <millwright/xr/headset.hpp>

#include <functional>
#include <thread>

namespace millwright::xr::testing {

/// A headset on its own service, with the device it asks for and a session; validation messages fail the test.
class HeadsetTest : public millwright::testing::MonadoTest {
protected:
    static constexpr float nearPlane = 0.05f;
    static constexpr int manyFrames = 600;

    /// For `SetUp`. Without a session, because there is no Monado or something failed, `device` is null.
    void startHeadset(float resolutionScale) {
        startMonado(millwright::testing::MonadoOutput::None);
        if (!monado) return;
        auto connected = Headset::connect({.resolutionScale = resolutionScale});
        ASSERT_TRUE(connected) << connected.error().text();
        headset.emplace(std::move(*connected));
        auto made = headset->createDevice({.validation = true});
        ASSERT_TRUE(made) << made.error().text();
        const auto session = headset->startSession(**made);
        ASSERT_TRUE(session) << session.error().text();
        device = std::move(*made);
    }

    void TearDown() override {
        headset.reset();
        if (!device) return;
        device->waitIdle();
        for (const auto& message : device->validationMessages()) ADD_FAILURE() << message.text;
    }

    /// Fills the eyes' images; called for frames that are to be rendered.
    virtual void draw(const HeadsetFrame& frame) = 0;

    /// One turn of the frame loop. False when the session is over.
    bool turn(const std::function<void(const HeadsetFrame&)>& seen) {
        const auto alive = headset->pollEvents();
        EXPECT_TRUE(alive) << alive.error().text();
        if (!alive || !*alive) return false;
        if (!headset->session().running()) {
            std::this_thread::sleep_for(std::chrono::milliseconds{2}); // the runtime has no event to wait for
            return true;
        }
        const auto frame = headset->beginFrame();
        EXPECT_TRUE(frame) << frame.error().text();
        if (!frame || !*frame) return false;
        if ((*frame)->render) draw(**frame);
        const auto ended = headset->endFrame(**frame, nearPlane, std::nullopt);
        EXPECT_TRUE(ended) << ended.error().text();
        seen(**frame);
        return ended.has_value();
    }

    /// Frames until `reached` or the patience ends. Not by the clock: by frames.
    bool turnUntil(const std::function<bool(const HeadsetFrame&)>& reached) {
        bool done = false;
        for (int i = 0; i < manyFrames && !done; ++i) {
            if (!turn([&](const HeadsetFrame& frame) { done = reached(frame); })) break;
        }
        return done;
    }

    std::unique_ptr<gpu::Device> device;
    std::optional<Headset> headset;
};

} // namespace millwright::xr::testing
