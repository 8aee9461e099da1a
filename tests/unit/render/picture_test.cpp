#include "render_fixture.hpp"

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

/// Boxes, cylinders, metal spheres from mirror to matt, a pane of glass: what a machine is made of.
scene::Scene workshop() {
    scene::Scene s;
    const auto grey = material(s, {0.32f, 0.34f, 0.36f, 1}, 0, 0.45f);
    const auto white = material(s, {0.78f, 0.78f, 0.76f, 1}, 0, 0.5f);
    const auto dark = material(s, {0.05f, 0.055f, 0.06f, 1}, 0, 0.35f);
    const auto steel = material(s, {0.72f, 0.72f, 0.73f, 1}, 1, 0.28f);
    const auto blue = material(s, {0.05f, 0.16f, 0.36f, 1}, 0, 0.4f);
    const auto glass = material(s, {0.75f, 0.85f, 0.9f, 0.14f}, 0, 0.08f);
    const auto base = mesh(s, box({4.4f, 0.9f, 1.6f}));
    const auto cabinet = mesh(s, box({1.1f, 2.0f, 0.8f}));
    const auto plinth = mesh(s, box({4.6f, 0.12f, 1.8f}));
    const auto roller = mesh(s, cylinder(0.22f, 1.5f));
    const auto ball = mesh(s, sphere(0.28f));
    const auto pane = mesh(s, box({2.2f, 0.9f, 0.02f}));
    const auto post = mesh(s, box({0.06f, 1.9f, 0.06f}));
    place(s, plinth, dark, {0, 0.06f, 0});
    place(s, base, white, {0, 0.57f, 0});
    place(s, cabinet, grey, {-2.95f, 1.0f, -0.3f});
    place(s, cabinet, blue, {3.1f, 1.0f, -0.5f});
    for (int i = 0; i < 4; ++i) {
        const auto node = place(s, roller, steel, {-1.5f + static_cast<float>(i), 1.35f, 0});
        s.nodes[node].parentFromNode = glm::rotate(s.nodes[node].parentFromNode, glm::radians(90.0f), glm::vec3{1, 0, 0});
    }
    for (int i = 0; i < 5; ++i) {
        const auto metal = material(s, {0.90f, 0.88f, 0.84f, 1}, 1, 0.05f + 0.2f * static_cast<float>(i));
        place(s, ball, metal, {-1.6f + 0.8f * static_cast<float>(i), 0.28f, 1.7f});
    }
    for (const float x : {-1.1f, 1.1f}) place(s, post, dark, {x, 0.95f, 0.95f});
    place(s, pane, glass, {0, 1.4f, 0.95f});
    return s;
}

class Picture : public RenderTest {};

TEST_F(Picture, Workshop) {
    const auto scene = workshop();
    const View view = lookAt({3.6, 2.6, 6.2}, {0.1, 0.75, 0.2}, 0.62, 16.0 / 9);
    const auto picture = draw(scene, view, {});
    for (const auto& t : picture.timings) {
        for (std::size_t i = 0; i < t.passCount; ++i) printf("%s %.2f ms\n", t.passes[i].name, t.passes[i].milliseconds);
    }
}

TEST_F(Picture, WorkshopLow) {
    const View view = lookAt({3.6, 2.6, 6.2}, {0.1, 0.75, 0.2}, 0.62, 16.0 / 9);
    const auto picture = draw(workshop(), view, {.quality = Quality::Low, .frames = 10});
    for (const auto& t : picture.timings) {
        for (std::size_t i = 0; i < t.passCount; ++i) printf("%s %.2f ms\n", t.passes[i].name, t.passes[i].milliseconds);
    }
}

} // namespace
