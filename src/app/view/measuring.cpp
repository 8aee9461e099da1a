#include <app/view/measuring.hpp>
#include <format>

namespace millwright::app {
namespace {

constexpr double aperturePixels = 9; // how far from the pointer a corner is still caught

} // namespace

scene::SnapOptions Measuring::optionsFor(ui::MeasureKind kind, double radiansPerPixel) {
    const bool features = kind != ui::MeasureKind::Clearance;
    return {
        .aperture = aperturePixels * radiansPerPixel, .vertices = features && kind != ui::MeasureKind::Angle, .edges = features};
}

void Measuring::hover(const Pointer& pointer, ui::MeasureKind kind) {
    surveyor_.askHover({pointer.ray, optionsFor(kind, pointer.radiansPerPixel), pointer.poses});
}

void Measuring::click(const Pointer& pointer, ui::MeasureKind kind) {
    if (clicked_ != kind) first_.reset();
    clicked_ = kind;
    poses_ = pointer.poses;
    surveyor_.askClick({pointer.ray, optionsFor(kind, pointer.radiansPerPixel), pointer.poses});
}

bool Measuring::update() {
    bool changed = false;
    if (const auto hover = surveyor_.takeHover()) {
        caught_ = *hover;
        changed = true;
    }
    if (const auto click = surveyor_.takeClick()) {
        refusal_ = *click ? std::string_view{} : "There is nothing to measure at.";
        if (*click) take(**click);
        changed = true;
    }
    if (const auto clearance = surveyor_.takeClearance()) {
        refusal_ = {};
        if (*clearance && **clearance)
            taken_.push_back({.kind = ui::MeasureKind::Clearance,
                              .from = (**clearance)->from,
                              .to = (**clearance)->to,
                              .length = (**clearance)->distance,
                              .parts = parts_});
        changed = true;
    }
    return changed;
}

void Measuring::take(const scene::Snap& snap) {
    if (clicked_ == ui::MeasureKind::Point) {
        if (snap.feature == scene::Feature::Edge)
            taken_.push_back({.kind = clicked_, .from = snap.from, .to = snap.to, .length = scene::edgeLength(snap)});
        else
            taken_.push_back({.kind = clicked_, .from = snap.point, .to = snap.point});
        return;
    }
    if (!first_) {
        first_ = snap;
        return;
    }
    measure(*first_, snap);
}

void Measuring::measure(const scene::Snap& first, const scene::Snap& second) {
    if (clicked_ == ui::MeasureKind::Clearance) {
        if (first.node == second.node) {
            refusal_ = "That is the same part: take another one.";
            return;
        }
        parts_ = partsOf(first.node, second.node);
        refusal_ = "Measuring the clearance …";
        surveyor_.ask(ClearanceQuestion{first.node, second.node, poses_});
    } else {
        taken_.push_back({.kind = clicked_,
                          .from = first.point,
                          .to = second.point,
                          .length = clicked_ == ui::MeasureKind::Distance ? std::optional{glm::distance(first.point, second.point)}
                                                                          : std::nullopt,
                          .across = scene::parallelDistance(first, second),
                          .angle = scene::angleBetween(first, second)});
    }
    first_.reset();
}

std::string Measuring::partsOf(std::uint32_t first, std::uint32_t second) const {
    const auto named = [&](std::uint32_t node) {
        const auto& nodes = scene_.scene().nodes;
        while (nodes[node].name.empty() && nodes[node].parent != scene::none) node = nodes[node].parent;
        return nodes[node].name;
    };
    return std::format("{} – {}", named(first), named(second));
}

void Measuring::undo() {
    refusal_ = {};
    if (first_)
        first_.reset();
    else if (!taken_.empty())
        taken_.pop_back();
}

void Measuring::clear() {
    cancel();
    taken_.clear();
}

void Measuring::cancel() {
    first_.reset();
    refusal_ = {};
}

std::string_view Measuring::note(ui::MeasureKind kind) const {
    if (!refusal_.empty()) return refusal_;
    switch (kind) {
    case ui::MeasureKind::Point: return "Click a corner or a face for its place, an edge for its length.";
    case ui::MeasureKind::Distance: return first_ ? "Click the second point." : "Click the first of two points.";
    case ui::MeasureKind::Angle: return first_ ? "Click the second face or edge." : "Click the first of two faces or edges.";
    case ui::MeasureKind::Clearance: return first_ ? "Click the other part." : "Click the first of two parts.";
    }
    return {};
}

void Measuring::draw(const ui::Camera& camera, glm::dvec2 viewport, std::vector<ui::MeasureShape>& shapes) const {
    shapes.clear();
    const auto add = [&](glm::dvec3 from, glm::dvec3 to, std::size_t measurement, bool caught) {
        const auto a = ui::projected(camera, from, viewport), b = ui::projected(camera, to, viewport);
        if (a && b) shapes.push_back({glm::vec2(*a), glm::vec2(*b), from != to, measurement, caught});
    };
    constexpr std::size_t none = std::string::npos;
    for (std::size_t i = 0; i < taken_.size(); ++i) add(taken_[i].from, taken_[i].to, i, false);
    if (first_) add(first_->point, first_->point, none, false);
    if (!caught_) return;
    if (caught_->feature == scene::Feature::Edge)
        add(caught_->from, caught_->to, none, true);
    else
        add(caught_->point, caught_->point, none, true);
    if (first_ && clicked_ == ui::MeasureKind::Distance) add(first_->point, caught_->point, none, true);
}

} // namespace millwright::app
