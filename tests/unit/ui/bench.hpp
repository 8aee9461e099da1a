#pragma once

#include "unit/ui/example.hpp"
#include "unit/ui/picture.hpp"

#include <millwright/ui/dashboard.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <format>

namespace millwright::ui::testing {

/// A dashboard without a window: frames are drawn into draw lists, the pointer and keys are events.
class Bench {
public:
    explicit Bench(glm::vec2 size = {1280, 720}, float scale = 1, Duration at = std::chrono::minutes{14})
        : world{at}, size_{size}, context_{Context::create({.scale = scale, .recordTexts = true, .fontFolders = {}})} {
        frame();
        frame(); // the second one has every font and hover
    }

    void frame(double dt = 1.0 / 60) {
        intents.clear();
        context_->beginFrame(size_, dt);
        layout = drawDashboard(*context_, model ? *model : world.model(), state, intents);
        context_->endFrame();
    }
    void frames(int count) {
        Intents all;
        for (int i = 0; i < count; ++i) {
            frame();
            all.insert(all.end(), intents.begin(), intents.end());
        }
        intents = all;
    }
    void clickAt(glm::vec2 at) {
        Intents all;
        const auto step = [&] {
            frame();
            all.insert(all.end(), intents.begin(), intents.end());
        };
        context_->pointerAt(at);
        step();
        context_->pointerButton(0, true);
        step();
        context_->pointerButton(0, false);
        step();
        step();
        intents = all;
    }
    void press(Key key) {
        context_->key(key, true);
        frame();
        const Intents found = intents;
        context_->key(key, false);
        frame();
        intents = found;
    }
    [[nodiscard]] const DrawnText* find(std::string_view text) const {
        for (const DrawnText& drawn : context_->texts())
            if (drawn.text == text) return &drawn;
        return nullptr;
    }
    [[nodiscard]] bool shows(std::string_view part) const {
        return std::ranges::any_of(context_->texts(), [part](const DrawnText& drawn) { return drawn.text.contains(part); });
    }
    template <typename T>
    [[nodiscard]] std::optional<T> asked() const {
        for (const Intent& intent : intents)
            if (const T* found = std::get_if<T>(&intent)) return *found;
        return std::nullopt;
    }
    /// For a person to look at, when MILLWRIGHT_UI_PICTURES names a folder.
    void save(std::string_view name) const {
        if (const char* folder = std::getenv("MILLWRIGHT_UI_PICTURES"))
            test::savePicture(std::filesystem::path{folder} / std::format("{}.ppm", name));
    }
    /// Every text inside its window and clip rectangle, and clear of the others of its layer.
    void expectTidy() const {
        const auto& texts = context_->texts();
        EXPECT_GT(texts.size(), 20u);
        for (const DrawnText& t : texts) {
            EXPECT_GE(t.box.min.x, t.clip.min.x - 0.5f) << t.text;
            EXPECT_LE(t.box.max.x, t.clip.max.x + 0.5f) << t.text;
            EXPECT_LE(t.box.max.x, size_.x + 0.5f) << t.text;
        }
        const auto seen = [](const DrawnText& t) { return Rect{glm::max(t.box.min, t.clip.min), glm::min(t.box.max, t.clip.max)}; };
        for (std::size_t i = 0; i < texts.size(); ++i)
            for (std::size_t k = i + 1; k < texts.size(); ++k) {
                if (texts[i].layer != texts[k].layer) continue;
                Rect a = seen(texts[i]);
                const Rect b = seen(texts[k]);
                if (a.width() <= 0 || a.height() <= 0 || b.width() <= 0 || b.height() <= 0) continue;
                a.min += 0.6f; // neighbours may touch
                a.max -= 0.6f;
                EXPECT_FALSE(a.overlaps(b)) << '"' << texts[i].text << "\" and \"" << texts[k].text << '"';
            }
    }

    example::World world;
    std::optional<Model> model;
    ViewState state;
    Intents intents;
    Layout layout;

    Context& context() { return *context_; }

private:
    glm::vec2 size_;
    std::unique_ptr<Context> context_;
};

} // namespace millwright::ui::testing
