#pragma once

#include <millwright/ui/camera.hpp>
#include <millwright/ui/measuring.hpp>

#include <app/view/surveyor.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::app {

/// The measuring tool of the window: turns clicks into measurements with the surveyor's help, and these into what the viewport
/// draws. Thread: the frame thread.
class Measuring {
public:
    /// Both must outlive this.
    Measuring(Surveyor& surveyor, const twin::PlantScene& scene) : surveyor_{surveyor}, scene_{scene} {}

    /// What a pixel of the viewport asks about.
    struct Pointer {
        scene::Ray ray;
        double radiansPerPixel = 1e-3;
        std::shared_ptr<const Poses> poses;
    };
    void hover(const Pointer& pointer, ui::MeasureKind kind);
    void leave() { caught_.reset(); }
    void click(const Pointer& pointer, ui::MeasureKind kind);
    /// Takes the answers that have come in; true when something is to be shown differently.
    bool update();
    /// Drops the last measurement, or the point that was taken for one.
    void undo();
    void clear();
    void cancel();

    [[nodiscard]] bool begun() const { return first_.has_value(); }
    [[nodiscard]] std::span<const ui::Measurement> taken() const { return taken_; }
    /// What to do next, or why the last click measured nothing.
    [[nodiscard]] std::string_view note(ui::MeasureKind kind) const;
    /// Where everything lies in a viewport of this size, in pixels; what is behind the camera is left out.
    void draw(const ui::Camera& camera, glm::dvec2 viewport, std::vector<ui::MeasureShape>& shapes) const;

private:
    [[nodiscard]] static scene::SnapOptions optionsFor(ui::MeasureKind kind, double radiansPerPixel);
    void take(const scene::Snap& snap);
    void measure(const scene::Snap& first, const scene::Snap& second);
    [[nodiscard]] std::string partsOf(std::uint32_t first, std::uint32_t second) const;

    Surveyor& surveyor_;
    const twin::PlantScene& scene_;
    std::vector<ui::Measurement> taken_;
    std::optional<scene::Snap> first_, caught_;
    std::shared_ptr<const Poses> poses_; ///< at the last click
    ui::MeasureKind clicked_ = ui::MeasureKind::Point;
    std::string parts_; ///< of the clearance being measured
    std::string_view refusal_;
};

} // namespace millwright::app
